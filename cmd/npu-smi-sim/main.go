// Command npu-smi-sim stands in for npu-smi on a machine without Ascend NPUs.
package main

import (
	"os"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/simtool"
)

func main() {
	os.Exit(simtool.Main(os.Args[1:], os.Stdout, os.Stderr))
}
