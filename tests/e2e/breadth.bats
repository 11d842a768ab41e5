#!/usr/bin/env bats
#
# disk, mount, system, user, group, package, kernel_param and interface against real conditions:
# full and dead file systems, limits of control groups, accounts, data bases of packages.

load helpers

setup() {
	lab_setup
	groups=()
}

teardown() {
	local at

	lab_teardown
	# whoever was in it may take a moment to be gone
	for at in "${groups[@]}"; do
		wait_for 5 rmdir "$at" || true
	done
}

# inspect CODE NAME [ARGUMENT ...]: run $T/NAME.yaml; the json report is $T/NAME.json.
inspect() {
	local code=$1 name=$2

	shift 2
	ends "$code" "$ROUNDS" run "$name.yaml" --report "json=$T/$name.json" --report text "$@"
}

# outcome NAME ID: "STATUS KIND" of a check.
outcome() {
	jq -r --arg id "$1/$2" \
		'.results[] | select(.id == $id) | "\(.status) \(.error.kind // "")"' "$T/$1.json"
}

# is VALUE VALUE
is() {
	[ "$1" = "$2" ] || {
		echo "'$1' and not '$2'"
		return 1
	}
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

# in_mounts SCRIPT: in a mount namespace of its own.
in_mounts() {
	unshare -m bash -ec "mount --make-rprivate /; $1"
}

@test "disk: a tmpfs filled to a known percent, in bytes and in inodes" {
	need_namespaces
	mkdir full
	ruleset full <<YAML
- id: known
  disk: { path: $T/full/below }
  expect:
    used_percent: 75
    inodes_used_percent: { between: [ 10, 30 ] }
    size: 4MiB
    free: 1MiB
    filesystems: { count: { where: { path: $T/full, fstype: tmpfs, source: known }, is: 1 } }
- id: too-full
  disk: { path: $T/full }
  expect: { used_percent: { le: 74 } }
- id: no-inodes
  disk: { path: $T/full }
  expect: { inodes_used_percent: { lt: 10 } }
- id: worst-of-all
  disk: { all: true, exclude_types: [ ext4, xfs, btrfs, overlay, 'fuse*' ] }
  expect: { used_percent: { ge: 75 }, free: { le: 1MiB }, filesystems: { length: { ge: 2 } } }
- id: without
  disk: { all: true, exclude_types: [ 'tmp*' ] }
  expect: { filesystems: { none: { fstype: tmpfs } } }
YAML
	in_mounts "mount -t tmpfs -o size=4M,nr_inodes=20 known full; mkdir full/below full/b full/c
		head -c 3145728 /dev/zero >full/file
		'$ROUNDS' run full.yaml --report json=full.json" || true
	is "$(outcome full known)" "pass "
	is "$(outcome full too-full)" "fail "
	is "$(outcome full no-inodes)" "fail "
	is "$(outcome full worst-of-all)" "pass "
	is "$(outcome full without)" "pass "
}

@test "disk: as df has it, for every file system that both show" {
	ruleset df <<'YAML'
- id: all
  disk: { all: true, exclude_types: [ autofs ] }
  expect: { filesystems: { length: { ge: 1 } } }
YAML
	inspect 0 df
	jq -r '.results[0].observed.filesystems[] | "\(.path) \(.used_percent | ceil)%"' df.json |
		while read -r path percent; do
			is "$percent" "$(df --output=pcent "$path" | tail -1 | tr -d ' ')"
		done
}

@test "disk: bind mounts count once, what is hidden not at all" {
	need_namespaces
	mkdir -p one two over/below
	ruleset once <<'YAML'
- id: all
  disk: { all: true }
  expect: { filesystems: { length: { ge: 1 } } }
YAML
	in_mounts "mount -t tmpfs once one; mount --bind one two
		mount -t tmpfs hidden over/below; mount -t tmpfs above over
		'$ROUNDS' run once.yaml --report json=once.json"
	is "$(jq -c --arg t "$T" '[.results[0].observed.filesystems[].path
		| select(startswith($t)) | ltrimstr($t)]' once.json)" '["/one","/over"]'
}

@test "disk: nothing there, a link, a path that may not be entered" {
	need_others
	need_root
	mkdir closed closed/in
	chmod 700 closed
	chmod 755 "$T"
	ln -s /proc link
	ruleset odd <<YAML
- id: none
  disk: { path: $T/nonesuch }
  expect: { used_percent: { le: 100 } }
- id: none-is-fine
  disk: { path: $T/nonesuch }
  expect: { error.kind: not_found }
- id: closed
  disk: { path: $T/closed/in }
  expect: { used_percent: { le: 100 } }
- id: no-room-of-its-own
  disk: { path: $T/link }
  expect: { used_percent: { exists: false }, filesystems: { each: { fstype: proc } } }
YAML
	nobody "$ROUNDS" run odd.yaml --report json=- >odd.json || true
	is "$(outcome odd none)" "fail not_found"
	is "$(outcome odd none-is-fine)" "pass not_found"
	is "$(outcome odd closed)" "error permission"
	is "$(outcome odd no-room-of-its-own)" "pass "
}

@test "disk: deleted files that are still open, on their own file system alone" {
	need_others
	need_namespaces
	mkdir held other
	ruleset held <<YAML
- id: held
  disk: { path: $T/held }
  expect: { deleted_open_bytes: 2MiB, "filesystems[0].deleted_open_bytes": 2MiB }
- id: other
  disk: { path: $T/other }
  expect: { deleted_open_bytes: 0 }
YAML
	in_mounts "mount -t tmpfs held held; mount -t tmpfs other other
		head -c 2097152 /dev/zero >held/file; exec 7<held/file 8<held/file; rm held/file
		'$ROUNDS' run held.yaml --report json=held.json" || cat held.json
	is "$(outcome held held)" "pass "
	is "$(outcome held other)" "pass "
}

@test "disk: who may not see others' files cannot tell of deleted ones" {
	need_others
	need_root
	chmod 755 "$T"
	ruleset blind <<'YAML'
- id: blind
  disk: { path: / }
  expect: { deleted_open_bytes: { le: 1TiB } }
- id: not-asked
  disk: { path: / }
  expect: { size: { gt: 0 } }
YAML
	nobody "$ROUNDS" run blind.yaml --report json=- >blind.json || true
	is "$(outcome blind blind)" "error permission"
	is "$(outcome blind not-asked)" "pass "
}

# dead MODE: a dead mount at $T/dead.
dead() {
	need_root
	[ -c /dev/fuse ] || skip "needs /dev/fuse"
	mkdir dead
	mounts+=("$T/dead")
	start python3 "$SRC/tests/lab/deadmount.py" "$T/dead" "$T/.ready" "$1"
	wait_for 10 test -e "$T/.ready" || skip "FUSE cannot be mounted here: $(cat .started.1)"
}

dead_rules() {
	cat <<YAML
- id: disk
  disk: { path: $T/dead }
  timeout: 1s
  expect: { used_percent: { le: 100 } }
- id: mounted
  mount: { path: $T/dead }
  expect: { fstype: fuse.dead, source: dead, read_only: false }
- id: alive
  disk: { path: / }
  expect: { size: { gt: 0 } }
YAML
}

@test "disk: a dead mount ends as blocked, and hangs nobody else" {
	local mode

	for mode in silent deaf; do
		dead "$mode"
		dead_rules | ruleset dead
		run "$ROUNDS" run dead.yaml --report json=dead.json
		is "$(outcome dead disk)" "error blocked"
		is "$(outcome dead mounted)" "pass "
		is "$(outcome dead alive)" "pass "
		jq -e '.results[0].message | contains("does not answer")' dead.json
		stop "$started"
		umount -l dead
		rmdir dead
		rm .ready
	done
}

# Parameters that can't be looked up: 5 s each, before there is a plan.
dead_params() {
	cat <<YAML
format: 1
ruleset: lost
version: 1.0.0
params:
  a: { type: text, from: { file: $T/dead/a, match: '(.*)' } }
  b: { type: text, from: { file: $T/dead/b, match: '(.*)' } }
  c: { type: text, from: { file: $T/dead/c, match: '(.*)' } }
checks:
- id: asks
  value: { of: "\${a}\${b}\${c}" }
  expect: { value: x }
- id: alive
  disk: { path: / }
YAML
}

# lost CUT: what the run that was cut short during that reported.
lost() {
	is "$(jq -r '"\(.run.complete) \(.run.cut_short)"' lost.json)" "false $1"
	is "$(outcome lost asks)" "error killed"
	is "$(outcome lost alive)" "skip "
	grep -q '</testsuites>' lost.xml
}

@test "a signal or the deadline while parameters are looked up: complete reports" {
	dead silent
	dead_params >lost.yaml
	start "$ROUNDS" run lost.yaml --report json=lost.json --report junit=lost.xml
	local pid=$started code=0
	wait_for 20 pgrep -P "$pid"
	kill -TERM "$pid"
	wait "$pid" || code=$?
	is "$code" 2
	lost SIGTERM
	rm lost.json lost.xml
	run "$ROUNDS" run lost.yaml --deadline 1s --report json=lost.json --report junit=lost.xml
	is "$status" 2
	lost deadline
	grep -q "the run had no time left" lost.json
	# whoever only looks has no report to write: the signal ends it
	start "$ROUNDS" show lost.yaml
	pid=$started code=0
	wait_for 20 pgrep -P "$pid"
	kill -TERM "$pid"
	wait "$pid" || code=$?
	is "$code" 143
}

@test "disk: all of them, and one is dead" {
	dead silent
	ruleset all <<'YAML'
- id: all
  disk: { all: true }
  timeout: 1s
  expect: { used_percent: { le: 100 } }
YAML
	run "$ROUNDS" run all.yaml --report json=all.json
	is "$(outcome all all)" "error blocked"
	jq -e --arg at "$T/dead" '.results[0].message | contains($at)' all.json
}

@test "file: a dead mount ends as blocked, and later checks on it end at once" {
	local i

	dead deaf
	{
		printf -- '- id: first\n  file: { path: %s/dead/x }\n  timeout: 1s\n' "$T"
		printf -- '  expect: { exists: true }\n'
		for i in 1 2 3 4 5 6; do
			printf -- '- id: later%s\n  needs: [ gate ]\n  timeout: 50s\n' "$i"
			printf -- '  file: { path: %s/dead/%s }\n' "$T" "$i"
			printf -- '  expect: { exists: true }\n'
		done
		printf -- '- id: gate\n  command: { argv: [ sleep, "4" ] }\n'
		printf -- '  expect: { exit_status: 0 }\n'
	} | ruleset later
	run "$ROUNDS" run later.yaml --report json=later.json
	is "$(outcome later first)" "error blocked"
	for i in 1 2 3 4 5 6; do
		is "$(outcome later "later$i")" "error blocked"
	done
	# not one of them waited for its own 50 s
	jq -e '[.results[] | select(.id | startswith("later/later")) | .duration // 0] | max < 40' \
		later.json
}

@test "disk: a frozen file system is not a dead one" {
	local loop

	need_root
	truncate -s 32M image
	mkfs.ext4 -q image 2>/dev/null || skip "needs mkfs.ext4"
	mkdir frozen
	loop=$(losetup -f --show image 2>/dev/null) || skip "needs loop devices"
	mount "$loop" frozen || {
		losetup -d "$loop"
		skip "ext4 cannot be mounted here"
	}
	mounts+=("$T/frozen")
	losetup -d "$loop"
	fsfreeze -f frozen || skip "needs fsfreeze"
	ruleset frozen <<YAML
- id: disk
  disk: { path: $T/frozen/lost+found }
  expect: { used_percent: { lt: 50 }, filesystems: { each: { fstype: ext4, source: $loop } } }
- id: mount
  mount: { path: $T/frozen }
  expect: { read_only: false }
YAML
	run "$ROUNDS" run frozen.yaml --report json=frozen.json
	fsfreeze -u frozen
	is "$(outcome frozen disk)" "pass "
	is "$(outcome frozen mount)" "pass "
}

@test "mount: read-only binds, options, blanks, what lies on top, what is not mounted" {
	need_namespaces
	mkdir -p src bind "with blank" twice deep/in
	ruleset mounts <<YAML
- id: writable
  mount: { path: $T/src/ }
  expect:
    { read_only: false, fstype: tmpfs, source: the source, options: { contains: noexec }, root: / }
- id: bind
  mount: { path: $T//bind }
  expect:
    read_only: true
    root: /below
    options: { all_of: [ { contains: ro }, { not_contains: rw } ] }
- id: blank
  mount: { path: "$T/with blank" }
- id: top
  mount: { path: $T/twice }
  expect: { source: second }
- id: hidden
  mount: { path: $T/deep/in }
  expect: { mounted: false }
- id: no-mount
  mount: { path: $T/src/below }
YAML
	in_mounts "mount -t tmpfs -o noexec 'the source' src; mkdir src/below
		mount --bind src/below bind; mount -o remount,bind,ro bind
		mount -t tmpfs blank 'with blank'
		mount -t tmpfs first twice; mount -t tmpfs second twice
		mount -t tmpfs in deep/in; mount -t tmpfs deep deep
		'$ROUNDS' run mounts.yaml --report json=mounts.json" || true
	is "$(jq -r '[.results[] | "\(.id | ltrimstr("mounts/")):\(.status)"]
		| join(" ")' mounts.json)" \
		"writable:pass bind:pass blank:pass top:pass hidden:pass no-mount:fail"
}

@test "mount: as PID 1 sees it" {
	need_namespaces
	mkdir mine
	ruleset whose <<YAML
- id: own
  mount: { path: $T/mine }
- id: init
  mount: { path: $T/mine, namespace: init }
  expect: { mounted: false }
YAML
	in_mounts "mount -t tmpfs mine mine; '$ROUNDS' run whose.yaml"
}

# group CONTROLLER: a control group of version 1 or 2 for this test; its folder is in $group.
group() {
	local controller=$1 top=/sys/fs/cgroup/$1

	need_namespaces
	[ -e "$top/cgroup.procs" ] || top=/sys/fs/cgroup
	grep -qw "$controller" /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null ||
		[ "$top" != /sys/fs/cgroup ] || skip "no control groups of $controller here"
	group=$top/rounds-test.$$.$BATS_TEST_NUMBER
	mkdir "$group" 2>/dev/null || skip "control groups cannot be made here"
	groups+=("$group")
}

# limit FILE VALUE [FILE VALUE ...]: set the first pair whose file is there.
limit() {
	while [ $# -gt 0 ]; do
		[ ! -e "$group/$1" ] || {
			echo "$2" >"$group/$1"
			return
		}
		shift 2
	done
	skip "the limit cannot be set here"
}

# in_groups: the script of standard input, as PID 1 of a container, so to say, in all groups.
in_groups() {
	local at join=

	cat >inside
	for at in "${groups[@]}"; do
		join+="echo \$\$ >'$at/cgroup.procs'; "
	done
	bash -c "$join exec unshare -m -p -f --mount-proc bash -e inside"
}

@test "system: memory against the container's limit, and page cache is no use" {
	group memory
	limit memory.max 536870912 memory.limit_in_bytes 536870912
	ruleset memory <<'YAML'
- id: own
  system: {}
  expect: { memory_total: 512MiB, memory_percent: { between: [ 50, 85 ] } }
- id: machine
  system: { scope: host }
  expect: { memory_total: { ne: 512MiB } }
YAML
	cat >hold.py <<'PYTHON'
import subprocess, sys
held = bytearray(b"x") * 300000000
sys.exit(subprocess.call(sys.argv[1:]))
PYTHON
	in_groups <<SCRIPT || cat memory.json
head -c 180000000 /dev/zero >cache
python3 hold.py '$ROUNDS' run memory.yaml --report json=memory.json
SCRIPT
	is "$(outcome memory own)" "pass "
	is "$(outcome memory machine)" "pass "
}

@test "system: CPU against the container's quota, and throttling" {
	group cpu
	limit cpu.max "20000 100000" cpu.cfs_quota_us 20000
	[ -e "$group/cpu.stat" ] && [ ! -e "$group/cpuacct.usage" ] && [ ! -e "$group/cpu.max" ] &&
		group cpuacct
	ruleset quota <<'YAML'
- id: own
  system: {}
  timeout: 60s
  expect:
    cpus: 0.2
    cpu_percent: { between: [ 20, 200 ] }
    cpu_throttled_percent: { gt: 0 }
- id: machine
  system: { scope: host }
  expect: { cpus: { ge: 1 }, cpu_throttled_percent: 0 }
YAML
	in_groups <<SCRIPT || cat quota.json
while :; do :; done & while :; do :; done &
'$ROUNDS' run quota.yaml --report json=quota.json
SCRIPT
	is "$(outcome quota own)" "pass "
	is "$(outcome quota machine)" "pass "
}

@test "system: limits of rounds itself are not those of a container" {
	group memory
	limit memory.max 536870912 memory.limit_in_bytes 536870912
	ruleset service <<'YAML'
- id: machine
  system: {}
  expect: { memory_total: { ne: 512MiB } }
YAML
	bash -c "echo \$\$ >'$group/cgroup.procs'; '$ROUNDS' run service.yaml"
}

@test "system: of a container that is entered, its own limits count" {
	local inside

	group memory
	limit memory.max 536870912 memory.limit_in_bytes 536870912
	ruleset entered <<'YAML'
- id: own
  system: {}
  expect: { memory_total: 512MiB, memory_percent: { le: 100 } }
- id: machine
  system: { scope: host }
  expect: { memory_total: { ne: 512MiB } }
YAML
	for how in "" -C; do
		start bash -c "echo \$\$ >'$group/cgroup.procs'
			exec unshare -m -p -f --kill-child --mount-proc $how \
				bash -c 'echo >ready; exec sleep 300'"
		wait_for 20 test -e ready
		inside=$(tr -d ' ' <"/proc/$started/task/$started/children")
		inspect 0 entered --enter "$inside"
		rm ready
	done
}

@test "system: a process that burns CPU is seen" {
	ruleset burn <<'YAML'
- id: burn
  system: { scope: host }
  expect: { cpu_percent: { gt: 5, le: 100 } }
- id: facts
  system: {}
  expect:
    load1: { ge: 0 }
    load5: { ge: 0 }
    load15: { ge: 0 }
    load1_per_cpu: { ge: 0 }
    swap_percent: { between: [ 0, 100 ] }
    open_files_percent: { between: [ 0, 100 ] }
    uptime: { gt: 1s }
    processes: { ge: 2 }
YAML
	start bash -c 'while :; do :; done'
	inspect 0 burn
	if [ -r /proc/pressure/cpu ]; then
		ruleset pressure <<'YAML'
- id: pressure
  system: {}
  expect:
    pressure.cpu.some.avg10: { between: [ 0, 100 ] }
    pressure.memory.full.avg300: { between: [ 0, 100 ] }
    pressure.io.some.avg60: { between: [ 0, 100 ] }
YAML
		inspect 0 pressure
	fi
}

@test "system: hidden processes are not few processes" {
	need_others
	need_namespaces
	chmod 755 "$T"
	ruleset hidden <<'YAML'
- id: hidden
  system: {}
  expect: { processes: { le: 100000 } }
YAML
	run unshare -m -p -f --mount-proc bash -c "
		mount -o remount,hidepid=2 /proc || exit 99
		setpriv --reuid 65534 --regid 65534 --clear-groups '$ROUNDS' run hidden.yaml"
	[ "$status" -ne 99 ] || skip "/proc cannot be remounted here"
	is "$status" 2
	says "hidepid"
}

@test "user and group: accounts of all kinds, and who may not read passwords" {
	need_others
	need_namespaces
	chmod 755 "$T"
	cat >passwd <<'TEXT'
root:x:0:0:root:/root:/bin/bash
app:x:1000:100:App:/srv/app:/bin/sh
off:x:1001:100::/:/usr/sbin/nologin
TEXT
	cat >group <<'TEXT'
root:x:0:
users:x:100:
docker:x:999:app
TEXT
	printf 'root:*:19000:0:::::\napp:$6$x$y:%s:0:99999:7:::\noff:!:19000::::::\n' \
		"$(($(date +%s) / 86400 - 3))" >shadow
	chmod 600 shadow
	ruleset accounts <<'YAML'
- id: app
  user: { name: app }
  expect:
    uid: 1000
    gid: 100
    group: users
    groups: { all_of: [ { contains: docker }, { contains: users }, { length: 2 } ] }
    home: /srv/app
    shell: /bin/sh
- id: "off"
  user: { name: "1001" }
  expect: { name: "off", shell: { ends_with: nologin } }
- id: none
  user: { name: guest }
  expect: { exists: false }
- id: missing
  user: { name: guest }
- id: docker
  group: { name: docker }
  expect: { gid: 999, members: { each: app } }
- id: users
  group: { name: users }
  expect: { members: { all_of: [ { contains: app }, { contains: "off" } ] } }
- id: no-group
  group: { name: wheel }
  expect: { exists: false }
- id: password
  user: { name: app }
  expect: { locked: false, password_age: { between: [ 2d, 4d ] } }
- id: locked
  user: { name: "off" }
  expect: { locked: true }
YAML
	in_mounts "for file in passwd group shadow; do mount --bind \$file /etc/\$file; done
		'$ROUNDS' run accounts.yaml --report json=accounts.json || :
		setpriv --reuid 65534 --regid 65534 --clear-groups '$ROUNDS' run accounts.yaml \
			--report json=- | sed s,accounts/,blind/, >blind.json || :"
	is "$(jq -r '[.results[] | select(.status != "pass") | .id] | join(" ")' accounts.json)" \
		accounts/missing
	is "$(outcome blind password)" "error permission"
	is "$(outcome blind locked)" "error permission"
	is "$(outcome blind app)" "pass "
}

@test "user and group: careless lines are read as the C library reads them" {
	local names="root indented short shorter junk none zeros nul after last"

	need_namespaces
	printf '%s\n' root:x:0:0:root:/root:/bin/sh '  indented:x:0:0::/:/bin/sh' short:x:07:7 \
		shorter:x:8 junk:x:8x:8::/:/bin/sh none:x::8::/:/bin/sh 'zeros:x: 010:8:' >passwd
	printf 'nul\0nul:x:11:11::/:/bin/sh\nafter:x:12:12::/:/bin/sh\nlast:x:13:13:::' >>passwd
	printf '%s\n' root:x:0: 'wheel:x:10:short, after' >group
	{
		printf -- '- id: %s\n  user: { name: %s }\n' $(printf '%s\n' $names | sed p)
		printf -- '- id: wheel\n  group: { name: wheel }\n'
		printf -- '  expect: { members: { contains: after } }\n'
	} | ruleset careless
	in_mounts "for file in passwd group; do mount --bind \$file /etc/\$file; done
		for name in $names; do
			getent -s files passwd \$name >/dev/null && echo \$name
		done >theirs
		'$ROUNDS' run careless.yaml --report json=careless.json || :"
	diff theirs <(jq -r '.results[] | select(.status == "pass") | .id[9:]' careless.json |
		grep -vx wheel)
	is "$(wc -l <theirs)" 6
	is "$(outcome careless wheel)" "pass "
}

@test "package: dpkg's own data base agrees with dpkg" {
	local version

	version=$(dpkg-query -W -f '${Version}' dpkg) || skip "needs dpkg"
	ruleset packages <<YAML
- id: dpkg
  package: { name: dpkg }
  expect: { version: "$version", database: dpkg, status: installed }
- id: newer
  package: { name: dpkg }
  expect: { version: { ge: 1.10 } }
- id: none
  package: { name: no-such-package }
  expect: { installed: false }
- id: missing
  package: { name: no-such-package }
YAML
	run "$ROUNDS" run packages.yaml --report json=packages.json
	is "$(jq -r '[.results[].status] | join(" ")' packages.json)" "pass pass pass fail"
}

@test "package: no data base, or rpm's, is an error and not 'not installed'" {
	need_namespaces
	[ -d /var/lib/dpkg ] || skip "needs /var/lib/dpkg"
	[ ! -e /lib/apk ] || skip "there is another data base"
	ruleset none <<'YAML'
- id: gone
  package: { name: bash }
  expect: { installed: false }
YAML
	in_mounts "mount -t tmpfs none /var/lib; mkdir /var/lib/rpm
		'$ROUNDS' run none.yaml --report json=none.json || :
		touch /var/lib/rpm/Packages
		'$ROUNDS' run none.yaml --report json=rpm.json || :
		mkdir -p /var/lib/dpkg/status.d
		printf 'Package: tzdata\nVersion: 2024a\n' >/var/lib/dpkg/status.d/tzdata
		rm /var/lib/rpm/Packages; sed -i s/bash/tzdata/ none.yaml
		'$ROUNDS' run none.yaml --report json=distroless.json || :"
	is "$(jq -r '.results[0] | "\(.status) \(.error.kind)"' none.json)" "error module"
	is "$(jq -r '.results[0] | "\(.status) \(.error.kind)"' rpm.json)" "error module"
	jq -e '.results[0].message | contains("rpm -q")' rpm.json
	is "$(jq -r '.results[0].status' distroless.json)" fail
}

@test "kernel_param: values of our own network namespace, and what may not be read" {
	need_others
	need_namespaces
	chmod 755 "$T"
	ruleset sysctl <<'YAML'
- id: forward
  kernel_param: { name: net.ipv4.ip_forward }
  expect: { value: 1 }
- id: dotted
  kernel_param: { name: net/ipv4/conf/lo/forwarding }
  expect: { value: { in: [ 0, 1 ] } }
- id: three
  kernel_param: { name: net.ipv4.tcp_rmem }
  expect: { "values[2]": { ge: 4096 }, value: { matches: '^\d+ \d+ \d+$' } }
- id: none
  kernel_param: { name: net.ipv4.no_such_thing }
- id: secret
  kernel_param: { name: net.ipv4.tcp_fastopen_key }
YAML
	unshare -n -m bash -ec "echo 1 >/proc/sys/net/ipv4/ip_forward
		setpriv --reuid 65534 --regid 65534 --clear-groups '$ROUNDS' run sysctl.yaml \
			--report json=- >sysctl.json || :"
	is "$(outcome sysctl forward)" "pass "
	is "$(outcome sysctl dotted)" "pass "
	is "$(outcome sysctl three)" "pass "
	is "$(outcome sysctl none)" "fail "
	is "$(outcome sysctl secret)" "error permission"
}

@test "kernel_param: a long value is whole, and none where there are no parameters is an error" {
	need_namespaces
	ruleset sysctl <<'YAML'
- id: long
  kernel_param: { name: net.ipv4.ip_local_reserved_ports }
  expect: { value: { ends_with: ",65533", not_contains: "65532" } }
- id: none
  kernel_param: { name: net.ipv4.ip_forward }
  expect: { exists: false }
YAML
	# the kernel wants it in one piece
	cat >reserve <<'BASH'
seq -s , 1 2 65533 | dd bs=1M iflag=fullblock conv=notrunc status=none \
	of=/proc/sys/net/ipv4/ip_local_reserved_ports
BASH
	unshare -n bash reserve || skip "the ports cannot be reserved here"
	unshare -n bash -ec "bash reserve
		'$ROUNDS' run sysctl.yaml --report json=sysctl.json || :"
	is "$(outcome sysctl long)" "pass "
	is "$(outcome sysctl none)" "fail "
	in_mounts "mount -t tmpfs none /proc
		'$ROUNDS' run sysctl.yaml --report json=sysctl.json || :"
	is "$(outcome sysctl none)" "error permission"
}

@test "interface: without a link, with one, addresses, and none of this name" {
	need_namespaces
	command -v ip >/dev/null || skip "needs ip"
	unshare -n ip link add br0 type bridge 2>/dev/null || skip "needs bridge interfaces"
	ruleset net <<'YAML'
- id: loopback
  interface: { name: lo }
  expect: { up: true, addresses: { contains: 127.0.0.1/8 }, mtu: { ge: 1280 } }
- id: linkless
  interface: { name: br0 }
  expect:
    enabled: true
    up: false
    mtu: 1400
    mac: "02:00:00:00:00:0a"
    addresses: { contains: 10.1.2.3/20 }
- id: "off"
  interface: { name: br1 }
  expect: { enabled: false, up: false, addresses: { empty: true } }
- id: none
  interface: { name: br }
YAML
	unshare -n bash -ec "ip link set lo up
		ip link add br0 type bridge; ip link add br1 type bridge
		ip link set br0 address 02:00:00:00:00:0A mtu 1400
		ip addr add 10.1.2.3/20 dev br0
		ip link set br0 up
		'$ROUNDS' run net.yaml --report json=net.json || :"
	is "$(jq -r '[.results[].status] | join(" ")' net.json)" "pass pass pass fail"
}

@test "interface: another name of it is one, too" {
	local other='ip link add br0 type bridge && ip link property add dev br0 altname other0'

	need_namespaces
	unshare -n bash -c "$other" 2>/dev/null || skip "interfaces have one name here"
	ruleset names <<'YAML'
- id: other
  interface: { name: other0 }
  expect: { mtu: 1500, enabled: false }
- id: none
  interface: { name: other }
YAML
	unshare -n bash -c "$other; '$ROUNDS' run names.yaml --report json=names.json || :"
	is "$(jq -r '[.results[].status] | join(" ")' names.json)" "pass fail"
}
