package flags

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/alecthomas/kingpin/v2"
)

// integer is a whole number. kingpin's own takes 7.9 for 7, and another number for one that is too large.
type integer int

// Set takes a number in decimal notation.
func (i *integer) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("must be a whole number: %w", errors.Unwrap(err))
	}

	*i = integer(n)

	return nil
}

func (i *integer) String() string { return strconv.Itoa(int(*i)) }

// Int makes a flag one of whole numbers.
func Int(flag *kingpin.FlagClause, target *int) {
	flag.SetValue((*integer)(target))
}
