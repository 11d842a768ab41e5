# systemd_site - a systemd of the tests' own, PID 1 of its own namespaces; after helpers.bash.
#
# It is the real one (Debian's package), with units of ours alone: its folder of units is in a /run of
# its own, so that nothing of the machine is started.

# Why it cannot be started here; nothing when it can.
systemd_missing() {
	[ -x /lib/systemd/systemd ] || {
		echo "not installed: systemd"
		return
	}
	[ "$(id -u)" = 0 ] || {
		echo "it needs root"
		return
	}
	unshare -m -p -f -C -u -i -n --mount-proc true 2>/dev/null ||
		echo "namespaces are not allowed here"
}

# systemd_up FOLDER: with the units in it; PID 1 as we see it is in $systemd.
systemd_up() {
	cat >"$T/systemd.sh" <<-SH
		set -e
		mount --make-rprivate /
		mount -t tmpfs tmpfs /run
		mkdir -p /run/systemd/system /run/lock
		cp "$1"/* /run/systemd/system/
		if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
			mount -t tmpfs tmpfs /sys/fs/cgroup
			mkdir -p /sys/fs/cgroup/systemd
			mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
		fi
		export container=rounds SYSTEMD_UNIT_PATH=/run/systemd/system
		exec /lib/systemd/systemd --system --unit=lab.target --show-status=no \
			--log-target=console
	SH
	start unshare -m -p -f -C -u -i -n --mount-proc --kill-child bash "$T/systemd.sh"
	wait_for 20 systemd_is_up "$started"
}

systemd_is_up() {
	systemd=$(pgrep -P "$1" | head -n 1)
	[ -n "$systemd" ] && inside test -S /run/systemd/private &&
		inside systemctl is-active lab.target
}

# inside COMMAND ...: in the namespaces of that systemd.
inside() {
	nsenter -t "$systemd" -m -p -u -i -n -- "$@"
}
