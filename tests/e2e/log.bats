#!/usr/bin/env bats
#
# log against logs that are written, rotated, truncated, compressed and broken while tasks look at
# them again and again.

load helpers

setup() {
	lab_setup
	export ROUNDS_STATE=$T/state
	mkdir logs
}

teardown() {
	lab_teardown
}

# follow FIELDS [EXPECT]: a rule of $T/logs/app.log, or of the path in $log.
follow() {
	ruleset r <<-EOF2
		- id: app
		  log: { path: "${log:-$T/logs/app.log}", bad: [ 'ERROR' ], good: [ 'HEALTHY' ]$1 }
		  expect: ${2:-"{ bad_count: 0 }"}
	EOF2
}

# look CODE [ARGUMENT ...]: a run of the task.
look() {
	local code=$1

	shift
	ends "$code" "$ROUNDS" run r.yaml --task t --report json=report.json --report text "$@"
}

# observed FACT VALUE
observed() {
	local found

	found=$(check r/app | jq -c --arg fact "$1" '.observed[$fact]')
	[ "$found" = "$2" ] || {
		echo "$1: $found, and not $2"
		check r/app
		return 1
	}
}

# bad N: that the newest run has seen so many bad records.
bad() {
	observed bad_count "$1"
}

say() {
	printf '%s\n' "$@" >>logs/app.log
}

@test "a line is told once: the cursor moves with the reports of its task" {
	follow '' '{ bad_count: 0, total: { ge: 0 } }'
	say "ERROR one" "fine"
	look 1
	bad 1
	observed total 2
	look 0
	bad 0
	observed total 0
	say "ERROR two" "ERROR three"
	look 1
	bad 2
	look 0
}

@test "a run without a task reads the state and does not move it" {
	follow ''
	say "ERROR one"
	look 1
	say "ERROR two"
	cp -r state before
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 1
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 1
	diff -r state before
	look 1
	bad 1
	ends 0 "$ROUNDS" run r.yaml
}

@test "another task has its own cursor" {
	follow ''
	say "ERROR one"
	look 1
	ends 1 "$ROUNDS" run r.yaml --task other --report json=report.json
	bad 1
	look 0
}

@test "the cursor does not move when a report cannot be written" {
	follow ''
	say "ERROR one"
	look 1
	say "ERROR two"
	ends 73 "$ROUNDS" run r.yaml --task t --report json="$T/nowhere/report.json"
	look 1
	bad 1
}

@test "a state that cannot be written is said, and is an exit code of its own" {
	follow ''
	say "ERROR one"
	echo "no folder" >state
	ends 73 "$ROUNDS" run r.yaml --task t --report json=report.json
	says "its state cannot be written"
	bad 1
}

@test "a damaged state is said, and counts as none" {
	follow ''
	say "ERROR one"
	look 1
	echo '{ "format": "rounds-log-cursors/1", "checks": ' >state/tasks/t/log-cursors.json
	look 1
	says "is damaged"
	bad 1
	look 0
}

@test "two runs of one task do not overlap; a name of a task is a plain word" {
	follow ''
	say "fine"
	mkdir -p state/tasks/t
	start flock state/tasks/t/lock sleep 300
	wait_for 10 bash -c '! flock -n state/tasks/t/lock true'
	look 75
	says "another run of task 't' is under way"
	ends 0 "$ROUNDS" run r.yaml --task other
	ends 64 "$ROUNDS" run r.yaml --task ../x
	says "no name for a task"
}

@test "rotation by rename: nothing is lost and nothing is told twice" {
	follow ''
	say "line of the head, that is long enough to be known again" "ERROR one"
	look 1
	say "ERROR two"
	mv logs/app.log logs/app.log.1
	say "ERROR three" "fine"
	look 1
	bad 2
	look 0
}

@test "two rotations between two runs, the older one compressed" {
	follow ''
	say "line of the head, that is long enough to be known again" "ERROR one"
	look 1
	say "ERROR two"
	mv logs/app.log logs/app.log.2
	touch -d '2 minutes ago' logs/app.log.2
	gzip logs/app.log.2
	printf 'ERROR three\nERROR four\n' >logs/app.log.1
	touch -d '1 minute ago' logs/app.log.1
	say "ERROR five"
	look 1
	bad 4
	look 0
}

@test "copytruncate: what stands in the copy counts once, and what comes after it" {
	follow ''
	say "line of the head, that is long enough to be known again" "ERROR one"
	look 1
	say "ERROR two"
	cp logs/app.log logs/app.log.1
	: >logs/app.log
	say "ERROR three"
	look 1
	bad 2
	look 0
}

@test "copytruncate under a writer that does not append leaves a hole, which is no line" {
	follow '' '{ bad_count: 0, total: { ge: 0 } }'
	say "line of the head, that is long enough to be known again" "ERROR one"
	look 1
	size=$(stat -c %s logs/app.log)
	: >logs/app.log
	printf 'ERROR two\n' |
		dd of=logs/app.log bs=1 seek="$((size + 100000))" conv=notrunc status=none
	look 1
	bad 1
	observed total 1
	look 0
}

@test "a log that was emptied, and has grown beyond where we were" {
	follow ''
	say "line of the head, that is long enough to be known again" "ERROR one"
	look 1
	for i in 1 2 3 4 5 6 7 8 9; do echo "another text altogether, line $i"; done >logs/new
	echo "ERROR two" >>logs/new
	cat logs/new >logs/app.log
	look 1
	bad 1
	look 0
}

@test "a log that comes to be is new from its first byte" {
	follow ', missing: ok'
	look 0
	say "2001-01-01 00:00:00 ERROR long ago"
	look 1
	bad 1
	look 0
}

@test "a line that was half written is told once, a half that becomes bad then" {
	follow '' '{ bad_count: 0, total: { ge: 0 } }'
	say "line of the head, that is long enough to be known again"
	printf 'ERROR half' >>logs/app.log
	look 1
	bad 1
	look 0
	observed total 0
	printf ' and whole\nfine, but' >>logs/app.log
	look 0
	observed total 1
	printf ' ERROR\n' >>logs/app.log
	look 1
	bad 1
	observed total 0
	look 0
}

@test "records of several lines: the trace belongs to the line before, also over two runs" {
	follow ", record: '^[0-9]{4}-', ignore: [ 'Expected' ]" '{ bad_count: 0, total: { ge: 0 } }'
	say "2026-01-01 12:00:00,001 WARN first" "java.lang.X: ERROR" "	at a.b" \
		"2026-01-01 12:00:01,001 WARN second" "Expected: ERROR" "	at c.d"
	sed -i "s/ log: {/ log: { first: start,/" r.yaml
	look 1
	bad 1
	observed total 1
	say "	at e.f"
	look 0
	observed total 0
	say "2026-01-01 12:00:02,001 WARN third" "	at a.b"
	look 0
	observed total 1
	say "	Caused by: ERROR"
	look 1
	bad 1
}

@test "the newest matching line decides by default" {
	follow '' '{ last_match: { ne: bad } }'
	sed -i '/expect:/d' r.yaml
	say "ERROR one" "HEALTHY"
	look 0
	say "HEALTHY" "ERROR two"
	look 1
	say "fine"
	look 0
}

@test "good alone: that there is none is no pass" {
	ruleset r <<-EOF2
		- id: app
		  log: { path: $T/logs/app.log, good: [ 'HEALTHY' ], since: start }
	EOF2
	say "fine"
	ends 1 "$ROUNDS" run r.yaml
	say "HEALTHY"
	ends 0 "$ROUNDS" run r.yaml
}

@test "since a duration: by the lines' own times, of many formats and zones" {
	follow ', since: 10m' \
		'{ bad_count: 4, last_bad_age: { le: 8m }, last_good_age: { le: 2m } }'
	export TZ=Asia/Shanghai
	old='now -30 minutes' new='now -5 minutes'
	nginx=$(TZ=America/New_York LC_ALL=C date -d "$new" '+%d/%b/%Y:%T %z')
	say "$(date -d "$old" '+%F %T,123') ERROR local, old" \
		"$(date -u -d "$old" '+%FT%T.5Z') ERROR utc, old" \
		"	ERROR without a time: that of the one before" \
		"$(date -d "$new" '+%F %T,123') ERROR local" \
		"1.2.3.4 - - [$nginx] ERROR nginx" \
		"$(LC_ALL=C date -d "$new" '+%b %e %T') host app: ERROR syslog" \
		"	ERROR without a time: that of the one before" \
		"time=\"$(date -d 'now -1 minute' '+%FT%T%:z')\" level=info msg=HEALTHY"
	ends 0 "$ROUNDS" run r.yaml --report json=report.json --report text
	bad 4
}

@test "since a duration reaches into the generation before, compressed or not" {
	follow ', since: 1h'
	echo "$(date -d '3 hours ago' '+%F %T') ERROR one" >logs/app.log.3
	echo "$(date -d '30 minutes ago' '+%F %T') ERROR two" >logs/app.log.2
	gzip logs/app.log.2
	echo "$(date -d '20 minutes ago' '+%F %T') ERROR three" >logs/app.log.1
	touch -d '3 hours ago' logs/app.log.3
	touch -d '20 minutes ago' logs/app.log.1
	say "$(date '+%F %T') ERROR four"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 3
}

@test "since a duration: where no line bears a time all count, and it is said" {
	follow ', since: 10m'
	say "ERROR of an unknown time"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	bad 1
	says "no line bears a time that is known"
	echo "E$(date '+%m%d %T').000001 1 a.go:1] ERROR" >logs/app.log
	echo "$(LC_ALL=C date -d '1 hour ago' '+%b %e, %Y %l:%M:%S %p') ERROR old" >>logs/app.log
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	bad 1
	says_not "no line bears a time"
}

@test "what there was before the first run: first" {
	say "$(date -d '2 days ago' '+%F %T') ERROR old"
	say "$(date -d '2 hours ago' '+%F %T') ERROR new"
	follow ''
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 1
	follow ', first: start'
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 2
	follow ', first: end'
	look 0
	bad 0
	say "ERROR newer"
	look 1
	bad 1
}

@test "the newest file of a pattern; when a newer one comes, the rest of the old one counts" {
	log="$T/logs/flash-*.log"
	follow ''
	echo "line of the head, that is long enough to be known again" >logs/flash-1.log
	echo "ERROR a" >>logs/flash-1.log
	look 1
	bad 1
	echo "ERROR b" >>logs/flash-1.log
	touch -d '1 minute ago' logs/flash-1.log
	printf 'ERROR c\n' >logs/flash-2.log
	look 1
	bad 2
	look 0
}

@test "nothing there is a fail, or not, as missing says; nothing readable is an error" {
	log="$T/logs/none-*.log"
	follow ''
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	judged r/app fail not_found "nothing matches"
	follow ', missing: ok'
	ends 0 "$ROUNDS" run r.yaml
	log=
	follow ', missing: ok'
	ends 0 "$ROUNDS" run r.yaml
	mkdir logs/app.log
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	judged r/app fail not_found "no regular file"
	rmdir logs/app.log
	mkfifo logs/app.log
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	judged r/app fail not_found "no regular file"
}

@test "a file that is made as it is read, whose size is 0, is an error and never a pass" {
	log=/proc/mounts
	for since in start 1h last_run; do
		follow ", since: $since"
		ends 2 "$ROUNDS" run r.yaml --report json=report.json
		judged r/app error parameter "is made as it is read"
	done
	log=$T/logs/app.log
	: >logs/app.log
	follow ''
	ends 0 "$ROUNDS" run r.yaml
}

@test "a compressed log that is cut off is a finding" {
	seq 20000 | gzip >whole.gz
	log=$T/logs/app.log.gz
	follow ', since: start'
	for bytes in 2 9 5000 $(($(stat -c %s whole.gz) - 4)); do
		head -c "$bytes" whole.gz >"$log"
		ends 1 "$ROUNDS" run r.yaml --report json=report.json
		judged r/app fail corrupt "gzip cannot read it to its end"
	done
	cp whole.gz "$log"
	ends 0 "$ROUNDS" run r.yaml
}

@test "a log in which no pattern would match is an error, never a pass" {
	follow ', since: start'
	for head in '\xff\xfeE\0' '\xfe\xff\0E' '\xff\xfe\0\0E\0\0\0' '\0\0\xfe\xff\0\0\0E'; do
		printf "$head" >logs/app.log
		ends 2 "$ROUNDS" run r.yaml --report json=report.json
		judged r/app error parameter "is UTF-16 or UTF-32"
	done
	for head in BZh9 '\xfd7zXZ\0' 'PK\3\4' '\x28\xb5\x2f\xfd' '\4\x22\x4d\x18' LPKSHHRH; do
		printf "$head" >logs/app.log
		ends 2 "$ROUNDS" run r.yaml --report json=report.json
		judged r/app error parameter "is neither text nor gzip"
	done
	printf '\xff' >logs/app.log
	ends 0 "$ROUNDS" run r.yaml
}

@test "what was rotated into a format that is not read is an error, an older one is none" {
	follow ''
	say "line of the head, that is long enough to be known again" "ERROR one"
	printf '\xfd7zXZ\0' >logs/app.log.3.xz
	touch -d '2 days ago' logs/app.log.3.xz
	look 1
	mv logs/app.log logs/app.log.1
	say "fine"
	look 0
	printf '\xfd7zXZ\0' >logs/app.log.2.xz
	rm logs/app.log
	say "fine again, and with enough text to be known by its head"
	look 2
	judged r/app error parameter "what it holds was not seen"
}

@test "a log that we may not read is an error, never a pass" {
	follow ', missing: ok'
	say "ERROR one"
	chmod 0 logs/app.log
	chmod 755 "$T"
	as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	run "${as_nobody[@]}" test -x "$ROUNDS"
	[ "$status" -eq 0 ] || skip "another user cannot run the program"
	ends 2 "${as_nobody[@]}" "$ROUNDS" run "$T/r.yaml" --report json
	jq -e '.results[0].error.kind == "permission"' <<<"$output"
}

@test "10 GiB with holes: the end is found, and nothing is read for ever" {
	follow ', since: 10m'
	truncate -s 10G logs/app.log
	say "" "$(date '+%F %T') ERROR one"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 1
	judged r/app fail -
	follow ', since: start'
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 1
	judged r/app fail -
}

@test "more than may be read is a finding, and what is newest was read" {
	follow ', since: start, max_bytes: 64K'
	yes 'ERROR, and so on and on and on' | head -c 1M >logs/app.log
	say "" "HEALTHY"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	judged r/app fail too_large "went unseen"
	follow ', since: start, max_bytes: 64K' '{ error.kind: too_large, last_match: good }'
	ends 0 "$ROUNDS" run r.yaml
}

@test "lines over 1 MiB, NULs, and bytes that are no text" {
	follow ', since: start' '{ bad_count: 2, total: 4, good_count: 1 }'
	{
		head -c 3000000 /dev/zero | tr '\0' x
		printf ' ERROR '
		head -c 3000000 /dev/zero | tr '\0' y
		printf '\n\0\0\0HEALTHY\n\377\376 ERROR \300\n\0a\0b\n'
	} >logs/app.log
	ends 0 "$ROUNDS" run r.yaml --report json=report.json
}

@test "samples are few, bounded and masked" {
	ruleset r <<-EOF2
		- id: app
		  log:
		    { path: $T/logs/app.log, bad: [ ERROR ], since: start,
		      redact: [ 'id=(\d+)', 'Mr \w+' ] }
		  expect: { bad_count: 0, samples: { length: 0 } }
	EOF2
	for i in $(seq 100); do
		say "ERROR $i id=4711 of Mr Smith password=hunter2 http://u:geheim@h/"
	done
	say "ERROR $(head -c 100000 /dev/zero | tr '\0' z)"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	[ "$(check r/app | jq '.observed.samples | length')" -eq 10 ]
	nowhere 4711 report.json
	nowhere Smith report.json
	nowhere hunter2 report.json
	nowhere geheim report.json
	says 'ERROR 1 id=*** of *** password=*** http://u:***@h/'
	says '[91 more]'
}

@test "of a secret that is cut off with its line nothing is shown" {
	follow ', since: start'
	say "ERROR $(head -c 990 /dev/zero | tr '\0' x) postgres://user:geheim123456789012345678@h/"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	bad 1
	nowhere geheim report.json
}

@test "digest logs: shares of results, slow calls" {
	ruleset r <<-'EOF2'
		- id: app
		  log:
		    path: LOG
		    since: start
		    split: { by: ";", names: [ time, trace, result, cost ] }
		    stats:
		      err: { of: result, eq: err }
		      odd: { of: result, matches: '^(?!ok$|err$)' }
		      slow: { of: cost, gt: 500ms }
		      cost: { of: cost }
		  expect:
		    stats: { err: { percent: { le: 10 } }, slow: { matched: 1, unread: 1 } }
		    stats.odd: { matched: 1 }
		    stats.cost: { median: 0.012, max: 0.9, total: 9 }
	EOF2
	sed -i "s#LOG#$T/logs/app.log#" r.yaml
	for i in 1 2 3 4 5 6 7; do say "2026-01-01 12:00:00,000;t$i;ok;12ms"; done
	say "2026-01-01 12:00:00,000;t8;err;900ms" "2026-01-01 12:00:00,000;t9;maybe;1ms"
	say "no digest"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	says "stats.err.percent <= 10"
	sed -i 's/le: 10/le: 12/' r.yaml
	ends 0 "$ROUNDS" run r.yaml --report json=report.json
}

@test "digest logs: what cannot be read is no pass, and it is said why" {
	ruleset r <<-EOF2
		- id: app
		  log:
		    path: $T/logs/app.log
		    since: start
		    split: { by: ";", names: [ time, cost ] }
		    stats: { slow: { of: cost, gt: 500ms } }
		  expect: { stats.slow.matched: 0 }
	EOF2
	say "2026-01-01 12:00:00,000;12000" "no digest"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	says "found       nothing"
	says "stats.slow: 1 of 2 records have no such field"
	says "stats.slow: 1 of 2 values are not a"
	echo "2026-01-01 12:00:00,000;800毫秒" >logs/app.log
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	says "expected    stats.slow.matched 0"
	says "found       1"
	: >logs/app.log
	ends 0 "$ROUNDS" run r.yaml
}

@test "mistakes are said at load" {
	ruleset r <<-'EOF2'
		- { id: a, log: { path: /x } }
		- { id: b, log: { path: /x, bad: [ y ], since: yesterday } }
		- { id: c, log: { path: /x, bad: [ y ], since: end } }
		- { id: d, log: { path: /x, bad: [ y ], first: last_run } }
		- { id: e, log: { path: /x, bad: [ '(' ] } }
		- { id: f, log: { path: /x, stats: { a: { of: b } } } }
		- { id: g, log: { path: /x, split: { by: ";", names: [ a ] },
		                   stats: { s: { of: b } } } }
		- { id: h, log: { path: /x, split: { by: ";", names: [ a, a ] },
		                   stats: { s: { of: a } } } }
		- { id: i, log: { path: /x, split: { by: ";", names: [ a ] },
		                   stats: { s: { of: a, gt: slow } } } }
		- { id: j, log: { path: /x, split: { by: ";", names: [ a ] },
		                   stats: { s: { of: a, gt: 1, eq: b } } } }
		- { id: k, log: { path: /x, split: { by: ";", names: [ a ] },
		                   stats: { s: { of: a, per: b } } } }
		- { id: l, log: { path: /x, split: { by: ";", names: [ a, b ] },
		                   stats: { s: { of: a, per: b, eq: c } } } }
	EOF2
	ends 65 "$ROUNDS" lint r.yaml
	says "needs bad, good, or split and stats: what to look for"
	says "since: 'yesterday' is not last_run, start or a duration such as 10m"
	says "since: 'end' is not last_run, start or a duration such as 10m"
	says "first: 'last_run' is not end, start or a duration such as 10m"
	says "missing closing parenthesis"
	says "stats: needs split"
	says "stats: s: 'of' names 'b', which is none of split's names"
	says "split: names: 'a' stands there twice"
	says "stats: s: a number, or a duration such as 500ms, is needed to compare with"
	says "stats: s: takes one of eq, ge, gt or matches"
	says "stats: s: 'per' names 'b', which is none of split's names"
	says "stats: s: 'per' divides numbers: with ge, gt or none"
}

@test "a pattern that never ends is killed, and the other logs never notice" {
	ruleset r <<-EOF2
		- id: wild
		  timeout: 500ms
		  log: { path: $T/logs/app.log, bad: [ '\s+\$' ], since: start }
		- id: tame
		  log: { path: $T/logs/tame.log, bad: [ 'ERROR' ], since: start }
	EOF2
	head -c 900000 /dev/zero | tr '\0' ' ' >logs/app.log
	printf 'x\n' >>logs/app.log
	echo fine >logs/tame.log
	ends 2 "$ROUNDS" run r.yaml --report json=report.json
	judged r/wild error killed
	judged r/tame pass
}

# The times of files are some milliseconds coarse: what was written is older now than the next run.
settle() {
	sleep 0.1
}

@test "a log that was empty, then written, copied and emptied again" {
	follow ''
	: >logs/app.log
	look 0
	say "ERROR one"
	cp logs/app.log logs/app.log.1
	: >logs/app.log
	settle
	look 1
	bad 1
	says "app.log.1' was written since the last run"
	look 0
	# compressed at once, of a zone that is not ours
	export TZ=Asia/Shanghai
	say "$(date -u '+%F %T') ERROR two"
	gzip -c logs/app.log >logs/app.log.2.gz
	: >logs/app.log
	settle
	look 1
	bad 1
	look 0
}

@test "a generation that was written on while the log was empty: what is new of it by its times" {
	follow ''
	echo "$(date -d '1 hour ago' '+%F %T') ERROR old" >logs/app.log.1
	touch -d '1 minute ago' logs/app.log.1
	: >logs/app.log
	look 1
	echo "$(date '+%F %T') ERROR late" >>logs/app.log.1
	settle
	look 1
	bad 1
	look 0
}

@test "a log that is not there now: what was written before it went counts once" {
	follow ', missing: ok'
	say "line of the head, that is long enough to be known again"
	look 0
	say "ERROR one"
	mv logs/app.log logs/app.log.1
	look 1
	bad 1
	look 0
	say "ERROR two, of a log that is new"
	look 1
	bad 1
	look 0
	follow ''
	say "ERROR three"
	mv logs/app.log logs/app.log.1
	look 1
	bad 1
	judged r/app fail not_found "is not there"
}

@test "a log that came to be and was rotated before it was ever seen" {
	follow ', missing: ok'
	look 0
	say "2001-01-01 00:00:00 fine, and ERROR one"
	gzip logs/app.log
	mv logs/app.log.gz logs/app.log.1.gz
	look 1
	bad 1
	look 0
}

@test "a log of another inode with the same bytes is the same log" {
	follow ''
	say "line of the head, that is long enough to be known again" "ERROR one"
	look 1
	cp logs/app.log logs/new
	mv logs/new logs/app.log
	look 0
	say "ERROR two"
	look 1
	bad 1
}

@test "of files with a date in their names none is passed over between two runs" {
	log="$T/logs/app-*.log"
	follow ''
	echo "line of the head, that is long enough to be known again" >logs/app-2026-11-27.log
	touch -d '3 minutes ago' logs/app-2026-11-27.log
	look 0
	echo "ERROR a" >>logs/app-2026-11-27.log
	gzip logs/app-2026-11-27.log
	echo "ERROR b" >logs/app-2026-11-28.log
	echo "ERROR of another log" >logs/app-error.log
	touch -d '3 minutes ago' logs/app-error.log
	echo "ERROR c" >logs/app-2026-11-29.log
	look 1
	bad 3
	look 0
	follow ', since: 1h'
	for i in 7 8 9; do
		echo "$(date -d "$((100 - i * 10)) minutes ago" '+%F %T') ERROR $i" \
			>logs/app-2026-11-2$i.log
		touch -d "$((100 - i * 10)) minutes ago" logs/app-2026-11-2$i.log
	done
	rm logs/app-error.log logs/*.gz
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 3
}

@test "generations as Java names them, compressed" {
	follow ''
	say "line of the head, that is long enough to be known again"
	look 0
	say "ERROR one"
	gzip logs/app.log
	mv logs/app.log.gz logs/app.2026-11-28.0.log.gz
	say "ERROR two"
	look 1
	bad 2
	look 0
}

@test "among very many generations the newest are looked at" {
	follow ''
	for i in $(seq 600); do
		echo "an older generation, which is long enough to be known: $i" >"logs/app.log.o$i"
	done
	touch -d '1 hour ago' logs/app.log.o*
	say "line of the head, that is long enough to be known again"
	look 0
	say "ERROR one"
	gzip -c logs/app.log >logs/app.log.1.gz
	rm logs/app.log
	say "fine"
	look 1
	bad 1
}

@test "a log of another zone that it does not say is not taken for old" {
	follow ', since: 1h' '{ bad_count: 0, last_bad_age: { gt: 1h } }'
	export TZ=Asia/Shanghai
	say "$(date -u -d '10 hours ago' '+%F %T') ERROR old" \
		"$(date -u -d '5 minutes ago' '+%F %T') ERROR new"
	touch -d '5 minutes ago' logs/app.log
	ends 1 "$ROUNDS" run r.yaml --report json=report.json --report text
	bad 1
	says "is 8 hours before the log was written"
	check r/app | jq -e '.observed.last_bad_age < 3600'
}

@test "times amid a text are not the line's own where lines begin with theirs" {
	follow ', since: 1h'
	say "$(date -d '3 minutes ago' '+%F %T') WARN one" \
		"  ERROR duplicate key (created)=(2019-01-01 00:00:00)" "  ERROR and so on"
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 2
	# nor do they end the search for what is new
	{
		date -d '30 minutes ago' '+%F %T ERROR one'
		yes "$(date -d '20 minutes ago' '+%F %T') fine, so fine" | head -n 31000
		echo "  of an order of 2019-01-01 00:00:00"
		yes "$(date -d '20 minutes ago' '+%F %T') fine, so fine" | head -c 1048516
	} >logs/app.log
	ends 1 "$ROUNDS" run r.yaml --report json=report.json
	bad 1
}
