#!/usr/bin/env bats
# Redis and Sentinel, real ones: what they say as facts, and for every fault exactly what is wrong.

load helpers
load services
load ../lab/git_site
load ../lab/redis_site

setup() {
	lab_setup
	redis_site_available || skip "$(redis_site_available)"
	module_built redis || skip "the module redis is not built"
	redis_site_up
	P="password: pa55-of-the-lab"
	CA="ca: $GIT_SITE/tls/ca.crt"
}

teardown() {
	lab_teardown
}

@test "redis: a master, its replica and their Sentinel are told with all that they say" {
	local at="host: 127.0.0.1, port: $REDIS"

	check redis ping "$at, $P"
	check redis url "url: 'redis://:pa55-of-the-lab@127.0.0.1:$REDIS/1'"
	check redis url-user "url: 'redis://reader:reader-of-the-lab@localhost:$REDIS'"
	check redis user "$at, user: reader, password: reader-of-the-lab, command: GET greeting" \
		"reply: hello"
	check redis master "$at, $P, info: replication" \
		"role: master, replicas: { length: 1, each: { state: online, lag: { le: 10 } } },
		info.connected_slaves: 1, 'replicas[0].port': $REPLICA"
	check redis without-info "$at, $P" "role: master, info.master_repl_offset: { ge: 0 }"
	check redis replica "host: 127.0.0.1, port: $REPLICA, info: replication" \
 \
		"role: slave, master_host: 127.0.0.1, master_port: $REDIS,
		info.master_link_status: up"
	check redis types "$at, $P, info: all" "info.run_id: { length: 40 },
		info.db0: { keys: 2 }, info.used_memory: { gt: 1000 },
		info.redis_git_sha1: '00000000'"
	check redis sentinel-masters "host: 127.0.0.1, port: $SENTINEL, sentinel: masters" \
		"masters: { length: 1, each: { name: lab, flags: master, quorum: 1, num-slaves: 1,
		port: $REDIS } }"
	check redis sentinel-replicas \
		"host: 127.0.0.1, port: $SENTINEL, sentinel: replicas, master: lab" \
		"replicas: { each: { flags: slave, port: $REPLICA } }"
	check redis quorum "url: 'redis://127.0.0.1:$SENTINEL', sentinel: ckquorum, master: lab" \
		"reply: { starts_with: OK }"
	check redis quorum-command \
		"host: 127.0.0.1, port: $SENTINEL, command: [ SENTINEL, CKQUORUM, lab ]" \
		"reply: { starts_with: OK }"
	check redis tls "host: localhost, port: $REDIS_GOOD, $P, $CA"
	check redis tls-url "url: 'rediss://:pa55-of-the-lab@127.0.0.1:$REDIS_GOOD', $CA"
	check redis config "$at, $P, command: [ CONFIG, GET, requirepass ]" \
		"reply: [ requirepass, '***' ]"
	check redis nothing "$at, $P, command: [ GET, nothing ]" "reply: null"
	inspect redis
	table "ping pass -
		url pass -
		url-user pass -
		user pass -
		master pass -
		without-info pass -
		replica pass -
		types pass -
		sentinel-masters pass -
		sentinel-replicas pass -
		quorum pass -
		quorum-command pass -
		tls pass -
		tls-url pass -
		config pass -
		nothing pass -"
	[ "$status" -eq 0 ]
	nowhere pa55-of-the-lab "$T/r.json" "$T/r.txt"
	nowhere reader-of-the-lab "$T/r.json" "$T/r.txt"
	result "$T/r.json" redis/tls '.trace | join(" ") | contains("TLSv1.3")'
	result "$T/r.json" redis/user '.trace | join(" ") | contains("authenticated as reader")'
}

@test "redis: whatever is refused is told apart" {
	local at="host: 127.0.0.1, port: $REDIS"

	check redis no-password "$at"
	check redis wrong-password "$at, password: wrong-one"
	check redis wrong-user "$at, user: nobody-there, password: wrong-one"
	check redis needless-password "host: 127.0.0.1, port: $OPEN, password: wrong-one"
	check redis forbidden "$at, user: reader, password: reader-of-the-lab, command: DBSIZE"
	check redis no-master "host: 127.0.0.1, port: $SENTINEL, sentinel: replicas, master: other"
	check redis no-database "$at, $P, db: 99"
	check redis wrong-type "$at, $P, command: [ LLEN, greeting ]"
	check redis no-sentinel "$at, $P, sentinel: masters"
	check redis too-large "$at, $P, command: [ GET, large ]"
	check redis refused "host: 127.0.0.1, port: $(free_port)"
	check redis no-name "url: 'redis://nothing.invalid'"
	check redis expired "host: localhost, port: $REDIS_EXPIRED, $CA"
	check redis wrong-name "host: localhost, port: $REDIS_WRONGNAME, $CA"
	check redis untrusted "host: localhost, port: $REDIS_UNTRUSTED, $CA"
	check redis no-ca "host: localhost, port: $REDIS_GOOD, tls: true"
	check redis no-tls "$at, $CA"
	# closed while our words lie unread there, which may become a reset
	check redis needs-tls "host: 127.0.0.1, port: $REDIS_GOOD" \
		"error.kind: { in: [ closed, reset ] }"
	check redis no-such-ca "host: localhost, port: $REDIS_GOOD, ca: /nonexistent"
	check redis not-equal "$at, $P, info: replication" "role: slave"
	in_time 3s
	inspect redis
	table "no-password fail auth
		wrong-password fail auth
		wrong-user fail auth
		needless-password fail auth
		forbidden fail forbidden
		no-master fail not_found
		no-database fail not_found
		wrong-type fail query
		no-sentinel fail query
		too-large fail too_large
		refused fail refused
		no-name fail dns
		expired fail tls
		wrong-name fail tls
		untrusted fail tls
		no-ca fail tls
		no-tls fail timeout
		needs-tls pass -
		no-such-ca error parameter
		not-equal fail -"
	[ "$status" -eq 1 ]
	nowhere wrong-one "$T/r.json" "$T/r.txt"
	nowhere pa55-of-the-lab "$T/r.json" "$T/r.txt"
}

@test "redis: every fault in front of the real server ends in time, with its kind" {
	local fault

	faults blackhole silent
	check redis blackhole "host: 127.0.0.1, port: $port_blackhole"
	check redis silent "host: 127.0.0.1, port: $port_silent"
	check redis blackhole-tls "host: 127.0.0.1, port: $port_blackhole, $CA"
	check redis silent-tls "host: 127.0.0.1, port: $port_silent, $CA"
	for fault in stall:0 trickle:0 stall:2500 trickle:2500 reset:2500 close:2500 garbage:0 \
		garbage:2500 endless:0 endless:2500; do
		proxied "$OPEN" "${fault%:*}" "${fault#*:}"
		check redis "plain-${fault/:/-}" "host: 127.0.0.1, port: $proxied, info: all"
		proxied "$REDIS_GOOD" "${fault%:*}" "${fault#*:}"
		check redis "tls-${fault/:/-}" "host: localhost, port: $proxied, info: all, $P, $CA"
	done
	in_time 2s
	inspect redis
	table "blackhole fail timeout
		silent fail timeout
		blackhole-tls fail timeout
		silent-tls fail timeout
		plain-stall-0 fail timeout
		tls-stall-0 fail timeout
		plain-trickle-0 fail timeout
		tls-trickle-0 fail timeout
		plain-stall-2500 fail timeout
		tls-stall-2500 fail timeout
		plain-trickle-2500 fail timeout
		tls-trickle-2500 fail timeout
		plain-reset-2500 fail reset
		tls-reset-2500 fail reset
		plain-close-2500 fail closed
		tls-close-2500 fail closed
		plain-garbage-0 fail protocol
		tls-garbage-0 fail tls
		plain-garbage-2500 fail protocol
		tls-garbage-2500 fail tls
		plain-endless-0 fail protocol
		tls-endless-0 fail tls
		plain-endless-2500 fail protocol
		tls-endless-2500 fail tls"
	ended_in_time 3000
}

@test "redis: what may write is refused, by lint and once more when it is only known at run time" {
	local command

	for command in FLUSHALL 'SET a b' 'flushdb' 'EVAL x 0' 'CONFIG SET maxmemory 1' \
		'SENTINEL FAILOVER lab' DEBUG 'KEYS *' MONITOR SHUTDOWN 'SCRIPT FLUSH' \
		'JSON.SET a b' ''; do
		printf -- '- id: x\n  redis: { host: h, command: "%s" }\n' "$command" |
			ruleset w
		ends 65 "$ROUNDS" lint "$T/w.yaml"
		says "is never sent"
	done
	check redis word "host: 127.0.0.1, port: $OPEN, command: [ ECHO, FLUSHALL ]" \
		"reply: FLUSHALL"
	check redis late "host: 127.0.0.1, port: $OPEN, command: '\${checks.word.reply}'"
	redis-cli -p "$OPEN" set kept 1 >/dev/null
	inspect redis
	table "word pass -
		late error capture"
	[ "$(redis-cli -p "$OPEN" get kept)" = 1 ]
}
