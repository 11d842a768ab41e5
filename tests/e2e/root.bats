#!/usr/bin/env bats
#
# --root DIR: a tree of files is inspected as if it were '/', and nothing leads out of it.

load helpers

setup() {
	lab_setup
	mkdir -p tree/etc tree/var/lib/dpkg tree/var/log tree/lib/apk/db tree/data
	printf '%s\n' root:x:0:0::/root:/bin/sh web:x:12345:54321::/srv:/bin/false >tree/etc/passwd
	printf 'root:x:0:\nwebs:x:54321:web\n' >tree/etc/group
	printf 'inside\n' >tree/etc/where
	printf 'outside\n' >where
	cat >tree/var/lib/dpkg/status <<-'EOF2'
		Package: only-inside
		Status: install ok installed
		Architecture: amd64
		Version: 1.2-3
	EOF2
}

teardown() {
	lab_teardown
}

# inspect CODE [OPTION …]
inspect() {
	local code=$1

	shift
	ends "$code" "$ROUNDS" run r.yaml --root tree --report json=report.json --report text "$@"
}

@test "files, users, groups, packages and logs are those of the tree" {
	printf '2026-01-01 00:00:00 ERROR inside\n' >tree/var/log/app.log
	ln -s /etc/where tree/etc/link
	ruleset r <<-'EOF2'
		- id: file
		  file: { path: /etc/link }
		  expect: { content: "inside\n", type: file }
		- id: glob
		  file: { glob: "/{etc,data}/*" }
		  expect: { count: 4, "files[*].path": { contains: /etc/group } }
		- id: folder
		  file: { path: / }
		  expect: { entries: [ data, etc, lib, var ] }
		- id: user
		  user: { name: web }
		  expect: { uid: 12345, groups: [ webs ] }
		- id: nobody-of-here
		  user: { name: daemon }
		  expect: { exists: false }
		- id: group
		  group: { name: webs }
		  expect: { members: [ web ] }
		- id: package
		  package: { name: only-inside }
		  expect: { version: 1.2-3, database: dpkg }
		- id: not-of-here
		  package: { name: bash }
		  expect: { installed: false }
		- id: log
		  log: { path: "/var/log/*.log", bad: ERROR, since: start }
		  expect: { bad_count: 1 }
		- id: disk
		  disk: { path: /data }
		  expect: { size: { gt: 0 }, used_percent: { le: 100 } }
		- id: value
		  value: { of: 1 }
		  expect: { value: 1 }
	EOF2
	inspect 0
	says "Inspected below $T/tree"
	jq -e --arg t "$T/tree" '.run.root == $t and .summary.pass == 11' report.json
	python3 - "$SRC/reports/rounds-report-1.schema.json" report.json <<-'PY'
		import json, jsonschema, sys
		jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))
	PY
	# without it, of this machine
	ends 1 "$ROUNDS" run r.yaml --check user --check package
}

@test "owners have the names of the tree" {
	chown 12345:54321 tree/etc/where 2>/dev/null || skip "files cannot be given away here"
	ruleset r <<-'EOF2'
		- id: file
		  file: { path: /etc/where }
		  expect: { owner: web, group: webs, readable: true }
		- id: number
		  file: { path: /etc/number }
		  expect: { owner: "4242" }
	EOF2
	touch tree/etc/number
	chown 4242 tree/etc/number
	inspect 0
}

@test "no link leads out of it" {
	ln -s ../../where tree/etc/up
	ln -s "$T/where" tree/etc/absolute
	ln -s / tree/etc/top
	ln -s ../../../../../../../../../../etc tree/upward
	ln -s "/proc/$$/root/etc/passwd" tree/magic
	ruleset r <<-'EOF2'
		- id: up
		  file: { path: /etc/up }
		  expect: { exists: false }
		- id: absolute
		  file: { path: /etc/absolute }
		  expect: { exists: false }
		- id: top
		  file: { path: /etc/top/etc/where }
		  expect: { content: "inside\n" }
		- id: dots
		  file: { path: /../../../etc/where }
		  expect: { content: "inside\n" }
		- id: upward
		  file: { glob: "/upward/../../upward/*" }
		  expect: { "files[*].path": { not_contains: /upward/../../upward/hostname } }
		- id: magic
		  file: { path: /magic }
		  expect: { exists: false }
		- id: log
		  log: { path: /etc/absolute, bad: outside, missing: ok, since: start }
		  expect: { bad_count: 0 }
		- id: disk
		  disk: { path: /etc/absolute }
		  expect: { error.kind: not_found }
	EOF2
	inspect 0
	jq -e '.summary.pass == 8' report.json
}

@test "the walk without openat2(2) is as strict" {
	command -v strace >/dev/null || skip "there is no strace"
	ln -s ../../where tree/etc/up
	ln -s /etc/where tree/etc/absolute
	ruleset r <<-'EOF2'
		- id: up
		  file: { path: /etc/up }
		  expect: { exists: false }
		- id: absolute
		  file: { path: /etc/absolute }
		  expect: { content: "inside\n" }
	EOF2
	# a leak checker does not work below strace
	ends 0 env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=openat2 \
		-e inject=openat2:error=ENOSYS \
		"$ROUNDS" run r.yaml --root tree
	grep -q ENOSYS trace
}

@test "what is not a file is skipped, and says why" {
	ruleset r <<-'EOF2'
		- id: process
		  process: { exe: sleep }
		- id: port
		  port: { port: 1 }
		- id: command
		  command: { argv: [touch, /tmp/never] }
		- id: kernel
		  kernel_param: { name: kernel.ostype }
		- id: http
		  http: { url: "http://127.0.0.1:1/" }
	EOF2
	inspect 4
	jq -e '[.results[].status] == ["skip", "skip", "skip", "skip", "skip"]' report.json
	says 'not applicable: process looks at a running system, and below --root'
}

@test "the eyes of a user of the tree cannot be had" {
	ruleset r <<-'EOF2'
		- id: f
		  file: { path: /etc/where, as_user: web }
		  expect: { readable: true }
	EOF2
	inspect 2
	judged r/f error parameter
}

@test "conditions and parameters are looked up in it" {
	echo 'url = jdbc:inside' >tree/etc/app.properties
	cat >r.yaml <<-'EOF2'
		format: 1
		ruleset: r
		version: 1.0.0
		applies_when: { file: /etc/app.properties }
		params:
		  url:
		    type: text
		    from: { file: /etc/app.properties, format: properties, key: url }
		checks:
		  - id: v
		    value: { of: "${url}" }
		    expect: { value: "jdbc:inside" }
		  - id: here
		    when: { file: /etc/hostname }
		    value: { of: 1 }
		    expect: { value: 1 }
	EOF2
	inspect 0
	judged r/v pass
	judged r/here skip
}

@test "a folder that is not there is a usage error" {
	echo '- { id: v, value: { of: 1 }, expect: { value: 1 } }' | ruleset r
	ends 66 "$ROUNDS" run r.yaml --root none
	says "--root: 'none'"
	ends 65 "$ROUNDS" run r.yaml --root where
}
