package sim

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

func newMachine(t *testing.T, c Config) *Machine {
	t.Helper()

	m, err := New(c)
	if err != nil {
		t.Fatal(err)
	}

	return m
}

func printed(s State, args ...string) string {
	var out bytes.Buffer

	Print(&out, s, args)

	return out.String()
}

func TestNew(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		config Config
		want   string
	}{
		{Config{}, `unknown product "": the products are 910B3, 910B1, 910B2, 910B4, 910B2C, 310, 310P-Duo, 310B4, 910A, A3, 950PR, 950DT`},
		{Config{Product: "H100"}, `unknown product "H100": the products are 910B3, 910B1, 910B2, 910B4, 910B2C, 310, 310P-Duo, 310B4, 910A, A3, 950PR, 950DT`},
		{Config{Product: "A3", NPUs: -1}, "-1 NPUs: a machine has 1 to 64, or 0 for as many as the product usually has"},
		{Config{Product: "A3", NPUs: 65}, "65 NPUs: a machine has 1 to 64, or 0 for as many as the product usually has"},
		{Config{Product: "A3", Release: "23.0"}, `unknown release "23.0" of A3: the releases are 24.1, 25.2, 25.5, 26.0`},
		{Config{Product: "950DT", Release: "25.7.0"}, `unknown release "25.7.0" of 950DT: the releases are 25.7, 26.0`},
		{Config{Product: "A3", ServerIndex: 48}, "server index 48: a SuperPod of A3 has the servers 0 to 47"},
		{Config{Product: "950DT", ServerIndex: -1}, "server index -1: a SuperPod of 950DT has the servers 0 to 1023"},
		{Config{Product: "A3", SuperPodID: -2}, "SuperPod -2: a SuperPod's id is 0 or more"},
	} {
		if _, err := New(tc.config); err == nil || err.Error() != tc.want {
			t.Errorf("New(%+v): %v, want %s", tc.config, err, tc.want)
		}
	}
}

func TestMachines(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		config           Config
		npus, chips, pci int
		lastID           int
	}{
		{Config{Product: "910B3"}, 8, 8, 8, 7},
		{Config{Product: "910B3", NPUs: 1}, 1, 1, 1, 0},
		{Config{Product: "910B3", NPUs: 2}, 2, 2, 2, 1},
		{Config{Product: "A3"}, 8, 16, 16, 7},
		{Config{Product: "A3", NPUs: 64}, 64, 128, 128, 63},
		{Config{Product: "310P-Duo"}, 4, 8, 4, 8},
		{Config{Product: "310P-Duo", NPUs: 5}, 5, 10, 5, 9},
		{Config{Product: "950PR"}, 8, 8, 8, 7},
		{Config{Product: "950PR", NPUs: 3}, 3, 3, 3, 2},
		{Config{Product: "950DT"}, 8, 8, 0, 7},
		{Config{Product: "910B2C", ServerIndex: 5000}, 16, 16, 16, 15},
		{Config{Product: "910A"}, 8, 8, 8, 7},
		{Config{Product: "310"}, 2, 8, 8, 6},
		{Config{Product: "310", NPUs: 64}, 64, 256, 256, 68},
		{Config{Product: "310B4"}, 1, 1, 0, 0},
	} {
		m := newMachine(t, tc.config)
		s := m.At(moment())

		if got := len(s.NPUs); got != tc.npus {
			t.Errorf("%+v: %d NPUs, want %d", tc.config, got, tc.npus)
		}

		if got := s.chips(); got != tc.chips {
			t.Errorf("%+v: %d chips, want %d", tc.config, got, tc.chips)
		}

		if got := m.PCIDevices(); got != tc.pci {
			t.Errorf("%+v: %d PCI functions, want %d", tc.config, got, tc.pci)
		}

		if got := s.NPUs[tc.npus-1].ID; got != tc.lastID {
			t.Errorf("%+v: last NPU %d, want %d", tc.config, got, tc.lastID)
		}
	}
}

// TestPure checks that a machine is a function of seed and time: other machines and earlier questions change nothing.
func TestPure(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(1, 2))

	for range 40 {
		config := Config{Product: Products()[random.IntN(len(Products()))], Seed: random.Uint64()}
		at := moment().Add(time.Duration(random.Int64N(int64(24 * time.Hour))))

		m := newMachine(t, config)
		first := m.At(at)

		scribbled := m.At(at) // it belongs to the caller
		for _, c := range scribbled.NPUs[0].Chips {
			clear(c.HCCS)
			clear(c.Processes)
		}

		scribbled.NPUs[0].Chips[0] = Chip{}

		m.At(at.Add(time.Hour))

		other := newMachine(t, config)
		for _, again := range []State{m.At(at), other.At(at.In(time.FixedZone("elsewhere", 3600)))} {
			if diff := cmp.Diff(first, again, cmp.AllowUnexported(optional.Float{})); diff != "" {
				t.Fatalf("%+v at %v differs from itself:\n%s", config, at, diff)
			}
		}

		config.Seed++
		if reflect.DeepEqual(newMachine(t, config).At(at), first) {
			t.Errorf("%+v at %v: the machine of the seed before is the same", config, at)
		}
	}
}

func TestLose(t *testing.T) {
	t.Parallel()

	s := newMachine(t, Config{Product: "A3", NPUs: 2}).At(moment())

	for _, tc := range []struct {
		npu, chip int
		want      string
	}{
		{7, AllChips, "no NPU 7 in this machine"},
		{LostID, AllChips, "no NPU -1 in this machine"},
		{0, 2, "no chip 2 in NPU 0 of this machine"},
	} {
		if err := s.Lose(tc.npu, tc.chip); err == nil || err.Error() != tc.want {
			t.Errorf("Lose(%d, %d): %v, want %s", tc.npu, tc.chip, err, tc.want)
		}
	}

	if err := s.Lose(1, 0); err != nil {
		t.Fatal(err)
	}

	if mapping := printed(s, "info", "-m"); strings.Count(mapping, "Ascend910") != 3 {
		t.Errorf("with one of four chips lost:\n%s", mapping)
	}

	if err := s.Lose(1, AllChips); err != nil {
		t.Fatal(err)
	}

	if summary := printed(s, "info"); strings.Contains(summary, "NPU 1") || strings.Contains(summary, "| 1     Ascend910") {
		t.Errorf("a lost card is in the summary:\n%s", summary)
	}

	list := printed(s, "info", "-l")
	if !strings.Contains(list, "Total Count                    : 2\n\n\tNPU ID                         : -1\n\tChip Count                     : 0\n") {
		t.Errorf("the list of cards does not count the lost one:\n%s", list)
	}

	if err := s.Lose(0, AllChips); err != nil {
		t.Fatal(err)
	}

	var out bytes.Buffer
	if status := Print(&out, s, []string{"info"}); status != StatusNoDevice || out.String() != "npu get board type failed. ret is -9005\n" {
		t.Errorf("without chips: status %d, %q", status, out.String())
	}
}

// TestOddities holds the printers to the tool's answers for values that no healthy machine has.
func TestOddities(t *testing.T) {
	t.Parallel()

	odd := Chip{
		BusID: "10000:01:00.0", Model: "Ascend910B3-A-Very-Long-Name", Power: optional.Of(1234.5), Temperature: -200,
		HBM:       Usage{Used: 4294967295, Total: 4294967296},
		Processes: []Process{{PID: 1, Name: "", Memory: 7}, {PID: 4194304, Name: "a b|c:d\u00e9 and more", Memory: 0}},
	}
	for range maxListed {
		odd.Processes = append(odd.Processes, Process{PID: 99, Name: "beyond"})
	}

	s := State{Family: FamilyA2, Layout: LayoutSource, NPUs: []NPU{{ID: 123456, Chips: []Chip{odd}}}}
	got := printed(s, "info")

	for _, want := range []string{
		"| 123456 Ascend910B3-A-Very-Long-Name| OK            | 1234.5      -200              0     / 0             |\n",
		"| 0                         | 10000:01:00.0  | 0           0    / 0          -1    / 4294967296    |\n",
		"| 123456  0                 | 1             |                          | 7                        |\n",
		"| 123456  0                 | 4194304       | a b|cd\u00e9 and m           | 0                        |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line\n%s in\n%s", want, got)
		}
	}

	if n := strings.Count(got, "beyond"); n != maxListed-2 {
		t.Errorf("%d of the processes beyond, want %d:\n%s", n, maxListed-2, got)
	}

	s.NPUs[0].Chips[0].Health = -1
	if got := printed(s, "info"); strings.Contains(got, "Very-Long-Name") || !strings.Contains(got, "10000:01:00.0") {
		t.Errorf("a chip of unknown health has both its lines, or none:\n%s", got)
	}

	s.NPUs[0].Chips[0] = Chip{Health: HealthUnknown}
	if got, want := printed(s, "info"), "| UNKNOWN       | 0.0         0  "; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()

	duo := newMachine(t, Config{Product: "310P-Duo"}).At(moment())
	pr := newMachine(t, Config{Product: "950PR"}).At(moment())

	for _, tc := range []struct {
		state  State
		args   string
		status int
		want   string // first lines
	}{
		{duo, "nosuch", StatusNoDevice, "Usage: npu-smi <Command|-h|-v> [Options...]\n"},
		{duo, "info -x", StatusParameter, "Error parameter of -x\nUsage: npu-smi info "},
		{duo, "info -t", StatusParameter, "Error parameter of -t\nUsage: npu-smi info "},
		{duo, "info -t usages -i", StatusParameter, "Error parameter of -i\nUsage: npu-smi info "},
		{duo, "info -t usages -i 0", StatusParameter, "Invalid card id.\nError parameter of -i\nUsage: npu-smi info "},
		{duo, "info -t usages -i 1 -c 3", StatusParameter, "Invalid chip id.\nError parameter of -c\nUsage: npu-smi info "},
		{duo, "info -t usages -i 1 -c x", StatusParameter, "Invalid chip id.\nError parameter of -c\nUsage: npu-smi info "},
		{duo, "info -i 8 -c 1 -t hccs", 0, "\thccs tx packets  "},
		{duo, "info -t sensors -i 8", StatusParameter, "Must input parameter of chip id.\nUsage: npu-smi info "},
		{duo, "info -t common -i 8 -c 1", StatusParameter, "Error parameter of -c\nUsage: npu-smi info "},
		{duo, "info -t usages", StatusParameter, "Error parameter of -i\nUsage: npu-smi info "},
		{duo, "info -t spod-info -i 8 -c 1", 0, "This device does not support querying spod-info.\n"},
		{duo, "info -t license -i 8", 0, "This device does not support querying license.\n"},
		{duo, "info watch -d 0", StatusParameter, "Error parameter of -d\nUsage: npu-smi info watch "},
		{duo, "info watch -i 0", StatusParameter, "Invalid card id.\nError parameter of -i\nUsage: npu-smi info watch "},
		{pr, "info -t usages -i 1 -c 0", StatusParameter, "Error parameter of -c\nUsage: npu-smi info "},
		{pr, "info -t hccs -i 1", StatusParameter, "Error parameter of -t\nUsage: npu-smi info "},
	} {
		var out bytes.Buffer
		if status := Print(&out, tc.state, strings.Fields(tc.args)); status != tc.status || !strings.HasPrefix(out.String(), tc.want) {
			t.Errorf("%s: status %d, want %d; printed\n%s, want\n%s", tc.args, status, tc.status, out.String(), tc.want)
		}
	}
}
