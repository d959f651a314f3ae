package faults

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBuiltin(t *testing.T) {
	t.Parallel()

	table, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}

	if table.Len() < 700 {
		t.Errorf("%d codes", table.Len())
	}

	for _, test := range []struct {
		code, class string
		severity    Severity
	}{
		{"80E18400", ClassNotHandle, Info},
		{"80C98008", ClassRestartRequest, Info},
		{"80e20207", ClassSubHealth, Warning},
		{"80E01801", ClassRestartBusiness, Warning},
		{"41AE4E01", ClassFreeRestartNPU, Warning},
		{"40F84E00", ClassRestartNPU, Critical},
		{"80E18402", ClassSeparateNPU, Critical},
		{"A2301001", ClassSeparateNPU, Critical}, // of two classes
		{"00000000", "", Warning},
		{"", "", Warning},
	} {
		class, ok := table.Lookup(test.code)
		if class != test.class || ok != (test.class != "") || table.Severity(test.code) != test.severity {
			t.Errorf("%s: %q, %v, %s", test.code, class, ok, table.Severity(test.code))
		}
	}
}

func TestSeverityOf(t *testing.T) {
	t.Parallel()

	want := map[Severity][]string{
		Info:     {ClassNotHandle, ClassRestartRequest},
		Warning:  {ClassSubHealth, ClassRestartBusiness, ClassPreSeparateNPU, ClassFreeRestartNPU},
		Critical: {ClassRestartNPU, ClassSeparateNPU, ClassManuallySeparateNPU},
	}

	for _, severity := range Severities() {
		for _, class := range want[severity] {
			if got := SeverityOf(class); got != severity {
				t.Errorf("%s is %s, must be %s", class, got, severity)
			}
		}
	}

	if SeverityOf("no class") != Warning {
		t.Error("an unknown class is no warning")
	}
}

func TestExtend(t *testing.T) {
	t.Parallel()

	base, other := mustParse(t, "0000000A\tNotHandle\n0000000B\tNotHandle\n"), mustParse(t, "0000000b\tSeparateNPU\n0000000C\tSubHealth\n")
	both := base.Extend(other)

	for code, want := range map[string]string{"0000000A": ClassNotHandle, "0000000B": ClassSeparateNPU, "0000000C": ClassSubHealth} {
		if class, _ := both.Lookup(code); class != want {
			t.Errorf("%s is %s, must be %s", code, class, want)
		}
	}

	if class, _ := base.Lookup("0000000B"); class != ClassNotHandle || base.Len() != 2 || other.Len() != 2 {
		t.Error("the tables that were joined have changed")
	}

	if (Table{}).Extend(base).Len() != 2 {
		t.Error("the empty table cannot be extended")
	}
}

// TestBuiltinIsDerived makes the built-in table again from the reference it comes from, where that is at hand: the columns for
// code and class, without codes longer than 32 bits, a code in two classes in the graver.
func TestBuiltinIsDerived(t *testing.T) {
	t.Parallel()

	folder := os.Getenv("ASCEND_REFERENCE")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "reference")
	}

	text, err := os.ReadFile(filepath.Join(folder, "fault-codes.tsv"))
	if err != nil {
		t.Skipf("no reference in %s: set ASCEND_REFERENCE", folder)
	}

	want := make(map[string]string)
	rank := func(class string) int { return slices.Index(Classes(), class) }

	for line := range strings.Lines(string(text)) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if code, class := columns[0], columns[1]; len(code) == 8 && rank(class) >= 0 {
			if before, ok := want[code]; !ok || rank(class) > rank(before) {
				want[code] = class
			}
		}
	}

	table, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}

	if table.Len() != len(want) {
		t.Errorf("%d codes, must be %d", table.Len(), len(want))
	}

	for code, class := range want {
		if got, _ := table.Lookup(code); got != class {
			t.Errorf("%s is %q, must be %s", code, got, class)
		}
	}
}

func mustParse(t *testing.T, text string) Table {
	t.Helper()

	table, err := Parse("test", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}

	return table
}
