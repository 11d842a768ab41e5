#!/usr/bin/env bats
#
# dns against NSD (authoritative), unbound (a resolver), and a server that misbehaves on purpose.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# zone: NSD with the zone example.test on 127.0.0.1:$nsd.
zone() {
	local z

	command -v nsd >/dev/null || skip "NSD is not installed"
	nsd=$(free_port)
	mkdir nsd
	cat >nsd/example.test.zone <<-'END'
		$ORIGIN example.test.
		$TTL 300
		@ SOA ns1 hostmaster 2026112801 7200 900 1209600 60
		@ NS ns1
		@ NS ns2
		@ MX 10 mail
		@ MX 20 backup.example.test.
		@ TXT "v=spf1 " "-all"
		@ CAA 0 issue "ca.example.net"
		@ CAA 128 iodef "mailto:ca@example.test"
		ns1 A 192.0.2.53
		ns2 AAAA 2001:db8::53
		www 60 A 192.0.2.80
		www 60 A 192.0.2.8
		www AAAA 2001:db8::80
		mail A 192.0.2.25
		alias CNAME other
		other CNAME www
		nothing CNAME mail
		_sip._tcp SRV 1 5 5060 sip.example.test.
		@ NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@example.test!" .
		@ SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
		sub DS 60485 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
		sub NS ns.sub
		ns.sub A 192.0.2.54
		_443._tcp TLSA 3 1 0 0123456789abcdef
		odd TXT "a \"quoted\" \\ text"
	END
	for i in $(seq 100); do
		echo "many A 10.0.0.$i"
		echo "text TXT \"$(printf "%0200d" "$i")\""
	done >>nsd/example.test.zone
	reverse_zone 2.0.192.in-addr.arpa 80
	reverse_zone 8.b.d.0.1.0.0.2.ip6.arpa 0.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0
	{
		printf 'server:\n ip-address: 127.0.0.1@%s\n zonesdir: "%s"\n username: ""\n' \
			"$nsd" "$T/nsd"
		printf ' pidfile: "%s"\n xfrdfile: "%s"\n zonelistfile: "%s"\n xfrdir: "%s"\n' \
			"$T/nsd/pid" "$T/nsd/xfrd" "$T/nsd/list" "$T/nsd"
		printf ' chroot: ""\n server-count: 1\n rrl-ratelimit: 0\nremote-control:\n'
		printf ' control-enable: no\n'
		for z in nsd/*.zone; do
			printf 'zone:\n name: "%s"\n zonefile: "%s"\n' \
				"$(basename "$z" .zone)" "$(basename "$z")"
		done
	} >nsd/nsd.conf
	start nsd -d -c "$T/nsd/nsd.conf"
	wait_for 20 bash -c ": </dev/tcp/127.0.0.1/$nsd"
}

# reverse_zone ZONE NAME: in which NAME leads to www.example.test.
reverse_zone() {
	cat >"nsd/$1.zone" <<-END
		\$ORIGIN $1.
		\$TTL 300
		@ SOA ns1.example.test. hostmaster.example.test. 1 7200 900 1209600 60
		@ NS ns1.example.test.
		$2 PTR www.example.test.
	END
}

# bad_server: tests/lab/dnsd.py on 127.0.0.1:$dnsd; $dnsd_silent says nothing.
bad_server() {
	start python3 "$SRC/tests/lab/dnsd.py" "$T/.dns"
	wait_for 20 test -f "$T/.dns" || return 1
	. "$T/.dns"
}

# ask ID NAME [MORE [EXPECT]]: a check of 127.0.0.1:$server.
ask() {
	printf -- '- id: %s\n  timeout: 5s\n' "$1"
	printf '  dns: { name: "%s", server: 127.0.0.1, port: %s%s }\n' "$2" "$server" "${3:+, $3}"
	[ -z "$4" ] || printf '  expect: { %s }\n' "$4"
}

@test "dns: every type of record that NSD serves" {
	zone
	server=$nsd
	{
		ask default www.example.test
		ask a www.example.test "type: A" "addresses: [ 192.0.2.8, 192.0.2.80 ], count: 2,
		    ttl: 1m, rcode: NOERROR, authoritative: true, authenticated: false,
		    truncated: false, server: '127.0.0.1:$nsd', canonical_name: www.example.test,
		    answers: { length: 2, each: { name: www.example.test, type: A } }"
		ask dot www.example.test. "type: A" "canonical_name: www.example.test, count: 2"
		ask case WwW.eXample.TEST "type: A" "count: 2"
		ask aaaa www.example.test "type: AAAA" "addresses: [ '2001:db8::80' ]"
		ask alias alias.example.test "type: A" "count: 2, canonical_name: www.example.test,
		    answers: { length: 4 }, addresses: { contains: 192.0.2.80 }"
		ask cname alias.example.test "type: CNAME" "values: [ other.example.test ],
		    count: 1, 'answers[0].target': other.example.test"
		ask mx example.test "type: MX" "values: [ '10 mail.example.test',
		    '20 backup.example.test' ], answers: { any: { priority: 10,
		    target: mail.example.test } }"
		ask ns example.test "type: NS" "values: [ ns1.example.test, ns2.example.test ]"
		ask soa example.test "type: SOA" "'answers[0]': { serial: 2026112801, refresh: 2h,
		    retry: 15m, expire: 14d, minimum: 1m, primary: ns1.example.test,
		    contact: hostmaster.example.test }"
		ask txt example.test "type: TXT" "values: [ 'v=spf1 -all' ]"
		ask odd odd.example.test "type: TXT" "values: [ 'a \"quoted\" \\ text' ]"
		ask srv _sip._tcp.example.test "type: SRV" "'answers[0]': { priority: 1, weight: 5,
		    port: 5060, target: sip.example.test }, values: [ 1 5 5060 sip.example.test ]"
		ask naptr example.test "type: NAPTR" "'answers[0]': { order: 100, priority: 10,
		    flag: u, service: E2U+sip, target: ., text: '!^.*\$!sip:a@example.test!' },
		    values: [ '100 10 \"u\" \"E2U+sip\" \"!^.*\$!sip:a@example.test!\" .' ]"
		ask sshfp example.test "type: SSHFP" "values: { any: { starts_with: 4 2 01234 } }"
		ask ds sub.example.test "type: DS" "values: { any: { starts_with: 60485 13 2 0 } },
		    'answers[0].digest': { starts_with: 0123456789abcdef, length: 64 }"
		ask tlsa _443._tcp.example.test "type: TLSA" \
			"values: { any: { starts_with: 3 1 0 0123 } }"
		ask elsewhere www.sub.example.test "type: A, recursion: false"
		ask caa example.test "type: CAA" "answers: { any: { tag: issue, flags: 0,
		    text: ca.example.net } }, values: { contains: '0 issue \"ca.example.net\"' }"
		ask ptr 192.0.2.80 "type: PTR" "values: [ www.example.test ]"
		ask ptr6 2001:db8::80 "type: PTR" "'answers[0].target': www.example.test"
		ask ptr-name 80.2.0.192.in-addr.arpa "type: PTR" "values: [ www.example.test ]"
		ask by-tcp www.example.test "type: A, protocol: tcp" "count: 2, truncated: false"
		ask large text.example.test "type: TXT" "count: 100, truncated: true"
		ask many many.example.test "type: A" "count: 100, addresses: { length: 100 }"
		ask none none.example.test "type: A"
		ask none-wanted none.example.test "type: A" "error.kind: not_found, rcode: NXDOMAIN"
		ask no-such-type mail.example.test "type: MX"
		ask alias-of-nothing nothing.example.test "type: MX"
		ask not-served www.example.org "type: A"
		ask wrong www.example.test "type: A" "addresses: [ 192.0.2.8 ]"
	} | ruleset nsd
	ends 1 "$ROUNDS" run nsd.yaml --report json=report.json --report text
	for id in default a dot case aaaa alias cname mx ns soa txt odd srv caa ptr ptr6 ptr-name \
		by-tcp large many naptr sshfp ds tlsa; do
		judged nsd/$id pass
	done
	judged nsd/none fail not_found \
		"there is no name 'none.example.test', says 127.0.0.1:$nsd (NXDOMAIN)"
	judged nsd/none-wanted pass not_found
	judged nsd/no-such-type fail empty "'mail.example.test' has no MX, says 127.0.0.1:$nsd"
	judged nsd/alias-of-nothing fail empty \
		"'nothing.example.test' is an alias of 'mail.example.test', of which"
	judged nsd/not-served fail query "refuses to answer about 'www.example.org' (REFUSED)"
	judged nsd/elsewhere fail query "but points to the servers of 'sub.example.test'"
	judged nsd/wrong fail
}

@test "dns: a resolver asks others, and says what it cannot find out" {
	command -v unbound >/dev/null || skip "unbound is not installed"
	zone
	resolver=$(free_port)
	cat >unbound.conf <<-END
		server:
		  interface: 127.0.0.1@$resolver
		  username: ""
		  chroot: ""
		  directory: "$T"
		  pidfile: "$T/unbound.pid"
		  use-syslog: no
		  do-daemonize: no
		  do-not-query-localhost: no
		  module-config: "iterator"
		  access-control: 127.0.0.0/8 allow
		  local-zone: "test." nodefault
		stub-zone:
		  name: "example.test"
		  stub-addr: 127.0.0.1@$nsd
		stub-zone:
		  name: "dead.test"
		  stub-addr: 127.0.0.1@$nsd
		remote-control:
		  control-enable: no
	END
	start unbound -d -c unbound.conf
	wait_for 20 bash -c ": </dev/tcp/127.0.0.1/$resolver"
	server=$resolver
	{
		ask found alias.example.test "type: A" "count: 2, authoritative: false"
		ask large text.example.test "type: TXT" "count: 100, truncated: true"
		ask dead www.dead.test "type: A"
	} | sed 's/timeout: 5s/timeout: 20s/' | ruleset unbound
	run "$ROUNDS" run unbound.yaml --report json=report.json --report text
	judged unbound/found pass
	judged unbound/large pass
	judged unbound/dead fail dns "could not find out about 'www.dead.test' (SERVFAIL)"
}

@test "dns: every fault of a server is a finding of its own" {
	bad_server
	server=$dnsd
	{
		for manner in good late noedns garbage short otherid otherquestion question \
			servfail refused notimp nxdomain strangecode selfpointer pastend \
			badlength morecounted circle dangling unasked controls silent trunc \
			trunctrunc truncclose truncgarbage truncsilent truncmany chaos badvers; do
			ask $manner $manner.test "type: A"
		done
		ask tcp-good good.test "type: A, protocol: tcp"
		ask tcp-otherid otherid.test "type: A, protocol: tcp"
		ask tcp-noedns noedns.test "type: A, protocol: tcp"
		ask tcp-circle circle.test "type: A, protocol: tcp"
		server=$dnsd_silent
		ask closed-tcp www.test "type: A, protocol: tcp"
		server=9
		ask closed www.test "type: A"
	} | sed 's/timeout: 5s/timeout: 1500ms/' | ruleset bad
	ends 1 "$ROUNDS" run bad.yaml --report json=report.json --report text
	for id in good late noedns controls trunc truncmany tcp-good tcp-noedns; do
		judged bad/$id pass
	done
	judged bad/garbage fail protocol "answers, but not this question: it has another id"
	judged bad/short fail protocol "it is no DNS message: it has only 5 bytes"
	judged bad/otherid fail protocol "it has another id than the question"
	judged bad/otherquestion fail protocol \
		"it answers another question, for 'other.example'"
	judged bad/question fail protocol "it is no answer, but a question"
	judged bad/servfail fail dns "(SERVFAIL)"
	judged bad/refused fail query "(REFUSED)"
	judged bad/notimp fail query "(NOTIMP)"
	judged bad/nxdomain fail not_found "(NXDOMAIN)"
	judged bad/strangecode fail query "(RCODE13)"
	judged bad/selfpointer fail protocol "a name in it points at itself"
	judged bad/pastend fail protocol "it ends in the middle of a record"
	judged bad/badlength fail protocol "an address in it has a wrong length"
	judged bad/morecounted fail protocol "it ends in the middle of a record"
	judged bad/circle fail protocol "lead in a circle"
	judged bad/dangling fail empty "is an alias of 'b.example'"
	judged bad/unasked fail empty "'unasked.test' has no A"
	judged bad/chaos fail protocol "of another class than IN"
	judged bad/badvers fail query "(BADVERS)"
	judged bad/silent fail timeout "no answer from 127.0.0.1:$dnsd for"
	judged bad/trunctrunc fail protocol "truncates its answer by TCP, too"
	judged bad/truncclose fail closed "connection closed by 127.0.0.1:$dnsd after 0 bytes"
	judged bad/truncgarbage fail protocol "what 127.0.0.1:$dnsd answered by TCP cannot be used"
	judged bad/truncsilent fail timeout "truncated its answer by UDP, and gave none by TCP in"
	judged bad/tcp-otherid fail protocol "it has another id than the question"
	judged bad/tcp-circle fail protocol "lead in a circle"
	judged bad/closed-tcp fail refused "connection refused by 127.0.0.1:$dnsd_silent"
	judged bad/closed fail refused "nothing listens on UDP 127.0.0.1:9"
	# nothing of what was sent takes the terminal over
	! grep -q $'\x1b' report.json || return 1
}

# in_a_world COMMAND …: in private namespaces, with resolv.conf and hosts of the current folder.
in_a_world() {
	cat >world.sh <<-'END'
		ip link set lo up
		mount --bind resolv.conf /etc/resolv.conf || exit 99
		mount --bind hosts /etc/hosts || exit 99
		"$@"
	END
	unshare -n -m -p -f --mount-proc --kill-child bash world.sh "$@"
}

@test "dns: the servers of resolv.conf in turn; host finds what programs find" {
	unshare -n -m true 2>/dev/null || skip "no namespaces here"
	cat >serve.py <<-'END'
		import select, socket, sys
		sys.path.insert(0, sys.argv[1])
		sys.dont_write_bytecode = True
		import dnsd
		def server(address):
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    s.bind((address, 53))
		    return s
		helpless, helpful = server("127.0.0.2"), server("127.0.0.3")
		open("ready", "w").close()
		while True:
		    for s in select.select([helpless, helpful], [], [])[0]:
		        q, peer = s.recvfrom(4096)
		        labels, end = dnsd.name_of(q)
		        if labels[0] == "none" or q[end - 3] != 1:
		            s.sendto(dnsd.reply(q, end, 0x8183, ()), peer)
		        elif s is helpless:
		            s.sendto(dnsd.reply(q, end, 0x8182, ()), peer)
		        else:
		            s.sendto(dnsd.reply(q, end), peer)
	END
	printf '# ours\nsearch lab.test\nnameserver 127.0.0.1\n' >resolv.conf
	printf 'nameserver\t127.0.0.2 \nnameserver 127.0.0.3\n' >>resolv.conf
	printf '127.0.0.1 localhost\n192.0.2.7 db.site db\n2001:db8::7 db.site\n' >hosts
	ruleset world <<-'END'
		- id: third
		  dns: { name: www.test, type: A }
		  expect: { server: "127.0.0.3:53", addresses: [ 127.0.0.1 ] }
		- id: hosts
		  dns: { name: db.site }
		  expect: { addresses: [ 192.0.2.7, "2001:db8::7" ], count: 2 }
		- id: not-in-dns
		  dns: { name: none.site, type: A }
		- id: searched
		  dns: { name: db }
		  expect: { "addresses[0]": 192.0.2.7 }
		- id: literal
		  dns: { name: 192.0.2.9 }
		  expect: { addresses: [ 192.0.2.9 ] }
		- id: no-host
		  dns: { name: none.test }
		- id: server-by-name
		  dns: { name: www.test, server: localhost, type: A }
	END
	run in_a_world bash -c 'python3 serve.py "$1" & until [ -e ready ]; do sleep 0.05; done
		shift; exec "$@"' - "$SRC/tests/lab" "$ROUNDS" run world.yaml \
		--report json=report.json --report text
	judged world/third pass
	judged world/hosts pass
	judged world/not-in-dns fail not_found
	judged world/searched pass
	judged world/literal pass
	judged world/no-host fail dns "there is no host name 'none.test'"
	judged world/server-by-name fail refused
}

@test "a name with fifty addresses: some are tried, and it is told which one answers" {
	unshare -n -m true 2>/dev/null || skip "no namespaces here"
	echo 'nameserver 127.0.0.1' >resolv.conf
	{
		echo '127.0.0.1 localhost'
		for i in $(seq 2 51); do echo "127.0.1.$i fifty.site"; done
	} >hosts
	cat >serve.py <<-'END'
		import socket, threading
		def tcp():
		    s = socket.create_server(("127.0.1.4", 8000))
		    while True:
		        c, _ = s.accept()
		        c.recv(4096)
		        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		        c.close()
		threading.Thread(target=tcp, daemon=True).start()
		u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		u.bind(("127.0.1.4", 8000))
		open("ready", "w").close()
		while True:
		    data, peer = u.recvfrom(4096)
		    u.sendto(data, peer)
	END
	ruleset fifty <<-'END'
		- id: tcp
		  tcp: { host: fifty.site, port: 8000 }
		  expect: { peer: "127.0.1.4:8000" }
		- id: udp
		  udp: { host: fifty.site, port: 8000, send: x }
		  expect: { peer: "127.0.1.4:8000" }
		- id: dns
		  dns: { name: fifty.site }
		  expect: { count: 50 }
		- id: http
		  http: { url: "http://fifty.site:8000/" }
		  expect: { body: ok }
		- id: none
		  tcp: { host: fifty.site, port: 8001 }
		- id: no-http
		  http: { url: "http://fifty.site:8001/" }
	END
	run in_a_world bash -c 'python3 serve.py & until [ -e ready ]; do sleep 0.05; done
		exec "$@"' - "$ROUNDS" run fifty.yaml --report json=report.json --report text
	judged fifty/tcp pass
	judged fifty/udp pass
	judged fifty/dns pass
	judged fifty/http pass
	judged fifty/no-http fail refused
	judged fifty/none fail refused "connection refused by 127.0.1."
	check fifty/none | jq -e '.trace | map(contains("and 42 more")) | any'
}

@test "names: a later try asks anew; one that has half an answer is used" {
	unshare -n -m true 2>/dev/null || skip "no namespaces here"
	echo 'nameserver 127.0.0.1' >resolv.conf
	echo '127.0.0.1 localhost' >hosts
	cat >serve.py <<-'END'
		import socket, sys
		sys.path.insert(0, sys.argv[1])
		sys.dont_write_bytecode = True
		import dnsd
		web = socket.create_server(("127.0.0.1", 80))
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("127.0.0.1", 53))
		open("ready", "w").close()
		asked = {}
		while True:
		    q, peer = s.recvfrom(4096)
		    labels, end = dnsd.name_of(q)
		    six = q[end - 3] == 28
		    asked[labels[0], six] = asked.get((labels[0], six), 0) + 1
		    if labels[0] == "half" and six:
		        continue
		    gone = (labels[0] == "comes" and asked[labels[0], six] == 1
		            or labels[0] == "goes" and asked[labels[0], six] > 1)
		    s.sendto(dnsd.reply(q, end, 0x8183 if gone else 0x8180, () if gone or six
		                        else (dnsd.ANSWER,)), peer)
	END
	ruleset tries <<-'END'
		- id: comes
		  dns: { name: comes.test }
		  retry: { times: 2, every: 100ms }
		- id: goes
		  dns: { name: goes.test }
		  sustain: { samples: 2, every: 100ms, full: true }
		  expect: { count: 7 }
		- id: half
		  timeout: 20s
		  tcp: { host: half.test, port: 80 }
		  expect: { peer: "127.0.0.1:81" } # what passes leaves no trace
		- id: wide
		  tcp: { host: 中国.none.test, port: 80 }
	END
	sed -i 's/labels\[0\] == "comes" and/"none" in labels or &/' serve.py
	run in_a_world bash -c 'python3 serve.py "$1" & until [ -e ready ]; do sleep 0.05; done
		shift; exec "$@"' - "$SRC/tests/lab" "$ROUNDS" run tries.yaml \
		--report json=report.json --report text
	[ "$(check tries/comes | jq -r '"\(.status) \(.flaky)"')" = "pass true" ]
	[[ "$(check tries/goes | jq -c '[.samples, .message]')" == *"no host name 'goes.test'"* ]]
	[[ "$(check tries/half | jq -r .message)" == *"found '127.0.0.1:80'" ]]
	check tries/half | jq -e '.trace | map(contains("of the other kind")) | any'
	judged tries/wide fail dns "in DNS it is written with ASCII alone, as in xn--"
}

@test "dns: a thousand questions at once stay on the loop" {
	zone
	bad_server
	{
		server=$nsd
		for i in $(seq 1000); do ask "a$i" www.example.test "type: A"; done
		server=$dnsd_silent
		for i in $(seq 1000); do ask "s$i" www.test "type: A"; done
	} | sed 's/timeout: 5s/timeout: 3s/' | ruleset many
	ends 1 "$ROUNDS" run many.yaml --report json=report.json --quiet
	[ "$(jq '[.results[] | select(.status == "pass")] | length' report.json)" -eq 1000 ]
	[ "$(jq '[.results[] | select(.error.kind == "timeout")] | length' report.json)" -eq 1000 ]
}

@test "dns: mistakes are told at load" {
	ruleset wrong <<-END
		- id: type
		  dns: { name: a.test, type: AAA }
		- id: address
		  dns: { name: 192.0.2.1, type: MX }
		- id: reverse
		  dns: { name: 192.0.2.1, server: 127.0.0.1 }
		- id: label
		  dns: { name: a..test, type: A }
		- id: idn
		  dns: { name: 例.test, type: A }
		- id: blank
		  dns: { name: "a b", type: A }
		- id: long
		  dns: { name: $(printf '%064d' 0).test, type: A }
		- id: port
		  dns: { name: a.test, port: 5353 }
		- id: empty
		  dns: { name: "", type: A }
		- id: fact
		  dns: { name: a.test, type: A }
		  expect: { ttls: 5 }
	END
	ends 65 "$ROUNDS" lint wrong.yaml
	says "type: 'AAA' is not one of host, A, AAAA, CAA"
	says "did you mean 'AAAA'?"
	says "'192.0.2.1' is an address, and has no MX"
	says "'192.0.2.1' is an address: write 'type: PTR' to ask for its name"
	says "'a..test' has an empty label"
	says "is not ASCII: write its labels as DNS has them, as in xn--fiqs8s.example"
	says "'a b' cannot be a name in DNS"
	says "is longer than the 63 characters of a label"
	says "'port', 'protocol' and 'recursion' are for a name server"
	says "did you mean 'ttl'?"
}
