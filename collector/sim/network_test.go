package sim

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// asked is what hccn_tool says.
func asked(s State, call string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer

	status = PrintNetwork(&out, &errs, s, strings.Fields(call))

	return status, out.String(), errs.String()
}

// networked are the products with a network.
func networked(t *testing.T) []product {
	t.Helper()

	out := slices.DeleteFunc(products(), func(p product) bool { return slices.Contains([]Family{Family310, Family310P, Family310B}, p.family) })
	if len(out) == 0 {
		t.Fatal("no product has a network")
	}

	return out
}

// TestNetworkGoldens holds what hccn_tool prints of the machines against testdata/hccn, for the usual release and for the oldest one.
func TestNetworkGoldens(t *testing.T) {
	t.Parallel()

	var names []string

	for _, p := range networked(t) {
		for _, release := range slices.Compact([]string{p.releases[0], p.usual}) {
			name := p.name + "-" + release
			names = append(names, name+".txtar")

			t.Run(name, func(t *testing.T) {
				t.Parallel()

				m := newMachine(t, Config{Product: p.name, Release: release, Seed: 1})
				checkGolden(t, filepath.Join("testdata", "hccn", name+".txtar"), recordNetwork(m.NetworkAt(moment(), nil)))
			})
		}
	}

	files, err := filepath.Glob(filepath.Join("testdata", "hccn", "*"))
	if err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, f := range files {
		got = append(got, filepath.Base(f))
	}

	slices.Sort(names)

	if diff := cmp.Diff(names, got); diff != "" && !*update {
		t.Errorf("products and goldens differ (-products +goldens):\n%s", diff)
	}
}

// recordNetwork asks a machine everything that a golden holds: each query of one of its chips that works, in the form of a recording.
func recordNetwork(s State) *txtar.Archive {
	calls := []string{"", "-h", "-x 0", "-v"}

	if s.Family == FamilyA5 {
		for _, item := range ubItems() {
			call := "-g -" + item.name + " -i 3"
			calls = append(calls, call)

			if len(item.options) > 0 {
				calls = append(calls, call+" -u 0 -p 5")
			}
		}

		calls = append(calls, "-g -optical -i 3 -optical_id 1", "-g -bandwidth -i 3 -u 0 -p 5 -time 100", "-g -link -i 3 -u 1 -p 9", "-g -nosuch -i 3")
	} else {
		for _, item := range networkItems() {
			calls = append(calls, "-i 3 -"+item.name+" -g")
		}

		calls = append(calls, "-i 3 -optical -g v2", "-i 3 -optical -g dfx_cfg", "-i 3 -bandwidth -g time 100", "-i 3", "-i 3 -stat", "-i 99 -stat -g")
	}

	archive := &txtar.Archive{Comment: []byte("A simulated network; go test ./collector/sim -update writes this file.\n")}

	for _, call := range calls {
		name := call
		if name == "" {
			name = "(none)"
		}

		status, stdout, stderr := asked(s, call)
		section := name

		if status != 0 {
			section = fmt.Sprintf("%s => %d", name, status)
		}

		archive.Files = append(archive.Files, txtar.File{Name: section, Data: []byte(stdout)})

		if stderr != "" {
			archive.Files = append(archive.Files, txtar.File{Name: "2> " + name, Data: []byte(stderr)})
		}
	}

	return archive
}

// TestNetworkPure: a network is a function of seed and time, and all else of the machine is as without it.
func TestNetworkPure(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(3, 4))

	for range 20 {
		config := Config{Product: Products()[random.IntN(len(Products()))], Seed: random.Uint64(), Rack: "r1", Slot: 2}
		at := moment().Add(time.Duration(random.Int64N(int64(week))))
		m := newMachine(t, config)

		first := m.NetworkAt(at, nil)
		m.NetworkAt(at.Add(time.Hour), nil)

		for _, again := range []State{m.NetworkAt(at, nil), newMachine(t, config).NetworkAt(at.In(time.FixedZone("elsewhere", 3600)), nil)} {
			if !reflect.DeepEqual(first, again) {
				t.Fatalf("%+v at %v differs from itself", config, at)
			}
		}

		for i := range first.NPUs {
			for j := range first.NPUs[i].Chips {
				c := &first.NPUs[i].Chips[j]
				if has := c.Network != nil; has == slices.Contains([]Family{Family310, Family310P, Family310B}, first.Family) {
					t.Fatalf("%s has a network: %t", config.Product, has)
				}

				c.Network = nil
			}
		}

		if !reflect.DeepEqual(first, m.At(at)) {
			t.Errorf("%+v at %v: with its network it is another machine", config, at)
		}
	}
}

// TestNetworkOf: for the device that is asked it says what the whole machine says, and others have no network.
func TestNetworkOf(t *testing.T) {
	t.Parallel()

	for product, calls := range map[string][]string{
		"910B3": {"-i %d -stat -g", "-i %d -optical -g", "-i %d -link_stat -g"},
		"A3":    {"-i %d -stat -g", "-i %d -optical -g v2"},
		"950DT": {"-g -stat -i %d -u 0 -p 4", "-g -optical -i %d -u 1 -p 5", "-g -optical -i %d -optical_id 2"},
	} {
		m := newMachine(t, Config{Product: product, Seed: 3})
		whole := m.NetworkAt(moment(), nil)

		for device := range m.chips() {
			some := m.NetworkOf(moment(), nil, device)

			for _, call := range calls {
				call = fmt.Sprintf(call, device)
				status, want, _ := asked(whole, call)

				if _, got, _ := asked(some, call); status != 0 || got != want {
					t.Errorf("%s, %s: status %d (-whole +one):\n%s", product, call, status, cmp.Diff(want, got))
				}
			}
		}

		if s := m.NetworkOf(moment(), nil, 0); s.NPUs[3].Chips[0].Network != nil {
			t.Errorf("%s: another chip has a network", product)
		}
	}
}

// TestOutages: a link that is cut is down from then on, is counted once however often it was said, and carries nothing meanwhile.
func TestOutages(t *testing.T) {
	t.Parallel()

	m := newMachine(t, Config{Product: "910B3", Seed: 1})
	at := func(seconds int) time.Time { return moment().Add(time.Duration(seconds) * time.Second) }
	cuts := func(npu, chip int, port PortID) ([]Outage, int) {
		if npu != 3 || chip != 0 || port != (PortID{}) {
			return nil, 0
		}

		return []Outage{
			{at(60), at(90)}, {at(10), at(20)}, {at(15), at(30)}, // two of them are one
			{at(200), at(200)}, {at(1000), at(2000)}, // no time at all, and to come
		}, 5
	}

	look := func(seconds int, outages Outages) *RoCE {
		return m.NetworkAt(at(seconds), outages).NPUs[3].Chips[0].Network.RoCE
	}

	for seconds, want := range map[int]struct {
		up           bool
		downs, ups   int
		lost, during bool
	}{
		9: {true, 0, 0, false, false}, 10: {false, 1, 0, false, true}, 29: {false, 1, 0, true, true}, 30: {true, 1, 1, true, false},
		75: {false, 2, 1, true, true}, 90: {true, 2, 2, true, false}, 300: {true, 2, 2, true, false},
	} {
		got, well := look(seconds, cuts), look(seconds, nil)
		downs, ups := got.History.Downs-well.History.Downs-5, got.History.Ups-well.History.Ups-5

		if got.Up != want.up || downs != want.downs || ups != want.ups {
			t.Errorf("after %d s: up %t, %d downs, %d ups, want %+v", seconds, got.Up, downs, ups, want)
		}

		const sent = "roce_tx_all_pkt_num"
		if lost := got.Stats[sent] < well.Stats[sent]; lost != want.lost {
			t.Errorf("after %d s: %d packets, and %d if all is well", seconds, got.Stats[sent], well.Stats[sent])
		}

		if silent := got.TX == 0 && well.TX > 0; silent != want.during || (got.Speed == UnknownSpeed) != want.during || (got.LLDP == "") != want.during {
			t.Errorf("after %d s: %v MB/s, speed %d, neighbour %q", seconds, got.TX, got.Speed, got.LLDP)
		}
	}

	if early, late := look(11, cuts).Stats, look(29, cuts).Stats; !reflect.DeepEqual(early, late) {
		t.Errorf("while it is down its counts change (-early +late):\n%s", cmp.Diff(early, late))
	}

	want := []LinkChange{{at(60).Unix(), false}, {at(30).Unix(), true}, {at(10).Unix(), false}}
	if diff := cmp.Diff(want, look(75, cuts).History.Changes[:3]); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}
