// Package processtest writes procfs trees for tests.
package processtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Process is a process in a Tree. What is empty is as of a process of root on a host without containers.
type Process struct {
	PID     int
	Parent  int
	Name    string   // as the kernel keeps it: give 15 bytes at most
	Words   []string // the command line
	UID     int
	Cgroup  string   // the lines of its file
	Environ []string // NAME=value
	Start   int      // time of its start, in ticks
}

// A Tree is a folder in which processes look as in the procfs of a host.
type Tree struct {
	Root string

	tb testing.TB
}

// New makes a Tree of a host on which only the kernel runs, and the users root, and alice with the number 1000.
func New(tb testing.TB) *Tree {
	tb.Helper()

	tree := &Tree{Root: tb.TempDir(), tb: tb}
	tree.Add(Process{PID: 1, Name: "systemd", Words: []string{"/sbin/init"}})
	tree.Add(Process{PID: 2, Name: "kthreadd"})
	tree.write("1/root/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/sh\n")

	if err := os.Symlink("1", filepath.Join(tree.Root, "self")); err != nil {
		tb.Fatal(err)
	}

	return tree
}

// On is the tree in the hands of another test.
func (tree *Tree) On(tb testing.TB) *Tree {
	tb.Helper()

	return &Tree{Root: tree.Root, tb: tb}
}

// Add adds a process, or puts it in place of the one with the same pid.
func (tree *Tree) Add(p Process) {
	tree.tb.Helper()

	if p.Cgroup == "" {
		p.Cgroup = "0::/init.scope\n"
	}

	folder := strconv.Itoa(p.PID)
	tree.write(folder+"/comm", p.Name+"\n")
	tree.write(folder+"/status", fmt.Sprintf("Name:\t%s\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nUid:\t%d\t%d\t%d\t%d\nGid:\t0\t0\t0\t0\n",
		p.Name, p.PID, p.PID, p.Parent, p.UID, p.UID, p.UID, p.UID))
	tree.write(folder+"/stat", fmt.Sprintf("%d (%s) S %d%s %d%s\n",
		p.PID, p.Name, p.Parent, strings.Repeat(" 0", 17), p.Start, strings.Repeat(" 0", 30)))
	tree.write(folder+"/cgroup", p.Cgroup)
	tree.write(folder+"/cmdline", terminated(p.Words))
	tree.write(folder+"/environ", terminated(p.Environ))
}

// Remove ends a process.
func (tree *Tree) Remove(pid int) {
	tree.tb.Helper()

	if err := os.RemoveAll(filepath.Join(tree.Root, strconv.Itoa(pid))); err != nil {
		tree.tb.Fatal(err)
	}
}

// Container makes the tree that of a container: the pids of the host are not in it.
func (tree *Tree) Container() {
	tree.tb.Helper()
	tree.write("2/comm", "sh\n")
}

func (tree *Tree) write(name, text string) {
	tree.tb.Helper()

	path := filepath.Join(tree.Root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		tree.tb.Fatal(err)
	}

	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tree.tb.Fatal(err)
	}
}

// terminated ends each string with the byte 0, as the kernel does.
func terminated(words []string) string {
	text := strings.Join(words, "\x00")
	if len(words) > 0 {
		text += "\x00"
	}

	return text
}
