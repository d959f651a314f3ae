package regular

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestRead(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	file, pipe, link := filepath.Join(folder, "file"), filepath.Join(folder, "pipe"), filepath.Join(folder, "link")

	if err := errors.Join(os.WriteFile(file, []byte("x"), 0o600), syscall.Mkfifo(pipe, 0o600), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string]error{
		file: nil, link: nil,
		folder: ErrIrregular, pipe: ErrIrregular, os.DevNull: ErrIrregular,
		filepath.Join(folder, "nothing"): os.ErrNotExist,
	} {
		if text, err := Read(name); !errors.Is(err, want) || err == nil && string(text) != "x" {
			t.Errorf("%s: %q, %v, want %v", name, text, err, want)
		}

		if err := Check(name); errors.Is(err, ErrIrregular) != errors.Is(want, ErrIrregular) {
			t.Errorf("%s: checked, %v", name, err)
		}
	}

	if opened, err := Open(link, syscall.O_NOFOLLOW); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("a link: %v, %v", opened, err)
	}
}
