package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// A notice is what Alertmanager sends.
type notice struct {
	Receiver    string
	GroupLabels map[string]string
	Alerts      []struct {
		Status string
		Labels map[string]string
	}
}

// A receiver keeps what Alertmanager sends it.
type receiver struct {
	mu      sync.Mutex
	notices []notice
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var n notice
	if err := json.NewDecoder(request.Body).Decode(&n); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)

		return
	}

	n.Receiver = path.Base(request.URL.Path)

	r.mu.Lock()
	defer r.mu.Unlock()

	r.notices = append(r.notices, n)
}

// received is everything so far.
func (r *receiver) received() []notice {
	r.mu.Lock()
	defer r.mu.Unlock()

	return slices.Clone(r.notices)
}

// startAlertmanager runs Alertmanager with the example, whose receivers are the test and whose times are seconds.
func startAlertmanager(t *testing.T) (address string, r *receiver) {
	t.Helper()

	r = new(receiver)
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)

	text, err := os.ReadFile("../../deploy/prometheus/alertmanager.example.yml")
	if err != nil {
		t.Fatal(err)
	}

	var config map[string]any
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}

	hasten(config["route"])

	receivers, _ := config["receivers"].([]any)
	for _, entry := range receivers {
		to, _ := entry.(map[string]any)
		hooks, _ := to["webhook_configs"].([]any)

		for _, hook := range hooks {
			hook, _ := hook.(map[string]any)
			name, _ := to["name"].(string)
			hook["url"] = server.URL + "/" + name
		}
	}

	if text, err = yaml.Marshal(config); err != nil {
		t.Fatal(err)
	}

	return promtest.StartAlertmanager(t, string(text)), r
}

// hasten lets a route and those below it wait for seconds: for long enough that an alert comes before those that it inhibits go out.
func hasten(route any) {
	r, _ := route.(map[string]any)

	for key, hasty := range map[string]string{"group_wait": "6s", "group_interval": "1s", "repeat_interval": "1h"} {
		if usual, ok := r[key]; ok && usual != "0s" {
			r[key] = hasty
		}
	}

	routes, _ := r["routes"].([]any)
	for _, below := range routes {
		hasten(below)
	}
}
