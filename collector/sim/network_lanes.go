package sim

// The optical modules of a server with 950. Two neighbours share six of them: each lane of a port is on one of both.

// The sharing repeats after four NPUs, with other numbers on the front.
const (
	sharers    = 2 // NPUs that share modules
	panel      = 4 // NPUs whose modules are numbered together
	panelSlots = 12
	portLanes  = 4
)

// moduleOf is the id, on its NPU, of the module that the lanes of a port are on.
func moduleOf(die, port int) int {
	switch {
	case die == 1:
		return 0
	case port == 4 || port == 7:
		return 1
	default:
		return 2
	}
}

// laneAt is where a lane of a port is: on which NPU's module of the port's id, and which lane of it. The lanes 0 and 1 are on the
// module of the odd one of both neighbours.
func laneAt(npu, port, lane int) (owner, moduleLane int) {
	owner = npu &^ 1
	if lane < portLanes/sharers {
		owner |= 1
	}

	// In the first pair the odd NPU has the first lanes of a module, in the second pair the even one.
	if odd := npu%sharers == 1; odd != (npu%panel < sharers) {
		moduleLane = moduleLanes / sharers
	}

	moduleLane += lane % sharers * 2
	if port == 4 || port == 5 {
		moduleLane++
	}

	return owner, moduleLane
}

// slotOf is the number of a module on the server's front.
func slotOf(npu, module int) int {
	first := [][]int{{3, 5, 9}, {11, 7, 1}}[npu%panel/sharers]

	return npu/panel*panelSlots + first[module] + npu%sharers
}

// user is the lane of a port that is on a lane of a module, and on which NPU.
func user(npu, module, lane int) (on int, port PortID, portLane int) {
	for n := npu &^ 1; n <= npu|1; n++ {
		for _, p := range serverPorts() {
			for l := range portLanes {
				if owner, at := laneAt(n, p.Port, l); moduleOf(p.Die, p.Port) == module && owner == npu && at == lane {
					return n, p, l
				}
			}
		}
	}

	return npu, PortID{}, 0 // each lane has one
}

// OwnLane is a lane from 0 to 3 of those that a chip's own links have on a module: a NIC has one, a chip of a server with 950 has
// three. It gives the module, the lane's place there, and the port that it carries. False is a chip that has no such lane.
func (c *Chip) OwnLane(module, lane int) (m *Module, place int, port PortID, ok bool) {
	n := c.Network

	switch {
	case n == nil || lane < 0 || lane >= nicLanes:
		return nil, 0, port, false
	case n.RoCE != nil && n.RoCE.Module != nil && module == 0:
		if n.RoCE.Rear {
			lane += nicLanes
		}

		return n.RoCE.Module, lane, port, true
	case module < 0 || module >= len(n.Modules):
		return nil, 0, port, false
	}

	on, port, _ := user(c.LogicID, module, lane)
	if on != c.LogicID {
		lane += nicLanes
		_, port, _ = user(c.LogicID, module, lane)
	}

	return &n.Modules[module], lane, port, true
}
