module github.com/ascend-exporter/ascend_exporter/dashboards

go 1.26.0

require (
	github.com/ascend-exporter/ascend_exporter/deploy/prometheus v0.0.0
	github.com/grafana/grafana-foundation-sdk/go v0.0.12
)

require (
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.1 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace (
	github.com/ascend-exporter/ascend_exporter => ..
	github.com/ascend-exporter/ascend_exporter/deploy/prometheus => ../deploy/prometheus
)
