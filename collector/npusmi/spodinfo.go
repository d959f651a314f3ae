package npusmi

import "strconv"

// SuperPod is what `npu-smi info -t spod-info` says of a chip's place in its SuperPod (A3, and 950 servers). The ids are labels:
// digits as printed, and "" where the tool prints none or one of the values that stand for none. 0 is an id like any other.
type SuperPod struct {
	SDID        string // the chip's id in the SuperPod; A3
	Size        string // chips in the SuperPod
	ID          string // of the SuperPod
	ServerIndex string // of the server in the SuperPod
	Type        string // kind of SuperPod; 950
	ChassisID   string // 950
}

// ParseSuperPod reads the answer for a chip.
func ParseSuperPod(output []byte) ([]PerChip[SuperPod], Warnings, error) {
	return readFields(output, func(s *SuperPod, f field) (verdict, string) {
		var where *string

		switch f.key {
		case "sdid":
			where = &s.SDID
		case "super pod size":
			where = &s.Size
		case "super pod id":
			where = &s.ID
		case "server index":
			where = &s.ServerIndex
		case "super pod type":
			where = &s.Type
		case "chassis id":
			where = &s.ChassisID
		default:
			return misread, whyKey
		}

		id, ok := superPodID(f.value)
		if !ok {
			return misread, "a whole number"
		}

		*where = id

		return found, ""
	})
}

// superPodID is the id as printed, or "" for a value that stands for none: NA, -1, and 16 or 32 bits that are all ones or all
// ones but the sign.
func superPodID(value string) (id string, ok bool) {
	if printedText(value) == "" || value == "-1" {
		return "", value != ""
	}

	number, err := strconv.ParseUint(value, 0, 64)
	if err != nil {
		return "", false
	}

	switch number {
	case 1<<16 - 1, 1<<31 - 1, 1<<32 - 1, 1<<64 - 1:
		return "", true
	default:
		return value, true
	}
}
