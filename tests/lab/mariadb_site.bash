# mariadb_site - a small real MariaDB on loopback: a database, users of several rights, TLS.
#
# Sourced by tests after helpers.bash and git_site.bash (for its certificates). Everything it makes
# lies in $GIT_SITE.

mariadb_site_available() {
	local program missing=

	for program in mariadbd mariadb-install-db mariadb openssl; do
		command -v "$program" >/dev/null || missing+=" $program"
	done
	[ -z "$missing" ] || {
		echo "not installed:$missing"
		return 1
	}
}

# sql_as_root: statements of standard input.
sql_as_root() {
	mariadb --no-defaults -S "$GIT_SITE/sql.sock" -uroot "$@"
}

# The data of a new server are made once a test file.
mariadb_site_data() {
	local made=$BATS_FILE_TMPDIR/mariadb

	[ -d "$made" ] || mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$made" \
		--auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
		--innodb-log-file-size=4M --innodb-flush-log-at-trx-commit=0 >/dev/null 2>&1
	cp -r "$made" "$GIT_SITE/data"
}

mariadb_site_fill() {
	sql_as_root <<-'SQL'
		CREATE DATABASE lab CHARACTER SET utf8mb4;
		USE lab;
		CREATE TABLE node (id INT AUTO_INCREMENT PRIMARY KEY, hostname VARCHAR(64) NOT NULL,
		  status INT NOT NULL, node_type INT NOT NULL, pod_id INT NULL);
		INSERT INTO node (hostname, status, node_type, pod_id) VALUES
		  ('node-1', 1, 0, 1), ('node-2', 1, 2, 1),
		  ('node-3', 1, 0, 2), ('node-4', 0, 1, NULL);
		CREATE TABLE plain_table (id INT) ENGINE=MyISAM;
		CREATE TABLE types (i BIGINT, u BIGINT UNSIGNED, d DECIMAL(10,0), f DECIMAL(10,2),
		  r DOUBLE, n INT, t DATETIME, day DATE, b VARBINARY(8), x BIT(10), s VARCHAR(20),
		  z INT(6) ZEROFILL, e ENUM('a','b'));
		INSERT INTO types VALUES (-9, 18446744073709551615, 42, 1.25, 0.5, NULL,
		  '2026-11-22 03:04:05', '2026-11-22', 0x00ff10, 513, '名称', 7, 'b');
		CREATE USER reader IDENTIFIED BY 'reader-of-the-lab';
		GRANT SELECT ON lab.* TO reader;
		CREATE USER 'reader@tenant#cluster' IDENTIFIED BY 'r/e@d:er';
		GRANT SELECT ON lab.* TO 'reader@tenant#cluster';
		CREATE USER writer IDENTIFIED BY 'writer-of-the-lab';
		GRANT ALL ON lab.* TO writer;
		GRANT FILE, PROCESS ON *.* TO writer;
		CREATE USER nobody IDENTIFIED BY 'nobody-of-the-lab';
		GRANT SELECT ON lab.types TO nobody;
		CREATE USER tlsonly IDENTIFIED BY 'tlsonly-of-the-lab' REQUIRE SSL;
		GRANT SELECT ON lab.* TO tlsonly;
		CREATE USER x509only IDENTIFIED BY 'x509only-of-the-lab' REQUIRE X509;
		GRANT SELECT ON lab.* TO x509only;
		CREATE USER owner IDENTIFIED BY 'owner-of-the-lab';
		GRANT SELECT ON *.* TO owner;
	SQL
}

# mariadb_site_certificate NAME: from now on the server shows this one.
mariadb_site_certificate() {
	cp "$GIT_SITE/tls/$1.crt" "$GIT_SITE/sql.crt"
	cp "$GIT_SITE/tls/$1.key" "$GIT_SITE/sql.key"
	[ ! -S "$GIT_SITE/sql.sock" ] || sql_as_root -e 'FLUSH SSL'
}

# mariadb_site_up: sets SQL (port).
mariadb_site_up() {
	GIT_SITE=$T/site
	mkdir -p "$GIT_SITE"
	git_site_certificates
	mariadb_site_certificate good
	mariadb_site_data
	SQL=$(free_port)
	start mariadbd --no-defaults --user="$(id -un)" --datadir="$GIT_SITE/data" \
		--bind-address=127.0.0.1 --port="$SQL" --socket="$GIT_SITE/sql.sock" \
		--pid-file="$GIT_SITE/sql.pid" --skip-name-resolve --innodb-buffer-pool-size=16M \
		--innodb-log-file-size=4M --innodb-flush-log-at-trx-commit=0 --key-buffer-size=1M \
		--performance-schema=OFF --max-connections=200 --max-connect-errors=100000 \
		--ssl-ca="$GIT_SITE/tls/ca.crt" --ssl-cert="$GIT_SITE/sql.crt" \
		--ssl-key="$GIT_SITE/sql.key"
	wait_for 30 sql_as_root -e 'SELECT 1'
	mariadb_site_fill
}
