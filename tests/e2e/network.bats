#!/usr/bin/env bats
#
# The network lane against real servers: nginx with certificates of every sort, and servers that
# misbehave.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# certificates: an authority, and certificates for localhost and 127.0.0.1 that are good, expired,
# for another name, and signed by an authority that nobody knows.
certificates() {
	local name days san ca

	for ca in ca other; do
		openssl req -x509 -newkey rsa:2048 -nodes -keyout $ca.key -out $ca.pem -days 30 \
			-subj "/CN=Lab $ca" 2>/dev/null
	done
	while read -r name ca days san; do
		openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.csr" \
			-subj "/CN=$name.example" 2>/dev/null
		openssl x509 -req -in "$name.csr" -CA $ca.pem -CAkey $ca.key -CAcreateserial \
			-days "$days" -extfile <(echo "subjectAltName=$san") \
			-out "$name.pem" 2>/dev/null
	done <<-END
		good ca 30 DNS:localhost,IP:127.0.0.1
		expired ca -1 DNS:localhost,IP:127.0.0.1
		wrong ca 30 DNS:a.example,DNS:b.example
		untrusted other 30 DNS:localhost,IP:127.0.0.1
	END
}

# web: nginx with a plain port and one a certificate, in $plain $good $expired $wrong $untrusted.
web() {
	local name

	certificates
	read -r plain good expired wrong untrusted < <(python3 -c '
import socket
all = [socket.socket() for _ in range(5)]
for s in all: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in all])')
	{
		echo "daemon off; master_process off; pid $T/nginx.pid; error_log $T/nginx.log;"
		echo "worker_processes 1;"
		echo "events { worker_connections 1024; }"
		echo "http { access_log off; client_body_temp_path $T/nt; proxy_temp_path $T/nt;"
		echo "fastcgi_temp_path $T/nt;"
		echo "uwsgi_temp_path $T/nt; scgi_temp_path $T/nt; default_type text/plain;"
		echo "server { listen 127.0.0.1:$plain backlog=4096;"
		echo "location = /ok { return 200 'fine'; }"
		echo "location = /json { return 200 '{\"state\": \"UP\", \"n\": [1, 2]}'; }"
		echo "location = /missing { return 404 'no such thing'; }"
		echo "location = /away { return 302 http://127.0.0.1:$plain/ok; }"
		echo "location = /around { return 302 /around; } }"
		for name in good expired wrong untrusted; do
			echo "server { listen 127.0.0.1:${!name} ssl http2;"
			echo "ssl_certificate $T/$name.pem;"
			echo "ssl_certificate_key $T/$name.key; location / { return 200 'tls'; } }"
		done
		echo "}"
	} >nginx.conf
	start nginx -p "$T" -c "$T/nginx.conf"
	wait_for 20 bash -c ": </dev/tcp/127.0.0.1/$plain" || {
		cat nginx.log
		return 1
	}
}

@test "http: what nginx answers becomes facts" {
	web
	ruleset web <<-END
		- id: ok
		  http: { url: "http://127.0.0.1:$plain/ok" }
		  expect: { status: 200, body: fine, redirects: 0,
		    headers.server: { starts_with: nginx } }
		- id: json
		  http: { url: "http://127.0.0.1:$plain/json" }
		  expect: { json: { state: UP, n: { length: 2 } } }
		- id: missing
		  http: { url: "http://127.0.0.1:$plain/missing" }
		- id: missing-expected
		  http: { url: "http://127.0.0.1:$plain/missing" }
		  expect: { status: 404 }
		- id: away
		  http: { url: "http://127.0.0.1:$plain/away" }
		- id: followed
		  http: { url: "http://127.0.0.1:$plain/away", follow: true }
		  expect: { redirects: 1, body: fine }
		- id: around
		  http: { url: "http://127.0.0.1:$plain/around", follow: true }
		- id: not-json
		  http: { url: "http://127.0.0.1:$plain/ok" }
		  expect: { json: { exists: true } }
		- id: pattern
		  http: { url: "http://127.0.0.1:$plain/ok", extract: { word: '(f\w+)' } }
		  expect: { body: { matches: '^fi.e\$' }, found: { word: [ fine ] } }
	END
	ends 1 "$ROUNDS" run web.yaml --report json=report.json --report text
	judged web/ok pass
	judged web/json pass
	judged web/missing fail
	judged web/missing-expected pass
	judged web/away fail
	judged web/followed pass
	judged web/around fail protocol "more than 10 redirects"
	judged web/not-json fail
	says "the body is not JSON"
	judged web/pattern pass
}

@test "http: certificates are told apart, with dates and names" {
	web
	ruleset tls <<-END
		- id: good
		  http: { url: "https://localhost:$good/", ca: "$T/ca.pem" }
		  expect: { body: tls, tls: { days_left: { between: [28, 30] }, trusted: true,
		    issuer: { contains: Lab ca }, subject: { contains: good.example },
		    names: [ localhost, 127.0.0.1 ] } }
		- id: by-address
		  http: { url: "https://127.0.0.1:$good/", ca: "$T/ca.pem" }
		- id: expired
		  http: { url: "https://localhost:$expired/", ca: "$T/ca.pem" }
		- id: wrong
		  http: { url: "https://localhost:$wrong/", ca: "$T/ca.pem" }
		- id: untrusted
		  http: { url: "https://localhost:$untrusted/", ca: "$T/ca.pem" }
		- id: system
		  http: { url: "https://localhost:$good/" }
		- id: unverified
		  http: { url: "https://localhost:$expired/", ca: "$T/ca.pem", verify: false }
		  expect: { body: tls, tls.days_left: { lt: 0 }, tls.trusted: false }
		- id: traced
		  http: { url: "https://localhost:$good/", ca: "$T/ca.pem" }
		  expect: { status: 500 }
		- id: expected
		  http: { url: "https://localhost:$expired/", ca: "$T/ca.pem" }
		  expect: { error.kind: tls }
		- id: plain
		  http: { url: "https://localhost:$plain/" }
	END
	ends 1 "$ROUNDS" run tls.yaml --report json=report.json --report text
	judged tls/good pass
	judged tls/by-address pass
	day=$(openssl x509 -in expired.pem -noout -enddate | sed 's/.*=//' | date -u -f - +%F)
	judged tls/expired fail tls "certificate has expired on $day"
	judged tls/wrong fail tls "certificate is for a.example, b.example, not localhost"
	judged tls/untrusted fail tls \
		"certificate is signed by 'CN=Lab other', which is not trusted here"
	judged tls/system fail tls "certificate is signed by 'CN=Lab ca', which is not trusted here"
	judged tls/unverified pass
	judged tls/expected pass tls
	judged tls/plain fail tls "does not speak TLS on this port"
	check tls/traced | jq -e '.trace | map(startswith("TLSv1.")) | any'
}

@test "tcp: TLS by its module, with the same words" {
	web
	ruleset tcps <<-END
		- id: good
		  tcp: { host: localhost, port: $good, tls: true, ca: "$T/ca.pem",
		    send: "GET / HTTP/1.0\r\n\r\n", until: tls }
		  expect: { received: { starts_with: "HTTP/1.1 200 OK" } }
		- id: expired
		  tcp: { host: localhost, port: $expired, tls: true, ca: "$T/ca.pem" }
		- id: wrong
		  tcp: { host: 127.0.0.1, port: $wrong, tls: true, ca: "$T/ca.pem" }
		- id: unverified
		  tcp: { host: 127.0.0.1, port: $wrong, tls: true, ca: "$T/ca.pem", verify: false }
		- id: plain
		  tcp: { host: 127.0.0.1, port: $plain, tls: true }
		- id: no-authorities
		  tcp: { host: 127.0.0.1, port: $good, tls: true, ca: /nowhere/ca.pem }
	END
	ends 1 "$ROUNDS" run tcps.yaml --report json=report.json --report text
	judged tcps/good pass
	judged tcps/expired fail tls "certificate has expired on "
	judged tcps/wrong fail tls "certificate is for a.example, b.example, not 127.0.0.1"
	judged tcps/unverified pass
	judged tcps/plain fail tls "does not speak TLS on this port"
	judged tcps/no-authorities error parameter \
		"cannot read the authorities in '/nowhere/ca.pem'"
}

@test "every fault of a server is a finding of its own" {
	faults
	{
		for kind in silent trickle trickle_body endless_headers endless_body reset \
			reset_in_the_middle garbage closes short_body blackhole refused; do
			port=port_$kind
			printf -- '- id: http-%s\n  timeout: 700ms\n' "${kind//_/-}"
			printf '  http: { url: "http://127.0.0.1:%s/" }\n' "${!port}"
			printf '  expect: { body: { contains: never } }\n'
			printf -- '- id: tcp-%s\n  timeout: 700ms\n' "${kind//_/-}"
			printf '  tcp: { host: 127.0.0.1, port: %s, until: never,\n' "${!port}"
			printf '    send: "GET / HTTP/1.0\\r\\n\\r\\n" }\n'
		done
	} | ruleset faults
	ends 1 "$ROUNDS" run faults.yaml --report json=report.json --report text
	judged faults/http-silent fail timeout "took the request, but did not answer in"
	judged faults/http-trickle fail timeout
	judged faults/http-trickle-body fail timeout "began its answer, but did not end it in"
	judged faults/http-endless-headers fail too_large "headers"
	judged faults/http-endless-body fail too_large "longer than the 1 MiB that is read"
	judged faults/http-reset fail reset "connection reset by 127.0.0.1:$port_reset"
	judged faults/http-reset-in-the-middle fail reset
	judged faults/http-garbage fail protocol
	judged faults/http-closes fail closed "without an answer"
	judged faults/http-short-body fail closed "bytes of the body"
	judged faults/http-blackhole fail timeout \
		"no answer to SYN from 127.0.0.1:$port_blackhole for"
	judged faults/http-refused fail refused "connection refused by 127.0.0.1:$port_refused"
	judged faults/tcp-silent fail timeout "but 'never' did not come in"
	judged faults/tcp-trickle fail timeout "bytes received"
	judged faults/tcp-endless-body fail too_large
	judged faults/tcp-reset fail reset
	judged faults/tcp-closes fail closed "before 'never' came"
	judged faults/tcp-blackhole fail timeout \
		"no answer to SYN from 127.0.0.1:$port_blackhole for"
	judged faults/tcp-refused fail refused "connection refused by 127.0.0.1:$port_refused"
}

@test "a pattern over 80 KB of blanks costs one check, not the others" {
	faults blanks ok
	ruleset blanks <<-END
		- id: trap
		  http: { url: "http://127.0.0.1:$port_blanks/" }
		  expect: { body: { matches: '\s+\$' } }
		- id: innocent
		  http: { url: "http://127.0.0.1:$port_ok/" }
		- id: innocent-pattern
		  http: { url: "http://127.0.0.1:$port_ok/" }
		  expect: { body: { matches: UP } }
	END
	run "$ROUNDS" run blanks.yaml --report json=report.json
	[[ "$(check blanks/trap | jq -r .status)" =~ ^(error|fail)$ ]]
	judged blanks/innocent pass
	judged blanks/innocent-pattern pass
}

@test "a host with two addresses is reached by the one that answers" {
	python3 - <<-END >hosts.ok || skip "no IPv6 on loopback"
		import socket
		socket.create_server(("::1", 0), family=socket.AF_INET6)
	END
	start python3 -c '
import socket, sys
six = socket.create_server(("::1", 0), family=socket.AF_INET6)
port = six.getsockname()[1]
print(port, file=open("six", "w"), flush=True)
while True:
    c, _ = six.accept()
    c.recv(1000)
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nsix")
    c.close()'
	wait_for 20 test -s six
	ruleset six <<-END
		- id: literal
		  http: { url: "http://[::1]:$(cat six)/" }
		  expect: { body: six }
		- id: tcp
		  tcp: { host: "::1", port: $(cat six), send: "x", until: six }
		- id: other-family
		  tcp: { host: 127.0.0.1, port: $(cat six) }
	END
	ends 1 "$ROUNDS" run six.yaml --report json=report.json
	judged six/literal pass
	judged six/tcp pass
	judged six/other-family fail refused
}

# in_a_world_of_names COMMAND …: in private namespaces, with a name server that answers for live*.test
# and is silent about dead*.test.
in_a_world_of_names() {
	cat >dns.py <<-'END'
		import socket, struct
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("127.0.0.1", 53))
		seen = {}
		while True:
		    q, peer = s.recvfrom(4096)
		    at, name = 12, []
		    while q[at]:
		        name.append(q[at + 1:at + 1 + q[at]].decode())
		        at += q[at] + 1
		    host, kind = ".".join(name), struct.unpack(">H", q[at + 1:at + 3])[0]
		    print(host, kind, file=open("asked", "a"), flush=True)
		    question = q[12:at + 5]
		    if host.startswith("dead"):
		        continue
		    if not host.startswith("live"):
		        s.sendto(q[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question, peer)
		    elif kind == 1:
		        s.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question
		                 + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1", peer)
		    else:
		        s.sendto(q[:2] + b"\x81\x80\0\1\0\0\0\0\0\0" + question, peer)
	END
	cat >web.py <<-'END'
		import asyncio
		async def one(reader, writer):
		    await reader.read(4096)
		    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n")
		    writer.write(b"Connection: close\r\n\r\nok")
		    writer.close()
		async def main():
		    s = await asyncio.start_server(one, "127.0.0.1", 8000, backlog=1024)
		    await s.serve_forever()
		asyncio.run(main())
	END
	echo "nameserver 127.0.0.1" >resolv.conf
	cat >world.sh <<-'END'
		ip link set lo up 2>/dev/null || ifconfig lo up
		mount --bind resolv.conf /etc/resolv.conf || exit 99
		python3 dns.py &
		python3 web.py &
		until bash -c ': </dev/tcp/127.0.0.1/8000' 2>/dev/null; do sleep 0.05; done
		"$@"
	END
	unshare -n -m -p -f --mount-proc --kill-child bash world.sh "$@"
}

@test "300 names of which half never resolve hold nothing" {
	unshare -n -m true 2>/dev/null || skip "no namespaces here"
	for i in $(seq 150); do
		printf -- '- id: dead%s\n  timeout: 2s\n' "$i"
		printf '  tcp: { host: dead%s.test, port: 8000 }\n' "$i"
		printf -- '- id: live%s\n  tcp: { host: live%s.test, port: 8000 }\n' "$i" "$i"
		printf -- '- id: web%s\n  http: { url: "http://live%s.test:8000/" }\n' "$i" "$i"
	done | ruleset names
	printf -- '  - id: none\n    tcp: { host: none.test, port: 8000 }\n' >>names.yaml
	run in_a_world_of_names "$ROUNDS" run names.yaml --report json=report.json
	[ "$status" -eq 1 ] || {
		echo "$output"
		return 1
	}
	jq -c '.results[] | select(.status != "pass") | [.id, .error.text]' report.json |
		grep -v dead
	[ "$(jq '[.results[] | select(.status == "pass")] | length' report.json)" -eq 300 ]
	[ "$(jq '[.results[] | select(.error.kind == "timeout")] | length' report.json)" -eq 150 ]
	judged names/dead7 fail timeout "the name 'dead7.test' was not resolved in"
	judged names/none fail dns "there is no host name 'none.test'"
	# each name once a run, for each kind of address
	[ "$(grep -c '^live5.test 1$' asked)" -eq 1 ]
}

@test "the libraries of modules are in no process but the worker's" {
	faults silent
	ruleset maps <<-END
		- id: silent
		  timeout: 60s
		  http: { url: "http://127.0.0.1:$port_silent/" }
	END
	start "$ROUNDS" run maps.yaml
	main=$started
	wait_for 20 bash -c "grep -lE 'libcurl|libssl' /proc/*/maps 2>/dev/null | grep -q ."
	grep -q . "/proc/$main/maps"
	! grep -E 'libcurl|libcares|libssl|libcrypto' "/proc/$main/maps" || return 1
}
