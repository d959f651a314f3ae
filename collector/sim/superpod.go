package sim

import "fmt"

// join gives the machine's chips their place in a SuperPod, if the product has them. The error says which servers there are.
func (m *Machine) join(id, server, npus int) error {
	p := m.product
	if p.superPod == 0 {
		return nil
	}

	if id < 0 {
		return fmt.Errorf("SuperPod %d: a SuperPod's id is 0 or more", id)
	}

	if servers := p.superPod / npus; server < 0 || server >= max(1, servers) {
		return fmt.Errorf("server index %d: a SuperPod of %d NPUs of %s has the servers 0 to %d", server, p.superPod, p.name, max(0, servers-1))
	}

	for i := range m.units {
		for j := range m.units[i].chips {
			c := &m.units[i].chips[j]
			c.superPod = SuperPod{SDID: sdid(server, i, c.id, c.logicID), Size: p.superPod, ID: id, ServerIndex: server}

			if p.family == FamilyA5 {
				c.superPod.Type = 1
				c.superPod.Chassis = server / rackServers
			}
		}
	}

	return nil
}

// rackServers is the number of servers in a chassis of a SuperPod with 950.
const rackServers = 8

// sdid is the number by which all of a SuperPod know a chip: that of its server, its package, its die and itself.
func sdid(server, npu, die, phy int) int {
	return server<<22 | npu%16<<18 | die<<16 | phy
}
