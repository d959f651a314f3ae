#!/bin/bash
# Prolog for Slurm: tells ascend_exporter --collector.jobs which job holds which chips.
#
#   slurm.conf:  Prolog=/etc/slurm/ascend/prolog.sh   PrologFlags=Alloc
#                Epilog=/etc/slurm/ascend/epilog.sh
#
# slurmd runs it as root on each node of a job. It always ends with 0: a prolog that fails would drain the node.
set -uo pipefail
PATH=/usr/sbin:/usr/bin:/sbin:/bin

# The folder of --path.jobs.
folder=${ASCEND_JOBS:-/run/ascend_exporter/jobs}
# "yes" where a job always has whole nodes: then it holds all chips, whatever Slurm says of them.
whole_nodes=${ASCEND_WHOLE_NODES:-no}
# Where the chips' device nodes are: davinci0, davinci1, ... by physical id.
devices=${ASCEND_DEVICES:-/dev}

# chips prints the physical ids of the job's chips. Slurm counts gres/gpu from 0 in the order of gres.conf, so that its index is
# the physical id with `Name=gpu File=/dev/davinci[0-7]`. Of a gres by another name it tells a prolog nothing.
chips() {
	if [ "$whole_nodes" = yes ]; then
		for device in "$devices"/davinci[0-9]*; do
			[ -e "$device" ] && echo "${device##*/davinci}"
		done
		return
	fi
	tr ',' '\n' <<<"${SLURM_JOB_GPUS:-}" | while IFS=- read -r first last; do
		[[ $first =~ ^[0-9]+$ && ${last:=$first} =~ ^[0-9]+$ ]] && seq "$first" "$last"
	done
}

# hold CHIP writes the chip's file, over that of a job whose epilog never ran: Slurm gives a chip to one job at a time. The file
# is never seen half written, since it is renamed into place.
hold() {
	printf '%s\t%s\n' "$SLURM_JOB_ID" "${SLURM_JOB_USER:-}" >"$folder/.$1.new" && mv -f "$folder/.$1.new" "$folder/$1"
}

main() {
	[ -n "${SLURM_JOB_ID:-}" ] || { echo "no SLURM_JOB_ID: not run by slurmd" >&2; return; }
	umask 022
	mkdir -p "$folder" || return
	# Prologs and epilogs of other jobs on this node wait.
	exec 9>"$folder/.lock" && flock -w 30 9 || return
	chips | while read -r chip; do
		hold "$chip"
	done
}

main
exit 0
