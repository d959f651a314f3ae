package sim

// ratesAt are the utilisations of a chip whose AI cores have a load of 0 to 1.
func (c *chip) ratesAt(now instant, a *activity, load float64, out *Chip) Rates {
	p := c.product

	// What a job keeps busy beside the AI cores differs between training and serving, and from job to job.
	cube, vector, bandwidth := 0.86, 0.42, 0.55
	if a.team.kind == serving {
		cube, vector, bandwidth = 0.6, 0.5, 0.85
	}

	mix := c.wave("mix", now.t, 11)
	core := percent(load)

	r := Rates{
		AICore:   core,
		AICube:   min(core, percent(load*cube*(1+0.06*mix))),
		AIVector: min(core, percent(load*vector*(1-0.1*mix))),
		AICPU:    percent(load * (0.14 + 0.05*mix)),
		CtrlCPU:  percent(p.ctrlCPU*(1+0.4*c.wave("control", now.t, 17)) + 0.05*load),
		HBM:      out.HBM.share(),
		DDR:      out.DDR.share(),
	}

	if load > 0 { // any of the engines counts
		r.NPU = max(core, percent(load*1.06+0.03+0.02*mix))
	}

	if p.hbm > 0 {
		r.HBMBandwidth = percent(load * bandwidth * (1 + 0.08*mix))
	}

	if p.ddr > 0 {
		r.DDRBandwidth = percent(p.ddrStream*(1+0.1*mix) + 0.6*load)
	}

	if p.family == Family310P {
		c.mediaRates(a, load, mix, &r)
	}

	return r
}

// mediaRates are those of the engines for pictures and video. Some services work on text and have no use for them.
func (c *chip) mediaRates(a *activity, load, mix float64, r *Rates) {
	r.VectorCore = percent(load * (0.35 + 0.05*mix))

	if a.runs && a.job.chance("video", 0.6) {
		r.VDEC = percent(load * (0.45 + 0.05*mix))
		r.VPC = percent(load * (0.6 + 0.08*mix))
		r.VENC = percent(load * (0.2 + 0.03*mix))
	}

	if a.runs && a.job.chance("pictures", 0.6) {
		r.JPEGD = percent(load * (0.5 - 0.06*mix))
		r.JPEGE = percent(load * (0.12 - 0.02*mix))
	}
}

// percent is a share of 0 to 1 as the driver rounds it.
func percent(x float64) int {
	return min(100, max(0, whole(100*x)))
}
