package helm

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKubernetes: a real control plane takes all that the chart makes, and puts the exporter on the nodes where it belongs.
func TestKubernetes(t *testing.T) {
	if testing.Short() {
		t.Skip("a control plane takes minutes to build: make test-kubernetes")
	}

	t.Parallel()

	c := startCluster(t)
	c.must(t, "", "apply", "-f", "testdata/nodes.yaml")

	for _, text := range customResources(t) {
		c.must(t, text, "apply", "--server-side", "-f", "-")
	}

	c.must(t, "", "wait", "--for=condition=Established", "--timeout=1m", "crd", "--all")
	c.must(t, "", "create", "namespace", "monitoring")
	c.must(t, "", "create", "namespace", "restricted")
	c.must(t, "", "label", "namespace", "monitoring", "pod-security.kubernetes.io/enforce=privileged")
	c.must(t, "", "label", "namespace", "restricted", "pod-security.kubernetes.io/enforce=restricted")

	for name, test := range map[string]func(*testing.T, cluster){
		"every manifest is valid to the server":       valid,
		"the chart is installed, changed and removed": lifecycle,
		"a simulation needs no privileges":            simulation,
		"plain manifests":                             plain,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

// npuNodes are those of testdata/nodes.yaml that have NPUs: by each label, with taints, and drained.
func npuNodes() []string {
	return []string{"drained-910b", "found-by-nfd", "rack1-a3", "rack2-310p"}
}

// valid: server-side validation knows every key of every manifest, and refuses one that is misspelt.
func valid(t *testing.T, c cluster) {
	t.Helper()

	apply := []string{"apply", "--dry-run=server", "--validate=strict", "-f", "-"}

	for _, file := range cases(t) {
		out := c.must(t, render(t, "--values="+file, "--set=rules.enabled=true,dashboards.enabled=true"), apply...)
		t.Logf("%s: %d objects", filepath.Base(file), strings.Count(out, "(server dry run)"))
	}

	good := render(t, "--set=monitor.kind=ServiceMonitor,rules.enabled=true")
	for mistake, right := range map[string]string{"hostPaths:": "hostPath:", "honourLabels:": "honorLabels:", "expression:": "expr:"} {
		bad := strings.Replace(good, right, mistake, 1)
		if bad == good {
			t.Fatalf("no %q to spoil", right)
		}

		if out, err := c.kubectl(t, bad, apply...); err == nil {
			t.Errorf("the server takes %q:\n%s", mistake, out)
		}
	}
}

func lifecycle(t *testing.T, c cluster) {
	t.Helper()

	const namespace = "--namespace=monitoring"

	c.helm(t, "install", "npus", "ascend-exporter", namespace, "--wait", "--timeout=2m",
		"--set=monitor.kind=ServiceMonitor,rules.enabled=true,dashboards.enabled=true,networkPolicy.enabled=true")
	placed(t, c, "monitoring", npuNodes())

	monitors := c.must(t, "", "get", "servicemonitors,prometheusrules", namespace, "--output=name")
	if got := strings.Count(monitors, "\n"); got != 10 {
		t.Errorf("%d monitors and rules, want 10:\n%s", got, monitors)
	}

	account := "system:serviceaccount:monitoring:npus-ascend-exporter"
	may(t, c, account, "nodes/pods", false)

	c.helm(t, "upgrade", "npus", "ascend-exporter", namespace, "--wait", "--timeout=2m", "--reuse-values",
		"--set=monitor.kind=PodMonitor,processes.enabled=true,pods.annotations.enabled=true,updateStrategy.rollingUpdate.maxUnavailable=100%")
	placed(t, c, "monitoring", npuNodes())
	may(t, c, account, "nodes/pods", true)
	may(t, c, account, "nodes/proxy", false)

	if left := c.must(t, "", "get", "servicemonitors", namespace, "--output=name"); strings.Contains(left, "/") {
		t.Errorf("the monitor of before is still there: %s", left)
	}

	c.helm(t, "uninstall", "npus", namespace, "--wait", "--timeout=2m")

	const all = "daemonsets,services,serviceaccounts,networkpolicies,configmaps,secrets,podmonitors,prometheusrules,clusterroles,clusterrolebindings"
	if left := c.must(t, "", "get", all, "--all-namespaces", "--selector=app.kubernetes.io/instance=npus", "--output=name"); strings.Contains(left, "/") {
		t.Errorf("left behind:\n%s", left)
	}
}

// simulation: it is admitted where the strictest standard for pods is enforced, and goes to every node. The real one is not admitted
// there, and the DaemonSet says why.
func simulation(t *testing.T, c cluster) {
	t.Helper()

	c.helm(t, "install", "sim", "ascend-exporter", "--namespace=restricted", "--wait", "--timeout=2m", "--set=sim.enabled=true")
	placed(t, c, "restricted", append([]string{"without-npus"}, npuNodes()...))
	c.helm(t, "uninstall", "sim", "--namespace=restricted", "--wait", "--timeout=2m")

	c.must(t, render(t, "--namespace=restricted", "--skip-tests"), "apply", "-f", "-")
	await(t, "a word on why the privileged pod is refused", func() bool {
		return strings.Contains(c.must(t, "", "get", "events", "--namespace=restricted"), `violates PodSecurity "restricted`)
	})
	placed(t, c, "restricted", nil)
}

// plain: the manifests for those without Helm make the same.
func plain(t *testing.T, c cluster) {
	t.Helper()

	c.must(t, "", "apply", "--validate=strict", "-k", "../kubernetes/operator")
	c.must(t, "", "rollout", "status", "daemonset/ascend-exporter", "--namespace=ascend-exporter", "--timeout=2m")
	placed(t, c, "ascend-exporter", npuNodes())
}

// placed checks that each of the nodes has one exporter, and no other node has.
func placed(t *testing.T, c cluster, namespace string, want []string) {
	t.Helper()

	text := c.must(t, "", "get", "pods", "--namespace="+namespace, "--selector=app.kubernetes.io/name=ascend-exporter", "--output=json")

	var pods struct {
		Items []struct {
			Metadata struct{ DeletionTimestamp string }
			Spec     struct{ NodeName string }
			Status   struct{ Phase string }
		}
	}
	if err := json.Unmarshal([]byte(text), &pods); err != nil {
		t.Fatal(err)
	}

	var got []string

	for _, pod := range pods.Items {
		if pod.Metadata.DeletionTimestamp != "" {
			continue
		}

		got = append(got, pod.Spec.NodeName)

		if pod.Status.Phase != "Running" {
			t.Errorf("the pod on %q is %s", pod.Spec.NodeName, pod.Status.Phase)
		}
	}

	slices.Sort(want)
	slices.Sort(got)

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nodes with an exporter (-want +got):\n%s", diff)
	}
}

// may checks what a service account is allowed to get.
func may(t *testing.T, c cluster, account, resource string, want bool) {
	t.Helper()

	resource, part, _ := strings.Cut(resource, "/")

	out, err := c.kubectl(t, "", "auth", "can-i", "get", resource, "--subresource="+part, "--as="+account)
	if got := err == nil; got != want {
		t.Errorf("may %s get %s/%s: %s", account, resource, part, out)
	}
}
