package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process/processtest"
)

// A heldChip is a chip of a machine that is written down.
type heldChip struct {
	npu, chip int
	power     string
	aicore    int
	used      int // MB of HBM
	processes []heldProcess
}

type heldProcess struct {
	pid    int
	name   string // as the tool shows it
	memory int    // MB
}

// heldMachine writes a recording of a machine: an A3, whose chips have physical ids, or an A2.
func heldMachine(t *testing.T, a3 bool, chips ...heldChip) string {
	t.Helper()

	column, heading := "Chip                      ", "\tNPU ID         Chip ID        Chip Logic ID  Chip Name\n"
	if a3 {
		column, heading = "Chip  Phy-ID              ", "\tNPU ID         Chip ID        Chip Logic ID  Chip Phy-ID    Chip Name\n"
	}

	rule := "+---------------------------+---------------+----------------------------------------------------+\n"

	var info, processes, mapping strings.Builder

	info.WriteString("| npu-smi 25.5.1                   Version: 25.5.1                                               |\n" + rule +
		"| NPU   Name                | Health        | Power(W)    Temp(C)           Hugepages-Usage(page)|\n" +
		"| " + column + "| Bus-Id        | AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)        |\n" + rule)
	mapping.WriteString(heading)
	processes.WriteString("| NPU     Chip              | Process id    | Process name             | Process memory(MB)      |\n" + rule)

	for i, c := range chips {
		id := fmt.Sprintf("%-26d", c.chip)
		if a3 {
			id = fmt.Sprintf("%-5d %-20d", c.chip, i)
			fmt.Fprintf(&mapping, "\t%-14d %-14d %-14d %-14d Ascend910\n", c.npu, c.chip, i, i)
		} else {
			fmt.Fprintf(&mapping, "\t%-14d %-14d %-14d Ascend 910B3\n", c.npu, c.chip, i)
		}

		fmt.Fprintf(&info, "| %-5d %-20s| %-13s | %-11s %-17d 0    / 0             |\n", c.npu, "910B3", "OK", c.power, 45)
		fmt.Fprintf(&info, "| %s| 0000:%02X:00.0  | %-11d 0    / 0          %-6d/ 65536         |\n%s", id, i+1, c.aicore, c.used, rule)

		for _, p := range c.processes {
			fmt.Fprintf(&processes, "| %-7d %-18d| %-13d | %-24s | %-24d|\n", c.npu, c.chip, p.pid, p.name, p.memory)
		}

		if len(c.processes) == 0 {
			fmt.Fprintf(&processes, "| No running processes found in NPU %-60d |\n", c.npu)
		}
	}

	path := filepath.Join(t.TempDir(), "machine.txtar")
	text := "-- info --\n" + info.String() + processes.String() + "-- info -m --\n" + mapping.String()

	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

const (
	engineContainer = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	enginePod       = "3f1e8a52-90ab-4c7d-8e21-5d6f708192a3"
)

// heldHost is an A2 on which a vLLM in a pod holds chips 0 and 1, a training chip 2 and a job chip 5. Memory was left behind on 4.
func heldHost(t *testing.T) (machine string, tree *processtest.Tree, jobs string) {
	t.Helper()

	machine = heldMachine(t, false,
		heldChip{npu: 0, power: "300.0", aicore: 80, used: 55000, processes: []heldProcess{
			{4100, "VLLMEngineCor", 1000}, {4101, "VLLMWorker_TP", 50000},
		}},
		heldChip{npu: 1, power: "310.0", aicore: 60, used: 54000, processes: []heldProcess{{4102, "VLLMWorker_TP", 50000}}},
		heldChip{npu: 2, power: "95.0", aicore: 3, used: 34000, processes: []heldProcess{{4200, "", 30000}, {4299, "", 100}}},
		heldChip{npu: 3, power: "90.0", used: 3400},
		heldChip{npu: 4, power: "91.0", used: 33000},
		heldChip{npu: 5, power: "92.0", used: 33000},
	)

	tree = processtest.New(t)
	cgroup := "0::/kubepods.slice/kubepods-pod" + strings.ReplaceAll(enginePod, "-", "_") + ".slice/cri-containerd-" + engineContainer + ".scope\n"
	tree.Add(processtest.Process{PID: 4100, Name: "VLLM::EngineCor", Words: []string{"VLLM::EngineCore"}, Cgroup: cgroup})
	tree.Add(processtest.Process{PID: 4101, Name: "VLLM::Worker_TP", Words: []string{"VLLM::Worker_TP0"}, Cgroup: cgroup})
	tree.Add(processtest.Process{PID: 4102, Name: "VLLM::Worker_TP", Words: []string{"VLLM::Worker_TP1"}, Cgroup: cgroup})
	tree.Add(processtest.Process{PID: 4000, Name: "torchrun", Words: []string{"/usr/bin/python3", "/usr/bin/torchrun", "train.py"}, UID: 1000})
	tree.Add(processtest.Process{PID: 4200, Parent: 4000, Name: "python3", Words: []string{"/usr/bin/python3", "train.py"}, UID: 1000})

	jobs = t.TempDir()
	writeJob(t, jobs, "5", "4711\talice\n")

	return machine, tree, jobs
}

// writeJob writes a file of jobs as a prolog does.
func writeJob(t *testing.T, folder, chip, text string) {
	t.Helper()

	next := filepath.Join(folder, "."+chip)
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	if err := os.Rename(next, filepath.Join(folder, chip)); err != nil {
		t.Fatal(err)
	}
}

// withoutHolders are the names of all series of the chips but those of processes and jobs.
func withoutHolders(s samples) map[string]bool {
	names := make(map[string]bool)

	for name := range s {
		if strings.Contains(name, "chip=") && !strings.HasPrefix(name, "ascend_npu_process_") && !strings.HasPrefix(name, "ascend_npu_job_") {
			names[name] = true
		}
	}

	return names
}
