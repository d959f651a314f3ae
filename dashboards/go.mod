module github.com/ascend-exporter/ascend_exporter/dashboards

go 1.26.0

require (
	github.com/ascend-exporter/ascend_exporter/deploy/prometheus v0.0.0
	github.com/google/go-cmp v0.7.0
	github.com/grafana/grafana-foundation-sdk/go v0.0.12
	github.com/prometheus/prometheus v0.313.5
)

replace (
	github.com/ascend-exporter/ascend_exporter => ..
	github.com/ascend-exporter/ascend_exporter/deploy/prometheus => ../deploy/prometheus
)
