package dashboards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// A Variable is chosen at the top of a page.
type Variable struct {
	Name, Label string
	// Query gives the values. It reads few series: recorded ones, or those of one host.
	Query string
	// All may be chosen, and several: of what is above the hosts only.
	All bool
	// Choices are the values of a variable without a query, the first of which is chosen at first.
	Choices []string
	// Listed stands for the values that there are where all are chosen, and not for any: for none where there is none.
	Listed bool
	Hidden bool // it follows from others
}

// choices are the variables of a page, each of which chooses among what those before it leave; with the first of them all may be
// chosen.
func choices(uid string, all int) []Variable {
	// Hosts that are down are chosen too, and chips without readings.
	every := []Variable{
		{Name: cluster, Label: "Cluster", Query: `label_values(superpod:up:count, cluster)`},
		{Name: superpod, Label: "SuperPod", Query: `label_values(superpod:up:count{%s}, superpod)`},
		{Name: rack, Label: "Rack", Query: `label_values(rack:up:count{%s}, rack)`},
		{Name: instance, Label: "Host", Query: `label_values(host:up:count{%s}, instance)`},
		{Name: npu, Label: "NPU", Query: `label_values(ascend_npu_health_status{cluster="$cluster",instance="$instance"}, npu)`},
		{Name: chip, Label: "Chip", Query: `label_values(ascend_npu_health_status{cluster="$cluster",instance="$instance",npu="$npu"}, chip)`},
	}

	var chosen []Variable

	for i, v := range every {
		if !slices.Contains(Variables(uid), v.Name) {
			continue
		}

		v.All = i < all

		if i > 0 && i < 4 {
			v.Query = fmt.Sprintf(v.Query, matchers(chosen))
		}

		chosen = append(chosen, v)
	}

	return chosen
}

// matchers select what is chosen.
func matchers(chosen []Variable) string {
	texts := make([]string, 0, len(chosen))

	for _, v := range chosen {
		operator := "="
		if v.All {
			operator = "=~"
		}

		texts = append(texts, fmt.Sprintf(`%s%s"$%s"`, v.Name, operator, v.Name))
	}

	return strings.Join(texts, ",")
}

// source chooses the Prometheus.
func source() dashboard.VariableModel {
	return dashboard.VariableModel{
		Type: dashboard.VariableTypeDatasource, Name: "datasource", Label: new("Data source"),
		Query:   &dashboard.StringOrMap{String: new("prometheus")},
		Options: []dashboard.VariableOption{}, Multi: new(false), IncludeAll: new(false),
		Refresh: new(dashboard.VariableRefreshOnDashboardLoad),
	}
}

func (v Variable) model() dashboard.VariableModel {
	if len(v.Choices) > 0 {
		return v.fixed()
	}

	m := dashboard.VariableModel{
		Type: dashboard.VariableTypeQuery, Name: v.Name, Label: new(v.Label), Datasource: datasource(), Definition: new(v.Query),
		Query: &dashboard.StringOrMap{Map: map[string]any{
			"qryType": 1, "query": v.Query, "refId": "PrometheusVariableQueryEditor-VariableQuery",
		}},
		Refresh: new(dashboard.VariableRefreshOnTimeRangeChanged), Sort: new(dashboard.VariableSortNaturalAsc),
		Options: []dashboard.VariableOption{}, Multi: new(v.All), IncludeAll: new(v.All),
	}

	if v.Hidden {
		m.Hide = new(dashboard.VariableHideHideVariable)
	}

	if v.All {
		if !v.Listed { // a label that is not there matches this too
			m.AllValue = new(".*")
		}

		m.Current = &dashboard.VariableOption{
			Text:  dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}},
			Value: dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}},
		}
	}

	return m
}

// fixed is a variable whose values are known.
func (v Variable) fixed() dashboard.VariableModel {
	m := dashboard.VariableModel{
		Type: dashboard.VariableTypeCustom, Name: v.Name, Label: new(v.Label),
		Query: &dashboard.StringOrMap{String: new(strings.Join(v.Choices, ","))},
		Multi: new(false), IncludeAll: new(false),
	}

	for i, choice := range v.Choices {
		text := dashboard.StringOrArrayOfString{String: new(choice)}
		m.Options = append(m.Options, dashboard.VariableOption{Selected: new(i == 0), Text: text, Value: text})
	}

	m.Current = &m.Options[0]

	return m
}
