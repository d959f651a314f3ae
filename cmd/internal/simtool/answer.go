package simtool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// hangs says whether the options make a call with these arguments hang.
func (o *options) hangs(line string) bool {
	flat := strings.NewReplacer("/", "\x00") // so that a * of path.Match crosses a slash too

	for _, pattern := range o.hang {
		if ok, _ := path.Match(flat.Replace(pattern), flat.Replace(line)); ok {
			return true
		}
	}

	return false
}

// answer writes the answer to one call and gives the tool's exit status, or running. Only hccn_tool has something for stderr.
func (o *options) answer(w, stderr io.Writer, args []string) (int, error) {
	switch {
	case o.text != nil:
		return 0, writeLine(w, *o.text)
	case o.garbage:
		return 0, writeGarbage(w, o.machine.Seed)
	case o.flood > 0:
		return 0, writeFlood(w, o.flood)
	case o.absent && len(args) > 0 && !o.network(): // without arguments the tool needs no driver
		return statusAbsent, writeLine(w, "dcmi module initialize failed. ret is -8005")
	case o.replay != nil:
		return o.replay.answer(w, stderr, o.tool, strings.Join(args, " "))
	}

	s, err := o.state()
	if err != nil {
		return 0, err
	}

	if o.network() {
		return sim.PrintNetwork(w, stderr, s, args), nil
	}

	return sim.Print(w, s, args), nil
}

// now is the time on the machine.
func (o *options) now() time.Time {
	if o.time.IsZero() {
		return time.Now()
	}

	return o.time
}

// stream goes on answering a call that never ends, until nobody listens any more.
func (o *options) stream(out *bufio.Writer, args []string) (int, error) {
	for {
		s, err := o.state()
		if err != nil {
			return 0, err
		}

		waitFor(sim.WatchDelay(s, args))

		delay, hangs, err := o.trouble(args)
		if err != nil {
			return 0, err
		}

		if hangs {
			waitFor(math.MaxInt64)
		}

		waitFor(delay)

		if s, err = o.state(); err != nil {
			return 0, err
		}

		status := sim.PrintRound(out, s, args)
		if err := out.Flush(); err != nil || status != sim.Running {
			return status, err
		}
	}
}

// state is the machine now, with what is broken of it.
func (o *options) state() (sim.State, error) {
	if o.truth != nil {
		return o.trueState()
	}

	m, err := sim.New(o.machine)
	if err != nil {
		return sim.State{}, fmt.Errorf("--product, --release, --npus: %w", err)
	}

	faults, start, err := o.schedule(m)
	if err != nil {
		return sim.State{}, err
	}

	now := o.now()
	s := o.healthy(m, now, faults, now.Sub(start))

	for _, p := range o.lost {
		if err := s.Lose(p.npu, p.chip); err != nil {
			return s, fmt.Errorf("--lose: %w", err)
		}
	}

	if faults != nil {
		faults.Apply(now.Sub(start), &s)
	}

	o.renumber(&s)

	return s, nil
}

// renumber gives the NPUs the IDs and the order that they are to have. All else goes by those that they had.
func (o *options) renumber(s *sim.State) {
	for i := range s.NPUs {
		if s.NPUs[i].ID != sim.LostID {
			s.NPUs[i].ID += o.firstNPU
		}
	}

	if o.reversed {
		slices.Reverse(s.NPUs)
	}
}

// healthy is the machine as the tool asks for it, with nothing broken but its links.
func (o *options) healthy(m *sim.Machine, now time.Time, faults *scenario.Schedule, since time.Duration) sim.State {
	if !o.network() {
		return m.At(now)
	}

	var outages sim.Outages
	if faults != nil {
		outages = faults.Outages(since)
	}

	s := m.NetworkAt(now, outages)
	s.Zone = time.Local // as the tool has it

	if o.absent {
		s.Init = sim.FailureDriver
	}

	return s
}

// trueState is the machine of a file of truth.
func (o *options) trueState() (sim.State, error) {
	s := *o.truth

	// A card that is lost has no chips.
	hasNetwork := func(n sim.NPU) bool { return len(n.Chips) > 0 && n.Chips[0].Network != nil }
	if slices.ContainsFunc(s.NPUs, hasNetwork) && !o.network() {
		return s, errors.New("--truth: the file has what hccn_tool was told: it needs --tool=hccn_tool")
	}

	return s, nil
}

// writeLine writes a text as a line; nothing if it is empty.
func writeLine(w io.Writer, text string) error {
	if text == "" {
		return nil
	}

	_, err := io.WriteString(w, text+"\n")

	return err
}

// writeGarbage writes noise: pieces of tables and key-value lines in no order, and bytes that are no text. The same seed
// gives the same noise.
func writeGarbage(w io.Writer, seed uint64) error {
	pieces := []string{
		"|", "| ", "+", "+====", "-----+", " / ", ":", "\t", "\n", "\r\n", "\x00", "\xff\xfe", "NPU", "Chip", "Health", "HBM-Usage(MB)",
		"0000:C1:00.0", "OK", "NA", "-", "0", "7", "65536", "99999999999999999999", "-1", "1e308", "910B3", "Process id", "é", "\x1b[31m",
	}
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // noise, not a secret

	var b strings.Builder

	const words = 2000
	for range words {
		b.WriteString(pieces[random.IntN(len(pieces))])
	}

	_, err := io.WriteString(w, b.String())

	return err
}

// writeFlood writes a number of bytes in lines that look like a table's.
func writeFlood(w io.Writer, size int64) error {
	const line = "| 0     910B3               | OK            | 93.1        41                0    / 0             |\n"

	for size > 0 {
		n, err := io.WriteString(w, line[:min(size, int64(len(line)))])
		if err != nil {
			return err
		}

		size -= int64(n)
	}

	return nil
}

// record appends a line on a call to the log, in one piece, so that the lines of calls at the same time do not mix.
func (o *options) record(event, line string) error {
	if o.log == "" {
		return nil
	}

	const mode = 0o600

	f, err := os.OpenFile(o.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, mode) //nolint:gosec // the log is where the caller says
	if err != nil {
		return fmt.Errorf("--log: %w", err)
	}

	_, err = fmt.Fprintf(f, "%s %s %d %s\n", event, time.Now().Format(time.RFC3339Nano), os.Getpid(), line)
	if closed := f.Close(); err == nil {
		err = closed
	}

	return err
}
