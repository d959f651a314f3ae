package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// portOf is a port of a 950.
func portOf(target *[]sim.PortID) parameter {
	return parameter{
		name: "port", help: "the port, by its die and number; for a 950 only", absent: "all of the chip",
		accepts: `a die and a port such as "0/4", or a list of them`,
		set: func(n *yaml.Node) error {
			return each(n, func(n *yaml.Node) error {
				text, err := scalar(n, tagText)
				if err != nil {
					return err
				}

				die, port, _ := strings.Cut(text, "/")

				d, dieErr := strconv.ParseUint(die, 10, 8)
				p, portErr := strconv.ParseUint(port, 10, 8)

				if dieErr != nil || portErr != nil {
					return errKind
				}

				*target = append(*target, sim.PortID{Die: int(d), Port: int(p)})

				return nil
			})
		},
	}
}

// fitPorts says what a chip lacks of a network with those ports.
func fitPorts(c sim.Chip, ports []sim.PortID) error {
	switch {
	case c.Network == nil:
		return errors.New("it has no network of its own")
	case c.Network.RoCE != nil && len(ports) > 0:
		return errors.New("it has one link, and no ports: leave port out")
	}

	var names []string
	for _, p := range c.Network.Ports {
		names = append(names, sim.PortID{Die: p.Die, Port: p.Port}.String())
	}

	for _, p := range ports {
		if !slices.Contains(names, p.String()) {
			return fmt.Errorf("no port %s: it has %s", p, strings.Join(names, ", "))
		}
	}

	return nil
}

// networkLink is a chip with a network link that is down.
type networkLink struct {
	ports  []sim.PortID
	period time.Duration // of going down and up again; 0 where it stays down
	down   time.Duration // of each period
}

func newNetworkLink() effect { return &networkLink{} }

func (l *networkLink) parameters() []parameter {
	const fastest = 10 * time.Second

	return []parameter{
		portOf(&l.ports),
		period("flap-period", &l.period, fastest, "how often it goes down").without("it stays down"),
		period("flap-down", &l.down, time.Second, "for how long it is down each time; needs flap-period").without("half of flap-period"),
	}
}

func (l *networkLink) check() error { return checkFlaps(l.period, l.down) }

func (l *networkLink) fits(c sim.Chip) error { return fitPorts(c, l.ports) }

// recentOutages is the number of outages that are told with their times: more take too long where a link flaps for days.
const recentOutages = 1000

func (l *networkLink) outages(in *force, port sim.PortID) (recent []sim.Outage, before int) {
	if len(l.ports) > 0 && !slices.Contains(l.ports, port) {
		return nil, 0
	}

	period, down := l.flaps(in)

	for run := int64(0); run <= in.before && len(recent) < recentOutages; run++ {
		begun := in.past + time.Duration(run)*in.repeat // ago
		if begun < 0 {
			continue // the schedule has started anew, and this has not
		}

		for n := min(begun, in.lasts-1) / period; n >= 0 && len(recent) < recentOutages; n-- {
			from := n * period
			begin := in.now.Add(-begun)
			recent = append(recent, sim.Outage{From: begin.Add(from), To: begin.Add(from + min(down, in.lasts-from))})
		}
	}

	return recent, int(in.times(period)) - len(recent) //nolint:gosec // it began no more often than there are nanoseconds
}

func (l *networkLink) flaps(in *force) (period, down time.Duration) {
	switch {
	case l.period == 0:
		return in.lasts, in.lasts
	case l.down == 0:
		return l.period, l.period / 2
	default:
		return l.period, l.down
	}
}
