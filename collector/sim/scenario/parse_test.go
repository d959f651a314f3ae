package scenario

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// file wraps the lines of faults, the first of which is line 3 of the file.
func file(faults string) string {
	return "name: x\nfaults:\n" + faults
}

// TestWrongFiles: each is refused with the line, what is wrong in it and what would be right.
func TestWrongFiles(t *testing.T) {
	t.Parallel()

	const ok = "  - {kind: tool-hang, at: 1m}\n"

	for text, want := range map[string]string{
		"":                                      "x.yaml: the file is empty: a scenario has a name and faults",
		"# only a comment\n":                    "x.yaml: the file is empty",
		"- a\n":                                 "x.yaml:1: a scenario is a mapping with the keys name, description, expect, repeat, faults",
		"name: [\n":                             "x.yaml:",
		"name: x\n  bad: y\n":                   "x.yaml:2: mapping values are not allowed in this context",
		file(ok) + "---\nname: y\n":             "x.yaml:4: a second document begins: a file has one scenario",
		"faults:\n" + ok:                        "x.yaml:1: name is missing: a scenario needs it",
		"name: x\n":                             "x.yaml:1: faults is missing: a scenario needs it; it takes a list of faults",
		"name: x\nfaults: []\n":                 "x.yaml:2: faults: wrong value; it takes a list of faults",
		"name: x\nfaults: {}\n":                 "x.yaml:2: faults: wrong value",
		"name: x\nname: y\n":                    "x.yaml:2: name is given twice, first in line 1",
		"name: 12\n" + "faults:\n" + ok:         `x.yaml:1: name: "12": wrong value; it takes a text of one line; one that looks like a number is put in quotes`,
		"name: \"\"\nfaults:\n" + ok:            "x.yaml:1: name",
		"namex: x\n":                            `x.yaml:1: unknown key "namex": a scenario has name, description, expect, repeat, faults`,
		"? [a]\n: b\n":                          "x.yaml:1: unknown key",
		file(ok) + "repeat: 0s\n":               `x.yaml:4: repeat: "0s": out of range; it takes a duration such as 90s or 1h30m, from 1s to 8784h`,
		file(ok) + "repeat: 30\n":               `x.yaml:4: repeat: "30": wrong value; it takes a duration such as 90s`,
		file(ok) + "repeat: 30s\n":              "x.yaml:3: at 1m never comes: the schedule starts anew each 30s",
		file(ok) + "expect: []\n":               "x.yaml:4: expect: wrong value; it takes a text of one line, or a list of them",
		file(ok) + "expect: [{a: b}]\n":         "x.yaml:4: expect: wrong value",
		file(ok) + "description: |\n  a\n  b\n": "x.yaml:4: description",
		"name: &a x\nfaults: *a\n":              "x.yaml:1: anchors and aliases are not known here: write it out",
		"name: !!str x\n":                       "x.yaml:1: tags such as !!str are not known here: leave it out",
		"name: x\nfaults: &a [*a]\n":            "x.yaml:",

		file("  - tool-hang\n"):                                                           "x.yaml:3: a fault is a mapping, which begins with its kind: the kinds are overheat, ",
		file("  - {at: 1m}\n"):                                                            "x.yaml:3: a fault needs a kind: the kinds are overheat, power-brake, ",
		file("  - {kind: fire, at: 1m}\n"):                                                `x.yaml:3: unknown kind "fire": the kinds are overheat, `,
		file("  - {kind: roce-link, at: 1m, port: 4}\n"):                                  `x.yaml:3: port: "4": wrong value; it takes a die and a port such as "0/4", or a list of them`,
		file("  - {kind: roce-link, at: 1m, flap-down: 5s}\n"):                            "x.yaml:3: roce-link: flap-down needs flap-period",
		file("  - {kind: roce-link, at: 1m, flap-period: 5s}\n"):                          `x.yaml:3: flap-period: "5s": out of range`,
		file("  - {kind: dirty-fibre, at: 1m, power: 1}\n"):                               `x.yaml:3: power: "1": out of range; it takes a number from 0.0001 to 0.05`,
		file("  - {kind: [a], at: 1m}\n"):                                                 `x.yaml:3: unknown kind ""`,
		file("  - kind: tool-hang\n    for: 1m\n"):                                        "x.yaml:3: at is missing: a fault of kind tool-hang needs it; it takes a duration",
		file("  - kind: tool-hang\n    at: 1m\n    npu: 1\n"):                             `x.yaml:5: unknown key "npu": a fault of kind tool-hang has kind, at, for, hosts`,
		file("  - kind: tool-hang\n    at: -1m\n"):                                        `x.yaml:4: at: "-1m": out of range`,
		file("  - kind: tool-hang\n    at: soon\n"):                                       `x.yaml:4: at: "soon": wrong value; it takes a duration such as 90s`,
		file("  - kind: tool-hang\n    at: 9000h\n"):                                      `x.yaml:4: at: "9000h": out of range`,
		file("  - kind: tool-hang\n    at: 1m\n    for: 0s\n"):                            `x.yaml:5: for: "0s": out of range`,
		file("  - kind: tool-hang\n    at: 1m\n    hosts: [\"[\"]\n"):                     "x.yaml:5: hosts: syntax error in pattern; it takes a pattern such as",
		file("  - kind: tool-hang\n    at: 1m\n    hosts: []\n"):                          "x.yaml:5: hosts: wrong value",
		file("  - kind: tool-hang\n    at: 1m\n    at: 2m\n"):                             "x.yaml:5: at is given twice, first in line 4",
		file("  - kind: tool-slow\n    at: 1m\n"):                                         "x.yaml:3: delay is missing: a fault of kind tool-slow needs it",
		file("  - kind: zeros\n    at: 1m\n    chip: 0\n"):                                "x.yaml:3: chip 0 of which NPU: a chip needs npu",
		file("  - kind: zeros\n    at: 1m\n    npu: -1\n"):                                `x.yaml:5: npu: "-1": out of range; it takes an id from 0 to 1023, first, last, or a list of different ones`,
		file("  - kind: zeros\n    at: 1m\n    npu: [1, 2, 1]\n"):                         "x.yaml:5: npu: it has 1 twice",
		file("  - kind: zeros\n    at: 1m\n    npu: [last, last]\n"):                      "x.yaml:5: npu: it has last twice",
		file("  - kind: zeros\n    at: 1m\n    npu: one\n"):                               `x.yaml:5: npu: "one": wrong value`,
		file("  - kind: zeros\n    at: 1m\n    npu: 1.5\n"):                               `x.yaml:5: npu: "1.5": wrong value`,
		file("  - kind: zeros\n    at: 1m\n    npu: 0x1\n"):                               `x.yaml:5: npu: "0x1": wrong value`,
		file("  - kind: zeros\n    at: 1m\n    npu: \"1\"\n"):                             `x.yaml:5: npu: "1": wrong value`,
		file("  - kind: zeros\n    at: 1m\n    npu: null\n"):                              `x.yaml:5: npu: "null": wrong value`,
		file("  - kind: zeros\n    at: 1m\n    code: 0\n"):                                `x.yaml:5: code: "0": out of range; it takes a whole number from -9999 to -1`,
		file("  - kind: overheat\n    at: 1m\n"):                                          "x.yaml:3: temperature is missing",
		file("  - kind: overheat\n    at: 1m\n    temperature: 200\n"):                    `x.yaml:5: temperature: "200": out of range; it takes a whole number from 20 to 150`,
		file("  - kind: power-brake\n    at: 1m\n    power: .nan\n"):                      `x.yaml:5: power: ".nan": `,
		file("  - kind: power-brake\n    at: 1m\n    power: much\n"):                      `x.yaml:5: power: "much": wrong value; it takes a number from 10 to 5000`,
		file("  - kind: power-brake\n    at: 1m\n    power: 5\n"):                         `x.yaml:5: power: "5": out of range`,
		file("  - kind: health\n    at: 1m\n    state: ok\n"):                             `x.yaml:5: state: "ok": wrong value; it takes one of alarm, critical, unknown, warning`,
		file("  - kind: health\n    at: 1m\n    codes: 80E01801\n"):                       `x.yaml:5: codes: "80E01801": wrong value; it takes fault codes of eight hexadecimal digits`,
		file("  - kind: health\n    at: 1m\n    codes: {8G: x}\n"):                        `x.yaml:5: codes: "8G" is no code; it takes`,
		file("  - kind: health\n    at: 1m\n    codes: {80E01801: 7}\n"):                  "x.yaml:5: codes: 80E01801 has no text; it takes",
		file("  - kind: health\n    at: 1m\n    codes: {80E01801: a, 80e01801: b}\n"):     "x.yaml:5: codes: it has 80E01801 twice",
		file("  - kind: hbm-ecc\n    at: 1m\n"):                                           "x.yaml:3: hbm-ecc: it counts nothing: give one of",
		file("  - kind: hccs-link\n    at: 1m\n    flap-down: 5s\n"):                      "x.yaml:3: hccs-link: flap-down needs flap-period",
		file("  - kind: hccs-link\n    at: 1m\n    flap-period: 5s\n    flap-down: 5s\n"): "x.yaml:3: hccs-link: flap-down has to be shorter than flap-period",
		file("  - kind: noise\n    at: 1m\n    line: \"a\\nb\"\n"):                        `x.yaml:5: line: "a\nb": wrong value`,
		file("  - kind: overheat\n    at: 1m\n    temperature: 80\n    clock: 900\n"):     "x.yaml:3: overheat: the clock never falls: throttle-above has to be lower than temperature",
		"name: x\nrepeat: 5m\nfaults:\n  - {kind: tool-hang, at: 1m, for: 5m}\n":          "x.yaml:4: it lasts until 6m, but the schedule starts anew at 5m: shorten it, or leave out for",

		file("  - {kind: tool-hang, at: 1m}\n  - {kind: tool-hang, at: 5m}\n"):                                  "x.yaml:4: tool-hang: it overlaps the fault tool-hang of line 3 on the same host: let one end before the other begins, or aim it at another",
		file("  - {kind: tool-hang, at: 1m, for: 2m}\n  - {kind: tool-slow, at: 2m, for: 5m, delay: 1s}\n"):     "x.yaml:4: tool-slow: it overlaps the fault tool-hang of line 3",
		file("  - {kind: chip-lost, at: 1m, npu: 1}\n  - {kind: chip-off-bus, at: 2m}\n"):                       "x.yaml:4: chip-off-bus: it overlaps the fault chip-lost of line 3 on the same chip",
		file("  - {kind: job-hang, at: 1m, npu: 1, chip: 1}\n  - {kind: zombie-memory, at: 2m, npu: [0, 1]}\n"): "x.yaml:4: zombie-memory: it overlaps",
		file("  - {kind: tool-hang, at: 1m, hosts: a*}\n  - {kind: tool-hang, at: 2m, hosts: [b, a*]}\n"):       "x.yaml:4: tool-hang: it overlaps",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()

			s, err := parse("x.yaml", []byte(text))
			if err == nil {
				t.Fatalf("it is accepted: %+v", s)
			}

			if !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s\nthe error is\n%v\nwant\n%s", text, err, want)
			}
		})
	}
}

// TestRightFiles: what looks like the wrong ones and is right.
func TestRightFiles(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		file("  - {kind: tool-hang, at: 0s}\n"),
		file("  - {kind: tool-hang, at: 1m, for: 1m}\n  - {kind: tool-hang, at: 2m}\n"),
		file("  - {kind: zeros, at: 1m, npu: 1}\n  - {kind: zeros, at: 1m, npu: [0, 2]}\n"),
		file("  - {kind: zeros, at: 1m, npu: [first, last, 3], chip: 0}\n"),
		file("  - {kind: zeros, at: 1m, npu: 1, chip: 0}\n  - {kind: zeros, at: 1m, npu: 1, chip: 1}\n"),
		file("  - {kind: tool-hang, at: 1m, hosts: a*}\n  - {kind: tool-hang, at: 2m, hosts: b*}\n"),
		file("  - {kind: power-brake, at: 1m, power: 1.5e+2, clock: 800}\n"),
		file("  - {kind: health, at: 1m, state: warning, codes: {80E01801: a, \"81078603\": b}}\n"),
		"name: \"12\"\nexpect: one thing\ndescription: >\n  a\n  b\nrepeat: 1h\nfaults:\n  - {kind: noise, at: 59m}\n",
	} {
		if _, err := parse("x.yaml", []byte(text)); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

// TestOrderOfKeys: the kind decides which keys there are, wherever it stands.
func TestOrderOfKeys(t *testing.T) {
	t.Parallel()

	s, err := parse("x.yaml", []byte(file("  - delay: 2s\n    at: 1m\n    kind: tool-slow\n")))
	if err != nil {
		t.Fatal(err)
	}

	if delay, _ := on(t, s, "", "910B3").Tool(time.Minute, nil); delay != 2*time.Second {
		t.Errorf("a delay of %v", delay)
	}
}

func TestTooMuch(t *testing.T) {
	t.Parallel()

	many := file(strings.Repeat("  - {kind: tool-hang, at: 1m}\n", maxFaults+1))
	if _, err := parse("x.yaml", []byte(many)); err == nil || !strings.Contains(err.Error(), "1001 faults: a scenario has 1000 at most") {
		t.Error(err)
	}

	if _, err := parse("x.yaml", make([]byte, maxSize+1)); err == nil || !strings.Contains(err.Error(), "bytes: a scenario has") {
		t.Error(err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte("name: own\nfaults:\n  - {kind: tool-hang, at: 1m}\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	if s, err := Load(path); err != nil || s.Name != "own" {
		t.Errorf("%+v, %v", s, err)
	}

	for name, want := range map[string]string{
		"nosuch":      `unknown scenario "nosuch": the library has chip-hang, `,
		"":            `unknown scenario ""`,
		"nosuch.yaml": "no such file",
		"./overheat":  "no such file",
		"..":          "unknown scenario",
	} {
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}

// TestMisfits: a scenario that does not fit the machine says which fault does not, and what the machine has.
func TestMisfits(t *testing.T) {
	t.Parallel()

	for i, tc := range []struct{ product, fault, want string }{
		{"910B3", "{kind: zeros, at: 1m, npu: 9}", "x.yaml:3: zeros: no NPU 9 in this machine: it has 0, 1, 2, 3, 4, 5, 6, 7"},
		{"A3", "{kind: zeros, at: 1m, npu: [0, 8]}", "x.yaml:3: zeros: no NPU 8 in this machine"},
		{"A3", "{kind: zeros, at: 1m, npu: 0, chip: 2}", "x.yaml:3: zeros: no chip 2 in NPU 0 of this machine: it has 0 to 1"},
		{"950PR", "{kind: hccs-link, at: 1m}", "x.yaml:3: hccs-link: NPU 0, chip 0: it has no HCCS links"},
		{"910B3", "{kind: host-down, at: 1m}", "x.yaml:3: host-down: only a host of a fleet can be down"},
		{"910B3", "{kind: tool-hang, at: 1m, hosts: sp0-*}", "x.yaml: all faults are on hosts of a fleet, by their names: a single host has none of them"},
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()

			s, err := parse("x.yaml", []byte(file("  - "+tc.fault+"\n")))
			if err != nil {
				t.Fatal(err)
			}

			if _, err := s.On("", machine(t, tc.product), start()); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("%v\nwant %s", err, tc.want)
			}
		})
	}
}

// TestSelectorsMeet: two selectors that differ can mean one host.
func TestSelectorsMeet(t *testing.T) {
	t.Parallel()

	s, err := parse("x.yaml", []byte(file("  - {kind: tool-hang, at: 1m, hosts: sp0-*}\n  - {kind: tool-hang, at: 2m, hosts: \"*-h00\"}\n")))
	if err != nil {
		t.Fatal(err)
	}

	if _, err := s.On("sp1-r00-h00", machine(t, "A3"), start()); err != nil {
		t.Error(err)
	}

	if _, err := s.On("sp0-r00-h00", machine(t, "A3"), start()); err == nil || !strings.Contains(err.Error(), "x.yaml:4: tool-hang: it overlaps") {
		t.Errorf("%v", err)
	}
}
