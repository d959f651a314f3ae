package collector

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// exporterRows are the metrics of the exporter itself.
func exporterRows() []hostRow {
	const source = "the runs of the tool"

	return []hostRow{
		{
			name:   "ascend_exporter_up",
			help:   "Whether the chips can be read: a summary not older than its allowed age exists, or chips that are asked one by one in its place answer; and the last attempt did not fail with a reason that says that there is nothing to read (init, no_device, occupied, permission).",
			source: source,
			read:   func(s *snapshot.Snapshot, emit emit) { emit(yes(s.Up)) },
		},
		{
			name:   "ascend_exporter_failures_total",
			help:   fmt.Sprintf("Failed runs of the tool by reason: %s. busy means that another instance held the tool.", reasonList()),
			kind:   Counter,
			labels: []string{"reason"},
			source: source,
			read: func(s *snapshot.Snapshot, emit emit) {
				for _, reason := range slices.Sorted(maps.Keys(s.Runner.Failures)) {
					emit(float64(s.Runner.Failures[reason]), string(reason))
				}
			},
		},
		{
			name:   "ascend_exporter_schedule_lag_seconds",
			help:   "By how much the query that is latest is late: above 0 for long, the plan does not fit into the tool's share of the time.",
			source: "the plan",
			read:   func(s *snapshot.Snapshot, emit emit) { emit(s.Runner.Lag.Seconds()) },
		},
		{
			name:   "ascend_exporter_unkillable_processes",
			help:   "Processes of the tool that could not be ended and still live.",
			source: source,
			read:   func(s *snapshot.Snapshot, emit emit) { emit(float64(s.Runner.Unkillable)) },
		},
	}
}

// reasonList is all reasons in words.
func reasonList() string {
	var words []string
	for _, reason := range npusmi.Reasons() {
		words = append(words, string(reason))
	}

	return strings.Join(words, ", ")
}

// queryRows are the metrics of each query, or group of queries, that was asked and is supported. Each has the label query.
func queryRows() []queryRow {
	const source = "the runs of the query"

	return []queryRow{
		{
			name:   "ascend_exporter_query_success",
			help:   "Whether the query works: no chip that should answer is failing it.",
			source: source,
			read:   func(q *snapshot.Query, emit emit) { emit(yes(q.Success)) },
		},
		{
			name:   "ascend_exporter_query_last_success_timestamp_seconds",
			help:   "Unix time of the last good answer: the oldest over the chips that should answer. Absent before the first, and while no chip should.",
			source: source,
			read:   one(func(q *snapshot.Query) optional.Float { return q.LastSuccess }),
		},
		{
			name:   "ascend_exporter_query_duration_seconds_total",
			help:   "Time spent in the tool, or in reading what is beside it.",
			kind:   Counter,
			source: source,
			read:   func(q *snapshot.Query, emit emit) { emit(q.Duration.Seconds()) },
		},
		{
			name:   "ascend_exporter_query_runs_total",
			help:   "Processes of the tool that were started; of what is read beside it, readings.",
			kind:   Counter,
			source: source,
			read:   func(q *snapshot.Query, emit emit) { emit(float64(q.Runs)) },
		},
		{
			name:   "ascend_exporter_query_failures_total",
			help:   "Runs that gave no answer.",
			kind:   Counter,
			source: source,
			read:   func(q *snapshot.Query, emit emit) { emit(float64(q.Failures)) },
		},
		{
			name:   "ascend_exporter_unrecognized_lines_total",
			help:   "Lines of output that were not understood and passed over: a new release of the tool shows here first.",
			kind:   Counter,
			source: source,
			read:   func(q *snapshot.Query, emit emit) { emit(float64(q.Unrecognized)) },
		},
		{
			name:   "ascend_exporter_chip_query_failing",
			help:   "A chip that fails the query now, always 1. Absent while the chip answers.",
			labels: []string{"npu", "chip", "reason"},
			source: source,
			read: func(q *snapshot.Query, emit emit) {
				for _, failing := range q.Failing {
					emit(1, id(failing.NPU), id(failing.Chip), string(failing.Reason))
				}
			},
		},
	}
}
