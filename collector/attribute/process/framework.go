package process

import (
	"path/filepath"
	"strings"

	"github.com/prometheus/procfs"
)

// The frameworks that are known by their command lines.
const (
	vllm      = "vllm"
	sglang    = "sglang"
	mindIE    = "mindie"
	mindSpore = "mindspore"
	pyTorch   = "pytorch"
)

// Frameworks are all that Info.Framework can be, but for "".
func Frameworks() []string {
	return []string{vllm, sglang, mindIE, mindSpore, pyTorch}
}

// framework is what a process runs, by its name and the words of its command line; "" where they do not say. It goes by
// programs, modules and titles alone: a path or an argument can name a framework that is not run.
func framework(name string, words []string) string {
	for _, program := range append(programs(words), name) {
		program = strings.ToLower(program)

		switch {
		// Engines that run on another framework come first.
		case isOrPartOf(program, vllm):
			return vllm
		case isOrPartOf(program, sglang):
			return sglang
		case strings.HasPrefix(program, mindIE): // mindieservice_daemon, mindie_llm_backend_connector
			return mindIE
		case isOrPartOf(program, mindSpore), program == "msrun":
			return mindSpore
		case isOrPartOf(program, "torch"), program == "torchrun", program == "deepspeed", program == "accelerate":
			return pyTorch
		}
	}

	return ""
}

// isOrPartOf says whether a program is a package of Python, a module of it, or one of its processes by the title: vllm,
// vllm.entrypoints.api_server, VLLM::Worker_TP0.
func isOrPartOf(program, name string) bool {
	rest, ok := strings.CutPrefix(program, name)

	return ok && (rest == "" || strings.ContainsRune(".:-_", rune(rest[0])))
}

// programs are the words of a command line that say what is run: the program, and what an interpreter was told to run.
func programs(words []string) []string {
	if len(words) == 0 || words[0] == "" {
		return nil
	}

	title, _, _ := strings.Cut(words[0], " ")
	program := filepath.Base(title)

	if !strings.HasPrefix(program, "python") {
		return []string{program}
	}

	for i := 1; i < len(words); i++ {
		switch word := words[i]; {
		case word == "-m" && i+1 < len(words):
			return []string{words[i+1]}
		case strings.HasPrefix(word, "-m") && word != "-m":
			return []string{word[2:]}
		case word == "-c" || word == "-":
			return nil
		case word == "-X" || word == "-W":
			i++ // its value
		case !strings.HasPrefix(word, "-"):
			// A script whose name has an ending is somebody's own, whatever it is called; the others are commands that
			// come with a package.
			if script := filepath.Base(word); !strings.Contains(script, ".") {
				return []string{script}
			}

			return nil
		}
	}

	return nil
}

// torchMain is the name that PyTorch gives to the main thread of a program that uses it, for itself or for an engine.
const torchMain = "pt_main_thread"

// launcherLevels is how far up a launcher is looked for.
const launcherLevels = 3

// launcher is the framework of the process that started this one: workers are often scripts that torchrun, or an engine,
// has started. "" where none is found.
func launcher(proc procfs.FS, parent int) string {
	for range launcherLevels {
		p, err := proc.Proc(parent)
		if parent <= 1 || err != nil {
			return ""
		}

		stat, err := p.Stat()
		if err != nil {
			return ""
		}

		words, err := p.CmdLine()
		if err != nil {
			return ""
		}

		if found := framework(stat.Comm, words); found != "" {
			return found
		}

		parent = stat.PPID
	}

	return ""
}
