package main

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// absent stands where there is no value, so that it is not taken for a zero.
const absent = "–"

// number writes a number with its unit, or that it is absent.
func number(f optional.Float, format string) string {
	n, ok := f.Get()
	if !ok {
		return absent
	}

	return fmt.Sprintf(format, n)
}

// percentage writes a ratio.
func percentage(ratio optional.Float) string {
	return number(ratio.Times(100), "%.0f %%")
}

// known is a text, or that it is absent.
func known(text string) string {
	if text == "" {
		return absent
	}

	return text
}

// sentence begins a text with a capital, unless it begins with a name as npu-smi.
func sentence(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if first == "" || strings.ContainsFunc(first, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return text
	}

	r, size := utf8.DecodeRuneInString(text)

	return string(unicode.ToUpper(r)) + text[size:]
}

// count writes a number of things: 1 chip, 2 chips.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}

	return fmt.Sprintf("%d %s", n, many)
}

// moment is a point in time as the page tells it.
type moment struct {
	Machine string // for the attribute datetime; "" where there was none
	Clock   string // local time, with the date unless it is today's
	Ago     string
}

func momentOf(t, now time.Time) moment {
	t = t.In(now.Location())

	clock := t.Format(time.TimeOnly)
	if t.Format(time.DateOnly) != now.Format(time.DateOnly) {
		clock = t.Format(time.DateTime)
	}

	return moment{Machine: t.Format(time.RFC3339), Clock: clock, Ago: ago(now.Sub(t))}
}

// momentOfUnix is the moment of a Unix time in seconds.
func momentOfUnix(seconds optional.Float, now time.Time) moment {
	s, ok := seconds.Get()
	if !ok {
		return moment{Ago: absent}
	}

	return momentOf(time.UnixMilli(int64(s*1000)), now)
}

// ago tells an age in its two largest units at most.
func ago(age time.Duration) string {
	const day = 24 * time.Hour

	switch {
	case age < time.Second:
		return "just now" // or in the future, after the clock was set back
	case age < time.Minute:
		return fmt.Sprintf("%d s ago", age/time.Second)
	case age < time.Hour:
		return fmt.Sprintf("%d min ago", age/time.Minute)
	case age < day:
		return fmt.Sprintf("%d h %d min ago", age/time.Hour, age%time.Hour/time.Minute)
	default:
		return fmt.Sprintf("%d d %d h ago", age/day, age%day/time.Hour)
	}
}

// spent tells how long something took.
func spent(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
}

// span is a piece of a text.
type span struct {
	Text string
	Code bool
}

// spans finds the commands in a text, which stand between backticks.
func spans(text string) []span {
	pieces := strings.Split(text, "`")
	if len(pieces)%2 == 0 { // one is never closed
		return []span{{Text: text}}
	}

	var all []span

	for i, piece := range pieces {
		if piece != "" {
			all = append(all, span{Text: piece, Code: i%2 == 1})
		}
	}

	return all
}
