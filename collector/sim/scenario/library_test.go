package scenario

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// view is what the tool shows of a host at a moment.
type view struct {
	t       *testing.T
	machine *sim.Machine
	faults  *Schedule
	since   time.Duration
}

// text is what the tool prints, whatever its status.
func text(m *sim.Machine, faults *Schedule, since time.Duration, line string) string {
	var out bytes.Buffer

	s := m.At(start().Add(since))
	faults.Apply(since, &s)
	sim.Print(&out, s, strings.Fields(line))

	return out.String()
}

func (v view) text(line string) string { return text(v.machine, v.faults, v.since, line) }

// summary is what is read from the tool's table of all chips.
func (v view) summary() npusmi.Summary {
	v.t.Helper()

	s, warnings, err := npusmi.ParseSummary([]byte(v.text("info")))
	if err != nil || warnings.Count > 0 {
		v.t.Fatalf("at %v: %v, %+v", v.since, err, warnings)
	}

	return s
}

// healthy is the same machine at the same moment, with nothing broken.
func (v view) healthy() view {
	v.faults = &Schedule{}

	return v
}

// chip is the first chip of an NPU; false where it is not shown.
func (v view) chip(npu int) (npusmi.SummaryChip, bool) {
	v.t.Helper()

	all := v.summary().Chips

	i := slices.IndexFunc(all, func(c npusmi.SummaryChip) bool { return c.NPU == npu && c.Chip == 0 })
	if i < 0 {
		return npusmi.SummaryChip{}, false
	}

	return all[i], true
}

// must is a chip that is shown.
func (v view) must(npu int) npusmi.SummaryChip {
	v.t.Helper()

	c, ok := v.chip(npu)
	if !ok {
		v.t.Fatalf("NPU %d is not shown at %v", npu, v.since)
	}

	return c
}

// processes are those of an NPU.
func (v view) processes(npu int) int {
	v.t.Helper()

	count := 0

	for _, p := range v.summary().Processes {
		if p.NPU == npu {
			count++
		}
	}

	return count
}

// power, used memory and temperature of a chip; 0 where the tool has none.
func power(c npusmi.SummaryChip) float64 { w, _ := c.Power.Get(); return w }

func used(c npusmi.SummaryChip) float64 { m, _ := c.HBM.Used.Get(); return m }

func heat(c npusmi.SummaryChip) float64 { h, _ := c.Temperature.Get(); return h }

// moments are times since the start, and whether the chip or the host is ill then.
type moments map[time.Duration]bool

// check is what a scenario of the library promises of a host.
type check struct {
	name, host string
	ill        moments
	shows      func(v view) bool // whether the host is seen to be ill as promised
}

func (v view) unlike(line string) bool { return v.text(line) != v.healthy().text(line) }

func checks() []check {
	m := time.Minute
	for10 := moments{0: false, 2*m - 1: false, 2 * m: true, 11 * m: true, 12 * m: false, 29 * m: false, 32 * m: true, 43 * m: false}
	for8 := moments{2*m - 1: false, 2 * m: true, 10*m - 1: true, 10 * m: false, 33 * m: true}

	return []check{
		{"overheat", "", moments{m: false, 10 * m: true, 28 * m: false, 40 * m: true}, func(v view) bool { return heat(v.must(last)) >= 97 }},
		{"overheat", "", moments{3 * m: false, 4 * m: true, 11 * m: false}, func(v view) bool {
			return v.must(last).Health == npusmi.HealthWarning && strings.Contains(v.text("info -t health -i 7 -c 0"), "80E00209")
		}},
		{"throttling", "", moments{m: false, 10 * m: true, 25 * m: false}, func(v view) bool {
			c, h := v.must(last), v.healthy().must(last)

			return heat(c) > 88 && heat(h) < 88 && c.AICore == h.AICore
		}},
		{"power-brake", "", for8, func(v view) bool {
			common := detail(v, "info -t common -i 7", npusmi.ParseCommon)

			return power(v.must(last)) <= 150 && number(common.AICoreCurrentClock) <= 800
		}},
		{"warning-health", "", moments{m: false, 3 * m: true, 7 * m: false, 33 * m: true}, func(v view) bool {
			return v.must(last).Health == npusmi.HealthWarning && v.must(0).Health == npusmi.HealthOK
		}},
		{"warning-health", "", moments{3 * m: false, 9 * m: true, 13 * m: false}, func(v view) bool {
			return v.must(last).Health == npusmi.HealthAlarm && strings.Contains(v.text("info -t health -i 7 -c 0"), "80E18005")
		}},
		{"warning-health", "", moments{9 * m: false, 15 * m: true, 19 * m: false}, func(v view) bool {
			return v.must(last).Health == npusmi.HealthCritical && strings.Contains(v.text("info -t health -i 7 -c 0"), "80C98000 80E01801")
		}},
		{"hbm-ecc", "", moments{m: false, 2 * m: true, 31 * m: true, 33 * m: false}, func(v view) bool { return v.must(last).Health == npusmi.HealthAlarm }},
		{"job-hang", "", moments{2*m - 1: false, 2 * m: true, 13 * m: true, 14 * m: false}, func(v view) bool {
			return v.must(last).AICore.Is(0) && v.processes(last) > 0 && used(v.must(last)) > 20000 && power(v.must(last)) < power(v.healthy().must(last)) &&
				v.must(0).AICore.Is(0) && v.processes(0) > 0
		}},
		{"zombie-memory", "", for10, func(v view) bool {
			return v.must(last).AICore.Is(0) && v.processes(last) == 0 && used(v.must(last)) > 20000
		}},
		{"zeros", "", for8, func(v view) bool {
			c := v.must(last)

			return c.Name == "" && c.Health == npusmi.HealthUnknown && c.BusID == "0000:00:00.0" && c.HBM.Total.Is(0) && v.must(0).Name != ""
		}},
		{"chip-hang", "", moments{3*m - 1: false, 3 * m: true, 13 * m: false, 34 * m: true}, func(v view) bool {
			_, all := v.faults.Tool(v.since, []string{"info"})
			_, other := v.faults.Tool(v.since, []string{"info", "-t", "usages", "-i", "0"})

			return all && !other
		}},
		{"chip-lost", "", for10, func(v view) bool {
			_, shown := v.chip(last)

			return !shown && v.faults.LostFromBus(v.since) == 0 && strings.Contains(v.text("info -m"), "\t-1 ")
		}},
		{"chip-off-bus", "", moments{0: false, 2 * m: true, 30*m - 1: true, 30 * m: false, 33 * m: true}, func(v view) bool {
			_, shown := v.chip(last)

			return !shown && v.faults.LostFromBus(v.since) > 0
		}},
		{"driver-gone", "", moments{m: false, 2 * m: true, 8*m - 1: true, 8 * m: false, 33 * m: true}, func(v view) bool {
			return v.text("info") == "dcmi module initialize failed. ret is -8005\n"
		}},
		{"driver-gone", "", moments{2 * m: false, 12 * m: true, 16 * m: false}, func(v view) bool {
			return strings.HasSuffix(v.text("info"), "the device is used. ret is -8020\n")
		}},
		{"tool-slow", "", for10, func(v view) bool {
			delay, hangs := v.faults.Tool(v.since, []string{"info", "-m"})

			return delay == 4*time.Second && !hangs && strings.HasPrefix(v.text("info"), "DrvMngGetConsoleLogLevel")
		}},
		{"tool-hang", "", for8, func(v view) bool {
			_, hangs := v.faults.Tool(v.since, nil)

			return hangs
		}},

		{"mixed", "sp0-r00-h00", moments{m: false, 12 * m: true, 29 * m: false}, func(v view) bool { return heat(v.must(last)) > 90 }},
		{"mixed", "sp3-r00-h01", moments{0: false, m: true, 27 * m: false}, func(v view) bool { return v.must(last).Health == npusmi.HealthAlarm }},
		{"mixed", "sp0-r00-h02", moments{2 * m: false, 3 * m: true, 29 * m: true, 30 * m: false}, func(v view) bool { return v.faults.LostFromBus(v.since) > 0 }},
		{"mixed", "sp0-r00-h03", moments{4 * m: false, 5 * m: true, 10 * m: false}, func(v view) bool { return v.faults.Down(v.since) }},
		{"mixed", "sp0-r01-h00", moments{3 * m: false, 4 * m: true, 12 * m: false}, func(v view) bool { return strings.HasPrefix(v.text("info"), "dcmi") }},
		{"mixed", "sp0-r01-h01", moments{5 * m: false, 6 * m: true, 14 * m: false}, func(v view) bool {
			_, hangs := v.faults.Tool(v.since, nil)

			return hangs
		}},
		{"mixed", "sp0-r01-h02", moments{m: false, 2 * m: true, 22 * m: false}, func(v view) bool {
			return v.unlike("info") && !slices.ContainsFunc(v.summary().Chips, func(c npusmi.SummaryChip) bool { return !c.AICore.Is(0) })
		}},
		{"mixed", "sp0-r01-h03", moments{6 * m: false, 7 * m: true, 17 * m: false}, func(v view) bool { return v.must(last).Name == "" }},
		{"mixed", "sp0-r02-h00", moments{2 * m: false, 3 * m: true, 18 * m: false}, func(v view) bool { return v.processes(last) == 0 && used(v.must(last)) > 20000 }},
		{"mixed", "sp0-r02-h01", moments{7 * m: false, 8 * m: true, 18 * m: false}, func(v view) bool {
			_, hangs := v.faults.Tool(v.since, []string{"info"})

			return hangs
		}},
		{"mixed", "sp0-r02-h02", moments{0: false, m: true, 21 * m: false}, func(v view) bool {
			delay, _ := v.faults.Tool(v.since, nil)

			return delay == 3*time.Second
		}},
		{"mixed", "sp0-r02-h03", moments{4 * m: false, 5 * m: true, 20 * m: false}, func(v view) bool { return power(v.must(last)) <= 150 }},
	}
}

// TestLibrary: each scenario shows what it says at the times that it says, and not before or after.
func TestLibrary(t *testing.T) {
	t.Parallel()

	checked := make(map[string]bool)
	machines := map[string]*sim.Machine{"910B3": working(t, "910B3"), "A3": working(t, "A3")}

	for _, c := range slices.Concat(checks(), networkChecks(), mixedNetworkChecks()) {
		checked[c.name] = true

		for product, m := range machines {
			t.Run(c.name+"/"+c.host+"/"+product, func(t *testing.T) {
				t.Parallel()

				s, err := Load(c.name)
				if err != nil {
					t.Fatal(err)
				}

				faults, err := s.On(c.host, m, start())
				if err != nil {
					t.Fatal(err)
				}

				for since, ill := range c.ill {
					v := view{t, m, faults, since}
					if c.shows(v) != ill {
						t.Errorf("at %v: ill %t, want %t:\n%s", since, !ill, ill, v.text("info"))
					}
				}
			})
		}
	}

	for _, name := range Names() {
		if !checked[name] && name != "link-flap" { // see TestLinkFlap
			t.Errorf("nothing is checked of %s", name)
		}
	}
}

// TestOthersAreWell: what is on one NPU changes nothing of another's, and what is on some hosts nothing of the others.
func TestOthersAreWell(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"overheat", "throttling", "warning-health", "hbm-ecc", "zombie-memory", "zeros", "chip-lost", "chip-off-bus"} {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}

		v := view{t, machine(t, "910B3"), on(t, s, "", "910B3"), 9 * time.Minute}

		for _, npu := range []int{0, 1, 2, 3, 4, 5, 6} {
			if diff := cmp.Diff(v.healthy().must(npu), v.must(npu), cmp.AllowUnexported(v.must(0).Power)); diff != "" {
				t.Errorf("%s changes NPU %d:\n%s", name, npu, diff)
			}
		}
	}

	s, err := Load("mixed")
	if err != nil {
		t.Fatal(err)
	}

	v := view{t, machine(t, "A3"), on(t, s, "sp0-r07-h09", "A3"), 9 * time.Minute}
	if _, hangs := v.faults.Tool(v.since, []string{"info"}); hangs || v.unlike("info") || v.faults.Down(v.since) || v.faults.LostFromBus(v.since) > 0 {
		t.Error("a host that mixed does not name is ill")
	}
}

// TestFilesOfTheLibrary: they say what happens and what should be seen, in metrics that there are.
func TestFilesOfTheLibrary(t *testing.T) {
	t.Parallel()

	metrics, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}

	if len(Names()) < 16 {
		t.Errorf("the library has %v", Names())
	}

	for _, name := range Names() {
		s, err := Load(name)
		if err != nil {
			t.Error(err)

			continue
		}

		if s.Name != name || s.Description == "" || len(s.Expect) == 0 {
			t.Errorf("%s: name %q, description %q, expects %v", name, s.Name, s.Description, s.Expect)
		}

		for _, metric := range regexp.MustCompile(`ascend_\w+`).FindAllString(strings.Join(s.Expect, " "), -1) {
			if !bytes.Contains(metrics, []byte("`"+metric+"`")) {
				t.Errorf("%s: there is no metric %s", name, metric)
			}
		}
	}
}
