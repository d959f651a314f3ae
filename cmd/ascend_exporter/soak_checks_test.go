package main

import (
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// soakChecks hold one scrape after the other against what must hold at all times.
type soakChecks struct {
	t        *testing.T
	counters map[string]float64 // the latest values
	series   map[string]bool    // of the last scrape
}

func newSoakChecks(t *testing.T) *soakChecks {
	t.Helper()

	return &soakChecks{t: t, counters: make(map[string]float64)}
}

// look takes a scrape: each series is there once, every value is a number, and no counter falls.
func (c *soakChecks) look(families []*dto.MetricFamily) {
	c.series = make(map[string]bool, len(c.series))

	for _, family := range families {
		for _, m := range family.Metric {
			name := soakSeries(family, m)
			if c.series[name] {
				c.t.Errorf("%s is there twice", name)
			}

			c.series[name] = true

			value := m.GetGauge().GetValue() + m.GetCounter().GetValue()
			if math.IsNaN(value) || math.IsInf(value, 0) {
				c.t.Errorf("%s is %v", name, value)
			}

			if m.Counter == nil {
				continue
			}

			if before := c.counters[name]; value < before || value < 0 {
				c.t.Errorf("the counter %s falls from %v to %v", name, before, value)
			}

			c.counters[name] = value
		}
	}
}

// soakSeries names a series.
func soakSeries(family *dto.MetricFamily, m *dto.Metric) string {
	var name strings.Builder

	name.WriteString(family.GetName())

	for _, label := range m.Label {
		name.WriteString(" " + label.GetName() + "=" + label.GetValue())
	}

	return name.String()
}

// sum adds up the values of a metric.
func sum(families []*dto.MetricFamily, name string) float64 {
	total := 0.0

	for _, family := range families {
		if family.GetName() == name {
			for _, m := range family.Metric {
				total += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}

	return total
}

// A soakLog counts the lines of a log, in JSON, and refuses those that say nothing new.
type soakLog struct {
	t     *testing.T
	mutex sync.Mutex
	lines int
	kinds map[string]int // lines by what they tell
	last  map[string]soakLine
}

// A soakLine is what was told last of the same thing.
type soakLine struct {
	what string
	at   time.Time
}

// soakSilence is how long a failure that goes on is not told again. A chip that is lost meanwhile is another one when it is back.
const soakSilence = 10 * time.Minute

func newSoakLog(t *testing.T) *soakLog {
	t.Helper()

	return &soakLog{t: t, kinds: make(map[string]int), last: make(map[string]soakLine)}
}

func (l *soakLog) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	var told struct {
		Time                       time.Time
		Msg, Query, Reason, Advice string
		NPU, Chip                  *int
		What                       string
	}
	if err := json.Unmarshal(line, &told); err != nil {
		l.t.Errorf("not a line of the log: %v\n%s", err, line)
	}

	about, _ := json.Marshal([]any{told.Query, told.NPU, told.Chip}) //nolint:errchkjson // they are plain
	what := told.Msg + " " + told.Reason

	// Of what is passed over nothing says that it has ended.
	if last := l.last[string(about)]; told.Msg == "query fails" && last.what == what && told.Time.Sub(last.at) < soakSilence {
		l.t.Errorf("logged twice, first at %v: %s", last.at, line)
	}

	l.lines++
	l.kinds[told.Query+": "+what]++
	l.last[string(about)] = soakLine{what, told.Time}

	return len(line), nil
}

// count is the number of lines so far.
func (l *soakLog) count() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.lines
}
