// Package vllm has the metrics by which vLLM tells of itself, for simulated services: its names and labels, invented values.
package vllm

import (
	"math"
	"slices"
	"strconv"

	dto "github.com/prometheus/client_model/go"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// A row is a metric. It has a number, or a latency.
type row struct {
	name, help string
	counter    bool
	labels     []string // beside those of all: name, value, name, value …
	number     func(s sim.Service) float64
	latency    func(s sim.Service) sim.Latency
	bounds     []float64 // s; of the buckets
}

// rows are some of vLLM's, sorted by name.
func rows() []row {
	first := []float64{0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80}
	gap := []float64{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5}
	whole := []float64{0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240}

	return []row{
		{
			name: "vllm:e2e_request_latency_seconds", help: "How long requests take in all.",
			latency: func(s sim.Service) sim.Latency { return s.Whole }, bounds: whole,
		},
		{
			name: "vllm:generation_tokens_total", help: "Tokens that were generated.", counter: true,
			number: func(s sim.Service) float64 { return float64(s.GenerationTokens) },
		},
		{
			name: "vllm:inter_token_latency_seconds", help: "How long a token takes after the one before.",
			latency: func(s sim.Service) sim.Latency { return s.TokenGap }, bounds: gap,
		},
		{
			name: "vllm:kv_cache_usage_perc", help: "Share of the KV cache that is in use; 1 is all of it.",
			number: func(s sim.Service) float64 { return s.Cache },
		},
		{
			name: "vllm:num_requests_running", help: "Requests that run.",
			number: func(s sim.Service) float64 { return float64(s.Running) },
		},
		{
			name: "vllm:num_requests_waiting", help: "Requests that wait.",
			number: func(s sim.Service) float64 { return float64(s.Waiting) },
		},
		{
			name: "vllm:prompt_tokens_total", help: "Tokens of prompts that were processed.", counter: true,
			number: func(s sim.Service) float64 { return float64(s.PromptTokens) },
		},
		{
			name: "vllm:request_success_total", help: "Requests that have ended well.", counter: true, labels: []string{"finished_reason", "stop"},
			number: func(s sim.Service) float64 { return float64(s.Requests) },
		},
		{
			name: "vllm:time_to_first_token_seconds", help: "How long the first token takes.",
			latency: func(s sim.Service) sim.Latency { return s.FirstToken }, bounds: first,
		},
	}
}

// Port is that at which vLLM serves, its metrics too.
const Port = "8000"

// common are the labels of all metrics.
func common(s sim.Service) []string {
	return []string{"engine", "0", "model_name", s.Model}
}

// Visit gives each series of a service: its name, its labels (name, value, name, value …) and its value.
func Visit(s sim.Service, visit func(name string, labels []string, value float64)) {
	for _, r := range rows() {
		labels := append(common(s), r.labels...)

		if r.number != nil {
			visit(r.name, labels, r.number(s))

			continue
		}

		for _, bound := range append(r.bounds, math.Inf(1)) {
			visit(r.name+"_bucket", append(slices.Clone(labels), "le", text(bound)), r.below(s, bound))
		}

		visit(r.name+"_count", labels, float64(s.Requests))
		visit(r.name+"_sum", labels, r.sum(s))
	}
}

// Families are the same for an exposition.
func Families(s sim.Service) []*dto.MetricFamily {
	families := make([]*dto.MetricFamily, 0, len(rows()))

	for _, r := range rows() {
		metric := new(dto.Metric)

		for pair := range slices.Chunk(append(common(s), r.labels...), 2) {
			metric.Label = append(metric.Label, &dto.LabelPair{Name: &pair[0], Value: &pair[1]})
		}

		kind := dto.MetricType_GAUGE

		switch {
		case r.number == nil:
			kind = dto.MetricType_HISTOGRAM
			metric.Histogram = r.histogram(s)
		case r.counter:
			kind = dto.MetricType_COUNTER
			metric.Counter = &dto.Counter{Value: new(r.number(s))}
		default:
			metric.Gauge = &dto.Gauge{Value: new(r.number(s))}
		}

		families = append(families, &dto.MetricFamily{Name: &r.name, Help: &r.help, Type: &kind, Metric: []*dto.Metric{metric}})
	}

	return families
}

func (r row) histogram(s sim.Service) *dto.Histogram {
	h := &dto.Histogram{SampleCount: new(uint64(s.Requests)), SampleSum: new(r.sum(s))} //nolint:gosec // it counts from 0

	for _, bound := range r.bounds {
		h.Bucket = append(h.Bucket, &dto.Bucket{UpperBound: new(bound), CumulativeCount: new(uint64(r.below(s, bound)))})
	}

	return h
}

// below is how many requests took at most so many seconds.
func (r row) below(s sim.Service, bound float64) float64 {
	return math.Floor(float64(s.Requests) * r.latency(s).Below(bound))
}

func (r row) sum(s sim.Service) float64 {
	return float64(s.Requests) * r.latency(s).Mean()
}

// text writes a bound as Prometheus's clients do.
func text(bound float64) string {
	if math.IsInf(bound, 1) {
		return "+Inf"
	}

	if bound == math.Trunc(bound) {
		return strconv.FormatFloat(bound, 'f', 1, 64)
	}

	return strconv.FormatFloat(bound, 'g', -1, 64)
}
