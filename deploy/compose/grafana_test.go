package compose_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

const provisioning = "/etc/grafana/provisioning/"

// mounted is the file or folder of the project that a service of the stack in a file sees at a path: of mounts within mounts the inner one.
func mounted(t *testing.T, file, service, path string) string {
	t.Helper()

	var source, target string

	for _, volume := range read(t, file).Services[service].Volumes {
		from, to, _ := strings.Cut(strings.TrimSuffix(volume, ":ro"), ":")
		if (path == to || strings.HasPrefix(path, to+"/")) && len(to) > len(target) {
			source, target = from, to
		}
	}

	if !strings.HasPrefix(source, ".") {
		t.Fatalf("%s: nothing of the project is mounted into %s at %s", file, service, path)
	}

	return filepath.Join(filepath.Dir(file), source, strings.TrimPrefix(path, target))
}

// provisioned reads what Grafana's provisioning is told in a file.
func provisioned(t *testing.T, file string) map[string]any {
	t.Helper()

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	var all map[string]any
	if err := yaml.Unmarshal(text, &all); err != nil {
		t.Fatalf("%s: %v", file, err)
	}

	delete(all, "apiVersion")

	for _, list := range all {
		return list.([]any)[0].(map[string]any)
	}

	t.Fatalf("%s is empty", file)

	return nil
}

// TestGrafanaHasDashboards: they are mounted where the provider that is mounted beside them looks.
func TestGrafanaHasDashboards(t *testing.T) {
	t.Parallel()

	for _, file := range []string{"compose.yml", "demo/compose.yml"} {
		provider := provisioned(t, mounted(t, file, "grafana", provisioning+"dashboards/ascend.yml"))
		path := provider["options"].(map[string]any)["path"].(string)

		if boards, err := filepath.Glob(mounted(t, file, "grafana", path) + "/ascend-*.json"); err != nil || len(boards) == 0 {
			t.Errorf("%s: Grafana looks for dashboards in %s, where none is mounted (%v)", file, path, err)
		}
	}
}

// TestGrafanaFindsPrometheus: the data source names a service that Grafana can reach by that name and port. But for that it is the one that
// everybody is given.
func TestGrafanaFindsPrometheus(t *testing.T) {
	t.Parallel()

	shared := provisioned(t, "../grafana/provisioning/datasources/ascend.yml")

	for _, file := range []string{"compose.yml", "demo/compose.yml"} {
		source := provisioned(t, mounted(t, file, "grafana", provisioning+"datasources/ascend.yml"))

		address, err := url.Parse(source["url"].(string))
		if err != nil {
			t.Fatal(err)
		}

		if !reaches(read(t, file), address) {
			t.Errorf("%s: Grafana cannot reach Prometheus at %s", file, address)
		}

		source["url"] = shared["url"]
		if diff := cmp.Diff(shared, source); diff != "" {
			t.Errorf("%s: another data source than that of deploy/grafana (-shared +stack):\n%s", file, diff)
		}
	}
}

// reaches: on the host's network by the address on which Prometheus listens there, else by the name of the service and the port in it.
func reaches(s stack, address *url.URL) bool {
	prometheus := s.Services["prometheus"]
	if prometheus.NetworkMode != s.Services["grafana"].NetworkMode {
		return false
	}

	if prometheus.NetworkMode == "host" {
		return address.Hostname() == "localhost" &&
			strings.Contains(strings.Join(prometheus.Command, " "), "--web.listen-address=127.0.0.1:"+address.Port())
	}

	return address.Hostname() == "prometheus" && strings.HasSuffix(strings.Join(prometheus.Ports, " "), ":"+address.Port())
}
