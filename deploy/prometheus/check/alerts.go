package check

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// alert checks an alert.
func (e *expression) alert(r *rule) {
	of := e.series(r.expr)
	above := !of.labels[instance] && len(of.labels) > 0

	if above {
		e.recordedOnly()
		e.nonEmpty(of)
	}

	if of.labels[instance] && !slices.Contains(r.inputs, maintenance) && !strings.HasPrefix(name(e.selected[0]), "prometheus_") {
		e.problem("does not leave out hosts in maintenance (%s)", maintenance)
	}

	severity := r.Labels["severity"]
	if !slices.Contains([]string{"critical", "warning", "info", "none"}, severity) {
		e.problem("the severity %q is none of critical, warning, info, none", severity)
	}

	if severity == "critical" && of.labels[instance] && time.Duration(r.KeepFiringFor) < 15*time.Minute {
		e.problem("is critical, and would clear in a gap of the data: keep_firing_for has to be 15m")
	}

	e.texts(r, of)
}

// nonEmpty asks alerts by rack or SuperPod to leave out hosts that have none.
func (e *expression) nonEmpty(of series) {
	label := superpod
	if of.labels[rack] {
		label = rack
	} else if !of.labels[label] {
		return
	}

	for _, selector := range e.selected {
		if name(selector) != maintenance && !strings.HasSuffix(name(selector), "_budget_watts:sum") &&
			!slices.ContainsFunc(matchers(selector), func(m string) bool { return m == label+`!=""` }) {
			e.problem(`%s: needs %s!="": hosts without the label are no %s`, selector, label, label)
		}
	}
}

func matchers(selector *parser.VectorSelector) []string {
	texts := make([]string, 0, len(selector.LabelMatchers))
	for _, m := range selector.LabelMatchers {
		texts = append(texts, m.String())
	}

	return texts
}

// texts checks the annotations.
func (e *expression) texts(r *rule, of series) {
	for _, annotation := range []string{"summary", "description", "runbook_url", "dashboard_url"} {
		if r.Annotations[annotation] == "" {
			e.problem("has no %s", annotation)
		}
	}

	for annotation, text := range r.Annotations {
		e.labelsOfText(annotation, text, of)

		for _, label := range shown() {
			if of.labels[label] && annotation != "runbook_url" && !strings.Contains(text, "$labels."+label) && !r.ofPrometheus() {
				if annotation == "dashboard_url" && !strings.Contains(text, "var-") {
					continue
				}

				e.problem("the %s does not name the %s", annotation, label)
			}
		}
	}

	if !strings.HasSuffix(r.Annotations["runbook_url"], "/"+r.Alert+".md") {
		e.problem("the runbook_url does not lead to %s.md", r.Alert)
	}

	e.dashboard(r.Annotations["dashboard_url"])
}

// ofPrometheus says whether an alert is on a Prometheus server and not on a host with NPUs.
func (r *rule) ofPrometheus() bool {
	return len(r.inputs) > 0 && strings.HasPrefix(r.inputs[0], "prometheus_")
}

// dashboard checks that a link leads to one of the dashboards, with labels for its variables.
func (e *expression) dashboard(link string) {
	parsed, err := url.Parse(regexp.MustCompile(`{{[^}]*}}`).ReplaceAllString(link, "x"))
	if err != nil {
		e.problem("dashboard_url: %w", err)

		return
	}

	uid := parsed.Path[strings.LastIndex(parsed.Path, "/")+1:]
	if !slices.Contains([]string{
		"ascend-fleet", "ascend-superpod", "ascend-rack", "ascend-host", "ascend-chip", "ascend-faults", "ascend-efficiency", "ascend-monitoring",
	}, uid) {
		e.problem("there is no dashboard %q", uid)
	}

	for key := range parsed.Query() {
		variable, ok := strings.CutPrefix(key, "var-")
		if !ok || !slices.Contains(shown(), variable) {
			e.problem("dashboard_url: %s is no variable of the dashboards", key)
		}
	}
}

// labelsOfText checks the labels and the queries in a text.
func (e *expression) labelsOfText(annotation, text string, of series) {
	// Labels of the place may be named where a fleet has not got them: an empty text is shown then.
	usual := of.labels.with(cluster)
	if strings.HasPrefix(annotation, "dashboard") {
		usual = usual.with(place()...)
	}

	for _, match := range regexp.MustCompile(`\$labels\.([a-z_]+)`).FindAllStringSubmatch(text, -1) {
		if !usual[match[1]] {
			e.problem("the %s names the label %s, and the alert has only %s", annotation, match[1], of.labels)
		}
	}

	answered := make(set)

	for _, match := range regexp.MustCompile(`query (?:\(printf )?("(?:[^"\\]|\\.)*")`).FindAllStringSubmatch(text, -1) {
		query := strings.ReplaceAll(strings.Trim(match[1], `"`), "%q", `"x"`)

		expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
		if err != nil {
			e.problem("the query in the %s: %w", annotation, err)

			continue
		}

		maps.Copy(answered, e.series(expr).labels)
	}

	for _, match := range regexp.MustCompile(`\.Labels\.([a-z_]+)`).FindAllStringSubmatch(text, -1) {
		if !answered[match[1]] {
			e.problem("the %s names the label %s of a query that gives only %s", annotation, match[1], answered)
		}
	}
}

// List gives the rules in files, in the order of the files' names.
func List(files map[string][]byte) ([]rulefmt.Rule, error) {
	rules, err := parse(files)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}

	list := make([]rulefmt.Rule, 0, len(rules))
	for _, r := range rules {
		list = append(list, r.Rule)
	}

	return list, nil
}
