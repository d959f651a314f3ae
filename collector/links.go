package collector

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// linkRows are the metrics of the links between chips. Those of single links are there only when asked for.
func linkRows(perLink bool) []chipRow {
	rows := []chipRow{
		{
			name:     "ascend_npu_hccs_links",
			help:     "HCCS links that the tool lists. Absent where the product has none.",
			source:   "hccs",
			products: withHCCS,
			read: func(c *snapshot.Chip, emit emit) {
				if c.Detail.HCCS != nil {
					emit(float64(len(c.Detail.HCCS.Links)))
				}
			},
		},
		{
			name:     "ascend_npu_hccs_links_down",
			help:     "HCCS links that are down. Absent where the tool does not say it of all.",
			source:   "hccs: hccs link speed, hccs link lane list",
			products: "910B, A3",
			read:     one(hccsSum(linkDown)),
		},
	}

	for _, counter := range hccsCounters() {
		rows = append(rows, chipRow{
			name:     "ascend_npu_hccs_" + counter.name,
			help:     counter.help + " on all HCCS links of the chip. Absent while they are not known of all.",
			kind:     Counter,
			source:   counter.source,
			products: withHCCS,
			read:     one(hccsSum(counter.value)),
		})

		if perLink {
			rows = append(rows, chipRow{
				name:     "ascend_npu_hccs_link_" + counter.name,
				help:     counter.help + " on one HCCS link. With --collector.hccs.per-link only.",
				kind:     Counter,
				labels:   []string{"link"},
				source:   counter.source,
				products: withHCCS,
				read:     hccsEach(counter.value),
			})
		}
	}

	if perLink {
		rows = append(rows, chipRow{
			name:     "ascend_npu_hccs_link_down",
			help:     "Whether an HCCS link is down. With --collector.hccs.per-link only.",
			labels:   []string{"link"},
			source:   "hccs: hccs link speed, hccs link lane list",
			products: "910B, A3",
			read:     hccsEach(linkDown),
		})
	}

	return slices.Concat(rows, sioRows())
}

func linkDown(l snapshot.HCCSLink) optional.Float { return l.Down }

// An hccsCounter is a counter that each link has.
type hccsCounter struct {
	name, help, source string
	value              func(snapshot.HCCSLink) optional.Float
}

func hccsCounters() []hccsCounter {
	return []hccsCounter{
		{
			"transmit_bytes_total", "Bytes sent", "hccs: hccs tx bytes",
			func(l snapshot.HCCSLink) optional.Float { return l.TransmitBytes },
		},
		{
			"receive_bytes_total", "Bytes received", "hccs: hccs rx bytes",
			func(l snapshot.HCCSLink) optional.Float { return l.ReceiveBytes },
		},
		{
			"retries_total", "Retries", "hccs: hccs retry count",
			func(l snapshot.HCCSLink) optional.Float { return l.Retries },
		},
		{
			"errors_total", "Errors", "hccs: hccs error count",
			func(l snapshot.HCCSLink) optional.Float { return l.Errors },
		},
	}
}

// hccsSum adds up a value of all links.
func hccsSum(value func(snapshot.HCCSLink) optional.Float) func(*snapshot.Chip) optional.Float {
	return func(c *snapshot.Chip) optional.Float {
		if c.Detail.HCCS == nil {
			return optional.Float{}
		}

		return sumOf(c.Detail.HCCS.Links, value)
	}
}

func hccsEach(value func(snapshot.HCCSLink) optional.Float) func(*snapshot.Chip, emit) {
	return func(c *snapshot.Chip, emit emit) {
		if c.Detail.HCCS == nil {
			return
		}

		for _, link := range c.Detail.HCCS.Links {
			if number, ok := value(link).Get(); ok {
				emit(number, link.Link)
			}
		}
	}
}

func sioRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_sio_errors_total",
			help:     "CRC errors on the link between the dies of a package. The tool's counter has 16 bits: a wrap shows as a reset.",
			kind:     Counter,
			labels:   []string{"direction"},
			source:   "sio-info: TX Error Count, RX Error Count",
			products: "A3, 950",
			read: func(c *snapshot.Chip, emit emit) {
				if number, ok := c.Detail.SIOTransmit.Get(); ok {
					emit(number, "transmit")
				}

				if number, ok := c.Detail.SIOReceive.Get(); ok {
					emit(number, "receive")
				}
			},
		},
		{
			name:     "ascend_npu_topology_info",
			help:     "Another chip and the kind of link to it, always 1. With --collector.topo only.",
			labels:   []string{"peer_npu", "peer_chip", "link"},
			source:   "topo",
			products: not310,
			read: func(c *snapshot.Chip, emit emit) {
				for _, peer := range c.Detail.Peers {
					emit(1, id(peer.NPU), id(peer.Chip), peer.Link)
				}
			},
		},
	}
}
