package sim

// ubPlace is a port of the unified bus.
type ubPlace struct{ die, port int }

func serverPorts() []ubPlace { return []ubPlace{{0, 4}, {0, 5}, {0, 6}, {0, 7}, {1, 5}, {1, 6}} }
