package dashboards_test

import (
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// TestSchema: Grafana's own types read the dashboards, and find no key that they do not know and none that they miss.
func TestSchema(t *testing.T) {
	t.Parallel()

	runtime := cog.NewRuntime() // there is one for the whole process
	runtime.RegisterDataqueryVariant(prometheus.VariantConfig())
	runtime.RegisterPanelcfgVariant(stat.VariantConfig())
	runtime.RegisterPanelcfgVariant(statetimeline.VariantConfig())
	runtime.RegisterPanelcfgVariant(table.VariantConfig())
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())

	boards, _ := split(generated(t))
	for name, content := range boards {
		var d dashboard.Dashboard
		if err := d.UnmarshalJSONStrict(content); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
