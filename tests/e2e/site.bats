#!/usr/bin/env bats
#
# The miniature site itself: it comes up, is inspected from within, is broken and mended, and leaves
# nothing. What rounds must say of each fault is in the fault matrix, which scripts/test runs apart.

load helpers

setup() {
	lab_setup
	LAB=$SRC/tests/lab
	export ROUNDS ROUNDS_SITE=$T/site
	reason=$(env PYTHONPATH="$LAB" PYTHONDONTWRITEBYTECODE=1 python3 -m minisite available) ||
		skip "$reason"
}

teardown() {
	[ -z "${ROUNDS_SITE:-}" ] || "$LAB/down"
	lab_teardown
}

# The processes of this site's own namespaces.
holders() {
	local pid

	for pid in $(pgrep -f 'minisite[.]host'); do
		grep -qzx "ROUNDS_SITE=$ROUNDS_SITE" "/proc/$pid/environ" 2>/dev/null || continue
		gone "$pid" || echo "$pid"
	done
}

nothing_left() {
	[ -z "$(holders)" ] && [ ! -e "$ROUNDS_SITE" ] &&
		! grep -qF "$ROUNDS_SITE" /proc/self/mounts
}

@test "site: a container is inspected from within, broken, mended, and all is gone after down" {
	"$LAB/up" linkm
	ends 0 "$LAB/enter" linkm hostname
	says asp-linkebase-linkm-0
	rules=$SRC/rulesets/linke/linkebase/linkm.yaml
	ends 0 "$LAB/enter" linkm "$ROUNDS" run "$rules" --check java --check supervised --quiet
	"$LAB/break" java-dead@linkm
	ends 1 "$LAB/enter" linkm "$ROUNDS" run "$rules" --check java
	says 'count >= 1'
	"$LAB/mend" java-dead@linkm
	ends 0 "$LAB/enter" -i linkm "$ROUNDS" run "$rules" --check java
	[ -n "$(holders)" ]
	init=$(jq -r .linkm "$ROUNDS_SITE/containers")
	"$LAB/down"
	wait_for 10 nothing_left
	wait_for 10 gone "$init"
}

@test "site: it ends with who holds it, however that ends" {
	start python3 -c '
import os, subprocess, sys, time
read, write = os.pipe()
subprocess.run([sys.argv[1], "--with-me", "linkm"], stdin=read, check=True)
time.sleep(1000)' "$LAB/up"
	wait_for 90 test -s "$ROUNDS_SITE/processes"
	[ -n "$(holders)" ]
	init=$(jq -r .linkm "$ROUNDS_SITE/containers")
	kill -KILL "$started"
	wait_for 20 gone "$init"
	no_holder() { [ -z "$(holders)" ]; }
	wait_for 20 no_holder
}

@test "site: what is no fault and no container is said" {
	ends 1 "$LAB/break" no-such-fault
	says "there is no fault 'no-such-fault'"
	ends 1 "$LAB/enter" linkm true
	says 'it is not up'
}

# judge ROW RESULTS: what the matrix says of results, as JSON.
judge() {
	env PYTHONPATH="$LAB" PYTHONDONTWRITEBYTECODE=1 python3 - "$1" "$2" <<-'END'
		import json, sys
		from minisite import faults, inspection
		row = faults.Row({"fault": "f", "in": "c", **json.loads(sys.argv[1])}, {}, {})
		results = [inspection.Result({"severity": "high", "message": "", **r})
		           for r in json.loads(sys.argv[2])]
		problems, seen = faults.judge(row, results, row.red, 1)
		print(json.dumps({"problems": problems, "seen": sorted(seen)}))
	END
}

# finds FILTER ROW RESULTS: that jq's filter holds of what the matrix says.
finds() {
	judge "$2" "$3" | jq -e "$1"
}

@test "matrix: what stays green, is red for another reason, or red and not listed, is found" {
	red='[{"id":"s/java","status":"fail","message":"count: found 0"}]'
	other='{"red":{"java":"found 1"}}'
	disk='[{"id":"s/disk[1]","status":"fail"}]'
	green='[{"id":"s/java","status":"pass"}]'
	finds '.problems == [] and .seen == ["s/java"]' '{"red":{"java":"found 0"}}' "$red"
	finds '.problems[0] | test("is not red.*is pass")' '{"red":{"java":"found 0"}}' "$green"
	finds '(.problems[0] | test("is not red")) and .seen == []' "$other" "$red"
	finds '.problems[0] | test("there is no such rule")' '{"red":{"gone":""}}' "$red"
	finds '.problems[0] | test("unlisted: s/java")' '{}' "$red"
	finds '.problems == [] and .seen == []' '{"may":["java"]}' "$red"
	finds '.problems | length == 1' '{"may":{"java":"another"}}' "$red"
	finds '.problems == [] and .seen == ["s/disk"]' '{"red":{"disk":""}}' "$disk"
}
