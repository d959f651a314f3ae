package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/grafana"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// A listed query is one of dashboards/queries.json.
type listed struct {
	Dashboard string
	Panel     uint32
	Title     string
	RefID     string `json:"refId"`
	Expr      string
	Instant   bool
	Interval  string
	Limit     int
	Empty     string
}

func (q listed) String() string {
	return fmt.Sprintf("%s, panel %d %q, %s", q.Dashboard, q.Panel, q.Title, q.RefID)
}

// An asker asks a Prometheus what panels ask it through Grafana.
type asker struct {
	*promtest.Server

	end   time.Time // of the history, which is when the dashboards are opened
	known map[string][]string
}

// An answer is what a query costs and gives.
type answer struct {
	series  int
	numbers bool // whether any value is a number
	bytes   int
	// Of Prometheus's own account, where it was asked for.
	took    time.Duration
	samples int // read
}

// get asks a path of the API for data.
func (a *asker) get(path string, query url.Values, data any) (answer, error) {
	response, err := http.Get(a.URL + path + "?" + query.Encode())
	if err != nil {
		return answer{}, err
	}

	text, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return answer{}, err
	}

	of := answer{bytes: len(text)}
	content := struct {
		Status, Error string
		Warnings      []string
		Data          any
	}{Data: data}

	if err := json.Unmarshal(text, &content); err != nil {
		return of, fmt.Errorf("%w: %.200s", err, text)
	}

	if content.Status != "success" || len(content.Warnings) > 0 {
		return of, errors.New(content.Error + strings.Join(content.Warnings, "; "))
	}

	return of, nil
}

// ask asks a query, at the end of the scope or over it. Further parameters are name, value, name, value ….
func (a *asker) ask(expr string, instant bool, scope grafana.Scope, parameters ...string) (answer, error) {
	path, query := "/api/v1/query", url.Values{"query": {expr}}

	for pair := range slices.Chunk(parameters, 2) {
		query.Set(pair[0], pair[1])
	}

	if instant {
		query.Set("time", strconv.FormatInt(scope.To.Unix(), 10))
	} else {
		path += "_range"
		step := int64(scope.Interval / time.Second)
		query.Set("step", strconv.FormatInt(step, 10))
		query.Set("start", strconv.FormatInt(scope.From.Unix()/step*step, 10))
		query.Set("end", strconv.FormatInt(scope.To.Unix()/step*step, 10))
	}

	var data struct {
		Result []struct {
			Value  []any
			Values [][]any
		}
		Stats struct {
			Timings struct{ ExecTotalTime float64 } // s
			Samples struct{ TotalQueryableSamples int }
		}
	}

	of, err := a.get(path, query, &data)
	of.series = len(data.Result)
	of.took = time.Duration(data.Stats.Timings.ExecTotalTime * float64(time.Second))
	of.samples = data.Stats.Samples.TotalQueryableSamples

	for _, series := range data.Result {
		for _, point := range append(series.Values, series.Value) {
			if len(point) > 1 {
				value, err := strconv.ParseFloat(fmt.Sprint(point[1]), 64)
				of.numbers = of.numbers || err == nil && !math.IsNaN(value)
			}
		}
	}

	return of, err
}

// values answers the query of a variable.
func (a *asker) values(query grafana.LabelValues) ([]string, error) {
	key := query.Selector + ", " + query.Label
	if of, ok := a.known[key]; ok {
		return of, nil
	}

	form := url.Values{"start": {strconv.FormatInt(a.end.Add(-raw).Unix(), 10)}, "end": {strconv.FormatInt(a.end.Unix(), 10)}}
	if query.Selector != "" {
		form.Set("match[]", query.Selector)
	}

	var of []string
	if _, err := a.get("/api/v1/label/"+query.Label+"/values", form, &of); err != nil {
		return nil, fmt.Errorf("label_values(%s): %w", key, err)
	}

	a.known[key] = of

	return of, nil
}

// openings are the ways in which a dashboard is opened: for everything of which one is chosen, at least the first and the last of few.
func (a *asker) openings(d grafana.Dashboard) ([]map[string]string, error) {
	ways := []map[string]string{{}}

	for _, v := range d.Templating.List {
		if v.Type == "datasource" || v.IncludeAll {
			continue
		}

		var next []map[string]string

		for _, way := range ways {
			_, options, err := d.Resolve(a.scope(), way, a.values)
			if err != nil {
				return nil, err
			}

			of := options[v.Name]
			if (v.Name == "npu" || v.Name == "chip") && len(of) > 2 {
				of = []string{of[0], of[len(of)-1]} // chips are alike, and many
			}

			for _, option := range of {
				with := maps.Clone(way)
				with[v.Name] = option
				next = append(next, with)
			}

			if len(of) == 0 {
				next = append(next, way)
			}
		}

		ways = next
	}

	return ways, nil
}

// scope is the time that dashboards show where they say nothing else.
func (a *asker) scope() grafana.Scope {
	return grafana.Scope{From: a.end.Add(-raw), To: a.end, Interval: scrape, Scrape: scrape}
}

// scopeOf is the time that a panel shows, and the steps at which a screen shows it.
func (a *asker) scopeOf(d grafana.Dashboard, p grafana.Panel, values grafana.Values) (grafana.Scope, error) {
	s := a.scope()
	s.Variables = values

	from := d.Time.From
	if p.TimeFrom != "" {
		from = "now-" + p.TimeFrom
	}

	var err error
	if s.From, err = grafana.Ago(from, s.To); err != nil {
		return s, err
	}

	const points = 1600 / 24 // of a screen, a column of the grid

	shortest := scrape

	if p.Interval != "" {
		least, err := model.ParseDuration(p.Interval)
		if err != nil {
			return s, err
		}

		shortest = max(shortest, time.Duration(least))
	}

	s.Interval = grafana.Interval(s.Range(), max(1, p.GridPos.W)*points, shortest)

	return s, nil
}

// own moves the scope to now for what a Prometheus tells of itself: its history is as long as the test. The last step of a range may be
// as long ago as a step is long, which is before that began: so the scope ends a step later, where a sample is still shown.
func own(expr string, scope grafana.Scope) grafana.Scope {
	if !slices.ContainsFunc([]string{"prometheus_", "process_", "go_"}, func(prefix string) bool { return strings.Contains(expr, prefix) }) {
		return scope
	}

	const shown = 4 * time.Minute // a little less than Prometheus does

	length := scope.Range()
	scope.To = time.Now().Add(min(scope.Interval, shown))
	scope.From = scope.To.Add(-length)

	return scope
}
