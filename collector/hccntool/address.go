package hccntool

import (
	"net"
	"net/netip"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// IP is what `-ip -g` says of a chip's port. Both are "" where no address is set: older releases print an empty one. Newer ones
// print nothing and fail: see HasNoAddress.
type IP struct {
	Address string // IPv4, as printed
	Netmask string // as printed, such as 255.255.0.0
}

// ParseIP reads the answer.
func ParseIP(output []byte) (IP, npusmi.Warnings, error) {
	var ip IP

	warnings, err := readFields(output, "", func(key, value string) string {
		switch key {
		case "ipaddr":
			return setAddress(&ip.Address, value)
		case "netmask":
			return setAddress(&ip.Netmask, value)
		default:
			return whyKey
		}
	})

	return ip, warnings, err
}

// setAddress puts an address where it belongs; 0.0.0.0 is none. It returns what it would have expected.
func setAddress(where *string, value string) (why string) {
	if value == "" || printed(value) == "" {
		return ""
	}

	address, err := netip.ParseAddr(value)

	switch {
	case err != nil || !address.Is4():
		return "an IPv4 address"
	case *where != "":
		return whyTwice
	case !address.IsUnspecified():
		*where = value
	}

	return ""
}

// MAC is what `-mac -g` says of a chip's port.
type MAC struct {
	Address string // as printed; "" for one that is all zero: the device has none
}

// ParseMAC reads the answer.
func ParseMAC(output []byte) (MAC, npusmi.Warnings, error) {
	var mac MAC

	warnings, err := readFields(output, "", func(key, value string) string {
		if key != "mac addr" {
			return whyKey
		}

		address, err := net.ParseMAC(value)

		switch {
		case err != nil || len(address) != 6:
			return "a MAC address"
		case mac.Address != "":
			return whyTwice
		case strings.Trim(value, "0:") != "":
			mac.Address = value
		}

		return ""
	})

	return mac, warnings, err
}
