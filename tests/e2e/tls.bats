#!/usr/bin/env bats
#
# tls against openssl s_server: certificates of every sort, versions, OCSP answers, client
# certificates; and servers that misbehave.

load helpers

setup() {
	lab_setup
	authorities
}

teardown() {
	lab_teardown
}

# authorities: ca.pem, inter.pem that it signed, and other.pem, each with its .key.
authorities() {
	local ca

	for ca in ca other; do
		openssl req -x509 -newkey rsa:2048 -nodes -keyout $ca.key -out $ca.pem -days 30 \
			-subj "/CN=Lab $ca" 2>/dev/null
	done
	signed inter ca 20 "basicConstraints=critical,CA:true" "keyUsage=keyCertSign,cRLSign"
}

# signed NAME CA DAYS EXTENSION ...: a certificate NAME.pem with NAME.key.
signed() {
	local name=$1 ca=$2 days=$3

	shift 3
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" \
		-out "$name.csr" -subj "/CN=$name.example" 2>/dev/null
	openssl x509 -req -in "$name.csr" -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial \
		-days "$days" -extfile <(printf '%s\n' "$@") -out "$name.pem" 2>/dev/null
}

# serve VARIABLE CERTIFICATE [OPTION ...]: an s_server on the port that the variable gets.
serve() {
	local port

	port=$(free_port)
	printf -v "$1" %s "$port"
	start openssl s_server -accept "127.0.0.1:$port" -cert "$2.pem" -key "$2.key" -quiet \
		"${@:3}"
	wait_for 20 bash -c ": </dev/tcp/127.0.0.1/$port"
}

@test "tls: what is wrong with a certificate is told apart, and all facts are there" {
	local here=subjectAltName=DNS:localhost,IP:127.0.0.1

	signed good ca 25 $here
	signed expired ca -1 $here
	signed wrong ca 25 subjectAltName=DNS:a.example
	signed untrusted other 25 $here
	signed leaf inter 25 $here
	openssl req -x509 -newkey rsa:2048 -nodes -keyout own.key -out own.pem -days 25 \
		-subj /CN=own -addext $here 2>/dev/null
	for name in good expired wrong untrusted leaf own; do
		serve "p_$name" $name
	done
	serve p_chain leaf -cert_chain inter.pem
	ruleset certs <<-END
		- id: good
		  tls: { host: localhost, port: $p_good, ca: "$T/ca.pem" }
		  expect: { connected: true, trusted: true, days_left: 24, issuer: CN=Lab ca,
		    subject: CN=good.example, names: [ localhost, 127.0.0.1 ], protocol: TLSv1.3,
		    key_type: id-ecPublicKey, key_bits: 256, peer: "127.0.0.1:$p_good",
		    signature_algorithm: sha256WithRSAEncryption, chain: { length: 1 },
		    sha256: $(openssl x509 -in good.pem -noout -fingerprint -sha256 |
			sed 's/.*=//; s/://g' | tr A-F a-f),
		    serial: $(openssl x509 -in good.pem -noout -serial |
			sed 's/.*=//' | tr A-F a-f), ocsp.stapled: false }
		- id: address
		  tls: { host: 127.0.0.1, port: $p_good, ca: "$T/ca.pem" }
		- id: server-name
		  tls: { host: 127.0.0.1, port: $p_wrong, ca: "$T/ca.pem", server_name: a.example }
		- id: chain
		  tls: { host: localhost, port: $p_chain, ca: "$T/ca.pem" }
		  expect: { chain: { length: 2 }, chain_days_left: 19, days_left: 24,
		    "chain[1].subject": CN=inter.example }
		- id: no-intermediate
		  tls: { host: localhost, port: $p_leaf, ca: "$T/ca.pem" }
		- id: expired
		  tls: { host: localhost, port: $p_expired, ca: "$T/ca.pem" }
		- id: wrong
		  tls: { host: localhost, port: $p_wrong, ca: "$T/ca.pem" }
		- id: untrusted
		  tls: { host: localhost, port: $p_untrusted, ca: "$T/ca.pem" }
		- id: own
		  tls: { host: localhost, port: $p_own, ca: "$T/ca.pem" }
		- id: unverified
		  tls: { host: localhost, port: $p_expired, ca: "$T/ca.pem", verify: false }
		  expect: { trusted: false, days_left: { lt: 0 },
		    problem: { starts_with: certificate has expired on } }
		- id: soon
		  tls: { host: localhost, port: $p_good, ca: "$T/ca.pem" }
		  expect: { days_left: { ge: 30 } }
		- id: expired-wanted
		  tls: { host: localhost, port: $p_expired, ca: "$T/ca.pem" }
		  expect: { error.kind: tls, days_left: { lt: 0 } }
	END
	ends 1 "$ROUNDS" run certs.yaml --report json=report.json --report text
	judged certs/expired-wanted pass tls
	for id in good address server-name chain unverified; do
		judged certs/$id pass
	done
	judged certs/no-intermediate fail tls "signed by 'CN=inter.example', which is not trusted"
	judged certs/expired fail tls "certificate has expired on "
	judged certs/wrong fail tls "certificate is for a.example, not localhost"
	judged certs/untrusted fail tls "signed by 'CN=Lab other', which is not trusted here"
	judged certs/own fail tls "certificate is signed by itself and not trusted here"
	judged certs/soon fail
}

@test "tls: versions that must and must not be taken; ALPN" {
	signed good ca 25 subjectAltName=DNS:localhost
	serve p_old good -tls1_2 -alpn h2
	serve p_new good -tls1_3
	serve p_ancient good -tls1 -cipher ALL:@SECLEVEL=0
	ruleset versions <<-END
		- id: old
		  tls: { host: localhost, port: $p_old, ca: "$T/ca.pem", alpn: h2 }
		  expect: { protocol: TLSv1.2, alpn: h2 }
		- id: old-only
		  tls: { host: localhost, port: $p_old, ca: "$T/ca.pem", min: 1.3 }
		- id: new
		  tls: { host: localhost, port: $p_new, ca: "$T/ca.pem" }
		  expect: { protocol: TLSv1.3 }
		- id: no-ancient
		  tls: { host: localhost, port: $p_new, ca: "$T/ca.pem", max: 1.1 }
		  expect: { error.kind: tls }
		- id: ancient
		  tls: { host: localhost, port: $p_ancient, ca: "$T/ca.pem", max: 1.0 }
		  expect: { protocol: TLSv1 }
		- id: ancient-taken
		  tls: { host: localhost, port: $p_ancient, ca: "$T/ca.pem", max: 1.1 }
		  expect: { error.kind: tls }
	END
	ends 1 "$ROUNDS" run versions.yaml --report json=report.json --report text
	judged versions/old pass
	judged versions/old-only fail tls "the server takes no such version of TLS"
	judged versions/new pass
	judged versions/no-ancient pass tls "the server takes no such version of TLS"
	judged versions/ancient pass
	judged versions/ancient-taken fail
}

@test "tls: an OCSP answer that is stapled" {
	signed good ca 25 subjectAltName=DNS:localhost
	signed bad ca 25 subjectAltName=DNS:localhost
	for name in good bad; do
		openssl ocsp -issuer ca.pem -cert $name.pem -reqout $name.req >/dev/null 2>&1
		serial=$(openssl x509 -in $name.pem -noout -serial | sed 's/.*=//')
		state=V revoked=
		[ $name = good ] || state=R revoked=261101000000Z
		printf '%s\t%s\t%s\t%s\tunknown\t/CN=%s.example\n' $state 271101000000Z \
			"$revoked" "$serial" $name >>index.txt
	done
	for name in good bad; do
		openssl ocsp -index index.txt -rsigner ca.pem -rkey ca.key -CA ca.pem \
			-reqin $name.req -respout $name.ocsp -ndays 3 >/dev/null 2>&1
		serve "p_$name" $name -status_file $name.ocsp
	done
	ruleset ocsp <<-END
		- id: good
		  tls: { host: localhost, port: $p_good, ca: "$T/ca.pem" }
		  expect: { ocsp: { stapled: true, status: good, signed: true, current: true,
		    next_update: { exists: true } } }
		- id: revoked
		  tls: { host: localhost, port: $p_bad, ca: "$T/ca.pem" }
		- id: looked-at
		  tls: { host: localhost, port: $p_bad, ca: "$T/ca.pem", verify: false }
		  expect: { ocsp.status: revoked, ocsp.signed: true, trusted: false,
		    ocsp.revoked_at: { exists: true }, connected: true,
		    problem: { starts_with: certificate was revoked on 2026-11-01 } }
		- id: wanted
		  tls: { host: localhost, port: $p_bad, ca: "$T/ca.pem" }
		  expect: { error.kind: tls, ocsp.status: revoked }
	END
	ends 1 "$ROUNDS" run ocsp.yaml --report json=report.json --report text
	judged ocsp/good pass
	judged ocsp/revoked fail tls "certificate was revoked on 2026-11-01, says the OCSP answer"
	judged ocsp/looked-at pass
	judged ocsp/wanted pass tls
}

# answers ...: OCSP answers NAME.ocsp about good.pem by python3-cryptography, since openssl ocsp
# makes none for other times; each is NAME:STATUS:FROM:UNTIL:SIGNER[:HOW], in days from now (UNTIL
# may be empty). HOW is bare (without the signer's certificate), or the digest that names good.pem.
# With issuer=NAME that one signed good.pem, and not ca.
answers() {
	python3 - "$@" <<-'END'
		import datetime, os, sys
		from cryptography import x509
		from cryptography.hazmat.primitives import hashes, serialization
		from cryptography.x509 import ocsp

		def certificate(name):
		    return x509.load_pem_x509_certificate(open(name + ".pem", "rb").read())

		now = datetime.datetime.utcnow().replace(microsecond=0)
		issuer = os.environ.get("issuer", "ca")
		for row in sys.argv[1:]:
		    name, status, start, end, signer, how = (row + ":").split(":")[:6]
		    status = ocsp.OCSPCertStatus[status.upper()]
		    start, end = (d and now + datetime.timedelta(days=int(d)) or None
		                  for d in (start, end))
		    gone = now if status is ocsp.OCSPCertStatus.REVOKED else None
		    with open(signer + ".key", "rb") as file:
		        key = serialization.load_pem_private_key(file.read(), None)
		    answer = ocsp.OCSPResponseBuilder().add_response(
		        certificate("good"), certificate(issuer),
		        hashes.SHA256() if how == "sha256" else hashes.SHA1(), status, start, end,
		        gone, None)
		    by = certificate(signer)
		    answer = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, by)
		    if how != "bare":
		        answer = answer.certificates([by])
		    answer = answer.sign(key, hashes.SHA256())
		    with open(name + ".ocsp", "wb") as out:
		        out.write(answer.public_bytes(serialization.Encoding.DER))
	END
}

@test "tls: OCSP answers that prove nothing are no good ones" {
	local name

	signed good ca 25 subjectAltName=DNS:localhost
	signed else ca 25 subjectAltName=DNS:localhost
	# one whom the authority lets sign answers, and one whom it does not
	signed responder ca 25 extendedKeyUsage=OCSPSigning
	signed nobody ca 25 extendedKeyUsage=clientAuth
	answers fresh:good:-1:1:ca delegated:good:-1:1:responder \
		expired:good:-9:-2:ca early:good:2:9:ca unknown:unknown:-1:1:ca \
		foreign:good:-1:1:other unentitled:good:-1:1:nobody gone:revoked:-9:-2:ca
	for name in fresh delegated expired early unknown foreign unentitled gone; do
		serve "p_$name" good -status_file $name.ocsp
	done
	serve p_others else -status_file fresh.ocsp
	for name in fresh delegated expired early unknown foreign unentitled gone others; do
		port=p_$name
		printf -- '- { id: %s, tls: { host: localhost, port: %s, ca: "%s/ca.pem" } }\n' \
			$name "${!port}" "$T"
	done | ruleset staples
	ends 1 "$ROUNDS" run staples.yaml --report json=report.json --report text
	judged staples/fresh pass
	judged staples/delegated pass
	judged staples/expired fail tls "the server sends along does not count now"
	judged staples/early fail tls "the server sends along does not count now"
	judged staples/unknown fail tls "certificate is unknown, says the OCSP answer"
	judged staples/foreign fail tls "signed by nobody who is trusted and may"
	judged staples/unentitled fail tls "signed by nobody who is trusted and may"
	judged staples/gone fail tls "certificate was revoked on "
	judged staples/others fail tls "says nothing of this certificate"
}

@test "tls: OCSP answers in all the forms that there are; a certificate that demands one" {
	local name

	signed good ca 25 subjectAltName=DNS:localhost
	signed must ca 25 subjectAltName=DNS:localhost tlsfeature=status_request
	answers bare:good:-1:1:ca:bare digest:good:-1:1:ca:sha256 today:good:0::ca \
		endless:good:-900::ca
	printf '\x30\x03\x0a\x01\x03' >later.ocsp
	# of a type that nobody knows
	printf '\x30\x0e\x0a\x01\x00\xa0\x09\x30\x07' >odd.ocsp
	printf '\x06\x02\x2a\x03\x04\x01\x00' >>odd.ocsp
	for name in bare digest today endless later odd; do
		serve "p_$name" good -status_file $name.ocsp
	done
	serve p_must must
	for name in bare digest today endless later odd must; do
		port=p_$name
		printf -- '- { id: %s, tls: { host: localhost, port: %s, ca: "%s/ca.pem" } }\n' \
			$name "${!port}" "$T"
	done >checks
	# the authority in the file is no root, with the server's whole chain and without
	signed good inter 15 subjectAltName=DNS:localhost
	issuer=inter answers inter:good:-1:1:inter inner:good:-1:1:inter:bare
	serve p_inter good -status_file inter.ocsp -cert_chain inter.pem
	serve p_inner good -status_file inner.ocsp
	cat - checks <<-END | ruleset forms
		- { id: inter, tls: { host: localhost, port: $p_inter, ca: "$T/inter.pem" } }
		- { id: inner, tls: { host: localhost, port: $p_inner, ca: "$T/inter.pem" } }
		- id: demanded
		  tls: { host: localhost, port: $p_must, ca: "$T/ca.pem", verify: false }
		  expect: { ocsp: { required: true, stapled: false }, trusted: false }
	END
	ends 1 "$ROUNDS" run forms.yaml --report json=report.json --report text
	for name in bare digest today inter inner demanded; do
		judged forms/$name pass
	done
	judged forms/endless fail tls "does not say until when it counts"
	judged forms/later fail tls "sends along is an error of the responder: trylater"
	judged forms/odd fail tls "sends along cannot be read"
	judged forms/must fail tls "demands an OCSP answer along with it (must-staple)"
}

@test "tls: odd dates, names with a dot at the end, an address that stands as a name" {
	local name

	signed name ca 25 subjectAltName=DNS:127.0.0.1,DNS:localhost
	signed many ca 25 "subjectAltName=DNS:localhost$(printf ',DNS:n%s.example' $(seq 400))"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ever.key -out old.pem -days 25 \
		-subj /CN=ever -addext subjectAltName=DNS:localhost 2>/dev/null
	touch index.txt
	printf '%s\n' '[ca]' default_ca=c '[c]' database=index.txt new_certs_dir=. serial=serial \
		default_md=sha256 policy=p copy_extensions=copy '[p]' commonName=supplied >ca.conf
	echo 01 >serial
	openssl req -new -key ever.key -out ever.csr -subj /CN=ever \
		-addext subjectAltName=DNS:localhost 2>/dev/null
	openssl ca -batch -config ca.conf -in ever.csr -cert ca.pem -keyfile ca.key -out ever.pem \
		-startdate 20200101000000Z -enddate 99991231235959Z -notext 2>/dev/null
	serve p_name name
	serve p_many many
	serve p_ever ever
	serve p_web ever -www
	ruleset odd <<-END
		- id: ever # RFC 5280, 4.1.2.5: no end
		  tls: { host: localhost, port: $p_ever, ca: "$T/ca.pem" }
		  expect: { expires: 9999-12-31T23:59:59Z, not_before: 2020-01-01T00:00:00Z,
		    days_left: { gt: 2900000 }, "chain[0].expires": { gt: 9999-01-01T00:00:00Z } }
		- id: many
		  tls: { host: localhost, port: $p_many, ca: "$T/ca.pem" }
		  expect: { names: { length: 401, contains: n400.example } }
		- id: dot
		  tls: { host: 127.0.0.1, server_name: localhost., port: $p_ever, ca: "$T/ca.pem" }
		- id: http-dot
		  http: { url: "https://localhost.:$p_web/", ca: "$T/ca.pem",
		    resolve: { "localhost.": 127.0.0.1 } }
		- id: address
		  tls: { host: 127.0.0.1, port: $p_name, ca: "$T/ca.pem" }
	END
	ends 1 "$ROUNDS" run odd.yaml --report json=report.json --report text
	for name in ever many dot http-dot; do
		judged odd/$name pass
	done
	judged odd/address fail tls "as an address: it has that as a host name"
}

@test "tls: with TLS 1.3, too, a server must have taken our certificate" {
	signed good ca 25 subjectAltName=DNS:localhost
	signed client ca 25 extendedKeyUsage=clientAuth
	signed stranger other 25 extendedKeyUsage=clientAuth
	serve p_asks good -tls1_3 -CAfile ca.pem -Verify 1 -verify_return_error
	# one that sends no tickets, and waits for what is said
	p_mute=$(free_port)
	start bash -c "exec openssl s_server -accept 127.0.0.1:$p_mute -cert good.pem \
		-key good.key -quiet -tls1_3 -CAfile ca.pem -Verify 1 -verify_return_error \
		-num_tickets 0 < <(sleep 300)"
	wait_for 20 bash -c ": </dev/tcp/127.0.0.1/$p_mute"
	serve p_optional good -tls1_3 -CAfile ca.pem -verify 1
	{
		for how in asks mute optional; do
			port=p_$how
			for type in tls tcp; do
				echo "- id: $how-none-$type"
				echo "  $type: { host: localhost, port: ${!port}, ca: $T/ca.pem }"
			done
			for who in client stranger; do
				echo "- id: $how-$who"
				echo "  tls: { host: localhost, port: ${!port}, ca: $T/ca.pem,"
				echo "    cert: $T/$who.pem, key: $T/$who.key }"
			done
		done
		# -verify only looks at it
		echo "  expect: { wants_certificate: true }"
		echo "- id: http"
		echo "  http: { url: 'https://localhost:$p_asks/', ca: $T/ca.pem }"
	} | sed 's/^  tcp: { /&tls: true, /' | ruleset settled
	ends 1 "$ROUNDS" run settled.yaml --report json=report.json --report text
	for id in asks-client mute-client optional-none-tls optional-none-tcp optional-client; do
		judged settled/$id pass
	done
	judged settled/optional-stranger pass
	for id in asks mute; do
		judged settled/$id-none-tls fail tls "wants a certificate, and none is given"
		judged settled/$id-none-tcp fail tls "wants a certificate, and none is given"
		judged settled/$id-stranger fail tls "the server refuses our certificate"
	done
	judged settled/http fail tls "wants a certificate, and none is given"
}

@test "tls: a client certificate; its passphrase is told nobody" {
	signed good ca 25 subjectAltName=DNS:localhost
	signed client ca 25 extendedKeyUsage=clientAuth
	openssl ec -in client.key -aes256 -passout pass:tiger-lily -out locked.key 2>/dev/null
	serve p_asks good -tls1_2 -CAfile ca.pem -Verify 1 -verify_return_error
	ruleset client <<-END
		- id: shown
		  tls: { host: localhost, port: $p_asks, ca: "$T/ca.pem", cert: "$T/client.pem",
		    key: "$T/client.key" }
		- id: unlocked
		  tls: { host: localhost, port: $p_asks, ca: "$T/ca.pem", cert: "$T/client.pem",
		    key: "$T/locked.key", key_passphrase: "\${word}" }
		- id: locked
		  tls: { host: localhost, port: $p_asks, ca: "$T/ca.pem", cert: "$T/client.pem",
		    key: "$T/locked.key" }
		- id: none
		  tls: { host: localhost, port: $p_asks, ca: "$T/ca.pem" }
	END
	sed -i 's/^checks:/params: { word: { type: secret } }\nchecks:/' client.yaml
	printf tiger-lily >word
	run "$ROUNDS" run client.yaml --param "word=@$T/word" --report json=report.json \
		--report text
	judged client/shown pass
	judged client/unlocked pass
	judged client/locked error parameter "cannot be used (without a passphrase)"
	judged client/none fail tls "the server wants a certificate, and none is given"
	rm word
	nowhere tiger-lily report.json
	says_not tiger-lily
}

@test "tls: servers that misbehave" {
	faults silent closes reset garbage refused blackhole
	{
		for kind in silent closes reset garbage refused blackhole; do
			port=port_$kind
			printf -- '- id: %s\n  timeout: 700ms\n' $kind
			printf '  tls: { host: 127.0.0.1, port: %s }\n' "${!port}"
		done
	} | ruleset faults
	ends 1 "$ROUNDS" run faults.yaml --report json=report.json --report text
	judged faults/silent fail timeout "but the TLS handshake did not end in"
	judged faults/closes fail closed
	judged faults/reset fail reset
	judged faults/garbage fail tls "does not speak TLS on this port"
	judged faults/refused fail refused
	judged faults/blackhole fail timeout "no answer to SYN from 127.0.0.1:$port_blackhole"
}

@test "tls: mistakes are told at load" {
	ruleset wrong <<-'END'
		- id: version
		  tls: { host: a, max: 1.4 }
		- id: order
		  tls: { host: a, min: 1.3, max: 1.2 }
		- id: key
		  tls: { host: a, key: /k.pem }
		- id: alpn
		  tls: { host: a, alpn: "" }
		- id: fact
		  tls: { host: a }
		  expect: { day_left: 5 }
	END
	ends 65 "$ROUNDS" lint wrong.yaml
	says "max: '1.4' is not one of any, 1.0, 1.1, 1.2, 1.3"
	says "min: 1.3 is above max: 1.2"
	says "'key' needs 'cert'"
	says "alpn: a protocol has 1 to 255 characters"
	says "did you mean 'days_left'?"
}
