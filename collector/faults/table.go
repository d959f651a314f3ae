// Package faults knows the fault codes of Ascend chips: the class by which a cluster handles each, how grave the class is, and
// how often faults set in.
package faults

import (
	_ "embed"
	"maps"
	"strings"
)

// The classes, mildest first. A class is the value of the label `handling`.
const (
	ClassNotHandle           = "NotHandle"           // of no effect, or over already
	ClassRestartRequest      = "RestartRequest"      // repeat the request
	ClassSubHealth           = "SubHealth"           // degraded: as the job decides
	ClassRestartBusiness     = "RestartBusiness"     // repeat the job
	ClassPreSeparateNPU      = "PreSeparateNPU"      // give the chip no new jobs
	ClassFreeRestartNPU      = "FreeRestartNPU"      // reset the chip when it is free
	ClassRestartNPU          = "RestartNPU"          // stop the job and reset the chip
	ClassSeparateNPU         = "SeparateNPU"         // take the chip out of use
	ClassManuallySeparateNPU = "ManuallySeparateNPU" // out of use until an operator frees it
)

// Classes lists the classes, mildest first.
func Classes() []string {
	return []string{
		ClassNotHandle, ClassRestartRequest, ClassSubHealth, ClassRestartBusiness, ClassPreSeparateNPU,
		ClassFreeRestartNPU, ClassRestartNPU, ClassSeparateNPU, ClassManuallySeparateNPU,
	}
}

// Severity is how grave a fault is: the value of the label `severity`.
type Severity string

// The severities.
const (
	Info     Severity = "info"     // nothing to do for an operator
	Warning  Severity = "warning"  // the chip should be drained, or a job repeated
	Critical Severity = "critical" // the chip cannot go on
)

// Severities lists the severities, mildest first.
func Severities() []Severity {
	return []Severity{Info, Warning, Critical}
}

// SeverityOf is the severity of a class. A class that is not known, such as the "" of an unknown code, is a warning: nobody can
// say that it is harmless.
func SeverityOf(class string) Severity {
	switch class {
	case ClassNotHandle, ClassRestartRequest:
		return Info
	case ClassRestartNPU, ClassSeparateNPU, ClassManuallySeparateNPU:
		return Critical
	default:
		return Warning
	}
}

// Table tells the class of a code. It never changes; the zero value knows no code.
type Table struct {
	classes map[string]string // by code: upper-case hexadecimal without 0x
}

//go:embed fault-codes.tsv
var builtin string

// Builtin is the table that the exporter comes with.
func Builtin() (Table, error) {
	return Parse("built-in fault codes", strings.NewReader(builtin))
}

// Lookup is the class of a code; upper and lower case are the same. Of an unknown code it is "" and not ok.
func (t Table) Lookup(code string) (class string, ok bool) {
	class, ok = t.classes[strings.ToUpper(code)]

	return class, ok
}

// Severity is the severity of a code; that of an unknown code is Warning.
func (t Table) Severity(code string) Severity {
	class, _ := t.Lookup(code)

	return SeverityOf(class)
}

// Len is the number of codes.
func (t Table) Len() int {
	return len(t.classes)
}

// Extend is a table with the codes of both; other's class counts where both know a code.
func (t Table) Extend(other Table) Table {
	classes := make(map[string]string, len(t.classes)+len(other.classes))
	maps.Copy(classes, t.classes)
	maps.Copy(classes, other.classes)

	return Table{classes: classes}
}
