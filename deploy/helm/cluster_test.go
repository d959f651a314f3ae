package helm

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// kwok stands in for the kubelets of nodes that are not there. The version is the one that .ci/tools builds.
const kwok = "sigs.k8s.io/kwok@v0.8.0"

// A cluster is a real control plane over nodes that are not there: pods are admitted, made and placed, and no container runs.
type cluster struct {
	kubeconfig string
}

// startCluster starts a control plane on this machine, which ends with the test.
func startCluster(t *testing.T) cluster {
	t.Helper()

	for _, command := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kubectl", "helm"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("no %s on PATH: make test-kubernetes builds it", command)
		}
	}

	folder := t.TempDir()
	etcd, peers := "http://"+freeAddress(t), "http://"+freeAddress(t)
	serve(t, "etcd", []string{
		"--data-dir=" + filepath.Join(folder, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls=" + etcd, "--advertise-client-urls=" + etcd, "--listen-peer-urls=" + peers,
		"--initial-advertise-peer-urls=" + peers, "--initial-cluster=default=" + peers,
	}, etcd+"/health")

	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}

	key := filepath.Join(folder, "accounts.pem")
	write(t, key, newKey(t))

	tokens, certificates := filepath.Join(folder, "tokens.csv"), filepath.Join(folder, "certificates")
	write(t, tokens, "token,admin,1,system:masters\n")
	serve(t, "kube-apiserver", []string{
		"--etcd-servers=" + etcd, "--bind-address=127.0.0.1", "--secure-port=" + port, "--cert-dir=" + certificates,
		"--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC", "--token-auth-file=" + tokens, "--allow-privileged=true",
		"--service-account-issuer=https://" + address, "--service-account-key-file=" + key, "--service-account-signing-key-file=" + key,
	}, "https://"+address+"/readyz")

	c := cluster{kubeconfig: filepath.Join(folder, "kubeconfig")}
	write(t, c.kubeconfig, fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: test
clusters: [{name: test, cluster: {server: "https://%s", certificate-authority: %s/apiserver.crt}}]
users: [{name: admin, user: {token: token}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
`, address, certificates))

	for command, args := range map[string][]string{
		"kube-controller-manager": {"--use-service-account-credentials=false", "--service-account-private-key-file=" + key},
		"kube-scheduler":          nil,
	} {
		address := freeAddress(t)
		_, port, _ := strings.Cut(address, ":")
		serve(t, command, append(args,
			"--kubeconfig="+c.kubeconfig, "--authentication-kubeconfig="+c.kubeconfig, "--authorization-kubeconfig="+c.kubeconfig,
			"--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port="+port, "--cert-dir="+t.TempDir(),
		), "https://"+address+"/healthz")
	}

	stages := filepath.Join(module(t, kwok), "kustomize/stage")
	health := freeAddress(t)
	serve(t, "kwok", []string{
		"--kubeconfig=" + c.kubeconfig, "--manage-all-nodes=true", "--node-lease-duration-seconds=40", "--server-address=" + health,
		"--config=" + filepath.Join(stages, "node/fast/node-initialize.yaml"),
		"--config=" + filepath.Join(stages, "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml"),
		"--config=" + filepath.Join(stages, "pod/fast/pod-ready.yaml"),
		"--config=" + filepath.Join(stages, "pod/fast/pod-delete.yaml"),
	}, "http://"+health+"/healthz")

	return c
}

// kubectl runs kubectl over the cluster, with the text as its input.
func (c cluster) kubectl(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), "kubectl", append([]string{"--kubeconfig=" + c.kubeconfig}, args...)...)
	cmd.Stdin = strings.NewReader(input)

	var stderr bytes.Buffer

	cmd.Stderr = &stderr
	out, err := cmd.Output()

	return string(out) + stderr.String(), err
}

// must is kubectl that may not fail.
func (c cluster) must(t *testing.T, input string, args ...string) string {
	t.Helper()

	out, err := c.kubectl(t, input, args...)
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}

	return out
}

// helm runs Helm over the cluster.
func (c cluster) helm(t *testing.T, args ...string) {
	t.Helper()

	if out, err := helm(t, append([]string{"--kubeconfig=" + c.kubeconfig}, args...)...); err != nil {
		t.Fatalf("helm %s: %v\n%s\n%s", strings.Join(args, " "), err, out, c.must(t, "", "get", "events,pods", "-A"))
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()

	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// newKey makes a key by which service accounts are signed.
func newKey(t *testing.T) string {
	t.Helper()

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}
