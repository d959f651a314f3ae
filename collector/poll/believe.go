package poll

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

const (
	mebibyte = 1 << 20 // the tool's MB are MiB
	percent  = 100
)

// believe makes a chip of its rows in the summary. The tool prints a reading that failed as a zero which looks healthy, so
// a zero that cannot be true is absent, and a chip of which nothing is left is unusable: it keeps its health, but the
// tool's OK is not believed, and it has no measurement.
func believe(row npusmi.SummaryChip) snapshot.Chip {
	chip := snapshot.Chip{
		Model:  row.Name,
		BusID:  believedBusID(row.BusID),
		Health: row.Health,
	}

	power := row.Power.Unless(notPositive(row.Power))
	hbm := believedMemory(row.HBM, mebibyte)
	ddr := believedMemory(row.Memory, mebibyte)

	dead := !power.Present() && (row.Temperature.Is(0) || !row.Temperature.Present()) &&
		!hbm.Total.Present() && !ddr.Total.Present()
	if row.Name == "" || dead {
		chip.Unusable = true
		chip.Health = unusableHealth(row.Health)

		return chip
	}

	chip.HBM, chip.DDR = hbm, ddr
	chip.Hugepages = believedMemory(row.Hugepages, 1)
	chip.Temperature = row.Temperature.Unless(row.HasHBM && row.Temperature.Is(0))
	chip.Utilization = ratio(row.Utilization)
	chip.AICore = ratio(row.AICore).Unless(isVNPU(row.Name))

	// The Atlas 300I's chip prints a constant of its data sheet.
	if row.Name == ratedPowerModel {
		chip.RatedPower = power
	} else {
		chip.Power = power
	}

	return chip
}

// ratedPowerModel prints its rated power where others print the measured one.
const ratedPowerModel = "310"

// unusableHealth keeps what is bad; nothing else is believed of a chip without data.
func unusableHealth(health npusmi.Health) npusmi.Health {
	switch health {
	case npusmi.HealthWarning, npusmi.HealthAlarm, npusmi.HealthCritical:
		return health
	default:
		return npusmi.HealthUnknown
	}
}

// isVNPU says whether the model is that of a slice of a chip, for which the driver gives no rate of the AI Cores and the
// summary prints 0.
func isVNPU(model string) bool {
	return strings.HasPrefix(model, "vir")
}

// believedBusID is the address, or "" for the zero one that stands for a failed reading.
func believedBusID(bus string) string {
	if bus == "0000:00:00.0" {
		return ""
	}

	return bus
}

// believedMemory is the store in base units, or absent where its total is zero.
func believedMemory(usage npusmi.Usage, unit float64) snapshot.Memory {
	if notPositive(usage.Total) {
		return snapshot.Memory{}
	}

	used, _ := usage.Used.Get()

	return snapshot.Memory{Used: usage.Used.Times(unit).Unless(used < 0), Total: usage.Total.Times(unit)}
}

// ratio makes a share of a percentage; absent where it is none.
func ratio(percentage optional.Float) optional.Float {
	number, _ := percentage.Get()

	return percentage.Per(percent).Unless(number < 0 || number > percent)
}

// notPositive says whether the value is absent, zero or negative.
func notPositive(value optional.Float) bool {
	number, ok := value.Get()

	return !ok || number <= 0
}
