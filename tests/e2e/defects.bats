#!/usr/bin/env bats
#
# Defects that were seen in other inspectors, each as a test that we do better.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

@test "results come in the order of the file, run after run" {
	for i in $(seq 200); do
		case $((i % 4)) in
		0) echo "- { id: c$i, file: { path: / } }" ;;
		1) echo "- { id: c$i, command: { argv: [ true ] } }" ;;
		2) echo "- { id: c$i, value: { of: 1 }, expect: { value: 1 } }" ;;
		3) echo "- { id: c$i, process: { exe: none }, expect: { count: 0 } }" ;;
		esac
	done | ruleset r
	seq -f 'r/c%g' 200 >expected
	for _ in 1 2 3; do
		ends 0 "$ROUNDS" run r.yaml --report json=report.json --report junit=report.xml
		jq -r '.results[].id' report.json | diff expected -
		grep -o ' name="c[0-9]*"' report.xml | sed 's/ name="/r\//; s/"//' | diff expected -
	done
}

@test "the same id in two includes: both are told" {
	for name in one two; do
		echo "- { id: same, value: { of: $name }, expect: { value: one } }" | ruleset $name
	done
	cat >r.yaml <<-'EOF2'
		format: 1
		ruleset: r
		version: 1.0.0
		include:
		  - { file: one.yaml, as: one }
		  - { file: two.yaml, as: two }
		checks:
		  - { id: same, value: { of: one }, expect: { value: one } }
	EOF2
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	jq -e '[.results[] | [.id, .status]] | sort ==
		[["r/one.same", "pass"], ["r/same", "pass"], ["r/two.same", "fail"]]' report.json
	# without names of their own they would hide each other: a mistake, not one that is lost
	sed -i 's/, as: [a-z]*//' r.yaml
	ends 65 "$ROUNDS" run r.yaml
}

@test "a clock that is set back by a day, again and again, changes no verdict, no duration" {
	command -v cc >/dev/null || skip "needs a compiler"
	! grep -qa __asan_init "$ROUNDS" || skip "a sanitizer's library must come first"
	cat >jump.c <<-'EOF2'
		#include <sys/syscall.h>
		#include <time.h>
		#include <unistd.h>
		int clock_gettime(clockid_t id, struct timespec *t)
		{
			static int calls;
			int rc = (int)syscall(SYS_clock_gettime, id, t);

			if (id == CLOCK_REALTIME)
				t->tv_sec -= 86400 * calls++;
			return rc;
		}
	EOF2
	cc -shared -fPIC -o jump.so jump.c
	ruleset r <<-EOF2
		- id: command
		  command: { shell: "sleep 0.3" }
		- id: sampled
		  file: { path: $T/none }
		  expect: { exists: true }
		  sustain: { samples: 3, every: 100ms }
		- id: slow
		  timeout: 300ms
		  command: { argv: [ sleep, "60" ] }
		- id: rate
		  system: {}
		  expect: { cpu_percent: { between: [ 0, 100 ] } }
	EOF2
	ends 1 env LD_PRELOAD="$T/jump.so" "$ROUNDS" run r.yaml --report json=report.json \
		--report junit=report.xml --report text
	judged r/command pass
	judged r/sampled fail
	judged r/slow fail timeout
	judged r/rate pass
	jq -e '[.results[].duration_ms] | min >= 0 and max < 60000' report.json
	jq -e '.results[1].samples.taken == 3' report.json
	jq -e '.run.duration_ms | . >= 0 and . < 60000' report.json
	! grep -q 'time="-' report.xml || return 1
	xmllint --noout report.xml
}
