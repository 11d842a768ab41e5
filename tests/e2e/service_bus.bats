#!/usr/bin/env bats
# service against the real systemd by both ways to it, and with every fault between.

load helpers
load services
load ../lab/systemd_site

setup() {
	lab_setup
	module_built service || skip "the module service is not built"
	[ -z "$(systemd_missing)" ] || skip "$(systemd_missing)"
}

teardown() {
	lab_teardown
}

# unit NAME: with the lines of standard input.
unit() {
	mkdir -p "$T/units"
	{
		printf '[Unit]\nDefaultDependencies=no\n'
		sed 's/^[[:space:]]*//'
	} >"$T/units/$1"
}

# The units of the site: one in every state that an operator meets.
site() {
	unit steady.service <<-END
		Description=A steady one
		[Service]
		ExecStart=/bin/sleep 100000
		[Install]
		WantedBy=lab.target
	END
	unit broken.service <<-END
		[Service]
		ExecStart=/bin/sh -c 'exit 3'
	END
	unit shot.service <<-END
		[Service]
		ExecStart=/bin/sh -c 'kill -SEGV \$\$\$\$'
	END
	unit once.service <<-END
		[Service]
		Type=oneshot
		ExecStart=/bin/true
	END
	unit again.service <<-END
		[Service]
		ExecStart=/bin/sh $T/again
		Restart=on-failure
		RestartSec=50ms
	END
	cat >"$T/again" <<-END
		[ -e /run/third ] && exec sleep 100000
		[ -e /run/second ] && touch /run/third
		touch /run/second
		exit 1
	END
	unit starting.service <<-END
		[Service]
		Type=notify
		ExecStart=/bin/sleep 100000
		TimeoutStartSec=infinity
	END
	unit idle.service <<-END
		[Service]
		ExecStart=/bin/sleep 100000
	END
	unit odd.service <<-END
		[Service]
		Nonsense
	END
	unit tick.timer <<-END
		[Timer]
		OnCalendar=*-*-* 00:00:00
		Unit=once.service
	END
	unit boot.timer <<-END
		[Timer]
		OnBootSec=90000000
		Unit=once.service
	END
	unit dbus.socket <<-END
		[Socket]
		ListenStream=/run/dbus/system_bus_socket
	END
	unit dbus.service <<-END
		Requires=dbus.socket
		After=dbus.socket
		[Service]
		ExecStart=dbus-daemon --config-file=$T/bus.conf --address=systemd: --nofork
	END
	cat >"$T/bus.conf" <<-END
		<busconfig><type>system</type><auth>EXTERNAL</auth>
		<listen>unix:path=/run/dbus/system_bus_socket</listen>
		<policy context="default"><allow user="*"/><allow own="*"/>
		<allow send_type="method_call"/><allow send_type="signal"/>
		<allow send_requested_reply="true"/><allow receive_type="method_call"/>
		<allow receive_type="method_return"/><allow receive_type="error"/>
		<allow receive_type="signal"/></policy>
		$1
		</busconfig>
	END
	ln -s /dev/null "$T/units/hidden.service"
	unit lab.target <<-END
		Wants=steady.service broken.service shot.service once.service again.service
		Wants=tick.timer boot.timer dbus.service
	END
	systemd_up "$T/units"
	inside systemctl --runtime enable steady.service
	inside systemctl start --no-block starting.service
	wait_for 60 inside systemctl is-failed broken.service shot.service
	wait_for 60 inside busctl status org.freedesktop.systemd1
	wait_for 60 inside bash -c 'systemctl show again -p NRestarts | grep -q =2'
	wait_for 60 inside bash -c 'systemctl show starting -p ActiveState | grep -q =activating'
}

# As inspect, where that systemd is the init.
inspect_site() {
	service=$1
	ruleset "$1" <"$T/checks"
	shift
	run inside env -C "$T" "$@" "$ROUNDS" run "$T/$service.yaml" --report "json=$T/r.json" \
		--report "text=$T/r.txt"
}

# Who is not root must reach the program and its modules.
open_to_others() {
	setpriv --reuid=nobody --clear-groups test -r "$(dirname "$ROUNDS")/.libs/service.so" ||
		skip "the build folder is closed to others"
}

# What is expected of the units, whoever asks.
ask_all() {
	check service steady "unit: steady" "active: true, enabled: true, sub_state: running,
		result: success, pid: { gt: 1 }, uptime: { ge: 0s, lt: 1h },
		since: { exists: true },
		description: A steady one, restarts: 0, load_state: loaded, exists: true, count: 1,
		name: steady.service, unit_file_state: enabled-runtime,
		exit_status: { exists: false },
		reload_needed: false, units: [ { name: steady.service, description: A steady one,
		load_state: loaded, state: active, sub_state: running,
		active: true } ]"
	check service broken "unit: broken.service" \
		"active: false, state: failed, result: exit-code, exit_status: 3, enabled: false,
		pid: { exists: false }, uptime: { exists: false }"
	check service shot "unit: shot" "active: false, state: failed,
		result: { in: [ signal, core-dump ] },
		signal: 11, exit_status: { exists: false }"
	check service once "unit: once" "active: false, state: inactive, result: success,
		exit_status: 0"
	check service again "unit: again" "restarts: 2"
	check service starting "unit: starting" "active: false, state: activating"
	check service masked "unit: hidden" "active: false, state: inactive, load_state: masked"
	check service odd "unit: odd" "active: false, state: inactive, load_state: bad-setting"
	check service timer "unit: tick.timer" "next_trigger: { exists: true }, sub_state: waiting"
	check service boot-timer "unit: boot.timer" "next_trigger: { exists: true }"
	check service all "unit: '*.service'" "active: false, state: failed, name: broken.service,
		count: { ge: 6 }, units: { any: { name: shot.service, state: failed } }"
	check service some "unit: 's[t]e*'" "count: 1, name: steady.service"
	check service targets "unit: '*.target'" "units: { any: { name: lab.target } }"
	check service red "unit: broken"
	check service dead "unit: idle"
	check service masked-red "unit: hidden"
	check service all-red "unit: 's*.service'"
	check service missing "unit: nothing"
	check service no-match "unit: 'nothing-*'"
	check service gone-is-fine "unit: nothing" "exists: false, active: false"
}

verdicts_of_all="steady pass -
	broken pass -
	shot pass -
	once pass -
	again pass -
	starting pass -
	masked pass -
	odd pass -
	timer pass -
	boot-timer pass -
	all pass -
	some pass -
	targets pass -
	red fail -
	dead fail -
	masked-red fail -
	all-red fail -
	missing fail -
	no-match fail -
	gone-is-fine pass -"

@test "service: units in every state, over systemd's own socket and over the bus" {
	site
	ask_all
	inspect_site own
	table "$verdicts_of_all"
	result "$T/r.json" own/red '.trace | join(" ") |
		contains("is loaded, static, failed (failed), result exit-code, exit status 3")'
	result "$T/r.json" own/red '.trace | join(" ") | contains("systemd'"'"'s own socket")'
	# whoever is not root asks over the bus
	open_to_others
	chmod 777 "$T"
	rm "$T/r.json" "$T/r.txt"
	inspect_site bus setpriv --reuid=nobody --clear-groups
	table "$verdicts_of_all"
	result "$T/r.json" bus/steady '.trace | join(" ") | contains("system_bus_socket")'
}

@test "service: nothing on the way to systemd that is refused passes" {
	open_to_others
	site '<policy context="default"><deny send_destination="org.freedesktop.systemd1"
		send_interface="org.freedesktop.systemd1.Manager" send_member="ListUnits"/></policy>
		<policy context="mandatory"><deny user="games"/></policy>'
	chmod 777 "$T"
	check service denied "unit: '*.service'"
	check service own "unit: steady, socket: /run/systemd/private"
	check service nowhere "unit: steady, socket: /nonexistent/bus"
	check service no-bus "unit: steady, socket: /run/systemd/notify"
	inspect_site w setpriv --reuid=nobody --clear-groups
	table "denied error permission
		own error permission
		nowhere fail refused
		no-bus fail protocol"
	: >"$T/checks"
	# a bus says nothing to those whom it denies
	check service stranger "unit: steady"
	rm "$T/r.json" "$T/r.txt"
	inspect_site w setpriv --reuid=games --clear-groups
	table "stranger fail closed"
	result "$T/r.json" w/stranger '.message | contains("its policy may deny user")'
	# a bus without systemd
	start dbus-daemon --config-file="$T/bus.conf" --address="unix:path=$T/bus" --nofork
	wait_for 20 test -S "$T/bus"
	: >"$T/checks"
	check service without "unit: steady, socket: $T/bus"
	inspect v
	table "without fail not_running"
}

@test "service: every fault in front of the real systemd ends in time, with its kind" {
	local fault

	site
	check service fine "unit: steady, socket: /run/systemd/private"
	check service fine-bus "unit: steady, socket: /run/dbus/system_bus_socket"
	for fault in stall:0 trickle:0 stall:30 stall:2000 trickle:2000 reset:2000 close:0 \
		close:2000 garbage:0 garbage:2000 endless:0 endless:2000; do
		proxied_socket "/run/systemd/private" own "${fault%:*}" "${fault#*:}"
		check service "own-${fault/:/-}" "unit: '*', socket: $proxied/private"
		proxied_socket "/run/dbus/system_bus_socket" bus "${fault%:*}" "${fault#*:}"
		check service "bus-${fault/:/-}" "unit: '*', socket: $proxied/bus"
	done
	in_time 2s
	inspect_site f
	table "fine pass -
		fine-bus pass -
		$(while read -r fault verdict; do
			echo "own-$fault fail $verdict"
			echo "bus-$fault fail $verdict"
		done <<-END
			stall-0 timeout
			trickle-0 timeout
			stall-30 timeout
			stall-2000 timeout
			trickle-2000 timeout
			reset-2000 closed
			close-0 closed
			close-2000 closed
			garbage-0 protocol
			garbage-2000 protocol
			endless-0 protocol
			endless-2000 protocol
		END
		)"
	ended_in_time 3000
}

# proxied_socket TARGET own|bus FAULT BYTES: $proxied is a folder with a socket private or bus.
# systemd talks to processes of its own namespaces only.
proxied_socket() {
	local name=bus

	[ "$2" = bus ] || name=private
	proxied=$(mktemp -d "$T/$2.XXXXXX")
	start nsenter -t "$systemd" -m -p -u -i -n env -C "$T" \
		python3 "$SRC/tests/lab/faultproxy.py" "$proxied/$name" "$1" "$3" "$4"
	wait_for 20 test -S "$proxied/$name"
}

@test "service: where systemd is not the init, the check is not applicable, and nothing passes" {
	check service absent "unit: steady"
	printf '  retry: { times: 2, every: 1s }\n' >>"$T/checks"
	check service sampled "unit: steady"
	printf '  sustain: { samples: 3, every: 10s }\n' >>"$T/checks"
	check service absent-negated "unit: steady" "not: { state: active }"
	check service needs "unit: steady"
	printf '  needs: [ absent ]\n' >>"$T/checks"
	check value captures "of: '\${checks.absent.state}'"
	ruleset a <"$T/checks"
	# a machine may have a systemd of its own
	run unshare -m bash -c 'mount -t tmpfs tmpfs /run && exec "$0" run "$1" \
		--report json=r.json --report text=r.txt --lang zh' "$ROUNDS" "$T/a.yaml"
	[ "$status" -eq 4 ]
	[ "$(jq -r '[.results[].status] | unique[]' r.json)" = skip ]
	for id in absent sampled absent-negated captures; do
		result r.json "a/$id" '.message |
			startswith("not applicable: this machine is not run by systemd")'
	done
	grep -q '不适用：' r.txt
}

@test "service: what is no name of a unit is refused by lint" {
	local name

	for name in '' a/b 'a b' "$(printf 'x%.0s' {1..300})"; do
		printf -- '- id: x\n  service: { unit: "%s" }\n' "$name" | ruleset w
		ends 65 "$ROUNDS" lint "$T/w.yaml"
		says "is no name of a unit"
	done
}
