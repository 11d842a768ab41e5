#!/usr/bin/env bats
#
# A mount that never answers, below --root and behind --enter: what lies on it ends as blocked,
# what lies beside it as ever, and the run ends. (Of this machine itself: breadth.bats.)

load helpers

setup() {
	lab_setup
	[ -r /dev/fuse ] && [ -w /dev/fuse ] || skip "needs /dev/fuse"
}

teardown() {
	lab_teardown
}

# a_tree FOLDER: what is looked at, but what is dead.
a_tree() {
	mkdir -p "$1"/{etc,dead,var/log,var/lib/dpkg}
	printf '%s\n' root:x:0:0::/root:/bin/sh >"$1/etc/passwd"
	printf 'root:x:0:\n' >"$1/etc/group"
	printf 'inside\n' >"$1/etc/where"
	printf '2026-01-01 00:00:00 fine\n' >"$1/var/log/app.log"
	printf '%s\n' 'Package: only-inside' 'Status: install ok installed' 'Version: 1' \
		'Architecture: all' >"$1/var/lib/dpkg/status"
	ln -s /dead/file "$1/etc/link"
}

# rows TOP: each type on the dead mount at TOP/dead and beside it.
rows() {
	cat <<YAML
- id: on-file
  file: { path: $1/dead/file }
  expect: { exists: true }
- id: on-missing
  file: { path: $1/dead/file }
  expect: { exists: false }
- id: on-readable
  file: { path: $1/dead/file }
  expect: { readable: true }
- id: on-glob
  file: { glob: "$1/dead/*" }
  expect: { count: 0 }
- id: on-disk
  disk: { path: $1/dead }
- id: on-disk-below
  disk: { path: $1/dead/below }
  expect: { error.kind: not_found }
- id: on-log
  log: { path: $1/dead/app.log, bad: ERROR, missing: ok, since: start }
- id: on-logs
  log: { path: "$1/dead/*.log", bad: ERROR, missing: ok, since: start }
- id: by-file
  file: { path: $1/etc/passwd }
  expect: { readable: true, content: { contains: root } }
- id: by-glob
  file: { glob: "$1/etc/pass*" }
  expect: { count: { ge: 1 } }
- id: by-disk
  disk: { path: $1/etc }
  expect: { size: { gt: 0 } }
- id: by-log
  log: { path: "$1/var/log/*.log", bad: ERROR, missing: ok, since: start }
- id: by-user
  user: { name: root }
- id: by-group
  group: { name: root }
YAML
}

# quick_ruleset NAME: a ruleset of the rows of standard input, with little time for each.
quick_ruleset() {
	ruleset "$1"
	sed -i 's/^checks:/defaults: { timeout: 1s }\n&/' "$1.yaml"
}

# inspect OPTION …: that it ends; the time only bounds how long a broken test hangs.
inspect() {
	run timeout -k 5 120 "$ROUNDS" run r.yaml --report json=report.json --report text "$@"
	[ "$status" -eq 2 ] || {
		echo "$output"
		echo "ended with $status"
		return 1
	}
}

# judged_by_name: on-… is blocked, by-… passes, no-… is skipped.
judged_by_name() {
	jq -r '.results[] | "\(.id[2:]) \(.status) \(.error.kind // "-")"' report.json |
		while read -r id status kind; do
			case $id-$status-$kind in
			on-*-error-blocked | by-*-pass-- | no-*-skip--) ;;
			*) echo "$id: $status $kind" ;;
			esac
		done >wrong
	[ ! -s wrong ] || {
		cat wrong report.json
		return 1
	}
}

# a_dead MODE FOLDER [COMMAND …]: a mount that never answers there, made by way of this command.
a_dead() {
	local mode=$1 at=$2

	shift 2
	rm -f .ready
	start "$@" python3 "$SRC/tests/lab/deadmount.py" "$at" "$T/.ready" "$mode"
	wait_for 10 test -e .ready || skip "FUSE cannot be mounted here: $(cat .started.*)"
}

@test "--root: what lies on a dead mount below it, by links too, and what does not" {
	local mode

	[ "$(id -u)" -eq 0 ] || skip "needs root"
	a_tree tree
	mounts+=("$T/tree/dead")
	{
		rows ""
		cat <<'YAML'
- id: on-link
  file: { path: /etc/link }
  expect: { exists: true }
- id: on-all
  disk: { all: true }
- id: by-package
  package: { name: only-inside }
- id: by-mount
  mount: { path: /dead }
  expect: { fstype: fuse.dead }
- id: no-process
  process: { exe: sleep }
YAML
	} | quick_ruleset r
	for mode in silent deaf; do
		a_dead "$mode" "$T/tree/dead"
		inspect --root tree
		judged_by_name
		stop "$started"
		umount -l tree/dead
	done
}

@test "--root: a dead mount below the data base of packages" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	a_tree tree
	mounts+=("$T/tree/var/lib/dpkg")
	a_dead silent "$T/tree/var/lib/dpkg"
	quick_ruleset r <<'YAML'
- id: on-package
  package: { name: only-inside }
- id: on-absence
  package: { name: none }
  expect: { installed: false }
- id: by-file
  file: { path: /etc/where }
YAML
	inspect --root tree
	judged_by_name
}

@test "--root: a folder on a dead mount is told, and hangs nobody" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	mkdir dead
	mounts+=("$T/dead")
	echo '- { id: v, value: { of: 1 } }' | quick_ruleset r
	a_dead silent "$T/dead"
	# its output is read to the end: what is left behind does not hold it
	ends 69 timeout -k 5 60 "$ROUNDS" run r.yaml --root dead/below --report json=report.json
	says "--root: the file system at 'dead/below' does not answer"
	jq -e '.run.complete == false or (.summary.error > 0)' report.json
}

@test "--enter: what lies on a dead mount of another namespace, and what does not" {
	local alone=(unshare -m)

	[ "$(id -u)" -eq 0 ] || alone=(unshare -r -m)
	"${alone[@]}" true 2>/dev/null || skip "needs mount namespaces"
	a_tree tree
	{
		rows "$T/tree"
		cat <<YAML
- id: by-mount
  mount: { path: $T/tree/dead }
  expect: { fstype: fuse.dead }
- id: on-all
  disk: { all: true, exclude_types: [ autofs ] }
- id: by-package
  package: { name: bash }
- id: by-process
  process: { command: "deadmount[.]py" }
YAML
	} | quick_ruleset r
	a_dead silent "$T/tree/dead" "${alone[@]}"
	inspect --enter "$started"
	judged_by_name
}

@test "--enter: a dead mount below the data base of packages, and at the end of a link" {
	local alone=(unshare -m)

	[ "$(id -u)" -eq 0 ] || alone=(unshare -r -m)
	"${alone[@]}" true 2>/dev/null || skip "needs mount namespaces"
	[ -d /var/lib/dpkg ] || skip "needs /var/lib/dpkg"
	ln -s /var/lib/dpkg/file link
	quick_ruleset r <<YAML
- id: on-package
  package: { name: bash }
- id: on-link
  file: { path: $T/link }
- id: by-file
  file: { path: /etc/passwd }
- id: by-mount
  mount: { path: /var/lib/dpkg }
  expect: { fstype: fuse.dead }
YAML
	a_dead silent /var/lib/dpkg "${alone[@]}"
	inspect --enter "$started"
	judged_by_name
}
