package poll

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// onByDefault are the queries that are asked unless flags say otherwise.
func onByDefault() []Source {
	return slices.DeleteFunc(Sources(), func(s Source) bool { return s.Off })
}

// blocks writes an answer of `-t`: for a card a block for each of its chips, with the id at its end.
func blocks(args string, chips int, fields ...string) string {
	if strings.Contains(args, " -c ") {
		return strings.Join(fields, "\n") + "\n"
	}

	var text strings.Builder

	text.WriteString("NPU ID : 0\nChip Count : 2\n\n")

	for chip := range chips {
		fmt.Fprintf(&text, "%s\nChip ID : %d\n\n", strings.Join(fields, "\n"), chip)
	}

	return text.String()
}

// whole answers everything that a server's npu-smi knows, each run taking the same time.
func whole(t *testing.T, product string, chips int, takes time.Duration) answers {
	t.Helper()

	summaries := machine(t, product, 0, takes)

	return func(args string) (string, time.Duration, *npusmi.Failure) {
		words := strings.Fields(args)
		if len(words) < 3 || words[1] != "-t" {
			return summaries(args)
		}

		switch words[2] {
		case "usages":
			return blocks(args, chips, "HBM Capacity(MB) : 65536", "HBM Usage Rate(%) : 50", "Aicore Usage Rate(%) : 40",
				"Aivector Usage Rate(%) : 7", "HBM Bandwidth Usage Rate(%) : 30", "NPU Utilization(%) : 41"), takes, nil
		case "common":
			return "Chip ID : 0\nAicore Freq(MHZ) : 1800\nAicore curFreq(MHZ) : 900\nAicore Count : 24\n\n" +
				"Chip ID : 1\nAicore Freq(MHZ) : 1800\nAicore curFreq(MHZ) : 0\n\nChip Name : mcu\nTemperature(C) : 30\n", takes, nil
		case "memory":
			return blocks(args, chips, "HBM Capacity(MB) : 65536", "HBM Clock Speed(MHz) : 1600", "HBM Temperature(C) : 55"), takes, nil
		case "ecc":
			return blocks(args, chips, "HBM Single Bit Error Count : 1", "HBM Double Bit Aggregate Total Err Cnt : 2"), takes, nil
		case "volt":
			return blocks(args, chips, "Voltage(V) : 0.81"), takes, nil
		case "health":
			return "Health Status : Alarm\nError Code : 80E18005 FFFFFFF0\nError Information : a\n\n : b\n", takes, nil
		case "sensors":
			return "Soc Max Temperature (C) : 56\nSFP Temperature (C) : 32767\n", takes, nil
		case "temp":
			return "NPU Temperature (C) : 57\n", takes, nil
		case "power":
			return "NPU Real-time Power(W) : 258.5\n", takes, nil
		case "hccs":
			return "hccs health status : OK\nhccs link speed : [224 0 ]\nhccs tx bytes : [100 20 ]\nhccs error count : [1 2 ]\n", takes, nil
		case "board":
			if strings.Contains(args, " -c ") {
				return "NPU ID : 0\nChip ID : " + words[len(words)-1] + "\nVDie ID : 1 2 3 4 5\nBoard ID : 0xb1\n", takes, nil
			}

			return "NPU ID : 0\nProduct Name : P\nSerial Number : S\nFirmware Version : 7.1\nChip Count : 2\n", takes, nil
		case "spod-info":
			return "SDID : 0\nSuper Pod Size : 384\nSuper Pod ID : 1\nServer Index : 3\n", takes, nil
		case "sio-info":
			return "TX Error Count : 4\nRX Error Count : 5\n", takes, nil
		default:
			return "This device does not support querying " + words[2] + ".\n", takes, nil
		}
	}
}

// TestPlanBudget: at half a second a run the default plan of 8 and of 16 chips fits into the tool's share without stretching. With
// PLAN_LOG in the environment the runs are written there, a line each.
func TestPlanBudget(t *testing.T) {
	t.Parallel()

	for product, chips := range map[string]int{"910B3": 1, "A3": 2} {
		t.Run(product, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, onByDefault(), whole(t, product, chips, 500*time.Millisecond))
				b.run(t)
				b.at(20 * time.Minute)

				if b.tool.atOnce != 1 {
					t.Errorf("%d runs at once", b.tool.atOnce)
				}

				runs, summaries := 0, b.tool.startsOf(b.begin, "info")

				for _, start := range b.tool.starts {
					if at := start.at.Sub(b.begin); at >= 10*time.Minute && at < 20*time.Minute {
						runs++
					}
				}

				// At half a second each more would leave no room in a share of 0.3.
				budget.Hold(t, "processes.npu-smi", float64(runs)/10)

				// One run and its rest: 0.5 s at a share of 0.3.
				for i := 1; i < len(summaries); i++ {
					if gap := summaries[i] - summaries[i-1]; summaries[i] > 3*time.Minute && gap > 17*time.Second {
						t.Errorf("a summary began %v after the one before, at %v", gap, summaries[i])
					}
				}

				if lag := b.last().Runner.Lag; lag > 15*time.Second {
					t.Errorf("lag %v", lag)
				}

				writePlan(t, product, b)
			})
		})
	}
}

func writePlan(t *testing.T, product string, b *bench) {
	t.Helper()

	folder := os.Getenv("PLAN_LOG")
	if folder == "" {
		return
	}

	var text strings.Builder
	for _, start := range b.tool.starts {
		fmt.Fprintf(&text, "%8.3f %s\n", start.at.Sub(b.begin).Seconds(), start.args)
	}

	for _, q := range b.last().Queries {
		fmt.Fprintf(&text, "# %-10s %5.2f runs a minute\n", q.Name, float64(q.Runs)/20)
	}

	if err := os.WriteFile(folder+"/plan-"+product+".log", []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSlowToolStretchesThePlan: at a second a run 16 chips do not fit, and everything is late alike.
func TestSlowToolStretchesThePlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, onByDefault(), whole(t, "A3", 2, time.Second))
		b.run(t)
		b.at(time.Hour)

		var total time.Duration
		for _, q := range b.last().Queries {
			total += q.Duration
		}

		if duty := total.Hours(); duty > 0.34 {
			t.Errorf("the tool ran %.2f of the time", duty)
		}

		usages := latestGap(b.tool.startsOf(b.begin, "info -t usages -i 7"))
		volt := latestGap(b.tool.startsOf(b.begin, "info -t volt -i 7"))

		if usages > 4*time.Minute || volt > 20*time.Minute {
			t.Errorf("usages up to %v apart, planned 1 m; volt %v, planned 5 m", usages, volt)
		}
	})
}

// TestHungChipBesideAWholePlan: what the others say stays in time.
func TestHungChipBesideAWholePlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, onByDefault(), hanging(whole(t, "910B3", 1, 500*time.Millisecond), "-i 3", "-i 3 -c 0"))
		b.run(t)
		b.at(30 * time.Minute)

		for npu := range 8 {
			if npu == 3 {
				continue
			}

			if gap := latestGap(b.tool.startsOf(b.begin, fmt.Sprintf("info -t usages -i %d", npu))); gap > 3*time.Minute {
				t.Errorf("usages of npu %d were %v apart", npu, gap)
			}

			if chip := b.last().Chips[npu]; !chip.Detail.Voltage.Present() || !chip.Detail.AIVector.Present() {
				t.Errorf("npu %d has lost what was known of it: %+v", npu, chip.Detail)
			}
		}

		sick := b.last().Chips[3]
		if sick.Detail.Voltage.Present() || !sick.Power.Present() {
			t.Errorf("npu 3: voltage %v, power %v, want what the summary says and nothing else", sick.Detail.Voltage, sick.Power)
		}

		for _, name := range []string{"volt", "memory", "ecc", "health", "sensors"} {
			if q := b.query(t, name); q.Success || len(q.Failing) != 1 || q.Failing[0].NPU != 3 {
				t.Errorf("%s: success %v, failing %+v", name, q.Success, q.Failing)
			}
		}

		if q := b.query(t, "usages"); len(q.Failing) != 1 || q.Failing[0].NPU != 3 || q.Failing[0].Reason != npusmi.ReasonTimeout {
			t.Errorf("failing %+v", q.Failing)
		}
	})
}

// TestDetailsJoinTheChips reads everything once.
func TestDetailsJoinTheChips(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Sources(), whole(t, "A3", 2, time.Millisecond))
		if !b.Once(t.Context()) {
			t.Fatal("not up")
		}

		chip, d := b.last().Chips[1], b.last().Chips[1].Detail

		for name, pair := range map[string][2]optional.Float{
			"AI Vector":       {d.AIVector, optional.Of(0.07)},
			"NPU":             {chip.Utilization, optional.Of(0.41)},
			"HBM bandwidth":   {d.HBMBandwidth, optional.Of(0.3)},
			"DDR bandwidth":   {d.DDRBandwidth, optional.Float{}},
			"rated frequency": {d.AICoreRatedFrequency, optional.Of(1.8e9)},
			"frequency 0":     {d.AICoreFrequency, optional.Float{}},
			"HBM temperature": {d.HBMTemperature, optional.Of(55)},
			"HBM frequency":   {d.HBMFrequency, optional.Of(1.6e9)},
			"voltage":         {d.Voltage, optional.Of(0.81)},
			"SIO":             {d.SIOReceive, optional.Of(5)},
			"links down":      {d.HCCS.Links[1].Down, optional.Of(1)},
			"errors":          {d.HCCS.Links[1].Errors, optional.Of(2)},
			"onsets":          {chip.Derived.Onsets[0].Number, optional.Of(0)},
			"observed":        {chip.Derived.ObservedSeconds, optional.Of(0)},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
			}
		}

		if board := *d.Board; board.Product != "P" || board.Serial != "S" || board.VDieID != "1 2 3 4 5" || board.BoardID != "0xb1" {
			t.Errorf("board %+v", board)
		}

		if len(d.Faults) != 2 || d.Faults[0].Code != "80E18005" || d.Faults[0].Handling == "" || d.Faults[1].Handling != "" {
			t.Errorf("faults %+v", d.Faults)
		}

		if *d.SuperPod != (snapshot.SuperPod{ID: "1", ServerIndex: "3", SDID: "0", Size: "384"}) {
			t.Errorf("SuperPod %+v", d.SuperPod)
		}

		if len(d.Sensors) != 1 || d.Sensors[0].Name != "soc_max" {
			t.Errorf("sensors %+v", d.Sensors)
		}

		if chip.Health != npusmi.HealthOK {
			t.Errorf("health %v: the summary's word stands", chip.Health)
		}

		for _, q := range b.last().Queries {
			if !q.Success || q.Unrecognized > 0 {
				t.Errorf("%s: success %v, %d lines not understood", q.Name, q.Success, q.Unrecognized)
			}
		}
	})
}

// TestFallbackOfAHostThatWasNeverListed knows the chips by their mapping, and believes no answer of failed readings.
func TestFallbackOfAHostThatWasNeverListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := whole(t, "A3", 2, 100*time.Millisecond)
		b := newBench(t, onByDefault(), hanging(func(args string) (string, time.Duration, *npusmi.Failure) {
			switch {
			case strings.HasPrefix(args, "info -t usages -i 3"):
				return blocks(args, 2, "HBM Capacity(MB) : 0", "DDR Capacity(MB) : 0", "Aicore Usage Rate(%) : 0"), 0, nil
			case strings.HasSuffix(args, " -i 3 -c 0"), strings.HasSuffix(args, " -i 3 -c 1"):
				return "Failed to query \"it\" result.\n", 0, nil
			default:
				return good(args)
			}
		}, "info"))
		b.run(t)
		b.at(30 * time.Minute)

		s := b.last()
		if !s.Up || len(s.Chips) != 14 {
			t.Fatalf("up %v, %d chips, want those of the NPUs that answer", s.Up, len(s.Chips))
		}

		if !s.Chips[0].Power.Is(258.5) || s.Chips[1].Power.Present() || s.Chips[1].PhyID != "1" {
			t.Errorf("power %v and %v, physical id %q", s.Chips[0].Power, s.Chips[1].Power, s.Chips[1].PhyID)
		}
	})
}

// TestFallbackWithRealQueries: while the summary hangs, health, temperature, power and rates come from the chips.
func TestFallbackWithRealQueries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := whole(t, "A3", 2, 100*time.Millisecond)
		b := newBench(t, onByDefault(), good)
		b.run(t)
		b.at(time.Minute)
		b.tool.set(hanging(good, "info"))
		b.at(30 * time.Minute)

		s := b.last()
		if !s.Up || !s.Fallback || len(s.Chips) != 16 {
			t.Fatalf("up %v, fallback %v, %d chips", s.Up, s.Fallback, len(s.Chips))
		}

		first, second := s.Chips[0], s.Chips[1]
		if !first.Power.Is(258.5) || second.Power.Present() {
			t.Errorf("power %v and %v: a package's stands on its first die", first.Power, second.Power)
		}

		if !second.Temperature.Is(57) || !second.AICore.Is(0.4) || second.Health != npusmi.HealthAlarm || !second.HBM.Used.Is(32<<30) {
			t.Errorf("chip %+v", second)
		}
	})
}
