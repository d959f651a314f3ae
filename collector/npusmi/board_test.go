package npusmi

import "testing"

func TestParseBoardOfCardAndChip(t *testing.T) {
	t.Parallel()

	testStructured(t, ParseBoard, []structuredTest[[]PerChip[Board]]{
		{
			name: "card",
			text: "\tNPU ID                         : 5\n\tProduct Name                   : BOARD-7\n\tModel                          : NA\n" +
				"\tManufacturer                   : Maker\n\tSerial Number                  : SN0001\n\tSoftware Version               : 9.1.2\n" +
				"\tFirmware Version               : 1.2.3.4\n\tCompatibility                  : OK\n\tBoard ID                       : 0x77\n" +
				"\tMain Board ID                  : 0x11(1P)\n\tPCB ID                         : Q\n\tBOM ID                         : 3\n" +
				"\tPCIe Bus Info                  : 0000:A7:00.0\n\tSlot ID                        : 2\n\tClass ID                       : NA\n" +
				"\tPCI Vendor ID                  : 0x19E5\n\tPCI Device ID                  : 0xD803\n" +
				"\tSubsystem Vendor ID            : 0x19E5\n\tSubsystem Device ID            : 0x0001\n\tChip Count                     : 2\n",
			want: one(Board{
				Product: "BOARD-7", Manufacturer: "Maker", Serial: "SN0001", SoftwareVersion: "9.1.2", FirmwareVersion: "1.2.3.4",
				BoardID: "0x77", MainBoardID: "0x11(1P)", PCBID: "Q", BOMID: "3", BusID: "0000:A7:00.0", SlotID: "2",
			}),
		},
		{
			name: "chip",
			text: "\tNPU ID : 5\n\tNPU Name : NA\n\tChip ID : 1\n\tChip Type : Ascend\n\tChip Name : 910X\n\tChip Version : V1\n\tBoard ID : 0x77\n" +
				"\tPCB ID : NA\n\tBOM ID : 3\n\tVDie ID : 00000001 00000002 00000003 00000004 00000005\n\tNDie ID : 1 2 3 4 5\n" +
				"\tChip Position ID : 0\n\tPCIe Bus Info : 0000:A7:00.0\n\tFirmware Version : 1.2.3.4\n",
			want: []PerChip[Board]{{Chip: 1, Reading: Board{
				ChipName: "910X", ChipType: "Ascend", ChipVersion: "V1", BoardID: "0x77", BOMID: "3", VDieID: "00000001 00000002 00000003 00000004 00000005",
				BusID: "0000:A7:00.0", FirmwareVersion: "1.2.3.4",
			}}},
		},
		{
			name: "chip of a 310",
			text: "Chip ID : 3\nDie ID : V1, 0000000A 0000000B 0000000C 0000000D 0000000E\nPCIe Bus Info :\n",
			want: []PerChip[Board]{{Chip: 3, Reading: Board{VDieID: "0000000A 0000000B 0000000C 0000000D 0000000E"}}},
		},
		{
			name: "950 without PCIe",
			text: "NPU ID : 2\nProduct Name : BOARD-8\nChip Name : 950X\nPCIe Bus Info : NA\nVendor ID : 0x1\nDevice ID : 0x2\n" +
				"Module Vendor ID : 0x3\nModule ID : 0x4\nChip Count : 1\nDDie ID : 1 2 3 4 5\nChip Position ID : 0\n",
			want: one(Board{Product: "BOARD-8", ChipName: "950X", DDieID: "1 2 3 4 5"}),
		},
		{
			name:     "a key from the future, and a line that is none",
			text:     "Board ID : 0x01\nColour : red\nhello\n",
			want:     one(Board{BoardID: "0x01"}),
			warnings: 2,
		},
	})
}

func TestParseSuperPod(t *testing.T) {
	t.Parallel()

	testStructured(t, ParseSuperPod, []structuredTest[[]PerChip[SuperPod]]{
		{
			name: "A3",
			text: "\tSDID                           : 8650755\n\tSuper Pod Size                 : 96\n\tSuper Pod ID                   : 0\n" +
				"\tServer Index                   : 0\n",
			want: one(SuperPod{SDID: "8650755", Size: "96", ID: "0", ServerIndex: "0"}),
		},
		{
			name: "950",
			text: "Super Pod Size : 64\nSuper Pod ID : 7\nServer Index : 3\nSuper Pod Type : 1\nChassis ID : 2\n",
			want: one(SuperPod{Size: "64", ID: "7", ServerIndex: "3", Type: "1", ChassisID: "2"}),
		},
		{
			name: "none",
			text: "SDID : 4294967295\nSuper Pod Size : 65535\nSuper Pod ID : 0xFFFFFFFF\nServer Index : NA\nChassis ID : -1\n",
			want: one(SuperPod{}),
		},
		{
			name:     "words",
			text:     "SDID : many\nSuper Pod Size :\nSuper Pod ID : 1\nSuper Pod Name : x\n",
			want:     one(SuperPod{ID: "1"}),
			warnings: 3,
		},
	})
}

func TestParseProduct(t *testing.T) {
	t.Parallel()

	testStructured(t, ParseProduct, []structuredTest[[]PerChip[Product]]{
		{
			name: "card",
			text: "NPU ID : 900\nChip Count : 2\n\nProduct Type : Card 7\nChip ID : 0\n\nProduct Type : NA\nSerial Number : S1\nChip ID : 1\n",
			want: []PerChip[Product]{{Chip: 0, Reading: Product{Name: "Card 7"}}, {Chip: 1, Reading: Product{Serial: "S1"}}},
		},
		{
			name: "chip", text: "\tProduct Type                   : Card 7\n\tColour : red\n", want: one(Product{Name: "Card 7"}), warnings: 1,
		},
	})
}
