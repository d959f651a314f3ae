package helm

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
	"go.yaml.in/yaml/v3"
)

// Where the schemas come from: modules, which the proxy of Go has, since those of kubeconform itself are fetched from elsewhere.
const (
	kubernetes = "k8s.io/kubernetes@v" + release
	operator   = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
)

// TestManifestsAreValid: what the chart makes, and the plain manifests, fit the schemas of Kubernetes and of the operator, with no key
// that these do not know.
func TestManifestsAreValid(t *testing.T) {
	t.Parallel()

	check := newValidator(t)
	texts := read(t, "../kubernetes/base/*.yaml")
	maps.Copy(texts, read(t, "../kubernetes/operator/*.yaml"))
	delete(texts, "kustomization.yaml")

	for _, file := range cases(t) {
		texts[file] = render(t, "--values="+file, "--set=rules.enabled=true,dashboards.enabled=true")
	}

	kinds := make(map[string]int)

	for name, text := range texts {
		for _, result := range check.Validate(name, io.NopCloser(strings.NewReader(text))) {
			switch signature, err := result.Resource.Signature(); {
			case result.Status == validator.Empty:
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case result.Status == validator.Valid:
				kinds[signature.Kind]++
			default:
				t.Errorf("%s: %s %s: %v", name, signature.Kind, signature.Name, result.Err)
			}
		}
	}

	for _, kind := range []string{"DaemonSet", "Service", "NetworkPolicy", "ClusterRole", "ServiceMonitor", "PodMonitor", "PrometheusRule"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s was checked: %v", kind, kinds)
		}
	}
}

// TestSchemasFindMistakes: the schemas refuse what an API server would.
func TestSchemasFindMistakes(t *testing.T) {
	t.Parallel()

	check := newValidator(t)
	good := render(t, "--values=testdata/values/everything.yaml")

	for mistake, right := range map[string]string{
		"hostPid: true":         "hostPID: true",
		"periodSeconds: ten":    "periodSeconds: 10",
		"honourLabels: true":    "honorLabels: true",
		"policyType: [Ingress]": "policyTypes: [Ingress, Egress]",
		"- prot: metrics":       "- port: metrics",
	} {
		bad := strings.ReplaceAll(good, right, mistake)
		if bad == good {
			t.Fatalf("no %q to spoil", right)
		}

		if !slices.ContainsFunc(check.Validate("bad", io.NopCloser(strings.NewReader(bad))), func(r validator.Result) bool { return r.Status == validator.Invalid }) {
			t.Errorf("%q passes", mistake)
		}
	}
}

func newValidator(t *testing.T) validator.Validator {
	t.Helper()

	folder := t.TempDir()
	writeKubernetesSchemas(t, folder)
	writeOperatorSchemas(t, folder)

	check, err := validator.New([]string{folder + "/{{.ResourceKind}}{{.KindSuffix}}.json"}, validator.Opts{Strict: true})
	if err != nil {
		t.Fatal(err)
	}

	return check
}

// module gives the folder of a module in Go's cache, where it is put if it is not there.
func module(t *testing.T, name string) string {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", name)
	cmd.Dir = t.TempDir() // outside of this module, whose checksums know nothing of it

	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}

	var info struct{ Dir string }
	if err := json.Unmarshal(out, &info); err != nil {
		t.Fatal(err)
	}

	return info.Dir
}

// writeKubernetesSchemas makes a schema of each kind out of the API's description, with all that it refers to.
func writeKubernetesSchemas(t *testing.T, folder string) {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(module(t, kubernetes), "api/openapi-spec/swagger.json"))
	if err != nil {
		t.Fatal(err)
	}

	var api struct {
		Definitions map[string]map[string]any `json:"definitions"`
	}
	if err := json.Unmarshal(text, &api); err != nil {
		t.Fatal(err)
	}

	for _, definition := range api.Definitions {
		forbidOthers(definition)
	}

	// Two kinds of values are strings or numbers, which this description calls strings.
	either := map[string]any{"oneOf": []any{map[string]any{"type": "string"}, map[string]any{"type": "number"}}}
	api.Definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = either
	api.Definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = either

	for _, definition := range api.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		if len(kinds) != 1 {
			continue // what all kinds share, such as DeleteOptions
		}

		kind := kinds[0].(map[string]any)
		needed := make(map[string]any)
		need(api.Definitions, definition, needed)

		schema := maps.Clone(definition)
		schema["definitions"] = needed
		writeSchema(t, folder, kind["kind"].(string), kind["group"].(string), kind["version"].(string), schema)
	}
}

// need collects the definitions that a schema refers to.
func need(all map[string]map[string]any, schema any, into map[string]any) {
	switch node := schema.(type) {
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok {
			name := strings.TrimPrefix(ref, "#/definitions/")
			if _, ok := into[name]; !ok {
				into[name] = all[name]
				need(all, all[name], into)
			}
		}

		for _, child := range node {
			need(all, child, into)
		}
	case []any:
		for _, child := range node {
			need(all, child, into)
		}
	}
}

// writeOperatorSchemas takes the schemas out of the operator's definitions of its kinds.
func writeOperatorSchemas(t *testing.T, folder string) {
	t.Helper()

	for _, text := range customResources(t) {
		var definition struct {
			Spec struct {
				Group string
				Names struct{ Kind string }

				Versions []struct {
					Name   string
					Schema struct {
						OpenAPI map[string]any `yaml:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := yaml.Unmarshal([]byte(text), &definition); err != nil {
			t.Fatal(err)
		}

		for _, version := range definition.Spec.Versions {
			// An API server knows what metadata is.
			metadata := version.Schema.OpenAPI["properties"].(map[string]any)["metadata"]
			forbidOthers(version.Schema.OpenAPI)
			metadata.(map[string]any)["additionalProperties"] = true
			writeSchema(t, folder, definition.Spec.Names.Kind, definition.Spec.Group, version.Name, version.Schema.OpenAPI)
		}
	}
}

// customResources gives the operator's definitions of the kinds that the chart uses.
func customResources(t *testing.T) map[string]string {
	t.Helper()

	texts := make(map[string]string)
	for _, kind := range []string{"servicemonitors", "podmonitors", "prometheusrules"} {
		maps.Copy(texts, read(t, filepath.Join(module(t, operator), "example/prometheus-operator-crd/monitoring.coreos.com_"+kind+".yaml")))
	}

	if len(texts) != 3 {
		t.Fatalf("the operator has %d of 3 definitions", len(texts))
	}

	return texts
}

// forbidOthers makes objects take no other keys than those that they know, and replaces what JSON Schema has not.
func forbidOthers(schema any) {
	switch node := schema.(type) {
	case map[string]any:
		if _, ok := node["properties"].(map[string]any); ok && node["additionalProperties"] == nil && node["x-kubernetes-preserve-unknown-fields"] == nil {
			node["additionalProperties"] = false
		}

		if node["x-kubernetes-int-or-string"] == true {
			delete(node, "type")
		}

		for _, child := range node {
			forbidOthers(child)
		}
	case []any:
		for _, child := range node {
			forbidOthers(child)
		}
	}
}

// writeSchema writes a schema where kubeconform looks for it.
func writeSchema(t *testing.T, folder, kind, group, version string, schema map[string]any) {
	t.Helper()

	name := strings.ToLower(kind)
	if group != "" {
		name += "-" + strings.SplitN(group, ".", 2)[0]
	}

	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(folder, name+"-"+version+".json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}
