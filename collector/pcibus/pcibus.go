// Package pcibus finds Ascend chips on the PCI bus through sysfs: without npu-smi, and so also when the tool or the
// driver has lost a chip.
package pcibus

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// vendor is Huawei's PCI vendor id.
const vendor = "0x19e5"

// isAscend knows the device ids of Ascend functions: 310, 310P, 910A, 910B (A2), 910_93 (A3) and 950.
func isAscend(device string) bool {
	switch device {
	case "0xd100", "0xd500", "0xd801", "0xd802", "0xd803", "0xd806":
		return true
	default:
		return false
	}
}

// Count is the number of Ascend functions below root, where sysfs is mounted. Virtual functions are left out.
func Count(root string) (int, error) {
	devices := filepath.Join(root, "bus", "pci", "devices")

	entries, err := os.ReadDir(devices)
	if err != nil {
		return 0, fmt.Errorf("counting PCI devices: %w", err)
	}

	count := 0

	for _, entry := range entries {
		folder := filepath.Join(devices, entry.Name())
		if attribute(folder, "vendor") != vendor || !isAscend(attribute(folder, "device")) {
			continue
		}

		// Only a virtual function has a link to the physical one.
		if _, err := os.Lstat(filepath.Join(folder, "physfn")); err != nil {
			count++
		}
	}

	return count, nil
}

// attribute reads a file of a device; "" for a device that went away meanwhile.
func attribute(folder, name string) string {
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return ""
	}

	return strings.ToLower(strings.TrimSpace(string(content)))
}
