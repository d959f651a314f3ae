package poll

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/regular"
)

// Expected knows how many chips the host should have: as configured, else the most that were ever listed, which a file
// keeps over restarts. The zero value learns it, and keeps it in no file.
type Expected struct {
	configured bool
	path       string // "" keeps nothing
	chips      int
	written    int // what the file says
}

// maxExpected is more than any host has: a file that says more, or less than none, is damaged.
const maxExpected = 1024

// expectedState is the content of the file.
type expectedState struct {
	ExpectedChips int `json:"expected_chips"`
}

// NewExpected makes an Expected. With chips above 0 that is the number. Else it is learnt, starting from what the file at
// path says, if a path is given and the file is there. Where the file cannot be read the error says so, and it is learnt anew.
func NewExpected(chips int, path string) (*Expected, error) {
	e := &Expected{configured: chips > 0, path: path, chips: chips}
	if e.configured || path == "" {
		return e, nil
	}

	content, err := regular.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}

	if err != nil {
		return e, fmt.Errorf("reading the state in %s: %w", path, err)
	}

	if e.chips, err = parseExpected(content); err != nil {
		return e, fmt.Errorf("reading the state in %s: %w", path, err)
	}

	e.written = e.chips

	return e, nil
}

// parseExpected reads the content of the file. With an error the number is 0.
func parseExpected(content []byte) (chips int, err error) {
	var state expectedState
	if err := json.Unmarshal(content, &state); err != nil {
		return 0, err
	}

	if state.ExpectedChips < 0 || state.ExpectedChips > maxExpected {
		return 0, fmt.Errorf("no host has %d chips", state.ExpectedChips)
	}

	return state.ExpectedChips, nil
}

// Chips is the number; absent before any chip was seen.
func (e *Expected) Chips() optional.Float {
	return optional.Of(float64(e.chips)).Unless(e.chips <= 0)
}

// Observe takes the number of chips of a good listing. It fails when the number could not be written to the file, and tries
// again the next time.
func (e *Expected) Observe(chips int) error {
	if e.configured {
		return nil
	}

	e.chips = max(e.chips, chips)
	if e.path == "" || e.chips == e.written {
		return nil
	}

	content, err := json.Marshal(expectedState{ExpectedChips: e.chips})
	if err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}

	// A rename, so that a crash leaves the old file or the new one.
	temporary, err := os.CreateTemp(filepath.Dir(e.path), filepath.Base(e.path)+".*")
	if err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}

	_, err = temporary.Write(append(content, '\n'))
	err = errors.Join(err, temporary.Sync(), temporary.Close())

	if err == nil {
		err = os.Rename(temporary.Name(), e.path)
	}

	if err != nil {
		return fmt.Errorf("writing the state: %w", errors.Join(err, os.Remove(temporary.Name())))
	}

	e.written = e.chips

	return nil
}
