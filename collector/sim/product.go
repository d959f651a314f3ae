package sim

import "fmt"

// product is what is the same in all machines of one kind.
type product struct {
	name   string // as Config has it
	model  string // as the tool has it
	family Family
	layout Layout
	tool   string // release of the tool
	driver string

	npus  int    // usual number of NPUs
	chips int    // chips of an NPU
	ids   []int  // NPU ids where they are not 0, 1, 2 …; they go on behind the last
	card  string // product name of the card; empty for the modules of a server

	sharedBus    bool // the chips of an NPU are behind one PCI function
	packagePower bool // the driver measures the power of the whole NPU, and has it with chip 0
	noPower      bool // the driver measures no power

	ddr, hbm  int // MiB of a chip
	hugepages int
	reserved  span // MiB that the driver holds on an idle chip
	power     span // W of an idle and of a busy chip
	heat      span // °C of an idle and of a busy chip
	trainer   string
	server    []string // the processes of an inference service, the smallest last
	training  bool     // jobs are trained on it; otherwise it only serves
}

// span is a range of a quantity.
type span struct {
	low, high float64
}

// share is the value at a share of the way through the span.
func (s span) share(x float64) float64 {
	return s.low + (s.high-s.low)*x
}

// python is what most programs call themselves.
const python = "python3"

func products() []product {
	return []product{
		{
			name: "910B3", model: "910B3", family: FamilyA2, layout: Layout25, tool: "25.5.1", driver: "25.5.1",
			npus: 8, chips: 1, hbm: 65536,
			reserved: span{2970, 4300}, power: span{92, 325}, heat: span{39, 64},
			training: true, trainer: python, server: []string{"VLLM::Worker_TP0", "VLLM::EngineCore"},
		},
		{
			name: "A3", model: "Ascend910", family: FamilyA3, layout: Layout25, tool: "25.5.2", driver: "25.5.2",
			npus: 8, chips: 2, packagePower: true, hbm: 65536,
			reserved: span{2970, 4300}, power: span{82, 215}, heat: span{36, 62},
			training: true, trainer: "pt_main_thread", server: []string{"VLLM::Worker_TP0", "VLLM::EngineCore"},
		},
		{
			name: "310P-Duo", model: "310P3", family: Family310P, layout: Layout25, tool: "25.2.0", driver: "25.2.0",
			npus: 4, chips: 2, ids: []int{1, 2, 5, 8}, card: "Atlas 300I Duo", sharedBus: true, noPower: true,
			ddr: 44280, hugepages: 20480,
			reserved: span{1417, 1851}, power: span{18, 68}, heat: span{44, 72},
			server: []string{"mindie_llm_backend"},
		},
		{
			name: "950PR", model: "Ascend950PR", family: FamilyA5, layout: LayoutSource, tool: "25.7.0", driver: "25.7.0",
			npus: 8, chips: 1, card: "Atlas 350", hbm: 114688,
			reserved: span{4440, 4860}, power: span{204, 325}, heat: span{53, 64},
			training: true, trainer: python, server: []string{"sglang::scheduler", python},
		},
	}
}

// build is the hardware of a machine, and which of its chips work together.
func build(p product, npus int, seed source) []unit {
	works := teams(p, npus, seed)
	units := make([]unit, npus)

	for i := range units {
		u := unit{id: p.npuID(i)}
		u.serial = fmt.Sprintf("SIM%013d", seed.at("serial", float64(i))%1e13)

		for j := range p.chips {
			logic := i*p.chips + j

			bus := logic
			if p.sharedBus {
				bus = i
			}

			u.chips = append(u.chips, chip{
				product: p, id: j, logicID: logic, busID: busID(bus), team: works[i],
				source: seed.at("chip", float64(logic)),
			})
		}

		units[i] = u
	}

	return units
}

// npuID is the id of the i-th NPU.
func (p product) npuID(i int) int {
	if len(p.ids) == 0 {
		return i
	}

	if i < len(p.ids) {
		return p.ids[i]
	}

	return p.ids[len(p.ids)-1] + 1 + i - len(p.ids)
}

// busID spreads the functions over the PCI roots of a machine with four of them, two at each in turn.
func busID(i int) string {
	roots := [...]int{0xC0, 0x80, 0x00, 0x40}

	return fmt.Sprintf("0000:%02X:00.0", roots[i/2%len(roots)]+1+i%2+i/8*2)
}
