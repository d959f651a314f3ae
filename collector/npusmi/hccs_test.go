package npusmi

import (
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

func TestParseHCCS(t *testing.T) {
	t.Parallel()

	num := optional.Of

	testStructured(t, ParseHCCS, []structuredTest[[]PerChip[HCCS]]{
		{
			name: "A3",
			text: "\thccs health status             : NOK\n" +
				"\thccs lane mode                 : [4                    2                    0                    ]\n" +
				"\thccs link lane list            : [1111                 0011                 0000                 ]\n" +
				"\thccs link speed                : [224                  112                  0                    ]\n" +
				"\thccs tx packets                : [11 12 13]\n\thccs tx bytes                  : [220 240 260]\n" +
				"\thccs rx packets                : [21 22 23]\n\thccs rx bytes                  : [420 440 460]\n" +
				"\thccs retry count               : [1 2 NA]\n\thccs error count               : [0 0 7]\n" +
				"\thccs first error lane          : 3\n",
			want: one(HCCS{HealthKnown: true, FirstErrorLane: "3", Links: []HCCSLink{
				{
					Number: 1, LaneMode: num(4), LaneList: "1111", Speed: num(224), TransmitPackets: num(11), TransmitBytes: num(220),
					ReceivePackets: num(21), ReceiveBytes: num(420), Retries: num(1), Errors: num(0),
				},
				{
					Number: 2, LaneMode: num(2), LaneList: "0011", Speed: num(112), TransmitPackets: num(12), TransmitBytes: num(240),
					ReceivePackets: num(22), ReceiveBytes: num(440), Retries: num(2), Errors: num(0),
				},
				{
					Number: 3, LaneMode: num(0), LaneList: "0000", Speed: num(0), TransmitPackets: num(13), TransmitBytes: num(260),
					ReceivePackets: num(23), ReceiveBytes: num(460), Errors: num(7),
				},
			}}),
		},
		{
			name: "other build",
			text: "\txlink health status : OK\n\txlink link speed : [224 ]\n\txlink first error lane : NA\n",
			want: one(HCCS{HealthKnown: true, Healthy: true, Links: []HCCSLink{{Number: 1, Speed: num(224)}}}),
		},
		{
			name: "310P Duo",
			text: "\thccs tx packets : [5 ]\n\thccs tx bytes : [100 ]\n\thccs rx packets : [6 ]\n\thccs rx bytes : [120 ]\n" +
				"\thccs retry count : [0 ]\n\thccs error count : [-1 ]\n",
			want: one(HCCS{Links: []HCCSLink{{
				Number: 1, TransmitPackets: num(5), TransmitBytes: num(100), ReceivePackets: num(6), ReceiveBytes: num(120),
				Retries: num(0),
			}}}),
		},
		{
			name: "lists of different lengths, words, and a key from the future",
			text: "\thccs health status : FINE\n\thccs link speed : [224]\n\thccs lane mode : [4 many]\n\thccs link lane list : [11x1]\n" +
				"\thccs colour : [1]\n\tspeed : [1]\n\thccs retry count : 4\n",
			want:     one(HCCS{Links: []HCCSLink{{Number: 1, LaneMode: num(4), Speed: num(224)}, {Number: 2}}}),
			warnings: 6,
		},
		{
			name: "nothing known",
			text: "\thccs health status : NA\n\thccs link speed : NA\n", fails: true,
		},
	})
}

func TestHCCSLinkDown(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		name        string
		link        HCCSLink
		down, known bool
	}{
		{"up", HCCSLink{Speed: optional.Of(224), LaneList: "1111"}, false, true},
		{"half of its lanes", HCCSLink{LaneList: "0011"}, false, true},
		{"no speed", HCCSLink{Speed: optional.Of(0)}, true, true},
		{"no lane", HCCSLink{LaneList: "0000"}, true, true},
		{"retries alone do not tell", HCCSLink{Retries: optional.Of(0)}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			if down, known := test.link.Down(); down != test.down || known != test.known {
				t.Errorf("down %v, known %v", down, known)
			}
		})
	}
}
