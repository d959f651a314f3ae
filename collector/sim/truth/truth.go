// Package truth reads the values behind a recording of the tool: a file in JSON that tells what the driver said of each chip
// while the tool printed. From them the printers must print what was recorded.
//
// A value that is a number is what a reading gave. The string "NA" is a reading that the driver does not support, and "!-8006"
// one that failed with that code.
package truth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// unifiedBus is the main board of a server whose NPUs are not on PCI.
const unifiedBus = "0x21"

// file is what a file of truth has.
type file struct {
	Product string            `json:"product"`
	Globals map[string]string `json:"globals"`
	Cards   []card            `json:"cards"`
	Names   map[string]string `json:"proc_names"`
}

type card struct {
	ID           int      `json:"id"`
	Chips        []values `json:"chips"`
	Product      string   `json:"elabel.product"`
	Serial       string   `json:"elabel.sn"`
	Manufacturer string   `json:"elabel.manufacturer"`
	Model        string   `json:"elabel.model"`
	MCU          *struct {
		Temperature int         `json:"temp"`
		Power       json.Number `json:"power"`
		Voltage     json.Number `json:"volt"`
		Health      int         `json:"health"`
		Sensors     string      `json:"mcu_temps"`
	} `json:"mcu"`
}

// Read reads a machine, as npu-smi or hccn_tool knew it. The error says what in the file is wrong.
func Read(r io.Reader) (sim.State, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return sim.State{}, err
	}

	var kind struct {
		Product string          `json:"product"`
		Devices json.RawMessage `json:"devices"`
		NPUs    json.RawMessage `json:"npus"`
	}

	if err := decode(text, &kind); err != nil {
		return sim.State{}, err
	}

	if kind.Devices != nil || kind.NPUs != nil {
		var n network

		if err := decode(text, &n); err != nil {
			return sim.State{}, err
		}

		return n.state(kind.Product)
	}

	var f file

	if err := decode(text, &f); err != nil {
		return sim.State{}, err
	}

	return f.state()
}

// decode reads JSON, with its numbers as they are written.
func decode(text []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()

	if err := decoder.Decode(target); err != nil {
		return fmt.Errorf("the truth is no JSON of the form that is expected: %w", err)
	}

	return nil
}

// state is the machine as npu-smi knew it.
func (f *file) state() (sim.State, error) {
	s := sim.State{
		Family: sim.Family(f.Product), Layout: sim.Layout(f.Globals["layout"]),
		ToolVersion: f.Globals["tool_version"], DriverVersion: f.Globals["driver_version"],
		UnifiedBus: f.Globals["mainboard_id"] == unifiedBus,
		Container:  f.Globals["env"] == "container",
		Noise:      f.Globals["noise"],
	}
	if s.Layout == "" {
		s.Layout = sim.LayoutSource
	}

	known, ok := constants()[s.Family]
	if !ok {
		var names []string
		for family := range constants() {
			names = append(names, string(family))
		}

		slices.Sort(names)

		return s, fmt.Errorf("product %q: the products are %s", f.Product, strings.Join(names, ", "))
	}

	s.Cards = known.cards || s.Family == sim.FamilyA5 && !s.UnifiedBus

	if code := f.Globals["init"]; code != "" {
		n, err := strconv.Atoi(code)
		if err != nil {
			return s, fmt.Errorf("init %q: it is the code of a failure, such as -8005", code)
		}

		s.Init = sim.FailureCode(n)
	}

	logic := 0

	for _, c := range f.Cards {
		npu, err := f.npu(s, c, &logic)
		if err != nil {
			return s, fmt.Errorf("card %d: %w", c.ID, err)
		}

		s.NPUs = append(s.NPUs, npu)
	}

	return s, nil
}

// npu is a card of the truth. logic counts the chips of the machine.
func (f *file) npu(s sim.State, c card, logic *int) (sim.NPU, error) {
	npu := sim.NPU{ID: c.ID, ProductName: c.Product, SerialNumber: c.Serial, Manufacturer: c.Manufacturer, Label: c.Model}

	if c.MCU != nil {
		mcu := values{"power": c.MCU.Power, "volt": c.MCU.Voltage}
		npu.MCU = &sim.MCU{
			Temperature: c.MCU.Temperature, Health: sim.Health(c.MCU.Health), Power: mcu.float("power"), Voltage: mcu.float("volt"),
		}

		for entry := range strings.SplitSeq(c.MCU.Sensors, ",") {
			name, value, _ := strings.Cut(entry, ":")

			degrees, err := strconv.Atoi(value)
			if err != nil {
				return npu, fmt.Errorf("mcu_temps %q: it has names and °C, such as LM75A_TE:30", c.MCU.Sensors)
			}

			npu.MCU.Sensors = append(npu.MCU.Sensors, sim.Sensor{Name: name, Temperature: degrees})
		}
	}

	for i, v := range c.Chips {
		chip, err := f.chip(s, v)
		if err != nil {
			return npu, fmt.Errorf("chip %d: %w", i, err)
		}

		chip.ID, chip.LogicID, chip.PhyID = i, *logic, *logic
		*logic++

		if chip.SuperPod != nil {
			place := *chip.SuperPod
			place.SDID += c.ID<<sdidNPU + i
			chip.SuperPod = &place
		}

		npu.Chips = append(npu.Chips, chip)
	}

	return npu, nil
}

// processes reads a list of pid:MiB.
func (f *file) processes(list string) ([]sim.Process, error) {
	if list == "" {
		return nil, nil
	}

	var out []sim.Process

	for entry := range strings.SplitSeq(list, ",") {
		pid, memory, _ := strings.Cut(entry, ":")

		n, err := strconv.Atoi(pid)
		mib, memoryErr := strconv.ParseFloat(memory, 64)

		if err != nil || memoryErr != nil {
			return nil, fmt.Errorf("procs: %q is not a process id and MiB, such as 4472:512", entry)
		}

		p := sim.Process{PID: n, Memory: int(mib), Name: f.Names[pid]}
		if p.Name == "!gone" {
			p.Name = ""
		}

		out = append(out, p)
	}

	return out, nil
}

// values are those of a chip, by their keys.
type values map[string]any

// text is a value as the truth has it; empty if it has none.
func (v values) text(key string) string {
	if value, ok := v[key]; ok {
		return fmt.Sprint(value)
	}

	return ""
}

// failure is the code with which a value's reading failed; 0 if it did not.
func (v values) failure(key string) sim.FailureCode {
	text := v.text(key)
	if text == "NA" {
		return sim.FailureUnsupported
	}

	if code, ok := strings.CutPrefix(text, "!"); ok {
		n, err := strconv.Atoi(code)
		if err == nil && n < 0 {
			return sim.FailureCode(n)
		}
	}

	return 0
}

// number is a value that is a whole number, in any base; 0 if there is none, or its reading failed.
func (v values) number(key string) int {
	n, err := strconv.ParseInt(v.text(key), 0, strconv.IntSize)
	if err != nil {
		return 0
	}

	return int(n)
}

// float is a value that is a number; absent if there is none, or its reading failed.
func (v values) float(key string) optional.Float {
	n, err := strconv.ParseFloat(v.text(key), 64)
	if err != nil || math.IsNaN(n) {
		return optional.Float{}
	}

	return optional.Of(n)
}
