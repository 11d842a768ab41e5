#!/usr/bin/env bats
# mongo, by the real driver, against tests/lab/mongod.py: it speaks the protocol, but is no MongoDB.
# Where ROUNDS_TEST_MONGODB_URL names a real one, that is asked, too.

load helpers
load services
load ../lab/git_site

setup() {
	lab_setup
	module_built mongo || skip "the module mongo is not built"
}

teardown() {
	lab_teardown
}

# mongod OPTION ...: its port is in $mongod.
mongod() {
	local file=$T/.mongod.$RANDOM$RANDOM

	start python3 "$SRC/tests/lab/mongod.py" "$file" "$@"
	wait_for 20 test -f "$file"
	mongod=$(cat "$file")
}

@test "mongo: a replica set is told, with its members and their lag" {
	local members="--member 127.0.0.1:0:PRIMARY:1:0 --member 127.0.0.1:2:SECONDARY:1:3
		--member nothing.invalid:27017:(not_reachable/healthy):0:0" new old alone second

	mongod --set rs_lab $members --auth admin:admin-of-the-lab
	new=$mongod
	mongod --wire 6 --set rs_lab $members --auth admin:admin-of-the-lab
	old=$mongod
	mongod
	alone=$mongod
	mongod --set rs_lab --secondary
	second=$mongod
	for port in "$new" "$old"; do
		[ "$port" = "$new" ] && is=new || is=old
		check mongo "$is-set" "host: 127.0.0.1, port: $port, user: admin,
			password: admin-of-the-lab" \
			"set: rs_lab, writable: true, primary_host: 127.0.0.1, primary_port: $port,
			'members[1]': { lag: { ge: 2s, le: 5s } , addresses: [ 127.0.0.1 ] },
			members: { length: 3, count: { where: { state: PRIMARY }, is: 1 },
			any: { health: 0, host: nothing.invalid, addresses: { empty: true } } },
			'members[0].self': true"
		check mongo "$is-url" \
			"url: 'mongodb://admin:admin-of-the-lab@127.0.0.1:$port/?authSource=admin'"
		check mongo "$is-anonymous" "host: localhost, port: $port,
			command: { isMaster: 1 }" \
			"reply.ismaster: true, reply.me: '127.0.0.1:$port'"
	done
	check mongo set-url "url: 'mongodb://127.0.0.1:1,127.0.0.1:$second/?replicaSet=rs_lab',
		command: { ping: 1 }"
	check mongo alone "host: 127.0.0.1, port: $alone" "set: { exists: false }"
	check mongo command "host: 127.0.0.1, port: $alone, command: { listDatabases: 1 }" \
		"'reply.databases[*].name': { contains: bahamut }"
	check mongo nested "host: 127.0.0.1, port: $alone, command: { serverStatus: 1 }" \
		"'reply.wiredTiger.cache[\"maximum bytes configured\"]': { le: 1610612736 }"
	check mongo probe "host: 127.0.0.1, port: $alone, write_probe: true" "written: true"
	check mongo nothing-left "host: 127.0.0.1, port: $alone, database: rounds_probe,
		command: { count: write_probe }" "reply.n: 0"
	printf '  needs: [ probe ]\n' >>"$T/checks"
	inspect mongo
	table "new-set pass -
		new-url pass -
		new-anonymous pass -
		old-set pass -
		old-url pass -
		old-anonymous pass -
		set-url pass -
		alone pass -
		command pass -
		nested pass -
		probe pass -
		nothing-left pass -"
	nowhere admin-of-the-lab "$T/r.json" "$T/r.txt"
	result "$T/r.json" mongo/probe '.trace | join(" ") | contains("rounds_probe.write_probe")'
}

@test "mongo: whatever is refused is told apart" {
	local certificate ca

	GIT_SITE=$T/site
	mkdir "$GIT_SITE"
	git_site_certificates
	ca="ca: $GIT_SITE/tls/ca.crt"
	for certificate in good expired wrongname untrusted; do
		mongod --tls "$GIT_SITE/tls/$certificate.crt" "$GIT_SITE/tls/$certificate.key"
		check mongo "tls-$certificate" "host: localhost, port: $mongod, $ca"
	done
	check mongo tls-no-ca "url: 'mongodb://localhost:$mongod/?tls=true'"
	mongod --auth admin:admin-of-the-lab:ro --wire 6
	check mongo wrong-password "host: 127.0.0.1, port: $mongod, user: admin,
		password: wrong-one"
	check mongo wrong-user "host: 127.0.0.1, port: $mongod, user: other, password: wrong-one"
	local at=127.0.0.1:$mongod/?authMechanism=SCRAM-SHA-256
	check mongo wrong-mechanism "url: 'mongodb://admin:admin-of-the-lab@$at'"
	check mongo no-login "host: 127.0.0.1, port: $mongod, command: { listDatabases: 1 }"
	check mongo read-only "host: 127.0.0.1, port: $mongod, user: admin,
		password: admin-of-the-lab, write_probe: true"
	mongod --set rs_lab --secondary
	check mongo secondary "host: 127.0.0.1, port: $mongod, write_probe: true"
	mongod --full
	check mongo full "host: 127.0.0.1, port: $mongod, write_probe: true"
	check mongo no-command "host: 127.0.0.1, port: $mongod, command: { top: 1 }"
	check mongo too-large "host: 127.0.0.1, port: $mongod, command: { getLog: global }"
	check mongo refused "host: 127.0.0.1, port: $(free_port)"
	check mongo no-name "host: nothing.invalid"
	check mongo bad-url "url: 'mongodb://a:wrong-one@b:c@127.0.0.1/'"
	inspect mongo
	table "tls-good pass -
		tls-expired fail tls
		tls-wrongname fail tls
		tls-untrusted fail tls
		tls-no-ca fail tls
		wrong-password fail auth
		wrong-user fail auth
		wrong-mechanism fail auth_algorithm
		no-login fail forbidden
		read-only fail forbidden
		secondary fail query
		full fail query
		no-command fail query
		too-large fail too_large
		refused fail refused
		no-name fail dns
		bad-url error parameter"
	nowhere wrong-one "$T/r.json" "$T/r.txt"
}

@test "mongo: every fault in front of the server ends in time, with its kind" {
	local fault port tls

	GIT_SITE=$T/site
	mkdir "$GIT_SITE"
	git_site_certificates
	mongod
	port=$mongod
	mongod --tls "$GIT_SITE/tls/good.crt" "$GIT_SITE/tls/good.key"
	tls=$mongod
	faults blackhole silent
	check mongo blackhole "host: 127.0.0.1, port: $port_blackhole"
	check mongo silent "host: 127.0.0.1, port: $port_silent"
	local ca="ca: $GIT_SITE/tls/ca.crt"
	check mongo blackhole-tls "host: 127.0.0.1, port: $port_blackhole, $ca"
	check mongo silent-tls "host: 127.0.0.1, port: $port_silent, $ca"
	for fault in stall:0 trickle:0 stall:9000 trickle:9000 reset:9000 close:9000 garbage:0 \
		garbage:9000 endless:0 endless:9000; do
		proxied "$port" "${fault%:*}" "${fault#*:}"
		check mongo "plain-${fault/:/-}" \
			"host: 127.0.0.1, port: $proxied, command: { serverStatus: 1 }"
		proxied "$tls" "${fault%:*}" "${fault#*:}"
		check mongo "tls-${fault/:/-}" "host: localhost, port: $proxied,
			command: { serverStatus: 1 }, $ca"
	done
	mongod --hang serverStatus
	check mongo hangs "host: 127.0.0.1, port: $mongod, command: { serverStatus: 1 }"
	in_time 2s
	inspect mongo
	table "blackhole fail timeout
		silent fail timeout
		blackhole-tls fail timeout
		silent-tls fail timeout
		plain-stall-0 fail timeout
		tls-stall-0 fail timeout
		plain-trickle-0 fail timeout
		tls-trickle-0 fail timeout
		plain-stall-9000 fail timeout
		tls-stall-9000 fail timeout
		plain-trickle-9000 fail timeout
		tls-trickle-9000 fail timeout
		plain-reset-9000 fail reset
		tls-reset-9000 fail reset
		plain-close-9000 fail closed
		tls-close-9000 fail closed
		plain-garbage-0 fail protocol
		tls-garbage-0 fail tls
		plain-garbage-9000 fail protocol
		tls-garbage-9000 fail tls
		plain-endless-0 fail protocol
		tls-endless-0 fail tls
		plain-endless-9000 fail protocol
		tls-endless-9000 fail tls
		hangs fail timeout"
	ended_in_time 3000
}

@test "mongo: what may write is refused by lint" {
	local command

	for command in '{ insert: a }' '{ shutdown: 1 }' '{ dropDatabase: 1 }' '{ eval: x }' \
		'{ replSetStepDown: 1 }' '{ aggregate: a, pipeline: [ { $out: b } ] }' '{}'; do
		printf -- '- id: x\n  mongo: { host: h, command: %s }\n' "$command" | ruleset w
		ends 65 "$ROUNDS" lint "$T/w.yaml"
		says "command"
	done
}

@test "mongo: nothing is left in /dev/shm, whether a worker ends or is killed" {
	unshare -m true 2>/dev/null || skip "needs namespaces (unshare -m)"
	check mongo ends "host: 127.0.0.1, port: 1"
	ruleset mongo <"$T/checks"
	run unshare -m bash -ec "mount --make-rprivate /; mount -t tmpfs shm /dev/shm
		'$ROUNDS' run '$T/mongo.yaml' --report 'json=$T/r.json' || true
		ls -A /dev/shm"
	echo "$output"
	[ -z "$output" ]
	result "$T/r.json" mongo/ends '.error.kind == "refused"'
}

@test "mongo: a real one, where there is one" {
	[ -n "${ROUNDS_TEST_MONGODB_URL:-}" ] || skip "ROUNDS_TEST_MONGODB_URL is not set"
	check mongo real "url: '$ROUNDS_TEST_MONGODB_URL'"
	check mongo status "url: '$ROUNDS_TEST_MONGODB_URL', command: { serverStatus: 1 }" \
		"reply.uptime: { ge: 0 }"
	inspect mongo
	table "real pass -
		status pass -"
}
