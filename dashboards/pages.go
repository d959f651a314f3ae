package dashboards

// Uids of the pages, to which alerts lead too: they never change.
const (
	uidFleet      = "ascend-fleet"
	uidSuperPod   = "ascend-superpod"
	uidRack       = "ascend-rack"
	uidHost       = "ascend-host"
	uidChip       = "ascend-chip"
	uidFaults     = "ascend-faults"
	uidEfficiency = "ascend-efficiency"
	uidServing    = "ascend-serving"
	uidMonitoring = "ascend-monitoring"
)

// Names of variables, which are the labels that they choose.
const (
	cluster  = "cluster"
	superpod = "superpod"
	rack     = "rack"
	instance = "instance"
	npu      = "npu"
	chip     = "chip"
)

// Variables are those of each page that a link to it may set: the one table that links and pages share.
func Variables(uid string) []string {
	path := []string{cluster, superpod, rack, instance, npu, chip}

	switch uid {
	case uidServing:
		return path[:1]
	case uidFleet:
		return path[:2]
	case uidSuperPod:
		return path[:2]
	case uidRack, uidFaults, uidEfficiency:
		return path[:3]
	case uidHost, uidMonitoring:
		return path[:4]
	case uidChip:
		return path
	default:
		return nil
	}
}

// Pages are all dashboards.
func Pages(l Limits) []Page {
	return []Page{
		fleet(l), superPod(l), rackPage(l), host(l), chipPage(l), faultsPage(l), efficiency(l), serving(), monitoringPage(l),
	}
}
