package npusmi

import (
	"bytes"
	"os"
	"testing"
)

// TestOutputIsReadToItsEnd: what was written before the end counts, also where nobody had the time to read it until then, and
// somebody holds the pipe.
func TestOutputIsReadToItsEnd(t *testing.T) {
	t.Parallel()

	for range 20 {
		o, err := newOutput()
		if err != nil {
			t.Fatal(err)
		}

		written := bytes.Repeat([]byte("| 0     910B3               | OK            |\n"), 1000)
		if _, err := o.writer.Write(written); err != nil {
			t.Fatal(err)
		}

		// collect closes the exporter's own end: this one stays.
		holder := o.writer
		if o.writer, err = os.Open(os.DevNull); err != nil {
			t.Fatal(err)
		}

		go o.collect()

		if got := o.finish(); !bytes.Equal(got, written) {
			t.Fatalf("%d bytes of %d were read", len(got), len(written))
		}

		_ = holder.Close()
	}
}
