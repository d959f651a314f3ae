package chaos

import (
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// behaves makes a fault of options of the stand-in.
func behaves(options ...string) fault {
	return fault{
		breaks: func(r *rig) { r.tool.Behave(options...) },
		mends:  func(r *rig) { r.tool.Behave() },
	}
}

// runs makes a fault of lines of a shell, which are run before each call of the tool: with "$@", and "$tool" for the tool itself.
func runs(lines func(r *rig) string) fault {
	const mode = "npu-smi.mode"

	return fault{
		before: func(r *rig) {
			r.write(mode, "", 0o600)
			r.command = r.write("npu-smi", fmt.Sprintf("#!/bin/sh\ntool='%s'\n. \"$0.mode\"\nexec $tool \"$@\"\n", r.command), 0o700)
		},
		breaks: func(r *rig) { r.write(mode, lines(r), 0o600) },
		mends:  func(r *rig) { r.write(mode, "", 0o600) },
	}
}

// toolFaults are those of what a tool does.
func toolFaults() map[string]fault {
	return map[string]fault{
		"hang":         behaves("--hang=*"),
		"hanging-chip": hangingChip(),
		"hang-sigterm": behaves("--hang=*", "--ignore-sigterm"),
		"flood":        behaves("--flood=100000000"),
		"noise":        behaves("--garbage"),
		"stopped-tool": stoppedTool(),
		"children":     runs(func(*rig) string { return "sleep 300 & sleep 300 & sleep 300 &\n" }),
		"fork-bomb": runs(func(*rig) string {
			return `bomb() { if [ "$1" -gt 0 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & fi; exec sleep 300; }` + "\nbomb 6\n"
		}),
		"broken-off":  brokenOff(),
		"tool-memory": runs(func(*rig) string { return "ulimit -v 50000\n" }),
	}
}

// hangingChip is a chip that hangs, and the summary with it.
func hangingChip() fault {
	f := behaves("--hang=info", "--hang=*-i 1*")
	f.holds = func(r *rig) {
		r.until("the other chip stands alone", func(m exportertest.Samples) bool {
			return m["ascend_exporter_up"] == 1 && m["ascend_npu_chips"] == 1 && m.Count("ascend_npu_power_watts") == 1
		})
	}

	return f
}

// stoppedTool stops the run of the tool that is under way, which nobody mends.
func stoppedTool() fault {
	f := behaves("--delay=500ms")
	f.once = true

	slow := f.breaks
	f.breaks = func(r *rig) {
		slow(r)

		pid := eventually(r, "a summary is under way", func() (int, bool) {
			runs := r.tool.Runs()
			words := strings.Fields(runs[len(runs)-1]) // start|end, time, pid, arguments
			pid, err := strconv.Atoi(words[2])

			return pid, err == nil && words[0] == "start" && strings.Join(words[3:], " ") == "info" &&
				syscall.Kill(pid, syscall.SIGSTOP) == nil && stopped(r, pid)
		})
		r.t.Logf("stopped %d", pid)
	}

	return f
}

// stopped says whether a process is stopped for good, and was not as good as over.
func stopped(r *rig, pid int) bool {
	return strings.Contains(strings.Join(r.processes(), "\n"), fmt.Sprintf("%d (npu-smi-sim) T", pid))
}

// brokenOff has every call end in the middle of a line, the summary at each run of another one.
func brokenOff() fault {
	return runs(func(r *rig) string {
		whole, err := exec.Command("sh", "-c", r.command+" info").Output()
		r.must(err)

		var middles []string // of lines, as numbers of bytes

		begin := 0

		for line := range strings.SplitAfterSeq(string(whole), "\n") {
			for _, at := range []int{1, len(line) / 3, len(line) / 2, len(line) - 1} {
				if at > 0 && at < len(line) {
					middles = append(middles, strconv.Itoa(begin+at))
				}
			}

			begin += len(line)
		}

		return `if [ "$*" = info ]; then
			n=$(($(cat "$0.count" 2>/dev/null || echo 0) + 7)); echo $n >"$0.count"
			set -- ` + strings.Join(middles, " ") + `
			shift $((n % $#))
			$tool info | head -c "$1"
			exit 1
		fi
		$tool "$@" | head -c -3
		exit 1
		`
	})
}

// machineFaults are those of what the tools tell of.
func machineFaults() map[string]fault {
	reordered, renumbered := behaves("--reversed"), behaves("--first-npu=4")

	// Both are true for a moment: what was read before is good until the chips are listed again.
	renumbered.breaks = func(r *rig) {
		r.tool.Behave("--first-npu=4")
		r.truths = append(r.truths, r.truth())
		r.until("the new IDs", r.complete)
		r.truths = r.truths[1:]
	}
	renumbered.mends = func(r *rig) {
		r.tool.Behave()
		r.truths = append(r.truths, r.truth())
		r.until("the old IDs", r.complete)
		r.truths = r.truths[1:]
	}
	renumbered.before = func(*rig) {} // its truths are its own

	return map[string]fault{"reordered": reordered, "renumbered": renumbered, "kubelet-and-network": kubeletAndNetwork()}
}

// kubeletAndNetwork takes the kubelet away and has hccn_tool fail.
func kubeletAndNetwork() fault {
	var (
		hccn *exportertest.StandIn
		stop func()
	)

	// It is there once it answers.
	kubelet := func(r *rig) {
		const pause = 10 * time.Millisecond

		socket := r.folder + "/kubelet.sock"
		command := exec.CommandContext(r.t.Context(), standInBinary, "--time=2026-03-02T14:30:00Z", "--npus=2", "--pod-resources="+socket)
		r.must(command.Start())

		stop = func() {
			_ = command.Process.Signal(syscall.SIGTERM)
			_ = command.Wait() // its status is its own matter
		}

		exportertest.Until(r.t, "a kubelet", exportertest.NewLines(), pause, func() (string, bool) {
			connection, err := (&net.Dialer{}).DialContext(r.t.Context(), "unix", socket)
			if err != nil {
				return "", false
			}

			return socket, connection.Close() == nil
		})
	}

	return fault{
		before: func(r *rig) {
			hccn = exportertest.NewStandIn(r.t, standInBinary, "--tool=hccn_tool", "--time=2026-03-02T14:30:00Z", "--npus=2")
			r.tools = append(r.tools, hccn)
			// Told where the module itself does not tell it.
			r.truths = append(r.truths, exportertest.Samples{
				`ascend_npu_sensor_temperature_celsius{chip="0", npu="0", sensor="sfp"}`: 40,
				`ascend_npu_sensor_temperature_celsius{chip="0", npu="1", sensor="sfp"}`: 41,
			})
			r.flags = append(r.flags, "--hccn-tool.command="+hccn.Command(), "--hccn-tool.timeout=2s", "--hccn-tool.max-duty=1", "--collector.net-link.interval=500ms",
				"--collector.pods", "--collector.pods.interval=500ms", "--path.pod-resources="+r.folder+"/kubelet.sock")

			if stop == nil {
				kubelet(r)
				r.t.Cleanup(func() { stop() })
			}
		},
		breaks: func(*rig) {
			hccn.Behave("--exit=1", "--stdout=")
			stop()
		},
		holds: func(r *rig) {
			m := r.until("pods and links are too old", func(m exportertest.Samples) bool {
				return m.Count("ascend_npu_pod_info") == 0 && m.Count("ascend_npu_roce_link_up") == 0
			})
			if m["ascend_exporter_up"] != 1 || m.Count("ascend_npu_power_watts") != 2 {
				r.t.Errorf("up %v, %d chips have a power", m["ascend_exporter_up"], m.Count("ascend_npu_power_watts"))
			}
		},
		mends: func(r *rig) {
			hccn.Behave()
			kubelet(r)
		},
	}
}
