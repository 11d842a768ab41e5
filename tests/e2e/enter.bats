#!/usr/bin/env bats
#
# --enter PID: a container without a shell or any other program is inspected from inside, by what
# was loaded outside; reports are written outside.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# container [OPTION …]: one with an almost empty root; the number of its process is in $inside.
container() {
	unshare "$@" -m -n -u -p -f true 2>/dev/null || skip "no namespaces can be made here"
	start unshare "$@" -m -n -u -p -f --kill-child \
		python3 "$SRC/tests/lab/container.py" "$T/ready" ${data:+"$data"} \
		${data_at:+"$data_at"}
	wait_for 20 test -s ready || {
		cat .started.*
		return 1
	}
	inside=$(cat "/proc/$started/task/$started/children" | tr -d ' ')
	[ -n "$inside" ]
}

inside_rules() {
	ruleset r <<-'EOF2'
		- id: file
		  file: { path: /etc/passwd }
		  expect: { owner: insider, group: insiders }
		- id: not-of-outside
		  file: { path: /bin/sh }
		  expect: { exists: false }
		- id: user
		  user: { name: insider }
		- id: log
		  log: { path: "/var/log/*.log", bad: ERROR, since: start }
		  expect: { bad_count: 1 }
		- id: disk
		  disk: { path: / }
		  expect: { "filesystems[0].source": inside }
		- id: mount
		  mount: { path: /proc }
		- id: process
		  process: { command: "container[.]py" }
		  expect: { count: 1, pids: [ 1 ] }
		- id: port
		  port: { port: 8080 }
		- id: interface
		  interface: { name: lo }
		- id: tcp
		  tcp: { host: inside.example, port: 8080 }
		- id: http
		  http: { url: "http://inside.example:8080/" }
		  expect: { body: { contains: served inside } }
		- id: uts
		  kernel_param: { name: kernel.hostname }
		  expect: { value: container }
	EOF2
}

inspect() {
	local code=$1

	shift
	ends "$code" "$ROUNDS" run r.yaml --enter "$inside" \
		--report json=report.json --report text "$@"
}

@test "files, processes, ports and servers of a container without a shell" {
	container
	inside_rules
	inspect 0
	says "Inspected from inside process $inside"
	jq -e --argjson p "$inside" '.run.entered == $p and .summary.pass == 12' report.json
	# none of it holds outside
	ends 1 "$ROUNDS" run r.yaml --check user --check uts
}

@test "the same in a user namespace of its own" {
	container -r
	inside_rules
	# there is one user in it, its root
	sed -i 's/owner: insider, group: insiders/owner: root/' r.yaml
	inspect 0
	jq -e '.summary.pass == 12' report.json
}

@test "of several mounts of a file system the one that a path lies on is told" {
	mkdir a long-name
	start unshare -m bash -ec "mount -t tmpfs inside '$T/a'
		mount --bind '$T/a' '$T/long-name'; echo >'$T/ready'; exec sleep 300"
	wait_for 20 test -e ready || skip "no mounts can be made here"
	inside=$started
	ruleset r <<-EOF2
		- id: disk
		  disk: { path: $T/long-name }
		  expect: { "filesystems[0].path": $T/long-name }
	EOF2
	inspect 0
}

@test "modules and their clones work where there is nothing" {
	local data=$T/repository

	git init -q -b main repository
	git -C repository -c user.name=t -c user.email=t@example.com commit -q --allow-empty -m one
	container
	ruleset r <<-'EOF2'
		- id: clone
		  git: { url: "file:///data", branch: main }
		  expect: { cloned: true }
		- id: git
		  git: { url: "http://inside.example:8080/none.git" }
		  expect: { error.kind: { in: [ not_found, protocol ] } }
		- id: sql
		  sql: { url: "mysql://inside.example:8081/x", user: u, password: p }
		  expect: { error.kind: refused }
		- id: redis
		  redis: { host: inside.example, port: 8081 }
		  expect: { error.kind: refused }
	EOF2
	inspect 0
}

@test "so do the libraries that the program itself loads late" {
	container
	ruleset r <<-'EOF2'
		- id: zlib
		  log: { path: /var/log/old.gz, bad: ERROR, since: start }
		  expect: { bad_count: 1 }
		- id: libyaml
		  file: { path: /etc/app.yaml }
		  expect: { yaml.b: inside }
	EOF2
	inspect 0
}

@test "no library is loaded from inside, not even one that is missing outside" {
	local data=$T/evil data_at=$T/none name

	[ -z "${ROUNDS_SANITIZED:-}" ] || skip "the sanitizers bring libraries of their own"
	command -v ld >/dev/null || skip "no ld"
	name=$(late_library yaml)
	mkdir none evil
	: >"none/$name"
	# without code of its own, which a filter of system calls forbids: it calls abort(3) of ours
	printf '.section .init_array,"aw"\n.quad abort\n.section .note.GNU-stack,"",@progbits\n' |
		gcc -x assembler -c - -o evil.o
	ld -shared -z separate-code -o "evil/$name" evil.o
	container
	ruleset r <<-EOF2
		- id: there
		  file: { path: "$T/none" }
		- id: yaml
		  file: { path: /etc/app.yaml }
		  expect: { yaml.b: inside }
	EOF2
	LD_LIBRARY_PATH=$T/none inspect 2
	judged r/there pass
	judged r/yaml error module "install libyaml"
}

@test "parameters and conditions are looked up inside" {
	container
	cat >r.yaml <<-'EOF2'
		format: 1
		ruleset: r
		version: 1.0.0
		applies_when: { file: /var/log/app.log }
		params:
		  word: { type: text, from: { file: /var/log/app.log, match: 'ERROR (\w+)' } }
		checks:
		  - id: v
		    value: { of: "${word}" }
		    expect: { value: inside }
	EOF2
	inspect 0
	ends 4 "$ROUNDS" run r.yaml
}

@test "the host is the container, in conditions and in names" {
	container
	ruleset r <<-'EOF2'
		- id: of-it
		  when: { host: "contain*" }
		  value: { of: "${host.name}" }
		  expect: { value: container }
		- id: of-another
		  when: { not: { host: "contain*" } }
		  file: { path: /etc/passwd }
		- id: addresses
		  value: { of: "${host.addresses}" }
		  expect: { value: { length: 0 } }
	EOF2
	inspect 0
	result report.json r/of-it '.status == "pass"'
	result report.json r/of-another ".message | test(\"the host is called .container\")"
	result report.json r/addresses '.status == "pass"'
}

@test "a command that is not there is a finding, not a hang" {
	container
	ruleset r <<-'EOF2'
		- id: c
		  command: { argv: [ /bin/true ] }
	EOF2
	run "$ROUNDS" run r.yaml --enter "$inside" --report json=report.json
	check r/c | jq -e '.status != "pass" and .error.kind != "crashed"'
}

@test "no process, no permission and no other namespace are clear errors" {
	echo '- { id: v, value: { of: 1 }, expect: { value: 1 } }' | ruleset r
	ends 66 "$ROUNDS" run r.yaml --enter 2147483647
	says "there is no process 2147483647"
	ends 65 "$ROUNDS" run r.yaml --enter $$
	says "is in no other namespaces than rounds itself"
	ends 64 "$ROUNDS" run r.yaml --enter 1 --root /
	says "--root and --enter exclude each other"
	[ "$(id -u)" -eq 0 ] || skip "the rest takes root"
	container
	chmod 755 "$T"
	ends 77 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$ROUNDS" run r.yaml --enter "$inside"
	says "process $inside"
}
