package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAgo(t *testing.T) {
	t.Parallel()

	for age, want := range map[time.Duration]string{
		-time.Hour:                  "just now",
		999 * time.Millisecond:      "just now",
		59 * time.Second:            "59 s ago",
		61 * time.Second:            "1 min ago",
		3*time.Hour + 4*time.Minute: "3 h 4 min ago",
		50 * time.Hour:              "2 d 2 h ago",
	} {
		if got := ago(age); got != want {
			t.Errorf("ago(%v) = %q, want %q", age, got, want)
		}
	}
}

func TestSpent(t *testing.T) {
	t.Parallel()

	for duration, want := range map[time.Duration]string{
		0:                       "0 ms",
		12 * time.Millisecond:   "12 ms",
		1234 * time.Millisecond: "1.23 s",
		30 * time.Second:        "30.0 s",
		125 * time.Second:       "2 min 5 s",
	} {
		if got := spent(duration); got != want {
			t.Errorf("spent(%v) = %q, want %q", duration, got, want)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()

	for text, want := range map[string][]span{
		"":              nil,
		"Reboot.":       {{Text: "Reboot."}},
		"Run `a b`, so": {{Text: "Run "}, {Text: "a b", Code: true}, {Text: ", so"}},
		"`a` or `b`":    {{Text: "a", Code: true}, {Text: " or "}, {Text: "b", Code: true}},
		"never `closed": {{Text: "never `closed"}},
	} {
		if diff := cmp.Diff(want, spans(text)); diff != "" {
			t.Errorf("spans(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"":                  "",
		"the tool died":     "The tool died",
		"npu-smi printed":   "npu-smi printed",
		"éteint":            "Éteint",
		"42 is not a word":  "42 is not a word",
		"Already a capital": "Already a capital",
	} {
		if got := sentence(text); got != want {
			t.Errorf("sentence(%q) = %q, want %q", text, got, want)
		}
	}
}
