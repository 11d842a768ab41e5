#!/usr/bin/env bats
# sql against a real MariaDB: every form of URL, typed rows, and for every fault what is wrong.

load helpers
load services
load ../lab/git_site
load ../lab/mariadb_site

setup() {
	lab_setup
	mariadb_site_available || skip "$(mariadb_site_available)"
	module_built sql || skip "the module sql is not built"
	mariadb_site_up
	U="url: 'mysql://127.0.0.1:$SQL/lab'"
	R="$U, user: reader, password: reader-of-the-lab"
	CA="ca: $GIT_SITE/tls/ca.crt"
}

teardown() {
	lab_teardown
}

@test "sql: every form of URL leads in" {
	local at=127.0.0.1:$SQL up=reader:reader-of-the-lab

	check sql fields "$R" "server_version: { ge: '10.0' }"
	check sql url "url: 'mysql://$up@$at/lab'"
	check sql name "url: 'mysql://$up@localhost:$SQL'"
	check sql jdbc \
		"url: 'jdbc:mysql://$at/lab?useSSL=false&user=reader&password=reader-of-the-lab'"
	check sql jdbc-tls "url: 'jdbc:mysql://$at/lab?useSSL=true&characterEncoding=utf8',
		user: reader, password: reader-of-the-lab,
		query: \"SHOW STATUS LIKE 'Ssl_version'\"" \
		"'rows[0].Value': { starts_with: TLSv1 }"
	check sql balanced "url: 'jdbc:mysql:loadbalance://127.0.0.1:$(free_port),$at/lab',
		user: reader, password: reader-of-the-lab"
	check sql oceanbase "url: 'jdbc:oceanbase://$at/lab', user: 'reader@tenant#cluster',
		password: 'r/e@d:er'"
	check sql last-at "url: 'mysql://reader@tenant#cluster:r/e@d:er@$at/lab'"
	check sql go "url: '$up@tcp($at)/lab?parseTime=true'"
	check sql go-socket "url: '$up@unix($GIT_SITE/sql.sock)/lab'"
	check sql socket "url: 'mysql://$up@localhost/lab?socket=$GIT_SITE/sql.sock'"
	check sql tls "url: 'mysql://localhost:$SQL/lab', user: tlsonly,
		password: tlsonly-of-the-lab, $CA"
	check sql tls-address "$R, $CA"
	inspect sql
	table "fields pass -
		url pass -
		name pass -
		jdbc pass -
		jdbc-tls pass -
		balanced pass -
		oceanbase pass -
		last-at pass -
		go pass -
		go-socket pass -
		socket pass -
		tls pass -
		tls-address pass -"
	[ "$status" -eq 0 ]
	nowhere reader-of-the-lab "$T/r.json" "$T/r.txt"
	result "$T/r.json" sql/tls '.trace | join(" ") | contains("TLSv1.3")'
}

@test "sql: rows are typed, by the plain protocol and by bound values alike" {
	local typed="'rows[0]': { i: -9, u: '18446744073709551615', d: 42, f: 1.25, r: 0.5, n: null,
		t: '2026-11-22 03:04:05', day: '2026-11-22', b: 00ff10, x: 513, s: 名称, z: 7, e: b },
		row_count: 1"

	check sql plain "$R, query: 'SELECT * FROM types'" "$typed"
	check sql bound "$R, query: 'SELECT * FROM types WHERE s = ?', args: [ 名称 ]" "$typed"
	check sql no-rows "$R, query: 'SELECT id FROM node WHERE hostname = ?',
		args: [ \"' OR 1=1 -- \" ]" \
		"row_count: 0, rows: { length: 0 }"
	check sql groups "$R, query: 'SELECT pod_id,
		COUNT(CASE WHEN node_type=0 THEN 1 END) AS masters
		FROM node WHERE status=1 GROUP BY pod_id'" \
		"rows: { length: 2, each: { masters: 1 } }"
	check sql column "$R, query: 'SELECT hostname FROM node WHERE status = 1'" \
		"'rows[*].hostname': { unique: true, contains: node-2 }"
	check sql alike "$R, query: 'SELECT 1 AS a, 2 AS a'" "rows: [ { a: 1, a_2: 2 } ]"
	check sql comment "$R, query: '/* why */ (SELECT 1) -- so'" "row_count: 1"
	check sql thousand "$R, query: 'SELECT seq FROM seq_1_to_1000'" "row_count: 1000"
	check sql write "$U, user: writer, password: writer-of-the-lab, allow_writes: true,
		query: 'UPDATE node SET status = 1 WHERE id < 3'" "row_count: 0"
	inspect sql
	table "plain pass -
		bound pass -
		no-rows pass -
		groups pass -
		column pass -
		alike pass -
		comment pass -
		thousand pass -
		write pass -"
}

@test "sql: whatever is refused is told apart, and nothing is written" {
	local name

	check sql wrong-password "$U, user: reader, password: wrong-one"
	check sql no-password "$U, user: reader"
	check sql no-right-database "$U, user: reader, password: reader-of-the-lab,
		query: 'SELECT * FROM mysql.user'"
	check sql no-right-table "$U, user: nobody, password: nobody-of-the-lab,
		query: 'SELECT * FROM node'"
	check sql no-database "url: 'mysql://127.0.0.1:$SQL/nothing', user: writer,
		password: writer-of-the-lab"
	check sql missing-database "url: 'mysql://127.0.0.1:$SQL/nothing', user: owner,
		password: owner-of-the-lab"
	check sql no-table "$R, query: 'SELECT * FROM nothing'"
	check sql no-column "$R, query: 'SELECT nothing FROM node'"
	check sql syntax "$R, query: 'SELECT FROM WHERE'"
	check sql two-statements "$R, query: 'SELECT 1; SELECT 2'"
	check sql few-args "$R, query: 'SELECT ? + ?', args: [ 1 ]"
	check sql too-many-rows "$R, query: 'SELECT seq FROM seq_1_to_5000'"
	check sql too-many-rows-bound "$R, query: 'SELECT seq FROM seq_1_to_5000 WHERE 1 = ?',
		args: [ 1 ]"
	check sql too-large "$R, query: \"SELECT REPEAT('x', 10000) FROM seq_1_to_900\""
	check sql sneaky "$U, user: writer, password: writer-of-the-lab,
		query: 'WITH a AS (SELECT 1) DELETE FROM node'"
	check sql explained "$U, user: writer, password: writer-of-the-lab,
		query: 'EXPLAIN DELETE FROM node'"
	check sql tls-only "$U, user: tlsonly, password: tlsonly-of-the-lab"
	check sql no-client-certificate "url: 'mysql://localhost:$SQL/lab', user: x509only,
		password: x509only-of-the-lab, $CA"
	check sql refused "url: 'mysql://127.0.0.1:$(free_port)/lab', user: reader"
	check sql no-socket "url: 'reader@unix(/nonexistent)/lab'"
	check sql no-name "url: 'mysql://nothing.invalid/lab', user: reader"
	check sql no-ca "url: 'mysql://localhost:$SQL/lab', user: reader, tls: true"
	check sql slow "$U, user: writer, password: writer-of-the-lab,
		query: 'SELECT SLEEP(31) AS marked'"
	in_time 2s
	inspect sql
	table "wrong-password fail auth
		no-password fail auth
		no-right-database fail forbidden
		no-right-table fail forbidden
		no-database fail forbidden
		missing-database fail not_found
		no-table fail not_found
		no-column fail query
		syntax fail query
		two-statements fail query
		few-args error parameter
		too-many-rows fail too_large
		too-many-rows-bound fail too_large
		too-large fail too_large
		sneaky fail query
		explained fail query
		tls-only fail auth
		no-client-certificate fail auth
		refused fail refused
		no-socket fail refused
		no-name fail dns
		no-ca fail tls
		slow fail timeout"
	ended_in_time 3000
	nowhere wrong-one "$T/r.json" "$T/r.txt"
	nowhere writer-of-the-lab "$T/r.json" "$T/r.txt"
	result "$T/r.json" sql/no-column '.message | contains("1054, SQLSTATE 42S22")'
	[ "$(sql_as_root -Ne 'SELECT COUNT(*) FROM lab.node')" = 4 ]
	# the slow statement does not go on
	wait_for 5 bash -c "! mariadb --no-defaults -S '$GIT_SITE/sql.sock' -uroot -Ne \
		'SHOW FULL PROCESSLIST' | grep -q marked"
}

@test "sql: an account that logs in by ed25519" {
	compgen -G '/usr/lib/*/libmariadb3/plugin/client_ed25519.so' >/dev/null ||
		skip "not installed: the client's plugin client_ed25519"
	sql_as_root -e "INSTALL SONAME 'auth_ed25519'" || skip "the server has no auth_ed25519"
	sql_as_root <<-'SQL'
		CREATE USER edward IDENTIFIED VIA ed25519 USING PASSWORD('edward-of-the-lab');
		GRANT SELECT ON lab.* TO edward;
	SQL
	check sql right "$U, user: edward, password: edward-of-the-lab,
		query: 'SELECT id FROM node'" "row_count: 4"
	check sql right-tls "url: 'mysql://localhost:$SQL/lab', user: edward,
		password: edward-of-the-lab, $CA"
	check sql wrong "$U, user: edward, password: wrong-one"
	check sql none "$U, user: edward"
	check sql right-elsewhere "url: 'mysql://127.0.0.1:$SQL/mysql', user: edward,
		password: edward-of-the-lab"
	inspect sql
	table "right pass -
		right-tls pass -
		wrong fail auth
		none fail auth
		right-elsewhere fail forbidden"
	nowhere edward-of-the-lab "$T/r.json" "$T/r.txt"
	nowhere wrong-one "$T/r.json" "$T/r.txt"
}

@test "sql: what may write is refused by lint" {
	local statement

	for statement in 'DELETE FROM node' 'update a set b=1' 'SET GLOBAL x = 1' 'CALL p()' \
		'SELECT 1 INTO OUTFILE \"/tmp/x\"' '/*! DELETE FROM node */' '-- x' \
		'DROP TABLE node' 'LOAD DATA INFILE \"x\" INTO TABLE y' \
		'/* a */ INSERT INTO a VALUES (1)'; do
		printf -- '- id: x\n  sql: { url: "mysql://u@h", query: "%s" }\n' "$statement" |
			ruleset w
		ends 65 "$ROUNDS" lint "$T/w.yaml"
		says "query: "
	done
}

@test "sql: certificates that are not trusted are told apart" {
	local name

	for name in expired wrongname untrusted; do
		mariadb_site_certificate "$name"
		: >"$T/checks"
		check sql "$name" "url: 'mysql://localhost:$SQL/lab', user: reader,
			password: reader-of-the-lab, $CA"
		inspect sql
		table "$name fail tls"
	done
}

@test "sql: every fault in front of the real server ends in time, with its kind" {
	local fault long="query: \"SELECT REPEAT('x', 3000) AS x FROM seq_1_to_100\""
	local reader="user: reader, password: reader-of-the-lab"

	faults blackhole silent
	check sql blackhole "url: 'mysql://127.0.0.1:$port_blackhole', user: reader"
	check sql silent "url: 'mysql://127.0.0.1:$port_silent', user: reader"
	check sql tls-blackhole "url: 'mysql://127.0.0.1:$port_blackhole', user: reader, $CA"
	check sql tls-silent "url: 'mysql://127.0.0.1:$port_silent', user: reader, $CA"
	for fault in stall:0 trickle:0 stall:9000 trickle:9000 reset:9000 close:9000 garbage:0 \
		garbage:9000 endless:0 endless:9000; do
		proxied "$SQL" "${fault%:*}" "${fault#*:}"
		check sql "plain-${fault/:/-}" \
			"url: 'mysql://127.0.0.1:$proxied/lab', $reader, $long"
		proxied "$SQL" "${fault%:*}" "${fault#*:}"
		check sql "tls-${fault/:/-}" \
			"url: 'mysql://localhost:$proxied/lab', $reader, $long, $CA"
	done
	in_time 2s
	# lengths of up to 16 MiB within garbage must come first: how quickly is no matter here
	sed -i '/^- id: .*-endless-/{n;s/2s/20s/}' "$T/checks"
	inspect sql
	# plain garbage within the rows has lengths, too, that are waited for until the line ends
	table "blackhole fail timeout
		silent fail timeout
		tls-blackhole fail timeout
		tls-silent fail timeout
		plain-stall-0 fail timeout
		tls-stall-0 fail timeout
		plain-trickle-0 fail timeout
		tls-trickle-0 fail timeout
		plain-stall-9000 fail timeout
		tls-stall-9000 fail timeout
		plain-trickle-9000 fail timeout
		tls-trickle-9000 fail timeout
		plain-reset-9000 fail reset
		tls-reset-9000 fail reset
		plain-close-9000 fail closed
		tls-close-9000 fail closed
		plain-garbage-0 fail protocol
		tls-garbage-0 fail protocol
		plain-garbage-9000 fail closed
		tls-garbage-9000 fail tls
		plain-endless-0 fail protocol
		tls-endless-0 fail protocol
		plain-endless-9000 fail protocol
		tls-endless-9000 fail tls"
	# in time: the timeout and a second
	jq -e '[.results[] | select(.error.kind == "timeout") | .duration_ms] | max < 3000' \
		"$T/r.json"
}
