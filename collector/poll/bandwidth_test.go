package poll

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// TestBandwidth: a rate is what a port counted between two answers, and absent where that is not known.
func TestBandwidth(t *testing.T) {
	t.Parallel()

	chip := snapshot.Key{NPU: 1}
	start := time.Unix(1_800_000_000, 0)
	ledger := newLedger(newBench(t, basics(), says("")).Faults, time.Minute, time.Minute)
	ledger.bandwidths = make(bandwidths)

	var none optional.Float

	for i, test := range []struct {
		after             time.Duration
		transmit, receive optional.Float // counts
		want              snapshot.Directions
	}{
		{0, optional.Of(1000), optional.Of(5000), snapshot.Directions{}},
		{10 * time.Second, optional.Of(2000), optional.Of(5000), snapshot.Directions{Transmit: optional.Of(100), Receive: optional.Of(0)}},
		{20 * time.Second, optional.Of(500), optional.Of(5500), snapshot.Directions{Receive: optional.Of(50)}}, // the chip was reset
		{30 * time.Second, none, optional.Of(6500), snapshot.Directions{Receive: optional.Of(100)}},
		{40 * time.Second, optional.Of(900), none, snapshot.Directions{}},
		{40 * time.Second, optional.Of(1000), optional.Of(7000), snapshot.Directions{}},
		{41 * time.Second, optional.Of(1050), optional.Of(7001), snapshot.Directions{Transmit: optional.Of(50), Receive: optional.Of(1)}},
	} {
		answer := hccntool.Stat{
			Transmit: hccntool.StatDirection{Bytes: test.transmit}, Receive: hccntool.StatDirection{Bytes: test.receive},
		}
		reading := newStat(Target{Key: chip}, answer).(stat)
		reading.Observe(ledger, start.Add(test.after), time.Minute)

		draft := &Draft{Chips: []snapshot.Chip{{Key: chip}}, bandwidths: ledger.bandwidths}
		reading.Join(draft)

		if diff := cmp.Diff(test.want, draft.Chips[0].Network.Traffic.Bandwidth, cmp.AllowUnexported(optional.Float{})); diff != "" {
			t.Errorf("answer %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestBandwidthUnwanted: nothing is kept, and nothing is paid, where nobody wants it.
func TestBandwidthUnwanted(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	var unwanted bandwidths

	at := time.Unix(1_800_000_000, 0)
	bytes := snapshot.Directions{Transmit: optional.Of(1), Receive: optional.Of(2)}

	if got := testing.AllocsPerRun(100, func() { unwanted.look(snapshot.Key{}, at, bytes) }); got > 0 {
		t.Errorf("%v allocations", got)
	}

	if got := unwanted.of(snapshot.Key{}); got != (snapshot.Directions{}) {
		t.Errorf("%+v", got)
	}
}
