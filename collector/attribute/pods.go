// Package attribute says which pods hold the chips. What the kubelet says is believed only where nothing contradicts it: not the
// annotations of a pod whose chips another scheduler chose, not the processes on the chips, not another pod.
package attribute

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/kubelet"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Pods is the name of the reading of pods among the queries.
const Pods = "pods"

// Config is how the pods are read.
type Config struct {
	Resources kubelet.Resources
	Pods      *kubelet.Pods // nil: pods are not asked what they say of themselves
	Interval  time.Duration
	// Containers gives what the kubelet says of them in the place of Resources, for hosts without a socket; nil asks Resources.
	Containers func(context.Context) ([]kubelet.Container, error)
	Now        func() time.Time // the clock; nil is the wall's
	// Wanted says that there is to be a kubelet. Otherwise a host on which its socket was never seen has none.
	Wanted bool
}

// ReadPods is the side that reads which pods hold the chips.
func ReadPods(config Config) poll.Side {
	deadline := config.Resources.Deadline
	if config.Pods != nil {
		deadline += config.Pods.Deadline
	}

	if config.Now == nil {
		config.Now = time.Now
	}

	if config.Containers == nil {
		config.Containers = config.Resources.List
	}

	r := &podReader{Config: config, forms: newDeviceForms(), refuted: make(map[podName]refutation)}

	return poll.Side{
		Name: Pods, Help: "which pods hold the chips (kubelet's PodResources)", Command: "PodResources.List of " + config.Resources.Socket,
		Interval: config.Interval,
		// Each answer has a deadline of its own; a second more lets it fail with its own words.
		Deadline: deadline + time.Second,
		Follows:  true,
		Read:     r.read,
	}
}

// A podReader remembers between readings what cannot be read again.
type podReader struct {
	Config

	forms deviceForms
	met   bool // whether the socket was there once
	ids   snapshot.PhysicalIDs

	answered   time.Time // when the kubelet was asked for what follows; zero when it has to be asked again
	containers []kubelet.Container
	pods       []kubelet.Pod

	refuted map[podName]refutation

	conflicts uint64 // since the start: each at each answer of the kubelet
}

// A refutation is an allocation that something on the chips has contradicted: it stays wrong when that has ended.
type refutation struct {
	ids, why string
}

// read asks the kubelet, and holds its answer against the last snapshot. It is called when a snapshot has new chips too: then the last
// answer counts for a while, so that there is one List for each interval.
func (r *podReader) read(ctx context.Context, latest *snapshot.Snapshot) (poll.Reading, npusmi.Warnings, error) {
	var warnings npusmi.Warnings

	asked := false
	if now := r.Now(); r.answered.IsZero() || now.Sub(r.answered) > r.Interval*9/10 {
		r.answered = time.Time{}

		if err := r.ask(ctx); err != nil {
			return nil, warnings, err
		}

		r.answered, asked = now, true
	}

	// Before the chips and their ids are known nothing is wrong with the kubelet's.
	if len(snapshot.ByPhysicalID(latest.Chips)) == 0 {
		r.answered = time.Time{}

		return &pods{attribution: snapshot.Attribution{Asked: true, Conflicts: r.conflicts}}, warnings, nil
	}

	a := r.allocation(latest.Chips)
	contradicted := r.judge(a)

	if asked {
		r.conflicts += uint64(len(contradicted))
	}

	for _, device := range a.unknown {
		warnings.PassOver(device.String(), "no chip is known by this id of a device")
	}

	return &pods{
		holders:     a.rows(),
		attribution: snapshot.Attribution{Asked: true, Conflicts: r.conflicts, Contradicted: contradicted},
	}, warnings, nil
}

// ask asks the kubelet.
func (r *podReader) ask(ctx context.Context) error {
	if _, err := os.Stat(r.Resources.Socket); errors.Is(err, fs.ErrNotExist) && !r.met && !r.Wanted {
		return &npusmi.Failure{
			Reason:  npusmi.ReasonUnsupported,
			Message: "no kubelet runs on this host: there is no socket at " + r.Resources.Socket,
			Advice:  "Where there is one, mount its folder into the exporter's pod, or name the socket with `--path.pod-resources`.",
		}
	}

	r.met = true

	containers, err := r.Containers(ctx)
	if err != nil {
		return err
	}

	var pods []kubelet.Pod

	// Without the pods' own word their claims might be wrong: then none is made.
	if r.Pods != nil {
		if pods, err = r.Pods.List(ctx); err != nil {
			return err
		}
	}

	r.containers, r.pods = containers, pods

	return nil
}

// allocation makes what the kubelet said last of the chips.
func (r *podReader) allocation(chips []snapshot.Chip) *allocation {
	places := snapshot.ByPhysicalID(chips)
	r.ids.Meet(places)

	a := &allocation{forms: r.forms, ids: &r.ids, chips: make(map[string]snapshot.Key, len(places)), owners: make(map[string]podName)}
	for phyID, i := range places {
		a.chips[phyID] = chips[i].Key
	}

	byName := make(map[podName]kubelet.Pod, len(r.pods))

	for _, pod := range r.pods {
		name := podName{pod.Namespace, pod.Name}
		byName[name] = pod
		a.owners[pod.UID] = name
	}

	a.gather(r.containers, byName)
	a.compare(witnesses(chips))

	return a
}

// judge decides whose claims are believed, and tells why others are not. What a process has once contradicted stays wrong until the
// pod has other devices, or a process confirms it.
func (r *podReader) judge(a *allocation) (contradicted []string) {
	refuted := make(map[podName]refutation)

	for _, h := range a.holders {
		old, there := r.refuted[h.name]

		switch {
		case h.real:
		case h.doubt != "":
			refuted[h.name] = refutation{h.ids, h.doubt}
		case there && old.ids == h.ids && !h.confirmed:
			h.doubt = old.why
			refuted[h.name] = old
		case h.overlap != "" && !h.confirmed:
			h.doubt = h.overlap
		}

		if h.doubt != "" {
			contradicted = append(contradicted, fmt.Sprintf("%s: %s", h.name, h.doubt))
		}
	}

	r.refuted = refuted

	return contradicted
}

// rows are the claims that are believed, by chip, each once.
func (a *allocation) rows() map[snapshot.Key][]snapshot.Holder {
	rows := make(map[snapshot.Key][]snapshot.Holder)

	for _, h := range a.holders {
		if h.doubt != "" {
			continue
		}

		for _, c := range h.claims {
			row := snapshot.Holder{Namespace: h.name.namespace, Pod: h.name.name, Container: c.container, Resource: c.resource}
			if !slices.Contains(rows[c.chip], row) {
				rows[c.chip] = append(rows[c.chip], row)
			}
		}
	}

	return rows
}

// pods is the reading.
type pods struct {
	holders     map[snapshot.Key][]snapshot.Holder
	attribution snapshot.Attribution
}

// Join says of each chip who holds it: also of one without measurements, which is held all the same.
func (p *pods) Join(draft *poll.Draft) {
	draft.Attribution = p.attribution

	for i := range draft.Chips {
		draft.Chips[i].Holders = p.holders[draft.Chips[i].Key]
	}
}
