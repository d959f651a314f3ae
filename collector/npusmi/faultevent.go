package npusmi

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// FaultEvents is what `npu-smi info -t current-fault-event` says of a chip (950 only).
type FaultEvents struct {
	Count  optional.Float // events that are active, as the tool counts them
	Events []FaultEvent   // in the order printed
}

// FaultEvent is a fault that is active. A number that the tool does not print is absent.
type FaultEvent struct {
	Code     string         // upper-case hexadecimal without 0x, as in ChipHealth
	Severity optional.Float // the vendor's, from 0

	// The part that has the fault, in the vendor's numbers.
	NodeType, NodeID, SubNodeType, SubNodeID optional.Float
}

// ParseFaultEvents reads the answer for a chip.
func ParseFaultEvents(output []byte) ([]PerChip[FaultEvents], Warnings, error) {
	return readFields(output, func(e *FaultEvents, f field) (verdict, string) {
		switch f.key {
		case "fault event count":
			count, ok := ParseNumber(f.value)
			if !ok {
				return misread, "a number"
			}

			e.Count = count

			return found, ""
		case "fault event information":
			return e.setEvents(f)
		default:
			return misread, whyKey
		}
	})
}

// setEvents reads the events of a line and of those that go on with it.
func (e *FaultEvents) setEvents(f field) (verdict, string) {
	result, why := unused, ""

	for _, text := range append([]string{f.value}, f.more...) {
		if printedText(text) == "" {
			continue
		}

		event, whole := parseFaultEvent(text)
		if !whole {
			why = "an event of known parts"
		}

		if event.Code != "" {
			e.Events = append(e.Events, event)
			result = found
		}
	}

	return result, why
}

// parseFaultEvent reads "event id=0x81AF8000, severity=2, node type ex=215". It reports false when there is a part that it
// does not know, or no code; then the code is "".
func parseFaultEvent(text string) (event FaultEvent, whole bool) {
	whole = true

	for part := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(part, "=")
		value = strings.TrimSpace(value)

		var where *optional.Float

		switch normalKey(key) {
		case "event id":
			event.Code, _ = parseCode(value)

			continue
		case "severity":
			where = &event.Severity
		case "node type ex", "node type":
			where = &event.NodeType
		case "node id":
			where = &event.NodeID
		case "sub node type ex", "sub node type":
			where = &event.SubNodeType
		case "sub node id":
			where = &event.SubNodeID
		default:
			whole = false

			continue
		}

		number, ok := ParseNumber(value)
		*where = number
		whole = whole && ok
	}

	return event, whole && event.Code != ""
}
