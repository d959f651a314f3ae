module github.com/ascend-exporter/ascend_exporter/deploy/prometheus

go 1.26.0

require (
	github.com/ascend-exporter/ascend_exporter v0.0.0
	github.com/google/go-cmp v0.7.0
	github.com/prometheus/common v0.72.1
	github.com/prometheus/prometheus v0.313.5
	go.yaml.in/yaml/v3 v3.0.6
)

require (
	github.com/prometheus/client_model v0.6.3 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace github.com/ascend-exporter/ascend_exporter => ../..
