package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// webExamples is the folder of the examples of web configurations.
const webExamples = "../../deploy/web"

// A secured is an exporter with one of the examples, and what is needed to read it.
type secured struct {
	*exportertest.Process

	folder string // with the certificates that docs/security.md tells to make
	pool   *x509.CertPool
}

// startSecured starts the exporter with an example, in which texts are replaced.
func startSecured(t *testing.T, example string, replace ...string) secured {
	t.Helper()

	folder := t.TempDir()
	makeCertificates(t, folder)

	text, err := os.ReadFile(filepath.Join(webExamples, example))
	if err != nil {
		t.Fatal(err)
	}

	config := filepath.Join(folder, "web.yml")
	if err := os.WriteFile(config, []byte(strings.NewReplacer(replace...).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}

	authority, err := os.ReadFile(filepath.Join(folder, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}

	s := secured{Process: startProcess(t, "--sim", "--web.config.file="+config), folder: folder, pool: x509.NewCertPool()}
	if !s.pool.AppendCertsFromPEM(authority) {
		t.Fatalf("no certificate in:\n%s", authority)
	}

	s.URL = "https://localhost" + s.URL[strings.LastIndex(s.URL, ":"):]

	return s
}

// makeCertificates runs the commands of docs/security.md.
func makeCertificates(t *testing.T, folder string) {
	t.Helper()

	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}

	block := regexp.MustCompile("(?s)<!-- command: certificates -->\n\n```sh\n(.*?)```").FindSubmatch(page)
	if block == nil {
		t.Fatal("docs/security.md does not tell how to make certificates")
	}

	commands := strings.Replace(string(block[1]), "host=npu-001", "host=localhost", 1)

	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", commands)
	cmd.Dir = folder

	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	for _, suffix := range []string{".crt", ".key"} {
		if err := os.Rename(filepath.Join(folder, "localhost"+suffix), filepath.Join(folder, "exporter"+suffix)); err != nil {
			t.Fatal(err)
		}
	}
}

// get is the status of a request, or 0 where the connection fails. With the name of a certificate it is shown, with a password it is given.
func (s secured) get(t *testing.T, certificate, password string) int {
	t.Helper()

	config := &tls.Config{RootCAs: s.pool, MinVersion: tls.VersionTLS13}

	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(filepath.Join(s.folder, certificate+".crt"), filepath.Join(s.folder, certificate+".key"))
		if err != nil {
			t.Fatal(err)
		}

		config.Certificates = []tls.Certificate{pair}
	}

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}

	if password != "" {
		request.SetBasicAuth("prometheus", password)
	}

	transport := &http.Transport{TLSClientConfig: config}
	defer transport.CloseIdleConnections()

	response, err := (&http.Client{Timeout: patience, Transport: transport}).Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()

	return response.StatusCode
}

// scraped waits until a real Prometheus with the example of its configuration reads the exporter.
func (s secured) scraped(t *testing.T) {
	t.Helper()

	if err := os.WriteFile(filepath.Join(s.folder, "password"), []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}

	text, err := os.ReadFile(filepath.Join(webExamples, "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}

	config := strings.NewReplacer("_file: ", "_file: "+s.folder+"/", "15s", "1s", "npu-001:9945", strings.TrimPrefix(s.URL, "https://"))
	promtest.Start(t, config.Replace(string(text))).Until("up", promtest.Is(1))
}

// wants holds the status of a request against the one that is wanted.
func wants(t *testing.T, who string, got, want int) {
	t.Helper()

	if got != want {
		t.Errorf("%s: status %d, want %d", who, got, want)
	}
}

func TestExampleTLS(t *testing.T) {
	t.Parallel()

	s := startSecured(t, "tls.yml")
	wants(t, "with the authority", s.get(t, "", ""), http.StatusOK)

	known := s.pool
	s.pool = x509.NewCertPool()
	wants(t, "without the authority", s.get(t, "", ""), 0)

	s.pool = known
	s.URL = strings.Replace(s.URL, "https:", "http:", 1)
	wants(t, "without TLS", s.get(t, "", ""), http.StatusBadRequest)
}

func TestExampleMutualTLS(t *testing.T) {
	t.Parallel()

	s := startSecured(t, "mutual-tls.yml")
	wants(t, "without a certificate", s.get(t, "", ""), 0)
	wants(t, "with that of another host", s.get(t, "exporter", ""), 0)
	wants(t, "with that of Prometheus", s.get(t, "prometheus", ""), http.StatusOK)
	s.scraped(t)
}

func TestExampleBasicAuth(t *testing.T) {
	t.Parallel()

	hash, err := bcrypt.GenerateFromPassword([]byte("s3cret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}

	s := startSecured(t, "basic-auth.yml", "PUT-THE-HASH-HERE", string(hash))
	wants(t, "without a password", s.get(t, "", ""), http.StatusUnauthorized)
	wants(t, "with a wrong one", s.get(t, "", "guess"), http.StatusUnauthorized)
	wants(t, "with the right one", s.get(t, "", "s3cret"), http.StatusOK)
	s.scraped(t)
}

// TestExampleBasicAuthAsItStands: without a hash of one's own nobody is served.
func TestExampleBasicAuthAsItStands(t *testing.T) {
	t.Parallel()

	log := exportertest.NewLines()

	status := run(t.Context(), []string{"--sim", "--web.config.file=" + filepath.Join(webExamples, "basic-auth.yml")}, io.Discard, log)
	if status != 2 || !strings.Contains(log.Text(), "basic-auth.yml") {
		t.Errorf("status %d: %s", status, log.Text())
	}
}
