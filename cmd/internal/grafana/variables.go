package grafana

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// all is what a link or a dashboard says for every value.
const all = "$__all"

// A Variable is one of a dashboard.
type Variable struct {
	Name       string
	Type       string          // query, datasource, custom, constant, textbox, interval
	Query      json.RawMessage // a text, or an object with one
	Regex      string          // of a query: which of its values are taken; a group takes that part of them
	Multi      bool
	IncludeAll bool
	AllValue   string
	Current    struct {
		Value any // a text, or several
	}
}

// Values are what variables stand for.
type Values map[string]Value

// A Value is one or several texts.
type Value struct {
	Texts []string
	// Plain goes into queries as it is: the value that a dashboard gives for all.
	Plain bool
	// Several is of a variable that may have several values, so that special characters are always escaped.
	Several bool
}

// text is the variable's query.
func (v Variable) text() (string, error) {
	var text string
	if err := json.Unmarshal(v.Query, &text); err == nil {
		return text, nil
	}

	var object struct{ Query string }
	if err := json.Unmarshal(v.Query, &object); err != nil || object.Query == "" {
		return "", fmt.Errorf("variable %s: its query %s is neither a text nor an object with one", v.Name, v.Query)
	}

	return object.Query, nil
}

// An Asker answers a query of a variable, in which all others are filled in.
type Asker func(query LabelValues) ([]string, error)

// LabelValues is label_values(selector, label); without a selector it is of all series.
type LabelValues struct {
	Selector string
	Label    string
}

// Resolve gives the variables their values as Grafana does when a dashboard is opened with some of them set, as by a link: each in its
// turn, since its query may name those before it. Of what is not set, or has a value that there is not, the first one is taken, or all.
// Where there are none it is the empty text, which a series without the label matches.
func (d Dashboard) Resolve(scope Scope, set map[string]string, ask Asker) (Values, map[string][]string, error) {
	values := make(Values)
	options := make(map[string][]string)
	scope.Variables = values

	for _, v := range d.Templating.List {
		of, err := v.options(scope, ask)
		if err != nil {
			return nil, nil, fmt.Errorf("dashboard %s: %w", d.UID, err)
		}

		options[v.Name] = of
		values[v.Name] = v.value(of, set[v.Name])
	}

	return values, options, nil
}

func (v Variable) options(scope Scope, ask Asker) ([]string, error) {
	switch v.Type {
	case "datasource":
		return []string{"prometheus"}, nil
	case "constant", "textbox":
		text, err := v.text()

		return []string{text}, err
	case "custom", "interval":
		text, err := v.text()

		var of []string
		for option := range strings.SplitSeq(text, ",") {
			of = append(of, strings.TrimSpace(option))
		}

		return of, err
	case "query":
		return v.asked(scope, ask)
	default:
		return nil, fmt.Errorf("variable %s: the type %q is not known", v.Name, v.Type)
	}
}

func (v Variable) asked(scope Scope, ask Asker) ([]string, error) {
	text, err := v.text()
	if err != nil {
		return nil, err
	}

	if text, err = scope.Expand(text); err != nil {
		return nil, fmt.Errorf("variable %s: %w", v.Name, err)
	}

	parts := regexp.MustCompile(`^\s*label_values\((?:(.+),)?\s*([a-zA-Z_]\w*)\s*\)\s*$`).FindStringSubmatch(text)
	if parts == nil {
		return nil, fmt.Errorf("variable %s: %q is not label_values(selector, label)", v.Name, text)
	}

	answers, err := ask(LabelValues{Selector: strings.TrimSpace(parts[1]), Label: parts[2]})
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", v.Name, err)
	}

	return v.taken(answers)
}

// taken are the values that the variable's regular expression takes.
func (v Variable) taken(answers []string) ([]string, error) {
	if v.Regex == "" {
		return answers, nil
	}

	taker, err := regexp.Compile(strings.Trim(v.Regex, "/"))
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", v.Name, err)
	}

	var of []string

	for _, answer := range answers {
		if match := taker.FindStringSubmatch(answer); match != nil {
			of = append(of, match[len(match)-1])
		}
	}

	return of, nil
}

// value is what the variable stands for: what it is set to if that is one of the options, else its own value, else the first.
func (v Variable) value(options []string, set string) Value {
	current, _ := v.Current.Value.(string)
	if several, ok := v.Current.Value.([]any); ok && len(several) > 0 {
		current, _ = several[0].(string)
	}

	for _, wanted := range []string{set, current} {
		switch {
		case wanted == all && v.IncludeAll && v.AllValue != "":
			return Value{Texts: []string{v.AllValue}, Plain: true}
		case wanted == all && v.IncludeAll:
			return Value{Texts: options, Several: true}
		case wanted != "" && slices.Contains(options, wanted):
			return Value{Texts: []string{wanted}, Several: v.Multi || v.IncludeAll}
		}
	}

	if len(options) == 0 {
		return Value{Texts: []string{""}, Several: v.Multi || v.IncludeAll}
	}

	return Value{Texts: options[:1], Several: v.Multi || v.IncludeAll}
}
