#!/usr/bin/env bats
#
# rounds verify-rules: the checks that nothing could turn red.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

@test "verify-rules: a check that nothing can turn red is named, with exit code 1" {
	cat >v.yaml <<'YAML'
format: 1
ruleset: v
version: 1.0.0
params:
  most: { type: int, default: 100 }
checks:
  - id: always
    process: { exe: sshd }
    expect: { count: { ge: 0 } }
  - id: by-default
    disk: { path: / }
    expect: { used_percent: { le: "${most}" } }
  - id: half
    process: { exe: sshd }
    expect: { count: { ge: 1 }, threads: { ge: 0 } }
  - id: fine
    process: { exe: sshd }
YAML
	run "$ROUNDS" verify-rules v.yaml
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"v.yaml:9:13: error: v/always: nothing can turn it red: 'count >= 0' "* ]]
	[[ $output == *"v/by-default: nothing can turn it red: 'used_percent <= 100' holds"* ]]
	[[ $output == *"warning: v/half: 'threads >= 0' holds whatever is observed"* ]]
	[[ $output != *"v/fine"* ]]
	[[ ${lines[-1]} == "1 ruleset, 4 checks: 2 that nothing can turn red" ]]
}

@test "verify-rules: what ships can turn red" {
	run "$ROUNDS" verify-rules "$SRC/rulesets"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == *" 0 that nothing can turn red"* ]]
	[[ $output != *"holds whatever is observed"* ]]
}

@test "verify-rules: an invalid ruleset is 65, none is 66" {
	echo "format: 1" >broken.yaml
	run "$ROUNDS" verify-rules broken.yaml
	[ "$status" -eq 65 ]
	run "$ROUNDS" verify-rules nowhere.yaml
	[ "$status" -eq 66 ]
}
