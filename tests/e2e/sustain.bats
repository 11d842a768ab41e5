#!/usr/bin/env bats
#
# sustain: what must be wrong for some time before it is a fail. A shell command counts its own
# runs in a file, so that each sample is what the test says.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# counter SUSTAIN VALUES [EXPECT]: a check whose nth sample gives the nth of the values.
counter() {
	echo "$2" | tr ' ' '\n' >values
	: >taken
	ruleset r <<-EOF2
		- id: c
		  severity: high
		  command:
		    shell: 'echo >>taken; sed -n "\$(wc -l <taken)p" values'
		    cwd: $T
		  $1
		  expect: ${3:-"{ stdout: { as: number, lt: 10 } }"}
	EOF2
}

# inspect CODE
inspect() {
	ends "$1" "$ROUNDS" run r.yaml --report json=report.json --report text
}

# samples FILTER VALUE
samples() {
	local found

	found=$(check r/c | jq -c ".samples$1")
	[ "$found" = "$2" ] || {
		echo "samples$1: $found, and not $2"
		check r/c
		return 1
	}
}

took() {
	[ "$(wc -l <taken)" -eq "$1" ] || {
		echo "$(wc -l <taken) samples, and not $1"
		return 1
	}
}

@test "a healthy check takes one sample" {
	counter 'sustain: { samples: 3, every: 10s }' '1 1 1'
	inspect 0
	took 1
	samples .taken 1
	samples .wanted 3
}

@test "all samples must fail" {
	counter 'sustain: { samples: 3, every: 50ms }' '11 12 13 1'
	inspect 1
	took 3
	judged r/c fail
	samples .failed 3
	says "3/3 failed"
	check r/c | jq -e '.actual | contains("13")'
}

@test "one that passes ends it, and is a pass" {
	counter 'sustain: { samples: 5, every: 50ms }' '11 12 1 11 11'
	inspect 0
	took 3
	judged r/c pass
	samples '| [.taken, .failed]' '[3,2]'
	check r/c | jq -e '.failures == [] and .expected == null and .message == null'
	check r/c | jq -e '.flaky == false'
}

@test "for some time: as many samples as it takes" {
	counter 'sustain: { for: 200ms, every: 50ms }' '11 11 11 11 11 11 11'
	inspect 1
	took 5
}

@test "so many of so many" {
	counter 'sustain: { of: 5, at_least: 3, every: 30ms }' '11 1 11 1 11 1'
	inspect 1
	took 5
	counter 'sustain: { of: 5, at_least: 3, every: 30ms }' '11 11 11 1 1'
	inspect 1
	took 3
	counter 'sustain: { of: 5, at_least: 3, every: 30ms }' '11 1 1 1 11'
	inspect 0
	took 4
}

@test "full: sampled on, though the verdict is certain" {
	counter 'sustain: { samples: 4, every: 30ms, full: true }' '1 11 1 11'
	inspect 0
	took 4
	samples '| [.taken, .failed]' '[4,2]'
	check r/c | jq -e '.failures == []'
	counter 'sustain: { of: 4, at_least: 2, every: 30ms, full: true }' '11 11 1 1'
	inspect 1
	took 4
}

@test "minimum, median, maximum and slope of numbers" {
	counter 'sustain: { samples: 3, every: 100ms }' '30 20 40' \
		'{ json: { lt: 10 }, exit_status: 0 }'
	inspect 1
	check r/c | jq -e '.samples.facts.json | [.minimum, .median, .maximum] == [20, 30, 40]'
	check r/c | jq -e '.samples.facts.json.slope > 10'
	check r/c | jq -e '.samples.rows | map(.values.json) == [30, 20, 40]'
	check r/c | jq -e '.samples.rows | map(.status) == ["fail", "fail", "fail"]'
	says "json 20 … 30 … 40"
	python3 - "$SRC/reports/rounds-report-1.schema.json" report.json <<-'PY'
		import json, jsonschema, sys
		jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))
	PY
}

@test "an entry for itself: the worst that fails in the end gives the severity" {
	entries='[ { severity: low, json: { le: 80 }, sustain: { samples: 3, every: 50ms } },
		{ severity: critical, json: { le: 95 } } ]'
	entries=$(echo "$entries" | tr -d '\n\t')
	counter '' '85 86 87' "$entries"
	inspect 1
	took 3
	check r/c | jq -e '.severity == "low" and (.failures | length) == 1'
	check r/c | jq -e '.failures[0] | has("entry") | not'
	check r/c | jq -e '.actual == "87"'
	counter '' '85 79 87' "$entries"
	inspect 0
	took 2
	# what is not sustained fails at once, and nothing can make it worse
	counter '' '99 1 1' "$entries"
	inspect 1
	took 1
	check r/c | jq -e '.severity == "critical" and (.failures | length) == 1'
	check r/c | jq -e '.actual == "99"'
}

@test "an entry that failed at once, and a worse one that fails in the end" {
	local sustained='severity: critical, json: { le: 80 }, sustain: { samples: 3, every: 50ms }'

	counter '' '85 96 97' "[ { $sustained }, { severity: low, json: { lt: 85 } } ]"
	inspect 1
	took 3
	check r/c | jq -e '.severity == "critical" and (.failures | map(.actual)) == ["97", "85"]'
}

@test "samplings overlap: ten of them take as long as one" {
	for i in 0 1 2 3 4 5 6 7 8 9; do
		cat <<-EOF2
			- id: c$i
			  file: { path: $T/none }
			  sustain: { samples: 3, every: 1s }
		EOF2
	done | ruleset many
	ends 1 "$ROUNDS" run many.yaml --report json=report.json
	# each began before any other had ended
	jq -e '[.results[].samples.taken] == [range(10) | 3]' report.json
	jq -e '([.results[].started] | max) <
		([.results[] | .started[0:19] + "Z" | fromdate + 2] | min | todate)' report.json
}

@test "each sample looks anew" {
	ruleset r <<-EOF2
		- id: c
		  sustain: { samples: 100, every: 100ms }
		  process: { command: '^$T/late 300\$' }
		- id: first
		  command: { shell: 'sleep 0.3; touch $T/go' }
	EOF2
	cp /bin/sleep late
	start sh -c "until [ -e $T/go ]; do sleep 0.05; done; exec $T/late 300"
	inspect 0
	check r/c | jq -e '.samples.failed >= 1 and .status == "pass"'
}

@test "a check that cannot look is an error at once" {
	ruleset r <<-EOF2
		- id: c
		  sustain: { samples: 3, every: 10s }
		  http: { url: "http://127.0.0.1/" }
	EOF2
	mkdir no-modules
	ROUNDS_MODULES=$T/no-modules ends 2 "$ROUNDS" run r.yaml --report json=report.json
	judged r/c error module
	samples .taken 1
}

@test "a finding is sustained as well" {
	ruleset r <<-EOF2
		- id: c
		  sustain: { samples: 2, every: 50ms }
		  tcp: { host: 127.0.0.1, port: $(free_port) }
	EOF2
	inspect 1
	judged r/c fail refused
	samples .taken 2
}

@test "an interrupted sampling is skipped, and the report is whole" {
	counter 'sustain: { samples: 100, every: 300s }' '11'
	start "$ROUNDS" run r.yaml --report json=report.json
	wait_for 20 test -s taken
	kill -TERM "$started"
	wait_for 20 test -s report.json
	judged r/c skip
}
