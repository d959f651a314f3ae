package process

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// user is the name of a user by the host's file of users, which is that of the first process; by the exporter's own where it
// may not look into the first process. Else it is the number.
func (r *Reader) user(uid uint64) string {
	number := strconv.FormatUint(uid, 10)

	passwd, err := os.Open(filepath.Join(r.root, "1", "root", "etc", "passwd"))
	if err != nil {
		passwd, err = os.Open("/etc/passwd")
	}

	if err != nil {
		return number
	}
	defer passwd.Close() //nolint:errcheck // it was only read

	return findUser(passwd, number)
}

// maxPasswd bounds how much of the file of users is read.
const maxPasswd = 4 << 20

// findUser finds the name of a number in a file of users (name:password:number:...), else it is the number.
func findUser(passwd io.Reader, number string) string {
	lines := bufio.NewScanner(io.LimitReader(passwd, maxPasswd))
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), ":", 4)
		if len(fields) == 4 && fields[0] != "" && fields[2] == number {
			return strings.ToValidUTF8(fields[0], "\uFFFD")
		}
	}

	return number
}
