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
	return Side{
		Name: Jobs, Help: "jobs that hold the chips (files that a scheduler's prolog writes)", Command: "reading " + folder,
		Interval: interval, Deadline: 2 * time.Second,
		Read: func(_ context.Context, latest *snapshot.Snapshot) (Reading, npusmi.Warnings, error) {
			return readJobs(folder, latest)
		},
	}
}

func readJobs(folder string, latest *snapshot.Snapshot) (Reading, npusmi.Warnings, error) {
	var warnings npusmi.Warnings

	held, bad, err := job.Read(folder)
	if errors.Is(err, fs.ErrNotExist) {
		err = &npusmi.Failure{
			Reason:  npusmi.ReasonQuery,
			Message: err.Error(),
			Advice:  "The prolog of the first job makes the folder; make it at boot (tmpfiles.d), or correct --path.jobs.",
		}
	}

	for _, b := range bad {
		passOver(&warnings, folder+"/"+b.Name, b.Err.Error())
	}

	// While the chips' ids are not known nothing is wrong with these.
	if latest != nil && slices.ContainsFunc(latest.Chips, func(c snapshot.Chip) bool { return c.PhyID != "" || c.LogicID != "" }) {
		for _, j := range held {
			if physical(latest.Chips, j.PhyID) == nil {
				passOver(&warnings, folder+"/"+j.PhyID, "no chip has this physical id")
			}
		}
	}

	return jobs(held), warnings, err
}

// jobs are the jobs that hold chips.
type jobs []job.Job

// Join adds the jobs to the chips that they hold: also to one without measurements, which they hold all the same.
func (j jobs) Join(draft *Draft) {
	for _, held := range j {
		if chip := physical(draft.Chips, held.PhyID); chip != nil {
			chip.Jobs = append(chip.Jobs, snapshot.Job{Name: held.Name, User: held.User})
		}
	}
}

// physical finds a chip by its physical id; nil where none has it. Where the mapping has no such ids (A2) they are the logic ids.
func physical(chips []snapshot.Chip, id string) *snapshot.Chip {
	printed := false

	for i := range chips {
		printed = printed || chips[i].PhyID != ""

		if chips[i].PhyID == id {
			return &chips[i]
		}
	}

	for i := range chips {
		if !printed && chips[i].LogicID == id {
			return &chips[i]
		}
	}

	return nil
}
