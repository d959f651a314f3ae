package grafana

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// reference is a variable in a text: $name, ${name}, ${name:format} or [[name]].
func reference() *regexp.Regexp {
	return regexp.MustCompile(`\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]`)
}

// Expand fills the variables in as Grafana does for Prometheus. The error names those that there are not: Grafana would leave them.
func (s Scope) Expand(text string) (string, error) {
	var unknown error

	built := s.built()

	expanded := reference().ReplaceAllStringFunc(text, func(match string) string {
		groups := reference().FindStringSubmatch(match)
		name, format := groups[1]+groups[2]+groups[4], groups[3]+groups[5]

		if value, ok := built[name]; ok {
			return value
		}

		value, ok := s.Variables[name]
		if !ok {
			unknown = fmt.Errorf("there is no variable %q in %q: there are %s", name, text,
				strings.Join(slices.Sorted(maps.Keys(s.Variables)), ", "))

			return match
		}

		out, err := value.format(format)
		if err != nil {
			unknown = fmt.Errorf("%q: %w", text, err)
		}

		return out
	})

	return expanded, unknown
}

// format writes a value. Without a format it is written for a matcher in double quotes.
func (v Value) format(format string) (string, error) {
	switch {
	case v.Plain || format == "raw":
		return strings.Join(v.Texts, ","), nil
	case format == "csv":
		return strings.Join(v.Texts, ","), nil
	case format == "pipe":
		return strings.Join(v.Texts, "|"), nil
	case format == "regex":
		return v.alternatives(regexp.QuoteMeta), nil
	case format != "":
		return "", fmt.Errorf("the format %q is not known", format)
	case !v.Several:
		return quoted(strings.Join(v.Texts, "|")), nil
	default:
		return v.alternatives(func(text string) string { return quoted(special(text)) }), nil
	}
}

// alternatives are the texts as a regular expression.
func (v Value) alternatives(escape func(string) string) string {
	escaped := make([]string, 0, len(v.Texts))
	for _, text := range v.Texts {
		escaped = append(escaped, escape(text))
	}

	if len(escaped) == 1 {
		return escaped[0]
	}

	return "(" + strings.Join(escaped, "|") + ")"
}

// quoted escapes what ends or escapes in a text in quotes.
func quoted(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}

// special escapes what has a meaning in a regular expression.
func special(text string) string {
	return regexp.MustCompile(`[$^*{}\[\]'+?.()|\\]`).ReplaceAllString(text, `\${0}`)
}
