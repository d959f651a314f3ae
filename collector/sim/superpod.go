package sim

import "fmt"

// join gives the machine's chips their place in a SuperPod, if the product has them. The error says which servers there are.
func (m *Machine) join(id, server int) error {
	p := m.product
	if p.superPod == 0 {
		return nil
	}

	if id < 0 {
		return fmt.Errorf("SuperPod %d: a SuperPod's id is 0 or more", id)
	}

	if servers := p.superPod / p.npus; server < 0 || server >= servers {
		return fmt.Errorf("server index %d: a SuperPod of %s has the servers 0 to %d", server, p.name, servers-1)
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

// sdid is the number by which all of a SuperPod know a chip: that of its server, its package (of which there are four bits),
// its die, and the physical id on the server.
func sdid(server, npu, die, phy int) int {
	const packages = 16

	return server<<22 | npu%packages<<18 | die<<16 | phy
}
