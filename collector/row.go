package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Type is the type of a metric.
type Type int

// The types.
const (
	Gauge Type = iota
	Counter
)

// row is one metric, as data: everything that describes, renders, documents or checks metrics goes through the rows.
// T is what the metric is read from: a chip, the host's snapshot, or a query.
type row[T any] struct {
	name   string
	help   string // what it is, what absence means where that is not plain
	kind   Type
	labels []string // beyond those that every row of its table has
	source string   // where the value comes from: a query and the heading or key of its answer

	// products that have it, as recorded; "" for what is not of the hardware.
	products string

	// read calls emit for each series, with the values of labels in their order. No call, no series.
	read func(from *T, emit emit)
}

// emit takes the value of one series and the values of the row's labels.
type emit func(value float64, labels ...string)

// one reads a metric of a single series that may be absent.
func one[T any](value func(*T) optional.Float) func(*T, emit) {
	return func(from *T, emit emit) {
		if number, ok := value(from).Get(); ok {
			emit(number)
		}
	}
}

// sumOf adds up a value of all items; absent where one lacks it, since a sum of counters must not fall.
func sumOf[T any](items []T, value func(T) optional.Float) optional.Float {
	var sum optional.Float

	for _, item := range items {
		number := value(item)
		if !number.Present() {
			return optional.Float{}
		}

		sum = sum.Plus(number)
	}

	return sum
}

// info reads an info metric: always 1, all in the labels.
func info[T any](labels func(*T) []string) func(*T, emit) {
	return func(from *T, emit emit) {
		emit(1, labels(from)...)
	}
}

// yes is 1 for true, 0 for false.
func yes(b bool) float64 {
	if b {
		return 1
	}

	return 0
}

// Products that share metrics. A 310B has what a 310 has, and its measured power.
const (
	everywhere = "all"
	withHBM    = "910A, 910B, A3, 950"
	sinceA2    = "910B, A3, 950"
	not310     = "310P, 910A, 910B, A3, 950"
	withHCCS   = "310P, 910B, A3"
)

// The tables' rows by what they are read from.
type (
	chipRow  = row[snapshot.Chip]
	cardRow  = row[snapshot.Card]
	hostRow  = row[snapshot.Snapshot]
	queryRow = row[snapshot.Query]
)
