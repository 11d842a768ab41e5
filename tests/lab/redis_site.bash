# redis_site - a small real Redis site on loopback: a master, a replica, a Sentinel, servers in TLS.
#
# Sourced by tests after helpers.bash and git_site.bash (for its certificates). Everything it makes
# lies in $GIT_SITE.

redis_site_available() {
	local program missing=

	for program in redis-server redis-sentinel redis-cli openssl; do
		command -v "$program" >/dev/null || missing+=" $program"
	done
	[ -z "$missing" ] || {
		echo "not installed:$missing"
		return 1
	}
}

# redis_site_server NAME OPTION ...: prints nothing; its port is in $redis_port.
redis_site_server() {
	local folder=$GIT_SITE/$1

	shift
	redis_port=$(free_port)
	mkdir -p "$folder"
	start redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$folder" --save '' "$@"
	wait_for 20 redis_site_answers "$redis_port"
}

# redis_site_tls NAME: a server that speaks TLS alone, with the certificate NAME.
redis_site_tls() {
	local port

	port=$(free_port)
	redis_site_server "tls-$1" --tls-port "$port" --tls-auth-clients no \
		--tls-cert-file "$GIT_SITE/tls/$1.crt" --tls-key-file "$GIT_SITE/tls/$1.key" \
		--tls-ca-cert-file "$GIT_SITE/tls/ca.crt" --requirepass pa55-of-the-lab
	redis_port=$port
}

redis_site_answers() {
	redis-cli -p "$1" ping 2>&1 | grep -q 'PONG\|NOAUTH'
}

# redis_as COMMAND ...: on the master, as the one who may all.
redis_as() {
	REDISCLI_AUTH=pa55-of-the-lab redis-cli -p "$REDIS" "$@"
}

redis_site_linked() {
	redis_as info replication | grep -q 'slave0:.*state=online' &&
		redis-cli -p "$SENTINEL" sentinel masters | grep -A1 '^num-slaves' | grep -qx 1
}

# redis_site_up: sets REDIS, REPLICA, SENTINEL, OPEN (without a password), and REDIS_GOOD,
# REDIS_EXPIRED, REDIS_WRONGNAME, REDIS_UNTRUSTED (in TLS).
redis_site_up() {
	local certificate

	GIT_SITE=$T/site
	mkdir -p "$GIT_SITE/sentinel"
	git_site_certificates
	redis_site_server master --requirepass pa55-of-the-lab --repl-diskless-sync-delay 0
	REDIS=$redis_port
	redis_as acl setuser reader on '>reader-of-the-lab' '~*' +ping +get +info >/dev/null
	redis_as set greeting hello >/dev/null
	redis_as setrange large 5000000 x >/dev/null
	redis_site_server replica --masterauth pa55-of-the-lab --replicaof "127.0.0.1 $REDIS" \
		--replica-read-only yes
	REPLICA=$redis_port
	redis_site_server open
	OPEN=$redis_port
	for certificate in good expired wrongname untrusted; do
		redis_site_tls "$certificate"
		declare -g "REDIS_${certificate^^}=$redis_port"
	done
	SENTINEL=$(free_port)
	cat >"$GIT_SITE/sentinel/sentinel.conf" <<-CONF
		bind 127.0.0.1
		port $SENTINEL
		dir $GIT_SITE/sentinel
		sentinel monitor lab 127.0.0.1 $REDIS 1
		sentinel auth-pass lab pa55-of-the-lab
	CONF
	start redis-sentinel "$GIT_SITE/sentinel/sentinel.conf"
	wait_for 30 redis_site_linked
}
