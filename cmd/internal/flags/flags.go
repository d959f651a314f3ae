// Package flags makes the errors of a command line say which flag they are about; kingpin does not.
package flags

import (
	"fmt"

	"github.com/alecthomas/kingpin/v2"
)

// namedValue says in an error which flag, or variable of the environment, it is about.
type namedValue struct {
	kingpin.Value

	name string
}

// Set takes a value of the flag.
func (v namedValue) Set(text string) error {
	if err := v.Value.Set(text); err != nil {
		return fmt.Errorf("--%s=%q: %w", v.name, text, err)
	}

	return nil
}

// IsBoolFlag says for kingpin whether the flag needs no value.
func (v namedValue) IsBoolFlag() bool {
	flag, ok := v.Value.(interface{ IsBoolFlag() bool })

	return ok && flag.IsBoolFlag()
}

// IsCumulative says for kingpin whether the flag may be repeated.
func (v namedValue) IsCumulative() bool {
	flag, ok := v.Value.(interface{ IsCumulative() bool })

	return ok && flag.IsCumulative()
}

// Name makes the errors of all flags that the application has by now name them.
func Name(app *kingpin.Application) {
	for _, flag := range app.Model().Flags {
		if flag.Name != "help" && flag.Name != "version" {
			app.GetFlag(flag.Name).SetValue(namedValue{flag.Value, flag.Name})
		}
	}
}
