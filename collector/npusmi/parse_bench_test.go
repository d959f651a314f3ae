package npusmi

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// An answered query is what the tool prints of a query, and the parser that reads it.
type answered struct {
	query string
	text  []byte
	parse func([]byte) (Warnings, error)
}

// answeredQueries are all queries as they are asked, of a machine that knows them.
func answeredQueries(tb testing.TB) []answered {
	tb.Helper()

	const card, chip = " -i NPU", " -i NPU -c 0"

	machines := make(map[string]sim.State)

	for _, product := range []string{"910B3", "A3", "310P-Duo", "950PR"} {
		machine, err := sim.New(sim.Config{Product: product, Seed: 1})
		if err != nil {
			tb.Fatal(err)
		}

		machines[product] = machine.At(time.Unix(1_800_000_000, 0))
	}

	queries := []answered{{"summary", busy16(tb), unread(ParseSummary)}}

	for _, q := range []struct {
		name, product, args string
		parse               func([]byte) (Warnings, error)
	}{
		{"mapping", "A3", "-m", unread(ParseMapping)},
		{"list", "A3", "-l", unread(ParseList)},
		{"usages", "A3", "-t usages" + card, unread(ParseUsages)},
		{"common", "A3", "-t common" + card, unread(ParseCommon)},
		{"board-sensors", "A3", "-t common" + card, errorless(ParseBoardSensors)},
		{"memory", "A3", "-t memory" + card, unread(ParseMemory)},
		{"ecc", "A3", "-t ecc" + card, unread(ParseECC)},
		{"volt", "A3", "-t volt" + card, unread(ParseVolt)},
		{"pcie-err", "910B3", "-t pcie-err" + card, unread(ParsePCIeErrors)},
		{"health", "A3", "-t health" + chip, unread(ParseHealth)},
		{"temp", "A3", "-t temp" + chip, unread(ParseTemp)},
		{"power", "A3", "-t power" + chip, unread(ParsePower)},
		{"sensors", "A3", "-t sensors" + chip, unread(ParseSensors)},
		{"hccs", "A3", "-t hccs" + chip, unread(ParseHCCS)},
		{"sio-info", "A3", "-t sio-info" + chip, unread(ParseSIOErrors)},
		{"board", "A3", "-t board" + card, unread(ParseBoard)},
		{"die", "A3", "-t board" + chip, unread(ParseBoard)},
		{"spod-info", "A3", "-t spod-info" + chip, unread(ParseSuperPod)},
		{"info-vnpu", "910B3", "-t info-vnpu" + chip, unread(ParseVNPUs)},
		{"proc-mem", "A3", "-t proc-mem" + card, unread(ParseProcMem)},
		{"topo", "A3", "-t topo", unread(ParseTopology)},
		{"card-power", "310P-Duo", "-t power" + card, errorless(ParseCardPower)},
		{"product", "310P-Duo", "-t product" + card, unread(ParseProduct)},
		{"current-fault-event", "950PR", "-t current-fault-event" + card, unread(ParseFaultEvents)},
	} {
		machine := machines[q.product]
		args := strings.ReplaceAll("info "+q.args, "NPU", strconv.Itoa(machine.NPUs[0].ID))
		queries = append(queries, answered{q.name, printed(tb, machine, strings.Fields(args)...), q.parse})
	}

	return queries
}

// errorless makes a parser that is content with any text one like the others.
func errorless[T []Sensor | optional.Float](parse func([]byte) (T, Warnings)) func([]byte) (Warnings, error) {
	return func(text []byte) (Warnings, error) {
		_, warnings := parse(text)

		return warnings, nil
	}
}

func BenchmarkParse(b *testing.B) {
	for _, q := range answeredQueries(b) {
		b.Run("query="+q.query, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(q.text)))

			for b.Loop() {
				if warnings, err := q.parse(q.text); err != nil || warnings.Count > 0 {
					b.Fatal(warnings, err)
				}
			}
		})
	}
}
