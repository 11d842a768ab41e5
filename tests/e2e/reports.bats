#!/usr/bin/env bats
# Every report as its readers read it: schemas, counts, hostile content, several at once, paths that fail.

load helpers

setup() {
	lab_setup
	cat > "$T/reports.yaml" <<'YAML'
format: 1
ruleset: reports
version: 1.2.3
title: { en: Reports, zh: 报告 }
params:
  missing: { type: text }
  absent: { type: text, required: false }
checks:
  - id: passes
    title: { en: Always passes, zh: 必然正常 }
    value: { of: 1 }
    expect: { value: 1 }
  - id: fails
    title: { en: 'It <fails> & "quotes" ]]> here', zh: 必然异常 }
    severity: critical
    value: { of: 2 }
    expect: { value: { ge: 3 } }
    impact: { en: Users see nothing, zh: 用户看不到页面 }
    causes: [ { en: Two is not three, zh: 二不是三 } ]
    remedy: [ { text: { en: Restart it, zh: 重启 }, command: "systemctl restart it", risk: G3 } ]
    verify: { en: This check passes, zh: 本项通过 }
    doc: "guide 1.2"
  - id: fails-below
    severity: info
    value: { of: 2 }
    expect: { value: 3 }
  - id: cannot-look
    value: { of: "${missing}" }
    expect: { value: x }
  - id: not-configured
    tcp: { host: "x${absent}", port: 1 }
  - id: needs-it
    needs: [ fails ]
    value: { of: 1 }
    expect: { value: 1 }
  - id: hostile
    command: { shell: 'printf "\033[31mred\033[0m \001\002 ]]> <b>&amp; \377\376 \357\277\276 \342\200\256x \r\n\tend %s" "$(head -c 100000 /dev/zero | tr "\0" "x")"' }
    expect: { stdout: { contains: "not there" } }
  - id: item
    for_each: { n: [ 1, 2 ] }
    value: { of: "${n}" }
    expect: { value: { in: [ "1", "2" ] } }
YAML
}

teardown() {
	lab_teardown
}

all_reports() {
	run "$ROUNDS" run "$T/reports.yaml" --report "junit=$T/r.xml" --report "json=$T/r.json" \
		--report "jsonl=$T/r.jsonl" --report "text=$T/r.txt" "$@"
}

@test "reports: json is valid by the schema that ships, and its counts are those of its results" {
	all_reports
	[ "$status" -eq 1 ]
	/usr/bin/python3 -c 'import jsonschema' || skip "python3-jsonschema is not installed"
	/usr/bin/python3 "$SRC/tests/readers/report_json.py" "$SRC/reports/rounds-report-1.schema.json" "$T/r.json"
	[ "$(jq -r '.results[] | "\(.id) \(.status)"' "$T/r.json")" = "reports/passes pass
reports/fails fail
reports/fails-below fail
reports/cannot-look error
reports/not-configured skip
reports/needs-it skip
reports/hostile fail
reports/item[1] pass
reports/item[2] pass" ]
	[ "$(jq -r '.gate.result, .gate.exit_code, (.gate.reasons | join(" "))' "$T/r.json")" = "fail
1
reports/fails reports/cannot-look reports/hostile" ]
	[ "$(jq -r '.results[1] | .expected, .actual, .remedy[0].risk, .location.line' "$T/r.json")" = ">= 3
2
G3
13" ]
	[ "$(jq -r '.results[3].error.kind' "$T/r.json")" = parameter ]
	[ "$(jq -r '.results[4].message' "$T/r.json")" = "not configured: absent" ]
	[ "$(jq -r '.results[5].message' "$T/r.json")" = "needs reports/fails, which failed" ]
	[ "$(jq -r '.summary.not_configured' "$T/r.json")" = 1 ]
}

@test "reports: junit is well-formed, strict, and its readers count alike" {
	all_reports
	[ "$status" -eq 1 ]
	xmllint --noout --schema "$SRC/tests/readers/junit-strict.xsd" "$T/r.xml"
	# Published schemas, where somebody has them.
	for xsd in "${ROUNDS_TEST_XSD_DIR:-/nonexistent}"/*.xsd; do
		[ ! -e "$xsd" ] || [[ "$xsd" = *inspec* ]] || xmllint --noout --schema "$xsd" "$T/r.xml"
	done
	[ "$(xmllint --xpath 'string(//testcase[@name="fails"]/@classname)' "$T/r.xml")" = rounds.reports.value ]
	[ "$(xmllint --xpath 'count(//testcase[@name="fails"]/failure[@type="rounds.critical"])' "$T/r.xml")" = 1 ]
	[ "$(xmllint --xpath 'count(//testcase[@name="cannot-look"]/error)' "$T/r.xml")" = 1 ]
	[ "$(xmllint --xpath 'count(//testcase[@name="fails-below"]/skipped)' "$T/r.xml")" = 1 ]
	xmllint --xpath 'string(//testcase[@name="fails"]/failure)' "$T/r.xml" | grep -q 'remediation: 1. Restart it \[G3\]: systemctl restart it'
}

@test "reports: junit counts as python3-junitparser counts them" {
	/usr/bin/python3 -c 'import junitparser' || skip "python3-junitparser is not installed"
	all_reports
	[ "$(/usr/bin/python3 "$SRC/tests/readers/junit_totals.py" "$T/r.xml")" = "9 2 1 3" ]
}

@test "reports: junit as GitLab parses it" {
	ruby -e 'require "active_support"; require "nokogiri"' || skip "ruby-activesupport and ruby-nokogiri are not installed"
	all_reports
	run ruby "$SRC/tests/readers/junit_gitlab.rb" "$T/r.xml"
	[ "$status" -eq 0 ]
	[ "$(grep -c ^failure <<< "$output")" -eq 2 ]
	[ "$(grep -c ^error <<< "$output")" -eq 1 ]
	[ "$(grep -c ^skipped <<< "$output")" -eq 3 ]
	[ "$(grep -c ^passed <<< "$output")" -eq 3 ]
}

@test "reports: hostile output is cleaned in every format and bounded" {
	all_reports --verbose
	for f in r.xml r.json r.jsonl r.txt; do
		iconv -f UTF-8 -t UTF-8 "$T/$f" > "$T/utf8"
		# no C0 but tab and newline, no DEL, no bidi control
		! LC_ALL=C grep -q -P '[\x00-\x08\x0b-\x1f\x7f]' "$T/$f"
		! LC_ALL=C grep -q -P '\xe2\x80\xae' "$T/$f"
		[ "$(stat -c %s "$T/$f")" -lt 100000 ]
	done
	[ "$(jq -r '.results[6].evidence[] | select(.truncated) | .lossy' "$T/r.json" | head -1)" = true ]
}

@test "reports: jsonl is a line an event, numbered, with a start and an end" {
	all_reports
	[ "$(jq -r .event "$T/r.jsonl" | head -1)" = run.start ]
	[ "$(jq -r .event "$T/r.jsonl" | tail -1)" = run.end ]
	[ "$(jq -r 'select(.event == "run.start") | .planned' "$T/r.jsonl")" = 9 ]
	[ "$(jq -c 'select(.event | startswith("run.")) | .run | [.finished, .duration_ms] |
		map(type)' "$T/r.jsonl" | xargs)" = "[null,null] [string,number]" ]
	[ "$(jq -r 'select(.event == "result") | .seq' "$T/r.jsonl" | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 " ]
	[ "$(jq -r 'select(.event == "run.end") | .gate.exit_code' "$T/r.jsonl")" = 1 ]
}

@test "reports: two runs differ in times alone" {
	all_reports
	jq 'del(.run, .results[].started, .results[].duration_ms, .results[].observed.time)' "$T/r.json" > "$T/a"
	all_reports
	jq 'del(.run, .results[].started, .results[].duration_ms, .results[].observed.time)' "$T/r.json" > "$T/b"
	diff "$T/a" "$T/b"
}

@test "reports: text tells failures last, with what to do" {
	all_reports --color never
	[ "$status" -eq 1 ]
	grep -q '^FAIL reports/fails \[critical\]  It <fails>' "$T/r.txt"
	grep -A2 '^FAIL reports/fails ' "$T/r.txt" | grep -q 'expected *value >= 3'
	grep -A3 '^FAIL reports/fails ' "$T/r.txt" | grep -q 'found *2'
	grep -q '1. Restart it \[G3\]' "$T/r.txt"
	grep -q '^ *\$ systemctl restart it' "$T/r.txt"
	grep -q '^9 checks: 3 pass, 3 FAIL, 1 ERROR, 2 skip (1 not configured)' "$T/r.txt"
	tail -1 "$T/r.txt" | grep -q '^Gate (low): FAILED'
	! grep -q $'\033' "$T/r.txt" || return 1
}

@test "reports: text in Chinese keeps its columns by display width" {
	all_reports --lang zh
	grep -q '^异常' "$T/r.txt"
	grep -q '必然异常' "$T/r.txt"
	grep -q '未配置：absent' "$T/r.txt"
	grep -q '所依赖的检查未通过：reports/' "$T/r.txt"
	grep -q '处理建议' "$T/r.txt"
	# the id starts in the same column on every line of the table
	[ "$(sed -n '/^$/q;p' "$T/r.txt" | python3 -c '
import sys, unicodedata
w = lambda s: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
print(len({w(l[:l.index("reports/")]) for l in sys.stdin if "reports/" in l}))')" = 1 ]
}

@test "reports: no English sentence is left in Chinese ones" {
	ruleset zh <<'YAML'
- { id: a, value: { of: { l: [ 1, 2 ] } }, expect: { value.b: 5, value.l: { each: { le: 1 } } } }
- { id: b, value: { of: x }, expect: { value: { all_of: [ { starts_with: a }, { length: 2 } ] } } }
- { id: c, file: { path: /nowhere/x }, expect: { exists: true } }
- { id: d, command: { argv: [ nosuchprogram ] } }
- { id: e, command: { shell: "exit 3" } }
- { id: f, timeout: 100ms, command: { argv: [ sleep, "9" ] } }
- { id: g, value: { of: "${checks.a.value.z}" }, expect: { value: 1 } }
- { id: h, when: { file: /nowhere }, value: { of: 1 }, expect: { value: 1 } }
- { id: i, needs: [ a ], value: { of: 1 }, expect: { value: 1 } }
- { id: j, tcp: { host: nosuch.invalid, port: 1 } }
- { id: k, user: { name: nosuch } }
- { id: l, log: { path: /nowhere.log, bad: x } }
- { id: m, retry: { times: 1, every: 1ms }, value: { of: 1 }, expect: { value: { ne: 1 } } }
- { id: n, disk: { path: /nowhere } }
YAML
	run "$ROUNDS" run zh.yaml --lang zh
	echo "$output"
	[ "$status" -eq 1 ]
	# three words in a row, but for what is in quotes
	[ -z "$(sed "s/'[^']*'//g" <<<"$output" | grep -E '[a-z]+ [a-z]+ [a-z]+' | tee left)" ] || {
		cat left
		return 1
	}
	says "退出码 3"
	says "不适用：/nowhere 不存在"
	says "1: 异常；2: 异常"
}

@test "reports: NO_COLOR, --color and the terminal decide about colour" {
	script -qec true /dev/null || skip "script(1) gets no terminal here"
	NO_COLOR=1 run script -qec "$ROUNDS run $T/reports.yaml" /dev/null
	says_not $'\033[3'
	# a terminal that knows no escape sequences gets none, of the progress neither
	run env -u NO_COLOR TERM=dumb script -qec "$ROUNDS run $T/reports.yaml" /dev/null
	says_not $'\033'
	run env -u NO_COLOR TERM=xterm script -qec "$ROUNDS run $T/reports.yaml" /dev/null
	grep -q $'\033\[3' <<< "$output"
	run "$ROUNDS" run "$T/reports.yaml" --color always
	grep -q $'\033\[3' <<< "$output"
	run "$ROUNDS" run "$T/reports.yaml"
	says_not $'\033'
}

@test "reports: --quiet says nothing when the gate passes" {
	run "$ROUNDS" run "$T/reports.yaml" --quiet --check reports/passes
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run "$ROUNDS" run "$T/reports.yaml" --quiet --check reports/fails
	[ "$status" -eq 1 ]
	grep -q 'FAIL reports/fails' <<< "$output"
}

@test "reports: a path that is a directory is exit 73, and the other reports are still written" {
	mkdir "$T/dir"
	run "$ROUNDS" run "$T/reports.yaml" --report "json=$T/dir" --report "junit=$T/r.xml"
	[ "$status" -eq 73 ]
	grep -q "$T/dir" <<< "$output"
	xmllint --noout "$T/r.xml"
	[ -z "$(ls -A "$T/dir")" ]
}

@test "reports: a folder that is not there is exit 73" {
	run "$ROUNDS" run "$T/reports.yaml" --report "json=$T/no/such/r.json"
	[ "$status" -eq 73 ]
	grep -q "$T/no/such" <<< "$output"
}

@test "reports: a full disk is exit 73, leaves the old report and no rubbish" {
	mkdir "$T/small"
	mount -t tmpfs -o size=64k tmpfs "$T/small" 2> "$T/why" || skip "cannot mount: $(cat "$T/why")"
	echo old > "$T/small/r.json"
	head -c 61440 /dev/zero > "$T/small/ballast" || true
	run "$ROUNDS" run "$T/reports.yaml" --report "json=$T/small/r.json" --report "junit=$T/r.xml"
	kept=$(cat "$T/small/r.json")
	files=$(ls -A "$T/small" | sort | tr '\n' ' ')
	umount "$T/small"
	[ "$status" -eq 73 ]
	grep -qi 'no space' <<< "$output"
	[ "$kept" = old ]
	[ "$files" = "ballast r.json " ]
	xmllint --noout "$T/r.xml"
}

@test "reports: an unknown format names the ones there are" {
	run "$ROUNDS" run "$T/reports.yaml" --report jnuit
	[ "$status" -eq 64 ]
	grep -q "junit" <<< "$output"
}

@test "reports: broken rulesets still leave a JUnit file with an error named ruleset-load" {
	printf 'format: 1\nruleset: bad\nchecks:\n  - id: x\n    prot: { port: 1 }\n' > "$T/bad.yaml"
	run "$ROUNDS" run "$T/bad.yaml" "$T/reports.yaml" --report "junit=$T/r.xml" --report "json=$T/r.json"
	[ "$status" -eq 65 ]
	xmllint --noout --schema "$SRC/tests/readers/junit-strict.xsd" "$T/r.xml"
	[ "$(xmllint --xpath 'count(//testcase)' "$T/r.xml")" = 1 ]
	[ "$(xmllint --xpath 'string(//testcase[error]/@name)' "$T/r.xml")" = ruleset-load ]
	[ "$(jq -r '.results[].id' "$T/r.json")" = bad/ruleset-load ]
	! /usr/bin/python3 -c "import jsonschema" ||
		/usr/bin/python3 "$SRC/tests/readers/report_json.py" "$SRC/reports/rounds-report-1.schema.json" "$T/r.json"
}

@test "reports: nothing inspected is exit 4, and JUnit says so" {
	run "$ROUNDS" run "$T/reports.yaml" --check reports/not-configured --report "junit=$T/r.xml"
	[ "$status" -eq 4 ]
	xmllint --noout --schema "$SRC/tests/readers/junit-strict.xsd" "$T/r.xml"
}

@test "reports: no text of a ruleset reaches a terminal raw" {
	cat >raw.yaml <<'YAML'
format: 1
ruleset: raw
version: 1.0.0
title: "R\e[31mred"
checks:
  - id: a
    title: "T\e]0;x\a\x01"
    file: { path: /nowhere/at/all }
    impact: "I\e[31m"
    causes: [ "C\e[31m" ]
    remedy: [ { text: "S\e[31m", command: "run\e[31m", risk: G1 } ]
    verify: "V\e[31m"
    doc: "D\e[31m"
YAML
	"$ROUNDS" run raw.yaml --color never >out 2>&1 || true
	"$ROUNDS" show raw.yaml >>out 2>&1
	"$ROUNDS" list raw.yaml >>out 2>&1
	"$ROUNDS" run raw.yaml --dry-run >>out 2>&1
	grep -q 'impact *I' out
	! LC_ALL=C grep -q "$(printf '[\001\007\033]')" out || return 1
}

# A server that is down is told once, with what hangs on it; nothing is lost, no status changes.
@test "causes: one dead server is one story, in text, json and junit" {
	cat >causes.yaml <<'YAML'
format: 1
ruleset: c
version: 1.0.0
checks:
  - { id: rows, needs: [ db ], tcp: { host: localhost, port: 9 } }
  - { id: db, severity: high, tcp: { host: 127.0.0.1, port: 9 } }
  - { id: web, severity: critical, http: { url: "http://localhost:9/" } }
  - { id: port, port: { port: 9 } }
  - { id: elsewhere, tcp: { host: 127.0.0.1, port: 11 } }
YAML
	run "$ROUNDS" run causes.yaml --lang en --report text --report json=r.json \
		--report junit=r.xml
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"affects     c/rows (skip), c/db (FAIL, high), c/web (FAIL, critical)"* ]]
	[ "$(grep -c '^FAIL c/' <<<"$output")" -eq 2 ]
	[ "$(jq -r '[.results[] | .cause // "-"] | join(" ")' r.json)" = \
		"c/port c/port c/port - -" ]
	[ "$(jq -r '[.results[].status] | join(" ")' r.json)" = "skip fail fail fail fail" ]
	[ "$(jq -r '.results[1].target' r.json)" = 127.0.0.1:9 ]
	[ "$(grep -c 'hangs on: c/port' r.xml)" -eq 2 ]
	run "$ROUNDS" run causes.yaml --lang en --verbose
	[ "$(grep -c '^FAIL c/' <<<"$output")" -eq 4 ]
	[[ $output == *"hangs on    c/port"* ]]
}
