package attribute

import (
	"regexp"
	"strconv"
	"strings"
)

// The forms of device ids, as MindCluster's device plugin makes them of the physical id of a chip. Letters in small: names of
// devices in claims have no others.
const (
	wholeForm  = `^(?:ascend[0-9a-z]*|npu)-([0-9]+)$`                                   // Ascend910-5, npu-5
	sharedForm = `^(?:ascend[0-9a-z]*|npu)-([0-9]+)-[0-9]+$`                            // Ascend310P-5-0: the first of several users
	vnpuForm   = `^(?:ascend[0-9a-z]*|npu)-(?:[0-9]+c|vir)[0-9a-z._]*-[0-9]+-([0-9]+)$` // Ascend910-2c-100-5: the vNPU 100 of it
)

// deviceForms reads device ids.
type deviceForms struct {
	whole, shared, vnpu *regexp.Regexp
}

func newDeviceForms() deviceForms {
	return deviceForms{
		whole:  regexp.MustCompile(wholeForm),
		shared: regexp.MustCompile(sharedForm),
		vnpu:   regexp.MustCompile(vnpuForm),
	}
}

// parse gives the physical id in a device id, and whether the device is the whole chip. Anything else than a form that is known
// is not read: a number in it may mean something else.
func (f deviceForms) parse(id string) (phyID string, whole, ok bool) {
	id = strings.ToLower(id)

	for _, form := range []*regexp.Regexp{f.whole, f.shared, f.vnpu} {
		match := form.FindStringSubmatch(id)
		if match == nil {
			continue
		}

		number, err := strconv.Atoi(match[1])
		if err != nil {
			return "", false, false
		}

		return strconv.Itoa(number), form == f.whole, true
	}

	return "", false, false
}

// visible gives the physical ids in ASCEND_VISIBLE_DEVICES: 0,2-4 or device ids. Of what else it may say (the numbers of vNPUs, all,
// void) nothing follows.
func (f deviceForms) visible(text string) []string {
	const most = 1024 // devices; no host has as many

	var out []string

	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)

		if phyID, whole, ok := f.parse(part); ok && whole {
			out = append(out, phyID)

			continue
		}

		low, high, ranged := strings.Cut(part, "-")
		if !ranged {
			high = low
		}

		first, err := strconv.ParseUint(low, 10, 16)
		if err != nil {
			return nil
		}

		last, err := strconv.ParseUint(high, 10, 16)
		if err != nil || last < first || last-first > most {
			return nil
		}

		for id := first; id <= last; id++ {
			out = append(out, strconv.FormatUint(id, 10))
		}
	}

	return out
}
