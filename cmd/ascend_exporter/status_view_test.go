package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

func TestStatusPageOfChips(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		chip  snapshot.Chip
		heads []string // of utilisation and memory
		cells []string
	}{
		"unusable": {
			chip:  snapshot.Chip{Key: snapshot.Key{NPU: 1}, Model: "910B3", PhyID: "1", Health: npusmi.HealthUnknown, Unusable: true},
			heads: []string{"AI Core", "Memory used"},
			cells: []string{"1", "0", "910B3", "UNKNOWN", "Unusable: the tool gives no data of this chip that can be believed.", "1", "–"},
		},
		"nothing known": {
			chip:  snapshot.Chip{Key: snapshot.Key{NPU: 5, Chip: 1}},
			heads: []string{"AI Core", "Memory used"},
			cells: []string{"5", "1", "–", "–", "–", "–", "–", "–", "–", "–", "–"},
		},
		"zeros": {
			chip: snapshot.Chip{
				Model: "910B3", Health: npusmi.HealthOK, Temperature: optional.Of(0), AICore: optional.Of(0),
				HBM: snapshot.Memory{Used: optional.Of(0), Total: optional.Of(gibibyte)}, ProcessCount: optional.Of(0),
			},
			heads: []string{"AI Core", "HBM used"},
			cells: []string{"0", "0", "910B3", "OK", "–", "0 °C", "0 %", "0.0 / 1.0 GiB", "0", "–", "–"},
		},
		"950": {
			chip: snapshot.Chip{
				Model: "Ascend950PR", Health: npusmi.HealthWarning, Utilization: optional.Of(0.405),
				HBM: snapshot.Memory{Total: optional.Of(112 * gibibyte)},
			},
			heads: []string{"NPU utilisation", "HBM used"},
			cells: []string{"0", "0", "Ascend950PR", "Warning", "–", "–", "40 %", "– / 112.0 GiB", "–", "–", "–"},
		},
		"310": {
			chip: snapshot.Chip{
				Model: "310", Health: npusmi.HealthAlarm, RatedPower: optional.Of(12.8), AICore: optional.Of(1),
				DDR: snapshot.Memory{Used: optional.Of(2 * gibibyte), Total: optional.Of(8 * gibibyte)},
			},
			heads: []string{"AI Core", "DDR used"},
			cells: []string{"0", "0", "310", "Alarm", "12.8 W rated", "–", "100 %", "2.0 / 8.0 GiB", "–", "–", "–"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			host := healthyHost(0)
			host.Chips = []snapshot.Chip{test.chip}

			page := openPage(t, statusHandler(host))

			if diff := cmp.Diff(test.heads, page.one("thead", "").cells()[6:8]); diff != "" {
				t.Errorf("heads of the columns (-want +got):\n%s", diff)
			}

			if diff := cmp.Diff(test.cells, page.one("tbody", "").one("tr", "").cells()); diff != "" {
				t.Errorf("the row (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStatusPageOfAbsence sees that nothing is told of a host of which nothing is known.
func TestStatusPageOfAbsence(t *testing.T) {
	t.Parallel()

	host := healthyHost(0)
	host.Host = snapshot.Host{}
	host.Queries[1].LastSuccess = optional.Float{}

	facts := texts(openPage(t, statusHandler(host)).one("dl", "facts").all("dd", ""))
	if diff := cmp.Diff([]string{"–", "–", "–", "–", "–", "–"}, facts); diff != "" {
		t.Errorf("facts of the host (-want +got):\n%s", diff)
	}
}

func TestStatusPageNotes(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		change func(s *snapshot.Snapshot)
		state  string
		class  string // of the note; "" where there is none
		says   string
	}{
		"nothing": {func(*snapshot.Snapshot) {}, "Up", "", ""},
		"maintenance": {
			func(s *snapshot.Snapshot) { s.Host.Maintenance = true },
			"Up", "info", "In maintenance: planned work on this host is announced.",
		},
		"missing": {
			func(s *snapshot.Snapshot) { s.Host.ExpectedChips = optional.Of(8) },
			"Up, with 1 problem", "bad", "5 expected chips are missing: 3 of 8 are listed.",
		},
		"unusable": {
			func(s *snapshot.Snapshot) {
				s.Host.UnusableChips = optional.Of(1)
				s.Chips[1].Unusable, s.Chips[1].Health = true, npusmi.HealthUnknown
			},
			"Up, with 1 problem", "bad", "1 chip is listed without data that can be believed.",
		},
		"unkillable": {
			func(s *snapshot.Snapshot) { s.Runner.Unkillable = 2 },
			"Up, with 1 problem", "bad", "2 processes of the tool cannot be killed.",
		},
		"warning": {
			func(s *snapshot.Snapshot) { s.Chips[1].Health = npusmi.HealthWarning },
			"Up, with 1 problem", "warn", "1 chip is not healthy: NPU 1 chip 0 (Warning).",
		},
		"unusable and critical": {
			func(s *snapshot.Snapshot) { s.Chips[1].Unusable, s.Chips[1].Health = true, npusmi.HealthCritical },
			"Up, with 1 problem", "bad", "1 chip is not healthy: NPU 1 chip 0 (Critical).",
		},
		"critical": {
			func(s *snapshot.Snapshot) {
				s.Chips[1].Health = npusmi.HealthCritical
				s.Chips[2].Health = npusmi.HealthWarning
			},
			"Up, with 1 problem", "bad", "2 chips are not healthy: NPU 1 chip 0 (Critical), NPU 2 chip 0 (Warning).",
		},
		"late": {
			func(s *snapshot.Snapshot) {
				s.Queries[1].Success = false
				s.Queries[1].History = s.Queries[1].History[1:]
			},
			"Up, with 1 problem", "warn",
			"The query summary fails: the tool gave no answer in 30s and was ended. Its last good answer was 7 s ago.",
		},
		"not understood": {
			func(s *snapshot.Snapshot) { s.Queries[1].History[0].Output = "not understood: |||" },
			"Up", "info", "The last answer of the query summary has lines that are not understood.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			host := healthyHost(3)
			test.change(host)

			page := openPage(t, statusHandler(host))

			if got := page.one("section", "banner").one("h2", "").text(); got != test.state {
				t.Errorf("the state is %q, want %q", got, test.state)
			}

			notes := page.all("li", "note")
			if test.class == "" {
				if len(notes) > 0 {
					t.Errorf("there are notes: %q", texts(notes))
				}

				return
			}

			page.one("ul", "notes").one("li", test.class).wantText(test.says)
		})
	}
}

func TestStatusPageOfSimulation(t *testing.T) {
	t.Parallel()

	page := openPage(t, newStatusPage(statusConfig{
		Latest:        func() *snapshot.Snapshot { return healthyHost(1) },
		Revision:      "unknown",
		TelemetryPath: "/deep/metrics",
		Simulated:     true,
	}))

	page.one("header", "").wantText("Simulated machine", "Development build")
	page.one("header", "").wantNoText("unknown")

	if got := page.one("nav", "").all("a", "")[0].attribute("href"); got != "./deep/metrics" {
		t.Errorf("the metrics are at %q", got)
	}
}

// TestStatusPageEscapes lets everything that others write try to break out of its place.
func TestStatusPageEscapes(t *testing.T) {
	t.Parallel()

	const hostile = `<script>alert(1)</script>"' onload='x' {{.Nonce}} </style></pre>` + "`"

	host := healthyHost(1)
	host.Host.ToolVersion, host.Host.DriverVersion = hostile, hostile
	host.Chips[0].Model, host.Chips[0].BusID, host.Chips[0].PhyID = hostile, hostile, hostile
	host.Chips[0].Processes[0].Name = hostile
	host.Queries[1].Success = false
	host.Queries[1].History = []snapshot.Run{{
		Command: hostile, Start: statusNow(), Failure: hostile, Advice: hostile, Output: hostile,
	}}

	page := openPage(t, statusHandler(host))

	if n := len(page.all("script", "")); n > 0 {
		t.Errorf("there are %d scripts", n)
	}

	for node := range page.node.Descendants() {
		for _, attribute := range node.Attr {
			if strings.HasPrefix(attribute.Key, "on") {
				t.Errorf("<%s> has %s", node.Data, attribute.Key)
			}
		}
	}

	if got := strings.Count(page.text(), hostile); got < 10 {
		t.Errorf("the text is shown %d times as it is", got)
	}
}

func TestStatusPagePolicy(t *testing.T) {
	t.Parallel()

	nonces := make(map[string]bool)

	for range 2 {
		recorder := httptest.NewRecorder()
		statusHandler(healthyHost(1)).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", http.NoBody))

		policy := recorder.Header().Get("Content-Security-Policy")
		_, nonce, _ := strings.Cut(policy, "style-src 'nonce-")
		nonce, _, _ = strings.Cut(nonce, "'")
		nonces[nonce] = true

		if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
			t.Errorf("the policy is %q", policy)
		}

		if want := `<style nonce="` + nonce + `">`; !strings.Contains(recorder.Body.String(), want) {
			t.Errorf("the page has no %s", want)
		}

		if got := recorder.Header().Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("X-Content-Type-Options is %q", got)
		}
	}

	if len(nonces) != 2 {
		t.Error("the nonce is the same twice")
	}
}
