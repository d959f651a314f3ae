package hccntool

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// FuzzParseRoCE holds the parsers for 910, 910B and A3 to what every text must give: no panic, no reading with an error, no more
// warnings than lines, and nothing invented: each number and each name that comes out stands in the text.
func FuzzParseRoCE(f *testing.F) {
	seed(f, roceCases())

	f.Fuzz(func(t *testing.T, text []byte) {
		s := newSaid(text)

		link, warnings, err := ParseLink(text)
		s.answer(t, warnings)

		if err == nil && link.Up && !strings.Contains(s.whole, "UP") {
			t.Error("a link is up of which the text says nothing")
		}

		health, warnings, _ := ParseNetHealth(text)
		s.answer(t, warnings)

		if code, ok := health.Code.Get(); ok && (code < 0 || code > 9) {
			t.Errorf("health %v", code)
		}

		speed, warnings, _ := ParseSpeed(text)
		s.answer(t, warnings)
		s.numbers(t, speed.Megabits)

		ip, warnings, _ := ParseIP(text)
		s.answer(t, warnings)
		s.texts(t, ip.Address, ip.Netmask)

		mac, warnings, _ := ParseMAC(text)
		s.answer(t, warnings)
		s.texts(t, mac.Address)

		n, warnings, _ := ParseLLDP(text)
		s.answer(t, warnings)
		s.texts(t, n.System, n.Port, n.PortSubtype, n.PortDescription, n.Chassis)

		s.stat(t, text)
		s.linkStat(t, text, ParseLinkStat)
		s.optical(t, text)
	})
}

// FuzzParsePort holds the parsers for 950 to the same.
func FuzzParsePort(f *testing.F) {
	seed(f, portCases())

	f.Fuzz(func(t *testing.T, text []byte) {
		s := newSaid(text)

		info, warnings, _ := ParseDevInfo(text)
		s.answer(t, warnings)

		type place struct{ uDie, port int }

		seen := make(map[place]bool)

		for _, p := range info.Ports {
			if seen[place{p.UDie, p.Number}] {
				t.Errorf("port %d of die %d twice", p.Number, p.UDie)
			}

			seen[place{p.UDie, p.Number}] = true
			s.numbers(t, num(float64(p.UDie)), num(float64(p.Number)), p.Ability)
			s.texts(t, p.Type, p.Medium)
		}

		speed, warnings, _ := ParsePortSpeed(text)
		s.answer(t, warnings)
		s.numbers(t, speed.Gigabits, speed.Lanes, speed.Width)

		stat, warnings, _ := ParsePortStat(text)
		s.answer(t, warnings)
		s.allCounts(t, stat.Counts)

		all := 0.0
		for _, count := range stat.Counts {
			all += float64(count)
		}

		if sum, _ := stat.Errors.Get(); sum > all*(1+1e-9) {
			t.Errorf("errors %v of %v", sum, all)
		}

		s.linkStat(t, text, ParsePortLinkStat)
		s.portOptical(t, text)
	})
}

func seed(f *testing.F, cases []parseCase) {
	f.Helper()

	for _, test := range cases {
		f.Add([]byte(test.text))
	}

	f.Add([]byte(noiseLine + "\xff: \x00\n|\n+\n| |\n[dev]LINK UP\n TLV\n"))
}

// said is what a text says.
type said struct {
	whole  string
	lines  int
	values map[float64]bool
	wholes map[uint64]bool
}

func newSaid(text []byte) said {
	s := said{
		whole: strings.ToValidUTF8(string(text), "\uFFFD"), lines: strings.Count(string(text), "\n") + 1,
		values: make(map[float64]bool), wholes: make(map[uint64]bool),
	}

	// Numbers stand between letters and signs of all kinds.
	for word := range strings.FieldsFuncSeq(s.whole, func(r rune) bool { return !strings.ContainsRune("0123456789.-", r) }) {
		if v, err := strconv.ParseFloat(word, 64); err == nil {
			s.values[v] = true
		}

		if n, err := strconv.ParseUint(word, 10, 64); err == nil {
			s.wholes[n] = true
		}
	}

	return s
}

// answer checks what every parser's warnings must be.
func (s said) answer(t *testing.T, warnings npusmi.Warnings) {
	t.Helper()

	if warnings.Count > s.lines {
		t.Errorf("%d warnings for %d lines", warnings.Count, s.lines)
	}

	for _, w := range warnings.First {
		if w.Line < 1 || w.Line > s.lines || w.Why == "" {
			t.Errorf("warning %+v of %d lines", w, s.lines)
		}
	}
}

func (s said) numbers(t *testing.T, numbers ...optional.Float) {
	t.Helper()

	for _, number := range numbers {
		if v, ok := number.Get(); ok && !s.values[v] {
			t.Errorf("%v is not in the text", v)
		}
	}
}

func (s said) texts(t *testing.T, texts ...string) {
	t.Helper()

	for _, text := range texts {
		if !strings.Contains(s.whole, text) || !utf8.ValidString(text) {
			t.Errorf("%q is not in the text", text)
		}
	}
}

func (s said) allCounts(t *testing.T, counts Counts) {
	t.Helper()

	for key, count := range counts {
		if key == "" || !strings.Contains(strings.ToLower(s.whole), key) || !s.wholes[count] {
			t.Errorf("%s %d is not in the text", key, count)
		}
	}
}

func (s said) stat(t *testing.T, text []byte) {
	t.Helper()

	stat, warnings, err := ParseStat(text)
	s.answer(t, warnings)
	s.allCounts(t, stat.Counts)

	if (err == nil) != (len(stat.Counts) > 0) {
		t.Errorf("error %v and %d counts", err, len(stat.Counts))
	}

	for _, d := range []StatDirection{stat.Transmit, stat.Receive} {
		s.numbers(t, d.Packets, d.Bytes, d.BadPackets, d.PausePackets, d.PFCPackets, d.RoCEPackets, d.RoCEErrors, d.RoCECNPs)
		s.numbers(t, d.PFCByPriority[:]...)
	}

	extra, warnings, _ := ParseStatExtra(text)
	s.answer(t, warnings)
	s.allCounts(t, extra.Counts)

	if ratio, ok := extra.CorrectedBitRatio.Get(); ok && !(ratio >= 0 && ratio <= 1) {
		t.Errorf("ratio %v", ratio)
	}
}

func (s said) linkStat(t *testing.T, text []byte, parse func([]byte) (LinkStat, npusmi.Warnings, error)) {
	t.Helper()

	stat, warnings, _ := parse(text)
	s.answer(t, warnings)
	s.numbers(t, stat.Ups, stat.Downs)

	if len(stat.Changes) > s.lines {
		t.Errorf("%d changes in %d lines", len(stat.Changes), s.lines)
	}

	for _, change := range stat.Changes {
		s.texts(t, change.Time.Format(":04:05"))
	}
}

func (s said) optical(t *testing.T, text []byte) {
	t.Helper()

	optical, warnings, _ := ParseOptical(text)
	s.answer(t, warnings)
	s.texts(t, optical.Vendor, optical.PartNumber, optical.Serial)
	s.numbers(t, optical.Temperature, optical.Voltage)

	if optical.Voltage.Is(0) || optical.Present && !optical.PresenceKnown {
		t.Errorf("got %+v", optical)
	}

	for _, l := range []Limits{optical.TemperatureLimits, optical.VoltageLimits, optical.TransmitPowerLimits, optical.ReceivePowerLimits} {
		s.numbers(t, l.Low, l.High)
	}

	for _, mask := range []optional.Float{optical.TransmitLOS, optical.ReceiveLOS, optical.TransmitLOL, optical.ReceiveLOL} {
		if v, ok := mask.Get(); ok && !strings.Contains(strings.ToLower(s.whole), strconv.FormatUint(uint64(v), 16)) {
			t.Errorf("mask %v is not in the text", v)
		}
	}

	var lanes []int

	for _, l := range optical.Lanes {
		lanes = append(lanes, l.Number)
		s.numbers(t, l.TransmitPower, l.ReceivePower, l.Bias, l.HostSNR, l.MediaSNR)
	}

	checkLanes(t, lanes)
}

func (s said) portOptical(t *testing.T, text []byte) {
	t.Helper()

	optical, warnings, err := ParsePortOptical(text)
	s.answer(t, warnings)

	if (err == nil) != (len(optical.Lanes) > 0) {
		t.Errorf("error %v and %d lanes", err, len(optical.Lanes))
	}

	var lanes []int

	for _, l := range optical.Lanes {
		lanes = append(lanes, l.Number)
		s.texts(t, l.Module, l.ModuleLane)

		for _, r := range []OpticalReading{l.Bias, l.TransmitPower, l.ReceivePower, l.HostSNR, l.MediaSNR} {
			s.numbers(t, r.Value, r.HighAlarm, r.HighWarn, r.LowWarn, r.LowAlarm)
		}

		for _, power := range []OpticalReading{l.TransmitPower, l.ReceivePower} {
			if power.Value.Is(0) && power.Status != FlagNormal {
				t.Errorf("a dark lane is read as %+v", power)
			}
		}
	}

	checkLanes(t, lanes)
}

func checkLanes(t *testing.T, lanes []int) {
	t.Helper()

	slices.Sort(lanes)

	if len(slices.Compact(lanes)) != len(lanes) {
		t.Errorf("a lane twice in %v", lanes)
	}
}
