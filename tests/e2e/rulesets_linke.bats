#!/usr/bin/env bats
#
# The rulesets of LinkE without a site: their texts, and the parts that can be tried on any machine.
# Each rule is seen red on the miniature site (tests/lab/faults.yaml).

load helpers

setup() {
	lab_setup
	L=$SRC/rulesets/linke
}

teardown() {
	lab_teardown
}

@test "linke: no mistake, and nothing that could not turn red" {
	run "$ROUNDS" verify-rules "$L"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *" 0 that nothing can turn red"* ]]
}

@test "linke: every rule has its texts in both languages, and each step its danger level" {
	python3 "$SRC/tests/e2e/rule_texts.py" "$L"
	python3 "$SRC/tests/e2e/rule_texts.py" --harm "$L"
}

@test "linke: the group holds every component" {
	run "$ROUNDS" show "$L/linke.yaml"
	[ "$status" -eq 0 ]
	for file in "$L"/*/*.yaml; do
		part=$(basename "$file" .yaml)
		[[ $part == *on-demand ]] || [[ $output == *"linke/$part."* ]]
	done
}

@test "linke: what writes or tries a password is reached by no daily run" {
	for tag in "" "--tag=daily" "--tag=pre-upgrade"; do
		run "$ROUNDS" run "$L" --dry-run $tag
		[[ $output != *"linkemongo/write"* && $output != *default-password* ]]
	done
	run "$ROUNDS" run "$L" --dry-run --tag write-probe
	echo "$output"
	[[ $output == *"linkebase-linkemongo/write"* ]]
}

@test "digests: another format, a typing error, many errors" {
	mkdir -p rules && cp -r "$SRC/rulesets/common" rules/
	cat >rules/t.yaml <<-YAML
		format: 1
		ruleset: t
		version: 1.0.0
		include:
		  - { file: common/tcc-digest.yaml, params: { digest_log: $PWD/digest.log } }
	YAML
	digest() { # COUNT RESULT COST
		for _ in $(seq "$1"); do
			echo "$(date '+%F %T').000;0a4d;0.1;W001;tester;TCC;VIEW;queryCase;$2;$3"
		done >>digest.log
	}
	digest 30 ok 12
	digest 2 err 12
	run "$ROUNDS" run rules/t.yaml
	[ "$status" -eq 0 ]
	digest 30 err 9000
	run "$ROUNDS" run rules/t.yaml
	[[ $output == *"FAIL      t/digest-errors"* && $output == *"FAIL      t/digest-slow"* ]]
	seq -f "$(date '+%F %T') call %g took 12ms" 30 >digest.log
	run "$ROUNDS" run rules/t.yaml
	echo "$output"
	[[ $output == *"FAIL      t/digest-errors"* && $output == *"FAIL      t/digest-slow"* ]]
}
