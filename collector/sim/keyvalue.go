package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// Queries that answer with lines of a key and a value: `npu-smi info -t`.

// detail is one such query.
type detail struct {
	name     string
	families []Family // that have it; nil is all
	width    int      // of the keys, if not the usual one

	early    bool // the chip's id stands before its rows, in all families, and the blank line between two blocks
	chipOnly bool // it needs the id of a chip, where an NPU has chips
	strict   bool // a chip that fails is a failure of the whole form for a card

	// lacks says that this machine does not support the query though its family does.
	lacks func(State) bool
	// check is asked before anything is printed in the form for a card.
	check func(State, Chip) FailureCode
	// rows prints what the query has of a chip. What it has printed is dropped if that fails.
	rows func(pairs, State, Chip) FailureCode
	// single is the same for the form for one chip, where that has other rows.
	single func(pairs, State, Chip) FailureCode
	// mcu prints what the query has of the board's management controller, if anything.
	mcu func(pairs, State, NPU)
	// whole prints the whole answer of a query that has a form of its own. Then nothing else is asked.
	whole func(*bytes.Buffer, State, query) int
}

// pairs prints lines of a key and a value.
type pairs struct {
	b     *bytes.Buffer
	width int // of the keys
}

const keyWidth = 30

func (p pairs) row(key string, value any) {
	fmt.Fprintf(p.b, "\t%-*s : %v\n", p.width, key, value)
}

func (p pairs) blank() {
	p.b.WriteByte('\n')
}

// end closes a block of the management controller.
func (p pairs) end() {
	p.row("Chip Name", "MCU")
	p.blank()
}

// hasMCU says whether the boards of a family have a management controller.
func hasMCU(f Family) bool {
	return f != Family910 && f != FamilyA5
}

// idFirst says whether the id of a chip stands before what is told of it, in the form for a card.
func idFirst(f Family) bool {
	return f == Family310 || f == Family310B
}

// print answers the query.
func (d detail) print(b *bytes.Buffer, s State, q query) int {
	if d.families != nil && !slices.Contains(d.families, s.Family) || d.lacks != nil && d.lacks(s) {
		return unsupported(b, d.name)
	}

	if d.whole != nil {
		return d.whole(b, s, q)
	}

	if q.npu == nil {
		return wrongArgument(b, s, "Error parameter of -i")
	}

	p := pairs{b, cmp.Or(d.width, keyWidth)}

	switch {
	case q.chip == len(q.npu.Chips): // the management controller
		d.printMCU(p, s, *q.npu)

		return 0
	case q.chip != AllChips:
		return d.printSingle(p, s, q.npu.Chips[q.chip])
	case d.chipOnly && s.Family != FamilyA5:
		return wrongArgument(b, s, "Must input parameter of chip id.")
	case s.Family == FamilyA5:
		return d.printBare(p, s, *q.npu)
	}

	return d.printCard(p, s, *q.npu)
}

func unsupported(b *bytes.Buffer, name string) int {
	fmt.Fprintf(b, "This device does not support querying %s.\n", name)

	return 0
}

// failed says what went wrong, if anything did, and gives the exit status. The tool has a code of its own for each of the driver's.
func (d detail) failed(b *bytes.Buffer, s State, what string, code FailureCode) int {
	const offset, low = 1000, 0xFF

	switch code {
	case 0:
		return 0
	case FailureUnsupported:
		return unsupported(b, d.name)
	case failureOther:
		return wrongArgument(b, s, "")
	default:
		fmt.Fprintf(b, "Failed to query %q %s.\n", d.name, what)

		return int(code-offset) & low
	}
}

func (d detail) printSingle(p pairs, s State, c Chip) int {
	rows := d.rows
	if d.single != nil {
		rows = d.single
	}

	var text bytes.Buffer

	code := rows(pairs{&text, p.width}, s, c)
	if code == 0 {
		p.b.Write(text.Bytes())
	}

	return d.failed(p.b, s, "result", code)
}

// printBare answers for an NPU that is a chip (950): it has no other ids.
func (d detail) printBare(p pairs, s State, n NPU) int {
	if d.chipOnly {
		return d.printSingle(p, s, n.Chips[0])
	}

	var text bytes.Buffer

	code := d.rows(pairs{&text, p.width}, s, n.Chips[0])
	if code == 0 {
		p.row("NPU ID", n.ID)
		p.b.Write(text.Bytes())

		if !d.early {
			p.blank()
		}
	}

	return d.failed(p.b, s, "info", code)
}

// printCard answers for all chips of an NPU and its management controller.
func (d detail) printCard(p pairs, s State, n NPU) int {
	if d.check != nil {
		if code := d.check(s, n.Chips[0]); code != 0 {
			return d.failed(p.b, s, "info", code)
		}
	}

	p.row("NPU ID", n.ID)
	p.row("Chip Count", len(n.Chips))
	p.blank()

	failure := FailureCode(0)

	for i, c := range n.Chips {
		if d.early && i > 0 {
			p.blank()
		}

		if code := d.printChip(p, s, c); code != 0 {
			failure = code
		}
	}

	d.printMCU(p, s, n)

	if d.strict {
		return d.failed(p.b, s, "info", failure)
	}

	return 0
}

func (d detail) printMCU(p pairs, s State, n NPU) {
	if n.MCU != nil && d.mcu != nil {
		if d.early {
			p.blank()
		}

		d.mcu(p, s, n)
	}
}

// printChip prints the block of a chip. One that does not support the query has none.
func (d detail) printChip(p pairs, s State, c Chip) FailureCode {
	first := d.early || idFirst(s.Family)

	var text bytes.Buffer

	code := d.rows(pairs{&text, p.width}, s, c)

	switch {
	case code == FailureUnsupported && !d.strict:
		return code
	case code != 0:
		p.row("Chip ID", c.ID)
		fmt.Fprintf(p.b, "Failed to query npu chip: %d info.\n", c.ID)
	case first:
		p.row("Chip ID", c.ID)
		p.b.Write(text.Bytes())
	default:
		p.b.Write(text.Bytes())
		p.row("Chip ID", c.ID)
	}

	if !d.early {
		p.blank()
	}

	return code
}
