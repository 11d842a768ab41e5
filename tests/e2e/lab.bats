#!/usr/bin/env bats
#
# The lab itself: each fault is really there, and nothing is left of a server after its test.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# curl ends with 0 fine, 7 refused, 18 partial, 28 timeout, 52 empty, 56 reset, 1 or 8 no HTTP.
fetch() {
	curl -sS --max-time "${2:-1}" -o "$T/body" "http://127.0.0.1:$1/" 2>"$T/curl.err"
}

fetch_ends() {
	local want=$1 code=0

	shift
	fetch "$@" || code=$?
	[[ " $want " == *" $code "* ]] || {
		echo "curl ended with $code instead of $want: $(cat "$T/curl.err")"
		return 1
	}
}

@test "every fault is what it says" {
	faults
	fetch_ends 0 "$port_ok" 10
	grep -q UP "$T/body"
	fetch_ends 0 "$port_slow_ok" 10
	fetch_ends 0 "$port_blanks" 10
	[ "$(wc -c <"$T/body")" -eq 80001 ]
	fetch_ends 0 "$port_echo_head" 10
	grep -q '^GET / HTTP' "$T/body"
	fetch_ends "52" "$port_closes" 10
	fetch_ends "7 56" "$port_reset" 10
	fetch_ends 56 "$port_reset_in_the_middle" 10
	fetch_ends 18 "$port_short_body" 10
	fetch_ends "1 8 56" "$port_garbage" 10
	fetch_ends 7 "$port_refused" 10
	fetch_ends 28 "$port_silent"
	fetch_ends 28 "$port_trickle"
	fetch_ends 28 "$port_trickle_body"
	fetch_ends 28 "$port_endless_body"
	fetch_ends 28 "$port_blackhole"
	fetch_ends "28 56" "$port_endless_headers"
}

@test "what was started is gone after stop" {
	start sh -c 'sleep 1000 & sleep 1000'
	wait_for 10 pgrep -g "$started" sleep
	sleepers=$(pgrep -g "$started" sleep)
	stop "$started"
	for pid in $started $sleepers; do
		wait_for 10 gone "$pid"
	done
}
