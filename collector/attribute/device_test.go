package attribute

import (
	"slices"
	"strings"
	"testing"
)

func TestDeviceForms(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		id, phyID string
		whole, ok bool
	}{
		{"Ascend910-5", "5", true, true},
		{"Ascend910-15", "15", true, true},
		{"Ascend310P-3", "3", true, true},
		{"Ascend910B-0", "0", true, true},
		{"npu-7", "7", true, true},
		{"ascend910-007", "7", true, true},
		{"Ascend910-2c-100-1", "1", false, true},
		{"Ascend310P-4c.3cpu.ndvpp-112-0", "0", false, true},
		{"Ascend910-12c.3cpu.32g-180-6", "6", false, true},
		{"Ascend910-vir05_1c_16g-100-6", "6", false, true},
		{"Ascend310P-2-0", "2", false, true}, // the first user of chip 2

		{"", "", false, false},
		{"5", "", false, false},
		{"Ascend910", "", false, false},
		{"Ascend910-", "", false, false},
		{"Ascend910--1", "", false, false},
		{"Ascend910-x", "", false, false},
		{"npu-core-5", "", false, false}, // a core, of whatever chip
		{"Ascend910-99999999999999999999", "", false, false},
		{"Ascend910-2c-100-1-3", "", false, false},
		{"GPU-5", "", false, false},
		{"8E8E3D4B-A0C0B6A8-D6B4D3E8-4F2C0485-B51030A2", "", false, false},
		{"davinci-mini0", "", false, false},
	} {
		phyID, whole, ok := newDeviceForms().parse(tc.id)
		if phyID != tc.phyID || whole != tc.whole || ok != tc.ok {
			t.Errorf("%q: %q, whole %v, %v", tc.id, phyID, whole, ok)
		}
	}
}

func TestVisibleDevices(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"0":                       "0",
		"0,2,5":                   "0 2 5",
		"0-2, 7":                  "0 1 2 7",
		"Ascend910-0,Ascend910-3": "0 3",
		"npu-4":                   "4",
		"":                        "",
		"all":                     "",
		"void":                    "",
		"0,x":                     "",
		"3-1":                     "",
		"0-60000":                 "",
		"Ascend910-2c-100-1":      "", // a vNPU
		"-1":                      "",
	} {
		if got := strings.Join(newDeviceForms().visible(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzDevice: no panic, and every physical id stands in the text, but for leading zeros.
func FuzzDevice(f *testing.F) {
	f.Add("Ascend910-5")
	f.Add("Ascend910-2c-100-1")
	f.Add("0,2-4")

	forms := newDeviceForms()

	f.Fuzz(func(t *testing.T, text string) {
		if phyID, _, ok := forms.parse(text); ok && !strings.Contains(text, phyID) {
			t.Errorf("%q has no %q", text, phyID)
		}

		if ids := forms.visible(text); !strings.Contains(text, "-") && slices.ContainsFunc(ids, func(id string) bool { return !strings.Contains(text, id) }) {
			t.Errorf("%q: %q", text, ids)
		}
	})
}
