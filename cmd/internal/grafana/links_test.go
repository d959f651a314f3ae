package grafana_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/grafana"
)

const root = "../../.."

func boards(t *testing.T) map[string]grafana.Dashboard {
	t.Helper()

	all, err := grafana.Read(filepath.Join(root, "dashboards/json"))
	if err != nil {
		t.Fatal(err)
	}

	by := make(map[string]grafana.Dashboard)
	for _, d := range all {
		by[d.UID] = d
	}

	return by
}

// leads says whether a panel of a dashboard has a link to another one, with variables that it has.
func leads(t *testing.T, from grafana.Dashboard, panel string, to grafana.Dashboard) bool {
	t.Helper()

	for _, p := range from.All() {
		if p.Title != panel {
			continue
		}

		links, err := p.DataLinks()
		if err != nil {
			t.Fatal(err)
		}

		for _, link := range links {
			uid, variables, ok := link.Leads()
			if !ok || uid != to.UID {
				continue
			}

			for _, name := range variables {
				if _, ok := to.Variable(name); !ok {
					t.Errorf("%s, panel %q: sets %s, which %s has not", from.UID, panel, name, to.UID)
				}
			}

			return true
		}
	}

	return false
}

// TestQuestions: the paths that the page on dashboards gives exist, and take two clicks at most from the fleet.
func TestQuestions(t *testing.T) {
	t.Parallel()

	all := boards(t)

	text, err := os.ReadFile(filepath.Join(root, "docs/dashboards.md"))
	if err != nil {
		t.Fatal(err)
	}

	_, section, _ := strings.Cut(string(text), "## Five questions")
	section, _, _ = strings.Cut(section, "\n## ")
	questions := regexp.MustCompile(`(?m)^\| ([^|]+\?) \| (.+) \|$`).FindAllStringSubmatch(section, -1)

	if len(questions) != 5 {
		t.Fatalf("there are %d questions", len(questions))
	}

	for _, q := range questions {
		hops := regexp.MustCompile("`([a-z-]+)` › \\*([^*]+)\\*").FindAllStringSubmatch(q[2], -1)
		pages := regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(q[2], -1)

		if len(hops) == 0 || len(hops) > 2 || hops[0][1] != "ascend-fleet" || len(pages) != len(hops)+1 {
			t.Errorf("%s takes the path %s", q[1], q[2])

			continue
		}

		for i, hop := range hops {
			from, known := all[hop[1]]
			to, alsoKnown := all[pages[i+1][1]]

			if !known || !alsoKnown || !leads(t, from, hop[2], to) {
				t.Errorf("%s: no link leads from the panel %q of %s to %s", q[1], hop[2], hop[1], pages[i+1][1])
			}
		}
	}
}

// TestPages: the page on dashboards tells of each of them.
func TestPages(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(filepath.Join(root, "docs/dashboards.md"))
	if err != nil {
		t.Fatal(err)
	}

	_, table, _ := strings.Cut(string(text), "| --- | --- |\n")
	table, _, _ = strings.Cut(table, "\n\n")

	var told, have []string
	for line := range strings.Lines(table) {
		told = append(told, "Ascend / "+strings.TrimSpace(strings.Split(line, "|")[1]))
	}

	for _, d := range boards(t) {
		have = append(have, d.Title)
	}

	slices.Sort(told)
	slices.Sort(have)

	if diff := cmp.Diff(have, told); diff != "" {
		t.Errorf("dashboards (-) and told of (+):\n%s", diff)
	}
}

// TestProvisioning: the files are what Grafana takes, and their scrape interval is that of the examples.
func TestProvisioning(t *testing.T) {
	t.Parallel()

	var files struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name, UID, Type, Access, URL string
			JSONData                     struct {
				TimeInterval string `yaml:"timeInterval"`
				HTTPMethod   string `yaml:"httpMethod"`
			} `yaml:"jsonData"`
		}
		Providers []struct {
			Name, Type, Folder    string
			FolderUID             string `yaml:"folderUid"`
			AllowUIUpdates        bool   `yaml:"allowUiUpdates"`
			DisableDeletion       bool   `yaml:"disableDeletion"`
			UpdateIntervalSeconds int    `yaml:"updateIntervalSeconds"`
			Options               struct{ Path string }
		}
	}

	for _, name := range []string{"datasources", "dashboards"} {
		file, err := os.Open(filepath.Join(root, "deploy/grafana/provisioning", name, "ascend.yml"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()

		decoder := yaml.NewDecoder(file)
		decoder.KnownFields(true)

		if err := decoder.Decode(&files); err != nil || files.APIVersion != 1 {
			t.Fatalf("%s: version %d, %v", name, files.APIVersion, err)
		}
	}

	if len(files.Datasources) != 1 || len(files.Providers) != 1 {
		t.Fatalf("%+v", files)
	}

	example, err := os.ReadFile(filepath.Join(root, "deploy/prometheus/examples/file-sd.yml"))
	if err != nil {
		t.Fatal(err)
	}

	source, provider := files.Datasources[0], files.Providers[0]
	if source.Type != "prometheus" || !strings.Contains(string(example), "scrape_interval: "+source.JSONData.TimeInterval) {
		t.Errorf("the data source is %+v", source)
	}

	docs, err := os.ReadFile(filepath.Join(root, "docs/dashboards.md"))
	if err != nil {
		t.Fatal(err)
	}

	if provider.Type != "file" || provider.Folder != "Ascend" || !strings.Contains(string(docs), "-t "+provider.Options.Path+" dashboards/json") {
		t.Errorf("the dashboards are %+v", provider)
	}
}
