package sim

import "slices"

// python is what most programs call themselves.
const python = "python3"

// products are all that can be simulated. The first one is what a caller gets who does not choose.
func products() []product {
	return slices.Concat(serversA2(), cards(), servers910(), serversA3(), machines950())
}

// serversA2 have eight or sixteen modules with a chip each. They differ in cores, clock, memory and power.
func serversA2() []product {
	server := func(name string, cores, rated, hbm int, busy, rating float64) product {
		return product{
			name: name, model: name, family: FamilyA2, releases: []string{release230, release241, release252, release255, release260}, usual: release255,
			npus: 8, chips: 1, label: "IT21HMDC_Bin6", mcu: true, board: board{id: "0x62", device: "0xD802"},
			cores: cores, clock: clock{rated, 800}, hbmClock: 1600, hccs: 7, ctrlCPU: 0.05, hbm: hbm,
			reserved: span{2970, 4300}, power: span{92, busy}, rating: rating, heat: span{39, 64},
			training: true, trainer: python, server: []string{"VLLM::Worker_TP0", "VLLM::EngineCore"},
		}
	}

	b4 := server("910B4", 20, 1800, 32768, 255, 265)
	b4.training, b4.server = false, []string{"mindie_llm_backend", python}
	b4.reserved = span{2760, 3100}

	b2c := server("910B2C", 24, 1800, 65536, 390, 400)
	b2c.npus, b2c.label, b2c.board.id = 16, "IT21HMDB01-B2", "0x38"

	return []product{
		server("910B3", 20, 1800, 65536, 338, 350),
		server("910B1", 25, 1850, 65536, 412, 430),
		server("910B2", 24, 1800, 65536, 404, 420),
		b4, b2c,
	}
}

// cards are for inference; the 310B4 is the system on a chip of a small board.
func cards() []product {
	return []product{
		{
			name: "310", model: "310", family: Family310, releases: []string{release230}, usual: release230,
			npus: 2, chips: 4, ids: []int{3, 6}, card: "Atlas 300I", mcu: true, ratedPower: true,
			board: board{id: "0x3ec", device: "0xD100"}, cores: 2, clock: clock{680, 680}, ddrClock: 1600,
			ddr: 7759, hugepages: 969, ctrlCPU: 0.04, ddrStream: 0.04,
			reserved: span{540, 760}, power: span{12.8, 12.8}, heat: span{44, 68},
			server: []string{"infer_server"},
		},
		{
			name: "310P-Duo", model: "310P3", family: Family310P, releases: []string{release230, release241, release252, release255}, usual: release252,
			npus: 4, chips: 2, ids: []int{1, 2, 5, 8}, card: "Atlas 300I Duo", mcu: true, sharedBus: true, noPower: true,
			board: board{id: "0xb1", device: "0xD500"}, cores: 8, clock: clock{1080, 960}, ddrClock: 451, hccs: 1,
			ddr: 44280, ddrLess: 587, soldered: 49152, hugepages: 20480, ctrlCPU: 0.03, ddrStream: 0.2,
			reserved: span{1417, 1851}, power: span{18, 68}, rating: 72, heat: span{44, 72},
			server: []string{"mindie_llm_backend"},
		},
		{
			name: "310B4", model: "310B4", family: Family310B, releases: []string{release230, release241}, usual: release241,
			npus: 1, chips: 1, card: "Atlas 200I A2", mcu: true, noBus: true,
			board: board{id: "0x01", device: "NA"}, cores: 1, ddrClock: 4266,
			ddr: 15609, hugepages: 15, pagesHeld: true, ctrlCPU: 0.6, ddrStream: 0.07,
			reserved: span{3100, 3700}, power: span{7.6, 14.4}, rating: 15.3, heat: span{50, 74},
			server: []string{python},
		},
	}
}

func servers910() []product {
	return []product{{
		name: "910A", model: "910A", family: Family910, releases: []string{release230, release241, release252, release255}, usual: release241,
		npus: 8, chips: 1, board: board{id: "0x02", device: "0xD801"},
		cores: 30, clock: clock{900, 900}, hbmClock: 1200, ddrClock: 2400, ctrlCPU: 0.01,
		ddr: 15077, hbm: 32768, hugepages: 15, pagesHeld: true,
		reserved: span{0, 0}, hostMemory: span{1865, 1868}, power: span{66, 300}, rating: 310, heat: span{38, 66},
		training: true, trainer: python, server: []string{python},
	}}
}

// serversA3 have modules with two chips each.
func serversA3() []product {
	return []product{{
		name: "A3", model: "Ascend910", family: FamilyA3, releases: []string{release241, release252, release255, release260}, usual: release255,
		npus: 8, chips: 2, label: "IT22HMDA_4_S", mcu: true, packagePower: true,
		board: board{id: "0xb1", main: "0x18", device: "0xD803"},
		cores: 24, clock: clock{1800, 800}, hbmClock: 1600, hccs: 7, superPod: 384, sio: true, ctrlCPU: 0.05, hbm: 65536,
		reserved: span{2970, 4300}, power: span{82, 215}, rating: 225, heat: span{36, 62},
		training: true, trainer: "pt_main_thread", server: []string{"VLLM::Worker_TP0", "VLLM::EngineCore"},
	}}
}

// machines950 are a machine with cards, and a server of a SuperPod.
func machines950() []product {
	card := product{
		name: "950PR", model: "Ascend950PR", family: FamilyA5, releases: []string{release257, release260}, usual: release257,
		npus: 8, chips: 1, card: "Atlas 350", board: board{id: "0x1b", main: "0x68", device: "0xD806"},
		cores: 32, clock: clock{1650, 100}, hbmClock: 3200, sio: true, ctrlCPU: 0.3, hbm: 114688,
		reserved: span{4440, 4860}, power: span{204, 325}, rating: 338, heat: span{53, 64},
		training: true, trainer: python, server: []string{"sglang::scheduler", python},
	}

	server := card
	server.name, server.model, server.card, server.label = "950DT", "Ascend950DT", "", "IT23HMDA_8"
	server.board = board{id: "0x09", main: "0x21", device: "0xD806"}
	server.noBus, server.unifiedBus, server.superPod = true, true, 8192
	server.hbm, server.reserved = 98304, span{4850, 4870}
	server.power, server.rating, server.heat = span{372, 590}, 612, span{47, 66}

	return []product{card, server}
}
