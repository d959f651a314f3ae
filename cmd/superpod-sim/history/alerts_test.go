package history

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/value"

	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// TestStates: an alert waits, fires, outlives a gap if it is kept for that long, and ends.
func TestStates(t *testing.T) {
	t.Parallel()

	// At which minutes the expression has a series, and what becomes of it: a letter a minute, "." is no alert.
	for _, c := range []struct {
		there, want string
		wait, keep  time.Duration
	}{
		{there: "xxxx", want: "ffff"},
		{there: "xxxx..", want: "ppff..", wait: 2 * time.Minute},
		{there: "xx.xxx", want: "pp.ppf", wait: 2 * time.Minute},
		{there: "x..x....", want: "ffffff..", keep: 2 * time.Minute},
		{there: "xx..xx....", want: "pffffffff.", wait: time.Minute, keep: 3 * time.Minute},
		{there: "x.....x", want: "fff...f", keep: 2 * time.Minute},
	} {
		r := &rule{wait: c.wait, keep: c.keep}

		var there []sample

		for minute, letter := range c.there {
			if letter == 'x' {
				there = append(there, sample{int64(minute) * 60_000, 3})
			}
		}

		got := []byte(strings.Repeat(".", len(c.there)))
		pending, firing := r.states(there, 60_000, int64(len(c.there)-1)*60_000)

		for letter, samples := range map[byte][]sample{'p': pending, 'f': firing} {
			for _, s := range samples {
				switch at := s.t / 60_000; {
				case value.IsStaleNaN(s.v):
				case got[at] != '.':
					t.Errorf("%+v: both pending and firing at minute %d", c, at)
				default:
					got[at] = letter
				}
			}
		}

		if string(got) != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

// TestAlerts: a history has the alerts of its time, and what rules record of their own last results.
func TestAlerts(t *testing.T) {
	t.Parallel()

	o := small(t)
	o.Raw, o.Recorded, o.Alerts = 30*time.Minute, time.Hour, 30*time.Minute
	o.Hosts[3].SetFaults(fleet.Schedule{Name: "outage", Faults: outage{}, Start: lastStep().Add(-25 * time.Minute)}) // up again 5 minutes before the end

	const rules = `groups: [{name: g, rules: [
  {record: "host:ascend_npu_chips:last", expr: 'max by (instance) (ascend_npu_chips) or last_over_time(host:ascend_npu_chips:last[1h])'},
  {record: "fleet:ascend_npu_chips:double", expr: '2 * fleet:ascend_npu_chips:last'},
  {record: "fleet:ascend_npu_chips:last", expr: 'sum(host:ascend_npu_chips:last)'},
  {alert: Down, expr: 'up == 0', for: 10m, labels: {severity: warning}},
  {alert: Silent, expr: 'host:ascend_npu_chips:last unless on (instance) ascend_npu_chips'},
  {alert: Never, expr: 'ascend_npu_chips > 99'},
]}]`

	file := filepath.Join(t.TempDir(), "alerts.yml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}

	o.Rules = append(o.Rules, file)

	if err := Write(t.Context(), o); err != nil {
		t.Fatal(err)
	}

	name := o.Hosts[3].Name
	p := startPrometheus(t, o.Output, lastStep())
	p.want(`count(host:ascend_npu_chips:last)`, 4)
	p.want(`fleet:ascend_npu_chips:double / on () sum(ascend_npu_chips)`, 2)
	p.want(`ALERTS`)

	p.At = lastStep().Add(-7 * time.Minute)
	p.want(`ALERTS{alertname="Down", alertstate="firing", severity="warning", instance="`+name+`", rack!=""}`, 1)
	p.want(`count(ALERTS{alertname="Silent", instance="`+name+`"})`, 1)
	p.want(`fleet:ascend_npu_chips:last - on () sum(ascend_npu_chips) > bool 0`, 1)
	p.want(`count(ALERTS)`, 3) // the alert of the other rules, which does not wait, fires too

	p.At = lastStep().Add(-20 * time.Minute)
	p.want(`count(ALERTS{alertname="Down", alertstate="pending"})`, 1)
	p.want(`count(ALERTS{alertstate="firing"})`, 2)

	p.At = lastStep()
	p.want(`count(count_over_time(ALERTS{alertname="Down", alertstate="firing"}[30m]))`, 1)
	p.want(`count_over_time(ALERTS{alertname="Down", alertstate="pending"}[30m])`, 10)
}

// TestAlertsRefused: what a history cannot tell of alerts is an error.
func TestAlertsRefused(t *testing.T) {
	t.Parallel()

	for rules, want := range map[string]string{
		`[{record: "a:b", expr: 'a:b or c:d'}, {record: "c:d", expr: 'sum(a:b)'}]`: "a:b of group \"g\" in",
		`[{alert: A, expr: up, labels: {severity: "{{ $value }}"}}]`:               "its label severity is a template",
	} {
		o := small(t)
		o.Alerts = time.Hour
		o.Rules = []string{filepath.Join(t.TempDir(), "rules.yml")}

		if err := os.WriteFile(o.Rules[0], []byte("groups: [{name: g, rules: "+rules+"}]"), 0o600); err != nil {
			t.Fatal(err)
		}

		if err := Write(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", rules, err)
		}
	}

	o := small(t)
	o.Alerts = 2 * time.Hour

	if err, want := Write(t.Context(), o), "2h0m0s of alerts: it must be from 0 to as long as"; err == nil || !strings.Contains(err.Error(), want) {
		t.Error(cmp.Diff(want, err.Error()))
	}
}
