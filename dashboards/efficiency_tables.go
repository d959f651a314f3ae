package dashboards

import "fmt"

// busyChips are chips whose AI Cores reached the ratio of the rules within a quarter of an hour, and idleChips the others.
func busyChips(l Limits) string {
	return fmt.Sprintf("chip:ascend_npu_aicore_utilization_ratio:max{$here} >= %g", l.BusyRatio)
}

func idleChips(l Limits) string {
	return fmt.Sprintf("chip:ascend_npu_aicore_utilization_ratio:max{$here} < %g", l.BusyRatio)
}

// powerOf is the power of what pods hold, by labels of the pods. Each has the share of its chips in the power of an NPU, which is all
// that A3 measures; chips that several pods share count for each in equal parts.
func powerOf(by string) string {
	const held = `group by (cluster, superpod, rack, instance, npu, chip, namespace, pod) (ascend_npu_pod_info{$here})`

	return `sum by (` + by + `) (
  (` + held + `
    / on (cluster, instance, npu, chip) group_left ()
  count by (cluster, instance, npu, chip) (` + held + `))
  * on (cluster, instance, npu) group_left ()
  (
    sum by (cluster, instance, npu) (last_over_time(chip:ascend_npu_power_watts:avg{$here}[10m]))
      / on (cluster, instance, npu)
    count by (cluster, instance, npu) (ascend_npu_info{$here})
  )
)`
}

func namespaces(l Limits) Panel {
	const (
		by   = "cluster, namespace"
		held = `sum by (` + by + `) (rack:ascend_npu_pod_chips:count{$here})`
		rows = "topk(50, " + held + ")"
	)

	of := func(expr string) string { return "(" + expr + ") and on (" + by + ") " + rows }

	return Panel{
		Title: "Namespaces", Width: columns, Height: 8, Field: counts(none()), Empty: noPods, Normal: true,
		About: "The 50 namespaces whose pods hold most chips, at the end of the time range. Idle are chips that did nothing for a quarter of an hour. Chips that several pods share give each its part of the power.",
		View: Table{Rows: 50, Sort: []string{"-Chips"}, Columns: []Column{
			label(cluster, "Cluster", 160),
			label("namespace", "Namespace", 0),
			number("Chips", rows, counts(none()), 100),
			state("Idle", of(`count by (`+by+`) (
  group by (cluster, instance, npu, chip, namespace) (ascend_npu_pod_info{$here}) and on (cluster, instance, npu, chip) `+idleChips(l)+`
)`), counts(marked(notice)), 100).or("No chip that a pod holds is idle."),
			filled("AICore", of(`sum by (`+by+`) (rack:ascend_npu_pod_aicore_utilization_ratio:sum{$here}) / `+held), plain(), 200),
			number("Power", of(powerOf(by)), amounts(inWatts, none()), 120).or(noPower),
		}},
	}
}

// podsEverywhere has a row for each pod, which is on one host.
func podsEverywhere(l Limits) Panel {
	const (
		by   = "cluster, superpod, rack, instance, namespace, pod"
		rows = `topk(50, count by (` + by + `) (group by (` + by + `, npu, chip) (ascend_npu_pod_info{$here})))`
	)

	of := func(operation, metric string) string {
		return operation + ` by (` + by + `) (
  group by (` + by + `, npu, chip) (ascend_npu_pod_info{$here}) * on (cluster, instance, npu, chip) group_left () ` + metric + `
) and on (` + by + `) ` + rows
	}
	toPod := to(uidHost, "Open the host", cluster, superpod, rack, instance)

	return Panel{
		Title: "Pods", Width: columns, Height: 9, Field: counts(none()), Empty: noPods, Normal: true,
		About: "The 50 pods that hold most chips, at the end of the time range: move it to see who held chips then. Names lead to the host. A chip that several pods share counts whole for each, " +
			"but for the power.",
		View: Table{Rows: 50, Sort: []string{"-Chips"}, Columns: append(hosts(110),
			label("namespace", "Namespace", 130),
			label("pod", "Pod", 0, toPod),
			number("Chips", rows, counts(none()), 70),
			state("Idle", of("count", "("+idleChips(l)+")"), counts(marked(notice)), 70).or("No chip that a pod holds is idle."),
			filled("AICore", of("avg", "ascend_npu_aicore_utilization_ratio{$here}"), plain(), 120),
			number("Memory", of("sum", inUse), amounts(inBytes, none()), 95),
			number("Power", powerOf(by)+" and on ("+by+") "+rows, amounts(inWatts, none()), 95).or(noPower),
		)},
	}
}

// hosts are columns that say where a host is.
func hosts(width int) []Column {
	return []Column{
		label(cluster, "Cluster", width),
		label(superpod, "SuperPod", width, to(uidSuperPod, "Open the SuperPod", cluster, superpod)),
		label(rack, "Rack", width, to(uidRack, "Open the rack", cluster, superpod, rack)),
		label(instance, "Host", 150, to(uidHost, "Open the host", cluster, superpod, rack, instance)),
	}
}

func jobsEverywhere(l Limits) Panel {
	const (
		by   = "cluster, user, job"
		held = `group by (cluster, instance, npu, chip, user, job) (ascend_npu_job_info{$here})`
		rows = `topk(50, count by (` + by + `) (` + held + `))`
	)

	of := func(operation, metric string) string {
		return operation + ` by (` + by + `) (` + held + ` * on (cluster, instance, npu, chip) group_left () ` + metric + `) and on (` + by + `) ` + rows
	}

	return Panel{
		Title: "Jobs", Width: columns, Height: 7, Field: counts(none()), Normal: true,
		About: "The 50 jobs that hold most chips by the word of the scheduler, with --collector.jobs, at the end of the time range.",
		Empty: "No job holds a chip, or --collector.jobs is not given.",
		View: Table{Rows: 50, Sort: []string{"-Chips"}, Columns: []Column{
			label(cluster, "Cluster", 160),
			label("user", "User", 200),
			label("job", "Job", 0),
			number("Hosts", `count by (`+by+`) (group by (cluster, instance, user, job) (ascend_npu_job_info{$here})) and on (`+by+`) `+rows, counts(none()), 90),
			number("Chips", rows, counts(none()), 90),
			state("Idle", of("count", "("+idleChips(l)+")"), counts(marked(notice)), 90),
			filled("AICore", of("avg", "ascend_npu_aicore_utilization_ratio{$here}"), plain(), 160),
		}},
	}
}

// everyChip are the labels of a chip wherever it is.
const everyChip = "cluster, superpod, rack, instance, npu, chip"

// wasted is a table of 20 chips.
func wasted(title, about, empty, sort string, values ...Column) Panel {
	link := to(uidChip, "Open the chip", cluster, superpod, rack, instance, npu, chip)

	return Panel{
		Title: title, About: about, Empty: empty, Normal: true, Width: columns, Height: 8, Field: counts(none()),
		View: Table{Rows: 20, Sort: []string{sort}, Columns: append(append(hosts(110), label(npu, "NPU", 60, link), label(chip, "Chip", 60, link)), values...)},
	}
}

// idleFor is the time since chips that are idle were busy, to a quarter of an hour: at most the time range. Each of the values tells of as
// much, so that steps of it miss none.
func idleFor(l Limits) string {
	return fmt.Sprintf(`(
    time() - max_over_time(timestamp(%s)[$__range:15m])
      or $__range_s + 0 * (%s)
  ) and on (cluster, instance, npu, chip) %s`, busyChips(l), idleChips(l), idleChips(l))
}

func idleHeld(l Limits) Panel {
	rows := "topk(20, max by (" + everyChip + ") (\n  " + idleFor(l) + "\n  and on (cluster, instance, npu, chip) chip:ascend_npu_held:group{$here}\n))"
	of := func(expr string) string { return expr + " and on (cluster, instance, npu, chip) " + rows }
	holder := func(metric, labels string) string {
		return of(`topk by (` + everyChip + `) (1, group by (` + everyChip + `, ` + labels + `) (` + metric + `{$here}))`)
	}

	return wasted("Held and idle for longest",
		"Chips that a process, a pod or a job holds and that are idle for longest, to a quarter of an hour: at most for the time range, so widen it to look further back.",
		"No chip is held and idle.", "-Idle for",
		number("Idle for", rows, amounts(inSeconds, none()), 95),
		number("Memory", of("max by ("+everyChip+") "+inUse), amounts(inBytes, none()), 95),
		label("namespace", "Namespace", 120).given(Query{Expr: holder("ascend_npu_pod_info", "namespace, pod"), Empty: noPods}),
		label("pod", "Pod", 0),
		label("user", "User", 100).given(Query{Expr: holder("ascend_npu_job_info", "user, job"), Empty: "No job holds a chip, or --collector.jobs is not given."}),
		label("job", "Job", 100))
}

func idleFree(l Limits) Panel {
	rows := "topk(20, max by (" + everyChip + ") (\n  " + idleFor(l) + "\n  unless on (cluster, instance, npu, chip) chip:ascend_npu_held:group{$here}\n))"

	p := wasted("Free for longest", "Chips that nobody holds and that are idle for longest: at most for the time range.", "No chip is free.", "-Idle for",
		number("Idle for", rows, amounts(inSeconds, none()), 0))
	p.Width = columns / 2

	return p
}

// unheld are chips of which the alert on it speaks.
func unheld(l Limits) Panel {
	rows := fmt.Sprintf(`topk(20, max by (%s) (
  ascend_npu_hbm_unattributed_bytes{$here} > %g * ascend_npu_hbm_total_bytes{$here}
    and ascend_npu_processes{$here} == 0
    unless on (cluster, instance, npu, chip) (ascend_npu_pod_info{$here} or ascend_npu_job_info{$here} or %s)
))`, everyChip, l.UnheldRatio, busyChips(l))

	p := wasted("Memory without a process", "HBM in use of idle chips of which no process, pod or job is known: left behind by a process that has ended, or held by one in a container that npu-smi does not show.",
		"No chip has such memory, or its processes cannot be seen.", "-HBM", state("HBM", rows, amounts(inBytes, Scale{Base: notice}), 0))
	p.Width = columns / 2

	return p
}
