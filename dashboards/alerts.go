package dashboards

import "fmt"

// AscendWatchdog fires as long as Prometheus evaluates the alerts, so without it "no alert" is not known to be true.
const watchdog = `ALERTS{alertname="AscendWatchdog",alertstate="firing"}`

// firing counts alerts of the severities critical and warning that fire, by labels that the series of all are given with; nothing where alerts are evaluated elsewhere.
func firing(by, all string) string {
	return fmt.Sprintf(`count by (%s) (ALERTS{$here,alertstate="firing",alertname=~"Ascend.+",severity=~"critical|warning"}) or 0 * %s and on () %s`,
		by, all, watchdog)
}

// noAlerts says what it means that there is no number of alerts.
const noAlerts = "This Prometheus does not evaluate the alerts: ask the one below it that has the hosts."

// alertsTable lists alerts that fire, by kind and by labels that are columns.
func alertsTable(l Limits, by string, places ...Column) Panel {
	return Panel{
		Title: "Alerts that fire", Width: columns, Height: 8, Normal: true, Field: counts(none()),
		About: "Alerts of the severities critical, warning and info by kind, the most frequent first. The name leads to its runbook.",
		Empty: "No alert fires, or this Prometheus does not evaluate alerts: the tile Alerts tells which.",
		View: Table{Rows: 50, Sort: []string{"-Alerts"}, Columns: append([]Column{
			number("Alerts", fmt.Sprintf(`topk(50, count by (alertname, severity, %s) (ALERTS{$here,alertstate="firing",alertname=~"Ascend.+",severity=~"critical|warning|info"}))`, by),
				counts(none()), 80),
			{Title: "Severity", Label: "severity", Field: severities(), Cell: background, Width: 100},
			label("alertname", "Alert", 0, Link{Title: "Runbook", URL: l.Runbooks + "/{{alertname}}.md"}),
		}, places...)},
	}
}
