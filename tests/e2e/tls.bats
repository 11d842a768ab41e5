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
# makes none for other times; each is NAME:STATUS:FROM:UNTIL:SIGNER, in days from now.
answers() {
	python3 - "$@" <<-'END'
		import datetime, sys
		from cryptography import x509
		from cryptography.hazmat.primitives import hashes, serialization
		from cryptography.x509 import ocsp

		def certificate(name):
		    return x509.load_pem_x509_certificate(open(name + ".pem", "rb").read())

		now = datetime.datetime.utcnow().replace(microsecond=0)
		for row in sys.argv[1:]:
		    name, status, start, end, signer = row.split(":")
		    status = ocsp.OCSPCertStatus[status.upper()]
		    start, end = (now + datetime.timedelta(days=int(d)) for d in (start, end))
		    gone = now if status is ocsp.OCSPCertStatus.REVOKED else None
		    with open(signer + ".key", "rb") as file:
		        key = serialization.load_pem_private_key(file.read(), None)
		    answer = ocsp.OCSPResponseBuilder().add_response(
		        certificate("good"), certificate("ca"), hashes.SHA1(), status, start, end,
		        gone, None)
		    by = certificate(signer)
		    answer = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, by)
		    answer = answer.certificates([by]).sign(key, hashes.SHA256())
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
	judged client/none fail tls
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
