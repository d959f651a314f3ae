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
	"time"

	"github.com/prometheus/common/model"
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

// until waits for the last status of each alert that was told to be as it should be, as long as patience lasts.
func (r *receiver) until(good func(last map[string]string) bool) map[string]string {
	deadline := time.After(patience)
	tick := time.NewTicker(100 * time.Millisecond)

	defer tick.Stop()

	for {
		last := make(map[string]string)

		for _, n := range r.received() {
			for _, alert := range n.Alerts {
				last[told(alert.Labels)] = alert.Status
			}
		}

		if good(last) {
			return last
		}

		select {
		case <-tick.C:
		case <-deadline:
			return last
		}
	}
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

	hasten(t, config["route"])

	receivers, _ := config["receivers"].([]any)
	for _, entry := range receivers {
		to, _ := entry.(map[string]any)
		hooks, _ := to["webhook_configs"].([]any)

		for _, hook := range hooks {
			hook, _ := hook.(map[string]any)
			name, _ := to["name"].(string)
			hook["url"] = server.URL + "/" + name
			hook["send_resolved"] = true // reports too: the test waits for them
		}
	}

	if text, err = yaml.Marshal(config); err != nil {
		t.Fatal(err)
	}

	return promtest.StartAlertmanager(t, string(text)), r
}

// hasten lets a route and those below it wait for a tenth of the time with the first of a group, and for seconds at most: for long enough that
// an alert comes before those that it silences go out. What comes later is sent every second.
func hasten(t *testing.T, route any) {
	t.Helper()

	const longest = 6 * time.Second

	r, _ := route.(map[string]any)

	if usual, ok := r["group_wait"].(string); ok {
		wait, err := model.ParseDuration(usual)
		if err != nil {
			t.Fatal(err)
		}

		r["group_wait"] = min(time.Duration(wait)/10, longest).String()
	}

	if _, ok := r["group_interval"]; ok {
		r["group_interval"] = "1s"
	}

	routes, _ := r["routes"].([]any)
	for _, below := range routes {
		hasten(t, below)
	}
}
