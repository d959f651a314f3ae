package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/ascend-exporter/ascend_exporter/cmd/superpod-sim/history"
	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// past is what the flags say of the history; without output there is none.
type past struct {
	output        string
	raw, recorded time.Duration
	alerts        time.Duration
	rules         []string
}

func (p *past) addFlags(app *kingpin.Application) {
	app.Flag("history.output", "Write the fleet's history up to now as TSDB blocks to this folder and end: Prometheus's "+
		"--storage.tsdb.path, missing or empty.").PlaceHolder("DIR").StringVar(&p.output)
	app.Flag("history.raw", "For how long the history has the series of scrapes, one a minute.").Default("1h").DurationVar(&p.raw)
	app.Flag("history.recorded", "For how long it has what rules record of them.").Default("24h").DurationVar(&p.recorded)
	app.Flag("history.alerts", "For how long it has the alerts of the rules, and what rules record of their own last results; at most as long as both of these.").
		Default("0s").DurationVar(&p.alerts)
	app.Flag("history.rules", "File of rules; may be given again. Rules that aggregate over hosts must read what others "+
		"record of each host.").PlaceHolder("FILE").ExistingFilesVar(&p.rules)
}

// begin is when what is shown of the fleet begins: now, or the history until now.
func (p *past) begin(now time.Time) time.Time {
	if p.output == "" {
		return now
	}

	return now.Add(-max(p.raw, p.recorded))
}

// write writes the history.
func (p *past) write(ctx context.Context, hosts []*fleet.Host, table faults.Table, end time.Time, logger *slog.Logger) error {
	return history.Write(ctx, history.Options{
		Output: p.output, Hosts: hosts, Faults: table, End: end,
		Raw: p.raw, Recorded: p.recorded, Alerts: p.alerts, Rules: p.rules, Logger: logger,
	})
}
