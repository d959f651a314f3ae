package rules

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// Values are what the templates are rendered with: maps, strings, numbers and booleans, as in values.yml.
type Values map[string]any

// ByModel are numbers by models of chips, regular expressions for the whole of the label model. In values.yml it is a map without keys.
type ByModel map[string]float64

// Defaults are the values of values.yml.
func Defaults() (Values, error) {
	content, err := files.ReadFile("values.yml")
	if err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}

	var values map[string]any // not Values: maps within would be such too
	if err := yaml.Unmarshal(content, &values); err != nil {
		return nil, fmt.Errorf("values.yml: %w", err)
	}

	byModel(values)

	return values, nil
}

// byModel turns the maps without keys into what they stand for.
func byModel(values map[string]any) {
	for key, value := range values {
		if inner, ok := value.(map[string]any); ok && len(inner) == 0 {
			values[key] = ByModel{}
		} else if ok {
			byModel(inner)
		}
	}
}

// Load gives the defaults with what files set over them, in this order. Errors tell the file, the line and what would be right:
// values.yml is the schema, so there is no key that it has not, and no value of another kind.
func Load(files ...string) (Values, error) {
	values, err := Defaults()
	if err != nil {
		return nil, err
	}

	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("values: %w", err)
		}

		if err := values.Set(file, content); err != nil {
			return nil, err
		}
	}

	return values, nil
}

// Set sets what a file in YAML says. All that is wrong with it is told at once.
func (v Values) Set(file string, content []byte) error {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}

	if len(document.Content) == 0 {
		return nil // an empty file
	}

	return set(file, "", v, document.Content[0])
}

func set(file, path string, into map[string]any, node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d: %s has to be a map with the keys %s", file, node.Line, name(path), keys(into))
	}

	var problems []error

	seen := make(map[string]bool)

	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := strings.TrimPrefix(path+"."+key.Value, ".")
		before, known := into[key.Value]

		switch inner, isMap := before.(map[string]any); {
		case !known:
			problems = append(problems, fmt.Errorf("%s:%d: unknown key %s. Known in %s are %s", file, key.Line, at, name(path), keys(into)))
		case seen[key.Value]:
			problems = append(problems, fmt.Errorf("%s:%d: %s is set twice", file, key.Line, at))
		case isMap:
			problems = append(problems, set(file, at, inner, value))
		case isByModel(before):
			problems = append(problems, before.(ByModel).set(file, at, value))
		default:
			after, err := scalar(key.Value, before, value)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s:%d: %s: %w", file, value.Line, at, err))
			} else {
				into[key.Value] = after
			}
		}

		seen[key.Value] = true
	}

	return errors.Join(problems...)
}

func isByModel(value any) bool {
	_, ok := value.(ByModel)

	return ok
}

// set sets numbers of further models.
func (m ByModel) set(file, path string, node *yaml.Node) error {
	var numbers map[string]float64
	if node.Kind != yaml.MappingNode || node.Decode(&numbers) != nil {
		return fmt.Errorf("%s:%d: %s has to be a map of models and numbers, such as {910B.*: 85}", file, node.Line, path)
	}

	for model := range numbers {
		if !isPattern(model) {
			return fmt.Errorf("%s:%d: %s: %q is %s", file, node.Line, path, model, noPattern)
		}
	}

	maps.Copy(m, numbers)

	return nil
}

const noPattern = "no regular expression without quotes and backslashes"

// isPattern says whether a text can stand in quotes as a regular expression.
func isPattern(text string) bool {
	_, err := regexp.Compile(text)

	return err == nil && !strings.ContainsAny(text, "\"\\\n")
}

// scalar decodes a value that takes the place of another one, and has to be of its kind.
func scalar(key string, before any, node *yaml.Node) (any, error) {
	var after any
	if err := node.Decode(&after); err != nil {
		return nil, fmt.Errorf("%w", err)
	}

	switch was := before.(type) {
	case bool:
		if _, ok := after.(bool); !ok {
			return nil, fmt.Errorf("%q is neither true nor false", node.Value)
		}
	case int, float64:
		switch after.(type) {
		case int, float64:
		default:
			return nil, fmt.Errorf("%q is no number", node.Value)
		}
	case string:
		text, ok := after.(string)
		if !ok {
			return nil, fmt.Errorf("%q is no text: put it in quotes", node.Value)
		}

		return after, checkText(key, was, text)
	default:
		return nil, fmt.Errorf("values.yml has a %T there", before)
	}

	return after, nil
}

func checkText(key, before, after string) error {
	if key == "severity" && !slices.Contains([]string{"critical", "warning", "info", "none"}, after) {
		return fmt.Errorf("%q is none of critical, warning, info, none", after)
	}

	if key == "job" && !isPattern(after) {
		return fmt.Errorf("%q is %s", after, noPattern)
	}

	if _, err := model.ParseDuration(before); err == nil {
		if _, err := model.ParseDuration(after); err != nil {
			return fmt.Errorf("%q is no duration such as 90s, 5m or 1d", after)
		}
	}

	return nil
}

func name(path string) string {
	if path == "" {
		return "the file"
	}

	return path
}

func keys(of map[string]any) string {
	return strings.Join(slices.Sorted(maps.Keys(of)), ", ")
}
