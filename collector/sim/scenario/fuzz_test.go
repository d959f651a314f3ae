package scenario

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// FuzzParse: no text makes it panic; an error names the file; what is accepted can be applied to any machine that it fits,
// at any time, and the tool can be asked for it.
func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		text, err := library.ReadFile("library/" + name + extension)
		if err != nil {
			f.Fatal(err)
		}

		f.Add(string(text), int64(7*time.Minute))
	}

	f.Add(file("  - {kind: hccs-link, at: 1m, link: 1, flap-period: 2s}\n"), int64(-5))
	f.Add(file("  - {kind: roce-link, at: 1m, flap-period: 10s}\n"), int64(1<<62))
	f.Add("name: x\nrepeat: 1s\nfaults:\n  - {kind: hbm-ecc, at: 0s, npu: 0, double-bit: 64}\n", int64(1<<62))
	f.Add("a: &a [*a, 80E01801, ? b]\n--- !!x\n", int64(0))

	m := machine(f, "910B3")

	f.Fuzz(func(t *testing.T, text string, since int64) {
		s, err := parse("x.yaml", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.yaml:") {
				t.Errorf("the error does not name the file: %v", err)
			}

			return
		}

		faults, err := s.On("sp0-r00-h00", m, start())
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.yaml:") {
				t.Errorf("the error does not name the file: %v", err)
			}

			return
		}

		for _, at := range []time.Duration{0, time.Duration(since), time.Duration(since) % (48 * time.Hour)} {
			apply(t, m, faults, at)
		}
	})
}

// apply asks for everything at a moment.
func apply(t *testing.T, m *sim.Machine, faults *Schedule, since time.Duration) {
	t.Helper()

	state := m.NetworkAt(start(), faults.Outages(since))
	devices := m.PCIDevices()

	faults.Apply(since, &state)
	faults.Down(since)

	if lost := faults.LostFromBus(since); lost < 0 || lost > devices {
		t.Errorf("%d of %d PCI functions are gone", lost, devices)
	}

	for _, line := range []string{"", "info", "info -t usages -i 1 -c 0"} {
		if delay, _ := faults.Tool(since, strings.Fields(line)); delay < 0 {
			t.Errorf("a delay of %v", delay)
		}

		var out bytes.Buffer

		sim.Print(&out, state, strings.Fields(line))
	}

	for _, line := range []string{"", "-i 1 -link_stat -g", "-i 1 -optical -g", "-i 1 -stat -g"} {
		if delay, _ := faults.NetworkTool(since, strings.Fields(line)); delay < 0 {
			t.Errorf("a delay of %v", delay)
		}

		sim.PrintNetwork(io.Discard, io.Discard, state, strings.Fields(line))
	}

	for _, n := range state.NPUs {
		for _, c := range n.Chips {
			watts, _ := c.Power.Get()
			if c.Temperature < 0 || c.Temperature > hottest || watts < 0 || c.HBM.Used < 0 || c.HBM.Used > c.HBM.Total || c.AICore < 0 {
				t.Errorf("at %v: %+v", since, c)
			}

			if e := c.ECC; e.Single < 0 || e.Double < 0 || e.IsolatedDouble < 0 || e.IsolatedDouble > maxPages {
				t.Errorf("at %v: %+v", since, e)
			}
		}
	}
}
