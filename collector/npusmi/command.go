package npusmi

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// toolName is the file that is looked for when no command is configured.
const toolName = "npu-smi"

// SplitCommand splits a command line into words by a POSIX shell's rules of quoting: blanks separate words, single quotes
// keep everything, double quotes keep all but a backslash before $, `, ", \ or a line's end, a backslash outside quotes
// keeps the character after it. Nothing is expanded: $, ~, *, |, ; and # are characters like any other. A line
// of blanks has no words. Positions in errors are bytes, counted from 1.
func SplitCommand(line string) ([]string, error) {
	var (
		words []string
		word  []byte
		begun bool // a word may be begun and empty: ''
	)

	if i := strings.IndexByte(line, 0); i >= 0 {
		return nil, fmt.Errorf("position %d: a command cannot hold a NUL byte", i+1)
	}

	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\n':
			if begun {
				words, word, begun = append(words, string(word)), word[:0], false
			}
		case '\'', '"':
			text, length, err := quoted(line[i:])
			if err != nil {
				return nil, fmt.Errorf("position %d: %w", i+1, err)
			}

			word, begun = append(word, text...), true
			i += length - 1
		case '\\':
			i++
			if i == len(line) {
				return nil, fmt.Errorf("position %d: nothing follows the backslash", i)
			}

			if line[i] != '\n' { // a line that goes on in the next one
				word, begun = append(word, line[i]), true
			}
		default:
			word, begun = append(word, c), true
		}
	}

	if begun {
		words = append(words, string(word))
	}

	return words, nil
}

// quoted reads the quoted text at the start of a line: what it stands for, and its length with both quotes.
func quoted(line string) (text string, length int, err error) {
	var out []byte

	quote := line[0]

	for i := 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == quote:
			return string(out), i + 1, nil
		case c == '\\' && quote == '"' && i+1 < len(line) && strings.IndexByte("$`\"\\\n", line[i+1]) >= 0:
			i++

			if line[i] != '\n' {
				out = append(out, line[i])
			}
		default:
			out = append(out, c)
		}
	}

	return "", 0, fmt.Errorf("the quote %c is never closed", quote)
}

// SearchFolders lists where executables are looked for: the absolute folders of PATH, then those into which the driver
// is known to install npu-smi, since a service's PATH may lack them.
func SearchFolders() []string {
	folders := filepath.SplitList(os.Getenv("PATH"))
	folders = append(folders, "/usr/local/bin", "/usr/local/sbin", "/usr/bin")

	var found []string

	for _, folder := range folders {
		if filepath.IsAbs(folder) && !slices.Contains(found, folder) {
			found = append(found, folder)
		}
	}

	return found
}

// Resolve gives the words of a command with the path of its executable as the first one. Where no command is configured
// it looks for npu-smi. The failure says where it looked and what to do.
func Resolve(words, folders []string) ([]string, *Failure) {
	configured := len(words) > 0
	if !configured {
		words = []string{toolName}
	}

	path, err := executable(words[0], folders)
	if err == nil {
		return append([]string{path}, words[1:]...), nil
	}

	failure := Failure{
		Reason:  ReasonStart,
		Message: fmt.Sprintf("the tool cannot be started: %v", err),
		Advice:  "Correct the configured command, or install what it names.",
	}
	if !configured {
		failure.Advice = "Install the Ascend driver, say with --npu-smi.command where npu-smi is, or simulate a machine with --sim."
	}

	return nil, &failure
}

// executable finds the file that a word would run: a word with a slash is a path, any other is looked for in the folders.
func executable(word string, folders []string) (string, error) {
	if strings.Contains(word, "/") {
		return lookPath(word)
	}

	var unusable error

	for _, folder := range folders {
		path, err := lookPath(filepath.Join(folder, word))
		if err == nil {
			return path, nil
		}

		// A file that is there and cannot be run is worth more words than one that is missing.
		if _, missing := errors.AsType[*fs.PathError](err); !missing && unusable == nil && word != "" {
			unusable = err
		}
	}

	if unusable != nil {
		return "", unusable
	}

	return "", fmt.Errorf("%q is in none of %s", word, strings.Join(folders, ", "))
}

// lockKey is the identity of the tool behind a command: the file of the last word that names an executable, and the words
// after it. So `sudo -n npu-smi` and `npu-smi` are one tool, and a stand-in that simulates two machines is two.
func lockKey(words, folders []string) string {
	for i, word := range slices.Backward(words) {
		path, err := executable(word, folders)
		if err != nil {
			continue
		}

		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}

		if absolute, err := filepath.Abs(path); err == nil {
			path = absolute
		}

		return strings.Join(append([]string{path}, words[i+1:]...), "\x00")
	}

	return strings.Join(words, "\x00")
}
