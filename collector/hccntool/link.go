package hccntool

import "github.com/ascend-exporter/ascend_exporter/collector/npusmi"

// Link is what `-link -g` says of a chip's port, and on 950 `-g -link` of one of its ports.
type Link struct {
	Up bool
}

// ParseLink reads the answer. It fails where it says neither UP nor DOWN.
func ParseLink(output []byte) (Link, npusmi.Warnings, error) {
	var link Link

	known := false

	warnings, err := readFields(output, "", func(key, value string) string {
		if key != "link status" {
			return whyKey
		}

		if value != "UP" && value != "DOWN" {
			return "UP or DOWN"
		}

		if known {
			return whyTwice
		}

		known, link.Up = true, value == "UP"

		return ""
	})
	if err == nil && !known {
		err = errNoReading
	}

	return link, warnings, err
}
