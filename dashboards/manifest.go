package dashboards

import (
	"bytes"
	"encoding/json"
)

// A Target is one query of a panel, as it is listed in queries.json for whoever runs them all: a list of such objects, in the order of
// the dashboards, panels and queries. Variables stand in Expr as Grafana finds them ($cluster, $__range, …); the dashboard's JSON has
// their own queries.
type Target struct {
	Dashboard string `json:"dashboard"` // uid
	Panel     uint32 `json:"panel"`     // id within the dashboard
	Title     string `json:"title"`     // of the panel
	RefID     string `json:"refId"`     // of the target within the panel
	Expr      string `json:"expr"`
	Instant   bool   `json:"instant"`  // asked at the end of the time range; else over it
	Interval  string `json:"interval"` // the shortest step, such as 30s: what $__interval cannot go below
	Limit     int    `json:"limit"`    // the most series that it may give
	// Empty says in a sentence why it may give no series on a fleet that works; "" where that would be wrong.
	Empty string `json:"empty,omitempty"`
}

// written is a value as it stands in a file: with signs such as & as they are, and keys in their order.
func written(value any) ([]byte, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}

	// What marshals itself escapes signs whatever it is told, so all is written anew.
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, err
	}

	var out bytes.Buffer

	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")

	if err := encoder.Encode(plain); err != nil {
		return nil, err
	}

	return out.Bytes(), nil
}
