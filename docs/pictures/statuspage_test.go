// Package pictures looks at the exporter's status page in a real browser, and takes the picture of it that the README shows.
package pictures

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	update = flag.Bool("update", false, "write docs/status-page.png")
	all    = flag.String("pictures", "", "folder for a picture of every view")
)

// scenario is a host, and what its page must say.
type scenario struct {
	name    string
	args    []string
	waiting bool // the first collection never ends
	chips   int
	says    []string
	saysNot []string
}

func scenarios(t *testing.T) []scenario {
	t.Helper()

	folder := t.TempDir()

	maintenance := filepath.Join(folder, "maintenance")
	if err := os.WriteFile(maintenance, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	// over runs the exporter over a script that stands in for the tool.
	over := func(script string, args ...string) []string {
		return append([]string{"--npu-smi.command=sh testdata/" + script, "--path.lock=" + folder}, args...)
	}

	return []scenario{
		{
			name: "healthy", args: []string{"--sim"}, chips: 8,
			says:    []string{"Up", "910B3", "Simulated machine", "AI Core"},
			saysNot: []string{"problem", "What is wrong"},
		},
		{
			// No server has so many, and hccn_tool refuses ids beyond 15.
			name: "many", args: []string{"--sim", "--sim.product=A3", "--sim.npus=32", "--no-collector.network"}, chips: 64,
			says:    []string{"Up", "Ascend910"},
			saysNot: []string{"problem", "What is wrong"},
		},
		{
			name: "950", args: []string{"--sim", "--sim.product=950PR"}, chips: 8,
			says:    []string{"Up", "Ascend950PR"},
			saysNot: []string{"problem"},
		},
		{
			name: "ill", args: over("ill.sh", "--collection.expected-chips=8", "--path.maintenance="+maintenance), chips: 6,
			says: []string{
				"Up, with 4 problems", "Warning", "Critical", "Alarm", "Unusable", "In maintenance", "6 of 8",
				"The query mapping fails", "not understood", `<b>&amp;"python3"</b>`,
			},
			saysNot: []string{"Simulated"},
		},
		{
			name: "down", args: over("down.sh"),
			says: []string{"Not up", "What is wrong", "The tool cannot reach the driver", "What to do", "HwHiAiUser", "exit status 187"},
		},
		{
			name: "waiting", args: over("waiting.sh"), waiting: true,
			says: []string{"First collection running"},
		},
	}
}

// TestStatusPage opens the page of the real exporter on several hosts, wide and narrow, light and dark.
func TestStatusPage(t *testing.T) {
	t.Parallel()

	browser := startBrowser(t)
	binary := exporterBinary(t)

	for _, s := range scenarios(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()

			address := startExporter(browser, t, binary, s.args...)
			if !s.waiting {
				waitCollected(browser, t, address)
			}

			for _, v := range views() {
				t.Run(v.name, func(t *testing.T) { checkView(browser, t, address, s, v) })
			}
		})
	}
}

func checkView(browser context.Context, t *testing.T, address string, s scenario, v view) {
	t.Helper()

	tab, heard := open(browser, t, address, v)
	found := look(tab, t)

	for _, text := range s.says {
		if !strings.Contains(found.Text, text) {
			t.Errorf("the page does not say %q", text)
		}
	}

	for _, text := range s.saysNot {
		if strings.Contains(found.Text, text) {
			t.Errorf("the page says %q", text)
		}
	}

	if len(found.Chips) != s.chips {
		t.Errorf("the page shows %d chips, want %d", len(found.Chips), s.chips)
	}

	for _, chip := range found.Chips {
		if !strings.Contains(chip, " °C") && !strings.Contains(chip, "Unusable") {
			t.Errorf("a chip has no temperature: %q", chip)
		}
	}

	if dark := brightness(t, found.Background) < 128; dark != (v.scheme == "dark") {
		t.Errorf("the background is %s where %s is preferred", found.Background, v.scheme)
	}

	if *all != "" {
		write(t, filepath.Join(*all, s.name+"-"+v.name+".png"), picture(tab, t, float64(v.width), found.Height))
	}

	if *update && s.name == "healthy" && v.name == "wide-light" {
		write(t, filepath.Join("..", "status-page.png"), picture(tab, t, float64(v.width), min(found.Height, 1000)))
	}

	checkLegible(t, "as it opens", found)
	follow(tab, t)

	unfold(tab, t)
	checkLegible(t, "unfolded", look(tab, t))

	for _, complaint := range heard.list() {
		t.Errorf("the browser says: %s", complaint)
	}
}

// checkLegible checks what a reader needs, whatever the page says.
func checkLegible(t *testing.T, when string, found findings) {
	t.Helper()

	if found.Texts == 0 {
		t.Errorf("%s: the page shows no text", when)
	}

	if found.ScrollWidth > found.ClientWidth {
		t.Errorf("%s: the page scrolls sideways: it is %d px wide in a window of %d", when, found.ScrollWidth, found.ClientWidth)
	}

	for _, text := range found.Outside {
		t.Errorf("%s: beyond the window: %s", when, text)
	}

	for _, text := range found.Pale {
		t.Errorf("%s: contrast below 4.5: %s", when, text)
	}

	for _, text := range found.Small {
		t.Errorf("%s: smaller than 12 px: %s", when, text)
	}
}

// brightness is that of a computed colour, 0 to 255.
func brightness(t *testing.T, colour string) int {
	t.Helper()

	var r, g, b int
	if _, err := fmt.Sscanf(colour, "rgb(%d, %d, %d)", &r, &g, &b); err != nil {
		t.Fatalf("the colour %q: %v", colour, err)
	}

	return (r + g + b) / 3
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()

	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
