package hccntool

import (
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// StatExtra is what `-stat_extra -g` says of the quality of a chip's link: what its error correction (FEC) did, since the device
// started. What a release does not print is absent.
type StatExtra struct {
	CodeWords              optional.Float // of FEC: cw_total_cnt
	CorrectedCodeWords     optional.Float // cw_correct_cnt
	UncorrectableCodeWords optional.Float // those that were lost: cw_uncorrect_cnt
	BadCodeWords           optional.Float // cw_bad_cnt
	Bits                   optional.Float // trans_total_bit
	CorrectedBits          optional.Float // cw_total_correct_bit
	PCSErrors              optional.Float // of the sublayer below the MAC: pcs_err_cnt
	ReceiveFullDrops       optional.Float // packets dropped for want of room: rx_full_drop_cnt
	CorrectedBitRatio      optional.Float // corrected bits of all, by the device: correcting_bit_rate

	Counts Counts // all of the answer
}

// ParseStatExtra reads the answer. It fails where there is no count in it.
func ParseStatExtra(output []byte) (StatExtra, npusmi.Warnings, error) {
	var ratio optional.Float

	counts, warnings, err := parseCounts(output, "extra statistics info", func(key, value string) (known bool, why string) {
		if key != "correcting_bit_rate" {
			return false, ""
		}

		number, err := strconv.ParseFloat(value, 64) // such as 2.60e-12
		if strings.Trim(value, "0123456789.e+-") != "" || err != nil || !(number >= 0 && number <= 1) {
			return true, "a ratio"
		}

		ratio = optional.Of(number)

		return true, ""
	})
	if err != nil {
		return StatExtra{}, warnings, err
	}

	return StatExtra{
		CodeWords:              counts.Of("cw_total_cnt"),
		CorrectedCodeWords:     counts.Of("cw_correct_cnt"),
		UncorrectableCodeWords: counts.Of("cw_uncorrect_cnt"),
		BadCodeWords:           counts.Of("cw_bad_cnt"),
		Bits:                   counts.Of("trans_total_bit"),
		CorrectedBits:          counts.Of("cw_total_correct_bit"),
		PCSErrors:              counts.Of("pcs_err_cnt"),
		ReceiveFullDrops:       counts.Of("rx_full_drop_cnt"),
		CorrectedBitRatio:      ratio,
		Counts:                 counts,
	}, warnings, nil
}
