# host_machine.bash ROOT PROGRAM RULES [OPTION ...] <FAULT - a small machine, broken and inspected
#
# It is PID 1 of namespaces of its own (mount, network, UTS, IPC, PID; see host.bats), so that all
# of it ends with it. ROOT becomes a file system with all that rulesets/host.yaml looks at: accounts,
# scheduled jobs, an SSH server, devices, and a /proc whose figures are those of an idle machine.
# FAULT is a script run in ROOT. PROGRAM is the folder of the built program, RULES the file of
# rules. The json report goes to standard output; what could not be made ends it with 77 and a reason.
#
# MACHINE_ROOT   the command that mounts ROOT, instead of a tmpfs
# MACHINE_USER   the user id that inspects, instead of root
set -eu -o pipefail
umask 022

root=$1 program=$2 rules=$3
shift 3

cannot() {
	echo "$*" >&2
	exit 77
}

file_system() {
	mount --make-rprivate / || cannot "mounts cannot be made private here"
	if [ -n "${MACHINE_ROOT:-}" ]; then
		bash -ec "$MACHINE_ROOT" root "$root" || cannot "no such root can be mounted here"
	else
		mount -t tmpfs -o size=32m,nr_inodes=4000,mode=755 machine "$root" ||
			cannot "no tmpfs can be mounted here"
	fi
	cd "$root"
}

# The machine's programs, which nothing here can change.
programs() {
	local name

	mkdir -p usr etc/ssh proc dev tmp root run var/lib/rounds program rules
	for name in bin sbin lib lib64 lib32 libx32; do
		if [ -L "/$name" ]; then
			ln -s "$(readlink "/$name")" "$name"
		elif [ -d "/$name" ]; then
			mkdir -p "$name"
			mount --bind -o ro "/$name" "$name"
		fi
	done
	mkdir -p .local/bin .local/sbin
	mount --bind /usr usr
	mount -o remount,bind,ro usr
	mount --bind .local usr/local
	mount --bind "$program" program
	touch rules/host.yaml
	mount --bind "$rules" rules/host.yaml
	[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache etc/
	chmod 1777 tmp
	chmod 700 root
}

devices() {
	mknod -m 666 dev/null c 1 3 && mknod -m 666 dev/zero c 1 5 &&
		mknod -m 666 dev/urandom c 1 9 && : >dev/null ||
		cannot "devices cannot be made here"
}

configuration() {
	hostname machine || cannot "the name cannot be changed here"
	printf '%s\n' root:x:0:0:root:/root:/bin/bash \
		nobody:x:65534:65534:nobody:/:/usr/sbin/nologin >etc/passwd
	printf '%s\n' root:x:0: nogroup:x:65534: >etc/group
	echo 'ID=debian' >etc/os-release
	printf '%s\n' 'root:*:19000::::::' >etc/shadow
	printf 'root ALL=(ALL:ALL) ALL\n' >etc/sudoers
	chmod 640 etc/shadow
	chmod 440 etc/sudoers
	printf '127.0.0.1 localhost\n127.0.1.1 machine\n' >etc/hosts
	printf 'passwd: files\ngroup: files\nhosts: files\n' >etc/nsswitch.conf
	printf 'nameserver 127.0.0.1\n' >etc/resolv.conf
	mkdir etc/cron.{d,hourly,daily,weekly,monthly}
	touch etc/crontab
	printf 'PermitRootLogin no\n' >etc/ssh/sshd_config
	head -c 400 /dev/zero | tr '\0' x >etc/ssh/ssh_host_ed25519_key
	cp etc/ssh/ssh_host_ed25519_key etc/ssh/ssh_host_rsa_key
	chmod 600 etc/ssh/ssh_host_*_key
}

figures() {
	mount -t proc proc proc || cannot "/proc cannot be mounted here"
	printf '%-16s%d kB\n' MemTotal: 8000000 MemFree: 6000000 MemAvailable: 7000000 \
		Buffers: 0 Cached: 0 SwapTotal: 0 SwapFree: 0 Active\(file\): 0 \
		Inactive\(file\): 0 >.meminfo
	printf '1000\t0\t100000\n' >.file-nr
	mount --bind .meminfo proc/meminfo
	mount --bind .file-nr proc/sys/fs/file-nr
}

# daemon NAME PIDFILE: something that runs under that name.
daemon() {
	cp /bin/sleep "usr/local/sbin/$1"
	chroot . "/usr/local/sbin/$1" 1000 </dev/null >&2 &
	echo $! >"$2"
	until [[ "$(readlink "proc/$!/exe")" == */"$1" ]]; do sleep 0.02; done
}

file_system
programs
devices
configuration
figures
daemon sshd run/sshd.pid
daemon cron run/crond.pid
fault=$(cat)
if ! bash -eu -o pipefail -c "$fault" >&2; then
	echo "the fault could not be made" >&2
	exit 70
fi
inspect=(chroot .)
[ -z "${MACHINE_USER:-}" ] ||
	inspect+=(setpriv --reuid "$MACHINE_USER" --regid "$MACHINE_USER" --clear-groups)
"${inspect[@]}" env -i PATH="$PATH" ROUNDS_MODULES=/program/.libs \
	${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
	/program/rounds run /rules/host.yaml --quiet --report json=- "$@"
