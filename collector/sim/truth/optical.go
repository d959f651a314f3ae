package truth

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// lanesOf reads the lanes of a module, of which the keys have a prefix.
func (v values) lanesOf(prefix string, m *sim.Module) {
	for i := range m.Lanes {
		l := &m.Lanes[i]
		for key, target := range map[string]*float64{"tx": &l.TX, "rx": &l.RX, "bias": &l.Bias, "hsnr": &l.HostSNR, "msnr": &l.MediaSNR} {
			if value, ok := v.float(prefix + key + strconv.Itoa(i)).Get(); ok {
				*target = value
			}
		}
	}
}

// flags reads the bits of a module's lanes.
func (v values) flags(prefix string, m *sim.Module) {
	for key, target := range map[string]*uint8{
		"tx_fault": &m.TxFault, "tx_los": &m.TxLos, "rx_los": &m.RxLos, "tx_lol": &m.TxLoL, "rx_lol": &m.RxLoL,
	} {
		*target = uint8(v.number(prefix + key)) //nolint:gosec // eight lanes
	}
}

// nicModule reads the module of a NIC.
func nicModule(v values) (*sim.Module, error) {
	const highPower, twoLanes = 5, 0x42

	// The connectors and forms that the recordings have, by the numbers that modules have for them.
	connectors := map[string]string{"34061089": "UPC"}
	forms := map[int]string{24: "QSFP_DD", 30: "QSFP+ or later", 65535: "NA"}

	m := &sim.Module{
		Present: v.number("opt.present") == 1, Temperature: v.number("opt.temp"), HighPower: v.number("opt.high_power") == highPower,
		Wavelength: v.number("opt.wave"), Identifier: forms[v.number("opt.id")], Vendor: v.text("opt.vendor"), PartNumber: v.text("opt.pn"),
		Serial: v.text("opt.sn"), Date: v.text("opt.date"), Code: connectors[v.text("opt.pcode")],
		HostSNR: v.number("opt.snr_support") != 0, MediaSNR: v.number("opt.snr_support") != 0, TwoLanes: v.number("opt.dr4_flag") == twoLanes,
	}
	m.Voltage, _ = v.float("opt.vcc").Get()

	if text := v.text("opt.rev"); strconv.Quote(text) == `"`+text+`"` { // the tool shows no other
		m.Revision = text
	}

	oui, err := bytesOf(v.text("opt.oui"))
	if err != nil {
		return nil, fmt.Errorf("opt.oui: %w", err)
	}

	copy(m.OUI[:], oui)

	if codes, err := bytesOf(v.text("opt.spec")); err == nil && len(codes) > 1 {
		m.Compliance = codes
	}

	v.flags("opt.", m)
	v.lanesOf("opt.", m)

	return m, nil
}

// bytesOf reads hexadecimal numbers with blanks between them.
func bytesOf(text string) ([]byte, error) {
	const hexadecimal, bits = 16, 8

	var out []byte

	for word := range strings.FieldsSeq(text) {
		b, err := strconv.ParseUint(word, hexadecimal, bits)
		if err != nil {
			return nil, fmt.Errorf("%q is no byte, such as ac", word)
		}

		out = append(out, byte(b))
	}

	return out, nil
}

// npu is a chip with ports.
func (n *network) npu(npu networkNPU) (sim.Chip, error) {
	const ability = 400 // GBit/s of all ports

	out := &sim.Network{Health: sim.NetworkHealth(npu.Health), VNIC: npu.VNIC}

	for _, v := range npu.Ports {
		p := sim.UBPort{
			Die: v.number("udie"), Port: v.number("port"), Up: v.number("link") == 1, Speed: v.number("speed"), Ability: ability,
			Cap: v.number("cap"), Width: v.number("width"), Status: v.number("lane_status"), Stats: v.counts("stat."), Failures: v.networkFailures(),
		}
		p.TX, _ = v.float("bw.tx").Get()
		p.RX, _ = v.float("bw.rx").Get()

		var err error
		if p.History, err = n.history(v); err != nil {
			return sim.Chip{}, err
		}

		out.Ports = append(out.Ports, p)
	}

	for _, v := range npu.Modules {
		out.Modules = append(out.Modules, serverModule(v))
	}

	return sim.Chip{PhyID: npu.ID, LogicID: npu.ID, Network: out}, nil
}

// serverModule reads a module of a server with 950. What the file does not tell is the same in all recordings.
func serverModule(v values) sim.Module {
	m := sim.Module{
		Present: v.number("present") == 1, Temperature: v.number("temp"), HighPower: true, Identifier: "OSFP", Wavelength: v.number("wave"),
		Vendor: v.text("vendor"), PartNumber: v.text("pn"), Serial: v.text("sn"), Date: v.text("date"), Revision: "A1",
		OUI: [3]byte{0xAC, 0x4A, 0x00}, Voltage: 3300,
	}

	for i := range m.Lanes {
		m.Lanes[i] = sim.Lane{HostSNR: 22.5, MediaSNR: 21.25}
	}

	v.flags("", &m)
	v.lanesOf("", &m)

	return m
}
