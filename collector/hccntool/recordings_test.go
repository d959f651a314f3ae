package hccntool

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// corpusFolder is where recordings of the real tool are, on machines that have them.
func corpusFolder() string {
	if folder := os.Getenv("ASCEND_CORPUS"); folder != "" {
		return folder
	}

	return filepath.Join("..", "..", "..", "shared", "corpus")
}

// A machine is what the tool answered on one machine, and what was true of it.
type machine struct {
	name  string
	runs  []npusmi.Run
	truth truth
}

type truth struct {
	TZ      string   `json:"tz"`
	Devices []values `json:"devices"`
	NPUs    []values `json:"npus"`
}

// values are the facts of a device by their names.
type values map[string]json.RawMessage

// recordedMachines reads the recordings whose names match. The test is skipped where there are none.
func recordedMachines(t *testing.T, pattern string) []machine {
	t.Helper()

	files, err := filepath.Glob(filepath.Join(corpusFolder(), "hccn", pattern+".txtar"))
	if err != nil {
		t.Fatal(err)
	}

	if len(files) == 0 {
		t.Skipf("no recordings in %s: set ASCEND_CORPUS", corpusFolder())
	}

	machines := make([]machine, 0, len(files))

	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}

		m := machine{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}

		for _, section := range archive.Files {
			if strings.HasPrefix(section.Name, "2> ") {
				m.runs[len(m.runs)-1].Stderr = section.Data

				continue
			}

			args, status, failed := strings.Cut(section.Name, " => ")
			run := npusmi.Run{Args: strings.Fields(args), Started: true, Stdout: section.Data}

			switch {
			case status == "killed":
				run.ExitStatus, run.Failure = -1, &npusmi.Failure{Reason: npusmi.ReasonTimeout, Message: "killed"}
			case failed:
				if run.ExitStatus, err = strconv.Atoi(status); err != nil {
					t.Fatalf("%s: %v", section.Name, err)
				}
			}

			m.runs = append(m.runs, run)
		}

		text, err := os.ReadFile(strings.TrimSuffix(file, ".txtar") + ".truth.json")
		if err != nil {
			t.Fatal(err)
		}

		if err := json.Unmarshal(text, &m.truth); err != nil {
			t.Fatal(err)
		}

		machines = append(machines, m)
	}

	return machines
}

// decode reads a fact; the zero value where there is none.
func decode[T any](t *testing.T, v values, key string) T {
	t.Helper()

	var fact T

	if raw, ok := v[key]; ok {
		if err := json.Unmarshal(raw, &fact); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
	}

	return fact
}

func (v values) number(t *testing.T, key string) float64 {
	t.Helper()

	return decode[float64](t, v, key)
}

// counts are the facts whose keys have the prefix.
func (v values) counts(t *testing.T, prefix string) Counts {
	t.Helper()

	counts := make(Counts)

	for key := range v {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			counts[name] = decode[uint64](t, v, key)
		}
	}

	return counts
}

// present is the number unless it is known to be absent.
func present(number float64, absent bool) optional.Float {
	return optional.Of(number).Unless(absent)
}

// item is what a run of the 910B dialect asks for and the device that it asks; "" for another use of the tool.
func item(run npusmi.Run) (device int, name string) {
	if len(run.Args) < 4 || run.Args[0] != "-i" || run.Args[3] != "-g" {
		return 0, ""
	}

	device, err := strconv.Atoi(run.Args[1])
	if err != nil {
		return 0, ""
	}

	return device, strings.Join(append([]string{strings.TrimPrefix(run.Args[2], "-")}, run.Args[4:]...), " ")
}
