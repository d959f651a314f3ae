package sim

// page is a huge page in MiB.
const page = 2

// remember fills in what of the chip's memory is in use, and the processes that use it.
func (c *chip) remember(now instant, a *activity, out *Chip) {
	p := c.product
	out.Hugepages.Total = p.hugepages
	out.DDR.Total = p.ddrOf(c.id)
	out.HBM.Total = p.hbm

	memory := &out.HBM
	if p.hbm == 0 {
		memory = &out.DDR
	} else if p.ddr > 0 {
		out.DDR.Used = int(c.host)
	}

	memory.Used = max(0, int(c.reserved)+int(6*c.wave("reserved", now.t, 5*minute)))
	taken := 0

	if a.runs {
		resident := a.job.resident(a.since)
		taken = int((float64(memory.Total) - c.reserved) * a.job.memory * resident)
		memory.Used += taken
		out.Processes = c.processes(a, taken)

		if memory == &out.HBM && p.ddr > 0 {
			const staging = 420 // MiB of DDR through which a job's data goes
			out.DDR.Used += int(staging * resident)
		}
	}

	switch {
	case p.pagesHeld:
		out.Hugepages.Used = p.hugepages
	case p.hugepages > 0:
		out.Hugepages.Used = min(p.hugepages, taken/page)
	}
}

// processes are those of the job on this chip, which hold so many MiB together; the first holds what the others leave.
func (c *chip) processes(a *activity, memory int) []Process {
	const (
		driver = 96  // MiB of the job's memory that belong to no process
		small  = 100 // of the others each holds such a part
		crowd  = 12  // of the many each holds such a part
	)

	first, rest, others := c.product.trainer, python, 0
	part := small

	switch {
	case a.team.kind == training:
		if a.job.chance("loader", 0.25) {
			others = 1
		}
	case a.team.crowd > 0:
		first, rest, others, part = python, python, a.team.crowd-1, max(crowd, a.team.crowd+1)
	default:
		first = c.product.server[0]
		others = len(c.product.server) - 1
		rest = c.product.server[others]
	}

	out := make([]Process, 1+others)
	left := max(0, memory-driver)

	for i := range out {
		out[i] = Process{PID: a.pid(c.logicID, i), Name: rest, Memory: left / part}
	}

	out[0].Name = first
	out[0].Memory = left - others*(left/part)

	return out
}

// pid is that of one of the job's processes on a chip. No two that run on a machine at the same time share one.
func (a *activity) pid(chip, process int) int {
	const (
		apart  = 40000 // between two teams
		start  = 20000 // where a job's first can be
		stride = 71    // between two chips
		sister = 23    // between two processes on a chip, of which there are fewer than stride
	)

	begin := a.team.at("pid", a.job.begin).within(0, start)

	return 3000 + a.team.number*apart + int(begin) + chip*stride + process*sister
}
