/*
 * test_sql - where a sql check goes, and which statements it takes for reading.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/sql.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

#define NO_DSN \
	"url: this is neither a URL with 'mysql://' nor a DSN such as user@tcp(host:port)/db"

static const struct {
	const char *url;
	const char *is; /* "host:port[,…] user password database tls", or the mistake */
} targets[] = {
	{ "mysql://u:p@h/db", "h:3306 u p db plain" },
	{ "mysql://u@h:1", "h:1 u - - plain" },
	{ "mariadb://u:p%2F@[::1]:2/d%20b?x=1", "::1:2 u p/ d b plain" },
	{ "mysql://batman@tenant#cluster:p/@w@h:2883/db",
	  "h:2883 batman@tenant#cluster p/@w db plain" },
	{ "jdbc:mysql://h:1/db?useSSL=true&user=u&password=p%26q", "h:1 u p&q db unverified" },
	{ "jdbc:mysql://h/db?useSSL=true&verifyServerCertificate=true&user=u",
	  "h:3306 u - db verified" },
	{ "jdbc:mysql://h/db?sslMode=VERIFY_IDENTITY&user=u", "h:3306 u - db verified" },
	{ "jdbc:mysql://h/db?sslMode=DISABLED&useSSL=true&user=u", "h:3306 u - db plain" },
	{ "jdbc:mysql:loadbalance://a:1,b,c:3/db?user=u", "a:1,b:3306,c:3 u - db plain" },
	{ "jdbc:oceanbase://h/db?user=u@t#c", "h:2883 u@t#c - db plain" },
	{ "jdbc:oceanbase:hamode:loadbalance://a:1,b/db?user=u", "a:1,b:2883 u - db plain" },
	{ "u:p@tcp(h:1)/db?parseTime=true", "h:1 u p db plain" },
	{ "u:p@w/x@tcp([::1]:1)/db?tls=true", "::1:1 u p@w/x db verified" },
	{ "u:p@tcp(h)/?tls=skip-verify", "h:3306 u p - unverified" },
	{ "u@unix(/run/s.sock)/db", "/run/s.sock u - db plain" },
	{ "u@/db", "127.0.0.1:3306 u - db plain" },
	{ "mysql://u@h/db?socket=/run/s.sock", "/run/s.sock u - db plain" },
	{ "mysql://h/db", "a user is needed, in url or as user" },
	{ "postgres://u@h/db", "url: 'postgres://' is not supported: mysql, mariadb or "
				"oceanbase, each also after 'jdbc:'" },
	{ "mysql://u@/db", "url: a host is missing" },
	{ "mysql://u@h:99999/db", "url: '99999' is not a port number from 1 to 65535" },
	{ "jdbc:mysql://address=(host=h)(port=1)/db?user=u",
	  "url: hosts are written as host:port" },
	{ "h:3306", NO_DSN },
	{ "u@h:3306/db", NO_DSN },
	{ "u@udp(h)/db", "url: a DSN has tcp(host:port) or unix(path)" },
};

static char *told(const struct sql_target *t)
{
	static const char *const tls[] = { "plain", "unverified", "verified" };
	auto_buf struct buf b = BUF_INIT(1024);

	for (size_t i = 0; i < t->host_count && !t->socket; i++)
		buf_printf(&b, "%s%s:%u", i ? "," : "", t->hosts[i].name, t->hosts[i].port);
	buf_printf(&b, "%s %s %s %s %s", t->socket ? t->socket : "", t->user,
		   t->password ? t->password : "-", t->database ? t->database : "-", tls[t->tls]);
	return buf_take(&b);
}

static void targets_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		auto_free char *url = xstrdup(targets[i].url);
		struct sql_query q = { .url = url };
		struct sql_target t;
		auto_err struct err *e = NULL;
		auto_free char *is = NULL;

		is = sql_target_read(&q, &t, &e) ? xstrdup(err_text(e)) : told(&t);
		assert_string_equal(is, targets[i].is);
		sql_target_release(&t);
	}
}

static void fields_go_before_the_url(void **state)
{
	char url[] = "mysql://u:p@h/db", user[] = "other", password[] = "word", ca[] = "/ca";
	const struct sql_query q = { .url = url, .user = user, .password = password, .ca = ca };
	struct sql_target t;
	auto_free char *is = NULL;

	(void)state;
	assert_int_equal(sql_target_read(&q, &t, NULL), 0);
	is = told(&t);
	assert_string_equal(is, "h:3306 other word db verified");
	sql_target_release(&t);
}

static void only_readers_are_sent(void **state)
{
	static const char *const reading[] = {
		"SELECT 1", " select 1", "(SELECT 1)", "-- why\nSHOW TABLES", "# x\nDESC t",
		"/* DELETE */ SELECT 'INTO OUTFILE'", "SELECT \"a\\\"DUMPFILE\" FROM `OUTFILE`",
		"WITH a AS (SELECT 1) SELECT * FROM a", "SELECT 1 -- INTO OUTFILE",
		"((SELECT 1))", "SELECT my_outfile FROM t",
	};
	static const char *const others[] = {
		"", "  ", ";", "-- SELECT 1", "DELETE FROM t", "(DELETE FROM t)", "selects",
		"SELECT 1 INTO OUTFILE '/x'", "SELECT 1 into\ndumpfile '/x'", "/*!SELECT 1*/",
		"SELECT 1 /*M! INTO OUTFILE '/x' */", "SET a = 1", "CALL p()", "DO 1", "KILL 1",
		"SELECT 1 /*!50000 INTO OUTFILE '/x' */", "'SELECT'", "COMMIT", "HANDLER t OPEN",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reading); i++)
		if (sql_statement_reads(reading[i], NULL))
			fail_msg("'%s' is refused", reading[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!sql_statement_reads(others[i], NULL))
			fail_msg("'%s' is sent", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_read),
		cmocka_unit_test(fields_go_before_the_url),
		cmocka_unit_test(only_readers_are_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
