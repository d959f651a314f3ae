package sim

import (
	"fmt"
	"slices"
	"strings"
)

// release is a release of the tool, with the driver and the firmware that come with it.
type release struct {
	name     string // as Config and State have it
	tool     string
	driver   string
	firmware string
}

// The names of the releases that are simulated.
const (
	release230 = "23.0"
	release241 = "24.1"
	release252 = "25.2"
	release255 = "25.5"
	release257 = "25.7" // of the 950 only
	release260 = "26.0"
)

// releaseTable has each of them by the one of its versions that is met most.
func releaseTable() []release {
	return []release{
		{release230, "23.0.3", "23.0.3", "7.1.0.5.220"},
		{release241, "24.1.0", "24.1.0", "7.5.0.1.129"},
		{release252, "25.2.0", "25.2.0", "7.7.0.1.231"},
		{release255, "25.5.1", "25.5.1", "7.7.0.6.236"},
		{release257, "25.7.0", "25.7.0", "8.0.0.0.100"},
		{release260, "26.0.rc1", "26.0.rc1", "8.0.0.0.210"},
	}
}

// Releases lists the releases of the tool that a product has had, oldest first; none for a product that there is not.
func Releases(name string) []string {
	all := products()

	i := slices.IndexFunc(all, func(p product) bool { return p.name == name })
	if i < 0 {
		return nil
	}

	return all[i].releases
}

// release is one that the product has had, by its name; "" is the usual one.
func (p *product) release(name string) (release, error) {
	if name == "" {
		name = p.usual
	}

	if !slices.Contains(p.releases, name) {
		return release{}, fmt.Errorf("unknown release %q of %s: the releases are %s", name, p.name, strings.Join(p.releases, ", "))
	}

	all := releaseTable()

	return all[slices.IndexFunc(all, func(r release) bool { return r.name == name })], nil
}

// layout is how the tool draws the summary of the product in a release.
func (p *product) layout(r release) Layout {
	switch {
	case r.name >= release260:
		return Layout26
	case p.family == FamilyA5:
		return LayoutSource
	case p.family == Family910 && r.name <= release241:
		return Layout24
	default:
		return Layout25
	}
}
