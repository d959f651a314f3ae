package dashboards

import (
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Tag is that of all dashboards, by which the row of links finds them.
const Tag = "ascend"

// A Link leads from a value to a page, or to an address elsewhere.
type Link struct {
	Title string
	To    string // uid of a page
	// From are the variables that labels of the value set. Others keep what they are, as does the time range.
	From []string
	URL  string // elsewhere; with a label as {{alertname}}
}

// to leads to a page of what the labels name.
func to(uid, title string, from ...string) Link { return Link{Title: title, To: uid, From: from} }

// data is the link on a value whose labels are found below labels: fields of the row of a table, or labels of a series.
func (l Link) data(on Page, labels string) dashboard.DashboardLink {
	url := l.URL

	if l.To != "" {
		parts := []string{"${datasource:queryparam}"}

		for _, variable := range Variables(l.To) {
			switch {
			case slices.Contains(l.From, variable):
				parts = append(parts, "var-"+variable+"=${"+labels+"."+variable+":percentencode}")
			case slices.Contains(Variables(on.UID), variable):
				parts = append(parts, "${"+variable+":queryparam}")
			}
		}

		url = "/d/" + l.To + "?" + strings.Join(append(parts, "${__url_time_range}"), "&")
	}

	url = strings.NewReplacer("{{", "${"+labels+".", "}}", ":percentencode}").Replace(url)

	return dashboard.DashboardLink{Title: l.Title, Url: new(url), Tags: []string{}, TargetBlank: l.To == ""}
}

// navigation is the row of links to all pages, which keep the time range and the variables.
func navigation() dashboard.DashboardLink {
	return dashboard.DashboardLink{
		Title: "Ascend", Type: dashboard.DashboardLinkTypeDashboards, Icon: "external link", Tags: []string{Tag}, IncludeVars: true, KeepTime: true,
	}
}
