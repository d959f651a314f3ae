package dashboards

func host(l Limits) Page {
	chosen := choices(uidHost, 0)
	_ = l
	return Page{UID: uidHost, Title: "Ascend / Host", Variables: chosen, Here: `cluster="$cluster",instance="$instance"`, Interval: "15s", From: "now-1h", Refresh: "30s"}
}
