package faults

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestParse(t *testing.T) {
	t.Parallel()

	const classes = "NotHandle, RestartRequest, SubHealth, RestartBusiness, PreSeparateNPU, FreeRestartNPU, RestartNPU, SeparateNPU, ManuallySeparateNPU"

	for _, test := range []struct {
		name, text string
		want       map[string]string
		problem    string
	}{
		{name: "empty", want: map[string]string{}},
		{
			name: "comments, empty lines, lower case, CR LF",
			text: "# mine\r\n\r\n0abcdef1\tSubHealth\r\n0ABCDEF2\tManuallySeparateNPU",
			want: map[string]string{"0ABCDEF1": ClassSubHealth, "0ABCDEF2": ClassManuallySeparateNPU},
		},
		{name: "blanks", text: "0ABCDEF1 SubHealth\n", problem: `f:1: "0ABCDEF1 SubHealth": expected a code, one tab and a class`},
		{name: "three columns", text: "0ABCDEF1\tSubHealth\tOS\n", problem: `f:1: "0ABCDEF1\tSubHealth\tOS": expected a code, one tab and a class`},
		{name: "0x", text: "#\n0x0ABCDE\tSubHealth\n", problem: `f:2: code "0x0ABCDE": expected 8 hexadecimal digits without 0x`},
		{name: "short", text: "ABCDEF1\tSubHealth\n", problem: `f:1: code "ABCDEF1": expected 8 hexadecimal digits without 0x`},
		{name: "class", text: "0ABCDEF1\tsubhealth\n", problem: `f:1: class "subhealth": expected one of ` + classes},
		{name: "blank after the class", text: "0ABCDEF1\tSubHealth \n", problem: `f:1: class "SubHealth ": expected one of ` + classes},
		{
			name: "twice, with the same class", text: "0ABCDEF1\tSubHealth\n\n0abcdef1\tSubHealth\n",
			problem: "f:3: code 0ABCDEF1 stands in line 1 already: expected each code once",
		},
		{
			name: "two problems", text: "a\n\nb\n",
			problem: "f:1: \"a\": expected a code, one tab and a class\nf:3: \"b\": expected a code, one tab and a class",
		},
		{
			name: "long", text: "#\n" + strings.Repeat("x", 1<<17), problem: "f:2: the line is too long: expected a code, a tab and a class",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			table, err := Parse("f", strings.NewReader(test.text))
			if test.problem != "" {
				if err == nil || err.Error() != test.problem || table.Len() != 0 {
					t.Errorf("got %v, want %s", err, test.problem)
				}

				return
			}

			if err != nil {
				t.Fatal(err)
			}

			if table.Len() != len(test.want) {
				t.Errorf("%d codes", table.Len())
			}

			for code, class := range test.want {
				if got, _ := table.Lookup(code); got != class {
					t.Errorf("%s is %q", code, got)
				}
			}
		})
	}
}

func TestParseOtherFormat(t *testing.T) {
	t.Parallel()

	_, err := Parse("f", strings.NewReader(strings.Repeat("{}\n", 1000)))
	if err == nil || strings.Count(err.Error(), "expected") != maxProblems {
		t.Errorf("not the first %d problems: %v", maxProblems, err)
	}
}

func TestParseReadError(t *testing.T) {
	t.Parallel()

	broken := errors.New("the disk is gone")
	if _, err := Parse("f", iotest.ErrReader(broken)); !errors.Is(err, broken) || !strings.Contains(err.Error(), "reading f") {
		t.Errorf("got %v", err)
	}
}

// FuzzParse: no panic; an error or a table, never both; every code and its class stand in one line of the text.
func FuzzParse(f *testing.F) {
	f.Add("# mine\n0ABCDEF1\tSubHealth\n\n0abcdef2\tManuallySeparateNPU\r\n")
	f.Add("0ABCDEF1\tSubHealth\n0ABCDEF1\tSubHealth\n")
	f.Add("code\thandling\tmodule\n")

	f.Fuzz(func(t *testing.T, text string) {
		table, err := Parse("f", strings.NewReader(text))
		if err != nil {
			if table.Len() > 0 || !strings.Contains(err.Error(), "f:") {
				t.Errorf("%v, and %d codes", err, table.Len())
			}

			return
		}

		for code, class := range table.classes {
			if len(code) != 8 || code != strings.ToUpper(code) || !strings.Contains(strings.ToUpper(text), code+"\t"+strings.ToUpper(class)) {
				t.Errorf("%s\t%s is not in the text", code, class)
			}
		}
	})
}
