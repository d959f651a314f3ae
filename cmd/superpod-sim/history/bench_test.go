package history

import (
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// BenchmarkWrite writes a day of a fleet of HISTORY_HOSTS hosts (4) of 8 chips, with the last hour raw.
func BenchmarkWrite(b *testing.B) {
	count, err := strconv.Atoi(os.Getenv("HISTORY_HOSTS"))
	if err != nil {
		count = 4
	}

	hosts, err := fleet.New(fleet.Config{Cluster: "c", SuperPods: 1, Racks: count, HostsPerRack: 1, Product: "910B3"})
	if err != nil {
		b.Fatal(err)
	}

	table, err := faults.Builtin()
	if err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		err := Write(b.Context(), Options{
			Output: b.TempDir(), Hosts: hosts, Faults: table, End: lastStep(), Raw: time.Hour, Recorded: 24 * time.Hour,
			Rules: []string{"testdata/rules.yml"}, Logger: slog.New(slog.NewTextHandler(b.Output(), nil)),
		})
		if err != nil {
			b.Fatal(err)
		}
	}

	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*count), "ms/host")
}
