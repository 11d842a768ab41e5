#!/usr/bin/env bats
# No process, directory or descriptor is left behind: a worker that has carried out many checks that
# failed, each in its own way, holds no more than one that has carried out a few.

load helpers
load services
load ../lab/git_site
load ../lab/mariadb_site
load ../lab/redis_site

# how often each fault is met between the two looks; an isolated worker is renewed after 100 checks
ROUNDS_OF_FAULTS=7

setup() {
	lab_setup
	[ "$(id -u)" = 0 ] || skip "only root may look at the descriptors of a worker"
	GIT_SITE=$T/site
	mkdir "$GIT_SITE" "$T/scratch"
	export ROUNDS_SCRATCH=$T/scratch
	# nothing of this machine's trust and logins
	unset HOME SSH_AUTH_SOCK SSL_CERT_FILE CURL_CA_BUNDLE
	start python3 "$SRC/tests/lab/turnstile.py" "$T/turnstile" "$T/looks" "$T/scratch"
	wait_for 20 test -f "$T/turnstile"
	LOOK=$(cat "$T/turnstile")
	REFUSED=$(free_port)
	ways=()
}

teardown() {
	[ ! -f "$T/site/d.pid" ] || kill -TERM "$(cat "$T/site/d.pid")" 2>/dev/null || true
	lab_teardown
}

# way FIELDS [TIMEOUT]: a check that ends with a finding.
way() {
	ways+=("${2:-20s}|$1")
}

# one ID TYPE FIELDS TIMEOUT NEEDS: adds a check that is content with any finding.
one() {
	printf -- '- id: %s\n  timeout: %s\n  %s: { %s }\n' "$1" "$4" "$2" "$3"
	printf '  expect: { error.kind: { exists: true } }\n'
	[ -z "$5" ] || printf '  needs: [ %s ]\n' "${5#, }"
} >>"$T/checks"

# round PREFIX TYPE NEEDS: every way once; their names are in $made.
round() {
	local i

	made=
	for i in "${!ways[@]}"; do
		one "$1$i" "$2" "${ways[i]#*|}" "${ways[i]%%|*}" "$3"
		made+=", $1$i"
	done
}

# holds_nothing TYPE LOOK-FIELDS: every way once, a look, every way many times, a look.
holds_nothing() {
	local i all= pid

	round early- "$1" ""
	one first "$1" "$2" 30s "$made"
	for i in $(seq "$ROUNDS_OF_FAULTS"); do
		round "n$i-" "$1" first
		all+=$made
	done
	one last "$1" "$2" 30s "$all"
	inspect held --jobs 1
	jq -e '[.results[] | select(.status != "pass" and .status != "skip") |
		{ id, status, message, trace }] == []' "$T/r.json" >/dev/null || {
		jq -c '.results[] | select(.status != "pass" and .status != "skip") |
			{ id, status, message, trace }' "$T/r.json"
		return 1
	}
	jq -se --argjson ways "${#ways[@]}" 'length == 2 and .[0].pid == .[1].pid and $ways > 2 and
		.[1].fds <= .[0].fds and .[1].maps <= .[0].maps and .[1].scratch <= .[0].scratch' \
		"$T/looks" || {
		cat "$T/looks"
		return 1
	}
	[ -z "$(ls -A "$T/scratch")" ]
	pid=$(jq -sr '.[0].pid' "$T/looks")
	wait_for 20 gone "$pid"
}

# proxied_ways PORT BYTES PREFIX SUFFIX: what can happen in the middle of an answer.
proxied_ways() {
	local fault timeout

	for fault in reset close garbage stall; do
		proxied "$1" "$fault" "$2"
		timeout=20s
		[ $fault != stall ] || timeout=300ms
		way "$3$proxied$4" "$timeout"
	done
}

# common_ways PREFIX SUFFIX: what can happen before there is any answer; a port is between them.
common_ways() {
	faults closes reset silent blackhole garbage
	way "$1$REFUSED$2"
	way "$1$port_closes$2"
	way "$1$port_reset$2"
	way "$1$port_garbage$2" 2s
	way "$1$port_silent$2" 200ms
	way "$1$port_blackhole$2" 200ms
}

needs_module() {
	module_built "$1" || skip "the module $1 is not built"
}

@test "descriptors: git over http" {
	local web

	needs_module git
	git_site_available || skip "$(git_site_available)"
	git_site_up
	web=http://127.0.0.1
	common_ways "url: '$web:" "/x.git'"
	proxied_ways "$HTTP" 50000 "url: '$web:" "/open/small.git'"
	way "url: '$web:$HTTP/basic/small.git', user: git, password: wrong-one"
	way "url: '$web:$HTTP/open/nothing.git'"
	way "url: '$web:$HTTP/open/small.git', branch: nothing"
	ROUNDS_OF_FAULTS=6
	holds_nothing git "url: '$web:$LOOK/x.git'"
}

@test "descriptors: git over https" {
	local web=https://localhost ca

	needs_module git
	git_site_available || skip "$(git_site_available)"
	git_site_up
	ca="ca: $GIT_SITE/tls/ca.crt"
	common_ways "url: '$web:" "/x.git', $ca"
	proxied_ways "$HTTPS" 50000 "url: '$web:" "/open/small.git', $ca"
	way "url: '$web:$EXPIRED/open/small.git', $ca"
	way "url: '$web:$UNTRUSTED/open/small.git', $ca"
	way "url: '$web:$HTTPS/basic/small.git', user: git, password: wrong-one, $ca"
	ROUNDS_OF_FAULTS=6
	holds_nothing git "url: 'https://127.0.0.1:$LOOK/x.git', $ca"
}

# ssh_ways PREFIX SUFFIX SERVER: for the checks that go by SSH.
ssh_ways() {
	local known="host_key: accept-new, known_hosts: /nonexistent"
	local key="key: $GIT_SITE/keys/ed25519"

	common_ways "$1" "$2, $known, $key"
	way "$1$3$2, $known, key: $GIT_SITE/keys/stranger"
	way "$1$3$2, known_hosts: $GIT_SITE/known_hosts.empty, $key"
	way "$1$3$2, known_hosts: $GIT_SITE/known_hosts.wrong, $key"
	way "$1$3$2, $known, agent: true"
	proxied "$3" reset 500
	way "$1$proxied$2, $known, $key"
	proxied "$3" stall 500
	way "$1$proxied$2, $known, $key" 300ms
}

by_ssh() {
	local folder own=libssh at

	needs_module ssh
	git_site_available || skip "$(git_site_available)"
	folder=$(dirname "$ROUNDS")
	! ldd "$folder/.libs/ssh.so" | grep -q 'libssh2\.' || own=libssh2
	[ "$2" = $own ] || folder=$folder/ssh-backends/$2
	[ -e "$folder/.libs/ssh.so" ] || skip "no module is built on $2"
	export ROUNDS_MODULES=$folder
	git_site_ssh_up
	start ssh-agent -D -a "$T/agent"
	wait_for 20 test -S "$T/agent"
	export SSH_AUTH_SOCK=$T/agent
	ssh-add -q "$GIT_SITE/keys/stranger" 2>/dev/null
	ROUNDS_OF_FAULTS=6
	if [ "$1" = git ]; then
		at="$SSH_USER@127.0.0.1"
		ssh_ways "url: 'ssh://$at:" "/group/small.git'" "$SSH"
		way "url: 'ssh://$at:$SSH/group/nothing.git', key: $GIT_SITE/keys/ed25519, \
			host_key: accept-new"
		holds_nothing git "url: 'ssh://$at:$LOOK/x.git', host_key: accept-new"
	else
		at="host: 127.0.0.1, user: $SSH_USER, port: "
		ssh_ways "$at" "" "$SSH"
		holds_nothing ssh "$at$LOOK, host_key: accept-new"
	fi
}

@test "descriptors: git over ssh, by libssh" {
	by_ssh git libssh
}

@test "descriptors: git over ssh, by libssh2" {
	by_ssh git libssh2
}

@test "descriptors: ssh, by libssh" {
	by_ssh ssh libssh
}

@test "descriptors: ssh, by libssh2" {
	by_ssh ssh libssh2
}

@test "descriptors: sql" {
	local reader="user: reader, password: reader-of-the-lab" ca
	local long="query: \"SELECT REPEAT('x', 3000) AS x FROM seq_1_to_100\""

	needs_module sql
	mariadb_site_available || skip "$(mariadb_site_available)"
	mariadb_site_up
	ca="ca: $GIT_SITE/tls/other.crt"
	common_ways "url: 'mysql://127.0.0.1:" "/lab', $reader"
	proxied_ways "$SQL" 9000 "url: 'mysql://127.0.0.1:" "/lab', $reader, $long"
	way "url: 'mysql://127.0.0.1:$SQL/lab', user: reader, password: wrong-one"
	way "url: 'mysql://localhost:$SQL/lab', $reader, $ca"
	way "url: 'mysql://127.0.0.1:$SQL/lab', $reader, query: 'SELECT * FROM nothing'"
	ROUNDS_OF_FAULTS=6
	holds_nothing sql "url: 'mysql://127.0.0.1:$LOOK/lab', $reader"
}

@test "descriptors: redis" {
	local at="host: 127.0.0.1, port: "

	needs_module redis
	redis_site_available || skip "$(redis_site_available)"
	redis_site_up
	common_ways "$at" ""
	proxied_ways "$OPEN" 2500 "$at" ", info: all"
	way "$at$REDIS, password: wrong-one"
	way "host: localhost, port: $REDIS_EXPIRED, ca: $GIT_SITE/tls/ca.crt"
	way "$at$OPEN, command: [ LLEN, nothing, more ]"
	ROUNDS_OF_FAULTS=6
	holds_nothing redis "$at$LOOK"
}

@test "descriptors: mongo" {
	local at="host: 127.0.0.1, port: " port

	needs_module mongo
	git_site_certificates
	start python3 "$SRC/tests/lab/mongod.py" "$T/mongod" --auth admin:admin-of-the-lab
	start python3 "$SRC/tests/lab/mongod.py" "$T/mongod-tls" --tls "$GIT_SITE/tls/expired.crt" \
		"$GIT_SITE/tls/expired.key"
	start python3 "$SRC/tests/lab/mongod.py" "$T/mongod-open"
	wait_for 20 test -f "$T/mongod" -a -f "$T/mongod-tls" -a -f "$T/mongod-open"
	port=$(cat "$T/mongod")
	common_ways "$at" ""
	proxied_ways "$(cat "$T/mongod-open")" 9000 "$at" ", command: { serverStatus: 1 }"
	way "$at$port, user: admin, password: wrong-one"
	way "$at$port, command: { listDatabases: 1 }"
	way "host: localhost, port: $(cat "$T/mongod-tls"), ca: $GIT_SITE/tls/ca.crt"
	ROUNDS_OF_FAULTS=6
	holds_nothing mongo "$at$LOOK"
}

# at_port PORT [PASSWORD]: a configuration of supervisord that names this port.
at_port() {
	sed "s/^port=.*/port=127.0.0.1:$1/; s/^password=.*/password=${2:-supervisor-of-the-lab}/" \
		"$GIT_SITE/d.conf" >"$GIT_SITE/$1${2:-}.conf"
}

@test "descriptors: supervisor" {
	local port fault

	needs_module supervisor
	command -v supervisord >/dev/null || skip "not installed: supervisord"
	port=$(free_port)
	cat >"$GIT_SITE/d.conf" <<-CONF
		[inet_http_server]
		port=127.0.0.1:$port
		username=sup
		password=supervisor-of-the-lab
		[supervisord]
		logfile=%(here)s/d.log
		pidfile=%(here)s/d.pid
		childlogdir=%(here)s
		user=root
		[rpcinterface:supervisor]
		supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
		[program:steady]
		command=/bin/sleep 100000
		startsecs=0
	CONF
	start supervisord -n -c "$GIT_SITE/d.conf"
	wait_for 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
	common_ways "config: $GIT_SITE/" ".conf"
	proxied_ways "$port" 300 "config: $GIT_SITE/" ".conf"
	for fault in "${ways[@]}"; do
		fault=${fault##*/}
		at_port "${fault%.conf}"
	done
	at_port "$port" wrong-one
	way "config: $GIT_SITE/${port}wrong-one.conf"
	way "config: $GIT_SITE/d.conf, program: nothing"
	at_port "$LOOK"
	ROUNDS_OF_FAULTS=6
	holds_nothing supervisor "config: $GIT_SITE/$LOOK.conf"
}

# Those below share one worker and run at once.

@test "descriptors: http" {
	local ca

	needs_module http
	git_site_available || skip "$(git_site_available)"
	git_site_certificates
	git_site_repositories
	git_site_http
	ca="ca: $GIT_SITE/tls/ca.crt"
	common_ways "url: 'http://127.0.0.1:" "/'"
	common_ways "url: 'https://127.0.0.1:" "/', $ca"
	proxied_ways "$HTTPS" 1000 "url: 'https://localhost:" \
		"/open/small.git/info/refs?service=git-upload-pack', $ca"
	way "url: 'https://localhost:$EXPIRED/', $ca"
	way "url: 'http://nothing.invalid/'"
	# many requests are shared by a worker for each processor
	taskset -cp "$(taskset -cp "$BASHPID" | sed 's/.*: //; s/[-,].*//')" "$BASHPID" >/dev/null
	ROUNDS_OF_FAULTS=20
	holds_nothing http "url: 'http://127.0.0.1:$LOOK/'"
}

@test "descriptors: tcp" {
	faults closes reset silent blackhole endless-body
	for fault in "$REFUSED" "$port_reset" "$port_blackhole"; do
		way "host: 127.0.0.1, port: $fault, send: x, until: x" 200ms
	done
	way "host: 127.0.0.1, port: $port_silent, send: x, until: x" 200ms
	way "host: 127.0.0.1, port: $port_closes, send: x, until: x"
	way "host: 127.0.0.1, port: $port_closes, tls: true"
	way "host: 127.0.0.1, port: $port_silent, tls: true" 200ms
	way "host: nothing.invalid, port: 1"
	ROUNDS_OF_FAULTS=25
	holds_nothing tcp "host: 127.0.0.1, port: $LOOK, send: x, until: y"
}

@test "descriptors: tls" {
	git_site_available || skip "$(git_site_available)"
	git_site_certificates
	git_site_repositories
	git_site_http
	common_ways "host: 127.0.0.1, port: " ""
	for port in "$EXPIRED" "$UNTRUSTED" "$WRONGNAME"; do
		way "host: localhost, port: $port, ca: $GIT_SITE/tls/ca.crt"
	done
	ROUNDS_OF_FAULTS=25
	holds_nothing tls "host: 127.0.0.1, port: $LOOK"
}

@test "descriptors: dns" {
	local manner at

	start python3 "$SRC/tests/lab/dnsd.py" "$T/.dnsd"
	wait_for 20 test -f "$T/.dnsd"
	eval "$(sed 's/^/port_/' "$T/.dnsd")"
	at="server: 127.0.0.1, type: A"
	for manner in garbage servfail refused otherid; do
		way "$at, port: $port_dnsd, name: $manner.example" 300ms
		way "$at, port: $port_dnsd, name: $manner.example, protocol: tcp" 300ms
	done
	way "$at, port: $port_dnsd_silent, name: x.example" 200ms
	way "$at, port: $REFUSED, name: x.example"
	way "$at, port: $REFUSED, name: x.example, protocol: tcp"
	ROUNDS_OF_FAULTS=20
	holds_nothing dns "$at, port: $LOOK, name: x.example, protocol: tcp"
}
