package poll

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// chipWith is a chip of 100 bytes in use with processes that hold so many each.
func chipWith(npu int, sizes ...float64) snapshot.Chip {
	chip := snapshot.Chip{
		Key: snapshot.Key{NPU: npu}, HBM: snapshot.Memory{Used: optional.Of(100)}, ProcessCount: optional.Of(float64(len(sizes))),
	}

	for i, size := range sizes {
		chip.AddProcess(strconv.Itoa(10*npu+i), "", optional.Of(size))
	}

	return chip
}

func TestUnattributed(t *testing.T) {
	t.Parallel()

	tests := []struct {
		name      string
		change    func(*snapshot.Chip)
		container bool
		want      optional.Float
	}{
		{"processes hold a part", func(*snapshot.Chip) {}, false, optional.Of(30)},
		{"in a container that sees them", func(*snapshot.Chip) {}, true, optional.Of(30)},
		{"no process", func(c *snapshot.Chip) { c.Processes = nil }, false, optional.Of(100)},
		{"no process in a container", func(c *snapshot.Chip) { c.Processes = nil }, true, optional.Float{}},
		{"no table of processes", func(c *snapshot.Chip) { c.Processes, c.ProcessCount = nil, optional.Float{} }, false, optional.Float{}},
		{"as many as the tool shows", func(c *snapshot.Chip) { c.ProcessesCut = true }, false, optional.Float{}},
		{"a process of unknown size", func(c *snapshot.Chip) { c.AddProcess("9", "", optional.Float{}) }, false, optional.Float{}},
		{"more than is in use", func(c *snapshot.Chip) { c.AddProcess("9", "", optional.Of(31)) }, false, optional.Float{}},
		{"all of it", func(c *snapshot.Chip) { c.AddProcess("9", "", optional.Of(30)) }, false, optional.Of(0)},
		{"no HBM", func(c *snapshot.Chip) { c.HBM = snapshot.Memory{} }, false, optional.Float{}},
	}

	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			chip := chipWith(0, 50, 20)
			test.change(&chip)

			if got := unattributed(&chip, !test.container); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

func TestProcessLimit(t *testing.T) {
	t.Parallel()

	var limit processLimit

	left := func(most int, chips ...snapshot.Chip) string {
		limit.apply(chips, most)

		var out []string

		for _, chip := range chips {
			for _, p := range chip.Processes {
				if p.LeftOut {
					out = append(out, p.PID)
				}
			}
		}

		return strings.Join(out, " ")
	}

	steps := []struct {
		most  int
		chips []snapshot.Chip
		want  string
		total uint64
	}{
		{5, []snapshot.Chip{chipWith(1, 10, 20, 30), chipWith(2, 5, 6)}, "", 0},
		{0, []snapshot.Chip{chipWith(1, 10, 20, 30)}, "", 0},
		{2, []snapshot.Chip{chipWith(1, 10, 20, 30), chipWith(2, 25, 6)}, "10 11 21", 3},
		{2, []snapshot.Chip{chipWith(1, 10, 20, 30), chipWith(2, 25, 6)}, "10 11 21", 3}, // the same
		{2, []snapshot.Chip{chipWith(1, 40, 20, 30), chipWith(2, 25, 6)}, "11 20 21", 4},
		{3, []snapshot.Chip{chipWith(1, 7, 7, 7), chipWith(2, 7)}, "20", 4}, // of equals the first chips'
		{2, []snapshot.Chip{chipWith(1, 7)}, "", 4},
		{0, nil, "", 4},
		{1, []snapshot.Chip{chipWith(1, 1, 2)}, "10", 5}, // again
	}

	for i, step := range steps {
		if got := left(step.most, step.chips...); got != step.want || limit.total != step.total {
			t.Errorf("step %d: left out %q, %d in all, want %q, %d", i, got, limit.total, step.want, step.total)
		}
	}
}

// table is a summary of one chip with processes of 10 MB each.
func table(processes int, name string) string {
	var text strings.Builder

	text.WriteString(`+------------------------------------------------------------------------------------------------+
| npu-smi 25.2.0                   Version: 25.2.0                                               |
+---------------------------+---------------+----------------------------------------------------+
| NPU   Name                | Health        | Power(W)    Temp(C)           Hugepages-Usage(page)|
| Chip                      | Bus-Id        | AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)        |
+===========================+===============+====================================================+
| 0     910B3               | OK            | 93.2        41                0    / 0             |
| 0                         | 0000:C1:00.0  | 0           0    / 0          1000 / 65536         |
+===========================+===============+====================================================+
+---------------------------+---------------+----------------------------------------------------+
| NPU     Chip              | Process id    | Process name             | Process memory(MB)      |
+===========================+===============+====================================================+
`)

	for i := range processes {
		fmt.Fprintf(&text, "| 0       0                 | %-13d | %-24s | %-23d |\n", 100+i, name, 10)
	}

	return text.String()
}

// TestManyProcesses: from 8 on all are asked for; before and after, the summary's word is enough.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const mapping = "\tNPU ID                         Chip ID                        Chip Logic ID                  Chip Name\n" +
			"\t0                              0                              0                              Ascend 910B3\n"

		answer := func(shown, all int) answers {
			return func(args string) (string, time.Duration, *npusmi.Failure) {
				switch {
				case args == "info -m":
					return mapping, time.Millisecond, nil
				case args == "info":
					return table(shown, "a"), time.Millisecond, nil
				case all < 0:
					return "Failed to query \"proc-mem\" info.\n", time.Millisecond, nil
				default:
					var text strings.Builder

					text.WriteString("\tNPU ID                         : 0\n\tChip Count                     : 1\n\n")

					for i := range all {
						fmt.Fprintf(&text, "\tProcess id:%-7d Process name:%-17s Process memory(MB):10\n", 100+i, "a")
					}

					return text.String() + "\tChip ID                        : 0\n", time.Millisecond, nil
				}
			}
		}

		var sources []Source

		for _, source := range Sources() {
			if source.Name == Mapping || source.Name == Summary || source.Name == ProcMem {
				sources = append(sources, source)
			}
		}

		b := newBench(t, sources, answer(7, 7))
		b.run(t)

		check := func(when string, count, unattributed float64, asked bool) {
			t.Helper()

			chip := b.last().Chips[0]
			if !chip.ProcessCount.Is(count) || unattributed >= 0 != chip.Unattributed.Present() ||
				unattributed >= 0 && !chip.Unattributed.Is(unattributed*mebibyte) || b.query(t, ProcMem).Asked != asked {
				t.Errorf("%s: %v processes, %v unattributed, proc-mem asked: %v", when, chip.ProcessCount, chip.Unattributed, b.query(t, ProcMem).Asked)
			}
		}

		b.at(10 * time.Minute)
		check("seven", 7, 930, false)

		b.tool.set(answer(8, 20))
		b.at(11 * time.Minute)
		check("twenty", 20, 800, true)

		b.tool.set(answer(8, 70))
		b.at(13 * time.Minute)
		check("more than the driver reports", 70, -1, true)

		b.tool.set(answer(3, 20))
		b.at(13*time.Minute + 16*time.Second)
		check("three", 3, 970, true)

		runs := b.query(t, ProcMem).Runs

		b.at(30 * time.Minute)

		if q := b.query(t, ProcMem); q.Runs > runs+1 || !q.Success || q.LastSuccess.Present() {
			t.Errorf("of three processes proc-mem is asked: %+v", q)
		}

		b.tool.set(answer(8, -1))
		b.at(31 * time.Minute)
		check("eight, and proc-mem fails", 8, -1, true)

		if q := b.query(t, ProcMem); q.Success {
			t.Errorf("query %+v", q)
		}
	})
}

func TestJoinProcesses(t *testing.T) {
	t.Parallel()

	draft := Draft{Chips: []snapshot.Chip{{Processes: []snapshot.Process{
		{PID: "1", Name: "VLLMEngineCor"}, {PID: "2"}, {PID: "3", Name: "python3"}, {PID: "4", Name: "python3"},
	}}}}

	processes{
		"1": {Name: "VLLM::EngineCore", Comm: "VLLM::EngineCor", Framework: "vllm", User: "alice", ContainerID: "c", PodUID: "p"},
		"2": {Name: "python3", Comm: "python3"},
		"3": {Name: "sshd", Comm: "sshd", User: "root"}, // the pid was given away
	}.Join(&draft)

	want := []snapshot.Process{
		{PID: "1", Name: "VLLM::EngineCore", Owner: &snapshot.Owner{Framework: "vllm", User: "alice", ContainerID: "c", PodUID: "p"}},
		{PID: "2", Name: "python3", Owner: &snapshot.Owner{}},
		{PID: "3", Name: "python3"},
		{PID: "4", Name: "python3"},
	}
	if diff := cmp.Diff(want, draft.Chips[0].Processes, sameFloats()); diff != "" {
		t.Errorf("processes (-want +got):\n%s", diff)
	}
}

// procs is a procfs whose processes may block.
type procs struct {
	mutex   sync.Mutex
	reads   map[int]int
	blocked map[int]chan struct{}
	err     map[int]error
}

func (p *procs) read(pid int) (process.Info, error) {
	p.mutex.Lock()
	p.reads[pid]++
	blocked, err := p.blocked[pid], p.err[pid]
	p.mutex.Unlock()

	if blocked != nil {
		<-blocked
	}

	return process.Info{Name: "a", Comm: "a"}, err
}

// holding is a snapshot with processes on a chip.
func holding(pids ...int) *snapshot.Snapshot {
	chip := snapshot.Chip{}
	for _, pid := range pids {
		chip.AddProcess(strconv.Itoa(pid), "", optional.Float{})
	}

	return &snapshot.Snapshot{Chips: []snapshot.Chip{chip}}
}

func TestProcessesThatBlock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := &procs{reads: make(map[int]int), blocked: make(map[int]chan struct{}), err: map[int]error{3: errors.New("oops"), 4: fs.ErrNotExist}}
		p.blocked[2] = release

		side := ReadProcesses(p.read, time.Second)
		read := func(pids ...int) (processes, npusmi.Warnings) {
			t.Helper()

			begin := time.Now()

			reading, warnings, err := side.Read(t.Context(), holding(pids...))
			if err != nil || time.Since(begin) > side.Deadline {
				t.Fatalf("after %v: %v", time.Since(begin), err)
			}

			got, ok := reading.(processes)
			if !ok {
				t.Fatalf("a reading of %T", reading)
			}

			return got, warnings
		}

		for range 3 {
			got, warnings := read(1, 2, 3, 4)
			if _, ok := got["1"]; !ok || len(got) != 1 || warnings.Count != 2 {
				t.Errorf("read %v, passed over %+v", got, warnings)
			}
		}

		if p.reads[2] != 1 || p.reads[1] != 3 {
			t.Errorf("the one that blocks was begun %d times, the others %d", p.reads[2], p.reads[1])
		}

		// Many that block are no reason to hold a thread for each.
		var many []int

		for pid := 100; pid < 107; pid++ {
			p.blocked[pid] = release
			many = append(many, pid)
		}

		read(many...)

		if got, warnings := read(1, 200); len(got) != 0 || warnings.Count != 2 {
			t.Errorf("read %v, passed over %+v", got, warnings)
		}

		close(release)
		synctest.Wait()

		if got, _ := read(append(many, 1, 2)...); len(got) != 9 {
			t.Errorf("after they ended only %d are read", len(got))
		}
	})
}

func TestProcessesInAContainer(t *testing.T) {
	t.Parallel()

	side := ReadProcesses(func(int) (process.Info, error) { return process.Info{}, process.ErrNotHost }, time.Second)

	_, _, err := side.Read(t.Context(), holding(1))

	var failure *npusmi.Failure
	if !errors.As(err, &failure) || failure.Reason != npusmi.ReasonPermission || !strings.Contains(failure.Advice, "hostPID") {
		t.Errorf("error %v", err)
	}

	if reading, _, err := side.Read(t.Context(), new(snapshot.Snapshot)); err != nil || reading == nil {
		t.Errorf("before the first snapshot: %v, %v", reading, err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	blocks := make(chan struct{})
	defer close(blocks)

	side = ReadProcesses(func(int) (process.Info, error) {
		<-blocks

		return process.Info{}, nil
	}, time.Second)

	if _, _, err := side.Read(ctx, holding(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("when the exporter ends: %v", err)
	}
}
