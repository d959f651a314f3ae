// Command npu-smi-sim stands in for npu-smi on a machine without Ascend NPUs.
package main

import (
	"os"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/simtool"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/podresources"
)

func main() {
	os.Exit(simtool.MainWithKubelet(os.Args[1:], os.Stdout, os.Stderr, podresources.ServeMachine))
}
