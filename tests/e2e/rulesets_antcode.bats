#!/usr/bin/env bats
#
# The rulesets of AntCode without a site: their texts, and the parts that can be tried on any
# machine. Each rule is seen red on the miniature site (tests/lab/faults-antcode.yaml).

load helpers

setup() {
	lab_setup
	A=$SRC/rulesets/antcode
	C=$SRC/rulesets/common
}

teardown() {
	lab_teardown
}

# A ruleset of ours that includes rulesets/common/$1 with the parameters $2.
including() {
	mkdir -p rules
	cp -r "$C" rules/
	cat >rules/t.yaml <<-YAML
		format: 1
		ruleset: t
		version: 1.0.0
		include: [ { file: common/$1, params: { $2 } } ]
	YAML
}

@test "antcode: no mistake, and nothing that could not turn red" {
	run "$ROUNDS" lint "$A" "$C"
	echo "$output"
	[ "$status" -eq 0 ]
	run "$ROUNDS" verify-rules "$A" "$C"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *" 0 that nothing can turn red"* ]]
}

@test "antcode: every rule has its texts in both languages, and each step its danger level" {
	python3 "$SRC/tests/e2e/rule_texts.py" "$A" "$C"
}

@test "antcode: what restarts, kills or writes into the database is never called harmless" {
	python3 "$SRC/tests/e2e/rule_texts.py" --harm "$A" "$C"
}

@test "antcode: the group holds every component and the two Git inspections" {
	run "$ROUNDS" show "$A/antcode.yaml"
	echo "$output" | head -5
	[ "$status" -eq 0 ]
	for part in antcodenode antcodeproxy antcoderedis antcodeshard antcodeweb codecenter \
		git-http git-ssh; do
		[[ $output == *"antcode/$part."* ]]
	done
}

@test "antcode: Git parameters that are not set are told, and do not pass" {
	run "$ROUNDS" run "$A/antcode.yaml" --check 'git-*' --allow-empty --report json=r.json
	echo "$output"
	jq -r '.results[] | [.id, .status, .message] | @tsv' r.json
	[ "$(jq '[.results[] | select(.status == "pass")] | length' r.json)" -eq 0 ]
	[ "$(jq '[.results[] | select(.not_configured)] | length' r.json)" -ge 5 ]
}

@test "rinetd: a configuration that is empty, out of order or commented out is red" {
	including rinetd.yaml \
		"rinetd_conf: $T/rinetd.conf, rinetd_port: 6378, rinetd_target_port: 6379"
	for text in '' '6378 127.0.0.1 10.0.0.1 6379' '# 0.0.0.0 6378 10.0.0.1 6379' \
		'0.0.0.0 6377 10.0.0.1 6379' 'logfile /var/log/rinetd.log'; do
		printf '%s\n' "$text" >rinetd.conf
		run "$ROUNDS" run rules/t.yaml --check rinetd-conf
		echo "$text: $output"
		[ "$status" -eq 1 ]
	done
	echo '0.0.0.0 6378 10.0.0.1 6379' >rinetd.conf
	run "$ROUNDS" run rules/t.yaml --check rinetd-conf
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $("$ROUNDS" run rules/t.yaml --check rinetd-conf --lang zh) == *"rinetd 配置转发 6378 端口"* ]]
}

@test "rinetd: the configuration is right and the target is dead" {
	faults
	including rinetd.yaml "rinetd_conf: $T/rinetd.conf, rinetd_port: 6378,
		rinetd_target_port: $port_refused, rinetd_lag: 1s, rinetd_every: 1s"
	echo "0.0.0.0 6378 127.0.0.1 $port_refused" >rinetd.conf
	run "$ROUNDS" run rules/t.yaml --check rinetd-target
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *refused* ]]
}

@test "batman: a reader of its log and an editor with its name do not count as batman" {
	including batman.yaml "units: [ proxy ], programs: [ proxy ]"
	: >batman-proxy.log
	start tail -f batman-proxy.log
	start bash -c 'exec -a "vi batman proxy" sleep 1000'
	run "$ROUNDS" run rules/t.yaml --check batman
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"count >= 1"*"found       0"* ]]
}

@test "antcode: the heap of linkc is read as java writes it" {
	mkdir rules && cp -r "$A" "$C" rules/
	sed -i '/^applies_when/,/^params/{/^params/!d}' rules/antcode/antcodeweb.yaml
	for heap in 1m:0 2048g:1 many:2; do
		LINKC_JVM_XmxXms=${heap%:*} run "$ROUNDS" run rules/antcode/antcodeweb.yaml \
			--check heap-fits
		echo "$heap: $output"
		[ "$status" -eq "${heap#*:}" ]
	done
}
