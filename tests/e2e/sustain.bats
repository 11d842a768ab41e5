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

@test "minimum and so on of numbers in texts and in lists, but of no secret" {
	counter 'sustain: { samples: 2, every: 50ms }' '30 40' \
		'{ stdout: { as: number, lt: 10 } }'
	inspect 1
	check r/c | jq -e '.samples.facts.stdout | [.minimum, .maximum] == [30, 40]'
	counter 'sustain: { samples: 2, every: 50ms }' \
		'[{"lag":3},{"lag":7}] [{"lag":4},{"lag":9}]' \
		'{ "json[*].lag": { each: { lt: 2 } } }'
	inspect 1
	check r/c | jq -e '.samples.facts["json[1].lag"] | [.minimum, .maximum] == [7, 9]'
	counter 'sustain: { samples: 2, every: 50ms }' '471147 471147' \
		'{ stdout: { as: number, lt: 10 } }'
	sed -i "s/^checks:/params: { pin: { type: secret } }\nchecks:/" r.yaml
	sed -i "s/^\( *\)shell:/\1env: { PIN: '\${pin}' }\n&/" r.yaml
	ROUNDS_PARAM_PIN=471147 inspect 1
	check r/c | jq -e '.samples.facts.stdout == null'
	nowhere 471147 report.json
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
		  command: { shell: 'sleep 2; touch $T/go' }
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

@test "an entry that has failed for good is told by a run that is cut while another is open" {
	local open='severity: critical, json: { le: 90 }, sustain: { samples: 900, every: 100ms }'

	counter '' "$(yes 95 | head -n 900 | tr '\n' ' ')" \
		"[ { $open }, { severity: low, json: { le: 80 } } ]"
	start "$ROUNDS" run r.yaml --report json=report.json
	# the second sample is taken when the first is known
	wait_for 20 bash -c '[ "$(wc -l <taken)" -ge 2 ]'
	kill -TERM "$started"
	wait_for 20 test -s report.json
	judged r/c fail -
	check r/c | jq -e '.severity == "low" and (.failures | length) == 1 and .actual == "95"'
	check r/c | jq -e '.samples.wanted == 900 and .samples.taken >= 1'
}

# --- over the runs of a task ---

# of_task CODE [--task NAME …]: a run whose state lies in $T/state
of_task() {
	ROUNDS_STATE=$T/state ends "$@"
}

# verdict VALUE CODE STATUS PENDING: the next run of task t finds the value, and says so
verdict() {
	echo "$1" >value
	of_task "$2" "$ROUNDS" run r.yaml --task t --report json=report.json --report text
	check r/c | jq -e --arg s "$3" --argjson p "$4" '.status == $s and .pending == $p' || {
		check r/c
		return 1
	}
}

# sustained over three runs: fails at 10 and more
over_runs() {
	ruleset r <<-EOF2
		- id: c
		  severity: high
		  command: { argv: [cat, $T/value] }
		  ${1-"sustain: { runs: 3 }"}
		  expect: ${2-"{ stdout: { as: number, lt: 10 } }"}
	EOF2
}

@test "runs: a pass marked pending until so many runs in a row have failed" {
	over_runs
	verdict 11 0 pass '{"failed":1,"of":3}'
	says '[pending 1/3: stdout: expected as number: < 10, found 11]'
	says '1 pending'
	verdict 12 0 pass '{"failed":2,"of":3}'
	check r/c | jq -e '.failures == [] and .expected == null and .samples == null'
	check r/c | jq -e '.message == "stdout: expected as number: < 10, found 12"'
	verdict 13 1 fail null
	check r/c | jq -e '.actual == "13"'
	verdict 14 1 fail null
	verdict 1 0 pass null
	verdict 11 0 pass '{"failed":1,"of":3}'
	python3 - "$SRC/reports/rounds-report-1.schema.json" report.json <<-'PY'
		import json, jsonschema, sys
		jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))
	PY
}

@test "runs: every format says pending, in both languages" {
	over_runs
	echo 11 >value
	of_task 0 "$ROUNDS" run r.yaml --task t --lang zh --report text \
		--report jsonl=l --report junit=x.xml
	says '[待确认 1/3: '
	jq -se 'map(select(.event == "result"))[0].pending == { failed: 1, of: 3 }' l
	jq -se '.[-1] | .event == "run.end" and .summary.pending == 1' l
	xmllint --xpath 'string(//system-out)' x.xml |
		grep -F 'c: pending 1/3: stdout: expected as number: < 10, found 11'
	[ "$(xmllint --xpath 'count(//testcase/*)' x.xml)" -eq 0 ]
	of_task 3 "$ROUNDS" run r.yaml --task t --warn-exit
}

@test "runs: a run without a verdict neither counts nor ends the row" {
	over_runs
	verdict 11 0 pass '{"failed":1,"of":3}'
	# this one is not looked at
	ruleset other <<-'EOF2'
		- id: o
		  value: { of: 1 }
		  expect: { value: 1 }
	EOF2
	of_task 0 "$ROUNDS" run other.yaml --task t
	# this one cannot look
	mkdir no-modules
	ruleset r <<-'EOF2'
		- id: c
		  git: { url: "file:///none" }
		  sustain: { runs: 3 }
	EOF2
	ROUNDS_MODULES=$T/no-modules of_task 2 "$ROUNDS" run r.yaml --task t
	over_runs
	verdict 12 0 pass '{"failed":2,"of":3}'
	verdict 13 1 fail null
	jq -e '.checks["r/c"] == "n.enf" and (.runs | length) == 5' state/tasks/t/history.json
}

@test "runs: tasks do not count each other's" {
	over_runs
	verdict 11 0 pass '{"failed":1,"of":3}'
	verdict 11 0 pass '{"failed":2,"of":3}'
	of_task 0 "$ROUNDS" run r.yaml --task other
	verdict 11 1 fail null
}

@test "runs: without a task this run alone decides, and says so" {
	over_runs
	echo 11 >value
	of_task 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	says 'without --task there is no history'
	says "judged by this run alone: 'runs: 3' needs the history of a"
	judged r/c fail
	[ ! -e state ]
	echo 1 >value
	of_task 0 "$ROUNDS" run r.yaml
}

@test "runs: an entry for itself" {
	over_runs '' '[ { severity: low, stdout: { as: number, lt: 10 }, sustain: { runs: 2 } },
		{ severity: critical, stdout: { as: number, lt: 20 } } ]'
	verdict 11 0 pass '{"failed":1,"of":2}'
	verdict 11 1 fail null
	check r/c | jq -e '.severity == "low"'
	verdict 21 1 fail null
	check r/c | jq -e '.severity == "critical" and (.failures | length) == 2'
	verdict 1 0 pass null
	# the other fails at once, this one is only pending: it is not told as failed
	verdict 21 1 fail null
	check r/c | jq -e '.severity == "critical"'
	check r/c | jq -e '.failures | map(.expected) == ["as number: < 20"]'
}

@test "runs: beside samples: what is pending is no reason to stop sampling" {
	local low='stdout: { as: number, lt: 10 }'

	over_runs '' "[ { severity: critical, $low, sustain: { runs: 3 } },
		{ severity: low, $low, sustain: { samples: 3, every: 30ms } } ]"
	verdict 11 1 fail null
	check r/c | jq -e '.severity == "low" and .samples.taken == 3'
}

@test "runs: state is written only when the reports are, and damage is not fatal" {
	over_runs
	echo 11 >value
	of_task 73 "$ROUNDS" run r.yaml --task t --report json=none/report.json
	[ ! -e state/tasks/t/history.json ]
	verdict 11 0 pass '{"failed":1,"of":3}'
	for damage in '' '{' '[]' '{"format":"rounds-history/1"}' \
		'{"format":"rounds-history/1","runs":[1,2],"checks":{"r/c":"fffffff"}}' \
		'{"format":"rounds-history/1","runs":7,"checks":{"r/c":7}}'; do
		printf %s "$damage" >state/tasks/t/history.json
		verdict 11 0 pass '{"failed":1,"of":3}'
	done
	printf '{' >state/tasks/t/history.json
	verdict 11 0 pass '{"failed":1,"of":3}'
	says 'how earlier runs of the task ended is not known'
	verdict 11 0 pass '{"failed":2,"of":3}'
}

@test "runs: the history is bounded, and whole" {
	over_runs
	local history=state/tasks/t/history.json

	mkdir -p state/tasks/t
	jq -n '{ format: "rounds-history/1", runs: [range(100) | { id: "\(.)" }],
		checks: { "r/c": ("p" * 98 + "ff"),
			"r/gone": ("p" + "." * 99) } }' >$history
	verdict 11 1 fail null
	jq -e '(.runs | length) == 100 and .checks == { "r/c": ("p" * 97 + "fff") }' $history
	jq -e '.runs[99] | .gate == "fail" and .exit_code == 1 and .fail == 1' $history
}
