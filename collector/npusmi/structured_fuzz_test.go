package npusmi

import (
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// structuredSeeds are an answer to each query that tells of more than numbers.
func structuredSeeds() map[string]string {
	return map[string]string{
		"health": "\tHealth Status : Alarm\n\tError Code : 80e00009 81AB7002\n\tError Information : one\n\n\t : two\n\n\tHealth : OK\n\tChip ID : 1\n",
		"hccs": "\thccs health status : NOK\n\thccs lane mode : [4 2]\n\thccs link lane list : [1111 0011]\n\thccs link speed : [224 0]\n" +
			"\thccs tx packets : [11 12]\n\thccs rx bytes : [220 240]\n\thccs retry count : [1 NA]\n\thccs first error lane : 3\n",
		"board":     "\tNPU ID : 5\n\tProduct Name : B-7\n\tSerial Number : S1\n\tSoftware Version : 9.1\n\tBoard ID : 0x77\n\tVDie ID : V1, 01 02\n",
		"super pod": "\tSDID : 8650755\n\tSuper Pod Size : 96\n\tSuper Pod ID : 65535\n\tServer Index : 0\n\tSuper Pod Type : 1\n\tChassis ID : -1\n",
		"product":   "\tProduct Type : Card 7\n\tSerial Number : S1\n\tChip ID : 0\n",
		"processes": "\tProcess id:71  Process name:two words  Process memory(MB):5\n\tGet pid name failed.\n\tChip ID : 0\n\n\tNo process in device.\n",
		"events":    "Fault Event Count : 1\nFault Event Information : event id=0x81ab7001, severity=1, node type ex=12, node id=3\n : event id=0x1\n",
		"vnpus": "| AICORE Memory |\n| 7/21 NA/80 |\n| Total number of vnpu: 1 |\n| Vnpu ID | Vgroup ID | Container ID | Status | Template Name |\n" +
			"+----+\n| 140 | 1 | NA | 1 | vir07 |\n",
		"topology": "\tNPU0 NPU2 NIC0 CPU Affinity\nNPU0 X HCCS NA 0-23\nNPU2 SIO X NA 24\nNIC0 NA SYS X\n\nNIC0: x\nLegend:\n X = Self\n",
		"list":     "\tTotal Count : 2\n\n\tNPU ID : 3\n\tProduct Name : P\n\tSerial Number : S\n\tChip Count : 2\n\n\tNPU ID : -1\n",
	}
}

// FuzzParseStructured holds the parsers to what every text must give: no panic, no reading with an error, and nothing
// invented: every number and every text that comes out stands in what went in.
func FuzzParseStructured(f *testing.F) {
	for _, seed := range structuredSeeds() {
		f.Add([]byte(seed))
	}

	for _, seed := range refusals() {
		f.Add([]byte(seed))
	}

	f.Fuzz(func(t *testing.T, text []byte) {
		// Numbers stand between letters and signs of all kinds.
		words := strings.FieldsFunc(string(text), func(r rune) bool { return !strings.ContainsRune("0123456789.-", r) })

		s := newSaid([]byte(strings.Join(words, " ")))
		s.whole = strings.ToValidUTF8(string(text), "\uFFFD")

		fuzzChips(t, s, text, ParseHealth, s.health)
		fuzzChips(t, s, text, ParseHCCS, s.hccs)
		fuzzChips(t, s, text, ParseBoard, func(t *testing.T, b Board) {
			t.Helper()
			s.texts(t, b.Product, b.Model, b.Manufacturer, b.Serial, b.SoftwareVersion, b.FirmwareVersion, b.BoardID, b.MainBoardID,
				b.PCBID, b.BOMID, b.SlotID, b.ChipName, b.VDieID, b.DDieID, b.BusID)
		})
		fuzzChips(t, s, text, ParseSuperPod, func(t *testing.T, p SuperPod) {
			t.Helper()
			s.texts(t, p.SDID, p.Size, p.ID, p.ServerIndex, p.Type, p.ChassisID)
		})
		fuzzChips(t, s, text, ParseProduct, func(t *testing.T, p Product) {
			t.Helper()
			s.texts(t, p.Name, p.Serial)
		})
		fuzzChips(t, s, text, ParseProcMem, func(t *testing.T, p ProcMem) {
			t.Helper()

			for _, process := range p.Processes {
				s.texts(t, process.PID, process.Name)
				s.number(t, process.Memory)
			}
		})
		fuzzChips(t, s, text, ParseFaultEvents, s.events)
		s.hosts(t, text)
	})
}

// fuzzChips checks what a parser gives of chips.
func fuzzChips[T any](
	t *testing.T, s said, text []byte, parse func([]byte) ([]PerChip[T], Warnings, error), check func(*testing.T, T),
) {
	t.Helper()

	chips, _, err := parse(text)
	if (err == nil) != (len(chips) > 0) {
		t.Errorf("error %v and %d chips", err, len(chips))
	}

	for _, chip := range chips {
		if chip.Chip != NoChip {
			s.number(t, optional.Of(float64(chip.Chip)))
		}

		check(t, chip.Reading)
	}
}

func (s said) texts(t *testing.T, texts ...string) {
	t.Helper()

	for _, text := range texts {
		s.text(t, text)
	}
}

// code checks a code, which can be printed in either case.
func (s said) code(t *testing.T, code string) {
	t.Helper()

	if code == "" || !strings.Contains(strings.ToUpper(s.whole), code) {
		t.Errorf("code %q is not in the text", code)
	}
}

func (s said) health(t *testing.T, h ChipHealth) {
	t.Helper()
	s.texts(t, append(h.Information, h.Health.String())...)

	if len(h.Codes) > 0 && !h.CodesKnown {
		t.Error("codes that are not known")
	}

	for _, code := range h.Codes {
		s.code(t, code)
	}
}

func (s said) hccs(t *testing.T, h HCCS) {
	t.Helper()
	s.text(t, h.FirstErrorLane)

	for i, l := range h.Links {
		if l.Number != i+1 {
			t.Errorf("link %d at place %d", l.Number, i)
		}

		s.text(t, l.LaneList)

		for _, v := range []optional.Float{
			l.LaneMode, l.Speed, l.TransmitPackets, l.TransmitBytes, l.ReceivePackets, l.ReceiveBytes, l.Retries, l.Errors,
		} {
			s.number(t, v)
		}
	}
}

func (s said) events(t *testing.T, e FaultEvents) {
	t.Helper()
	s.number(t, e.Count)

	for _, event := range e.Events {
		s.code(t, event.Code)

		for _, v := range []optional.Float{event.Severity, event.NodeType, event.NodeID, event.SubNodeType, event.SubNodeID} {
			s.number(t, v)
		}
	}
}

// hosts checks the answers that are of no one chip.
func (s said) hosts(t *testing.T, text []byte) {
	t.Helper()

	vnpus, _, _ := ParseVNPUs(text)
	s.number(t, vnpus.Total)

	for _, v := range vnpus.VNPUs {
		s.texts(t, v.ID, v.GroupID, v.ContainerID, v.Status, v.Template)
	}

	for _, r := range vnpus.Resources {
		s.text(t, r.Name)
		s.number(t, r.Free)
		s.number(t, r.Total)
	}

	topology, _, err := ParseTopology(text)
	if (err == nil) != (len(topology.Rows) > 0) {
		t.Errorf("error %v and %d rows", err, len(topology.Rows))
	}

	for _, row := range topology.Rows {
		s.number(t, optional.Of(float64(row.ID)))
		s.text(t, row.CPUAffinity)

		for _, link := range row.Links {
			s.number(t, optional.Of(float64(link.To)))
			s.text(t, link.Kind)
		}
	}

	list, _, err := ParseList(text)
	if err != nil && len(list.Cards) > 0 {
		t.Error("an error and cards")
	}

	s.number(t, list.Total)

	for _, card := range list.Cards {
		s.number(t, optional.Of(float64(card.NPU)))
		s.number(t, card.Chips)
		s.texts(t, card.Product, card.Serial)
	}
}
