package chaos

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// suffers waits until the case has shown: that its query fails, again and again, for its reason and no other; or that nothing fails.
func (r *rig) suffers() {
	r.t.Helper()

	times := 3.
	if r.f.once {
		times = 1
	}

	m := r.until("the fault shows", func(m exportertest.Samples) bool {
		switch {
		case r.c.Query == "":
			return summaryRuns(m) >= summaryRuns(r.failed)+times
		case r.c.Blind && (m["ascend_exporter_up"] != 0 || m.Hardware() > 0 || m.Count("ascend_npu_chips") > 0):
			return false
		default:
			return m[queryFailures(r.c.Query)] >= r.failed[queryFailures(r.c.Query)]+times
		}
	})

	// That another release is asked what it may not know is no failure.
	expected := regexp.MustCompile(`reason="(` + string(r.c.Reason) + "|" + string(r.c.Also) + `|unsupported)"`)

	for name, value := range m {
		if strings.HasPrefix(name, "ascend_exporter_failures_total{") && value > r.failed[name] && !expected.MatchString(name) {
			r.t.Errorf("%s has risen from %v to %v", name, r.failed[name], value)
		}
	}
}

// failures are how often the query has failed by now.
func (r *rig) failures() float64 {
	r.t.Helper()

	return r.scrape()[queryFailures(r.c.Query)]
}

// recovers waits until all is well again: with the first run that began after the end of it. One may have been under way.
func (r *rig) recovers(failures float64) {
	r.t.Helper()

	m := r.until("all is well", func(m exportertest.Samples) bool {
		return r.complete(m) && (r.c.Query == "" || m[`ascend_exporter_query_success{query="`+r.c.Query+`"}`] == 1)
	})

	if after := m[queryFailures(r.c.Query)] - failures; after > 1 {
		r.t.Errorf("%s has failed %v times since the end of it", r.c.Query, after)
	}
}

// variable is what differs between lines of the log that say the same.
var variable = regexp.MustCompile(`(time|err|advice|first|late|lines)=("([^"\\]|\\.)*"|\S+) ?`)

// isLogged checks the log: what has to be there is there, once, and nothing else that should worry anybody.
func (r *rig) isLogged() {
	r.t.Helper()

	expected := regexp.MustCompile("^nothing$")
	if r.c.Log != "" {
		expected = regexp.MustCompile("level=WARN .*" + r.c.Log)
		r.Log.Wait(r.t, expected)
	}

	fails := regexp.MustCompile("^nothing$")
	if r.c.Query != "" {
		fails = regexp.MustCompile(`msg="query fails" query=` + r.c.Query + `( .*)? reason=` + string(r.c.Reason) + " ")
		r.Log.Wait(r.t, fails)
		r.Log.Wait(r.t, regexp.MustCompile(`msg="query works again" query=`+r.c.Query))
	}

	text := r.Log.Text()
	told := make(map[string]bool)

	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) }) || strings.ToValidUTF8(line, "") != line {
			r.t.Errorf("not to be printed: %q", line)
		}

		if worries := !strings.Contains(line, "level=INFO") && !strings.Contains(line, "level=DEBUG"); worries && !expected.MatchString(line) && !fails.MatchString(line) {
			r.t.Errorf("in the log: %s", line)
		}

		key := variable.ReplaceAllString(line, "")
		if told[key] {
			r.t.Errorf("logged again: %s", line)
		}

		told[key] = true
	}

	if r.t.Failed() {
		r.t.Logf("the log:\n%s", text)
	}
}
