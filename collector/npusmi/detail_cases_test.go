package npusmi

// detailTests are answers in the layouts of all products, with invented values.
func detailTests() []detailTest {
	var tests []detailTest

	for _, group := range [][]detailTest{usagesTests(), commonTests(), memoryTests(), boardTests(), counterTests(), blockTests()} {
		tests = append(tests, group...)
	}

	return tests
}

func usagesTests() []detailTest {
	return []detailTest{
		{
			name: "910A, one chip of a card", query: "usages",
			text: "\tNPU ID                         : 5\n\tChip Count                     : 1\n\n" +
				"\tDDR Capacity(MB)               : 14001\n\tDDR Usage Rate(%)              : 12\n" +
				"\tDDR Hugepages Total(page)      : 640\n\tDDR Hugepages Usage Rate(%)    : 25\n" +
				"\tHBM Capacity(MB)               : 32001\n\tHBM Usage Rate(%)              : 71\n" +
				"\tAicore Usage Rate(%)           : 93\n\tAicpu Usage Rate(%)            : 4\n" +
				"\tCtrlcpu Usage Rate(%)          : 6\n\tDDR Bandwidth Usage Rate(%)    : 8\n" +
				"\tHBM Bandwidth Usage Rate(%)    : 44\n\tChip ID                        : 0\n\n",
			want: []string{"chip 0: DDRCapacity=14001 DDRUsage=12 DDRBandwidth=8 HBMCapacity=32001 HBMUsage=71 HBMBandwidth=44" +
				" HugepagesCapacity=640 HugepagesUsage=25 AICore=93 AICPU=4 ControlCPU=6"},
		},
		{
			name: "A3, two chips, the newest keys", query: "usages",
			text: "NPU ID : 7\nChip Count : 2\n\nHBM Capacity(MB) : 65001\nAicore Usage Rate(%) : 81\nAivector Usage Rate(%) : 21\n" +
				"NPU Utilization(%) : 91\nAicube Usage Rate(%) : 61\nChip ID : 0\n\n" +
				"HBM Capacity(MB) : 65002\nAicore Usage Rate(%) : 82\nAivector Usage Rate(%) : 22\n" +
				"NPU Utilization(%) : 92\nAicube Usage Rate(%) : 62\nChip ID : 1\n\n",
			want: []string{
				"chip 0: HBMCapacity=65001 AICore=81 AIVector=21 AICube=61 Utilization=91",
				"chip 1: HBMCapacity=65002 AICore=82 AIVector=22 AICube=62 Utilization=92",
			},
		},
		{
			name: "310P, a chip", query: "usages",
			text: "\tDDR Capacity(MB) : 44001\n\tAicore Usage Rate(%) : 33\n\tVectorcore Usage Rate(%) : 34\n" +
				"\tDVPP VDEC Usage Rate(%) : 1\n\tDVPP VPC Usage Rate(%) : 2\n\tDVPP VENC Usage Rate(%) : 3\n" +
				"\tDVPP JPEGE Usage Rate(%) : 4\n\tDVPP JPEGD Usage Rate(%) : 5\n",
			want: []string{"the chip: DDRCapacity=44001 AICore=33 AIVector=34 DVPP.VDEC=1 DVPP.VPC=2 DVPP.VENC=3 DVPP.JPEGE=4 DVPP.JPEGD=5"},
		},
		{
			name: "310, Chip ID first", query: "usages",
			text: "\tNPU ID : 3\n\tChip Count : 2\n\n\tChip ID : 0\n\tMemory Capacity(MB) : 8001\n\tMemory Usage Rate(%) : 31\n" +
				"\tHugepages Total(page) : 15\n\tHugepages Usage Rate(%) : 20\n\tAicore Usage Rate(%) : 9\n\tMemory Bandwidth Usage Rate(%) : 7\n\n" +
				"\tChip ID : 1\n\tMemory Capacity(MB) : 8002\n\tMemory Usage Rate(%) : 32\n",
			want: []string{
				"chip 0: DDRCapacity=8001 DDRUsage=31 DDRBandwidth=7 HugepagesCapacity=15 HugepagesUsage=20 AICore=9",
				"chip 1: DDRCapacity=8002 DDRUsage=32",
			},
		},
		{
			name: "950", query: "usages",
			text: "NPU ID                          : 6\nHBM Capacity(MB)                : 131001\nNPU Utilization(%)              : 77\n",
			want: []string{"the chip: HBMCapacity=131001 Utilization=77"},
		},
		{
			name: "values that are none", query: "usages",
			text: "Aicore Usage Rate(%) : NA\nAivector Usage Rate(%) : -\nAicpu Usage Rate(%) : Failed\nCtrlcpu Usage Rate(%) : NOT SUPPORT\nHBM Usage Rate(%) : 0\n",
			want: []string{"the chip: HBMUsage=0"},
		},
	}
}

func commonTests() []detailTest {
	return []detailTest{
		{
			name: "910B with the controller", query: "common",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tChip ID : 0\n\tMemory Usage Rate(%) : 0\n\tHBM Usage Rate(%) : 87\n" +
				"\tAicore Usage Rate(%) : 66\n\tAicore Freq(MHZ) : 1801\n\tAicore curFreq(MHZ) : 801\n\tAicore Count : 21\n" +
				"\tTemperature(C) : 58\n\tNPU Real-time Power(W) : 312.5\n\n\tChip Name : mcu\n\tTemperature(C) : 36\n\tNPU Real-time Power(W) : 45.5\n",
			want: []string{"chip 0: DDRUsage=0 HBMUsage=87 AICore=66 AICoreRatedClock=1801 AICoreCurrentClock=801 AICores=21 Temperature=58 Power=312.5"},
		},
		{
			name: "310, rated power", query: "common",
			text: "\tNPU ID : 1\n\tChip Count : 2\n\n\tChip ID : 0\n\tTemperature(C) : 48\n\tRated Power Dissipation(W) : 12.5\n\n" +
				"\tChip ID : 1\n\tTemperature(C) : 49\n\tRated Power Dissipation(W) : 13.5\n\n\tChip Name : MCU\n\tTemperature(C) : 30\n\tPower Dissipation(W) : 61.5\n",
			want: []string{"chip 0: Temperature=48 RatedPower=12.5", "chip 1: Temperature=49 RatedPower=13.5"},
		},
		{
			name: "950", query: "common",
			text: "NPU ID : 0\nAivector Usage Rate(%) : 19\nTemperature(C) : 32767\nNPU Real-time Power(W) : 32765\n",
			want: []string{"the chip: AIVector=19"},
		},
		{
			name: "blank lines lost", query: "common",
			text: "NPU ID : 1\nChip Count : 2\nChip ID : 0\nTemperature(C) : 60\nChip ID : 1\nTemperature(C) : 59\nChip Name : mcu\nTemperature(C) : 47\n",
			want: []string{"chip 0: Temperature=60", "chip 1: Temperature=59"},
		},
	}
}

func memoryTests() []detailTest {
	return []detailTest{
		{
			name: "910B", query: "memory",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tDDR Capacity(MB) : 0\n\tDDR Clock Speed(MHz) : 0\n\tHBM Capacity(MB) : 65001\n" +
				"\tHBM Clock Speed(MHz) : 1601\n\tHBM Temperature(C) : 44\n\tHBM Manufacturer ID : 0x5B\n\tChip ID : 0\n",
			want: []string{"chip 0: DDRCapacity=0 DDRClock=0 HBMCapacity=65001 HBMClock=1601 HBMTemperature=44"},
		},
		{
			name: "950, no temperature", query: "memory",
			text: "NPU ID : 1\nHBM Capacity(MB) : 131001\nHBM Temperature(C) : 32765\nHBM Manufacturer ID : UNKNOWN\n",
			want: []string{"the chip: HBMCapacity=131001"},
		},
		{
			name: "310P", query: "memory",
			text: "\tTotal DDR Capacity(MB) : 49001\n\tDDR Capacity(MB) : 44001\n\tDDR Clock Speed(MHz) : 3201\n",
			want: []string{"the chip: DDRTotal=49001 DDRCapacity=44001 DDRClock=3201"},
		},
		{
			name: "310", query: "memory",
			text: "\tNPU ID : 1\n\tChip Count : 4\n\n\tChip ID : 2\n\tCapacity(MB) : 8001\n\tClock Speed(MHz) : 1601\n",
			want: []string{"chip 2: DDRCapacity=8001 DDRClock=1601"},
		},
	}
}

// boardTests are of the queries that the board's controller answers too.
func boardTests() []detailTest {
	return []detailTest{
		{
			name: "server", query: "temp",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tNPU Temperature (C) : 52\n\tChip ID : 0\n\n\tLM75A_TE (C) : 33\n\tTemperature (C) : 34\n\tChip Name : MCU\n",
			want: []string{"chip 0: Temperature=52"},
		},
		{
			name: "310B", query: "temp",
			text: "NPU ID : 0\nChip Count : 1\n \nChip ID : 0\nTemperature (C) : 53\n \nLM75A_TE (C) : 43\nChip Name : MCU\n",
			want: []string{"chip 0: Temperature=53"},
		},
		{name: "a sentinel", query: "temp", text: "NPU Temperature (C) : 32767\n", want: []string{"the chip:"}},
		{
			name: "A3, the second die has none", query: "power",
			text: "\tNPU ID : 1\n\tChip Count : 2\n\n\tNPU Real-time Power(W) : 410.5\n\tChip ID : 0\n\n\tNPU Real-time Power(W) : -\n\tChip ID : 1\n",
			want: []string{"chip 0: Power=410.5", "chip 1:"},
		},
		{
			name: "310", query: "power",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tChip ID : 0\n\tRated Power Dissipation(W) : 12.5\n\n\tPower Dissipation(W) : 61.5\n\tChip Name : MCU\n",
			want: []string{"chip 0: RatedPower=12.5"},
		},
		{
			name: "310P, the card alone", query: "power",
			text: "\tNPU ID : 1\n\tChip Count : 2\n\n\tPower Dissipation(W) : 61.5\n\tChip Name : MCU\n",
			want: []string{}, // no chip, and no failure
		},
		{
			name: "the card, and a chip that failed", query: "power",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tChip ID : 0\nFailed to query npu chip: 0 info.\n\n\tPower Dissipation(W) : 61.5\n\tChip Name : MCU\n",
		},
		{
			name: "the card, and a failure of no named chip", query: "power",
			text: "\tNPU ID : 1\n\nFailed to query npu chip: 0 info.\n\n\tPower Dissipation(W) : 61.5\n\tChip Name : MCU\n",
		},
		{
			name: "with the board's", query: "volt",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tVoltage(V) : 0.81\n\tChip ID : 0\n\n\tVoltage(V) : 12.07\n\tChip Name : MCU\n",
			want: []string{"chip 0: Voltage=0.81"},
		},
		{
			name: "910B", query: "sensors",
			text: "\tSoc Max Temperature (C) : 55\n\tSFP Temperature (C) : 32511\n\tNDIE Temperature (C) : 51\n\tHBM Temperature (C) : 47\n",
			want: []string{"the chip: SocMax=55 NDIE=51 HBM=47"},
		},
		{
			name: "950", query: "sensors",
			text: "Soc Max Temperature (C) : 55\nSFP Temperature (C) : NA\nNDIE Temperature (C) : 32765\nHBM Temperature (C) : 32767\n",
			want: []string{"the chip: SocMax=55"},
		},
		{name: "310P", query: "sensors", text: "\tSoc Max Temperature (C) : 55\n", want: []string{"the chip: SocMax=55"}},
	}
}

func counterTests() []detailTest {
	return []detailTest{
		{
			name: "910A, both memories", query: "ecc",
			text: "NPU ID : 1\nChip Count : 1\n\nDDR Single Bit Error Count : 1\nDDR Double Bit Error Count : 2\n" +
				"DDR Single Bit Aggregate Total Err Cnt : 3\nDDR Double Bit Aggregate Total Err Cnt : 4\n" +
				"DDR Single Bit Isolated Pages Count : 5\nDDR Double Bit Isolated Pages Count : 6\n" +
				"HBM Single Bit Error Count : 7\nHBM Double Bit Error Count : 8\n" +
				"HBM Single Bit Aggregate Total Err Cnt : 9\nHBM Double Bit Aggregate Total Err Cnt : 10\n" +
				"HBM Single Bit Isolated Pages Count : 11\nHBM Double Bit Isolated Pages Count : 12\nChip ID : 0\n",
			want: []string{"chip 0: HBM.SingleBit.Errors=7 HBM.SingleBit.LifetimeErrors=9 HBM.SingleBit.IsolatedPages=11" +
				" HBM.DoubleBit.Errors=8 HBM.DoubleBit.LifetimeErrors=10 HBM.DoubleBit.IsolatedPages=12" +
				" DDR.SingleBit.Errors=1 DDR.SingleBit.LifetimeErrors=3 DDR.SingleBit.IsolatedPages=5" +
				" DDR.DoubleBit.Errors=2 DDR.DoubleBit.LifetimeErrors=4 DDR.DoubleBit.IsolatedPages=6"},
		},
		{
			name: "910B, a chip", query: "ecc",
			text: "\tHBM Single Bit Error Count               : 4294967295\n\tHBM Single Bit Next-Isolated Pages Count : 0\n" +
				"\tHBM Double Bit Next-Isolated Pages Count : 3\n",
			want: []string{"the chip: HBM.SingleBit.NextIsolatedPages=0 HBM.DoubleBit.NextIsolatedPages=3"},
		},
		{
			name: "counts that cannot be", query: "ecc",
			text: "HBM Single Bit Error Count : -1\nHBM Double Bit Error Count : 18446744073709551615\nHBM Double Bit Isolated Pages Count : 0\n",
			want: []string{"the chip: HBM.DoubleBit.IsolatedPages=0"},
		},
		{
			name: "310", query: "ecc",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tChip ID : 0\n\tSingle-bit Error Count : 5\n\tDouble-bit Error Count : 6\n",
			want: []string{"chip 0: DDR.SingleBit.Errors=5 DDR.DoubleBit.Errors=6"},
		},
		{
			name: "keys that come near", query: "ecc",
			text:     "HBM Single Bit Error Count : 1\nHBM Triple Bit Error Count : 2\nHBM Single Bit Page Count : 3\n",
			want:     []string{"the chip: HBM.SingleBit.Errors=1"},
			warnings: 2,
		},
		{
			name: "910B", query: "pcie-err",
			text: "\tNPU ID : 1\n\tChip Count : 1\n\n\tTX Error Count : 1\n\tRX Error Count : 2\n\tLcrc Error Count : 3\n\tEcrc Error Count : 4\n\tRetry Count : 5\n\tChip ID : 0\n",
			want: []string{"chip 0: TX=1 RX=2 LCRC=3 ECRC=4 Retry=5"},
		},
		{
			name: "310P", query: "pcie-err",
			text: "\tPcs Rx Error Count : 1\n\tPhy Lane Error Count : 2\n\tDl Lcrc Error Count : 3\n\tDl Dcrc Error Count : 4\n",
			want: []string{"the chip: LCRC=3"},
		},
		{name: "A3", query: "sio-info", text: "\tTX Error Count : 65535\n\tRX Error Count : 6\n", want: []string{"the chip: TX=65535 RX=6"}},
	}
}

// blockTests are of what all queries have in common.
func blockTests() []detailTest {
	return []detailTest{
		{
			name: "the first of two chips failed", query: "volt",
			text: "\tNPU ID : 1\n\tChip Count : 2\n\n\tChip ID : 0\nFailed to query npu chip: 0 info.\n\n\tVoltage(V) : 0.82\n\tChip ID : 1\n",
			want: []string{"chip 1: Voltage=0.82"},
		},
		{
			name: "a chip failed in the midst of its values", query: "memory",
			text: "NPU ID : 1\nChip Count : 2\n\nDDR Capacity(MB) : 7\nChip ID : 0\nFailed to query npu chip: 0 info.\n\nDDR Capacity(MB) : 8\nChip ID : 1\n",
			want: []string{"chip 1: DDRCapacity=8"},
		},
		{
			name: "unknown keys and words", query: "volt",
			text:     "\tVoltage(V) : 0.82\n\tVoltage of Fans(V) : 12\n\twords\n",
			want:     []string{"the chip: Voltage=0.82"},
			warnings: 2,
		},
		{name: "no known key", query: "volt", text: "\tHealth : OK\n", warnings: 1},
		{
			name: "no number", query: "volt", text: "\tVoltage(V) : 0.8 V\n", want: []string{"the chip:"}, warnings: 1,
		},
		{
			name: "a value that goes on", query: "volt", text: "\tVoltage(V) : 0.8\n\t : 0.9\n", want: []string{"the chip: Voltage=0.8"}, warnings: 1,
		},
		{
			name: "a value twice", query: "volt", text: "Voltage(V) : 0.8\nVoltage(V) : 0.9\n", want: []string{"the chip: Voltage=0.8"}, warnings: 1,
		},
		{
			name: "a chip twice", query: "volt",
			text:     "Voltage(V) : 0.8\nChip ID : 1\n\nVoltage(V) : 0.9\nChip ID : 1\n",
			want:     []string{"chip 1: Voltage=0.8"},
			warnings: 1,
		},
		{
			name: "a card's values of no chip", query: "volt",
			text:     "NPU ID : 1\nChip Count : 2\n\nVoltage(V) : 0.8\nChip ID : 0\n\nVoltage(V) : 0.9\n",
			want:     []string{"chip 0: Voltage=0.8"},
			warnings: 1,
		},
		{
			name: "a Chip ID that is none", query: "volt",
			text:     "Voltage(V) : 0.8\nChip ID : x\n\nVoltage(V) : 0.9\nChip ID : 0\n",
			want:     []string{"chip 0: Voltage=0.9"},
			warnings: 2,
		},
		{
			name: "blanks and case of another release", query: "volt",
			text: "  VOLTAGE  (V)\t: 0.82\n", want: []string{"the chip: Voltage=0.82"},
		},
	}
}
