package npusmi

// Product is what `npu-smi info -t product` says of a chip: 310, 310P and 310B only, servers do not know the query. A text is
// "" where the tool prints NA or no such line.
type Product struct {
	Name   string // what the product is sold as
	Serial string
}

// ParseProduct reads the answer for a card or a chip.
func ParseProduct(output []byte) ([]PerChip[Product], Warnings, error) {
	return readFields(output, func(p *Product, f field) (verdict, string) {
		switch f.key {
		case "product type", "product name":
			p.Name = printedText(f.value)
		case "serial number", "product serial number":
			p.Serial = printedText(f.value)
		default:
			return misread, whyKey
		}

		return found, ""
	})
}
