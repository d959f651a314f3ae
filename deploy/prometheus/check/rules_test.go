package check

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// record gives a file with a recording rule for each pair of a name and an expression.
func record(pairs ...string) map[string][]byte {
	var b strings.Builder

	b.WriteString("groups:\n- name: g\n  rules:\n")

	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "  - record: %s\n    expr: %s\n", pairs[i], pairs[i+1])
	}

	return map[string][]byte{"rules.yml": []byte(b.String())}
}

const power = "sum by (cluster, superpod, rack, instance) (ascend_npu_power_watts)"

// TestUnsoundRecords: what is wrong with a recording rule is found.
func TestUnsoundRecords(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		name, want string
		rules      map[string][]byte
	}{
		{"a metric that does not exist", `neither the exporter nor a rule gives the metric "ascend_npu_power"`, record("host:a:sum", "sum by (cluster, superpod, rack, instance) (ascend_npu_power)")},
		{"a label that does not exist", `ascend_npu_power_watts has no label "die"`, record("chip:a:max", `ascend_npu_power_watts{die="0"}`)},
		{"a grouping by a label that does not exist", "there are no labels pod", record("host:a:sum", "sum by (cluster, superpod, rack, instance, pod) (ascend_npu_power_watts)")},
		{"a name that tells no level", "the name is not level:metric:operation", record("power_sum", power)},
		{"a level that does not exist", `"row" is no level`, record("row:a:sum", power)},
		{"a level without its labels", "a series of this level needs the label rack", record("host:a:sum", "sum by (cluster, superpod, instance) (ascend_npu_power_watts)")},
		{"a level with labels of another", "a series of this level has no label npu", record("host:a:sum", "ascend_npu_power_watts")},
		{"raw series of several hosts", "reads the raw series ascend_npu_power_watts of several hosts", record("rack:a:sum", "sum by (cluster, superpod, rack) (ascend_npu_power_watts)")},
		{"a rate of a gauge", "ascend_npu_power_watts is no counter", record("chip:a:rate", "rate(ascend_npu_power_watts[5m])")},
		{"recorded behind it", "is recorded behind it in the group g", record("rack:a:sum", "sum by (cluster, superpod, rack) (host:a:sum)", "host:a:sum", power)},
		{"recorded twice", "there is another rule of this name", record("host:a:sum", power, "host:a:sum", power)},
		{
			"several for one", "is not one-to-one: there may be several series that differ in chip",
			record("host:a:sum", "ascend_npu_power_watts / on (cluster, superpod, rack, instance, npu) ascend_npu_hbm_used_bytes"),
		},
		{
			"several where there should be one", "the side of which there should be one may have several series that differ in namespace, pod",
			record("chip:a:sum", "ascend_npu_power_watts * on (cluster, instance, npu, chip) group_left () sum by (cluster, instance, npu, chip, namespace, pod) (ascend_npu_pod_info)"),
		},
		{
			"group_left without need", "it needs no group_left",
			record("chip:a:sum", "ascend_npu_power_watts * on (cluster, instance, npu, chip) group_left () ascend_npu_hbm_used_bytes"),
		},
		{"a label that is not to be taken along", "the side of which there is one has no labels serial", record("chip:a:sum", "ascend_npu_power_watts * on (cluster, instance) group_left (serial) ascend_npu_chips")},
		{"a match by what one side has not", "one side has no labels npu", record("chip:a:sum", "ascend_npu_power_watts / on (cluster, instance, npu) ascend_npu_chips")},
		{"a match of all labels that never fits", "without on (…) both sides need the same labels", record("chip:a:sum", "ascend_npu_power_watts and ascend_npu_chips")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			if err := Rules(test.rules); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestCircle: rules may not read each other in a circle, over groups neither.
func TestCircle(t *testing.T) {
	t.Parallel()

	files := map[string][]byte{}
	for file, rules := range map[string]map[string][]byte{"a.yml": record("host:a:sum", "host:b:sum"), "b.yml": record("host:b:sum", "host:a:sum")} {
		files[file] = rules["rules.yml"]
	}

	if err := Rules(files); err == nil || !strings.Contains(err.Error(), "which needs its result") {
		t.Error(err)
	}
}

// TestSoundRecords: what is right is not objected to, and a rule may read its own last result.
func TestSoundRecords(t *testing.T) {
	t.Parallel()

	if err := Rules(record(
		"host:a:sum", power,
		"host:a:last", "max by (cluster, superpod, rack, instance) (ascend_npu_chips) or on (cluster, instance) last_over_time(host:a:last[1h])",
		"chip:share:ratio", "ascend_npu_power_watts / on (cluster, instance) group_left () host:a:sum",
		"chip:b:sum", `ascend_npu_ecc_errors_total{memory="hbm",type="double_bit"} * on (cluster, superpod, rack, instance, npu, chip) ascend_npu_power_watts`,
		"rack:a:sum", "sum by (cluster, superpod, rack) (host:a:sum)",
	)); err != nil {
		t.Error(err)
	}
}

// sound is an alert in which nothing is wrong.
const sound = `groups:
- name: last
  rules:
  - record: host:ascend_exporter_maintenance:last
    expr: max by (cluster, superpod, rack, instance) (ascend_exporter_maintenance)
  - record: host:hot:count
    expr: count by (cluster, superpod, rack, instance) (ascend_npu_temperature_celsius > 80)
- name: alerts
  rules:
  - alert: AscendHot
    expr: ascend_npu_temperature_celsius > 80 unless on (cluster, instance) host:ascend_exporter_maintenance:last == 1
    keep_firing_for: 15m
    labels: {severity: critical}
    annotations:
      summary: '{{ $labels.cluster }} {{ $labels.superpod }} {{ $labels.rack }} {{ $labels.instance }} {{ $labels.npu }} {{ $labels.chip }}'
      description: '{{ $labels.cluster }} {{ $labels.superpod }} {{ $labels.rack }} {{ $labels.instance }} {{ $labels.npu }} {{ $labels.chip }}{{ range query (printf "ascend_npu_pod_info{npu=%q}" $labels.npu) }}{{ .Labels.pod }}{{ end }}'
      runbook_url: http://x/AscendHot.md
      dashboard_url: http://x/d/ascend-host?var-cluster={{ $labels.cluster }}&var-superpod={{ $labels.superpod }}&var-rack={{ $labels.rack }}&var-instance={{ $labels.instance }}&var-npu={{ $labels.npu }}&var-chip={{ $labels.chip }}
  - alert: AscendRackHot
    expr: sum by (cluster, superpod, rack) (host:hot:count{rack!=""}) > 5
    labels: {severity: info}
    annotations:
      summary: '{{ $labels.cluster }} {{ $labels.superpod }} {{ $labels.rack }}'
      description: '{{ $labels.cluster }} {{ $labels.superpod }} {{ $labels.rack }}'
      runbook_url: http://x/AscendRackHot.md
      dashboard_url: http://x/d/ascend-rack?var-cluster={{ $labels.cluster }}&var-superpod={{ $labels.superpod }}&var-rack={{ $labels.rack }}
`

// TestUnsoundAlerts: each change to sound alerts that makes them unsound is found.
func TestUnsoundAlerts(t *testing.T) {
	t.Parallel()

	if err := Rules(map[string][]byte{"rules.yml": []byte(sound)}); err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct{ old, replaced, want string }{
		{" unless on (cluster, instance) host:ascend_exporter_maintenance:last == 1", "", "does not leave out hosts in maintenance"},
		{"severity: critical", "severity: page", `the severity "page" is none of`},
		{"    keep_firing_for: 15m\n", "", "keep_firing_for has to be 15m"},
		{`{rack!=""}`, "", `needs rack!=""`},
		{`(host:hot:count{rack!=""})`, `(ascend_npu_chips{rack!=""})`, "of several hosts"},
		{"/AscendHot.md", "/Hot.md", "the runbook_url does not lead to AscendHot.md"},
		{"/d/ascend-host?", "/d/ascend-hosts?", `there is no dashboard "ascend-hosts"`},
		{"&var-npu=", "&var-card=", "var-card is no variable"},
		{"      runbook_url: http://x/AscendHot.md\n", "", "has no runbook_url"},
		{"summary: '{{ $labels.cluster }} {{ $labels.superpod }} {{ $labels.rack }} {{ $labels.instance }}", "summary: '{{ $labels.cluster }} {{ $labels.superpod }} {{ $labels.rack }}", "the summary does not name the instance"},
		{"{{ $labels.npu }} {{ $labels.chip }}'", "{{ $labels.npu }} {{ $labels.chip }} {{ $labels.pod }}'", "names the label pod"},
		{"{npu=%q}", "{card=%q}", `ascend_npu_pod_info has no label "card"`},
		{"{{ .Labels.pod }}", "{{ .Labels.name }}", "names the label name of a query"},
		{"ascend_npu_pod_info{", "ascend_npu_pod_info}{", "the query in the description"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()

			text := strings.Replace(sound, test.old, test.replaced, 1)
			if text == sound {
				t.Fatal("nothing was replaced")
			}

			if err := Rules(map[string][]byte{"rules.yml": []byte(text)}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestTests: an alert of which a test is missing is told.
func TestTests(t *testing.T) {
	t.Parallel()

	at := func(time, alert, samples string) string {
		return fmt.Sprintf("  - {eval_time: %s, expr: 'count(ALERTS{alertname=\"%s\", alertstate=\"firing\"})', exp_samples: [%s]}\n", time, alert, samples)
	}
	text := "tests:\n- name: n\n  promql_expr_test:\n" +
		at("1m", "All", "") + at("5m", "All", "1") + at("9m", "All", "") +
		at("5m", "Early", "1") + at("9m", "Early", "") +
		at("1m", "Stays", "") + at("5m", "Stays", "1") + at("1m", "Never", "") + at("1m", "Always", "1") + at("1m", "Gone", "")

	err := Tests([]string{"All", "Early", "Stays", "Never", "None", "Always"}, []string{"Always"}, fstest.MapFS{"a.yml": {Data: []byte(text)}})
	want := `a.yml: the test "n" is of Gone, which is no alert
Early: no test shows that it does not fire before its time
Stays: no test shows that it clears
Never: no test shows that it fires
None: no test shows that it fires`

	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
