package main

import (
	"fmt"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"

	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
)

// What stands for a state that is not known, under the names of Huawei's npu-exporter.
const (
	unknownAbsent   = "absent"
	unknownMinusOne = "-1"
)

// compatOptions are what the flags say of the names of Huawei's npu-exporter.
type compatOptions struct {
	enabled bool
	path    string
	unknown string
}

// addCompatFlags adds what concerns the names of Huawei's npu-exporter.
func addCompatFlags(app *kingpin.Application, o *compatOptions) {
	app.Flag("compat.npu-exporter", "Also serve the metrics of Huawei's npu-exporter, under its names and in its units, on a path of their own. "+
		"Asks for proc-mem and, of 310P, for card-power and product too. Not with --once.").
		BoolVar(&o.enabled)
	app.Flag("compat.npu-exporter.path", "Path under which they are served.").
		Default("/metrics/npu-exporter").StringVar(&o.path)
	app.Flag("compat.npu-exporter.unknown", "What the health, link and network of a chip are there where they are not known: absent, or -1 as npu-exporter has it.").
		Default(unknownAbsent).EnumVar(&o.unknown, unknownAbsent, unknownMinusOne)
}

// complete checks the options.
func (o *compatOptions) complete(telemetryPath string) error {
	if err := checkPath("compat.npu-exporter.path", o.path); err != nil {
		return err
	}

	if o.enabled && o.path == telemetryPath {
		return fmt.Errorf("--compat.npu-exporter.path=%q: is that of --web.telemetry-path; give one of them another", o.path)
	}

	return nil
}

// asks says whether a query of npu-smi that is off by default is asked for the sake of these metrics.
func (o *compatOptions) asks(source poll.Source) bool {
	if !o.enabled {
		return false
	}

	switch source.Name {
	case poll.ProcMem, poll.CardPower, poll.Product:
		return true
	default:
		return false
	}
}

// metrics are those of npu-exporter; nil where they are not served.
func (o *compatOptions) metrics() *collector.NPUExporter {
	if !o.enabled {
		return nil
	}

	return collector.NewNPUExporter(collector.NPUExporterOptions{Version: version.Version, MinusOne: o.unknown == unknownMinusOne})
}
