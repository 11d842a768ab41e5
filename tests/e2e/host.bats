#!/usr/bin/env bats
#
# rulesets/host.yaml: each of its checks is turned red by a fault of its own, on a small machine
# that is otherwise healthy, with the message that an operator reads, and no other check is.

load helpers

setup() {
	lab_setup
	RULES=$SRC/rulesets/host.yaml
	mkdir machine
}

teardown() {
	lab_teardown
}

# inspect [OPTION ...] <FAULT: the report of the broken machine in report.json.
inspect() {
	local code=0

	[ "$(id -u)" -eq 0 ] || skip "needs root"
	unshare -m -n -u -i -p -f true 2>/dev/null || skip "needs namespaces (unshare -mnuip)"
	unshare -m -n -u -i -p -f --kill-child bash "$SRC/tests/lab/host_machine.bash" \
		"$T/machine" "$(dirname "$ROUNDS")" "$RULES" "$@" >report.json 2>why || code=$?
	[ "$code" -ne 77 ] || skip "$(tail -n 1 why)"
	[ -s report.json ] || {
		cat why
		echo "no report, ended with $code"
		return 1
	}
}

# What did not pass: "ID STATUS SEVERITY MESSAGE", of trouble its kind first.
not_passed() {
	jq -r '.results[] | select(.status != "pass") |
		"\(.id | ltrimstr("host/")) \(.status) \(.severity) " +
		(if .error then "\(.error.kind): " else "" end) + (.message // "")' report.json
}

# only LINE ...: that this did not pass (patterns of the shell), and nothing else.
only() {
	local line all

	all=$(not_passed)
	while IFS= read -r line; do
		# shellcheck disable=SC2053
		[[ $line == ${1-} ]] || {
			printf 'found:\n%s\n\nwanted there: %s\n' "$all" "${1-nothing more}"
			return 1
		}
		shift $(($# > 0))
	done < <(printf '%s\n' "$all")
	[ $# -eq 0 ] || {
		printf 'found:\n%s\n\nmissing: %s\n' "$all" "$1"
		return 1
	}
}

# red ID SEVERITY MESSAGE <FAULT: by the fault this check fails so, and nothing else does.
red() {
	inspect
	only "${1//\[/\\[} fail $2 $3"
}

# A fault of the port: something listens there.
listens() {
	cat <<-END
		python3 -c '
		import socket, time
		s = socket.socket()
		s.bind(("0.0.0.0", $1))
		s.listen()
		print(flush=True)
		time.sleep(1000)' >.listens &
		until [ -s .listens ]; do sleep 0.02; done
	END
}

# A root of ext4 as Debian mounts it.
on_ext4() {
	PATH=$PATH:/usr/sbin:/sbin command -v mkfs.ext4 >/dev/null || skip "there is no mkfs.ext4"
	export MACHINE_ROOT='PATH=$PATH:/usr/sbin:/sbin
		truncate -s 16M "$1.img"
		mkfs.ext4 -q "$1.img"
		mount -o loop,errors=remount-ro "$1.img" "$1"'
}

@test "a healthy machine is green, and every check of it applies" {
	inspect </dev/null
	only
	jq -e '.summary | .pass == .total and .total > 30' report.json
}

@test "a healthy machine is green for an ordinary user" {
	MACHINE_USER=65534 inspect </dev/null
	only
}

@test "what an ordinary user cannot see is no pass" {
	local unknown='error high permission: cannot decide whether it applies: file'
	local denied='Permission denied'

	export MACHINE_USER=65534
	inspect <<<'chmod 700 etc/ssh run; mount -o remount,hidepid=1 proc'
	only 'zombies error medium permission: cannot decide whether it applies: *' \
		"sshd $unknown: '/run/sshd.pid': $denied" \
		'sshd-settings error critical permission: cannot decide whether it applies: *' \
		'ssh-host-keys error critical permission: cannot decide whether it applies: *' \
		"cron $unknown: '/run/crond.pid': $denied"
	inspect <<<'mount -o remount,hidepid=2 proc'
	only 'zombies skip medium not applicable: /proc/1/stat is not there' \
		'sshd error high permission: /proc hides the processes of other users *' \
		'cron error high permission: /proc hides the processes of other users *'
}

@test "proc: not mounted; what looks there is not judged" {
	inspect <<<'umount proc/meminfo proc/sys/fs/file-nr proc'
	only 'proc fail critical exists: expected true, found false' \
		'clock skip high needs host/proc, which failed' \
		'memory skip high needs host/proc, which failed' \
		'disk\[1] error critical internal: the list of mounts cannot be read: *' \
		'inodes\[1] error critical internal: the list of mounts cannot be read: *' \
		'root-writable skip critical needs host/proc, which failed' \
		'open-files skip high needs host/proc, which failed' \
		'zombies skip medium *' \
		'sshd skip high needs host/proc, which failed' \
		'cron skip high needs host/proc, which failed'
}

@test "device: not there, a file, closed, another device" {
	red 'device[null]' high 'exists: expected true, found false' <<<'rm dev/null'
	red 'device[null]' high "type: expected 'char_device', found 'file'" <<-'END'
		rm dev/null
		echo result >dev/null
		chmod 666 dev/null
	END
	red 'device[zero]' high 'mode: expected 0666, found 0600' <<<'chmod 600 dev/zero'
	red 'device[urandom]' high "type: expected 'char_device', found 'block_device'" <<-'END'
		rm dev/urandom
		mknod -m 666 dev/urandom b 7 77
	END
}

@test "clock: before the program was made" {
	# the time of a machine is not a test's to change: a tree stands for it
	mkdir -p tree/proc/self
	echo 'State: R' >tree/proc/self/status
	"$ROUNDS" run "$RULES" --root tree --quiet --report json=green.json || true
	touch -d 2001-01-01T00:00:00Z tree/proc/self/status
	"$ROUNDS" run "$RULES" --root tree --quiet --report json=report.json || true
	result report.json host/clock '.status == "fail" and .severity == "high" and
		.message == "modified: expected >= 2024-01-01T00:00:00Z, " +
			"found \u00272001-01-01T00:00:00Z\u0027"'
	result green.json host/clock '.status == "pass"'
	jq -es '.[] |= [.results[] | select(.id != "host/clock") | [.id, .status, .message]] |
		.[0] == .[1]' green.json report.json
}

@test "clock-set-back: a file is from tomorrow" {
	red clock-set-back medium 'age: expected >= 0s, found -*s' \
		<<<'touch -d "+2 days" etc/passwd'
}

@test "memory: nearly used up, and used up" {
	red memory medium 'memory_percent: expected <= 92, found 95' <<-'END'
		sed -i '/MemAvailable\|MemFree/s/ .*/ 400000 kB/' .meminfo
		umount proc/meminfo
		mount --bind .meminfo proc/meminfo
	END
	red memory high 'memory_percent: expected <= 98, found 99' <<-'END'
		sed -i '/MemAvailable\|MemFree/s/ .*/ 80000 kB/' .meminfo
		umount proc/meminfo
		mount --bind .meminfo proc/meminfo
	END
}

@test "disk: nearly full, and full" {
	red 'disk[1]' medium 'used_percent: expected <= 90, found 9*' <<<'fallocate -l 30M large'
	red 'disk[1]' critical 'used_percent: expected <= 97, found 100' <<-'END'
		dd if=/dev/zero of=large bs=64k status=none || true
	END
}

@test "inodes: nearly used up, and used up" {
	red 'inodes[1]' medium 'inodes_used_percent: expected any of (*; <= 90), found 9*' <<-'END'
		mkdir many
		cd many
		seq 3750 | xargs touch
	END
	red 'inodes[1]' critical 'inodes_used_percent: *<= 97), found 1*' <<-'END'
		mkdir many
		cd many
		seq 4000 | xargs touch || true
	END
}

@test "root-writable: somebody made it read-only" {
	on_ext4
	red root-writable critical "expected any of (*), found mounted: true; read_only: true; *" \
		<<<'mount -o remount,ro .'
}

@test "root-writable: the kernel shut it after an error" {
	on_ext4
	# there it leaves no trace in the list of mounts
	[[ ! "$(uname -r)" =~ ^6\.1[234]\. ]] || skip "Linux $(uname -r) does not tell it"
	red root-writable critical "expected any of (*), found mounted: true; read_only: true; *" \
		<<<'mount -o remount,abort .'
}

@test "open-files: nearly all are used" {
	red open-files high 'open_files_percent: expected <= 90, found 95' \
		<<<'printf "95000\t0\t100000\n" >.file-nr'
}

# A process that has just ended and is about to be waited for counts, too.
@test "zombies: a parent does not wait" {
	red zombies medium 'stdout: expected as number: <= 50, found 5*' <<-'END'
		python3 -c '
		import os, time
		for pid in [os.fork() or os._exit(0) for _ in range(51)]:
		    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
		print(flush=True)
		time.sleep(1000)' >.dead &
		until [ -s .dead ]; do sleep 0.02; done
	END
}

@test "resolver, localhost, hostname: a name cannot be had" {
	red resolver medium 'empty: expected false, found true' <<<': >etc/resolv.conf'
	red localhost medium 'exit_status: expected 0, found 2' <<<'sed -i /localhost/d etc/hosts'
	red hostname low 'exit_status: expected 0, found 2' <<<'hostname renamed'
}

@test "passwd: who is root, who needs no password, whose file it is" {
	red passwd critical 'found.also_root: expected empty, found \["second"]' \
		<<<'echo second:x:0:0::/:/bin/sh >>etc/passwd'
	nowhere nogroup report.json
	red passwd critical 'found.without_password: expected empty, found \["second"]' \
		<<<'echo second::1000:1000::/:/bin/sh >>etc/passwd'
	red passwd critical "found.root: expected contains 'root', found \[]" \
		<<<'sed -i /^root/d etc/passwd'
	red passwd critical 'mode: expected one of 0644, 0444, found 0666' <<<'chmod 666 etc/passwd'
	red passwd critical "owner: expected one of 'root', '0', found 'nobody'" \
		<<<'chown 65534 etc/passwd'
	inspect <<<'rm etc/passwd'
	only 'clock-set-back skip medium not applicable: /etc/passwd is not there' \
		'passwd fail critical exists: expected true, found false'
}

@test "shadow, sudoers: open, or another's" {
	red shadow critical 'mode: expected one of 0000, *, found 0644' <<<'chmod 644 etc/shadow'
	red shadow critical "owner: expected one of 'root', '0', found 'nobody'" \
		<<<'chown 65534 etc/shadow'
	red sudoers critical 'mode: expected one of 0400, *, found 0666' <<<'chmod 666 etc/sudoers'
	red sudoers critical "owner: expected one of 'root', '0', found 'nobody'" \
		<<<'chown 65534 etc/sudoers'
}

@test "system-folders, cron-folders, tmp, root-home: open" {
	red system-folders critical "files\[5].mode: expected does not match *, found 0777 *" \
		<<<'chmod 777 .local/bin'
	red cron-folders critical "files\[5].mode: expected does not match *, found 0666 *" \
		<<<'chmod 666 etc/crontab'
	red cron-folders critical "files\[0].owner: expected one of 'root', '0', found 'nobody' *" \
		<<<'chown 65534 etc/cron.d'
	red tmp high 'mode: expected 1777, found 0777' <<<'chmod 777 tmp'
	red tmp high "type: expected 'directory', found 'file'" <<<'rmdir tmp; : >tmp'
	red root-home high "mode: expected does not match '\[2367]$', found 0777" \
		<<<'chmod 777 root'
}

@test "sshd, cron: dead, or another runs under the number" {
	red sshd high 'count: expected >= 1, found 0' <<<'kill "$(cat run/sshd.pid)"'
	red sshd high 'count: expected >= 1, found 0' <<<'cp run/crond.pid run/sshd.pid'
	red cron high 'count: expected 1, found 0' <<<'kill "$(cat run/crond.pid)"'
	red cron high "processes\[0].name: expected one of 'cron', 'crond', found 'sshd'" \
		<<<'cp run/sshd.pid run/crond.pid'
}

@test "sshd-settings, ssh-host-keys: open, another's, empty" {
	red sshd-settings critical "mode: expected does not match '\[2367]$', found 0666" \
		<<<'chmod 666 etc/ssh/sshd_config'
	red sshd-settings critical "owner: expected one of 'root', '0', found 'nobody'" \
		<<<'chown 65534 etc/ssh/sshd_config'
	red ssh-host-keys critical 'files\[1].mode: expected one of 0400, *, found 0644 *' \
		<<<'chmod 644 etc/ssh/ssh_host_rsa_key'
	red ssh-host-keys critical 'files\[1].size: expected >= 100, found 0 bytes *' \
		<<<': >etc/ssh/ssh_host_rsa_key'
}

@test "open-door: telnet, rlogin, rsh, Docker" {
	red 'open-door[telnet]' critical 'listening: expected false, found true' < <(listens 23)
	red 'open-door[rlogin]' critical 'listening: expected false, found true' < <(listens 513)
	red 'open-door[rsh]' critical 'listening: expected false, found true' < <(listens 514)
	red 'open-door[docker]' critical 'listening: expected false, found true' < <(listens 2375)
}

@test "nologin: left behind" {
	red nologin low 'exists: expected false, found true' <<<': >etc/nologin'
}

# What the tests above say of themselves: they may be skipped here.
@test "every check of host.yaml has a fault here" {
	local id rows missing=()

	mkdir empty
	"$ROUNDS" run "$RULES" --root empty --quiet --report json=report.json || true
	rows=$(sed -n "s/^	red '\{0,1\}\([a-z[][^' ]*\)'\{0,1\} .*/\1/p
		s/^	only '\([a-z-]*\) fail .*/\1/p
		s/^	result report.json host\/\([a-z-]*\) '.status == \"fail\".*/\1/p" \
		"$BATS_TEST_FILENAME")
	[ "$(jq '.results | length' report.json)" -gt 30 ]
	while IFS= read -r id; do
		grep -qxF -e "$id" <<<"$rows" || missing+=("$id")
	done < <(jq -r '.results[].id | ltrimstr("host/")' report.json)
	[ ${#missing[@]} -eq 0 ] || {
		echo "nothing turns red: ${missing[*]}"
		return 1
	}
}
