// Package rules renders the recording rules and alerts: templates and values are embedded, so that a renderer needs no checkout.
package rules

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"path"
	"strings"
	"text/template"
)

//go:embed values.yml templates
var files embed.FS

// Render gives the rule files by their names. Other delimiters than {{ }} leave those to Prometheus, which fills in the texts of alerts.
func Render(values Values) (map[string][]byte, error) {
	templates, err := template.New("").Delims("[%", "%]").Option("missingkey=error").Funcs(template.FuncMap{
		"list":  func(items ...string) []string { return items },
		"alert": values.alert,
	}).ParseFS(files, "templates/*")
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}

	rendered := make(map[string][]byte)

	for _, t := range templates.Templates() {
		name, ok := strings.CutSuffix(t.Name(), ".yml.tmpl")
		if !ok {
			continue
		}

		var out bytes.Buffer

		fmt.Fprintf(&out, "# Rendered from %s: do not edit. `make generate` does it anew.\n\n", path.Join("templates", t.Name()))

		if err := t.Execute(&out, map[string]any(values)); err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}

		rendered[name+".yml"] = out.Bytes()
	}

	return rendered, nil
}

// alert gives the values of an alert, its name and what is common to all; nil where it is off.
func (v Values) alert(name string) (map[string]any, error) {
	alerts, _ := v["alerts"].(map[string]any)

	own, ok := alerts[name].(map[string]any)
	if !ok {
		return nil, errors.New("no values for the alert " + name)
	}

	if on, _ := own["enabled"].(bool); !on {
		return nil, nil //nolint:nilnil // nothing is what a template takes for "off"
	}

	merged := map[string]any{"name": name}

	for key, value := range v {
		if key != "alerts" {
			merged[key] = value
		}
	}

	for key, value := range own {
		if _, taken := merged[key]; taken {
			return nil, fmt.Errorf("the alert %s has a value %s, as all have", name, key)
		}

		merged[key] = value
	}

	return merged, nil
}
