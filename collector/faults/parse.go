package faults

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxProblems bounds the lines of a file that are told of: a file of another format has a problem in each.
const maxProblems = 10

// Parse reads a table of fault codes: a code and its class a line, with one tab between them. A code is 8 hexadecimal digits
// without 0x, a class one of Classes. Empty lines and lines that begin with # are passed over. Anything else is an error, as is
// a code that stands twice; the error names the file and each line, and says what was expected.
func Parse(name string, file io.Reader) (Table, error) {
	var problems []error

	table := Table{classes: make(map[string]string)}
	lines := make(map[string]int) // where a code stands
	number := 0

	scanner := bufio.NewScanner(file)
	for scanner.Scan() && len(problems) < maxProblems {
		number++

		line := scanner.Text() // without the end of the line, CR LF too
		if line == "" || line[0] == '#' {
			continue
		}

		code, class, err := parseLine(line)
		if err == nil && lines[code] != 0 {
			err = fmt.Errorf("code %s stands in line %d already: expected each code once", code, lines[code])
		}

		if err != nil {
			problems = append(problems, fmt.Errorf("%s:%d: %w", name, number, err))

			continue
		}

		table.classes[code] = class
		lines[code] = number
	}

	if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		problems = append(problems, fmt.Errorf("%s:%d: the line is too long: expected a code, a tab and a class", name, number+1))
	} else if err != nil {
		problems = append(problems, fmt.Errorf("reading %s: %w", name, err))
	}

	if len(problems) > 0 {
		return Table{}, errors.Join(problems...)
	}

	return table, nil
}

// parseLine reads the code, in upper case, and the class of a line.
func parseLine(line string) (code, class string, err error) {
	code, class, ok := strings.Cut(line, "\t")
	if !ok || strings.Contains(class, "\t") {
		return "", "", fmt.Errorf("%s: expected a code, one tab and a class", quote(line))
	}

	if len(code) != 8 || strings.Trim(code, "0123456789abcdefABCDEF") != "" {
		return "", "", fmt.Errorf("code %s: expected 8 hexadecimal digits without 0x", quote(code))
	}

	if !slices.Contains(Classes(), class) {
		return "", "", fmt.Errorf("class %s: expected one of %s", quote(class), strings.Join(Classes(), ", "))
	}

	return strings.ToUpper(code), class, nil
}

// quote makes a piece of a file fit for a message.
func quote(text string) string {
	const longest = 60

	if len(text) > longest {
		return fmt.Sprintf("%q…", text[:longest])
	}

	return fmt.Sprintf("%q", text)
}
