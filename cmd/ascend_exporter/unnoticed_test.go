package main

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// TestStaysUnnoticed: Go's own trace of its scheduler and of its collections tells what they are allowed.
func TestStaysUnnoticed(t *testing.T) {
	t.Parallel()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct{ processors, growth, want string }{
		{"", "", `gomaxprocs=1 `},
		{"3", "", `gomaxprocs=3 `},
		{"", "", `\b2 MB goal.* 1 P\b`}, // half of the least heap of Go
		{"", "100", `\b4 MB goal.* 1 P\b`},
	} {
		command := exec.Command(self, fast("--sim", "--web.listen-address=127.0.0.1:0")...)
		command.Env = []string{"GODEBUG=schedtrace=20,gctrace=1", "GOMAXPROCS=" + test.processors, "GOGC=" + test.growth}

		begin(t, command).Log.Wait(t, regexp.MustCompile(test.want))
	}
}
