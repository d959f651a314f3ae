package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process/processtest"
)

const gibi = 1 << 30

// TestProcessesAndJobs: whose the processes are, what nobody holds, and that the hardware's series stay as they are.
func TestProcessesAndJobs(t *testing.T) {
	t.Parallel()

	machine, tree, jobs := heldHost(t)
	tool := newStandIn(t, "--replay="+machine)
	e := startExporter(t, fast("--npu-smi.command="+tool.Command(),
		"--collector.processes", "--path.procfs="+tree.Root, "--collector.jobs", "--path.jobs="+jobs)...)

	const (
		whole = `ascend_npu_process_memory_bytes{chip="0", npu="0", pid="4101", process_name="VLLM::Worker_TP0"}`
		job   = `ascend_npu_job_info{chip="0", job="4711", npu="5", user="alice"}`
	)

	m := e.Until("all is known", func(m samples) bool { return m[whole] > 0 && m.Count("ascend_npu_process_info") == 4 && m[job] == 1 })

	for name, want := range map[string]float64{
		whole: 50000 << 20,
		`ascend_npu_process_memory_bytes{chip="0", npu="2", pid="4200", process_name="python3"}`: 30000 << 20,
		`ascend_npu_process_memory_bytes{chip="0", npu="2", pid="4299", process_name=""}`:        100 << 20, // not in procfs
		`ascend_npu_process_info{chip="0", container_id="` + engineContainer + `", framework="vllm", npu="0", pid="4100", pod_uid="` + enginePod +
			`", process_name="VLLM::EngineCore", user="root"}`: 1,
		`ascend_npu_process_info{chip="0", container_id="", framework="pytorch", npu="2", pid="4200", pod_uid="", process_name="python3", user="alice"}`: 1,
		`ascend_npu_processes{chip="0", npu="2"}`:              2,
		`ascend_npu_hbm_unattributed_bytes{chip="0", npu="0"}`: 4000 << 20,
		`ascend_npu_hbm_unattributed_bytes{chip="0", npu="4"}`: 33000 << 20,
		`ascend_exporter_processes_left_out_total`:             0,
		`ascend_exporter_query_success{query="processes"}`:     1,
		`ascend_exporter_query_success{query="jobs"}`:          1,
	} {
		if got, there := m[name]; !there || got != want {
			t.Errorf("%s is %v, there: %v, want %v", name, got, there, want)
		}
	}

	before := withoutHolders(m)

	// Processes and jobs come and go.
	for pid := 4101; pid <= 4102; pid++ {
		tree.Remove(pid)
	}

	tree.Add(processtest.Process{PID: 4100, Name: "sshd", Words: []string{"sshd"}}) // the pid was given away
	writeJob(t, jobs, "5", "")
	writeJob(t, jobs, "0", "4712\tbob\n4713\n")
	writeJob(t, jobs, "77", "4714\n")

	m = e.Until("the new processes and jobs are known", func(m samples) bool {
		return m.Count("ascend_npu_process_info") == 1 && m.Count("ascend_npu_job_info") == 2 && m[whole] == 0
	})

	if diff := cmp.Diff(before, withoutHolders(m)); diff != "" {
		t.Errorf("series of the hardware (-before +after):\n%s", diff)
	}

	// A second more would not tell the chip that is not there again.
	if got := strings.Count(e.Log.Text(), "no chip has this physical id"); got != 1 {
		t.Errorf("the file of no chip is told %d times:\n%s", got, e.Log.Text())
	}

	if _, page := e.Get("/"); !strings.Contains(page, "reading "+jobs) || !strings.Contains(page, "reading procfs") {
		t.Error("the status page does not show the readings")
	}
}

// TestProcessesOfTheSimulator: the processes of a whole simulated machine, in a procfs of their own.
func TestProcessesOfTheSimulator(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=A3", "--time=2026-01-31T12:00:00Z")
	tree := processtest.New(t)
	e := startExporter(t, fast("--npu-smi.command="+tool.Command(), "--collector.processes", "--path.procfs="+tree.Root, "--collector.processes.limit=3")...)

	m := e.Until("the largest have series", func(m samples) bool { return m.Count("ascend_npu_process_memory_bytes") == 3 })

	all, labels := 0.0, regexp.MustCompile(`^ascend_npu_process_memory_bytes.* pid="(\d+)", process_name="(.*)"}`)

	for name, value := range m {
		if strings.HasPrefix(name, "ascend_npu_processes{") {
			all += value
		}

		if match := labels.FindStringSubmatch(name); match != nil {
			pid, err := strconv.Atoi(match[1])
			if err != nil {
				t.Fatal(err)
			}

			tree.Add(processtest.Process{PID: pid, Name: match[2], Words: []string{"python3", "-m", "vllm.entrypoints.api_server"}})
		}
	}

	if all <= 3 || m["ascend_exporter_processes_left_out_total"] != all-3 {
		t.Errorf("%v processes, %v left out", all, m["ascend_exporter_processes_left_out_total"])
	}

	e.Until("they are known", func(m samples) bool {
		known := 0

		for name := range m {
			if strings.HasPrefix(name, "ascend_npu_process_info") && strings.Contains(name, `framework="vllm"`) {
				known++
			}
		}

		return known == 3
	})
}

// TestProcessesInAContainer: where the pids are others nothing is said of them, and what no process holds is not known where none is shown.
func TestProcessesInAContainer(t *testing.T) {
	t.Parallel()

	machine, tree, _ := heldHost(t)
	tree.Container()

	tool := newStandIn(t, "--replay="+machine)
	e := startExporter(t, fast("--npu-smi.command="+tool.Command(), "--collector.processes", "--path.procfs="+tree.Root,
		"--collector.jobs", "--path.jobs="+tree.Root+"/nowhere")...).ready()

	m := e.Until("the reading fails", func(m samples) bool {
		return m[`ascend_exporter_query_failures_total{query="processes"}`] > 2 && m[`ascend_exporter_query_failures_total{query="jobs"}`] > 2
	})

	if m.Count("ascend_npu_process_info") != 0 || m.Count("ascend_npu_process_memory_bytes") != 5 || m["ascend_exporter_up"] != 1 {
		t.Errorf("%d processes are known, of %d", m.Count("ascend_npu_process_info"), m.Count("ascend_npu_process_memory_bytes"))
	}

	if m.Count("ascend_npu_hbm_unattributed_bytes") != 3 || m[`ascend_npu_hbm_unattributed_bytes{chip="0", npu="0"}`] < 3*gibi {
		t.Errorf("what no process holds is known of %d chips", m.Count("ascend_npu_hbm_unattributed_bytes"))
	}

	for _, words := range []string{"hostPID", "--path.jobs"} {
		if got := strings.Count(e.Log.Text(), words); got != 1 {
			t.Errorf("%s is told %d times:\n%s", words, got, e.Log.Text())
		}
	}
}
