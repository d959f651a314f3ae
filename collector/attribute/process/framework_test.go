package process_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process/processtest"
)

func TestFramework(t *testing.T) {
	t.Parallel()

	tests := []struct{ comm, words, want string }{
		{"vllm", "/usr/bin/python3.11 /usr/local/bin/vllm serve Qwen/Qwen3-8B", "vllm"},
		{"python", "python -m vllm.entrypoints.openai.api_server --model m", "vllm"},
		{"python", "python -u -X dev -mvllm.entrypoints.api_server", "vllm"},
		{"VLLM::Worker_TP", "VLLM::Worker_TP0_EP0", "vllm"},
		{"VLLM::EngineCor", "", "vllm"},
		{"python3", "python3 -m sglang.launch_server --model-path m", "sglang"},
		{"sglang::schedul", "sglang::scheduler_TP3", "sglang"},
		{"mindieservice_d", "./bin/mindieservice_daemon", "mindie"},
		{"mindie_llm_back", "/usr/local/Ascend/mindie/latest/bin/mindie_llm_backend_connector --local_rank 0", "mindie"},
		{"msrun", "/usr/bin/python3 /usr/local/bin/msrun --worker_num=8 train.py", "mindspore"},
		{"python", "python -m mindspore.parallel.run", "mindspore"},
		{"torchrun", "/usr/bin/python3 /usr/local/bin/torchrun --nproc-per-node 8 train.py", "pytorch"},
		{"python", "python -m torch.distributed.run train.py", "pytorch"},
		{"deepspeed", "/usr/bin/python /usr/bin/deepspeed train.py", "pytorch"},
		{"pt_main_thread", "/usr/bin/python3 train.py", "pytorch"},
		// What is named but not run.
		{"python3", "python3 train.py --backend vllm", ""},
		{"python3", "/opt/vllm/bin/python3 /data/sglang/serve.py", ""},
		{"python3", "python3 vllm.py", ""},
		{"bash", "bash -c vllm", ""},
		{"vllmish", "/usr/bin/vllmish", ""},
		{"python3", "python3 -c from|vllm|import|LLM", ""},
		{"python3", "python3", ""},
		{"python3", "python3 -m", ""},
		{"a.out", "", ""},
	}

	for _, test := range tests {
		t.Run(test.comm+" "+test.words, func(t *testing.T) {
			t.Parallel()

			tree := processtest.New(t)
			tree.Add(processtest.Process{PID: 10, Name: test.comm, Words: strings.Fields(test.words)})

			got, err := process.New(tree.Root).Process(10)
			if err != nil || got.Framework != test.want {
				t.Errorf("%q, not %q: %v", got.Framework, test.want, err)
			}

			if got.Framework != "" && !slices.Contains(process.Frameworks(), got.Framework) {
				t.Errorf("%q is not in the list", got.Framework)
			}
		})
	}
}

func TestLauncher(t *testing.T) {
	t.Parallel()

	tree := processtest.New(t)
	worker := processtest.Process{Name: "pt_main_thread", Words: []string{"python3", "-c", "from multiprocessing.spawn import spawn_main"}}

	tree.Add(processtest.Process{PID: 10, Parent: 1, Name: "vllm", Words: []string{"python3", "/usr/bin/vllm", "serve"}})

	for pid := 11; pid < 15; pid++ {
		worker.PID, worker.Parent = pid, pid-1
		tree.Add(worker)
	}

	worker.PID, worker.Parent = 20, 20 // no process is its own parent, but a damaged file may say so
	tree.Add(worker)

	// The engine counts for more than the library that it uses, as far as it is looked for.
	for pid, want := range map[int]string{11: "vllm", 12: "vllm", 13: "vllm", 14: "pytorch", 20: "pytorch"} {
		if got, err := process.New(tree.Root).Process(pid); err != nil || got.Framework != want {
			t.Errorf("%d: %q, not %q: %v", pid, got.Framework, want, err)
		}
	}
}

func TestWholeNames(t *testing.T) {
	t.Parallel()

	tests := []struct {
		comm  string
		words []string
		want  string
		shown []string // by npu-smi
		never []string
	}{
		{"VLLM::Worker_TP", []string{"VLLM::Worker_TP12"}, "VLLM::Worker_TP12", []string{"VLLMWorker_TP", "VLLMWorker_TP12", ""}, []string{"VLLMWorker", "VLLM", "python3"}},
		{"mindie_llm_back", []string{"/opt/bin/mindie_llm_backend_connector", "x"}, "mindie_llm_backend_connector", []string{"mindie_llm_back"}, []string{"mindie_llm_backend_connector"}},
		{"start_inference", []string{"/bin/sh", "/opt/start_inference_server.sh"}, "start_inference_server.sh", []string{"start_inference"}, nil},
		{"sglang::schedul", []string{"sglang::scheduler_TP0 and more"}, "sglang::scheduler_TP0", []string{"sglangschedul"}, nil},
		{"python3", []string{"python3.11"}, "python3", []string{"python3"}, []string{"python3.11", "python"}},
		{"exactly15letter", []string{"another"}, "exactly15letter", []string{"exactly15letter"}, nil},
		{"exactly15letter", []string{"exactly15letter" + strings.Repeat("x", 100)}, "exactly15letter", nil, nil},
		{"two words", []string{"a"}, "two words", []string{"two words"}, []string{"two"}},
		{"tab\tand:colon", nil, "tab\tand:colon", []string{"tabandcolon"}, nil},
		{"fünfzehn_byte\xc3", []string{"fünfzehn_byteß"}, "fünfzehn_byteß", []string{"fünfzehn_byte\uFFFD"}, nil},
	}

	for _, test := range tests {
		t.Run(test.comm, func(t *testing.T) {
			t.Parallel()

			tree := processtest.New(t)
			tree.Add(processtest.Process{PID: 10, Name: test.comm, Words: test.words})

			got, err := process.New(tree.Root).Process(10)
			if err != nil || got.Name != test.want {
				t.Errorf("%q, not %q: %v", got.Name, test.want, err)
			}

			for _, name := range test.shown {
				if !got.Shown(name) {
					t.Errorf("%q is not the name shown", name)
				}
			}

			for _, name := range test.never {
				if got.Shown(name) {
					t.Errorf("%q is the name shown", name)
				}
			}
		})
	}
}
