#!/usr/bin/env bats
#
# http against servers that bend or break the protocol, and through proxies.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# answers: a server on 127.0.0.1:$web that answers with the bytes of the file that the path names,
# and closes; /echo sends the request back, and what is asked for is in the file asked.
answers() {
	cat >web.py <<-'END'
		import socket, threading
		def one(c):
		    request = b""
		    while b"\r\n\r\n" not in request:
		        more = c.recv(65536)
		        if not more:
		            return c.close()
		        request += more
		    path = request.split()[1].decode().lstrip("/")
		    print(path, file=open("asked", "a"), flush=True)
		    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(request)
		    c.sendall(head + request if path == "echo" else open(path, "rb").read())
		    c.shutdown(socket.SHUT_RDWR)
		    c.close()
		s = socket.create_server(("127.0.0.1", 0), backlog=100)
		print(s.getsockname()[1], file=open("port", "w"), flush=True)
		while True:
		    threading.Thread(target=one, args=(s.accept()[0],), daemon=True).start()
	END
	start python3 web.py
	wait_for 20 test -s port
	web=$(cat port)
}

# get ID PATH [MORE [EXPECT]]: a check of the server.
get() {
	printf -- '- id: %s\n  timeout: 5s\n  http: { url: "http://127.0.0.1:%s/%s"%s }\n' \
		"$1" "$web" "$2" "${3:+, $3}"
	[ -z "$4" ] || printf '  expect: { %s }\n' "$4"
}

# reply NAME BODY [HEADER ...]
reply() {
	printf 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\n' "$(printf %b "$2" | wc -c)"
	[ $# -lt 3 ] || printf '%b\r\n' "${@:3}"
	printf '\r\n%b' "$2"
} >"$1"

@test "http: heads that break off, fold, follow the body, or have one name 60,000 times" {
	answers
	printf 'HTTP/1.1 200 OK\r\nContent-' >cut
	printf 'HTTP/1.1 302 Found\r\nLocation: /whole\r\nX-A: b\r\n' >cut-redirect
	reply whole ok
	reply fold ok 'X-A: one\r\n  two\r\n\tthree\r\nx-a: four'
	printf 'HTTP/1.1 200 OK\r\nX-A: one\r\nTransfer-Encoding: chunked\r\n\r\n' >trailer
	printf '2\r\nok\r\n0\r\nX-A: two\r\n\r\n' >>trailer
	printf 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi' >switched
	printf 'HTTP/1.1 100 Continue\r\nX-B: c\r\n\r\n' | cat - fold >twice
	{
		printf 'HTTP/1.1 200 OK\r\nX-A: b\r\n'
		yes $'a:\r' | head -60000
		printf '\r\nok'
	} >many
	{
		get whole whole
		get cut cut
		get cut-redirect cut-redirect "follow: true"
		get fold fold "" 'headers: { x-a: "one two three, four" }'
		get trailer trailer "" 'headers: { x-a: one }'
		get twice twice "" 'headers: { x-a: { starts_with: one }, x-b: { exists: false } }'
		get switched switched "headers: { Upgrade: websocket, Connection: Upgrade }" \
			'status: 101, headers: { upgrade: websocket }'
		get many many "" 'headers: { x-a: b, a: { starts_with: ", , " } }'
	} | ruleset heads
	ends 1 "$ROUNDS" run heads.yaml --report json=report.json --report text
	judged heads/cut fail closed "in the middle of its headers"
	judged heads/cut-redirect fail closed "in the middle of its headers"
	for id in whole fold trailer twice switched many; do
		judged heads/$id pass
	done
}

@test "http: redirects that lead nowhere are told as such, and asked for once" {
	answers
	reply "a%20b" ok
	for to in blank:'/a b' script:'javascript:alert(1)' bracket:'http://[bad/' \
		port:'http://127.0.0.1:99999/' file:'file:///etc/passwd'; do
		printf 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n' \
			"${to#*:}" >"${to%%:*}"
		get "${to%%:*}" "${to%%:*}" "follow: true"
	done | ruleset turns
	ends 1 "$ROUNDS" run turns.yaml --report json=report.json --report text
	judged turns/blank pass
	judged turns/script fail protocol "redirected to 'javascript:alert(1)': "
	judged turns/bracket fail protocol "redirected to 'http://[bad/': "
	judged turns/port fail protocol "redirected to 'http://127.0.0.1:99999/': Port number"
	judged turns/file fail protocol "its scheme is neither http nor https"
	[ "$(grep -c bracket asked)" -eq 1 ]
}

@test "http: what a request without a body says of it; methods in small letters" {
	answers
	{
		get post echo "method: POST" 'body: { contains: "Content-Length: 0" }'
		get untyped echo "method: put" \
			'body: { starts_with: "PUT ", not_contains: Content-Type }'
		get get echo "method: get" \
			'body: { starts_with: "GET ", not_contains: Content-Length }'
		get own echo "method: Purge" 'body: { starts_with: "Purge " }'
		get form echo "method: POST, body: a=b" 'body: { contains: urlencoded }'
	} | ruleset methods
	ends 0 "$ROUNDS" run methods.yaml
	get head echo "method: head, body: x" | ruleset head
	ends 65 "$ROUNDS" lint head.yaml
	says "body: a HEAD request has none"
}

@test "http: a host name that is not ASCII goes by the form that it has in DNS" {
	answers
	ruleset wide <<-END
		- id: wide
		  http: { url: "http://中国.example:$web/echo",
		    resolve: { xn--fiqs8s.example: 127.0.0.1 } }
		  expect: { body: { contains: "Host: xn--fiqs8s.example" } }
		- id: none
		  http: { url: "http://中国$(printf '\u2028').example:$web/echo" }
	END
	LC_ALL=C run "$ROUNDS" run wide.yaml --report json=report.json --report text
	judged wide/wide pass
	judged wide/none error parameter "its host name is not ASCII, and no form of it"
}

@test "http: JSON with a name twice, a byte order mark, numbers without bound" {
	answers
	reply twice '{"status":"DOWN","status":"UP"}'
	reply mark '\xef\xbb\xbf{"a":1}'
	reply wide '\xff\xfe{\x00}\x00'
	reply huge '{"a":99999999999999999999}'
	{
		get twice twice "" "json: { status: UP }"
		get mark mark "" "json: { a: 1 }"
		get wide wide "" "json: { exists: true }"
		get huge huge "" "json: { exists: true }"
	} | ruleset json
	ends 1 "$ROUNDS" run json.yaml --report json=report.json --report text
	judged json/mark pass
	for id in twice wide huge; do
		judged json/$id fail
	done
	says "the body is not JSON: duplicate object key"
	says "the body is not JSON: too big integer"
}

# proxies: $plain (also without TLS), $secure (itself by TLS, as proxy.example and 127.0.0.1),
# $denies and $lost, which refuse to connect; $origin, by TLS, as origin.example. What the proxies
# are asked is in the file proxied.
proxies() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
		-out ca.pem -days 30 -subj "/CN=Lab ca" 2>/dev/null
	for name in proxy origin; do
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key \
			-out $name.csr -subj "/CN=$name" 2>/dev/null
		openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 \
			-extfile <(echo "subjectAltName=DNS:$name.example,$1") -out $name.pem \
			2>/dev/null
		set -- DNS:other.example
	done
	cat >proxies.py <<-'END'
		import socket, ssl, threading
		def start(fn, *args):
		    threading.Thread(target=fn, args=args, daemon=True).start()
		def reply(status, body=b""):
		    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body
		def pump(a, b):
		    try:
		        while data := a.recv(65536):
		            b.sendall(data)
		        b.shutdown(socket.SHUT_WR)
		    except OSError:
		        pass
		def relay(c, request):
		    print(request.split(b"\r\n")[0].decode(), file=open("proxied", "a"), flush=True)
		    if not request.startswith(b"CONNECT"):
		        return c.sendall(reply(b"200 OK", b"by proxy"))
		    port = int(request.split()[1].split(b":")[-1])
		    up = socket.create_connection(("127.0.0.1", port))
		    c.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
		    back = threading.Thread(target=pump, args=(up, c), daemon=True)
		    back.start()
		    pump(c, up)
		    back.join()
		def one(c, fn, tls):
		    try:
		        c = tls.wrap_socket(c, server_side=True) if tls else c
		        request = b""
		        while b"\r\n\r\n" not in request:
		            request += c.recv(65536) or b"\r\n\r\n"
		        fn(c, request)
		    except OSError:
		        pass
		    c.close()
		def serve(name, fn, certificate=None):
		    tls = certificate and ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		    if tls:
		        tls.load_cert_chain(certificate + ".pem", certificate + ".key")
		    s = socket.create_server(("127.0.0.1", 0), backlog=100)
		    def loop():
		        while True:
		            start(one, s.accept()[0], fn, tls)
		    threading.Thread(target=loop).start()
		    return f"{name}={s.getsockname()[1]}\n"
		answer = lambda c, r: c.sendall(reply(b"200 OK", b"by origin"))
		ports = serve("plain", relay) + serve("secure", relay, "proxy")
		ports += serve("denies", lambda c, r: c.sendall(reply(b"407 No")))
		ports += serve("lost", lambda c, r: c.sendall(reply(b"502 No")))
		ports += serve("origin", answer, "origin") + serve("open", answer)
		open("ports.new", "w").write(ports)
		import os; os.rename("ports.new", "ports")
	END
	start python3 proxies.py
	wait_for 20 test -f ports
	. ./ports
}

# through ID URL FIELDS [BODY]
through() {
	printf -- '- id: %s\n  timeout: 5s\n  http: { url: "%s", ca: "%s/ca.pem", %s }\n' \
		"$1" "$2" "$T" "$3"
	[ -z "$4" ] || printf '  expect: { body: %s }\n' "$4"
}

@test "http: proxies by TLS have names of their own; those that refuse; the environment's" {
	local over=proxy:

	proxies IP:127.0.0.1
	{
		through plain https://origin.example:$origin/ \
			"$over 'http://127.0.0.1:$plain'" 'by origin'
		through secure https://origin.example:$origin/ \
			"$over 'https://127.0.0.1:$secure'" 'by origin'
		through secure-open http://origin.example:$open/ \
			"$over 'https://127.0.0.1:$secure'" 'by proxy'
		through wrong-proxy https://origin.example:$origin/ \
			"$over 'https://localhost:$secure'"
		through wrong-origin https://wrong.example:$origin/ \
			"$over 'https://127.0.0.1:$secure'"
		through denied https://origin.example:$origin/ "$over 'http://127.0.0.1:$denies'"
		through lost https://origin.example:$origin/ "$over 'http://127.0.0.1:$lost'"
		# the environment has a proxy for http alone, and an exception
		through env http://origin.example:$open/ "$over env" 'by proxy'
		through not-env http://127.0.0.1:$open/ "" 'by origin'
		through own https://origin.example:$origin/ \
			"$over env, resolve: { origin.example: 127.0.0.1 }" 'by origin'
		through exception http://open.example:$open/ \
			"$over env, resolve: { open.example: 127.0.0.1 }" 'by origin'
	} | sed 's/, }/ }/' | ruleset proxies
	export http_proxy=http://127.0.0.1:$plain no_proxy=open.example
	unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY NO_PROXY
	run "$ROUNDS" run proxies.yaml --report json=report.json --report text
	for id in plain secure secure-open env not-env own exception; do
		judged proxies/$id pass
	done
	judged proxies/wrong-proxy fail tls "the proxy's certificate is for proxy.example"
	judged proxies/wrong-origin fail tls "certificate is for origin.example"
	judged proxies/denied fail auth "wants a user and a password, or other ones (407)"
	judged proxies/lost fail unreachable "did not reach origin.example (502)"
}
