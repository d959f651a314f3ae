package sim

import (
	"fmt"
	"math"
)

// rearLanes is the first of the physical ids on an A3 whose NIC has the rear lanes of a module.
const rearLanes = 8

// nicModule is the module that a NIC has lanes of. On an A3 two share each: it is that of the even one of the front, and of the
// odd one of the rear.
func (m *Machine) nicModule(now instant, c *chip, out *Chip) *Module {
	owner := c.logicID

	if m.product.family == FamilyA3 {
		switch odd := owner%2 == 1; {
		case owner < rearLanes && odd:
			owner += rearLanes
		case owner >= rearLanes && !odd:
			owner -= rearLanes
		}
	}

	s := m.source.at("module", float64(owner))
	o := newModule(s, now, out.Sensors.SFP)
	o.HostSNR = m.product.family != Family910 // the first ones do not know their own side
	o.Identifier, o.PartNumber, o.Wavelength, o.Code, o.Compliance = "QSFP+ or later", "SO-QSFP-200", 850, "UPC", make([]byte, 8)
	o.Date = fmt.Sprintf("2024.%d.%d", s.at("month", 0)%12+1, s.at("day", 0)%28+1)

	return &o
}

// serverModule is one of a server with 950.
func (m *Machine) serverModule(now instant, c *chip, id int, out *Chip) Module {
	const bias = 8.5 // times that of a NIC's

	s := c.at("module", float64(id))
	o := newModule(s, now, out.Sensors.SFP+id)
	o.Identifier, o.PartNumber, o.Wavelength = "OSFP", "SO-OSFP-800", 1311
	o.Date = fmt.Sprintf("2025%02d%02d", s.at("month", 0)%12+1, s.at("day", 0)%28+1)

	for i := range o.Lanes {
		o.Lanes[i].Bias = rounded(o.Lanes[i].Bias*bias, 2)
	}

	return o
}

// newModule is one that works, and is warm to so many °C.
func newModule(s source, now instant, warm int) Module {
	o := Module{
		Present: true, Temperature: warm, HighPower: true, Vendor: "SIMOPTICS", OUI: [3]byte{0x02, 0x53, 0x4F}, Revision: "A1", HostSNR: true, MediaSNR: true,
		Serial:  fmt.Sprintf("SO%010d", uint64(s.at("serial", 0))%1e10),
		Voltage: rounded(s.between("voltage", 3240, 3330)+4*s.wave("voltage", now.t, 40), 1),
	}

	for i := range o.Lanes {
		l := s.at("lane", float64(i))
		// What is measured drifts through a day, and each reading has some noise.
		drift := func(key string) float64 {
			return 1 + 0.02*l.wave(key+" drift", now.t, 12*hour) + 0.005*l.wave(key, now.t, 30)
		}

		o.Lanes[i] = Lane{
			TX:       rounded(l.between("TX", 1.12, 1.55)*drift("TX"), 4),
			RX:       rounded(l.between("RX", 0.82, 1.25)*drift("RX"), 4),
			Bias:     rounded(l.between("bias", 7.65, 8.15)*drift("bias"), 3),
			HostSNR:  rounded(l.between("host SNR", 21.3, 24.7)*drift("host SNR"), 4),
			MediaSNR: rounded(l.between("media SNR", 20.3, 23.7)*drift("media SNR"), 4),
		}
	}

	return o
}

// Dim makes the light that comes in on a lane weaker, to a power in mW: the ratio to the noise falls with it. A lane that gets less than
// the module can see has lost the signal.
func (m *Module) Dim(lane int, power float64) {
	const least, blind = 3, 0.06 // dB, mW

	l := &m.Lanes[lane]
	if power >= l.RX {
		return
	}

	l.MediaSNR = rounded(max(least, l.MediaSNR+dBm(power/l.RX)), 4)
	l.RX = rounded(math.Max(0, power), 4)

	if power < blind {
		m.RxLos |= 1 << lane
	}
}
