package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

const examples = "../../deploy/prometheus/examples"

// TestSuperPods: of two SuperPods, each with its own Prometheus, only what is recorded by rack and SuperPod arrives above, all of it, and
// the cluster is summed up there.
func TestSuperPods(t *testing.T) {
	t.Parallel()

	fleet, _ := startFleet(t, "--cluster=prod", "--superpods=2", "--racks=2", "--hosts-per-rack=1", "--product=910B3")
	above := startAbove(t)

	for _, superpod := range []string{"sp0", "sp1"} {
		below := startBelow(t, "superpod.yml", above, targetsOf(t, fleet, superpod), "superpod: sp1", "superpod: "+superpod)
		below.Until(`count(ascend_npu_health_status)`, promtest.Is(16))
		below.Until(`rack:ascend_npu_chips:sum`, promtest.Is(8, 8))
		below.Until(`superpod:ascend_npu_chips:sum`, promtest.Is(16))

		// Both may still get names while they are compared.
		selector := `{__name__=~"(rack|superpod):.+",superpod="` + superpod + `"}`
		above.Until("count(count by (__name__) ("+selector+"))", func([]float64) bool { return slices.Equal(names(above, selector), names(below, selector)) })
	}

	above.Until(`rack:ascend_npu_chips:sum{cluster="prod"}`, promtest.Is(8, 8, 8, 8))
	above.Until(`superpod:ascend_npu_chips:sum{cluster="prod"}`, promtest.Is(16, 16))
	above.Until(`cluster:ascend_npu_chips:sum`, promtest.Is(32))
	onlyRecorded(t, above)
}

// TestShards: of a SuperPod whose racks two servers share only what is recorded by rack arrives above, and the SuperPod is summed up there.
func TestShards(t *testing.T) {
	t.Parallel()

	fleet, _ := startFleet(t, "--cluster=prod", "--superpods=1", "--racks=6", "--hosts-per-rack=1", "--product=910B3")
	above := startAbove(t, "# - global/ascend-superpods.yml", "- global/ascend-superpods.yml")

	chips := 0.0

	for _, shard := range []string{"0", "1"} {
		below := startBelow(t, "shard.yml", above, targetsOf(t, fleet, "sp0"),
			"modulus: 4", "modulus: 2", "regex: '0', action", "regex: '"+shard+"', action", "shard: '0'", "shard: '"+shard+"'")
		below.Until(`superpod:ascend_npu_chips:sum`, func(values []float64) bool {
			return len(values) == 1 && values[0] > 0 && values[0] < 48 && values[0] == below.Query(`count(ascend_npu_health_status)`)[0].Value
		})

		chips += below.Query(`superpod:ascend_npu_chips:sum`)[0].Value
	}

	if chips != 48 {
		t.Errorf("the shards have %v chips in all", chips)
	}

	above.Until(`rack:ascend_npu_chips:sum{cluster="prod",shard=""}`, promtest.Is(8, 8, 8, 8, 8, 8))
	above.Until(`superpod:ascend_npu_chips:sum`, promtest.Is(48))
	above.Until(`cluster:ascend_npu_chips:sum`, promtest.Is(48))
	onlyRecorded(t, above)
}

// startAbove runs the level above, with texts of its configuration replaced.
func startAbove(t *testing.T, replace ...string) *promtest.Server {
	t.Helper()

	config := replaced(t, example(t, "global.yml"), append(replace, "global/ascend-", hurried(t, examples+"/global")+"/ascend-", "localhost:9090", "127.0.0.1:1")...)

	return promtest.Start(t, config, "--web.enable-remote-write-receiver")
}

// startBelow runs a Prometheus with an example that sends above, with texts of its configuration replaced.
func startBelow(t *testing.T, file string, above *promtest.Server, targets string, replace ...string) *promtest.Server {
	t.Helper()

	return promtest.Start(t, replaced(t, example(t, file), append(replace,
		"scrape_interval: 15s", "scrape_interval: 1s",
		"../rules/", hurried(t, examples+"/../rules")+"/",
		"hosts.yml", targets,
		"https://global.example", above.URL,
		"localhost:9090", "127.0.0.1:1",
		"alertmanager.example:9093", "127.0.0.1:1",
	)...))
}

func example(t *testing.T, file string) string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(examples, file))
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// replaced replaces pairs of texts, each of which has to be there.
func replaced(t *testing.T, text string, pairs ...string) string {
	t.Helper()

	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(text, pair[0]) {
			t.Fatalf("no %q in\n%s", pair[0], text)
		}

		text = strings.ReplaceAll(text, pair[0], pair[1])
	}

	return text
}

// hurried copies rules, to be evaluated each second, and gives their folder.
func hurried(t *testing.T, folder string) string {
	t.Helper()

	files, err := filepath.Glob(folder + "/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}

	to := t.TempDir()

	for _, file := range files {
		rules, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		rules = regexp.MustCompile(`(?m)^    interval: .*$`).ReplaceAll(rules, []byte("    interval: 1s"))
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), rules, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return to
}

// targetsOf writes the targets of a SuperPod into a file for file_sd.
func targetsOf(t *testing.T, fleet, superpod string) string {
	t.Helper()

	response, err := http.Get("http://" + fleet + "/sd")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	type group struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}

	var groups []group
	if err := json.NewDecoder(response.Body).Decode(&groups); err != nil {
		t.Fatal(err)
	}

	own := slices.DeleteFunc(groups, func(g group) bool { return g.Labels["superpod"] != superpod })

	text, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}

	file := filepath.Join(t.TempDir(), "hosts.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}

	return file
}

// names are those of the series that a selector selects.
func names(s *promtest.Server, selector string) []string {
	seen := make(map[string]bool)
	for _, sample := range s.Query(selector) {
		seen[sample.Labels["__name__"]] = true
	}

	return slices.Sorted(maps.Keys(seen))
}

// onlyRecorded: nothing of a host or a chip has arrived, nor anything that is not recorded.
func onlyRecorded(t *testing.T, above *promtest.Server) {
	t.Helper()

	// Of itself a Prometheus always has some.
	for _, name := range names(above, `{__name__!="",job!="prometheus"}`) {
		if !regexp.MustCompile("^(rack|superpod|cluster):").MatchString(name) {
			t.Errorf("%s is there", name)
		}
	}

	if samples := above.Query(`{instance!="",job!="prometheus"}`); len(samples) > 0 {
		t.Errorf("%d series of hosts, such as %v", len(samples), samples[0].Labels)
	}
}
