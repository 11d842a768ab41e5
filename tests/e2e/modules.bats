#!/usr/bin/env bats
# Modules: their libraries are in no process but the workers', and one that is missing is named.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# A check of every type that has a module, at a server that says nothing.
one_of_each() {
	local at="host: 127.0.0.1, port: $port_silent" id

	printf '[inet_http_server]\nport=127.0.0.1:%s\n' "$port_silent" >"$T/supervisord.conf"
	for id in "git { url: 'http://127.0.0.1:$port_silent/x.git' }" \
		"http { url: 'http://127.0.0.1:$port_silent/' }" \
		"mongo { $at }" "redis { $at }" \
		"service { unit: x, socket: $T/private }" \
		"sql { url: 'mysql://reader@127.0.0.1:$port_silent/x' }" \
		"ssh { $at, user: x, password: '\${word}' }" \
		"supervisor { config: $T/supervisord.conf }"; do
		printf -- '- { id: %s, timeout: 60s, %s: %s }\n' "${id%% *}" "${id%% *}" "${id#* }"
	done
}

rules_of_each() {
	{
		printf 'format: 1\nruleset: each\nversion: 1.0.0\n'
		printf 'params: { word: { type: secret, required: false } }\nchecks:\n'
		one_of_each
	} >"$T/each.yaml"
}

# Whether a process below $main has each of these libraries in its memory.
all_mapped() {
	local library

	for library in $libraries; do
		grep -qs "/$library\." $(pgrep -g "$main" | sed 's|.*|/proc/&/maps|') \
			$(for worker in $(pgrep -P "$main"); do
				echo "/proc/$worker/maps"
				pgrep -P "$worker" | sed 's|.*|/proc/&/maps|'
			done) || return 1
	done
}

@test "modules: no library of a module is ever mapped into the supervisor" {
	local module of foreign

	faults silent
	start python3 -c "
import socket, time
s = socket.socket(socket.AF_UNIX); s.bind('$T/private'); s.listen(); time.sleep(1e6)"
	wait_for 20 test -S "$T/private"
	rules_of_each
	libraries=
	for of in git:libgit2 http:libcurl mongo:libmongoc-1 redis:libhiredis service:libsystemd \
		sql:libmariadb ssh:libssh supervisor:libexpat; do
		module=${of%%:*}
		ldd "$(dirname "$ROUNDS")/.libs/$module.so" 2>/dev/null |
			grep -q "${of#*:}" && libraries+=" ${of#*:}"
	done
	[ -n "$libraries" ] || skip "no module is built"
	start env ROUNDS_PARAM_word=w0rd-of-the-lab "$ROUNDS" run each.yaml
	main=$started
	# all are at work, each in the memory of a worker
	wait_for 60 all_mapped
	grep -q . "/proc/$main/maps"
	foreign='cares|crypto|curl|expat|git2|hiredis|mariadb|mongoc|mysqlclient'
	foreign+='|ssh|ssh2|ssl|systemd'
	run grep -E "/lib($foreign)[-.0-9]" "/proc/$main/maps"
	echo "$output"
	[ "$status" -eq 1 ]
	# of the program's own libraries there is one, so the question can be answered with yes
	grep -q 'libjansson\.' "/proc/$main/maps"
}

@test "modules: a library that the program loads late is missing: who needs it says so" {
	[ -z "${ROUNDS_SANITIZED:-}" ] || skip "the sanitizers bring libraries of their own"
	# found before the real ones, and no libraries
	mkdir none
	: >"none/$(late_library yaml)"
	: >"none/$(late_library z)"
	[ "$(find none -type f | wc -l)" -eq 2 ]
	echo 'ERROR one' | gzip >app.log.gz
	# an alias is not plainly written
	printf 'a: &name inside\nb: *name\n' >alias.yaml
	ruleset plain <<-EOF2
		- { id: file, file: { path: /etc/passwd } }
		- { id: log, log: { path: $T/app.log.gz, bad: [ ERROR ] } }
		- { id: yaml, file: { path: $T/alias.yaml }, expect: { yaml.b: inside } }
	EOF2
	LD_LIBRARY_PATH=$T/none ends 2 "$ROUNDS" run plain.yaml --report json=report.json
	judged plain/file pass
	judged plain/log error module "install zlib1g"
	judged plain/yaml error module "install libyaml"
	ends 1 "$ROUNDS" run plain.yaml --report json=report.json
	judged plain/log fail
	judged plain/yaml pass
	sed 's/^ruleset: .*/&\ntitle: \&name x\nproduct: *name/' plain.yaml >other.yaml
	LD_LIBRARY_PATH=$T/none ends 65 "$ROUNDS" run other.yaml
	says 'libyaml'
	says 'cannot be loaded'
	says 'install libyaml'
	ends 1 "$ROUNDS" run other.yaml
}

@test "modules: one that is missing is an error that names what to install, for every type" {
	port_silent=1
	rules_of_each
	mkdir none
	ROUNDS_MODULES=$T/none ROUNDS_PARAM_word=w0rd-of-the-lab \
		ends 2 "$ROUNDS" run each.yaml --report json=r.json
	jq -e '[.results[] | "\(.status) \(.error.kind)"] | unique == [ "error module" ]' r.json
	[ "$(jq '.results | length' r.json)" -eq 8 ]
	while read -r type library; do
		result r.json "each/$type" ".error.text | contains(\"module '$type'\") and
			contains(\"needs\") and contains(\"$library\")"
	done <<-EOF2
		git libgit2
		http libcurl
		mongo libmongoc
		redis hiredis
		service libsystemd
		sql client library
		ssh libssh
		supervisor expat
	EOF2
}
