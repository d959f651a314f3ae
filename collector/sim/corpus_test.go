package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// TestCorpus holds the printers against recordings of the real tool, of which the values behind them are known. The
// recordings are not part of the project.
func TestCorpus(t *testing.T) {
	t.Parallel()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpus")
	}

	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no recordings: %v; ASCEND_CORPUS names their folder", err)
	}

	machines := []string{
		"a_910B_idle", "b_910B_busy", "c_A3_busy", "d2_950_card", "d_950_server", "e_310P_duo", "f2_health_nocode", "f_health",
		"g_missing", "h_zero", "k2_vnpu_host", "l_extreme", "n_lostcard", "p_many_procs", "u3_layout26w_A3", "u_layout25_910B",
	}
	for _, name := range machines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			state := readTruth(t, os.DirFS(filepath.Join(folder, "tool")), name+".truth.json")

			archive, err := txtar.ParseFile(filepath.Join(folder, "tool", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}

			calls := []string{"info", "info -m", "info -l", "-v", "info -h", "info -t nosuch", "info -t usages -i 99", "info -t product -i 0 -c 0"}
			seen := 0

			for _, f := range archive.Files {
				for _, call := range calls {
					if f.Name == call || strings.HasPrefix(f.Name, call+" => ") {
						seen++

						checkRecorded(t, state, call, f)
					}
				}
			}

			if seen < 5 {
				t.Errorf("%d sections found, of %q", seen, calls)
			}
		})
	}
}

// checkRecorded checks that the printers answer a call as the tool did.
func checkRecorded(t *testing.T, s State, call string, want txtar.File) {
	t.Helper()

	var got bytes.Buffer

	status := Print(&got, s, strings.Fields(call))

	name := call
	if status != 0 {
		name = fmt.Sprintf("%s => %d", call, status)
	}

	if name != want.Name {
		t.Errorf("answered %q, recorded %q", name, want.Name)
	}

	if diff := cmp.Diff(string(want.Data), got.String()); diff != "" {
		t.Errorf("%s (-recorded +printed):\n%s", call, diff)
	}
}

// readTruth reads the values behind a recording.
func readTruth(t *testing.T, folder fs.FS, name string) State {
	t.Helper()

	data, err := fs.ReadFile(folder, name)
	if err != nil {
		t.Fatal(err)
	}

	var truth struct {
		Product string            `json:"product"`
		Globals map[string]string `json:"globals"`
		Cards   []struct {
			ID      int              `json:"id"`
			Chips   []map[string]any `json:"chips"`
			Product string           `json:"elabel.product"`
			Serial  string           `json:"elabel.sn"`
		} `json:"cards"`
		Names map[string]string `json:"proc_names"`
	}
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}

	const unifiedBus = "0x21" // the main board of a server whose NPUs are not on PCI

	s := State{
		Family: Family(truth.Product), Layout: Layout(truth.Globals["layout"]),
		ToolVersion: truth.Globals["tool_version"], DriverVersion: truth.Globals["driver_version"],
		Cards: truth.Product == "310P" || truth.Product == "950" && truth.Globals["mainboard_id"] != unifiedBus,
	}
	if s.Layout == "" {
		s.Layout = LayoutSource
	}

	logic := 0

	for _, card := range truth.Cards {
		npu := NPU{ID: card.ID, ProductName: card.Product, SerialNumber: card.Serial}

		for i, values := range card.Chips {
			c := truthChip(t, s.Family, values, truth.Names)
			c.ID, c.LogicID, c.PhyID = i, logic, logic
			logic++

			if truth.Globals["mainboard_id"] == unifiedBus {
				c.BusID = ""
			}

			npu.Chips = append(npu.Chips, c)
		}

		s.NPUs = append(s.NPUs, npu)
	}

	return s
}

// truthChip is a chip of the truth. A reading that fails is a zero to the tool, but for the health.
func truthChip(t *testing.T, f Family, values map[string]any, names map[string]string) Chip {
	t.Helper()

	text := func(key string) string {
		if v, ok := values[key]; ok {
			return fmt.Sprint(v)
		}

		return ""
	}
	number := func(key string) int {
		v, _ := values[key].(float64)

		return int(v)
	}

	c := Chip{
		Model:       map[Family]string{Family310P: "310P3", FamilyA2: "910B3", FamilyA3: "Ascend910", FamilyA5: "Ascend950PR_9579"}[f],
		BusID:       text("bus"),
		Temperature: number("temp"),
		AICore:      number("util.aicore"),
		Hugepages:   Usage{Used: number("huge.total") - number("huge.free"), Total: number("huge.total")},
		DDR:         Usage{Used: number("ddr.total") - number("ddr.avail"), Total: number("ddr.total")},
		HBM:         Usage{Used: number("hbm.used"), Total: number("hbm.total")},
	}
	if name := text("name"); name != "" {
		c.Model = name
	}

	if f == FamilyA5 {
		c.AICore = number("util.npu")
	}

	if c.BusID == "NA" {
		c.BusID = "0000:00:00.0"
	}

	if text("hbm") == "NA" {
		c.HBM = Usage{}
	}

	if w, err := strconv.ParseFloat(text("power"), 64); err == nil {
		c.Power = optional.Of(w)
	}

	switch h := values["health"].(type) {
	case float64:
		c.Health = Health(h)
	case string:
		c.Health = HealthUnknown
		if strings.HasPrefix(h, "0x") {
			c.Health = -1
		}
	}

	c.Processes = truthProcesses(t, text("procs"), names)

	return c
}

// truthProcesses reads a list of pid:MiB.
func truthProcesses(t *testing.T, list string, names map[string]string) []Process {
	t.Helper()

	var processes []Process

	for entry := range strings.SplitSeq(list, ",") {
		pid, memory, ok := strings.Cut(entry, ":")
		if !ok {
			continue
		}

		p := Process{Name: names[pid]}
		if p.Name == "!gone" {
			p.Name = ""
		}

		mib, err := strconv.ParseFloat(memory, 64)
		if err != nil {
			t.Fatal(err)
		}

		p.Memory = int(mib)
		if p.PID, err = strconv.Atoi(pid); err != nil {
			t.Fatal(err)
		}

		processes = append(processes, p)
	}

	return processes
}
