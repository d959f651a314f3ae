package sim

// What a chip counts since its start. Each count is an integer made of integers, so that no rounding can make it fall.

// habit is how often something goes wrong with a chip: once in each period, at a moment of its own.
type habit struct {
	source
	period int64 // ms; 0 is never
}

// newHabit gives some of all chips the habit, with a period between two, in hours.
func newHabit(s source, key string, some, shortest, longest float64) habit {
	h := habit{source: s.at(key, 0)}
	if h.chance("at all", some) {
		h.period = int64(h.between("period", shortest, longest) * hour * milli)
	}

	return h
}

// count is how often it has happened in the ms since the start.
func (h habit) count(up int64) int {
	if h.period == 0 {
		return 0
	}

	n, _ := divide(up, h.period)
	if up >= h.begins(n) {
		n++
	}

	return int(n)
}

// begins is the moment at which it happens for the n-th time, from 0, in ms since the start.
func (h habit) begins(n int64) int64 {
	return n*h.period + int64(h.at("moment", float64(n)).within(0, float64(h.period)))
}

// habits are a chip's.
type habits struct {
	flips      habit // bits of the memory, one at a time
	before     int   // flips in the life before the start
	doubles    int   // uncorrectable errors in the life before the start, each of which cost a page
	replays    habit // on PCIe
	crc        habit // on PCIe
	retries    habit // on HCCS
	sioTX      habit // between the dies of a package
	sioRX      habit
	weakLink   int    // that has the retries
	linkSource source // of the links' rates
}

func newHabits(p *product, s source) habits {
	h := habits{
		flips:      newHabit(s, "flips", 0.2, 5, 120),
		replays:    newHabit(s, "replays", 0.15, 3, 90),
		crc:        newHabit(s, "crc", 0.04, 30, 200),
		retries:    newHabit(s, "retries", 0.1, 4, 80),
		linkSource: s.at("links", 0),
	}

	if h.flips.period > 0 {
		h.before = int(s.between("flips before", 0, 90))
	}

	if s.chance("doubles", 0.02) {
		h.doubles = 1 + int(s.between("doubles before", 0, 3))
	}

	if p.sio {
		h.sioTX = newHabit(s, "SIO TX", 0.04, 0.001, 0.1)
		h.sioRX = newHabit(s, "SIO RX", 0.04, 0.001, 0.1)
	}

	h.weakLink = int(s.between("weak link", 0, float64(max(1, p.hccs))))

	return h
}

// ecc are the errors of the memory.
func (h *habits) ecc(up int64) ECC {
	n := h.flips.count(up)

	return ECC{Single: n, TotalSingle: h.before + n, TotalDouble: h.doubles, IsolatedDouble: h.doubles}
}

func (h *habits) pcie(up int64) PCIeErrors {
	n := h.crc.count(up)

	return PCIeErrors{RX: n, LCRC: n, Retry: n + h.replays.count(up)}
}

// sio are counts of 16 bits: they begin anew.
func (h *habits) sio(up int64) SIOErrors {
	const values = 1 << 16

	return SIOErrors{TX: h.sioTX.count(up) % values, RX: h.sioRX.count(up) % values}
}

// links are the links of HCCS: what they carry follows the traffic of the team, and a little is sent all the time.
func (h *habits) links(up, traffic int64, out []HCCSLink) {
	const (
		lanes, speed = 4, 56     // lanes of a link, GBit/s of a lane
		full, spread = 2e5, 3e4  // packets in a ms at full load
		least, more  = 2500, 900 // packets in a s without load
	)

	sent, since := uint64(traffic), uint64(up) //nolint:gosec // neither is negative

	for i := range out {
		packets := func(way int) uint64 {
			own := mix(uint64(h.linkSource) + uint64(2*i+way)) //nolint:gosec // small numbers

			return sent*(full+own%spread) + since*(least+own%more)/milli
		}

		out[i] = HCCSLink{
			Mode: lanes, Lanes: "1111", Speed: lanes * speed,
			TxPackets: packets(0), RxPackets: packets(1),
		}
	}

	if len(out) > 0 {
		out[h.weakLink].Retries = uint64(h.retries.count(up)) //nolint:gosec // it is not negative
	}
}
