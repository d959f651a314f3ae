# Makes targets of Prometheus (file_sd) of an inventory: a group for each place.
#
#   awk -f file-sd.awk inventory.csv >hosts.yml.new && mv hosts.yml.new hosts.yml
#
# The inventory is CSV with a line of names: host, cluster, superpod, rack, in any order, and what else there is, such as serial, which
# is left alone. A host without a port gets 9945. superpod and rack may be empty. Cells have no quotes and no commas within. On a line
# that is wrong nothing is printed but what is wrong with it, and the status is 1.

function fail(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what >"/dev/stderr"
	failed = 1
	exit 1
}

# cell gives the cell of a name, and refuses what would be no plain word in YAML.
function cell(name, value) {
	value = (name in column) ? $column[name] : ""
	gsub(/^[ \t]+|[ \t]+$/, "", value)
	if (value ~ /[^][A-Za-z0-9._:-]/)
		fail(name " " value ": only letters, digits, dots, colons, dashes and underscores")
	return value
}

BEGIN { FS = "," }

{ sub(/\r$/, "") }

FNR == 1 {
	sub(/^\357\273\277/, "") # a mark that spreadsheets write
	names = split($0, heading, ",")
	for (i = 1; i <= names; i++) {
		gsub(/^[ \t]+|[ \t]+$/, "", heading[i])
		column[heading[i]] = i
	}
	if (!("host" in column) || !("cluster" in column))
		fail("the first line names the columns: host and cluster are needed, superpod and rack are used")
	next
}

/^[ \t]*(#|$)/ { next }

{
	if (NF != names)
		fail(NF " cells, not " names)
	host = cell("host")
	if (host == "" || cell("cluster") == "")
		fail("no host, or no cluster")
	if (host in seen)
		fail("host " host " stands in line " seen[host] " too")
	seen[host] = FNR
	if (host ~ /:.*:/ && host !~ /^\[.*\](:[0-9]+)?$/)
		fail("host " host ": an address of IPv6 stands in square brackets")
	if (host !~ /[^:]:[0-9]+$/)
		host = host ":9945"

	place = "cluster: '" cell("cluster") "'"
	if (cell("superpod") != "")
		place = place ", superpod: '" cell("superpod") "'"
	if (cell("rack") != "")
		place = place ", rack: '" cell("rack") "'"
	if (!(place in targets))
		order[++places] = place
	targets[place] = targets[place] (targets[place] == "" ? "" : ", ") "'" host "'"
}

END {
	if (failed)
		exit 1
	if (places == 0)
		fail("no hosts")
	for (i = 1; i <= places; i++)
		printf "- targets: [%s]\n  labels: {%s}\n", targets[order[i]], order[i]
}
