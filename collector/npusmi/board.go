package npusmi

import "strings"

// Board is what `npu-smi info -t board` says. Asked for a card it tells of the board, and its chip is NoChip; asked for a
// chip it tells of the die; 950 tells of both at once. A text is "" where the tool prints NA, nothing, or no such line.
type Board struct {
	Product         string // Product Name of the board; of a card only
	Model           string // of a card only
	Manufacturer    string // of a card only
	Serial          string // Serial Number of the board; of a card only, and not on 910A
	SoftwareVersion string // of the driver; of a card only
	FirmwareVersion string
	BoardID         string // as printed, such as 0x34
	MainBoardID     string // of the board that carries the modules; A3 and 950
	PCBID           string
	BOMID           string
	SlotID          string // of a card only
	ChipName        string // model; of a chip only
	ChipType        string // Ascend; of a chip only, and not on A3 and 950
	ChipVersion     string // such as V1; of a chip, on 950 of a card
	VDieID          string // of the compute die, five words: VDie ID, or Die ID on 310 and 310P; of a chip only
	DDieID          string // 950
	BusID           string // PCIe Bus Info as printed; "" on 950 without PCIe
}

// ParseBoard reads the answer for a card or a chip.
func ParseBoard(output []byte) ([]PerChip[Board], Warnings, error) {
	return readFields(output, func(b *Board, f field) (verdict, string) {
		where := b.place(f.key)
		if where != nil {
			*where = printedText(f.value)

			// 310 prints a version before the die's id: "V1, 0123ABCD …".
			if _, id, ok := strings.Cut(*where, ", "); ok && where == &b.VDieID {
				*where = id
			}

			return found, ""
		}

		switch f.key {
		case "npu name", "compatibility", "class id", "ndie id", "chip position id",
			"pci vendor id", "pci device id", "subsystem vendor id", "subsystem device id",
			"vendor id", "device id", "module vendor id", "module id", "chip fault", "faulty chip count":
			return unused, ""
		default:
			return misread, whyKey
		}
	})
}

// place is where the text of a key goes; nil for a key without a place.
func (b *Board) place(key string) *string {
	switch key {
	case "product name":
		return &b.Product
	case "model":
		return &b.Model
	case "manufacturer":
		return &b.Manufacturer
	case "serial number":
		return &b.Serial
	case "software version":
		return &b.SoftwareVersion
	case "firmware version":
		return &b.FirmwareVersion
	case "chip name":
		return &b.ChipName
	case "chip type":
		return &b.ChipType
	case "chip version":
		return &b.ChipVersion
	case "pcie bus info":
		return &b.BusID
	default:
		return b.placeID(key)
	}
}

// placeID is where the text of an id goes; nil for a key without a place.
func (b *Board) placeID(key string) *string {
	switch key {
	case "board id":
		return &b.BoardID
	case "main board id":
		return &b.MainBoardID
	case "pcb id":
		return &b.PCBID
	case "bom id":
		return &b.BOMID
	case "slot id":
		return &b.SlotID
	case "vdie id", "die id":
		return &b.VDieID
	case "ddie id":
		return &b.DDieID
	default:
		return nil
	}
}

// printedText is the text as printed, or "" for the words that stand for none.
func printedText(value string) string {
	switch value {
	case "NA", "-", "Failed", "NOT SUPPORT":
		return ""
	default:
		return strings.ToValidUTF8(value, "\uFFFD")
	}
}

// A verdict says what a line was to the parser of a query.
type verdict int

const (
	misread verdict = iota // not understood
	unused                 // known, and by itself no reading of the chip
	found                  // a reading of the chip
)

// readFields reads the blocks of chips in an answer, each field with take, which also says what it would have expected; a
// field of which it says so counts as not understood, whatever was found in it. It fails when there is no reading of any chip.
func readFields[T any](output []byte, take func(*T, field) (verdict, string)) ([]PerChip[T], Warnings, error) {
	var (
		chips    []PerChip[T]
		warnings Warnings
	)

	for _, b := range parseBlocks(output) {
		for _, l := range b.lines {
			warnings.Add(l.line, l.text, whyField)
		}

		if b.mcu || b.failed {
			continue
		}

		chip := PerChip[T]{Chip: b.chip}
		isChip := false

		for _, f := range b.fields {
			result, why := take(&chip.Reading, f)
			isChip = isChip || result == found

			if why != "" {
				warnings.Add(f.line, f.text, why)
			}
		}

		if isChip {
			chips = append(chips, chip)
		}
	}

	if len(chips) == 0 {
		return nil, warnings, errNoReading
	}

	return chips, warnings, nil
}
