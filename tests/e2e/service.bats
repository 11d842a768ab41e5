#!/usr/bin/env bats
# service against a real systemd: units in every state, patterns, and a bus that misbehaves.

load helpers
load services
load ../lab/systemd_site

setup() {
	lab_setup
	module_built service || skip "the module service is not built"
}

teardown() {
	lab_teardown
}

# unit NAME LINE ...: a unit of the lab.
unit() {
	local name=$1

	shift
	mkdir -p units
	printf '%s\n' "[Unit]" "Description=$name of the lab" "DefaultDependencies=no" "$@" \
		>"units/$name"
}

site() {
	local why

	why=$(systemd_missing)
	[ -z "$why" ] || skip "$why"
	unit lab.target "Wants=steady.service fails.service often.service tick.timer"
	unit steady.service "[Service]" "ExecStart=/bin/sleep 100000"
	unit fails.service "[Service]" "ExecStart=/bin/sh -c 'exit 3'"
	unit often.service "StartLimitIntervalSec=0" "[Service]" "ExecStart=/bin/false" \
		"Restart=always" "RestartSec=100ms"
	unit idle.service "[Service]" "ExecStart=/bin/sleep 100000" "[Install]" \
		"WantedBy=lab.target"
	unit tick.timer "[Timer]" "OnActiveSec=1h"
	unit tick.service "[Service]" "ExecStart=/bin/true"
	ln -s /dev/null units/hidden.service
	systemd_up "$T/units"
}

# As inspect of services.bash, where systemd is.
inspect_inside() {
	service=service
	ruleset service <"$T/checks"
	run inside "$ROUNDS" run "$T/service.yaml" --report "json=$T/r.json" \
		--report "text=$T/r.txt" "$@"
}

@test "service: units in every state" {
	site
	check service steady "unit: steady" "active: true, exists: true, state: active,
		sub_state: running, pid: { gt: 1 }, uptime: { ge: 0s, lt: 1h }, result: success,
		description: steady.service of the lab, restarts: 0, load_state: loaded"
	check service by-default "unit: steady.service"
	check service fails "unit: fails.service"
	check service failed "unit: fails" "state: failed, result: exit-code, exit_status: 3,
		active: false, pid: { exists: false }"
	check service idle "unit: idle" "active: false, state: inactive, enabled: false,
		unit_file_state: disabled"
	check service hidden "unit: hidden" "load_state: masked, active: false"
	check service missing "unit: nothing"
	check service absent "unit: nothing.timer" "exists: false, load_state: not-found,
		active: false"
	check service timer "unit: tick.timer" "active: true, sub_state: waiting"
	check service target "unit: lab.target"
	check service dotted "unit: no.such" "exists: false, active: false"
	inspect_inside
	table "steady pass -
		by-default pass -
		fails fail -
		failed pass -
		idle pass -
		hidden pass -
		missing fail -
		absent pass -
		timer pass -
		target pass -
		dotted pass -"
	grep -q 'nothing.service is not-found, inactive (dead)' "$T/r.txt"
}

@test "service: patterns, and one that starts over and over again" {
	site
	wait_for 20 inside sh -c '[ "$(systemctl show -p NRestarts --value often)" -ge 2 ]'
	check service often "unit: often" "restarts: { ge: 2 }, active: { in: [ true, false ] }"
	check service some "unit: 's[a-z]eady.*'" "active: true, count: 1,
		units: { length: 1, each: { state: active, name: steady.service } }"
	check service none-failed "unit: '*.service'" "units: { none: { state: failed } },
		active: false"
	check service red "unit: '*.service'"
	check service nobody "unit: 'zz*'" "count: 0, exists: false, active: false"
	check service nobody-red "unit: 'zz*'"
	inspect_inside
	table "often pass -
		some pass -
		none-failed fail -
		red fail -
		nobody pass -
		nobody-red fail -"
	jq -e '[.results[] | select(.id == "service/none-failed") | .observed.units[].name]
		| . == sort and contains(["fails.service"])' r.json
}

@test "service: as an ordinary user without a bus nothing can be seen" {
	site
	check service steady "unit: steady"
	chmod 755 "$T"
	ruleset service <"$T/checks"
	run inside setpriv --reuid 65534 --regid 65534 --clear-groups true
	[ "$status" -eq 0 ] || skip "no other user can be taken on"
	run inside setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$ROUNDS"
	[ "$status" -eq 0 ] || skip "the build folder is closed to others"
	run inside setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$ROUNDS" run "$T/service.yaml" --report json
	echo "$output"
	[ "$(jq -r '.results[0] | .status + " " + .error.kind' <<<"$output")" = "error permission" ]
}

@test "service: without systemd it is not applicable, and says so" {
	[ ! -d /run/systemd/system ] || skip "this machine is run by systemd"
	check service some "unit: ssh"
	printf -- '- { id: after, needs: [ some ], value: { of: 1 }, expect: { value: 1 } }\n' \
		>>checks
	inspect service --lang zh
	[ "$status" -eq 4 ]
	[ "$(jq -r '.results[0] | .status + " " + .message' r.json)" = \
		"skip not applicable: this machine is not run by systemd" ]
	[ "$(jq -r '.results[1].status' r.json)" = skip ]
	grep -q '不适用：本机不由 systemd 管理' r.txt
}

@test "service: every fault of a bus ends in time, with its kind" {
	local fault

	cat >bus.py <<'PY'
import socket, sys, time
# bus.py PATH HOW: a D-Bus server that is none.
path, how = sys.argv[1:]
GREETING = b"DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n"
s = socket.socket(socket.AF_UNIX)
s.bind(path)
s.listen(8)
while True:
    c, _ = s.accept()
    try:
        if how == "silent":
            time.sleep(100)
        elif how == "trickle":
            for byte in b"OK " + b"0" * 1000:
                c.send(bytes([byte]))
                time.sleep(0.3)
        elif how == "garbage":
            c.recv(1000)
            c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 50)
            time.sleep(3)
        elif how == "endless":
            while True:
                c.sendall(b"x" * 65536)
        elif how == "greets":
            c.recv(1000)
            c.sendall(GREETING)
            time.sleep(100)
        elif how == "nonsense":
            c.recv(1000)
            c.sendall(GREETING)
            c.recv(1000)
            c.sendall(b"x" * 4096)
            time.sleep(3)
    except OSError:
        pass
    c.close()
PY
	for fault in silent trickle garbage endless greets nonsense close; do
		start python3 bus.py "$T/private.$fault" "$fault"
		wait_for 10 test -S "$T/private.$fault"
		check service "$fault" "unit: x, socket: $T/private.$fault"
	done
	check service nobody "unit: x, socket: $T/private.none"
	check service no-socket "unit: x, socket: $T/bus.py"
	in_time 2s
	inspect service
	table "silent fail timeout
		trickle fail timeout
		garbage fail protocol
		endless fail protocol
		greets fail timeout
		nonsense fail protocol
		close fail closed
		nobody fail refused
		no-socket fail refused"
	ended_in_time 3000
}
