#!/usr/bin/env bats
# The trace of a check that failed is a chain: the steps that were taken, and then where it stopped.

load helpers
load services
load ../lab/git_site
load ../lab/mariadb_site
load ../lab/redis_site

setup() {
	lab_setup
	GIT_SITE=$T/site
	mkdir "$GIT_SITE"
	: >"$T/expected"
	unset HOME SSH_AUTH_SOCK SSL_CERT_FILE CURL_CA_BUNDLE
}

teardown() {
	lab_teardown
}

# stops TYPE ID FIELDS STEP ...: a check that fails, and what each step of its trace begins with.
# Of a number that is measured, and what follows, nothing is compared.
stops() {
	local type=$1 id=$2

	check "$type" "$id" "$3"
	shift 3
	printf '%s' "$id" >>"$T/expected"
	printf ' | %s' "$@" >>"$T/expected"
	echo >>"$T/expected"
}

# before_any_answer TYPE PREFIX SUFFIX PHASE: what types that talk by TCP tell alike; PHASE is
# where a silent server leaves it.
before_any_answer() {
	local type=$1 before=() phase=$4

	[ "$type" != http ] || before=("GET ")
	stops "$type" "$type-no-name" "$(printf "$2" nothing.invalid 1)$3" "${before[@]}" \
		"stopped in phase resolve"
	case $type in
	http | sql) stops "$type" "$type-refused" "$(printf "$2" 127.0.0.1 "$port_refused")$3" \
		"${before[@]}" "stopped in phase connect" ;;
	*) stops "$type" "$type-refused" "$(printf "$2" 127.0.0.1 "$port_refused")$3" \
		"connection refused by 127.0.0.1:$port_refused" "stopped in phase connect" ;;
	esac
	stops "$type" "$type-blackhole" "$(printf "$2" 127.0.0.1 "$port_blackhole")$3" \
		"${before[@]}" "stopped in phase connect"
	stops "$type" "$type-silent" "$(printf "$2" 127.0.0.1 "$port_silent")$3" "${before[@]}" \
		"connected to 127.0.0.1:$port_silent" "stopped in phase $phase"
}

# chains: runs the checks and compares.
chains() {
	local id steps

	in_time "${1:-1s}"
	inspect traces
	python3 - "$T/expected" "$T/r.json" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[2]))
		results = {r["id"].split("/")[1]: r for r in report["results"]}
		bad = 0
		for line in open(sys.argv[1]):
		    id, *steps = line.rstrip("\n").split(" | ")
		    trace = results[id]["trace"]
		    if results[id]["status"] != "fail" or len(trace) != len(steps) or \
		            not all(map(str.startswith, trace, steps)):
		        print(id, results[id]["status"], trace, "instead of", steps, sep="\n  ")
		        bad += 1
		sys.exit(bad > 0)
	END
	# the report for people shows the same chain
	grep -q 'trace .*→' "$T/r.txt"
}

@test "traces: http, tcp, tls, udp and dns" {
	local ca web

	git_site_available || skip "$(git_site_available)"
	module_built http || skip "the module http is not built"
	git_site_certificates
	git_site_repositories
	git_site_http
	ca="ca: $GIT_SITE/tls/ca.crt"
	web="https://localhost:"
	faults refused blackhole silent garbage closes
	before_any_answer http "url: 'http://%s:%s/'" "" answer
	stops http http-tls-silent "url: 'https://127.0.0.1:$port_silent/', $ca" "GET " \
		"connected to 127.0.0.1:$port_silent" "stopped in phase tls"
	stops http http-expired "url: '$web$EXPIRED/', $ca" "GET " "resolved 'localhost' to " \
		"connected to 127.0.0.1:$EXPIRED" "stopped in phase tls"
	stops http http-garbage "url: 'http://127.0.0.1:$port_garbage/'" "GET " \
		"connected to 127.0.0.1:$port_garbage in " "stopped in phase answer"
	stops http http-missing "url: '$web$HTTPS/nothing', $ca" "GET " \
		"resolved 'localhost' to " "connected to 127.0.0.1:$HTTPS in " "TLSv1." \
		"answered 404 after "

	stops tcp tcp-no-name "host: nothing.invalid, port: 1" "stopped in phase resolve"
	stops tcp tcp-refused "host: 127.0.0.1, port: $port_refused" \
		"connection refused by " "stopped in phase connect"
	stops tcp tcp-silent "host: 127.0.0.1, port: $port_silent, send: x, until: y" \
		"connected to 127.0.0.1:$port_silent in " "sent 1 bytes" "stopped in phase answer"
	stops tcp tcp-expired "host: localhost, port: $EXPIRED, tls: true, $ca" \
		"resolved 'localhost' to " "connected to " "stopped in phase tls"

	before_any_answer tls "host: %s, port: %s" "" tls
	stops tls tls-garbage "host: 127.0.0.1, port: $port_garbage" \
		"connected to 127.0.0.1:$port_garbage in " "stopped in phase tls"

	stops udp udp-no-name "host: nothing.invalid, port: 1, send: x" "stopped in phase resolve"
	stops udp udp-refused "host: 127.0.0.1, port: $port_refused, send: x" \
		"no answer from 127.0.0.1:$port_refused: refused" "stopped in phase answer"
	stops dns dns-no-server "server: nothing.invalid, name: x.example, type: A" \
		"stopped in phase resolve"
	stops dns dns-refused "server: 127.0.0.1, port: $port_refused, name: x.example, type: A" \
		"no answer from 127.0.0.1:$port_refused: refused" "stopped in phase answer"
	stops dns dns-silent "server: 127.0.0.1, port: $port_silent, name: x.example, type: A,
		protocol: tcp" "connected to 127.0.0.1:$port_silent in " "stopped in phase answer"
	chains
}

@test "traces: git and ssh" {
	local web ca key at

	git_site_available || skip "$(git_site_available)"
	module_built git && module_built ssh || skip "the modules git and ssh are not built"
	git_site_up
	faults refused blackhole silent
	web="url: 'http://127.0.0.1:$HTTP" ca="ca: $GIT_SITE/tls/ca.crt"
	key="host_key: accept-new, key: $GIT_SITE/keys"
	at="url: 'ssh://$SSH_USER@127.0.0.1:$SSH/group"
	stops git http-no-name "url: 'http://nothing.invalid/x.git'" "stopped in phase resolve"
	stops git http-refused "url: 'http://127.0.0.1:$port_refused/x.git'" \
		"stopped in phase connect"
	stops git http-silent "url: 'http://127.0.0.1:$port_silent/x.git'" \
		"connected to 127.0.0.1 port $port_silent in " "stopped in phase refs"
	stops git https-silent "url: 'https://127.0.0.1:$port_silent/x.git', $ca" \
		"connected to 127.0.0.1:$port_silent" "stopped in phase tls"
	stops git https-expired "url: 'https://localhost:$EXPIRED/open/small.git', $ca" \
		"resolved 'localhost' to " "connected to 127.0.0.1:$EXPIRED" "stopped in phase tls"
	stops git http-password "$web/basic/small.git', user: git, password: wrong-one" \
		"connected to 127.0.0.1 port $HTTP in " "info/refs answered 401" \
		"stopped in phase refs"
	stops git https-no-repository "url: 'https://localhost:$HTTPS/open/nothing.git', $ca" \
		"resolved 'localhost' to " "connected to " "TLS agreed on in " \
		"info/refs answered 404" "stopped in phase refs"
	stops git http-no-branch "$web/open/small.git', branch: nothing" "connected to " \
		"info/refs answered 200" "stopped in phase refs"
	stops git ssh-no-repository "$at/nothing.git', $key/ed25519" "connected to " \
		"speaks SSH-2.0-OpenSSH" "host key ssh-ed25519 SHA256:" \
		"authenticated as $SSH_USER with the key" "stopped in phase refs"
	before_any_answer ssh "host: %s, port: %s" ", user: x, $key/ed25519" handshake
	stops ssh ssh-unknown "host: 127.0.0.1, port: $SSH,
		known_hosts: $GIT_SITE/known_hosts.empty" \
		"connected to " "speaks SSH-2.0-OpenSSH" "stopped in phase host_key"
	stops ssh ssh-key "host: 127.0.0.1, port: $SSH, user: $SSH_USER, $key/stranger" \
		"connected to " "speaks SSH-2.0-OpenSSH" "host key ssh-ed25519 SHA256:" \
		"stopped in phase auth"
	chains 2s
}

@test "traces: sql, redis, mongo and supervisor" {
	local kind port at

	mariadb_site_available || skip "$(mariadb_site_available)"
	redis_site_available || skip "$(redis_site_available)"
	for kind in sql redis mongo supervisor; do
		module_built $kind || skip "the module $kind is not built"
	done
	faults refused blackhole silent garbage
	mariadb_site_up
	before_any_answer sql "url: 'mysql://%s:%s/lab'" ", user: reader" login
	at="url: 'mysql://localhost:$SQL/lab', user: reader"
	stops sql sql-password "$at, password: wrong-one" "resolved 'localhost' to " \
		"connected to 127.0.0.1:$SQL" "stopped in phase login"
	stops sql sql-ca "$at, ca: $GIT_SITE/tls/other.crt" "resolved 'localhost' to " \
		"connected to 127.0.0.1:$SQL" "stopped in phase tls"
	stops sql sql-no-table "$at, password: reader-of-the-lab, ca: $GIT_SITE/tls/ca.crt,
		query: 'SELECT * FROM nothing'" "resolved 'localhost' to " "connected to " \
		"TLSv1." "authenticated as reader" "stopped in phase query"

	redis_site_server closed --requirepass pa55-of-the-lab
	port=$redis_port
	redis_site_tls expired
	before_any_answer redis "host: %s, port: %s" "" command
	stops redis redis-password "host: 127.0.0.1, port: $port, password: wrong-one" \
		"connected to 127.0.0.1:$port in " "stopped in phase login"
	stops redis redis-no-database "host: localhost, port: $port, password: pa55-of-the-lab,
		db: 99" "resolved 'localhost' to " "connected to 127.0.0.1:$port in " \
		"authenticated as default" "stopped in phase command"
	stops redis redis-expired "host: localhost, port: $redis_port, ca: $GIT_SITE/tls/ca.crt" \
		"resolved 'localhost' to " "connected to " "stopped in phase tls"

	start python3 "$SRC/tests/lab/mongod.py" "$T/mongod" --auth admin:admin-of-the-lab
	start python3 "$SRC/tests/lab/mongod.py" "$T/mongod-tls" --tls "$GIT_SITE/tls/expired.crt" \
		"$GIT_SITE/tls/expired.key"
	wait_for 20 test -f "$T/mongod" -a -f "$T/mongod-tls"
	port=$(cat "$T/mongod")
	before_any_answer mongo "host: %s, port: %s" "" answer
	stops mongo mongo-password "host: 127.0.0.1, port: $port, user: admin,
		password: wrong-one" \
		"connected to 127.0.0.1:$port in " "stopped in phase login"
	stops mongo mongo-forbidden "host: 127.0.0.1, port: $port, command: { listDatabases: 1 }" \
		"connected to 127.0.0.1:$port in " "stopped in phase command"
	stops mongo mongo-expired "host: localhost, port: $(cat "$T/mongod-tls"),
		ca: $GIT_SITE/tls/ca.crt" "resolved 'localhost' to " "connected to " \
		"stopped in phase tls"

	for kind in refused blackhole silent garbage; do
		port=port_$kind
		printf '[inet_http_server]\nport=127.0.0.1:%s\nusername=a\npassword=b\n' \
			"${!port}" >"$T/$kind.conf"
	done
	stops supervisor supervisor-refused "config: $T/refused.conf" "connection refused by " \
		"stopped in phase connect"
	stops supervisor supervisor-blackhole "config: $T/blackhole.conf" "stopped in phase connect"
	stops supervisor supervisor-silent "config: $T/silent.conf" "connected to " \
		"stopped in phase answer"
	stops supervisor supervisor-garbage "config: $T/garbage.conf" "connected to " \
		"stopped in phase answer"
	chains
	nowhere wrong-one "$T/r.json" "$T/r.txt"
}
