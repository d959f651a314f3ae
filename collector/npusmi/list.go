package npusmi

import (
	"errors"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// List is what `npu-smi info -l` says: the cards of the host.
type List struct {
	Total optional.Float // cards, as the tool counts them: those that got lost too
	Lost  int            // cards that are listed without an id: they have dropped off
	Cards []Card         // in the order printed
}

// Card is a card of the host.
type Card struct {
	NPU     int
	Chips   optional.Float // chips on it; absent on 950
	Product string         // "" on servers, which print none
	Serial  string         // "" on servers, which print none
}

// errNoList says that a text holds no list of cards.
var errNoList = errors.New("no list of cards in the answer")

// ParseList reads the answer to `npu-smi info -l`. It fails when there is neither a count nor a card.
func ParseList(output []byte) (List, Warnings, error) {
	var (
		list     List
		warnings Warnings
		card     *Card // nil before the first card
	)

	isList, number := false, 0

	for line := range strings.SplitSeq(validText(output), "\n") {
		number++

		line = strings.TrimSpace(line)
		if line == "" || IsNoise(line) {
			continue
		}

		key, value, _ := strings.Cut(line, ":")
		key, value = normalKey(key), strings.TrimSpace(value)

		switch key {
		case "npu id":
			id, ok := parseID(value)

			switch {
			case ok:
				list.Cards = append(list.Cards, Card{NPU: id})
				card = &list.Cards[len(list.Cards)-1]
				isList = true
			case value == "-1":
				list.Lost++
				card, isList = &Card{}, true // what follows is of a card that is not kept
			default:
				card = &Card{}
				warnings.Add(number, line, "an NPU id")
			}
		default:
			if why := list.set(card, key, value); why != "" {
				warnings.Add(number, line, why)
			}
		}
	}

	if !isList && !list.Total.Present() {
		return List{}, warnings, errNoList
	}

	return list, warnings, nil
}

// set takes a line of the list, or of a card of it. It returns what it would have expected.
func (l *List) set(card *Card, key, value string) string {
	var where *optional.Float

	switch {
	case key == "total count", key == "card count":
		where = &l.Total
	case card == nil:
		return "a count of cards, or a card"
	case key == "chip count":
		where = &card.Chips
	case key == "product name":
		card.Product = printedText(value)

		return ""
	case key == "serial number":
		card.Serial = printedText(value)

		return ""
	default:
		return whyKey
	}

	count, ok := ParseNumber(value)
	if !ok {
		return "a number"
	}

	*where = count

	return ""
}
