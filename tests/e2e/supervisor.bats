#!/usr/bin/env bats
# supervisor against a real supervisord: programs, groups, logins, and what is wrong when it is.

load helpers
load services
load ../lab/git_site

setup() {
	lab_setup
	command -v supervisord >/dev/null || skip "not installed: supervisord"
	module_built supervisor || skip "the module supervisor is not built"
	PORT=$(free_port)
	mkdir "$T/site"
}

teardown() {
	[ ! -f "$T/site/d.pid" ] || stop_supervisord
	lab_teardown
}

# Its programs lead sessions of their own: it must end them itself.
stop_supervisord() {
	kill -TERM "$(cat "$T/site/d.pid")" 2>/dev/null || return 0
	wait_for 20 gone "$(cat "$T/site/d.pid")" || true
}

# supervisord_up HTTP-SECTION: with programs in every state.
supervisord_up() {
	cat >"$T/site/supervisord.conf" <<-CONF
		$1
		[supervisord]
		logfile=%(here)s/d.log ; beside this file
		pidfile=%(here)s/d.pid
		childlogdir=%(here)s
		$([ "$(id -u)" != 0 ] || echo user=root)
		[rpcinterface:supervisor]
		supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
		[program:steady]
		command=/bin/sleep 100000
		startsecs=0
		[program:flaky]
		command=/bin/sh -c "exit 3"
		startsecs=0
		autorestart=false
		exitcodes=0
		[program:off]
		command=/bin/sleep 100000
		autostart=false
		[program:many]
		command=/bin/sleep 100000
		process_name=%(program_name)s_%(process_num)02d
		numprocs=3
		startsecs=0
	CONF
	start supervisord -n -c "$T/site/supervisord.conf"
	wait_for 20 grep -q 'exited: flaky' "$T/site/d.log"
}

unix_section() {
	printf '[unix_http_server]\nfile=%%(here)s/sock\nusername=sup\npassword=%s\n' \
		supervisor-of-the-lab
}

inet_section() {
	printf '[inet_http_server]\nport=127.0.0.1:%s\nusername=sup\npassword=%s\n' "$PORT" "$1"
}

@test "supervisor: programs and groups are found by the configuration of their own" {
	local config="config: $T/site/supervisord.conf"

	supervisord_up "$(unix_section)"
	check supervisor steady "$config, program: steady" \
		"uptime: { ge: 0s, lt: 1h }, pid: { gt: 1 }, programs: { length: 1 }"
	check supervisor in-group "$config, program: 'many:many_01'" "programs: { length: 1 }"
	check supervisor group "$config, program: many" "programs: { length: 3 }"
	check supervisor whole-group "$config, program: 'many:*'" "programs: { length: 3 }"
	check supervisor ended "$config, program: flaky" "state: EXITED, exit_status: 3"
	check supervisor off "$config, program: off" "state: STOPPED, pid: { exists: false }"
	check supervisor all "$config" "state: { ne: RUNNING }, programs: { length: 6,
		count: { where: { state: RUNNING }, is: 4 } }"
	check supervisor red "$config, program: off"
	check supervisor all-red "$config"
	check supervisor missing "$config, program: nothing"
	check supervisor no-file "config: /nonexistent"
	inspect supervisor
	table "steady pass -
		in-group pass -
		group pass -
		whole-group pass -
		ended pass -
		off pass -
		all pass -
		red fail -
		all-red fail -
		missing fail not_found
		no-file fail not_found"
	result "$T/r.json" supervisor/missing '.message | contains("it has: flaky, many_00")'
	nowhere supervisor-of-the-lab "$T/r.json" "$T/r.txt"
	stop_supervisord
	: >"$T/checks"
	check supervisor gone "$config, program: steady"
	inspect supervisor
	table "gone fail refused"
}

@test "supervisor: over a port, and with a login that it refuses" {
	supervisord_up "$(inet_section supervisor-of-the-lab)"
	cp "$T/site/supervisord.conf" "$T/site/wrong.conf"
	sed -i 's/^password=.*/password=wrong-one/' "$T/site/wrong.conf"
	grep -v '^username\|^password' "$T/site/supervisord.conf" >"$T/site/anonymous.conf"
	check supervisor steady "config: $T/site/supervisord.conf, program: steady"
	check supervisor wrong "config: $T/site/wrong.conf, program: steady"
	check supervisor anonymous "config: $T/site/anonymous.conf, program: steady"
	inspect supervisor
	table "steady pass -
		wrong fail auth
		anonymous fail auth"
	nowhere wrong-one "$T/r.json" "$T/r.txt"
}

@test "supervisor: every fault in front of the real one ends in time, with its kind" {
	local fault

	supervisord_up "$(inet_section supervisor-of-the-lab)"
	faults blackhole silent
	for fault in blackhole silent; do
		local port=port_$fault
		sed "s/^port=.*/port=127.0.0.1:${!port}/" "$T/site/supervisord.conf" \
			>"$T/site/$fault.conf"
		check supervisor "$fault" "config: $T/site/$fault.conf, program: steady"
	done
	for fault in stall:0 trickle:0 stall:300 trickle:300 reset:300 close:300 garbage:0 \
		garbage:300 endless:0 endless:300; do
		proxied "$PORT" "${fault%:*}" "${fault#*:}"
		sed "s/^port=.*/port=127.0.0.1:$proxied/" "$T/site/supervisord.conf" \
			>"$T/site/$proxied.conf"
		check supervisor "${fault/:/-}" "config: $T/site/$proxied.conf, program: steady"
	done
	in_time 2s
	inspect supervisor
	table "blackhole fail timeout
		silent fail timeout
		stall-0 fail timeout
		trickle-0 fail timeout
		stall-300 fail timeout
		trickle-300 fail timeout
		reset-300 fail reset
		close-300 fail closed
		garbage-0 fail protocol
		garbage-300 fail protocol
		endless-0 fail protocol
		endless-300 fail protocol"
	ended_in_time 3000
}
