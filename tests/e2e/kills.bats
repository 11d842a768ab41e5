#!/usr/bin/env bats
# 200 short runs against real servers, and in each a random process is killed at a random moment.

load helpers
load services
load ../lab/git_site
load ../lab/mariadb_site
load ../lab/redis_site

setup() {
	lab_setup
	git_site_available || skip "$(git_site_available)"
	module_built git || skip "the module git is not built"
}

teardown() {
	lab_teardown
}

@test "kills: 200 runs, each with a process killed at random, lose no result and leave nothing" {
	local i

	git_site_up
	for i in 1 2 3; do
		check git "clone-$i" "url: 'http://127.0.0.1:$HTTP/open/small.git'" "files: 3"
	done
	if module_built sql && mariadb_site_available; then
		mariadb_site_up
		check sql rows "url: 'mysql://127.0.0.1:$SQL/lab', user: reader,
			password: reader-of-the-lab, query: 'SELECT 1 AS one'" "row_count: 1"
	fi
	if module_built redis && redis_site_available; then
		redis_site_server open
		check redis ping "host: 127.0.0.1, port: $redis_port"
	fi
	check file root "path: /" "type: directory"
	check value fixed "of: [ 1, x ]"
	check value captured "of: '\${checks.root.type}'" "value: directory"
	check tcp web "host: 127.0.0.1, port: $HTTP"
	# without it most runs are over before they are hit, on a machine that is quick
	check command slow "argv: [ sleep, '0.5' ]"
	ruleset kills <"$T/checks"
	mkdir "$T/runs"
	# a leak checker's helper would be taken for a worker
	export ASAN_OPTIONS=detect_leaks=0
	ends 0 python3 "$SRC/tests/e2e/kills.py" "$ROUNDS" "$T/kills.yaml" "$T/runs" 200 4 \
		"${ROUNDS_TEST_SEED:-$((RANDOM * 32768 + RANDOM))}"
	echo "# $(tail -n 1 <<<"$output"); $(head -n 1 <<<"$output")" >&3
}
