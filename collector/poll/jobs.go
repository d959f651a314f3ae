package poll

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/job"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Jobs is the name of the reading of jobs among the queries.
const Jobs = "jobs"

// ReadJobs is the side that reads which jobs hold the chips from a folder.
func ReadJobs(folder string, interval time.Duration) Side {
	r := jobReader{folder: folder}

	return Side{
		Name: Jobs, Help: "jobs that hold the chips (files that a scheduler's prolog writes)", Command: "reading " + folder,
		Interval: interval, Deadline: 2 * time.Second, Read: r.read,
	}
}

// A jobReader reads a folder of jobs.
type jobReader struct {
	folder string
	ids    snapshot.PhysicalIDs
}

func (r *jobReader) read(_ context.Context, latest *snapshot.Snapshot) (Reading, npusmi.Warnings, error) {
	var warnings npusmi.Warnings

	held, bad, err := job.Read(r.folder)
	if errors.Is(err, fs.ErrNotExist) {
		err = &npusmi.Failure{
			Reason:  npusmi.ReasonQuery,
			Message: err.Error(),
			Advice:  "The prolog of the first job makes the folder; make it at boot (tmpfiles.d), or correct --path.jobs.",
		}
	}

	for _, b := range bad {
		warnings.PassOver(r.folder+"/"+b.Name, b.Err.Error())
	}

	// While the chips' ids are not known nothing is wrong with these.
	if slices.ContainsFunc(latest.Chips, func(c snapshot.Chip) bool { return c.PhyID != "" || c.LogicID != "" }) {
		r.ids.Meet(snapshot.ByPhysicalID(latest.Chips))

		for _, j := range held {
			if !r.ids.Known(j.PhyID) {
				warnings.PassOver(r.folder+"/"+j.PhyID, "no chip has this physical id")
			}
		}
	}

	return jobs(held), warnings, err
}

// jobs are the jobs that hold chips.
type jobs []job.Job

// Join adds the jobs to the chips that they hold: also to one without measurements, which they hold all the same.
func (j jobs) Join(draft *Draft) {
	places := snapshot.ByPhysicalID(draft.Chips)

	for _, held := range j {
		if i, ok := places[held.PhyID]; ok {
			draft.Chips[i].Jobs = append(draft.Chips[i].Jobs, snapshot.Job{Name: held.Name, User: held.User})
		}
	}
}
