#!/usr/bin/env bats
#
# Kernels and sandboxes without the newer system calls: every inspection ends as it does with them.

load helpers

calls="statx pidfd_send_signal pidfd_open clone3 close_range openat2 faccessat2"

setup() {
	lab_setup
	without=(python3 "$SRC/tests/lab/without.py")
	"${without[@]}" ENOSYS none true || skip "no seccomp filter can be set here"
}

teardown() {
	lab_teardown
}

# All local types, servers by name and address, a clone, what hangs and what dies.
rules() {
	faults ok
	mkdir -p tree/etc logs
	echo inside >tree/etc/where
	ln -s /etc/where tree/etc/link
	printf '2026-01-01 00:00:00 ERROR one\n' >logs/app.log
	echo text >logs/closed
	chmod 0 logs/closed
	git init -q -b main repository
	git -C repository -c user.name=t -c user.email=t@example.com commit -q --allow-empty -m one
	start sleep 1000
	sleeper=$started
	cat <<YAML
- id: file
  file: { path: $SRC/NEWS }
  expect: { type: file, readable: true, content: { contains: rounds } }
- id: glob
  file: { glob: "$T/logs/*.log" }
  expect: { count: 1 }
- id: folder
  file: { path: $T }
  expect: { writable: true, searchable: true }
- id: closed
  file: { path: $T/logs/closed }
  expect: { readable: true }
- id: log
  log: { path: "$T/logs/*.log", bad: ERROR, since: start }
- id: process
  process: { exe: sleep }
  expect: { pids: { contains: $sleeper } }
- id: port
  port: { port: $port_ok }
- id: disk
  disk: { path: $T }
  expect: { size: { gt: 0 } }
- id: disks
  disk: { all: true, exclude_types: [ autofs ] }
  timeout: 20s
  expect: { filesystems: { length: { ge: 1 } } }
- id: mount
  mount: { path: / }
- id: system
  system: {}
  timeout: 20s
  expect:
    { cpus: { gt: 0 }, memory_total: { gt: 0 }, processes: { gt: 0 }, cpu_percent: { ge: 0 } }
- id: user
  user: { name: root }
- id: group
  group: { name: root }
- id: package
  package: { name: bash }
- id: parameter
  kernel_param: { name: kernel.ostype }
- id: interface
  interface: { name: lo }
  expect: { mtu: { gt: 0 } }
- id: command
  command: { shell: "echo out; echo err >&2; exit 3" }
  expect: { exit_status: 3, stdout: "out\n" }
- id: no-command
  command: { argv: [ $T/nonesuch ] }
- id: stubborn
  command: { shell: "trap '' TERM; while :; do sleep 1; done" }
  timeout: 1s
- id: daemon
  command: { shell: "setsid sleep 4242 >/dev/null 2>&1 & echo left" }
- id: tcp
  tcp: { host: localhost, port: $port_ok }
- id: http
  http: { url: "http://localhost:$port_ok/" }
  timeout: 20s
- id: refused
  tcp: { host: 127.0.0.1, port: 1 }
- id: clone
  git: { url: "file://$T/repository", branch: main }
  timeout: 20s
  expect: { cloned: true }
YAML
	"$ROUNDS" explain fault_local >/dev/null 2>&1 || return 0
	for lane in local isolated network command; do
		echo "- { id: hangs-$lane, timeout: 1s, fault_$lane: { do: hang } }"
		# what dies takes the commands beside it along
		[ "$lane" = command ] || echo "- { id: dies-$lane, fault_$lane: { do: crash } }"
	done
}

# outcomes FILE: what a report says, without times, numbers of processes, and what is measured.
outcomes() {
	jq -S '[.results[] | select(.type != "git") | { id, status, error, failures, expected,
		message,
		facts: (.observed | keys), seen: (.observed | [.exists, .readable, .writable,
			.searchable, .listening, .exit_status, .stdout]) }]' "$1" |
		sed -E 's/[0-9.]+ m?s\b/TIME/g'
}

# clone_of ERRNO CALLS: libgit2 has the C library ask faccessat2(2), and EPERM is then an answer:
# then the clone is an error, and never a finding about the repository.
clone_of() {
	case $1-$2 in
	EPERM-*faccessat2) echo "error permission" ;;
	*) echo "pass null" ;;
	esac
}

# look ERRNO CALLS: both inspections with this filter.
look() {
	local name=$1-$2 at below=

	for at in here tree; do
		[ "$at" = here ] || below="--root tree/"
		"${without[@]}" "$1" "$2" "$ROUNDS" run "$at.yaml" $below \
			--report "json=$name.$at.json" >"$name.$at.said" 2>&1 || true
		outcomes "$name.$at.json" >"$name.$at"
	done
}

@test "results are the same without newer system calls, all of them and each alone" {
	local errno call clone at jobs failed=

	rules >list
	ruleset here <list
	ruleset tree <<-'EOF2'
		- id: link
		  file: { path: /etc/link }
		  expect: { content: "inside\n", readable: true }
		- id: out
		  file: { path: /../../where }
		  expect: { exists: false }
		- id: disk
		  disk: { path: /etc }
		  expect: { size: { gt: 0 } }
		- id: process
		  process: { exe: sleep }
	EOF2
	look ENOSYS none
	jq -e '.summary.pass >= 18' ENOSYS-none.here.json
	jq -e '.summary | .pass == 3 and .skip == 1' ENOSYS-none.tree.json
	for errno in ENOSYS EPERM; do
		jobs=()
		for call in ${calls// /,} $calls; do
			look "$errno" "$call" 3>&- &
			jobs+=($!)
		done
		# all at once: mostly they wait for what hangs
		wait "${jobs[@]}"
		for call in ${calls// /,} $calls; do
			for at in here tree; do
				diff ENOSYS-none.$at "$errno-$call.$at" && continue
				echo "with $errno for $call, $at"
				cat "$errno-$call.$at.said"
				failed=yes
			done
			clone=$(jq -r '.results[] | select(.type == "git")
				| "\(.status) \(.error.kind)"' "$errno-$call.here.json")
			[ "$clone" = "$(clone_of "$errno" "$call")" ] || {
				echo "with $errno for $call, the clone"
				failed=yes
			}
		done
	done
	[ -z "$failed" ]
}

@test "a dead mount is blocked where no thread can be made, too" {
	[ "$(id -u)" -eq 0 ] && [ -c /dev/fuse ] || skip "needs root and /dev/fuse"
	mkdir dead
	mounts+=("$T/dead")
	start python3 "$SRC/tests/lab/deadmount.py" "$T/dead" "$T/.ready" silent
	wait_for 10 test -e "$T/.ready" || skip "FUSE cannot be mounted here: $(cat .started.1)"
	ruleset r <<YAML
- id: dead
  disk: { path: $T/dead }
  timeout: 1s
  expect: { size: { gt: 0 } }
- id: all
  disk: { all: true }
  timeout: 1s
  expect: { used_percent: { le: 100 } }
- id: alive
  disk: { path: / }
  expect: { size: { gt: 0 } }
YAML
	ends 2 "${without[@]}" EPERM clone3 "$ROUNDS" run r.yaml --report json=report.json
	judged r/dead error blocked
	judged r/all error blocked
	judged r/alive pass
}
