#!/bin/bash
# Epilog for Slurm: takes back what prolog.sh has written. See there.
set -uo pipefail
PATH=/usr/sbin:/usr/bin:/sbin:/bin

folder=${ASCEND_JOBS:-/run/ascend_exporter/jobs}

main() {
	[ -n "${SLURM_JOB_ID:-}" ] || { echo "no SLURM_JOB_ID: not run by slurmd" >&2; return; }
	[ -d "$folder" ] || return
	exec 9>"$folder/.lock" && flock -w 30 9 || return
	for file in "$folder"/[0-9]*; do
		# It can be the next job's already.
		if [ -f "$file" ] && IFS=$'\t' read -r job _ <"$file" && [ "$job" = "$SLURM_JOB_ID" ]; then
			rm -f "$file"
		fi
	done
}

main
exit 0
