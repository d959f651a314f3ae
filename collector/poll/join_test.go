package poll

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

func sameFloats() cmp.Option {
	return cmp.Comparer(func(a, b optional.Float) bool { return a == b })
}

// row is a healthy row of a product with HBM, changed by the test.
func row(change func(*npusmi.SummaryChip)) npusmi.SummaryChip {
	r := npusmi.SummaryChip{
		Name: "910B3", Health: npusmi.HealthOK, BusID: "0000:C1:00.0", HasHBM: true,
		Power: optional.Of(300), Temperature: optional.Of(60), AICore: optional.Of(57),
		Hugepages: npusmi.Usage{Used: optional.Of(0), Total: optional.Of(0)},
		Memory:    npusmi.Usage{Used: optional.Of(0), Total: optional.Of(0)},
		HBM:       npusmi.Usage{Used: optional.Of(1024), Total: optional.Of(65536)},
	}
	change(&r)

	return r
}

// believed is what must be believed of the healthy row, changed by the test.
func believed(change func(*snapshot.Chip)) snapshot.Chip {
	c := snapshot.Chip{
		Model: "910B3", Health: npusmi.HealthOK, BusID: "0000:C1:00.0",
		Power: optional.Of(300), Temperature: optional.Of(60), AICore: optional.Of(0.57),
		HBM: snapshot.Memory{Used: optional.Of(1 << 30), Total: optional.Of(64 << 30)},
	}
	change(&c)

	return c
}

// dead makes a row of zeros, as of a chip whose every reading failed.
func dead(r *npusmi.SummaryChip) {
	r.Power, r.Temperature, r.AICore = optional.Of(0), optional.Of(0), optional.Of(0)
	r.HBM = npusmi.Usage{Used: optional.Of(0), Total: optional.Of(0)}
}

func TestBelieve(t *testing.T) {
	t.Parallel()

	unusable := func(health npusmi.Health) snapshot.Chip {
		return snapshot.Chip{Model: "910B3", BusID: "0000:C1:00.0", Health: health, Unusable: true}
	}

	for _, test := range []struct {
		name string
		row  npusmi.SummaryChip
		want snapshot.Chip
	}{
		{"healthy", row(func(*npusmi.SummaryChip) {}), believed(func(*snapshot.Chip) {})},
		{
			"no power", row(func(r *npusmi.SummaryChip) { r.Power = optional.Of(0) }),
			believed(func(c *snapshot.Chip) { c.Power = optional.Float{} }),
		},
		{
			"negative power", row(func(r *npusmi.SummaryChip) { r.Power = optional.Of(-1) }),
			believed(func(c *snapshot.Chip) { c.Power = optional.Float{} }),
		},
		{
			"0 °C with HBM", row(func(r *npusmi.SummaryChip) { r.Temperature = optional.Of(0) }),
			believed(func(c *snapshot.Chip) { c.Temperature = optional.Float{} }),
		},
		{
			"frost", row(func(r *npusmi.SummaryChip) { r.Temperature = optional.Of(-20) }),
			believed(func(c *snapshot.Chip) { c.Temperature = optional.Of(-20) }),
		},
		{
			"0 °C without HBM",
			row(func(r *npusmi.SummaryChip) {
				r.Temperature, r.HasHBM, r.HBM = optional.Of(0), false, npusmi.Usage{}
				r.Memory = npusmi.Usage{Used: optional.Of(1), Total: optional.Of(2)}
			}),
			believed(func(c *snapshot.Chip) {
				c.Temperature, c.HBM = optional.Of(0), snapshot.Memory{}
				c.DDR = snapshot.Memory{Used: optional.Of(1 << 20), Total: optional.Of(2 << 20)}
			}),
		},
		{
			"no HBM", row(func(r *npusmi.SummaryChip) { r.HBM.Total = optional.Of(0) }),
			believed(func(c *snapshot.Chip) { c.HBM = snapshot.Memory{} }),
		},
		{
			"negative HBM", row(func(r *npusmi.SummaryChip) { r.HBM.Used = optional.Of(-5) }),
			believed(func(c *snapshot.Chip) { c.HBM.Used = optional.Float{} }),
		},
		{
			"no bus", row(func(r *npusmi.SummaryChip) { r.BusID = "0000:00:00.0" }),
			believed(func(c *snapshot.Chip) { c.BusID = "" }),
		},
		{
			"idle is idle", row(func(r *npusmi.SummaryChip) { r.AICore = optional.Of(0) }),
			believed(func(c *snapshot.Chip) { c.AICore = optional.Of(0) }),
		},
		{
			"a vNPU's rate", row(func(r *npusmi.SummaryChip) { r.Name, r.AICore = "vir10_3c_32g", optional.Of(0) }),
			believed(func(c *snapshot.Chip) { c.Model, c.AICore = "vir10_3c_32g", optional.Float{} }),
		},
		{
			"rated power", row(func(r *npusmi.SummaryChip) { r.Name, r.Power = "310", optional.Of(12.8) }),
			believed(func(c *snapshot.Chip) {
				c.Model, c.Power, c.RatedPower = "310", optional.Float{}, optional.Of(12.8)
			}),
		},
		{
			"huge pages", row(func(r *npusmi.SummaryChip) { r.Hugepages = npusmi.Usage{Used: optional.Of(0), Total: optional.Of(15)} }),
			believed(func(c *snapshot.Chip) { c.Hugepages = snapshot.Memory{Used: optional.Of(0), Total: optional.Of(15)} }),
		},
		{
			"rates that are none", row(func(r *npusmi.SummaryChip) { r.AICore, r.Utilization = optional.Of(32767), optional.Of(-1) }),
			believed(func(c *snapshot.Chip) { c.AICore = optional.Float{} }),
		},
		{"dead and OK", row(dead), unusable(npusmi.HealthUnknown)},
		{
			"dead and Critical", row(func(r *npusmi.SummaryChip) { dead(r); r.Health = npusmi.HealthCritical }),
			unusable(npusmi.HealthCritical),
		},
		{
			"dead second die of an A3", row(func(r *npusmi.SummaryChip) { dead(r); r.Power = optional.Float{} }),
			unusable(npusmi.HealthUnknown),
		},
		{
			"no name", row(func(r *npusmi.SummaryChip) { r.Name, r.Health = "", npusmi.HealthUnknown }),
			snapshot.Chip{BusID: "0000:C1:00.0", Health: npusmi.HealthUnknown, Unusable: true},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			if diff := cmp.Diff(test.want, believe(test.row), sameFloats()); diff != "" {
				t.Errorf("believed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestIdentify finds chips whose first row the tool left out.
func TestIdentify(t *testing.T) {
	t.Parallel()

	missing := func(chip int, phy, logic string) npusmi.SummaryChip {
		return npusmi.SummaryChip{NPU: npusmi.NoNPU, Chip: chip, PhyID: phy, LogicID: logic}
	}

	at := func(npu, chip int) npusmi.SummaryChip { return npusmi.SummaryChip{NPU: npu, Chip: chip} }

	a2 := []npusmi.MappingEntry{{NPU: 2, LogicID: "0"}, {NPU: 4, LogicID: "1"}, {NPU: 5, LogicID: "2"}}
	a3 := []npusmi.MappingEntry{{NPU: 0, PhyID: "0"}, {NPU: 0, Chip: 1, PhyID: "1"}, {NPU: 1, PhyID: "2"}, {NPU: 1, Chip: 1, PhyID: "3"}}

	for _, test := range []struct {
		name    string
		mapping []npusmi.MappingEntry
		rows    []npusmi.SummaryChip
		index   int
		want    snapshot.Key
		known   bool
	}{
		{"with its row", nil, []npusmi.SummaryChip{at(7, 1)}, 0, snapshot.Key{NPU: 7, Chip: 1}, true},
		{"no mapping", nil, []npusmi.SummaryChip{missing(0, "", "")}, 0, snapshot.Key{}, false},
		{"by place", a2, []npusmi.SummaryChip{at(2, 0), missing(0, "", ""), missing(0, "", "")}, 2, snapshot.Key{NPU: 5}, true},
		{"places differ", a2, []npusmi.SummaryChip{at(4, 0), missing(0, "", ""), at(5, 0)}, 1, snapshot.Key{}, false},
		{"chips differ", a2, []npusmi.SummaryChip{at(2, 0), missing(1, "", ""), at(5, 0)}, 1, snapshot.Key{}, false},
		{"fewer rows", a2, []npusmi.SummaryChip{at(2, 0), missing(0, "", "")}, 1, snapshot.Key{}, false},
		{"by physical id", a3, []npusmi.SummaryChip{missing(1, "3", "")}, 0, snapshot.Key{NPU: 1, Chip: 1}, true},
		{"by logic id", a2, []npusmi.SummaryChip{missing(0, "", "1")}, 0, snapshot.Key{NPU: 4}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			draft := Draft{Mapping: test.mapping}

			key, known := draft.identify(test.rows, test.index)
			if known != test.known || key != test.want {
				t.Errorf("identify = %v, %v, want %v, %v", key, known, test.want, test.known)
			}
		})
	}
}

func TestJoinSummary(t *testing.T) {
	t.Parallel()

	healthy := row(func(r *npusmi.SummaryChip) { r.NPU = 3 })
	idle := row(func(r *npusmi.SummaryChip) { r.NPU = 5 })
	untold := row(func(r *npusmi.SummaryChip) { r.NPU = 6 })
	lost := row(func(r *npusmi.SummaryChip) { r.NPU = npusmi.NoNPU })
	s := summary{
		ToolVersion: "25.2.0", Idle: []int{5},
		Chips: []npusmi.SummaryChip{healthy, idle, untold, lost},
		Processes: []npusmi.Process{
			{NPU: 3, PID: "7", Name: "a", Memory: optional.Of(1)},
			{NPU: 3, PID: "7", Name: "a", Memory: optional.Of(2)},
			{NPU: 3, PID: "8", Name: "b"},
			{NPU: 4, PID: "9", Name: "c", Memory: optional.Of(1)},
		},
	}

	var draft Draft

	s.Join(&draft)

	if !draft.Host.Chips.Is(4) || !draft.Host.UnusableChips.Is(1) || len(draft.Chips) != 3 {
		t.Fatalf("host %+v, %d chips, want three of four to be known", draft.Host, len(draft.Chips))
	}

	if count := draft.Chips[1].ProcessCount; !count.Is(0) {
		t.Errorf("%v processes on an idle chip", count)
	}

	if count := draft.Chips[2].ProcessCount; count.Present() {
		t.Errorf("%v processes on a chip of which the table says nothing", count)
	}

	want := []snapshot.Process{{PID: "7", Name: "a", Memory: optional.Of(3 << 20)}, {PID: "8", Name: "b"}}
	if diff := cmp.Diff(want, draft.Chips[0].Processes, sameFloats()); diff != "" || !draft.Chips[0].ProcessCount.Is(2) {
		t.Errorf("processes (-want +got):\n%s", diff)
	}
}

func TestExpected(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "state.json")

	e, err := NewExpected(0, path)
	if err != nil || e.Chips().Present() {
		t.Fatalf("a new one: %v, %v", e, err)
	}

	for _, count := range []int{6, 8, 7} {
		if err := e.Observe(count); err != nil {
			t.Fatal(err)
		}
	}

	again, err := NewExpected(0, path)
	if err != nil || !again.Chips().Is(8) {
		t.Errorf("after a restart %v, %v, want 8", again.Chips(), err)
	}

	configured, err := NewExpected(4, path)
	if err != nil || configured.Observe(16) != nil || !configured.Chips().Is(4) {
		t.Errorf("configured %v, %v, want 4", configured.Chips(), err)
	}
}

func TestExpectedErrors(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "state.json")

	for _, damaged := range []string{"{", `{"expected_chips":-1}`, `{"expected_chips":1025}`} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}

		broken, err := NewExpected(0, path)
		if err == nil || broken.Chips().Present() || broken.Observe(8) != nil {
			t.Errorf("no error for a broken file, or it is not written anew: %v", err)
		}

		if mended, err := NewExpected(0, path); err != nil || !mended.Chips().Is(8) {
			t.Errorf("after it was written anew: %v, %v", mended.Chips(), err)
		}
	}

	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}

	for _, odd := range []string{filepath.Dir(path), pipe} {
		if _, err := NewExpected(0, odd); err == nil {
			t.Errorf("no error for %s", odd)
		}
	}

	e, err := NewExpected(0, filepath.Join(filepath.Dir(path), "missing", "state.json"))
	if err != nil {
		t.Fatal(err)
	}

	for range 2 {
		if err := e.Observe(8); err == nil || !e.Chips().Is(8) {
			t.Errorf("Observe = %v with %v, want an error each time, and the number all the same", err, e.Chips())
		}
	}
}
