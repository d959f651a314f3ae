package poll

import (
	"strconv"
	"strings"
	"testing"
)

// FuzzExpected: whatever is in the file, nothing but a number of chips that it has is believed.
func FuzzExpected(f *testing.F) {
	for _, content := range []string{
		`{"expected_chips":16}`, `{"expected_chips":-1}`, `{"expected_chips":1e3}`, `{"expected_chips":99999999999999999999}`, `{"expected_chips":"8"}`,
		"null", "[]", "{}", "", "\x00\x00\x00", `{"expected_chips":8`, `{"expected_chips":8}{"expected_chips":9}`, `{"EXPECTED_CHIPS":7, "expected_chips":1025}`,
	} {
		f.Add([]byte(content))
	}

	f.Fuzz(func(t *testing.T, content []byte) {
		chips, err := parseExpected(content)
		if chips < 0 || chips > maxExpected || err != nil && chips != 0 {
			t.Errorf("%d chips, %v", chips, err)
		}

		if chips != 0 && !strings.Contains(string(content), strconv.Itoa(chips)) {
			t.Errorf("%d chips are not in %q", chips, content)
		}
	})
}
