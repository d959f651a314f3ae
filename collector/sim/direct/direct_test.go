package direct_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/direct"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// parsers read the text of each query.
func parsers() map[string]func([]byte) (any, npusmi.Warnings, error) {
	return map[string]func([]byte) (any, npusmi.Warnings, error){
		"mapping":   parser(npusmi.ParseMapping),
		"summary":   parser(npusmi.ParseSummary),
		"usages":    parser(npusmi.ParseUsages),
		"health":    parser(npusmi.ParseHealth),
		"temp":      parser(npusmi.ParseTemp),
		"power":     parser(npusmi.ParsePower),
		"memory":    parser(npusmi.ParseMemory),
		"ecc":       parser(npusmi.ParseECC),
		"common":    parser(npusmi.ParseCommon),
		"volt":      parser(npusmi.ParseVolt),
		"sensors":   parser(npusmi.ParseSensors),
		"pcie-err":  parser(npusmi.ParsePCIeErrors),
		"hccs":      parser(npusmi.ParseHCCS),
		"sio-info":  parser(npusmi.ParseSIOErrors),
		"board":     parser(npusmi.ParseBoard),
		"die":       parser(npusmi.ParseBoard),
		"spod-info": parser(npusmi.ParseSuperPod),
		"info-vnpu": parser(npusmi.ParseVNPUs),
	}
}

func parser[T any](parse func([]byte) (T, npusmi.Warnings, error)) func([]byte) (any, npusmi.Warnings, error) {
	return func(output []byte) (any, npusmi.Warnings, error) { return parse(output) }
}

// targets are all that the exporter can ask a query about.
func targets(s sim.State, source poll.Source) []poll.Target {
	if source.Scope == poll.ScopeHost {
		return []poll.Target{{}}
	}

	var all []poll.Target

	bare := s.Family == sim.FamilyA5

	for _, n := range s.NPUs {
		if source.Scope == poll.ScopeCard {
			all = append(all, poll.Target{Key: snapshot.Key{NPU: n.ID}, Card: true, Bare: bare})
		}

		if source.Scope == poll.ScopeChip || source.ByChip {
			for _, c := range n.Chips {
				all = append(all, poll.Target{Key: snapshot.Key{NPU: n.ID, Chip: c.ID}, Bare: bare})
			}
		}
	}

	return all
}

// compare asks everything that the exporter asks, both ways, and counts the answers of each query that need no text.
func compare(t *testing.T, s sim.State) map[string]int {
	t.Helper()

	answers := make(map[string]int)

	for _, source := range poll.Sources() {
		if source.Off || source.Network { // the latter are always text
			continue
		}

		parse := parsers()[source.Name]
		if parse == nil {
			t.Fatalf("no parser of %s is compared", source.Name)
		}

		for _, target := range targets(s, source) {
			args := source.Args(target)

			got, ok := direct.Answer(s, args)
			if !ok {
				continue
			}

			answers[source.Name]++

			var text bytes.Buffer

			sim.Print(&text, s, args)

			want, warnings, err := parse(text.Bytes())
			if err != nil || warnings.Count > 0 {
				t.Fatalf("%v: an answer where the text has none: %v %+v\n%s", args, err, warnings, text.String())
			}

			if diff := cmp.Diff(want, got, cmp.Comparer(same)); diff != "" {
				t.Fatalf("%v: text and direct differ (-text +direct):\n%s\n%s", args, diff, text.String())
			}
		}
	}

	return answers
}

func same(a, b optional.Float) bool { return a == b }

// TestDirectIsTheText asks machines as they run.
func TestDirectIsTheText(t *testing.T) {
	t.Parallel()

	// What is asked all the time must need no text on the products of fleets.
	always := map[string][]string{
		"910B3": {"summary", "usages", "health", "memory", "ecc", "common", "volt", "sensors", "pcie-err", "hccs"},
		"A3":    {"summary", "usages", "health", "memory", "ecc", "common", "volt", "sensors", "hccs", "sio-info"},
		"950PR": {"summary", "usages", "health", "memory", "ecc", "common", "volt", "sensors"},
	}

	for _, product := range sim.Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			random := rand.New(rand.NewPCG(1, uint64(len(product))))

			for _, release := range append(sim.Releases(product), "") {
				for range 5 {
					machine, err := sim.New(sim.Config{Product: product, Release: release, Seed: random.Uint64()})
					if err != nil {
						t.Fatal(err)
					}

					answers := compare(t, machine.At(time.Unix(1_700_000_000+random.Int64N(1e8), random.Int64N(1e9))))

					for _, name := range always[product] {
						if answers[name] == 0 && release == "" {
							t.Errorf("%s is answered by text only", name)
						}
					}
				}
			}
		})
	}
}

// TestDirectIsTheTextOfAnything asks machines in states in which none would be.
func TestDirectIsTheTextOfAnything(t *testing.T) {
	t.Parallel()

	for _, product := range sim.Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			random := rand.New(rand.NewPCG(2, uint64(len(product))))

			machine, err := sim.New(sim.Config{Product: product, NPUs: 2})
			if err != nil {
				t.Fatal(err)
			}

			answers := 0

			for range 200 {
				state := machine.At(time.Unix(1_700_000_000, 0))
				state.Release = []string{"", "23.0", "24.1", "25.0", "25.5", "26.0"}[random.IntN(6)]
				state.UnifiedBus = random.IntN(4) == 0
				state.Container = random.IntN(8) == 0

				for i := range state.NPUs {
					for j := range state.NPUs[i].Chips {
						scramble(random, &state.NPUs[i].Chips[j])
					}
				}

				for _, count := range compare(t, state) {
					answers += count
				}
			}

			family := machine.At(time.Unix(0, 0)).Family
			if want := slices.Contains([]sim.Family{sim.FamilyA2, sim.FamilyA3, sim.FamilyA5}, family); (answers > 0) != want {
				t.Errorf("%d answers were compared", answers)
			}
		})
	}
}

// scramble gives a chip values that it never would have.
func scramble(r *rand.Rand, c *sim.Chip) {
	n := func() int {
		return []int{0, 1, r.IntN(100), 101, r.IntN(1e6), 0x7EFF, 0x7FFD, 0x7FFF, 1<<31 - 1}[r.IntN(9)]
	}
	watts := func() float64 {
		return []float64{0, 0.05, 0.25, 100 * r.Float64(), 400 * r.Float64(), 0x7FFD}[r.IntN(6)]
	}

	c.Health = sim.Health(r.IntN(6))
	c.Power = optional.Of(watts()).Unless(r.IntN(4) == 0)
	c.Voltage = watts()
	c.Temperature, c.AICore, c.AICores = n(), n(), n()
	c.Rates = sim.Rates{
		AICore: n(), AIVector: n(), AICube: n(), AICPU: n(), CtrlCPU: n(), NPU: n(), HBM: n(), HBMBandwidth: n(), DDR: n(), DDRBandwidth: n(),
	}
	c.Clock = sim.Clock{Current: n(), Rated: n()}
	c.Sensors = sim.Sensors{SoC: n(), SFP: n(), NDie: n(), HBM: n()}
	c.Hugepages, c.DDR, c.HBM = sim.Usage{Used: n(), Total: n()}, sim.Usage{Used: n(), Total: n()}, sim.Usage{Used: n(), Total: n()}
	c.HBMInfo, c.DDRClock = sim.HBMInfo{Clock: n(), Temperature: n(), Vendor: r.IntN(256)}, n()
	c.ECC = sim.ECC{
		Single: n(), Double: n(), TotalSingle: n(), TotalDouble: n(), IsolatedSingle: n(), IsolatedDouble: n(),
		NextIsolatedSingle: n(), NextIsolatedDouble: n(),
	}
	c.PCIe = sim.PCIeErrors{TX: n(), RX: n(), LCRC: n(), ECRC: n(), Retry: n()}
	c.SIO = sim.SIOErrors{TX: n(), RX: n()}
	c.HCCS = nil

	for range r.IntN(8) {
		c.HCCS = append(c.HCCS, sim.HCCSLink{
			Mode: r.IntN(20) % 5, Lanes: strings.Repeat("1", r.IntN(4)) + "01"[:r.IntN(3)], Speed: n(),
			TxPackets: r.Uint64() >> r.IntN(64), RxPackets: r.Uint64() >> r.IntN(64), Retries: uint64(n()), Errors: uint64(n()),
		})
	}

	c.Processes = nil

	for range r.IntN(12) {
		name := []string{"", "python3", "a name with blanks", "VLLM::Worker_TP0", "pipe|d", " 字", "+---+", "NPU"}[r.IntN(8)]
		c.Processes = append(c.Processes, sim.Process{PID: r.IntN(1 << 22), Name: name, Memory: n()})
	}

	if r.IntN(8) == 0 {
		c.Failures = map[sim.Reading]sim.FailureCode{readings()[r.IntN(len(readings()))]: sim.FailureTimeout}
	}

	if r.IntN(8) == 0 {
		c.Faults = []sim.Fault{{Code: r.Uint32(), Text: "a fault"}}
	}
}

func readings() []sim.Reading {
	return []sim.Reading{sim.EveryReading, sim.ReadingTemperature, sim.ReadingPower, sim.ReadingHBM, sim.ReadingRates, sim.ReadingHealth}
}

// TestNoAnswer: what the exporter never asks, and what fails, is the text's business.
func TestNoAnswer(t *testing.T) {
	t.Parallel()

	machine, err := sim.New(sim.Config{Product: "A3"})
	if err != nil {
		t.Fatal(err)
	}

	whole := machine.At(time.Unix(1_700_000_000, 0))

	for _, args := range []string{
		"", "-v", "info -m", "info -l", "info -t", "info -t usages", "info -t usages -i 99", "info -t usages -i 0 -c 7", "info -t usages -c 0 -i 0",
		"info -t common -i 0 -c 0", "info -t sensors -i 0", "info -t hccs -i 0", "info -t nothing -i 0", "watch -t usages -i 0",
	} {
		if answer, ok := direct.Answer(whole, strings.Fields(args)); ok {
			t.Errorf("%q is answered: %v", args, answer)
		}
	}

	for name, change := range map[string]func(*sim.State){
		"old tool":  func(s *sim.State) { s.Release = "24.1" },
		"no driver": func(s *sim.State) { s.Init = sim.FailureDriver },
		"noise":     func(s *sim.State) { s.Noise = "a warning" },
		"container": func(s *sim.State) { s.Container = true },
		"no chips":  func(s *sim.State) { s.NPUs = nil },
		"failure": func(s *sim.State) {
			s.NPUs[0].Chips[0].Failures = map[sim.Reading]sim.FailureCode{sim.EveryReading: sim.FailureTimeout}
		},
	} {
		state := machine.At(time.Unix(1_700_000_000, 0))
		change(&state)

		for _, args := range [][]string{{"info"}, {"info", "-t", "usages", "-i", "0"}} {
			if _, ok := direct.Answer(state, args); ok {
				t.Errorf("%s: %v is answered", name, slices.Clone(args))
			}
		}
	}
}
