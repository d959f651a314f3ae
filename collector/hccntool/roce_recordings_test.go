package hccntool

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// TestRoCERecordings reads every answer that the real tool gave on 910, 910B and A3, where recordings are at hand: each is what
// the device was, to the last line; and no failure is an answer.
func TestRoCERecordings(t *testing.T) {
	t.Parallel()

	read := make(map[string]int)

	for _, m := range recordedMachines(t, "*_910*") {
		for _, run := range m.runs {
			device, name := item(run)

			parse := roceParsers()[name]
			if parse == nil {
				continue
			}

			got, warnings, err := parse(run.Stdout)
			what := fmt.Sprintf("%s: device %d %s", m.name, device, name)

			if run.ExitStatus != 0 {
				if err == nil {
					t.Errorf("%s: status %d, and it was read as %+v", what, run.ExitStatus, got)
				}

				continue
			}

			read[name]++

			if err != nil || warnings.Count > 0 {
				t.Errorf("%s: %v, not understood: %+v", what, err, warnings.First)

				continue
			}

			want := trueRoCE(t, m.truth.TZ, name, m.truth.Devices[device])
			options := cmp.Options{
				cmp.AllowUnexported(optional.Float{}),
				cmpopts.IgnoreTypes(Limits{}),                          // the truth has none
				cmpopts.IgnoreFields(StatExtra{}, "CorrectedBitRatio"), // nor this
			}

			if diff := cmp.Diff(want, got, options); diff != "" {
				t.Errorf("%s: -true +read:\n%s", what, diff)
			}
		}
	}

	for name := range roceParsers() {
		if read[name] == 0 {
			t.Errorf("no answer to -%s", name)
		}
	}
}

// A parser is one of the package's, whatever it reads.
type parser func(output []byte) (any, npusmi.Warnings, error)

func anyOf[T any](parse func([]byte) (T, npusmi.Warnings, error)) parser {
	return func(output []byte) (any, npusmi.Warnings, error) {
		return parse(output)
	}
}

// roceParsers are the parsers for 910, 910B and A3 by what is asked.
func roceParsers() map[string]parser {
	return map[string]parser{
		"link":       anyOf(ParseLink),
		"net_health": anyOf(ParseNetHealth),
		"speed":      anyOf(ParseSpeed),
		"stat":       anyOf(ParseStat),
		"stat_extra": anyOf(ParseStatExtra),
		"link_stat":  anyOf(ParseLinkStat),
		"optical":    anyOf(ParseOptical),
		"ip":         anyOf(ParseIP),
		"mac":        anyOf(ParseMAC),
		"lldp":       anyOf(ParseLLDP),
	}
}

// trueRoCE is what is true of a device.
func trueRoCE(t *testing.T, zone, name string, v values) any {
	t.Helper()

	switch name {
	case "link":
		return Link{Up: v.number(t, "link") == 1}
	case "net_health":
		return NetHealth{Code: optional.Of(v.number(t, "net_health"))}
	case "speed":
		speed := v.number(t, "speed")

		return Speed{Megabits: present(speed, speed == 65535)}
	case "stat":
		return trueStat(v.counts(t, "stat."))
	case "stat_extra":
		counts := v.counts(t, "extra.")
		number := func(key string) optional.Float { return optional.Of(float64(counts[key])) }

		return StatExtra{
			number("cw_total_cnt"), number("cw_correct_cnt"), number("cw_uncorrect_cnt"), number("cw_bad_cnt"), number("trans_total_bit"),
			number("cw_total_correct_bit"), number("pcs_err_cnt"), number("rx_full_drop_cnt"),
			optional.Float{},
			counts,
		}
	case "link_stat":
		return trueLinkStat(t, zone, v)
	case "optical":
		return trueOptical(t, v)
	case "ip":
		return IP{Address: decode[string](t, v, "ip"), Netmask: decode[string](t, v, "ip.mask")}
	case "mac":
		mac := decode[string](t, v, "mac")

		return MAC{Address: strings.TrimPrefix(mac, "00:00:00:00:00:00")}
	default:
		return trueNeighbour(decode[string](t, v, "lldp"))
	}
}

func trueStat(counts Counts) Stat {
	direction := func(way string) StatDirection {
		number := func(format string) optional.Float {
			count, ok := counts[strings.ReplaceAll(format, "*", way)]

			return present(float64(count), !ok)
		}

		d := StatDirection{
			Packets: number("mac_*_total_pkt_num"), Bytes: number("mac_*_total_oct_num"), BadPackets: number("mac_*_bad_pkt_num"),
			PausePackets: number("mac_*_mac_pause_num"), PFCPackets: number("mac_*_pfc_pkt_num"),
			RoCEPackets: number("roce_*_all_pkt_num"), RoCEErrors: number("roce_*_err_pkt_num"), RoCECNPs: number("roce_*_cnp_pkt_num"),
		}
		for i := range 8 {
			d.PFCByPriority[i] = number("mac_*_pfc_pri" + strconv.Itoa(i) + "_pkt_num")
		}

		return d
	}
	number := func(key string) optional.Float { return optional.Of(float64(counts[key])) }

	return Stat{
		direction("tx"), direction("rx"), number("roce_unexpected_ack_num"), number("roce_out_of_order_num"),
		number("roce_verification_err_num"), number("roce_qp_status_err_num"), number("roce_new_pkt_rty_num"), counts,
	}
}

func trueLinkStat(t *testing.T, zone string, v values) LinkStat {
	t.Helper()

	shift := time.Duration(0)
	if zone == "CST-8" {
		shift = 8 * time.Hour
	}

	clock := func(epoch int64) time.Time { return time.Unix(epoch, 0).UTC().Add(shift) }

	return LinkStat{
		Now:     clock(decode[int64](t, v, "linkstat.now")),
		Ups:     optional.Of(v.number(t, "linkstat.up")),
		Downs:   optional.Of(v.number(t, "linkstat.down")),
		Changes: trueChanges(t, decode[string](t, v, "linkstat.rec"), clock),
	}
}

// trueChanges reads "epoch:1,epoch:0", oldest first.
func trueChanges(t *testing.T, records string, clock func(int64) time.Time) []LinkChange {
	t.Helper()

	var changes []LinkChange

	for _, record := range strings.FieldsFunc(records, func(r rune) bool { return r == ',' || r == ' ' }) {
		epoch, up, _ := strings.Cut(record, ":")

		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			t.Fatal(err)
		}

		changes = append([]LinkChange{{Time: clock(seconds), Up: up == "1"}}, changes...)
	}

	return changes[:min(len(changes), 10)]
}

func trueNeighbour(text string) Neighbour {
	var n Neighbour

	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if i == 0 {
			continue
		}

		value := strings.TrimSpace(line)

		switch lines[i-1] {
		case "Chassis ID TLV":
			n.Chassis = strings.TrimPrefix(value, "MAC: ")
		case "Port ID TLV":
			n.PortSubtype, n.Port, _ = strings.Cut(value, ": ")
		case "System Name TLV":
			n.System = value
		case "Port Description TLV":
			n.PortDescription = value
		}
	}

	return n
}

func trueOptical(t *testing.T, v values) Optical {
	t.Helper()

	const notSupported, failed = 0x7EFF, 0x7FFF

	temperature, voltage := v.number(t, "opt.temp"), v.number(t, "opt.vcc")
	o := Optical{
		PresenceKnown: true,
		Present:       v.number(t, "opt.present") == 1,
		Vendor:        decode[string](t, v, "opt.vendor"),
		PartNumber:    decode[string](t, v, "opt.pn"),
		Serial:        decode[string](t, v, "opt.sn"),
	}

	if o.Present {
		o.Temperature = present(temperature, temperature == notSupported || temperature == failed)
	}

	if !o.Present || temperature == notSupported || voltage == 0 {
		return o
	}

	o.Voltage = optional.Of(voltage)
	o.TransmitLOS, o.ReceiveLOS = optional.Of(v.number(t, "opt.tx_los")), optional.Of(v.number(t, "opt.rx_los"))
	o.TransmitLOL, o.ReceiveLOL = optional.Of(v.number(t, "opt.tx_lol")), optional.Of(v.number(t, "opt.rx_lol"))

	noSNR := v.number(t, "opt.snr_support") == 0

	for i, lane := range decode[[]int](t, v, "optical_lanes") {
		dark := v.number(t, "opt.id") == 24 && i > 1 // this kind of module has two lanes
		number := func(name string) float64 { return v.number(t, "opt."+name+strconv.Itoa(lane)) }

		o.Lanes = append(o.Lanes, OpticalLane{
			Number: i, TransmitPower: present(number("tx"), dark), ReceivePower: present(number("rx"), dark), Bias: present(number("bias"), dark),
			HostSNR: present(number("hsnr"), noSNR), MediaSNR: present(number("msnr"), noSNR),
		})
	}

	return o
}
