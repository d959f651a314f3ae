package helm

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// TestManifests: the plain manifests are what the chart makes, less what is Helm's, and the kustomizations name all of them.
func TestManifests(t *testing.T) {
	t.Parallel()

	base := split(t, render(t, "--namespace=ascend-exporter", "--skip-tests"))
	for name, want := range base {
		golden(t, filepath.Join("../kubernetes/base", name), want)
	}

	operator := split(t, render(t, "--namespace=ascend-exporter", "--skip-tests", "--set=monitor.kind=ServiceMonitor,rules.enabled=true"))
	for name, want := range operator {
		if _, ok := base[name]; !ok {
			golden(t, filepath.Join("../kubernetes/operator", name), want)
		}
	}

	for folder, other := range map[string][]string{"../kubernetes/base": nil, "../kubernetes/operator": {"../base"}} {
		files := read(t, filepath.Join(folder, "*.yaml"))

		var got struct{ Resources []string }
		if err := yaml.Unmarshal([]byte(files["kustomization.yaml"]), &got); err != nil {
			t.Fatal(err)
		}

		for name := range files {
			if name != "kustomization.yaml" {
				other = append(other, name)
			}

			if _, made := operator[name]; !made && name != "kustomization.yaml" && name != "namespace.yaml" {
				t.Errorf("%s/%s comes from no template", folder, name)
			}
		}

		slices.Sort(other)
		slices.Sort(got.Resources)

		if diff := cmp.Diff(other, got.Resources); diff != "" {
			t.Errorf("files of %s, and its kustomization (-files +kustomization):\n%s", folder, diff)
		}
	}
}

// TestKustomize: kustomize makes of each folder what is in its files.
func TestKustomize(t *testing.T) {
	t.Parallel()

	for folder, others := range map[string][]string{"base": nil, "operator": {"base"}} {
		made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join("../kubernetes", folder))
		if err != nil {
			t.Fatal(err)
		}

		files := 0
		for _, folder := range append(others, folder) {
			files += len(read(t, filepath.Join("../kubernetes", folder, "*.yaml"))) - 1 // the kustomization
		}

		if made.Size() != files || files == 0 {
			t.Errorf("%s: %d objects of %d files", folder, made.Size(), files)
		}
	}
}

// split gives the objects of a release as files, named by their templates and, where one makes several, by the objects.
func split(t *testing.T, manifests string) map[string]string {
	t.Helper()

	files := make(map[string]string)

	for text := range strings.SplitSeq(manifests, "---\n# Source: ascend-exporter/templates/") {
		source, body, _ := strings.Cut(text, "\n")
		if source == "" {
			continue
		}

		if source == "prometheusrule.yaml" {
			source = "rules-" + regexp.MustCompile(`\n  name: ascend-exporter-(.+)\n`).FindStringSubmatch(body)[1] + ".yaml"
		}

		if _, taken := files[source]; taken {
			t.Fatalf("two objects of %s", source)
		}

		body = regexp.MustCompile(`(?m)^ +(app\.kubernetes\.io/managed-by|helm\.sh/chart): .*\n`).ReplaceAllString(body, "")
		files[source] = "# Rendered from deploy/helm/ascend-exporter: do not edit. `make generate` does it anew.\n" + strings.TrimSpace(body) + "\n"
	}

	return files
}
