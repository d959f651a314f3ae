package npusmi

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

const (
	watchHeadings = "NpuID(Idx)  ChipId(Idx) Pwr(W)      Temp(C)     AI Core(%)  AI Cpu(%)   Ctrl Cpu(%) Memory(%)   Memory BW(%) NPU Util(%)  AI Cube(%)  "
	watchShort    = "NpuID(Idx)  ChipId(Idx) Pwr(W)      Temp(C)     AI Core(%)"
)

func TestWatchParser(t *testing.T) {
	t.Parallel()

	of, none := optional.Of, optional.Float{}
	manyHeadings := "NpuID(Idx) " + strings.Repeat("x(%)", 64)

	for name, test := range map[string]struct {
		lines    []string
		want     []WatchSample
		warnings []string
	}{
		"a chip": {
			lines: []string{watchHeadings, "3           0           264.5       68          67          16          2           48          16           100          59          "},
			want:  []WatchSample{{3, 0, of(264.5), of(68), of(67)}},
		},
		"no chip ids, and lines of a terminal": {
			lines: []string{"NpuID(Idx)  Pwr(W)      Temp(C) \r\n", "5           280.8       84\r\n"},
			want:  []WatchSample{{5, 0, of(280.8), of(84), none}},
		},
		"columns in another order, and unknown ones": {
			lines: []string{"NpuID(Idx) New  Thing(V)AI  Core(%)Temp(C) ChipId(Idx)Pwr(W)", "1 x 30 40 0 50.5"},
			want:  []WatchSample{{1, 0, of(50.5), of(40), of(30)}},
		},
		"no power": {
			lines: []string{watchShort, "1 0 NA 71 54", "1 1 NA 55 63", "2 1 - 64 50"},
			want:  []WatchSample{{1, 0, none, of(71), of(54)}, {1, 1, none, of(55), of(63)}, {2, 1, none, of(64), of(50)}},
		},
		"the power of the chip before": {
			lines: []string{watchShort, "0 0 347.5 56 60", "0 1 347.5 64 50"},
			want:  []WatchSample{{0, 0, of(347.5), of(56), of(60)}, {0, 1, none, of(64), of(50)}},
		},
		"zeros": {
			lines: []string{watchShort, "0 0 0.0 57 0", "1 0 365.1 0 38", "2 0 0.0 0 0", "3 0 NA - 5", "4 0 -1.0 -40 5"},
			want:  []WatchSample{{0, 0, none, of(57), of(0)}, {1, 0, of(365.1), none, of(38)}, {4, 0, none, of(-40), of(5)}},
		},
		"sentinels": {
			lines: []string{watchShort, "0 0 300.0 32767 5", "1 0 2147483647 40 5", "2 0 32765 32765 5"},
			want:  []WatchSample{{0, 0, of(300), none, of(5)}, {1, 0, none, of(40), of(5)}},
		},
		"headings again": {
			lines: []string{watchShort, "0 0 300.0 40 5", watchShort, "0 0 301.0 40 5"},
			want:  []WatchSample{{0, 0, of(300), of(40), of(5)}, {0, 0, of(301), of(40), of(5)}},
		},
		"headings cut off": {
			lines:    []string{"NpuID(Idx)  ChipId(Idx) Pw", "0 0 300.0 40 5", watchShort, "NpuID", "0 0 300.0 40 5"},
			want:     []WatchSample{{0, 0, of(300), of(40), of(5)}},
			warnings: []string{"whole headings", "headings before a row of values", "whole headings"},
		},
		"headings that are none": {
			lines:    []string{"NpuID(Other) Temp(C)", manyHeadings, "0 0"},
			warnings: []string{"whole headings", "whole headings", "headings before a row of values"},
		},
		"rows cut off": {
			lines:    []string{watchShort, "0 0 300.0 40", "0 0 300.0 40 5 6", "0 0 30x 40 5", "0 x 300.0 40 5", "0 0 300.0 40 101", "00 -1 1 1 1"},
			warnings: []string{"a value for each heading", "a value for each heading", "a number for each heading", "a number for each heading", "a percentage of the AI Cores", "a number for each heading"},
		},
		"words of the tool": {
			lines:    []string{"", "DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)", "Failed to query \"watch\" info.\r\n", "?"},
			warnings: []string{`the query failed in the driver: Failed to query "watch" info.`, "a row of values"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			samples, warnings := watchLines(NewWatchParser(), test.lines...)
			if diff := cmp.Diff(test.want, samples, cmp.AllowUnexported(optional.Float{})); diff != "" {
				t.Error(diff)
			}

			if diff := cmp.Diff(test.warnings, warnings); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func watchLines(p *WatchParser, lines ...string) (samples []WatchSample, warnings []string) {
	for _, line := range lines {
		sample, ok, warning := p.Line(line)
		if ok {
			samples = append(samples, sample)
		}

		if warning != "" {
			warnings = append(warnings, warning)
		}
	}

	return samples, warnings
}

// The second die of a package repeats the first one's values.
func TestWatchParserRepeats(t *testing.T) {
	t.Parallel()

	type die struct{ temperature, aicore int }

	for name, test := range map[string]struct {
		cycles              int
		first, second       func(cycle int) die
		temperature, aicore int // in how many cycles the second die has them
	}{
		"both repeat": {
			100, func(i int) die { return die{50 + i%2, 20 + i%3} }, func(i int) die { return die{50 + i%2, 20 + i%3} },
			maxFollowed, maxFollowed,
		},
		"nothing changes": {
			100, func(int) die { return die{50, 20} }, func(int) die { return die{50, 20} },
			100, 100,
		},
		"one cycle differs early": {
			100,
			func(i int) die { return die{50 + i%2, 20 + i%3} },
			func(i int) die {
				if i == 3 {
					return die{52, 7}
				}

				return die{50 + i%2, 20 + i%3}
			},
			100, 100,
		},
		"one cycle differs late": {
			100,
			func(i int) die { return die{50 + i%2, 20 + i%3} },
			func(i int) die {
				if i == 90 {
					return die{52, 7}
				}

				return die{50 + i%2, 20 + i%3}
			},
			maxFollowed + 10, maxFollowed + 10,
		},
		"a job on both dies, all or nothing": {
			100, func(i int) die { return die{50 + i%2, i % 2 * 100} }, func(i int) die { return die{50 + i%3, i % 2 * 100} },
			100, 100,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := NewWatchParser()
			temperature, aicore := 0, 0

			watchLines(p, watchShort)

			for i := range test.cycles {
				a, b := test.first(i), test.second(i)
				samples, warnings := watchLines(p,
					fmt.Sprintf("0 0 300.0 %d %d", a.temperature, a.aicore), fmt.Sprintf("0 1 - %d %d", b.temperature, b.aicore),
					fmt.Sprintf("1 0 300.0 %d %d", a.temperature, a.aicore)) // a chip of its own has the right to be alike

				if len(warnings) > 0 || len(samples) < 2 || !samples[len(samples)-1].Temperature.Present() || samples[0].AICore != optional.Of(float64(a.aicore)) {
					t.Fatalf("cycle %d: got %+v, %q", i, samples, warnings)
				}

				if len(samples) == 3 && samples[1].Temperature.Present() {
					temperature++
				}

				if len(samples) == 3 && samples[1].AICore.Present() {
					aicore++
				}
			}

			if temperature != test.temperature || aicore != test.aicore {
				t.Errorf("the second die had a temperature in %d cycles and an AI Core rate in %d, want %d and %d", temperature, aicore, test.temperature, test.aicore)
			}
		})
	}
}

func TestWatchParserBoundsChips(t *testing.T) {
	t.Parallel()

	p := NewWatchParser()
	watchLines(p, watchShort)

	for i := range maxWatchChips {
		if _, ok, warning := p.Line(fmt.Sprintf("%d 0 300.0 40 5", i)); !ok {
			t.Fatalf("chip %d: %s", i, warning)
		}
	}

	if _, ok, warning := p.Line("5000 0 300.0 40 5"); ok || warning == "" {
		t.Error("took one more")
	}

	if _, ok, _ := p.Line("7 0 300.0 40 5"); !ok {
		t.Error("a known chip was refused")
	}
}

// TestWatchRecordings reads what the real tool and people's posts show of the stream, where recordings are at hand.
func TestWatchRecordings(t *testing.T) {
	t.Parallel()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpus")
	}

	streams := make(map[string]string)

	for _, pattern := range []string{"tool/*.txtar", "posted/*watch*", "subcommands/*watch*"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}

		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}

			if len(archive.Files) == 0 {
				streams[file] = string(archive.Comment)
			}

			for _, section := range archive.Files {
				if args, _, _ := strings.Cut(section.Name, " => "); args == "info watch -d 1" {
					streams[file+" "+section.Name] = string(section.Data)
				}
			}
		}
	}

	if len(streams) == 0 {
		t.Skipf("no recordings in %s: set ASCEND_CORPUS", folder)
	}

	for name, text := range streams {
		samples, warnings := watchLines(NewWatchParser(), strings.Split(text, "\n")...)
		failed := strings.Contains(text, "ailed") && !strings.Contains(text, "ConsoleLogLevel") || strings.Contains(text, "ret is -")

		switch {
		case failed && len(warnings) != 1:
			t.Errorf("%s: it tells of one failure, got %q", name, warnings)
		case !failed && (len(samples) == 0 || len(warnings) > 0):
			t.Errorf("%s: %d samples, not understood: %q", name, len(samples), warnings)
		}

		for _, s := range samples {
			if s.Power.Is(0) || s.Temperature.Is(0) || s.Chip > 0 && s.Power.Present() {
				t.Errorf("%s: got %+v", name, s)
			}
		}
	}
}

// FuzzWatchParser: no panic, and every value of a sample stands in its line.
func FuzzWatchParser(f *testing.F) {
	f.Add([]byte(watchHeadings + "\r\n0           1           -           64          50          15          1           86          72           50           43\r\n"))
	f.Add([]byte("NpuID(Idx)  Pwr(W)      Temp(C) \n0           280.8       84\nFailed to query \"watch\" info.\n"))
	f.Add([]byte(watchShort + "\n0 0 300.0 40 5\n0 1 300.0 40 5\n0 0 NA 0 5\n1 0 0.0 2147483647 200\nNpuID(Id"))

	f.Fuzz(func(t *testing.T, text []byte) {
		p := NewWatchParser()

		for line := range strings.Lines(string(text)) {
			sample, ok, warning := p.Line(line)
			if !ok {
				if sample != (WatchSample{}) {
					t.Errorf("no sample and %+v", sample)
				}

				continue
			}

			if warning != "" {
				t.Errorf("a sample and the warning %q", warning)
			}

			said := newSaid([]byte(line))
			said.number(t, optional.Of(float64(sample.NPU)))

			if sample.Chip != 0 { // which stands for none, too
				said.number(t, optional.Of(float64(sample.Chip)))
			}

			for _, v := range []optional.Float{sample.Power, sample.Temperature, sample.AICore} {
				said.number(t, v)
			}

			if !sample.Power.Present() && !sample.Temperature.Present() && !sample.AICore.Present() {
				t.Error("an empty sample")
			}
		}
	})
}

// BenchmarkWatchParser is a second of 16 chips.
func BenchmarkWatchParser(b *testing.B) {
	p := NewWatchParser()
	watchLines(p, watchHeadings)

	var lines []string
	for i := range 16 {
		lines = append(lines, fmt.Sprintf("%-12d%-12d264.5       %-12d67          16          2           48          16           100          59          \r\n", i/2, i%2, 50+i))
	}

	b.ReportAllocs()

	for b.Loop() {
		for _, line := range lines {
			if _, ok, warning := p.Line(line); !ok {
				b.Fatal(warning)
			}
		}
	}
}
