package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

const gibibyte = 1 << 30

// statusNow is the time on the status page's clock.
func statusNow() time.Time {
	return time.Date(2026, time.March, 4, 15, 4, 5, 0, time.FixedZone("CST", 8*60*60))
}

// unixAgo is a Unix time before statusNow.
func unixAgo(d time.Duration) optional.Float {
	return optional.Of(float64(statusNow().Add(-d).Unix()))
}

// trainingChip is a chip at work.
func trainingChip(npu int) snapshot.Chip {
	return snapshot.Chip{
		Key:          snapshot.Key{NPU: npu},
		Model:        "910B3",
		BusID:        "0000:C1:00.0",
		LogicID:      "0",
		PhyID:        "7",
		Health:       npusmi.HealthOK,
		Power:        optional.Of(265.44),
		Temperature:  optional.Of(58),
		AICore:       optional.Of(0.71),
		HBM:          snapshot.Memory{Used: optional.Of(48 * gibibyte), Total: optional.Of(64 * gibibyte)},
		ProcessCount: optional.Of(2),
		Processes:    []snapshot.Process{{PID: "1", Name: "python3"}, {PID: "2", Name: "python3"}},
	}
}

// healthyHost is a host on which all is well.
func healthyHost(chips int) *snapshot.Snapshot {
	s := &snapshot.Snapshot{
		Time: statusNow().Add(-2 * time.Second),
		Up:   true,
		Host: snapshot.Host{
			ToolVersion:   "25.5.1",
			DriverVersion: "25.5.2",
			Chips:         optional.Of(float64(chips)),
			UnusableChips: optional.Of(0),
			ExpectedChips: optional.Of(float64(chips)),
			PCIDevices:    optional.Of(float64(chips)),
		},
		Queries: []snapshot.Query{
			{Name: "mapping", Asked: true, Success: true, LastSuccess: unixAgo(time.Hour), Duration: time.Second, Runs: 2},
			{
				Name: "summary", Asked: true, Success: true, LastSuccess: unixAgo(7 * time.Second),
				Duration: 30 * time.Second, Runs: 120, Failures: 3,
				History: []snapshot.Run{
					{Command: "npu-smi info", Start: statusNow().Add(-8 * time.Second), Duration: 250 * time.Millisecond},
					{
						Command: "npu-smi info", Start: statusNow().Add(-25 * time.Hour), Duration: 30 * time.Second, ExitStatus: -1,
						Failure: "the tool gave no answer in 30s and was ended", Advice: "Run the query by hand.",
					},
				},
			},
		},
	}

	for npu := range chips {
		s.Chips = append(s.Chips, trainingChip(npu))
	}

	return s
}

// failedHost is a host on which the tool does not reach the driver.
func failedHost() *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Time: statusNow(),
		Host: snapshot.Host{ExpectedChips: optional.Of(8)},
		Queries: []snapshot.Query{{
			Name: "summary", Asked: true, LastSuccess: unixAgo(3 * time.Minute), Runs: 9, Failures: 2,
			History: []snapshot.Run{{
				Command: "npu-smi info", Start: statusNow(), ExitStatus: 187,
				Failure: "the tool cannot reach the driver: ret is -8005",
				Advice:  "Is the driver loaded (`lsmod`)?",
				Output:  "dcmi module initialize failed. ret is -8005\n",
			}},
		}},
	}
}

// statusHandler is the handler of a page that shows a snapshot.
func statusHandler(s *snapshot.Snapshot) http.Handler {
	return newStatusPage(statusConfig{
		Latest:        func() *snapshot.Snapshot { return s },
		Version:       "1.2.3",
		Revision:      "0123456789abcdef",
		TelemetryPath: "/metrics",
		Now:           statusNow,
	})
}

// element is a part of a page.
type element struct {
	t    *testing.T
	node *html.Node
}

// openPage reads the page that a handler serves.
func openPage(t *testing.T, handler http.Handler) element {
	t.Helper()

	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", http.NoBody))

	if recorder.Code != http.StatusOK {
		t.Fatalf("the page has status %d: %s", recorder.Code, recorder.Body)
	}

	document, err := html.Parse(bytes.NewReader(recorder.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}

	return element{t, document}
}

// all finds the elements that are of a kind and, unless class is empty, of a class.
func (e element) all(kind string, class string) []element {
	var found []element

	for node := range e.node.Descendants() {
		here := element{e.t, node}
		if node.Type == html.ElementNode && node.Data == kind && (class == "" || here.hasClass(class)) {
			found = append(found, here)
		}
	}

	return found
}

// one finds the only element of a kind and class.
func (e element) one(kind string, class string) element {
	e.t.Helper()

	found := e.all(kind, class)
	if len(found) != 1 {
		e.t.Fatalf("there are %d elements %s.%s, want one", len(found), kind, class)
	}

	return found[0]
}

// attribute is the value of an attribute; "" where it is missing.
func (e element) attribute(name string) string {
	for _, attribute := range e.node.Attr {
		if attribute.Key == name {
			return attribute.Val
		}
	}

	return ""
}

func (e element) hasClass(class string) bool {
	return strings.Contains(" "+e.attribute("class")+" ", " "+class+" ")
}

func (e element) hasAttribute(name string) bool {
	for _, attribute := range e.node.Attr {
		if attribute.Key == name {
			return true
		}
	}

	return false
}

// text is what the element says, in one line.
func (e element) text() string {
	var text strings.Builder

	for node := range e.node.Descendants() {
		if node.Type == html.TextNode && node.Parent.Data != "style" {
			text.WriteString(node.Data)
		}
	}

	return strings.Join(strings.Fields(text.String()), " ")
}

// texts are what each of the elements says.
func texts(elements []element) []string {
	var all []string
	for _, e := range elements {
		all = append(all, e.text())
	}

	return all
}

// cells are the texts of a row of the table of chips.
func (e element) cells() []string {
	return append(texts(e.all("th", "")), texts(e.all("td", ""))...)
}

// wantText checks that the element says each of the texts.
func (e element) wantText(wants ...string) {
	e.t.Helper()

	text := e.text()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			e.t.Errorf("%q is not in: %s", want, text)
		}
	}
}

// wantNoText checks that the element says none of the texts.
func (e element) wantNoText(unwanted ...string) {
	e.t.Helper()

	text := e.text()
	for _, unwanted := range unwanted {
		if strings.Contains(text, unwanted) {
			e.t.Errorf("%q is in: %s", unwanted, text)
		}
	}
}
