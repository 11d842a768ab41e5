#!/usr/bin/env bats
#
# What the runner must survive: checks that crash, loop, eat memory and write nonsense, commands
# that will not end, signals, the death of workers and of the supervisor. Every selected check ends
# as exactly one result.

bats_require_minimum_version 1.5.0
load helpers

setup() {
	lab_setup
}

teardown() {
	if [ -e frozen ]; then
		fsfreeze -u mnt || true
		umount -l mnt || true
	fi
	lab_teardown
}

need_faults() {
	"$ROUNDS" explain fault_local >/dev/null 2>&1 ||
		skip "built without --enable-fault-injection"
}

# rules NAME: its head on standard output; checks follow.
rules() {
	printf 'format: 1\nruleset: %s\nversion: 1.0.0\n' "$1"
	printf 'defaults: { timeout: %s }\nchecks:\n' "${2:-2s}"
}

# checks COUNT TYPE FIELDS: c0 and so on.
checks() {
	local i

	for ((i = 0; i < $1; i++)); do
		printf '  - id: %s%d\n    %s: { %s }\n' "${4:-c}" "$i" "$2" "$3"
	done
}

# misdeeds LANE DEED INDEX ...: a thousand innocents, and these among them.
misdeeds() {
	local lane=$1 i

	shift
	declare -A odd=()
	while [ $# -gt 0 ]; do
		odd[$2]=$1
		shift 2
	done
	rules thousand
	for ((i = 0; i < 1000; i++)); do
		printf '  - id: c%d\n    fault_%s: { do: %s }\n' "$i" "$lane" "${odd[$i]:-pass}"
	done
}

# The ids of all results in one line, of those that the jq filter takes.
ids() {
	jq -r "[.results[] | select($1) | .id | sub(\".*/c\"; \"\")] | join(\" \")" report.json
}

# told FILTER TEXT: that jq's texts about the results, joined, are this.
told() {
	local found

	found=$(jq -r "[.results[] | $1] | join(\", \")" report.json)
	[ "$found" = "$2" ] || {
		echo "found: $found"
		return 1
	}
}

# Whether a process whose command line ends so is alive (a zombie is not).
alive() {
	ps -eo stat=,args= | grep -v '^Z' | grep -q -- "$1\$"
}

# The supervisor has ended, though it could not end its workers.
no_child_but_blocked() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

vanished() {
	! alive "$1"
}

kind() {
	jq -r ".results[] | select(.id == \"thousand/c$1\") | .error.kind" report.json
}

among_a_thousand() {
	need_faults
	misdeeds "$1" crash 100 loop 300 eat 500 exit 502 crash 503 crash 504 crash 505 flood 700 \
		>t.yaml
	run -2 "$ROUNDS" run t.yaml --report json=report.json
	[ "$(jq '.results | length' report.json)" = 1000 ]
	[ "$(jq '[.results[].id] | unique | length' report.json)" = 1000 ]
	[ "$(ids '.status != "pass"')" = "100 300 500 502 503 504 505" ]
	[ "$(kind 100)" = crashed ]
	[ "$(kind 300)" = killed ]
	[ "$(kind 500)" = resource ]
	[ "$(kind 502)" = crashed ]
}

@test "local: crash, loop, eat and flood among a thousand" {
	among_a_thousand local
}

@test "network: crash, loop, eat and flood among a thousand" {
	among_a_thousand network
}

@test "command: crash, loop, eat and flood among a thousand" {
	among_a_thousand command
}

@test "isolated: crash, loop, eat and flood among a thousand" {
	among_a_thousand isolated
}

@test "nonsense on the wire costs one check" {
	need_faults
	misdeeds local garbage 40 >t.yaml
	run -2 "$ROUNDS" run t.yaml --report json=report.json
	[ "$(ids '.status != "pass"')" = 40 ]
	misdeeds isolated garbage 40 >t.yaml
	run -2 "$ROUNDS" run t.yaml --report json=report.json
	[ "$(ids '.status != "pass"')" = 40 ]
}

@test "a check that hangs holds up nobody, and its timeout is a finding in a loop" {
	need_faults
	{
		rules hang 1s
		checks 50 fault_local "do: pass"
		checks 1 fault_local "do: hang" l
		checks 50 fault_network "do: pass" n
		checks 1 fault_network "do: hang" h
	} >t.yaml
	run -1 "$ROUNDS" run t.yaml --report json=report.json
	told 'select(.status != "pass") | .id + " " + .error.kind' \
		"hang/l0 killed, hang/h0 timeout"
}

@test "a command that ignores TERM dies with its children, also in sessions of their own" {
	{
		rules stubborn 1s
		cat <<-'YAML'
			  - id: stubborn
			    command:
			      shell: |
			        trap '' TERM
			        (trap '' TERM; sleep 987651) &
			        setsid sh -c 'trap "" TERM; sleep 987652; :' &
			        sleep 987653
			  - id: daemon
			    command: { shell: "setsid sleep 987654 >/dev/null 2>&1 & exit 0" }
		YAML
	} >t.yaml
	run -1 "$ROUNDS" run t.yaml --report json=report.json
	[ "$(jq -r '.results[0].error.kind' report.json)" = timeout ]
	[ "$(jq -r '.results[1].status' report.json)" = pass ]
	wait_for 10 vanished "sleep 98765[1234]"
}

@test "a gibibyte of output" {
	{
		rules gib 60s
		cat <<-'YAML'
			  - id: gib
			    command: { shell: "head -c 1073741824 /dev/zero" }
		YAML
	} >t.yaml
	run -0 "$ROUNDS" run t.yaml --report json=report.json
	[ "$(stat -c %s report.json)" -lt 100000 ]
}

@test "a pattern that never ends, over 80 KB of blanks from a server" {
	"$ROUNDS" explain http >/dev/null 2>&1 || skip "no http"
	cat >server.py <<-'PY'
		import http.server, sys

		class Blanks(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        body = b" " * 81920 + b"x" if self.path == "/blanks" else b"OK"
		        self.send_response(200)
		        self.send_header("Content-Length", str(len(body)))
		        self.end_headers()
		        self.wfile.write(body)

		server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blanks)
		open("port.new", "w").write(str(server.server_port))
		__import__("os").rename("port.new", "port")
		server.serve_forever()
	PY
	start python3 server.py
	wait_for 20 test -e port
	{
		rules blanks
		cat <<-YAML
			  - id: blanks
			    http: { url: "http://127.0.0.1:$(cat port)/blanks" }
			    expect: { body: { matches: '\s+\$' } }
			  - id: fine
			    http: { url: "http://127.0.0.1:$(cat port)/" }
			    expect: { body: { matches: '^OK\$' } }
		YAML
	} >t.yaml
	run -2 "$ROUNDS" run t.yaml --report json=report.json
	[ "$(jq -r '.results[0].error.kind' report.json)" = killed ]
	[ "$(jq -r '.results[1].status' report.json)" = pass ]
}

# A run in which something hangs in each lane, and something is done.
hanging() {
	rules hanging 600s
	checks 1 file "path: /" done
	for lane in local network isolated; do
		checks 1 "fault_$lane" "do: hang" "$lane"
	done
	cat <<-'YAML'
		  - id: waits
		    needs: [ local0 ]
		    file: { path: / }
		  - id: runs
		    needs: [ done0 ]
		    command:
		      shell: |
		        touch running
		        trap '' TERM
		        setsid sleep 987661 & (sleep 987662; :) & sleep 987663
	YAML
}

@test "SIGTERM in the middle: complete reports, nothing left" {
	need_faults
	hanging >t.yaml
	start "$ROUNDS" run t.yaml --report json=report.json --report jsonl=report.jsonl \
		--report junit=report.xml
	wait_for 20 test -e running
	kill -TERM "$started"
	status=0
	wait "$started" || status=$?
	[ "$status" = 2 ]
	[ "$(jq -r .run.complete report.json)" = false ]
	told .status "pass, skip, skip, skip, skip, skip"
	told 'select(.status == "skip") | .message' \
		"interrupted, interrupted, interrupted, interrupted, interrupted"
	[ "$(wc -l <report.jsonl)" = 8 ]
	grep -q '</testsuites>' report.xml
	wait_for 10 vanished "sleep 98766[123]"
}

@test "a deadline cuts the run short" {
	need_faults
	hanging >t.yaml
	run -2 "$ROUNDS" run t.yaml --deadline 500ms --report json=report.json
	told .status "pass, skip, skip, skip, skip, skip"
	wait_for 10 vanished "sleep 98766[123]"
}

@test "SIGKILL of the supervisor: nothing outlives it" {
	need_faults
	hanging >survive-kill.yaml
	start "$ROUNDS" run survive-kill.yaml
	wait_for 20 test -e running
	wait_for 20 alive "sleep 987661"
	kill -KILL "$started"
	wait "$started" || true
	wait_for 10 vanished "sleep 98766[123]"
	wait_for 10 vanished "run survive-kill.yaml"
}

@test "as PID 1 of a namespace" {
	unshare -p -f true 2>/dev/null || skip "no namespaces here"
	{
		rules one
		cat <<-'YAML'
			  - id: root
			    file: { path: / }
			  - id: orphan
			    command: { shell: "(sleep 0.1; exit 3) & exit 0" }
		YAML
	} >t.yaml
	run -0 unshare -p -f --mount-proc "$ROUNDS" run t.yaml --report json=report.json
	[ "$(jq -r '[.results[] | .status] | join(" ")' report.json)" = "pass pass" ]
	run -0 unshare -p -f "$ROUNDS" run t.yaml
	run -64 unshare -p -f "$ROUNDS" run t.yaml --fail-on nonsense
}

@test "SIGTERM to PID 1 of a namespace" {
	need_faults
	unshare -p -f true 2>/dev/null || skip "no namespaces here"
	hanging >survive-init.yaml
	start unshare -p -f --kill-child "$ROUNDS" run survive-init.yaml --report json=report.json
	wait_for 20 test -e running
	# the oldest of its name is the init
	kill -TERM "$(pgrep -o -P "$started")"
	wait "$started" || true
	told .status "pass, skip, skip, skip, skip, skip"
}

@test "two hundred workers killed at random lose no result" {
	need_faults
	{
		rules random 20s
		checks 700 fault_local "do: pass, after: 4ms"
		checks 700 fault_network "do: pass, after: 100ms" n
		checks 300 fault_isolated "do: pass, after: 200ms" i
		checks 200 fault_command "do: pass, after: 40ms" k
	} >t.yaml
	# a leak checker's helper would be taken for a worker
	export ASAN_OPTIONS=detect_leaks=0
	# how many kills one run has time for is the machine's business: as many runs as it takes
	for ((kills = 0, runs = 0; kills < 200 && runs < 20; runs++)); do
		start "$ROUNDS" run t.yaml --jobs 8 --report json=report.json
		while [ "$kills" -lt 200 ] && kill -0 "$started" 2>/dev/null; do
			mapfile -t workers < <(pgrep -P "$started")
			[ ${#workers[@]} -gt 0 ] || continue
			kill -KILL "${workers[RANDOM % ${#workers[@]}]}" 2>/dev/null &&
				kills=$((kills + 1))
			sleep 0.02
		done
		wait "$started" || true
		[ "$(jq '.results | length' report.json)" = 1900 ]
		[ "$(jq '[.results[].id] | unique | length' report.json)" = 1900 ]
		told 'select(.status != "pass" and .error.kind != "crashed") | .id' ""
	done
	echo "$kills kills in $runs runs"
	[ "$kills" -eq 200 ]
}

@test "workers that wait in the kernel are left, and their mount is blocked" {
	need_faults
	truncate -s 16M image
	mkfs.ext4 -q image 2>/dev/null || skip "no mkfs.ext4"
	mkdir mnt
	mount -o loop image mnt 2>/dev/null || skip "no loop mounts here"
	touch frozen
	fsfreeze -f mnt
	{
		rules blocked 1s
		checks 20 fault_local "do: block, path: $T/mnt/file"
		checks 20 file "path: /" free
	} >t.yaml
	start "$ROUNDS" run t.yaml --report json=report.json
	wait_for 60 test -s report.json
	[ "$(jq '[.results[] | select(.error.kind == "blocked")] | length' report.json)" = 20 ]
	[ "$(jq '[.results[] | select(.status == "pass")] | length' report.json)" = 20 ]
	grep -q "its mount is blocked" report.json
	wait_for 20 no_child_but_blocked "$started"
	fsfreeze -u mnt
	wait_for 20 vanished "run t.yaml --report json=report.json"
}

@test "few descriptors: lanes make room for each other, and no check is lost to it" {
	need_faults
	{
		rules few 1s
		for lane in local network isolated command; do
			checks 120 "fault_$lane" "do: pass" "$lane"
			checks 3 "fault_$lane" "do: crash" "$lane-crash"
			checks 120 "fault_$lane" "do: pass" "$lane-more"
		done
		checks 2 fault_local "do: garbage" local-garbage
	} >t.yaml
	start bash -c 'ulimit -n 24; exec "$0" run t.yaml --report json=report.json' "$ROUNDS"
	wait_for 120 gone "$started"
	[ "$(jq '.results | length' report.json)" = 974 ]
	[ "$(ids '.status != "pass" and (.id | test("crash|garbage") | not)')" = "" ]
}

@test "few processes: what could not be started says so, and no check is lost to it" {
	[ "$(id -u)" = 0 ] || skip "needs root, to be a user without other processes"
	mkdir program
	cp "$ROUNDS" program/
	cp "$(dirname "$ROUNDS")"/.libs/redis.so program/
	chmod -R a+rX "$T" program
	{
		rules few 5s
		checks 5 file "path: /" local
		checks 5 command "argv: [ 'true' ]" command
		checks 5 redis "host: 127.0.0.1, port: 1" isolated
	} >t.yaml
	run setpriv --reuid 61283 --regid 61283 --clear-groups env ROUNDS_MODULES="$T/program" \
		bash -c 'ulimit -u 5; exec "$0" run t.yaml --report jsonl' "$T/program/rounds"
	echo "$output" >report.jsonl
	[ "$(jq -r 'select(.id) | .id' report.jsonl | wc -l)" = 15 ]
	[ "$(jq -r 'select(.type == "file").status' report.jsonl | sort -u)" = pass ]
	# how many got a process in the end depends on who was first
	[ "$(jq -r 'select(.status == "error").error.kind' report.jsonl | sort -u)" = resource ]
	grep -q "no more processes are allowed; see ulimit -u" report.jsonl
}

@test "workers that are done before they are known to be born make room for other modules" {
	local i cpu host="host: 127.0.0.1, port: 1, user: x, known_hosts: $T/known_hosts"

	cpu=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')
	: >known_hosts
	{
		rules seats 5s
		for ((i = 0; i < 150; i++)); do
			printf '  - id: g%d\n    git: { url: "http://127.0.0.1:1/x.git" }\n' "$i"
			printf '  - id: s%d\n    ssh: { %s, command: "true" }\n' "$i" "$host"
		done
	} >t.yaml
	run taskset -c "$cpu" "$ROUNDS" run t.yaml --jobs 16 --report json=report.json
	[ "$status" -eq 1 ]
	[[ $output != *"rounds: error"* ]]
	[ "$(jq -r '.results[] | .status + " " + .error.kind' report.json | sort | uniq -c |
		xargs)" = "300 fail refused" ]
}

# descendants PID: all of them, workers, keepers, runners and what they run.
descendants() {
	local child

	for child in $(pgrep -P "$1"); do
		echo "$child"
		descendants "$child"
	done
}

@test "stopped workers and a stopped lane parent hold up nothing" {
	need_faults
	{
		rules stopped 1s
		for lane in local network isolated command; do
			checks 12 "fault_$lane" "do: pass, after: 200ms" "$lane"
		done
		checks 4 command "argv: [ sleep, '0.3' ]" k
	} >t.yaml
	start env ASAN_OPTIONS=detect_leaks=0 "$ROUNDS" run t.yaml --jobs 2 \
		--report json=report.json
	wait_for 20 pgrep -P "$started"
	sleep 0.4
	# shellcheck disable=SC2046
	kill -STOP $(descendants "$started") 2>/dev/null || true
	wait_for 60 gone "$started"
	[ "$(jq '.results | length' report.json)" = 52 ]
	[ "$(jq '[.results[] | select(.status == "pass")] | length > 26' report.json)" = true ]
}

@test "the end of a login cuts the run short, with its reports; nohup saves it" {
	need_faults
	hanging >t.yaml
	start env --default-signal=HUP "$ROUNDS" run t.yaml --report json=report.json
	wait_for 20 test -e running
	kill -HUP "$started"
	status=0
	wait "$started" || status=$?
	[ "$status" = 2 ]
	[ "$(jq -r .run.cut_short report.json)" = SIGHUP ]
	wait_for 10 vanished "sleep 98766[123]"
	{
		rules calm 3s
		checks 1 command "shell: 'touch calm; sleep 0.5'"
	} >u.yaml
	start env --ignore-signal=HUP "$ROUNDS" run u.yaml --report json=report.json
	wait_for 20 test -e calm
	kill -HUP "$started"
	wait "$started"
}

# crowded SCRIPT: in PID, mount and network namespaces of its own, which end with it and take all
# that it started along. There, `crowd COMMAND ...` waits until all of them are there; it ends the
# script with 75 where the machine does not allow them.
crowded() {
	unshare -m -n -p -f true 2>/dev/null || skip "no namespaces can be made here"
	cat >crowded <<-'END'
		crowd() {
			"$@" here 2>>crowd.err &
			until [ -e here ]; do
				kill -0 $! 2>/dev/null || exit 75
				sleep 0.1
			done
		}
		# Prints the most that all processes of the run had together, in MiB.
		memory_of() {
			PYTHONPATH=$SRC/tests/bench python3 -Bc '
				import sys, measure
				print(measure.peak_memory(sys.argv[1:]) >> 20)' "$@"
		}
		ip link set lo up
	END
	echo "$1" >>crowded
	export SRC ROUNDS
	run timeout -k 5 60 unshare -m -n -p -f --mount-proc --kill-child bash -e crowded
	[ "$status" -ne 75 ] || skip "not that many here: $(tail -n 1 crowd.err)"
	[ "$status" -eq 0 ] || {
		echo "$output"
		return 1
	}
}

@test "processes that end while /proc is read: no trouble, no result lost" {
	cp /bin/sleep steady
	{
		rules storm 10s
		for ((i = 0; i < 25; i++)); do
			cat <<-YAML
				  - id: steady$i
				    process: { exe: steady }
				    expect: { count: 1 }
				  - id: some$i
				    process: { name: python3 }
				    expect: { count: { ge: 2 } }
				  - id: port$i
				    port: { port: 1999 }
				    expect: { listening: true, process: python3 }
			YAML
		done
	} >t.yaml
	crowded '
		./steady 300 &
		crowd python3 "$SRC/tests/lab/crowd.py" sockets 10
		python3 "$SRC/tests/lab/crowd.py" storm &
		python3 "$SRC/tests/lab/crowd.py" storm &
		for i in 1 2 3 4 5; do
			"$ROUNDS" run t.yaml --report json=report.json
			[ "$(jq "[.results[] | select(.status == \"pass\")] | length" \
				report.json)" = 75 ]
		done
	'
}

@test "twenty thousand processes: the right one is found, in bounded memory" {
	command -v cc >/dev/null || skip "needs a compiler"
	[ "$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)" -ge 8 ] ||
		skip "needs 8 GiB of memory"
	[ "$(cat /proc/sys/kernel/pid_max)" -ge 32768 ] || skip "pid_max is less than 32768"
	cat >crowd.c <<-'C'
		#include <fcntl.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <sys/prctl.h>
		#include <unistd.h>

		int main(int argc, char **argv)
		{
			int count = atoi(argv[argc - 2]);

			for (int i = 0; i < count; i++) {
				pid_t pid = fork();

				if (pid < 0) {
					perror("crowd: fork");
					return 75;
				}
				if (pid == 0) {
					if (i == count / 2)
						prctl(PR_SET_NAME, "needle");
					pause();
					_exit(0);
				}
			}
			close(creat(argv[argc - 1], 0600));
			pause();
		}
	C
	cc -O2 -o crowd crowd.c
	{
		rules many 20s
		cat <<-'YAML'
			  - id: needle
			    process: { name: needle }
			    expect: { count: 1 }
			  - id: none
			    process: { name: haystack }
			    expect: { count: 0 }
		YAML
	} >t.yaml
	crowded '
		crowd ./crowd 20000
		memory_of "$ROUNDS" run t.yaml --report json=report.json >memory
		kill -0 $!
	'
	told '.id + " " + .status' "many/needle pass, many/none pass"
	echo "MiB: $(cat memory)"
	[ "$(cat memory)" -gt 0 ]
	[ "$(cat memory)" -lt 200 ]
}

@test "sixty thousand sockets: the right port is found, and who holds it" {
	{
		rules many 20s
		cat <<-'YAML'
			  - id: needle
			    port: { port: 1999 }
			    expect: { process: python3, addresses: [ "127.0.0.2:1999" ] }
			  - id: none
			    port: { port: 1998 }
			    expect: { listening: false }
		YAML
	} >t.yaml
	crowded '
		crowd python3 "$SRC/tests/lab/crowd.py" sockets 60000
		memory_of "$ROUNDS" run t.yaml --report json=report.json >memory
	'
	told '.id + " " + .status' "many/needle pass, many/none pass"
	echo "MiB: $(cat memory)"
	[ "$(cat memory)" -lt 200 ]
}
