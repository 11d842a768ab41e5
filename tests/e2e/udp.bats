#!/usr/bin/env bats
#
# UDP against servers that answer, are silent, or are not there; and many addresses of one name.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# udp_servers: tests/lab/udpd.py; the ports are in $udp_MANNER.
udp_servers() {
	local line

	start python3 "$SRC/tests/lab/udpd.py" "$T/.udp"
	wait_for 20 test -f "$T/.udp" || return 1
	while IFS= read -r line; do
		eval "udp_$line"
	done <"$T/.udp"
}

@test "udp: only an answer passes" {
	udp_servers
	ruleset udp <<-END
		- id: echo
		  udp: { host: 127.0.0.1, port: $udp_echo, send: "ping\n" }
		  expect: { answered: true, received: "ping\n", peer: "127.0.0.1:$udp_echo" }
		- id: default
		  udp: { host: 127.0.0.1, port: $udp_echo, send: ping }
		- id: until
		  udp: { host: 127.0.0.1, port: $udp_banner, send: hello, until: "ready\r\n" }
		- id: binary
		  udp: { host: 127.0.0.1, port: $udp_binary, send_hex: "1b 00 ff" }
		  expect: { received: { starts_with: 1b00ff }, received_hex: 31623030666600fffe }
		- id: pattern
		  udp: { host: 127.0.0.1, port: $udp_banner, send: x, until: ready,
		    extract: { who: '^(\w+)' } }
		  expect: { received: { matches: '^lab r' }, found.who: [ lab ] }
		- id: closed
		  udp: { host: 127.0.0.1, port: $udp_closed, send: x }
		- id: closed-expected
		  udp: { host: 127.0.0.1, port: $udp_closed, send: x }
		  expect: { error.kind: refused }
		- id: closed-not-asked
		  udp: { host: 127.0.0.1, port: $udp_closed, send: x }
		  expect: { time: { lt: 10m } }
		- id: silent
		  timeout: 300ms
		  udp: { host: 127.0.0.1, port: $udp_silent, send: x }
		- id: never
		  timeout: 300ms
		  udp: { host: 127.0.0.1, port: $udp_echo, send: x, until: y }
		- id: no-name
		  udp: { host: a..b, port: 53, send: x }
	END
	ends 1 "$ROUNDS" run udp.yaml --report json=report.json --report text
	judged udp/echo pass
	judged udp/default pass
	judged udp/until pass
	judged udp/binary pass
	judged udp/pattern pass
	judged udp/closed fail refused \
		"nothing listens on UDP 127.0.0.1:$udp_closed (ICMP: port unreachable)"
	judged udp/closed-expected pass refused
	judged udp/closed-not-asked fail refused
	judged udp/silent fail timeout "no answer from 127.0.0.1:$udp_silent for"
	judged udp/never fail timeout "answered, but 'y' did not come in"
	judged udp/no-name fail dns
}

@test "udp: IPv6, and a name with an address that is closed" {
	udp_servers
	[ -n "$udp_echo_six" ] || skip "no IPv6 on loopback"
	ruleset six <<-END
		- id: literal
		  udp: { host: "::1", port: $udp_echo_six, send: x }
		  expect: { peer: "[::1]:$udp_echo_six" }
		- id: name
		  udp: { host: localhost, port: $udp_echo, send: x }
		  expect: { peer: "127.0.0.1:$udp_echo" }
		- id: closed
		  udp: { host: "::1", port: $udp_closed, send: x }
	END
	ends 1 "$ROUNDS" run six.yaml --report json=report.json
	judged six/literal pass
	judged six/name pass
	judged six/closed fail refused "nothing listens on UDP [::1]:$udp_closed"
}

@test "udp: a network without a way, and a firewall that drops" {
	unshare -n true 2>/dev/null || skip "no namespaces here"
	ruleset way <<-END
		- id: no-way
		  udp: { host: 192.0.2.1, port: 53, send: x }
		- id: prohibited
		  udp: { host: 198.51.100.1, port: 53, send: x }
		- id: dropped
		  timeout: 300ms
		  udp: { host: 203.0.113.1, port: 53, send: x }
	END
	cat >world.sh <<-'END'
		ip link set lo up
		ip link add d0 type veth peer name d1
		ip link set d0 up
		ip link set d1 up
		ip addr add 203.0.113.2/24 dev d0
		ip neigh add 203.0.113.1 lladdr 02:00:00:00:00:01 dev d0
		ip route add unreachable 198.51.100.0/24
		exec "$@"
	END
	run unshare -n bash world.sh "$ROUNDS" run way.yaml --report json=report.json
	judged way/no-way fail unreachable "no route to the network of 192.0.2.1:53"
	judged way/prohibited fail unreachable "no way to the host 198.51.100.1:53"
	judged way/dropped fail timeout "no answer from 203.0.113.1:53 for"
}

@test "udp: a thousand silent ports at once" {
	udp_servers
	for i in $(seq 1000); do
		printf -- '- id: s%s\n  timeout: 1s\n' "$i"
		printf '  udp: { host: 127.0.0.1, port: %s, send: x }\n' "$udp_silent"
	done | ruleset many
	ends 1 "$ROUNDS" run many.yaml --report json=report.json --quiet
	[ "$(jq '[.results[] | select(.error.kind == "timeout")] | length' report.json)" -eq 1000 ]
}

@test "udp: mistakes are told at load" {
	ruleset wrong <<-END
		- id: silent
		  udp: { host: a, port: 53 }
		- id: two
		  udp: { host: a, port: 53, send: b, send_hex: "00" }
		- id: half
		  udp: { host: a, port: 53, send_hex: "00 1" }
		- id: none
		  tcp: { host: a, port: 53, send_hex: " " }
		- id: empty
		  udp: { host: a, port: 53, send: "" }
		- id: at-once
		  udp: { host: a, port: 53, send: b, until: "" }
		- id: long
		  udp: { host: a, port: 53, send: "$(printf '%65508s' x)" }
	END
	ends 65 "$ROUNDS" lint wrong.yaml
	says "wrong.yaml:6:5: error: udp: 'send' or 'send_hex' is needed: a UDP port that is not"
	says "wrong.yaml:8:5: error: udp: 'send' and 'send_hex' exclude each other"
	says "wrong.yaml:10:41: error: send_hex: '1' does not begin with two hex digits"
	says "wrong.yaml:12:41: error: send_hex: there are no hex digits"
	says "error: udp: 'send' is empty"
	says "error: udp: 'until' is empty, so reading would end before it begins"
	says "error: udp: 'send' is longer than the 65507 bytes of a datagram"
	says "7 mistakes"
}
