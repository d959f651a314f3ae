package process

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzFindUser: a name stands before its number in a line of the file; else the user is the number.
func FuzzFindUser(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/sh\n", uint32(1000))
	f.Add("+::::::\n:x:0:\n\xff:x:1:\nx:y\r\n", uint32(1))

	f.Fuzz(func(t *testing.T, passwd string, uid uint32) {
		number := strconv.FormatUint(uint64(uid), 10)
		user := findUser(strings.NewReader(passwd), number)

		if user == "" || !utf8.ValidString(user) {
			t.Errorf("user %q", user)
		}

		if user != number && !strings.Contains("\n"+strings.ToValidUTF8(passwd, "\uFFFD"), "\n"+user+":") {
			t.Errorf("user %q begins no line of %q", user, passwd)
		}
	})
}
