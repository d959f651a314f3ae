package hccntool

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// TestPortRecordings reads every answer that the real tool gave on 950, where recordings are at hand: each is what the port was,
// to the last line; and no failure is an answer.
func TestPortRecordings(t *testing.T) {
	t.Parallel()

	read := make(map[string]int)

	for _, m := range recordedMachines(t, "*_950*") {
		for _, run := range m.runs {
			query := portQuery(run)

			parse := portParsers()[query.name]
			if parse == nil {
				continue
			}

			got, warnings, err := parse(run.Stdout)
			what := m.name + ": " + strings.Join(run.Args, " ")

			if run.ExitStatus != 0 {
				if err == nil {
					t.Errorf("%s: status %d, and it was read as %+v", what, run.ExitStatus, got)
				}

				continue
			}

			read[query.name]++

			if err != nil || warnings.Count > 0 {
				t.Errorf("%s: %v, not understood: %+v", what, err, warnings.First)

				continue
			}

			if optical, ok := got.(PortOptical); ok {
				checkPortOptical(t, what, optical, m.truth)

				continue
			}

			want := truePort(t, query, m.truth.NPUs[query.npu])
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(optional.Float{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: -true +read:\n%s", what, diff)
			}
		}
	}

	for name := range portParsers() {
		if read[name] == 0 {
			t.Errorf("no answer to -%s", name)
		}
	}
}

// portAsked is what a run of the 950 dialect asks for.
type portAsked struct {
	name            string // "" for another use of the tool
	npu, uDie, port int
}

func portQuery(run npusmi.Run) portAsked {
	var query portAsked

	switch args := strings.Join(run.Args, " "); {
	case strings.Count(args, " ") == 7:
		if _, err := fmt.Sscanf(args, "-g -%s -i %d -u %d -p %d", &query.name, &query.npu, &query.uDie, &query.port); err != nil {
			return portAsked{}
		}
	case strings.Count(args, " ") == 3:
		if _, err := fmt.Sscanf(args, "-g -%s -i %d", &query.name, &query.npu); err != nil {
			return portAsked{}
		}
	}

	return query
}

// portParsers are the parsers for 950 by what is asked.
func portParsers() map[string]parser {
	return map[string]parser{
		"dev_info":   anyOf(ParseDevInfo),
		"link":       anyOf(ParseLink),
		"net_health": anyOf(ParseNetHealth),
		"link_stat":  anyOf(ParsePortLinkStat),
		"speed":      anyOf(ParsePortSpeed),
		"stat":       anyOf(ParsePortStat),
		"optical":    anyOf(ParsePortOptical),
	}
}

// truePort is what is true of a port, or of an NPU.
func truePort(t *testing.T, query portAsked, npu values) any {
	t.Helper()

	ports := decode[[]values](t, npu, "port")

	switch query.name {
	case "net_health":
		return NetHealth{Code: optional.Of(npu.number(t, "net_health"))}
	case "dev_info":
		var info DevInfo

		for _, p := range ports {
			info.Ports = append(info.Ports, Port{
				UDie: int(p.number(t, "udie")), Number: int(p.number(t, "port")), Ability: optional.Of(400), Type: "UB",
				LinkKnown: true, Up: p.number(t, "link") == 1, Medium: "Electrical",
			})
		}

		return info
	}

	for _, p := range ports {
		if int(p.number(t, "udie")) == query.uDie && int(p.number(t, "port")) == query.port {
			return truePortAnswer(t, query.name, p)
		}
	}

	t.Fatalf("no port %+v", query)

	return nil
}

func truePortAnswer(t *testing.T, name string, p values) any {
	t.Helper()

	switch name {
	case "link":
		return Link{Up: p.number(t, "link") == 1}
	case "link_stat":
		return LinkStat{
			Ups:     optional.Of(p.number(t, "linkstat.up")),
			Downs:   optional.Of(p.number(t, "linkstat.down")),
			Changes: trueChanges(t, decode[string](t, p, "linkstat.rec"), func(epoch int64) time.Time { return time.Unix(epoch, 0).UTC() }),
		}
	case "speed":
		speed, width := p.number(t, "speed"), p.number(t, "width")
		status := LanesNormal + LaneStatus(p.number(t, "lane_status"))

		return PortSpeed{present(speed, speed == 0), optional.Of(p.number(t, "cap")), present(width, width == 0), status}
	default:
		counts := p.counts(t, "stat.")
		stat := PortStat{
			EthernetKnown: true,
			RetryRequests: optional.Of(float64(counts["retry_req_sum"])), RetryAcks: optional.Of(float64(counts["retry_ack_sum"])), Counts: counts,
		}

		for key, count := range counts {
			if strings.Contains(key, "err") || strings.HasPrefix(key, "drop_") {
				stat.Errors = stat.Errors.Plus(optional.Of(float64(count)))
			}
		}

		return stat
	}
}

// checkPortOptical finds the lanes of a port among those of the modules by their bias, and compares them.
func checkPortOptical(t *testing.T, what string, got PortOptical, truth truth) {
	t.Helper()

	if len(got.Lanes) != 4 {
		t.Errorf("%s: %d lanes", what, len(got.Lanes))
	}

	for i, lane := range got.Lanes {
		if lane.Number != i || lane.Module == "" || lane.ModuleLane == "" {
			t.Errorf("%s: %+v", what, lane)
		}

		bias, ok := lane.Bias.Value.Get()
		if !ok {
			want := PortLane{Number: i, Module: lane.Module, ModuleLane: lane.ModuleLane}
			if diff := cmp.Diff(want, lane, cmp.AllowUnexported(optional.Float{})); diff != "" {
				t.Errorf("%s: -without a module +read:\n%s", what, diff)
			}

			continue
		}

		found := false

		for _, npu := range truth.NPUs {
			for _, module := range decode[[]map[string]json.RawMessage](t, npu, "optical") {
				module := values(module)
				if module.number(t, "bias"+lane.ModuleLane) != bias {
					continue
				}

				found = true

				checkPower(t, what, lane.TransmitPower, module.number(t, "tx"+lane.ModuleLane), -7.0006, 7)
				checkPower(t, what, lane.ReceivePower, module.number(t, "rx"+lane.ModuleLane), -9.9012, 7)
			}
		}

		if !found {
			t.Errorf("%s: no module has the bias of lane %d, %v, on its lane %s", what, i, bias, lane.ModuleLane)
		}
	}
}

// checkPower compares a reading in dBm with the truth in milliwatts, and its limits for alarms.
func checkPower(t *testing.T, what string, got OpticalReading, milliwatts, low, high float64) {
	t.Helper()

	if !got.LowAlarm.Is(low) || !got.HighAlarm.Is(high) {
		t.Errorf("%s: limits of %+v", what, got)
	}

	value, ok := got.Value.Get()
	if milliwatts < 0.0001 { // a dark lane
		if ok || got.Status != FlagAbnormal {
			t.Errorf("%s: a dark lane is read as %+v", what, got)
		}

		return
	}

	want, _ := strconv.ParseFloat(strconv.FormatFloat(10*math.Log10(milliwatts), 'f', 4, 64), 64)
	if !ok || math.Abs(value-want) > 1e-4 {
		t.Errorf("%s: got %v dBm, want %v", what, value, want)
	}
}
