package pcibus

import (
	"os"
	"path/filepath"
	"testing"
)

// device makes a function in a sysfs tree.
func device(t *testing.T, root, address, vendor, id string, virtual bool) {
	t.Helper()

	folder := filepath.Join(root, "bus", "pci", "devices", address)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}

	for name, content := range map[string]string{"vendor": vendor + "\n", "device": id + "\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if virtual {
		if err := os.Symlink("../0000:01:00.0", filepath.Join(folder, "physfn")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()

	root := t.TempDir()
	device(t, root, "0000:01:00.0", "0x19e5", "0xd802", false)
	device(t, root, "0000:02:00.0", "0x19E5", "0xD803", false)
	device(t, root, "0000:01:00.1", "0x19e5", "0xd802", true)  // a virtual function
	device(t, root, "0000:03:00.0", "0x19e5", "0xa222", false) // a network card of the vendor
	device(t, root, "0000:04:00.0", "0x8086", "0xd802", false) // another vendor

	if err := os.MkdirAll(filepath.Join(root, "bus", "pci", "devices", "0000:05:00.0"), 0o755); err != nil { // gone meanwhile
		t.Fatal(err)
	}

	count, err := Count(root)
	if err != nil || count != 2 {
		t.Errorf("Count = %d, %v, want 2", count, err)
	}
}

func TestCountWithoutBus(t *testing.T) {
	t.Parallel()

	if _, err := Count(t.TempDir()); err == nil {
		t.Error("no error for a sysfs without a PCI bus")
	}
}
