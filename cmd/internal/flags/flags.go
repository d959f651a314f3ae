// Package flags makes a command line of kingpin's exact: its errors say which flag they are about, numbers are whole, and help that
// nobody reads is no reason to panic.
package flags

import (
	"fmt"
	"io"

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

// usage is where the help goes. kingpin panics where it cannot be written, as to a reader that has seen enough.
type usage struct {
	io.Writer
}

// Write writes what can be written.
func (u usage) Write(text []byte) (int, error) {
	_, _ = u.Writer.Write(text)

	return len(text), nil
}

// Usage is a writer for the help of an application.
func Usage(w io.Writer) io.Writer { return usage{w} }
