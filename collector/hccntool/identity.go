package hccntool

import (
	"net"
	"net/netip"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// ParseIP reads the answer to `-ip`: the address of the RoCE port. Where none is set the tool fails and prints nothing to standard
// output (see Nothing); releases that print empty values give "".
func ParseIP(output []byte) (address string, warnings npusmi.Warnings, err error) {
	found := false

	for number, line := range lines(output) {
		switch key, value, _ := split(line); key {
		case "ipaddr", "ipv6 addr":
			if ip, err := netip.ParseAddr(value); err == nil && address == "" {
				address = ip.String()
			} else if value != "" {
				warnings.Add(number, line, "an address")
			}

			found = true
		case "netmask", "prefix length":
			found = true
		default:
			warnings.Add(number, line, whyKey)
		}
	}

	if !found {
		return "", warnings, errNothing
	}

	return address, warnings, nil
}

// ParseMAC reads the answer to `-mac`: the hardware address of the RoCE port.
func ParseMAC(output []byte) (address string, warnings npusmi.Warnings, err error) {
	value, warnings, err := only(output, "mac addr")
	if err != nil {
		return "", warnings, err
	}

	mac, err := net.ParseMAC(value)
	if err != nil {
		warnings.Add(1, value, "a hardware address")

		return "", warnings, nil
	}

	return mac.String(), warnings, nil
}
