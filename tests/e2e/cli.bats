#!/usr/bin/env bats
#
# The command line: help, mistakes, exit codes, reports to files that cannot be written.

setup() {
	local at

	for at in build-test/rounds build/rounds; do
		[ -x "$BATS_TEST_DIRNAME/../../$at" ] || continue
		: "${ROUNDS:=$BATS_TEST_DIRNAME/../../$at}"
	done
	rounds=$ROUNDS
	folder=$(mktemp -d "$BATS_TMPDIR/cli.XXXXXX")
	cd "$folder"
	export ROUNDS_CONFIG=$folder/etc ROUNDS_RULESETS=
	cat >good.yaml <<'YAML'
format: 1
ruleset: good
version: 1.0.0
checks:
  - id: root
    file: { path: / }
    expect: { type: directory }
YAML
	cat >bad.yaml <<'YAML'
format: 1
ruleset: bad
version: 1.0.0
checks:
  - id: none
    file: { path: /nowhere/at/all }
YAML
	cat >broken.yaml <<'YAML'
format: 1
ruleset: broken
version: 1.0.0
checks:
  - id: a
    file: { pth: / }
  - id: b
    port: { port: 70000 }
YAML
}

teardown() {
	cd /
	rm -rf "$folder"
}

# ends CODE WORD ...: what the command ends with; output and standard error are in $output.
ends() {
	local code=$1

	shift
	run "$@"
	echo "$output"
	[ "$status" -eq "$code" ] || {
		echo "ended with $status instead of $code"
		return 1
	}
}

says() {
	[[ "$output" == *"$1"* ]] || {
		echo "does not say: $1"
		return 1
	}
}

@test "cli: --help of the program and of every command fits 80 columns" {
	ends 0 "$rounds" --help
	says "Usage: rounds COMMAND"
	for command in $("$rounds" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
		ends 0 "$rounds" "$command" --help
		says "Usage: rounds $command"
		for text in "$("$rounds" "$command" --help)" "$("$rounds" --help)"; do
			[ "$(wc -L <<<"$text")" -le 80 ]
		done
	done
}

@test "cli: every option of the language page is there" {
	ends 0 "$rounds" run --help
	for option in product component tag check severity report fail-on on-error warn-exit \
		allow-empty jobs timeout deadline dry-run params param lang quiet verbose color \
		exit require-configured; do
		says "--$option"
	done
}

@test "cli: --version" {
	ends 0 "$rounds" --version
	[[ "$output" =~ ^rounds\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "cli: usage mistakes end with 64 and a near miss" {
	ends 64 "$rounds"
	ends 64 "$rounds" rnu
	says "unknown command 'rnu'; did you mean 'run'?"
	ends 64 "$rounds" run --repot=json
	says "unknown option '--repot'; did you mean '--report'?"
	ends 64 "$rounds" run --report jsno good.yaml
	says "unknown format 'jsno'; did you mean 'json'?"
	ends 64 "$rounds" run --report json --report junit good.yaml
	says "json and junit both go to standard output"
	ends 64 "$rounds" run --report json=a --report junit=a good.yaml
	says "json and junit both go to 'a'"
	ends 64 "$rounds" run --report json=a --report junit=.//a good.yaml
	says "json and junit both go to './/a'"
	ends 64 "$rounds" run --fail-on hgih good.yaml
	says "--fail-on: unknown 'hgih'; did you mean 'high'?"
	ends 64 "$rounds" run --timeout 5 good.yaml
	says "'5' needs a unit"
	ends 64 "$rounds" lint
	ends 64 "$rounds" show good.yaml bad.yaml
}

@test "cli: a usage mistake still writes the asked reports" {
	ends 64 "$rounds" run good.yaml --report junit=r.xml --report json=r.json --fail-on hgih
	xmllint --noout r.xml
	[ "$(jq -r '.results[0].id' r.json)" = rounds/ruleset-load ]
	[ "$(jq -r '.results[0].status' r.json)" = error ]
	[ "$(jq -r '.gate.exit_code' r.json)" = 64 ]
}

@test "cli: passed is 0, failed is 1, below the gate is 0 or 3" {
	ends 0 "$rounds" run good.yaml
	ends 1 "$rounds" run bad.yaml
	ends 1 "$rounds" run good.yaml bad.yaml
	sed -i 's/- id: none/- id: none\n    severity: medium/' bad.yaml
	ends 0 "$rounds" run bad.yaml --fail-on high
	ends 3 "$rounds" run bad.yaml --fail-on high --warn-exit
	ends 1 "$rounds" run bad.yaml --fail-on medium
}

@test "cli: nothing inspected is 4, unless it may be empty" {
	sed -i 's/^checks:/applies_when: { file: \/nowhere\/at\/all }\nchecks:/' good.yaml
	ends 4 "$rounds" run good.yaml
	ends 0 "$rounds" run good.yaml --allow-empty
}

@test "cli: a selector that matches nothing is named, and is 4" {
	ends 4 "$rounds" run good.yaml --tag dialy
	says "dialy"
	ends 4 "$rounds" run good.yaml --check root --tag dialy
	says "dialy"
}

@test "cli: a broken ruleset is 65, everything is said, nothing is run, the reports are written" {
	ends 65 "$rounds" run good.yaml broken.yaml --report junit=r.xml --report json=r.json
	says "broken.yaml:6:13: error: unknown key 'pth' in file; did you mean 'path'?"
	says "broken.yaml:8:"
	xmllint --noout r.xml
	[ "$(jq -r '[.results[].id] | join(" ")' r.json)" = broken/ruleset-load ]
	[ "$(jq -r '.results[0].status' r.json)" = error ]
	jq -r '.results[0].evidence[0].text' r.json | grep -F "unknown key 'pth'"
	[ "$(jq -r '.gate.exit_code' r.json)" = 65 ]
	[ "$(jq -r '.run.complete' r.json)" = false ]
}

@test "cli: of 300 rulesets one is broken: nothing is run, every mistake is named" {
	mkdir many
	for i in $(seq 300); do
		{
			printf 'format: 1\nruleset: r%s\nversion: 1.0.0\nchecks:\n' "$i"
			printf -- '  - id: x\n    command: { argv: [touch, %s/ran] }\n' "$PWD"
		} >"many/$i.yaml"
	done
	printf -- '  - id: x\n    prot: { port: 1 }\n' >>many/77.yaml
	printf -- '  - id: y\n    port: { port: 0 }\n' >>many/77.yaml
	ends 65 "$rounds" run many --report junit=r.xml --report json=r.json
	says "many/77.yaml:7:9: error:"
	says "many/77.yaml:8:5: error: unknown key 'prot'"
	says "many/77.yaml:10:19: error:"
	[ ! -e ran ]
	[ "$(jq -r '.results[].id' r.json)" = r77/ruleset-load ]
	xmllint --noout r.xml
	ends 65 "$rounds" lint many
	ends 0 "$rounds" lint many/1.yaml
}

@test "cli: a broken ruleset spills no secret, on no stream and in no report" {
	cat >leak.yaml <<'YAML'
format: 1
ruleset: leak
version: 1.0.0
params:
  entry: { type: secret, default: "hunter2222" }
  deep:
    type: secret
    default: hunter3333
checks:
  - id: s
    http: { ulr: "https://bob:s3cretpw@example.net/" }
  - id: t
    http: { url: "https://bob:other7pw@example.net/", password: "pass4711word", metod: GET }
YAML
	printf 'format: 1\nruleset: torn\nchecks:\n' >torn.yaml
	echo '  - http: [ password: torn8word, "a://b:torn9word@c/" }' >>torn.yaml
	ends 65 "$rounds" run leak.yaml torn.yaml --report json=r.json --report junit=r.xml
	says "unknown key 'metod' in http"
	says "torn.yaml:4:"
	for secret in hunter2222 hunter3333 s3cretpw other7pw pass4711word torn8word torn9word; do
		[[ "$output" != *"$secret"* ]]
		! grep -F "$secret" r.json r.xml
	done
	run "$rounds" lint leak.yaml torn.yaml
	! grep -E 'hunter|s3cret|other7|pass4711|torn[89]' <<<"$output" || return 1
}

@test "cli: a ruleset that is not there is 66, and the reports are written" {
	ends 66 "$rounds" run nowhere.yaml --report json=r.json
	says "nowhere.yaml"
	[ "$(jq -r '.gate.exit_code' r.json)" = 66 ]
}

@test "cli: an unwritable report is 73, and the others are written" {
	ends 73 "$rounds" run good.yaml --report json=/nowhere/r.json --report junit=r.xml \
		--report text
	says "/nowhere/r.json"
	xmllint --noout r.xml
	mkdir taken
	ends 73 "$rounds" run bad.yaml --report json=taken --report junit=r2.xml
	xmllint --noout r2.xml
	[ -d taken ]
	[ -z "$(ls taken)" ]
}

@test "cli: a full disk under standard output is 73" {
	[ -c /dev/full ] || skip "no /dev/full"
	run bash -c '"$1" run good.yaml >/dev/full' bash "$rounds"
	echo "$output"
	[ "$status" -eq 73 ]
	says "standard output"
	run bash -c '"$1" --help >/dev/full' bash "$rounds"
	[ "$status" -eq 73 ]
	# a plugin that ends well and says nothing would be taken for a service that is fine
	run bash -c '"$1" run good.yaml --exit=nagios >/dev/full' bash "$rounds"
	[ "$status" -eq 3 ]
}

@test "cli: a report larger than files may be is 73, and the others are whole" {
	run bash -c 'ulimit -f 0; "$1" run good.yaml --report json=r.json --report text' \
		bash "$rounds"
	echo "$output"
	[ "$status" -eq 73 ]
	says "report json: cannot write 'r.json': File too large"
	says "1 check: 1 pass"
	[ ! -e r.json ]
}

@test "cli: a run that not even a worker can be made for has a result of every check" {
	run bash -c 'exec 3>&- 4>&-; ulimit -n 6; exec "$1" run good.yaml --report jsonl' \
		bash "$rounds"
	echo "$output"
	[ "$status" -eq 71 ]
	says '"id":"good/'
	says '"status":"error"'
	says "the run could not go on: "
}

@test "cli: a closed standard output is 73, for every report and command that writes there" {
	local format words

	for format in text json jsonl junit; do
		run bash -c '"$1" run good.yaml --report "$2" >&-' bash "$rounds" "$format"
		echo "$format: $status $output"
		[ "$status" -eq 73 ]
		says "report $format: standard output: "
		run bash -c '"$1" run good.yaml --report "$2" <&- >&- 2>&-' bash "$rounds" "$format"
		[ "$status" -eq 73 ]
	done
	for words in list --help --version schema "explain port" "lint good.yaml" "show good.yaml" \
		"run --dry-run good.yaml" "verify-rules good.yaml"; do
		run bash -c 'rounds=$1; shift; "$rounds" $@ >&-' bash "$rounds" $words
		echo "$words: $status $output"
		[ "$status" -eq 73 ]
	done
	# Nothing to be written there: nothing that could be lost.
	run bash -c '"$1" run good.yaml --report junit=r.xml >&-' bash "$rounds"
	[ "$status" -eq 0 ]
	xmllint --noout r.xml
}

@test "cli: a report is replaced whole, and nothing else is left beside it" {
	echo old >r.json
	ends 0 "$rounds" run good.yaml --report json=r.json
	jq -e '.schema == "rounds-report/1"' r.json
	[ "$(ls | sort | tr '\n' ' ')" = "bad.yaml broken.yaml good.yaml r.json " ]
}

@test "cli: --dry-run says what would be run, and runs nothing" {
	ends 0 "$rounds" run good.yaml bad.yaml --dry-run
	says "good/root"
	says "bad/none"
	says "2 of 2 checks would be run"
}

@test "cli: lint says all mistakes at once" {
	ends 0 "$rounds" lint good.yaml
	says "1 ruleset, 1 check: 0 mistakes"
	ends 65 "$rounds" lint broken.yaml good.yaml
	says "unknown key 'pth' in file"
	says "broken.yaml:8:"
	ends 0 "$rounds" lint --quiet good.yaml
	[ -z "$output" ]
	ends 66 "$rounds" lint nowhere.yaml
}

@test "cli: list, show, explain, schema" {
	ends 0 "$rounds" list good.yaml
	says "good"
	ends 0 "$rounds" list --checks good.yaml bad.yaml
	says "good/root"
	says "bad/none"
	ends 0 "$rounds" list --reports
	says "junit"
	ends 0 "$rounds" show good.yaml
	says "path: /"
	ends 0 "$rounds" show bad.yaml/none
	says "exists"
	ends 66 "$rounds" show bad.yaml/nonne
	says "did you mean 'bad/none'?"
	ends 0 "$rounds" explain port
	says "listening"
	ends 0 "$rounds" explain refused
	ends 66 "$rounds" explain prot
	says "did you mean 'port'?"
	ends 0 "$rounds" explain
	"$rounds" schema | jq -e '.["$schema"]'
}

@test "cli: show tells what the report would of a failure, in both languages" {
	cat >help.yaml <<-'EOF2'
		format: 1
		ruleset: help
		params: { long: { type: duration, default: 30s } }
		checks:
		  - id: a
		    port: { port: 1 }
		    sustain: { for: "${long}", every: 10s }
		    causes: [ { en: It is off, zh: 未启动 } ]
		    remedy: [ { text: { en: Start it, zh: 启动 }, command: start it, risk: G3 } ]
		    verify: { en: It listens, zh: 端口监听 }
		    doc: chapter 4
	EOF2
	ends 0 "$rounds" show help.yaml/a --param long=20s
	says "sustain    3 of 3 samples must fail, one every 10.0 s"
	says "causes     It is off"
	says "remedy     1. Start it [G3]"
	says "$ start it"
	says "verify     It listens"
	says "doc        chapter 4"
	ends 0 "$rounds" show help.yaml/a --lang zh
	says "remedy     1. 启动 [G3]"
	says "sustain    4 of 4 samples"
}

@test "cli: show reads the sources of parameters, and says where each value comes from" {
	printf 'a = 1\nport = 8123\n' >product.properties
	cat >sources.yaml <<-EOF2
		format: 1
		ruleset: sources
		params:
		  port:
		    type: port
		    from: { file: $folder/product.properties, format: properties, key: port }
		  name: { type: text, from: { env: SOURCES_NAME } }
		  gone: { type: text, from: { file: $folder/nowhere, match: '(.*)' } }
		checks:
		  - id: a
		    port: { port: "\${port}" }
		  - id: b
		    value: { of: "\${name}" }
		    expect: { value: x }
	EOF2
	SOURCES_NAME=web ends 0 "$rounds" show sources.yaml
	says "port: 8123 (from, $folder/product.properties:2)"
	says 'name: "web" (from, '
	says 'fields     of: "web"'
	[[ "$output" != *crashed* ]]
}

@test "cli: explain knows every type that list shows, and stays within 80 columns" {
	for type in $("$rounds" list --types | sed 's/ .*//'); do
		ends 0 "$rounds" explain "$type"
		says "$type - "
		[ "$("$rounds" explain "$type" | wc -L)" -le 80 ]
	done
}

@test "cli: as a Nagios plugin" {
	ends 0 "$rounds" run good.yaml --exit=nagios
	[[ "$output" =~ ^ROUNDS\ OK\ -\ 1\ of\ 1\ checks\ passed\ \|\ \'failed\'=0 ]]
	sed -i 's/- id: none/- id: none\n    severity: high/' bad.yaml
	ends 2 "$rounds" run bad.yaml --exit=nagios
	says "ROUNDS CRITICAL - 1 of 1 checks failed (bad/none) | 'failed'=1;;0;0"
	ends 3 "$rounds" run broken.yaml --exit=nagios
	ln -s "$rounds" check_rounds
	ends 2 ./check_rounds bad.yaml
	sed -i 's/severity: high/severity: low/' bad.yaml
	ends 1 ./check_rounds bad.yaml
	says "ROUNDS WARNING"
}

@test "cli: --require-configured makes a want of configuration an error" {
	cat >optional.yaml <<'YAML'
format: 1
ruleset: optional
version: 1.0.0
params:
  where: { type: path, required: false }
checks:
  - id: there
    severity: high
    file: { path: "${where}/x" }
  - id: root
    file: { path: / }
YAML
	ends 0 "$rounds" run optional.yaml
	says "not configured"
	ends 2 "$rounds" run optional.yaml --require-configured
	ends 2 "$rounds" run optional.yaml --require-configured=high
	ends 0 "$rounds" run optional.yaml --require-configured=critical
}

@test "cli: rulesets are found by name in ROUNDS_RULESETS" {
	mkdir rules
	mv good.yaml rules/
	ROUNDS_RULESETS=$folder/rules ends 0 "$rounds" run good
	ends 66 "$rounds" run good
}

@test "cli: the shipped rulesets have no mistake, and are found by name" {
	# a program that another user sees elsewhere than where it was built has to be told
	[ -z "${ROUNDS_MOVED:-}" ] || export ROUNDS_RULESETS=$BATS_TEST_DIRNAME/../../rulesets
	ends 0 "$rounds" lint host
	ends 0 "$rounds" list
	says "host"
}

@test "cli: the rulesets in the READMEs have no mistake" {
	for readme in README.md README.zh_CN.md; do
		rm -f example*.yaml
		awk '/^```yaml/ { on = 1; n++; next } /^```/ { on = 0 }
			on { print >("example" n ".yaml") }' \
			"$BATS_TEST_DIRNAME/../../$readme"
		[ -s example2.yaml ]
		ends 0 "$rounds" lint example*.yaml
		ends 0 "$rounds" show example1.yaml --param web_port=8080
		says "port: 8080"
	done
}

@test "cli: the manual page is made from the tables, and a formatter takes it" {
	ends 0 "$rounds" man
	says ".SH EXIT STATUS"
	for type in $("$rounds" list --types | sed 's/ .*//'); do
		says ".SS $type"
	done
	command -v groff >/dev/null || skip "no groff"
	[ -z "$("$rounds" man | groff -k -man -Tutf8 -ww -z 2>&1)" ]
	# as somebody sees it whose terminal shows ASCII alone
	[ -z "$("$rounds" man | groff -k -man -Tascii -ww -z 2>&1)" ]
}

@test "cli: what is wrong with --param and --params is told before anything is read" {
	ends 64 "$rounds" run good.yaml --param secretvalue --report json=r.json
	says "--param: number 1 is not NAME=VALUE"
	[[ "$output" != *secretvalue* ]]
	[ "$(jq -r '.results[0].id' r.json)" = rounds/ruleset-load ]
	ends 66 "$rounds" run good.yaml --params nowhere.yaml
	says "--params: there is no file 'nowhere.yaml'"
}

@test "cli: a verdict over less than what was named says so" {
	ends 4 "$rounds" run good.yaml --check "$(jq -r '.results[0].id' \
		<("$rounds" run good.yaml --report json))" --check nowhere
	says "NOT ALL THAT WAS NAMED WAS INSPECTED"
}

@test "cli: an installation that was moved finds what belongs to it" {
	make -C "$(dirname "$rounds")" -s install DESTDIR="$T/moved" >/dev/null 2>&1 ||
		skip "cannot be installed from here"
	cd /
	ends 0 env -u ROUNDS_RULESETS "$(find "$T/moved" -path '*/bin/rounds')" list
	says host
	[ -d "$T/moved" ]
}

@test "cli: a run that cron started says so, though a shell is between" {
	local started="sh -c '$rounds run r.yaml --report json=report.json; true'; true"

	printf 'format: 1\nruleset: r\nversion: 1.0.0\nchecks:\n' >r.yaml
	printf '  - { id: a, file: { path: / } }\n' >>r.yaml
	cp /bin/sh ./cron
	env -u CI ./cron -c "$started" </dev/null
	[ "$(jq -r .run.trigger report.json)" = cron ]
	cp /bin/sh ./daemon
	env -u CI ./daemon -c "$started" </dev/null
	[ "$(jq -r .run.trigger report.json)" = manual ]
}

@test "cli: show says where a parameter that has no value would be taken from" {
	cat >r.yaml <<-EOF2
		format: 1
		ruleset: r
		version: 1.0.0
		params:
		  a: { type: secret, required: false, from: { file: $PWD/none } }
		  b: { type: text, from: [ { file: $PWD/no }, { file: $PWD/none } ] }
		  c: { type: text, required: false }
		  d: { type: text, required: false, from: { file: $PWD } }
		checks: [ { id: x, file: { path: / } } ]
	EOF2
	ends 0 "$rounds" show r.yaml
	says "a: no value; it would be taken from $PWD/none"$'\n'
	says "b: no value; it would be taken from $PWD/no or $PWD/none"
	says "c: no value"$'\n'
	says "d: no value: '$PWD'"
}
