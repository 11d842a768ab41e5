#!/usr/bin/env bats
#
# process, port and file against real processes, sockets and files; rulesets/host.yaml on this
# machine, on one with next to nothing and on a broken one.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# inspect CODE NAME [ARGUMENT ...]: run $T/NAME.yaml; the json report is $T/NAME.json.
inspect() {
	local code=$1 name=$2

	shift 2
	ends "$code" "$ROUNDS" run "$name.yaml" --report "json=$T/$name.json" --report text "$@"
}

# observed NAME ID FACT: the fact as compact JSON.
observed() {
	jq -c --arg id "$2" --arg fact "$3" '.results[] | select(.id == $id) | .observed[$fact]' \
		"$T/$1.json"
}

# not_passed NAME: the ids of what did not pass, without the ruleset's name.
not_passed() {
	jq -r '[.results[] | select(.status != "pass") | .id | sub("^[^/]*/"; "")] | join(" ")' \
		"$T/$1.json"
}

# is VALUE VALUE
is() {
	[ "$1" = "$2" ] || {
		echo "'$1' and not '$2'"
		return 1
	}
}

# A program that waits, under this path.
program() {
	cp /bin/sleep "$1"
	start "$1" 300
	wait_for 10 grep -qa 300 "/proc/$started/cmdline"
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

need_namespaces() {
	need_root
	unshare -m -p -f true 2>/dev/null || skip "needs namespaces (unshare -m -p)"
}

# Run a program as somebody without rights.
nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

@test "process: names with blanks, parentheses and more than 15 bytes" {
	program "$T/with a blank"
	program "$T/odd) S 1 (name"
	program "$T/a-name-of-more-than-fifteen-bytes"
	ruleset names <<'YAML'
- id: blank
  process: { exe: with a blank }
  expect: { count: 1 }
- id: odd
  process: { exe: "odd) S 1 (name" }
  expect: { count: 1, "processes[0].name": "odd) S 1 (name" }
- id: long
  process: { name: a-name-of-more-than-fifteen-bytes }
  expect: { count: 1 }
- id: long-exe
  process: { exe: a-name-of-more-than-fifteen-bytes, command: ' 300$' }
  expect: { count: 1 }
- id: cut
  process: { exe: a-name-of-more }
  expect: { count: 0 }
YAML
	inspect 0 names
}

@test "process: a script is known by its name, an interpreter without one by its own" {
	printf '#!/bin/sh\nread x <"$1"\n' >"$T/service-sh-rt"
	printf '#!/usr/bin/env python3\nimport sys, time\ntime.sleep(300)\n' >"$T/service-py-rt"
	printf 'sleep 300;\n' >"$T/service-pl-rt"
	chmod +x "$T"/service-*
	mkfifo "$T/never"
	start "$T/service-sh-rt" "$T/never"
	start "$T/service-py-rt"
	start perl -w "$T/service-pl-rt"
	start python3 -c 'import time; time.sleep(301)' mark-of-no-script
	wait_for 10 pgrep -f mark-of-no-script
	ruleset scripts <<'YAML'
- id: kind
  for_each: { kind: [ sh, py, pl ] }
  process: { exe: "service-${kind}-rt" }
  expect: { count: 1 }
- id: none
  process: { exe: mark-of-no-script }
  expect: { count: 0 }
- id: interpreter
  process: { exe: python3, command: 'mark-of-no-script$' }
  expect: { count: 1 }
YAML
	wait_for 10 "$ROUNDS" run scripts.yaml
	inspect 0 scripts
}

@test "process: a title is the command line, and lies about the program are not believed" {
	start perl -e '$0 = "linkd-rt: master of none"; sleep 300'
	cp /bin/sleep "$T/honest-rt"
	start bash -c "exec -a liar-rt '$T/honest-rt' 300"
	wait_for 10 pgrep -f '^linkd-rt: master'
	ruleset titles <<'YAML'
- id: title
  process: { exe: perl, command: '^linkd-rt: master of none$' }
  expect: { count: 1 }
- id: liar
  process: { exe: liar-rt }
  expect: { count: 0 }
- id: honest
  process: { exe: honest-rt }
  expect: { count: 1 }
YAML
	wait_for 10 "$ROUNDS" run titles.yaml
	inspect 0 titles
}

@test "process: a pid file that is not there is no trouble, one that cannot be read is" {
	local code=1 broken="fail unreachable"

	ln -s loop loop
	ruleset pidfile <<YAML
- id: none
  process: { pidfile: $T/no/such.pid }
  expect: { count: 0 }
- id: loop
  process: { pidfile: $T/loop }
  expect: { count: 0 }
- id: broken
  process: { pidfile: /proc/self/mem }
  expect: { count: 0 }
YAML
	# the memory of a process that leaves no core is root's
	[ "$(id -u)" -eq 0 ] || code=2 broken="error permission"
	inspect "$code" pidfile
	is "$(result pidfile.json pidfile/none .status)" pass
	is "$(result pidfile.json pidfile/loop .status)" pass
	is "$(result pidfile.json pidfile/broken '.status + " " + .error.kind')" "$broken"
}

@test "process: rounds and what started it are never found" {
	ruleset x-linkc-rt <<'YAML'
- id: linkc
  process: { command: 'linkc-rt' }
- id: command
  command: { argv: [ sleep, "1.5" ] }
- id: children
  process: { command: '^sleep 1\.5$' }
  expect: { count: 0 }
YAML
	run_by() {
		ends 1 "$@"
		is "$(result x-linkc-rt.json x-linkc-rt/linkc .status)" fail
		is "$(observed x-linkc-rt x-linkc-rt/linkc count)" 0
		is "$(result x-linkc-rt.json x-linkc-rt/children .status)" pass
	}
	report="json=$T/x-linkc-rt.json"
	run_by "$ROUNDS" run x-linkc-rt.yaml --report "$report"
	run_by sh -c "'$ROUNDS' run x-linkc-rt.yaml --report '$report'; exit \$?"
	run_by sh -c "for f in x-linkc-rt*.yaml; do
		'$ROUNDS' run \$f --report '$report' || exit \$?; done"
	ln -s "$ROUNDS" watchman
	run_by sh -c "./watchman run x-linkc-rt.yaml --report '$report'; exit \$?"
	run_by timeout 60 "$ROUNDS" run x-linkc-rt.yaml --report "$report"
	run_by env A=b sh -c "
		sh -c \"'$ROUNDS' run x-linkc-rt.yaml --report '$report'; exit \\\$?\"; exit \$?"
	# and while another round of the same looks on
	printf -- '- id: waits\n  command: { argv: [ sleep, "30" ] }\n' | ruleset other-linkc-rt
	start "$ROUNDS" run other-linkc-rt.yaml
	run_by "$ROUNDS" run x-linkc-rt.yaml --report "$report"
	# the real one is found
	program "$T/linkc-rt"
	ends 0 "$ROUNDS" run x-linkc-rt.yaml
}

@test "process: a zombie is no living process" {
	start python3 -c '
import os, time
if not os.fork():
    os._exit(0)
time.sleep(300)' zombie-maker-rt
	has_zombie() { grep -qs ') Z '"$started " /proc/[0-9]*/stat; }
	wait_for 10 has_zombie
	ruleset zombie <<YAML
- id: child
  process: { parent: "$started" }
  expect: { count: 0, states.Z: 1, states.S: 0 }
- id: default
  process: { parent: "$started" }
YAML
	inspect 1 zombie
	is "$(result zombie.json zombie/child .status)" pass
	is "$(result zombie.json zombie/default .status)" fail
}

@test "process: facts of several" {
	cp /bin/sleep "$T/several-rt"
	for n in 1 2 3; do
		start "$T/several-rt" 300
	done
	wait_for 10 sh -c '[ "$(pgrep -c -f several-rt)" -ge 3 ]'
	ruleset several <<YAML
- id: all
  process: { exe: several-rt, user: "$(id -un)" }
  expect:
    count: 3
    pids: { length: 3, contains: $started }
    users: [ "$(id -un)" ]
    commands: { each: { matches: 'several-rt 300$' } }
    processes: { each: { ppid: { ge: 1 }, age: { le: 10m }, state: { in: [ S, R ] } } }
    rss: { between: [ 64K, 1G ] }
    threads: { ge: 3 }
    open_files: { ge: 3 }
    deleted_open_bytes: 0
    cpu: { le: 1m }
    age: { le: 10m }
    started: { ge: "2024-01-01T00:00:00Z" }
- id: another
  process: { exe: several-rt, user: no-such-user }
  expect: { count: 0 }
YAML
	wait_for 10 "$ROUNDS" run several.yaml
	inspect 0 several
}

@test "process: those of another PID namespace count only when asked for" {
	need_namespaces
	cp /bin/sleep "$T/inner-rt"
	start unshare -p -f "$T/inner-rt" 300
	wait_for 10 pgrep -f '^.*/inner-rt 300$'
	ruleset spaces <<'YAML'
- id: own
  process: { exe: inner-rt }
  expect: { count: 0 }
- id: any
  process: { exe: inner-rt, namespace: any }
  expect: { count: 1 }
YAML
	wait_for 10 "$ROUNDS" run spaces.yaml
	inspect 0 spaces
}

# hiding HIDEPID SCRIPT: in namespaces whose /proc hides, beside a process of root.
hiding() {
	run unshare -m -p -f --mount-proc bash -c "
		mount -o remount,hidepid=$1 /proc || exit 99
		sleep 300 &
		until grep -qx sleep /proc/\$!/comm; do sleep 0.1; done
		$2"
	[ "$status" -ne 99 ] || skip "/proc cannot be remounted here"
}

@test "process: what /proc hides is an error, never a pass or a zero" {
	need_others
	need_namespaces
	ruleset hidden <<'YAML'
- id: none
  process: { exe: no-such-program }
  expect: { count: 0 }
- id: self
  process: { exe: sleep }
  expect: { count: { ge: 1 } }
YAML
	chmod 755 "$T"
	cp "$ROUNDS" "$T/rounds"
	for hidepid in 1 2; do
		hiding "$hidepid" "
			setpriv --reuid 65534 --regid 65534 --clear-groups \
				'$T/rounds' run hidden.yaml
			echo as-nobody=\$?
			'$T/rounds' run hidden.yaml
			echo as-root=\$?"
		says "as-nobody=2"
		says "/proc hides the processes of other users from us (mount option hidepid)"
		says_not "FAIL hidden"
		says "as-root=0"
	done
}

@test "process: the root of a user namespace sees no more than who made it" {
	need_others
	need_namespaces
	setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Ur true 2>/dev/null ||
		skip "nobody may have no user namespaces here"
	ruleset hidden <<'YAML'
- id: none
  process: { exe: sleep }
  expect: { count: 0 }
- id: all
  system: {}
  expect: { processes: { ge: 1 } }
YAML
	chmod 755 "$T"
	cp "$ROUNDS" "$T/rounds"
	for hidepid in 1 2; do
		hiding "$hidepid" "
			setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Ur \
				'$T/rounds' run hidden.yaml --report json
			echo
			# its own it sees
			setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Urmpf \
				bash -c 'mount -t proc -o hidepid=$hidepid proc /proc || exit 98
					'$T/rounds' run hidden.yaml'
			echo inner=\$?"
		[ "$(grep -c '"kind": *"permission"' <<<"$output")" -eq 2 ]
		says "inner=0" || says "inner=98"
	done
}

@test "process, port: what others keep from us is an error when it is asked for" {
	need_others
	need_root
	program "$T/roots-own-rt"
	port=$(free_port)
	start python3 -m http.server --bind 127.0.0.1 "$port"
	wait_for 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
	chmod 755 "$T"
	cp "$ROUNDS" "$T/rounds"
	ruleset others <<YAML
- id: counted
  process: { exe: roots-own-rt, user: root }
  expect: { count: 1 }
- id: files
  process: { exe: roots-own-rt }
  expect: { open_files: { ge: 1 } }
- id: listening
  port: { port: $port }
- id: owner
  port: { port: $port }
  expect: { process: python3 }
YAML
	chmod 777 "$T"
	ends 2 nobody ./rounds run others.yaml --report "json=$T/others.json"
	is "$(result others.json others/counted .status)" pass
	is "$(result others.json others/files .status)" error
	is "$(result others.json others/files .error.kind)" permission
	is "$(result others.json others/listening .status)" pass
	is "$(result others.json others/owner .error.kind)" permission
	ends 0 "$ROUNDS" run others.yaml
}

# listener ADDRESS [v6only]: listen on a free port of the address; $port tells which.
listener() {
	rm -f "$T/.port"
	start python3 -c '
import os, socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family)
if family == socket.AF_INET6:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, len(sys.argv) > 3)
s.bind((sys.argv[1], 0))
s.listen(9)
with open(sys.argv[2] + ".new", "w") as f:
    f.write(str(s.getsockname()[1]))
os.rename(sys.argv[2] + ".new", sys.argv[2])
time.sleep(300)' "$1" "$T/.port" ${2:+"$2"}
	wait_for 10 test -f "$T/.port" || return 1
	port=$(cat "$T/.port")
}

@test "port: IPv4, IPv6, dual stack and v6only are told apart" {
	python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' ||
		skip "no IPv6 here"
	listener 0.0.0.0
	any4=$port
	listener 127.0.0.1
	loop4=$port
	pid=$started
	listener ::
	dual=$port
	listener :: v6only
	any6=$port
	listener ::1
	loop6=$port
	ruleset ports <<YAML
- id: any4
  port: { port: $any4 }
  expect: { addresses: [ "0.0.0.0:$any4" ], ipv4: true, ipv6: false, backlog: 9 }
- id: loop4
  port: { port: $loop4 }
  expect:
    addresses: [ "127.0.0.1:$loop4" ]
    ipv6: false
- id: holder
  port: { port: $loop4 }
  expect: { pid: [ $pid ], process: python3, user: "$(id -un)" }
- id: dual
  port: { port: $dual }
  expect: { addresses: [ "[::]:$dual" ], ipv4: true, ipv6: true, dual_stack: true }
- id: any6
  port: { port: $any6 }
  expect: { addresses: [ "[::]:$any6" ], ipv4: false, ipv6: true, dual_stack: false }
- id: loop6
  port: { port: $loop6 }
  expect: { addresses: [ "[::1]:$loop6" ], ipv4: false, ipv6: true }
- { id: any4-as-10,   port: { port: $any4, address: 10.0.0.1 } }
- { id: dual-as-4,    port: { port: $dual, address: 127.0.0.1 } }
- { id: any6-as-4,    port: { port: $any6, address: 127.0.0.1 }, expect: { listening: false } }
- { id: loop4-as-all, port: { port: $loop4, address: 0.0.0.0 }, expect: { listening: false } }
- { id: loop6-as-6,   port: { port: $loop6, address: "::1" } }
- { id: other,        port: { port: $loop4, address: 127.0.0.2 } }
- { id: udp,          port: { port: $any4, protocol: udp }, expect: { listening: false } }
YAML
	inspect 1 ports
	if ! is_root && [ "$(result ports.json ports/holder .status)" = error ]; then
		# a process that we may not look into may hold it, too
		is "$(result ports.json ports/holder .error.kind)" permission
		is "$(not_passed ports)" "holder other"
	else
		is "$(not_passed ports)" other
	fi
	says "which does not serve 127.0.0.2"
}

@test "port: a socket that several hold has several pids" {
	need_others
	start python3 -c '
import os, socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(1)
child = os.fork()
if child:
    with open(".pids.new", "w") as f:
        f.write("%d %d %d\n" % (s.getsockname()[1], os.getpid(), child))
    os.rename(".pids.new", ".pids")
time.sleep(300)'
	wait_for 10 test -f .pids
	read -r port parent child <.pids
	ruleset held <<YAML
- id: both
  port: { port: $port }
  expect: { pid: { contains: $parent, length: 2 }, process: python3 }
YAML
	inspect 0 held
	wait_for 1 true
	is "$(observed held held/both pid)" \
		"[$(printf '%s\n' "$parent" "$child" | sort -n | paste -sd,)]"
}

@test "port: where netlink is refused the files of /proc tell" {
	need_others
	command -v cc >/dev/null || skip "needs a compiler"
	! grep -qa __asan_init "$ROUNDS" || skip "a sanitizer's library must come first"
	cat >shim.c <<'C'
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
int socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");

	if (domain == AF_NETLINK) {
		errno = EACCES;
		return -1;
	}
	return real(domain, type, protocol);
}
C
	cc -D_GNU_SOURCE -shared -fPIC -o shim.so shim.c -ldl
	listener 127.0.0.1
	ruleset text <<YAML
- id: there
  port: { port: $port }
  expect: { addresses: [ "127.0.0.1:$port" ], process: python3 }
- { id: free,  port: { port: $(free_port) }, expect: { listening: false } }
- { id: queue, port: { port: $port }, expect: { backlog: 9 } }
YAML
	ends 2 env LD_PRELOAD="$T/shim.so" "$ROUNDS" run text.yaml --report "json=$T/text.json"
	is "$(result text.json text/there .status)" pass
	is "$(result text.json text/free .status)" pass
	is "$(result text.json text/queue .error.kind)" permission
	ends 0 "$ROUNDS" run text.yaml
}

@test "file: FIFO, devices, sparse and long files neither block nor fill memory" {
	mkfifo fifo
	truncate -s 10G sparse
	head -c 2097152 /dev/zero | tr '\0' x >line
	ruleset kinds <<YAML
- { id: fifo,     file: { path: $T/fifo },   expect: { type: fifo } }
- { id: zero,     file: { path: /dev/zero }, expect: { type: char_device } }
- { id: sparse,   file: { path: $T/sparse }, expect: { size: 10GiB, empty: false } }
- id: line
  file: { path: $T/line }
  expect: { content: { length: 2097152, matches: '^x+\$' }, lines: { length: 1 } }
- { id: sha,      file: { path: $T/line },   expect: { sha256: $(sha256sum line | cut -d' ' -f1) } }
- { id: of-fifo,  file: { path: $T/fifo },   expect: { content: { contains: x } } }
- { id: of-zero,  file: { path: /dev/zero }, expect: { sha256: { length: 64 } } }
- { id: of-sparse, file: { path: $T/sparse }, expect: { content: { not_contains: x } } }
- { id: dear,     timeout: 500ms, file: { path: $T/sparse }, expect: { sha256: { length: 64 } } }
YAML
	inspect 1 kinds
	for id in fifo zero sparse line sha; do
		is "$(result kinds.json kinds/$id .status)" pass
	done
	for id in of-fifo of-zero of-sparse; do
		is "$(result kinds.json kinds/$id .status)" fail
	done
	is "$(result kinds.json kinds/of-sparse .error.kind)" too_large
	is "$(result kinds.json kinds/dear .error.kind)" killed
	says "is a fifo: there is no content to read"
}

@test "file: UTF-16 is an error where its content matters: no pattern would match in it" {
	printf '\xff\xfeE\0R\0R\0' >wide
	ruleset wide <<YAML
- { id: content, file: { path: $T/wide }, expect: { content: { not_matches: ERR } } }
- { id: lines,   file: { path: $T/wide }, expect: { lines: { none: { contains: ERR } } } }
- { id: size,    file: { path: $T/wide }, expect: { size: 8, sha256: { length: 64 } } }
YAML
	inspect 2 wide
	is "$(result wide.json wide/content .error.kind)" parameter
	is "$(result wide.json wide/lines .error.kind)" parameter
	is "$(result wide.json wide/size .status)" pass
	says "is UTF-16 or UTF-32"
}

@test "file: what is not there, where links lead, what does not parse" {
	ln -s nowhere dangling
	ln -s loop loop
	echo '{ "a": }' >bad.json
	echo '{ "a": { "b": [ 1, 2 ] } }' >good.json
	printf 'a.b=c\n' >x.properties
	printf '[s]\nk = v\n' >x.ini
	printf '[s]\nk = 7\n' >x.toml
	printf 's: { k: [ yes, 0644 ] }\n' >x.yaml.txt
	ruleset there <<YAML
- { id: missing,  file: { path: $T/missing } }
- { id: dangling, file: { path: $T/dangling } }
- { id: loop,     file: { path: $T/loop } }
- { id: absent,   file: { path: $T/missing }, expect: { exists: false } }
- { id: bad,      file: { path: $T/bad.json }, expect: { json.a: { exists: true } } }
- { id: json,     file: { path: $T/good.json }, expect: { "json.a.b[1]": 2 } }
- id: properties
  file: { path: $T/x.properties }
  expect: { 'properties["a.b"]': c, properties.a.b: c }
- { id: ini,      file: { path: $T/x.ini }, expect: { ini.s.k: v } }
- { id: toml,     file: { path: $T/x.toml }, expect: { toml.s.k: 7 } }
- { id: yaml,     file: { path: $T/x.yaml.txt }, expect: { yaml.s.k: [ "yes", "0644" ] } }
- id: found
  file: { path: $T/x.ini }
  extract: { key: '(?m)^(\w+) =' }
  expect: { found.key: [ k ] }
YAML
	inspect 1 there
	is "$(not_passed there)" "missing dangling loop bad"
	says "is a link to 'nowhere', "
	says "bad.json' is no json: "
}

@test "file: modes, owners and other users' eyes" {
	need_others
	need_root
	mkdir closed
	echo x >closed/file
	echo x >open
	chmod 4755 open
	chmod 700 closed
	chmod 755 "$T"
	ruleset eyes <<YAML
- { id: mode,   file: { path: $T/open }, expect: { mode: 4755, owner: root, age: { lt: 10m } } }
- id: nobody
  file: { path: $T/closed/file, as_user: nobody }
  expect: { readable: false, mode: "0644" }
- id: root
  file: { path: $T/closed/file, as_user: root }
  expect: { readable: true, writable: true }
- { id: search, file: { path: $T/closed, as_user: nobody }, expect: { searchable: false } }
- id: open
  file: { path: $T/open, as_user: nobody }
  expect: { readable: true, writable: false }
YAML
	inspect 0 eyes
	ruleset blind <<YAML
- { id: glob, file: { glob: "$T/closed/*" } }
- { id: path, file: { path: "$T/closed/file" } }
YAML
	cp "$ROUNDS" "$T/rounds"
	chmod 777 "$T"
	ends 2 nobody ./rounds run blind.yaml --report "json=$T/blind.json"
	is "$(jq -r '[.results[].error.kind] | join(" ")' blind.json)" "permission permission"
}

@test "value: what is known can be compared" {
	echo 7 >seven
	ruleset values <<YAML
- { id: seven, file: { path: $T/seven }, expect: { content: { exists: true } } }
- { id: same,  value: { of: "\${checks.seven.content}" }, expect: { value: { as: number, eq: 8 } } }
- { id: map,   value: { of: { a: [ 1, x ] } }, expect: { "value.a[1]": x } }
YAML
	inspect 1 values
	is "$(result values.json values/same .status)" fail
	is "$(result values.json values/map .status)" pass
}

@test "host.yaml: this machine, as root and as nobody" {
	cp "$SRC/rulesets/host.yaml" "$ROUNDS" .
	chmod 755 "$T" rounds
	run "$ROUNDS" run host.yaml --report "json=$T/host.json"
	echo "$output"
	is "$(jq '[.results[] | select(.status == "error")] | length' host.json)" 0
	is "$(result host.json host/proc .status)" pass
	need_others
	chmod 777 "$T"
	run nobody ./rounds run host.yaml --report "json=$T/nobody.json"
	is "$(jq '[.results[] | select(.status == "error")] | length' nobody.json)" 0
}

@test "host.yaml: a machine with next to nothing" {
	need_others
	need_namespaces
	mkdir -p root/proc root/dev root/tmp
	chmod 1777 root/tmp
	cp "$ROUNDS" root/rounds
	cp "$SRC/rulesets/host.yaml" root/
	# those that it links, and those that it loads late
	{
		ldd "$ROUNDS" | grep -o '/[^ ]*'
		for library in "$(late_library yaml)" "$(late_library z)"; do
			/sbin/ldconfig -p | sed -n "s|.*$library .*=> ||p" | head -n 1
		done
	} | while IFS= read -r library; do
		mkdir -p "root/${library%/*}"
		cp -L "$library" "root$library"
	done
	ends 0 unshare -m -p -f bash -c "
		mount -t proc proc root/proc && mount --bind /dev root/dev &&
			exec chroot root /rounds run /host.yaml"
	says "pass"
}

@test "host.yaml: what is broken is found" {
	need_namespaces
	cp "$SRC/rulesets/host.yaml" .
	{ cat /etc/passwd; echo 'second::0:0::/:/bin/sh'; } >passwd
	echo x >not-null
	: >empty
	mkdir open
	chmod 777 open
	cat >broken.sh <<'SH'
set -e
mount --bind passwd /etc/passwd
mount --bind not-null /dev/null
mount --bind empty /etc/resolv.conf
mount --bind open /tmp
mount --bind open /root
echo 'refused' >shadow
chmod 644 shadow
mount --bind shadow /etc/shadow
python3 -c '
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 513))
s.listen()
print(flush=True)
time.sleep(300)' >listens &
server=$!
while [ ! -s listens ]; do sleep 0.1; done
"$1" run host.yaml --report json=broken.json --param memory_max=-1 \
	--param zombies_max=-1 --param disk_max=-1 || code=$?
kill "$server"
exit "$code"
SH
	[ -e /etc/shadow ] && [ -e /etc/resolv.conf ] || skip "needs shadow and resolv.conf"
	# a network of its own, so that the port is free
	# the build may lie below /tmp or /root, which are mounted over: run a copy
	cp "$ROUNDS" rounds
	cp -r "$(dirname "$ROUNDS")/.libs" modules
	run unshare -m -n -p -f --mount-proc bash -c "
		ip link set lo up 2>/dev/null; ROUNDS_MODULES=modules exec bash broken.sh ./rounds"
	echo "$output"
	is "$status" 1
	for id in passwd shadow 'device[null]' resolver tmp root-home memory zombies 'disk[1]' \
		'open-door[rlogin]'; do
		is "$id $(result broken.json "host/$id" .status)" "$id fail"
	done
	is "$(result broken.json 'host/device[zero]' .status)" pass
}

@test "a mistake that a check type finds stands at its field; a command line is no argv" {
	printf 'format: 1\nruleset: t\nversion: 1.0.0\nchecks:\n' >t.yaml
	printf '  - id: a\n    http:\n      url: localhost:80\n' >>t.yaml
	printf '  - id: b\n    command:\n      argv: ls -l\n' >>t.yaml
	ends 65 "$ROUNDS" lint t.yaml
	says "t.yaml:7:12: error: url: does not begin with http:// or https://"
	says "t.yaml:10:13: error: argv: 'ls -l' would be the name of one program"
}
