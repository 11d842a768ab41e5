#!/usr/bin/env bats
#
# Secrets stay secret: planted in a parameter, a URL, a header and a command's environment, they are in no
# output of any format, in no argv, in no /proc file of another check's worker, and in no core.

load helpers

# Made of what JSON, XML, URLs and shells escape.
secret='s3cr3t <&"'\''\/ +%zz 密码-end'

setup() {
	lab_setup
	printf '%s\n' "$secret" >"$T/.secret"
}

teardown() {
	lab_teardown
}

# The forms in which it could be written somewhere; parts of it that no text of ours has by chance.
forms() {
	python3 - "$secret" <<'PY'
import base64, html, json, sys, urllib.parse
s = sys.argv[1]
print(s)
print(json.dumps(s)[1:-1])
print(json.dumps(s, ensure_ascii=False)[1:-1])
print(html.escape(s))
print(urllib.parse.quote(s, safe=""))
print(urllib.parse.quote_plus(s))
print(s.encode().hex())
for before in ("", "u", "u:"):
    whole = base64.b64encode((before + s).encode()).decode()
    print(whole[4:-4])
    print(whole[4:-4].replace("+", "-").replace("/", "_"))
PY
}

# Not one of the forms is in these files or folders.
kept() {
	local form

	[ "$(forms | wc -l)" -ge 13 ]
	while IFS= read -r form; do
		nowhere "$form" "$@" || return 1
	done < <(forms)
	# Nor a part of it that survives most ways of writing it.
	nowhere "s3cr3t" "$@"
}

# Everything that can be told of a ruleset goes to $T/out.
tell_all() {
	local lang

	mkdir -p "$T/out"
	for lang in en zh; do
		"$ROUNDS" run "$@" --lang "$lang" --verbose --report "text=$T/out/$lang.txt" \
			--report "json=$T/out/$lang.json" --report "jsonl=$T/out/$lang.jsonl" \
			--report "junit=$T/out/$lang.xml" --report text \
			>"$T/out/$lang.stdout" 2>"$T/out/$lang.stderr" || true
		"$ROUNDS" run "$@" --dry-run --lang "$lang" >"$T/out/$lang.dry" 2>&1 || true
	done
}

status_of() {
	result "$T/out/en.json" "$1" .status
}

@test "the forms are what we look for" {
	cp "$T/.secret" "$T/planted"
	run kept "$T/planted"
	[ "$status" -eq 1 ]
	forms | tail -n 1 >"$T/planted"
	run kept "$T/planted"
	[ "$status" -eq 1 ]
}

@test "a secret parameter in a command's environment, which prints it in every form" {
	cat >"$T/s.yaml" <<'YAML'
format: 1
ruleset: s
version: 1.0.0
params:
  pw: { type: secret }
checks:
  - id: printed
    command:
      argv:
        - python3
        - -c
        - |
          import base64, html, json, os, sys, urllib.parse
          s = os.environ["PW"]
          print(s, json.dumps(s), json.dumps(json.dumps(s)), html.escape(s))
          print(urllib.parse.quote(s), urllib.parse.quote(s, safe=""), urllib.parse.quote_plus(s))
          for p in ("", "u", "u:", "xyz"):
              print(base64.b64encode((p + s + p).encode()).decode())
              print(base64.urlsafe_b64encode((p + s + p).encode()).decode())
          print(s.encode().hex(), repr(s), "\033[1m" + s[:5] + "\033[0m" + s[5:])
          print(s * 500, file=sys.stderr)
          sys.exit(3)
      env: { PW: "${pw}" }
  - id: compared
    command: { argv: [ printenv, PW ], env: { PW: "${pw}" } }
    expect: { stdout: { contains: "${pw}x" } }
  - id: extracted
    command: { argv: [ printenv, PW ], env: { PW: "${pw}" } }
    extract: { it: '(?s)(.*)' }
    expect: { found.it: { contains: nothing } }
YAML
	tell_all "$T/s.yaml" --param "pw=@$T/.secret"
	[ "$(status_of s/printed)" = fail ]
	[ "$(result "$T/out/en.json" s/printed '.evidence | tostring | contains("***")')" = true ]
	[ "$(status_of s/compared)" = fail ]
	kept "$T/out"
}

@test "by the environment: wiped from the program's own, and from what its children inherit" {
	cat >"$T/s.yaml" <<'YAML'
format: 1
ruleset: s
version: 1.0.0
params:
  pw: { type: secret }
checks:
  - id: inherits
    command: { argv: [ env ] }
    expect: { stdout: { contains: nothing-like-this } }
  - id: own
    command: { shell: 'grep -laz "^ROUNDS_PARAM_pw=s3" /proc/[0-9]*/environ 2>/dev/null; true' }
    expect: { stdout: { empty: true } }
  - id: uses
    command: { argv: [ "true" ], env: { PW: "${pw}" } }
YAML
	ROUNDS_PARAM_pw=$secret tell_all "$T/s.yaml"
	[ "$(status_of s/inherits)" = fail ]
	[ "$(status_of s/own)" = pass ]
	[ "$(status_of s/uses)" = pass ]
	kept "$T/out"
}

@test "in a URL, a query and a header, to a server that sends them back" {
	faults echo-head closes garbage
	cat >"$T/s.yaml" <<YAML
format: 1
ruleset: s
version: 1.0.0
params:
  pw: { type: secret }
  url: { type: url, default: "http://user:p%40ss-in-url@127.0.0.1:$port_echo_head/?token=tok-in-url-1" }
checks:
  - id: header
    http:
      url: "http://127.0.0.1:$port_echo_head/"
      headers: { X-Token: "\${pw}", Authorization: "Bearer header-literal-9" }
    expect: { body: { contains: nothing-like-this } }
  - id: query
    http: { url: "http://127.0.0.1:$port_echo_head/?password=\${pw}" }
    expect: { body: { contains: nothing-like-this } }
  - id: basic
    http: { url: "http://127.0.0.1:$port_echo_head/", user: u, password: "\${pw}" }
    expect: { body: { contains: nothing-like-this } }
  - id: userinfo
    http: { url: "\${url}" }
    expect: { body: { contains: nothing-like-this } }
  - id: closed
    http: { url: "http://user:p%40ss-in-url@127.0.0.1:$port_closes/?token=tok-in-url-1" }
  - id: garbled
    http: { url: "http://user:p%40ss-in-url@127.0.0.1:$port_garbage/?token=tok-in-url-1" }
YAML
	# A secret with no white space and no quotes: a header and a URL can hold it.
	secret='s3cr3t+密码/%zz-end'
	printf '%s' "$secret" >"$T/.secret"
	tell_all "$T/s.yaml" --param "pw=@$T/.secret"
	for id in header query basic userinfo closed garbled; do
		[ "$(status_of "s/$id")" = fail ]
	done
	[ "$(result "$T/out/en.json" s/header '.evidence | tostring | contains("X-Token: ***")')" = true ]
	kept "$T/out"
	for form in 'p%40ss-in-url' 'p@ss-in-url' tok-in-url-1 header-literal-9 \
		"$(printf 'user:p@ss-in-url' | base64)"; do
		nowhere "$form" "$T/out"
	done
}

@test "a regex that looks for tokens holds none; one with a password in it does" {
	printf 'a token of x: y ]+ z\nnone\n' >"$T/x.log"
	cat >"$T/s.yaml" <<YAML
format: 1
ruleset: s
checks:
  - id: looks
    log: { path: "$T/x.log", since: start, bad: 'token[=: ]+' }
    expect: { bad_count: { ge: 1 }, exists: false }
  - id: holds
    process: { exe: nosuch, command: '-Dpassword=hunter2 -Dsecret=pa\$s1 ' }
    expect: { commands: { contains: "a: hunter2 pa\$s1" } }
YAML
	run "$ROUNDS" run s.yaml --report json=r.json --report text
	echo "$output"
	[ "$(result r.json s/looks \
		'.evidence | tostring | contains("token of x: y ]+ z")')" = true ]
	nowhere hunter2 r.json
	says "contains 'a: *** pa"
}

@test "from a file of the product: neither the value nor what a mistake quotes of it" {
	printf 'db.password=%s\ndb.port=s3cr3t-port\n' 's3cr3t-in-properties' >"$T/app.properties"
	cat >"$T/s.yaml" <<YAML
format: 1
ruleset: s
version: 1.0.0
params:
  pw: { type: secret, from: { file: "$T/app.properties", format: properties, key: db.password } }
checks:
  - id: used
    command: { argv: [ printenv, PW ], env: { PW: "\${pw}" } }
    expect: { stdout: nothing-like-this }
YAML
	secret=s3cr3t-in-properties
	tell_all "$T/s.yaml"
	[ "$(status_of s/used)" = fail ]
	kept "$T/out"
}

@test "a secret on the command line is refused, and not repeated" {
	cat >"$T/s.yaml" <<'YAML'
format: 1
ruleset: s
version: 1.0.0
params: { pw: { type: secret } }
checks:
  - id: used
    command: { argv: [ "true" ], env: { PW: "${pw}" } }
YAML
	run "$ROUNDS" run "$T/s.yaml" --param "pw=s3cr3t-in-argv"
	[ "$status" -eq 65 ] || [ "$status" -eq 64 ]
	says_not s3cr3t-in-argv
	says pw
}

# Two checks run at the same time; the one with the secret waits for a server that says nothing.
run_two() {
	faults silent
	cat >"$T/s.yaml" <<YAML
format: 1
ruleset: s
version: 1.0.0
params: { pw: { type: secret } }
defaults: { timeout: 20s }
checks:
  - id: holds
    http: { url: "http://127.0.0.1:$port_silent/", headers: { X-Token: "\${pw}" } }
  - id: other
    command: { argv: [ sleep, "20" ] }
YAML
	secret=s3cr3t-of-the-http-check
	printf %s "$secret" >"$T/.secret"
	start "$ROUNDS" run "$T/s.yaml" --param "pw=@$T/.secret" --report "json=$T/r.json"
	wait_for 20 sleeper
}

# What runs below our program: lines "PID NAME".
family() {
	python3 "$BATS_TEST_DIRNAME/procscan.py" "$started"
}

# Whether the other check's command runs.
sleeper() {
	family | grep -q ' sleep$'
}

@test "no argv, no environment and no memory of another check's processes" {
	[ "$(id -u)" -eq 0 ] || skip "reads the memory of others"
	run_two
	# The scan finds what is there: the command's own argument.
	run python3 "$BATS_TEST_DIRNAME/procscan.py" "$started" sleep
	[ "$status" -eq 1 ]
	run python3 "$BATS_TEST_DIRNAME/procscan.py" "$started" "$secret"
	echo "$output"
	[ "$status" -eq 0 ]
	# The supervisor has it, and so must be found by a look into its memory: in one place, which a fork
	# wipes (a sanitizer keeps freed memory, though).
	run python3 "$BATS_TEST_DIRNAME/procscan.py" "$started" "$secret" mem
	[ "$status" -eq 1 ]
	[ -n "${ROUNDS_SANITIZED:-}" ] || [ "$(grep -c "^$started " <<<"$output")" -eq 1 ]
	# The command, and the worker that started it.
	sleeping=$(family | sed -n 's/ sleep$//p')
	worker=$(ps -o ppid= -p "$sleeping" | tr -d ' ')
	[ "$worker" -ne "$started" ]
	run python3 "$BATS_TEST_DIRNAME/procscan.py" "$worker" "$secret" mem
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "no core can be written by any of our processes" {
	ulimit -c unlimited 2>/dev/null || true
	run_two
	family | grep -q ' rounds$'
	for pid in $(family | sed -n 's/ rounds$//p'); do
		grep -q '^Max core file size *0 *0 ' "/proc/$pid/limits"
	done
}
