/*
 * test_redis - where a redis check goes, and which commands it never sends; one row a mistake.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/net/url.h"
#include "checks/redis.h"
#include "checks/redis_commands.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

static char *own(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static const struct {
	const char *url, *password;
	const char *is; /* "host port user password db tls", or the mistake */
} targets[] = {
	{ "redis://h", NULL, "h 6379 - - 0 plain" },
	{ "redis://h:1/3", NULL, "h 1 - - 3 plain" },
	{ "REDISS://h/", NULL, "h 6379 - - 0 tls" },
	{ "redis://:p%40w@h", NULL, "h 6379 - p@w 0 plain" },
	{ "redis://u:a/b@c:d@[::1]:2", NULL, "::1 2 u a/b@c:d 0 plain" },
	{ "redis://u@h", "pw", "h 6379 u pw 0 plain" },
	{ "redis://u:old@h", "new", "h 6379 u new 0 plain" },
	{ "redis://u@h", NULL,
	  "a password is needed with the user; without a user it is redis://:password@host" },
	{ "http://h", NULL, "url: the scheme is redis:// or rediss://, not 'http://'" },
	{ "h:6379", NULL, "url: this is no URL: 'scheme://' is missing" },
	{ "redis://", NULL, "url: a host is missing" },
	{ "redis://h:0", NULL, "url: '0' is not a port number from 1 to 65535" },
	{ "redis://h/x", NULL, "url: 'x' is not the number of a database" },
	{ "redis://::1", NULL, "url: an IPv6 address needs brackets: '[::1]'" },
	{ "redis://[::1", NULL, "url: '[' without ']' in the host" },
	{ "redis://[::1]x", NULL, "url: 'x' after the host" },
};

static void targets_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct redis_query q = { .port = 6379, .url = own(targets[i].url),
					 .password = own(targets[i].password) };
		struct redis_target t;
		auto_err struct err *e = NULL;
		auto_free char *is = NULL;

		if (redis_target_read(&q, &t, &e))
			is = xstrdup(err_text(e));
		else
			is = xasprintf("%s %u %s %s %u %s", t.host, t.port,
				       t.user ? t.user : "-", t.password ? t.password : "-",
				       (unsigned)t.db, t.tls ? "tls" : "plain");
		assert_string_equal(is, targets[i].is);
		redis_target_release(&t);
		free(q.url);
		free(q.password);
	}
}

static bool allowed(const char *text)
{
	char *items[] = { own(text) };
	const struct text_list one = { .items = items, .count = 1 };
	struct text_list words = redis_words(&one);
	auto_err struct err *e = NULL;
	const bool yes = redis_command_allow(&words, &e) == 0;

	assert_int_equal(yes, e == NULL);
	redis_words_free(&words);
	free(items[0]);
	return yes;
}

static void only_readers_are_sent(void **state)
{
	static const char *const reading[] = { "GET a", "get a", "SENTINEL CKQUORUM x", "INFO all",
					       "sentinel get-master-addr-by-name x", "CONFIG GET *",
					       "  SCAN\t0 ", "ZUNION 1 a" };
	static const char *const others[] = {
		"", " ", "SET a b", "FLUSHALL", "flushall", "DEBUG SEGFAULT", "KEYS *", "CONFIG",
		"CONFIG SET a b", "CONFIG REWRITE", "SENTINEL", "SENTINEL SET a b c",
		"SENTINEL REMOVE a", "SENTINEL RESET *", "CLIENT KILL a", "ACL SETUSER a",
		"EVAL 1 0", "SCRIPT LOAD x",
		"FUNCTION DELETE x", "MODULE LOAD x", "CLUSTER FAILOVER",
		"OBJECT", "SUBSCRIBE a", "MONITOR", "SHUTDOWN", "REPLICAOF NO ONE", "GETDEL a",
		"SORT a STORE b", "XREADGROUP a", "BLPOP a 0", "MULTI", "HELLO 3", "GETS", "GE",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reading); i++)
		if (!allowed(reading[i]))
			fail_msg("'%s' is refused", reading[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (allowed(others[i]))
			fail_msg("'%s' is sent", others[i]);
}

static void members_of_urls_are_found(void **state)
{
	struct url u;
	auto_free char *a = NULL, *b = NULL, *none = NULL;

	(void)state;
	assert_int_equal(url_parse("x://h/p?aa=1&useSSL=t%3Drue&&b=", &u, NULL), 0);
	a = url_member(&u, "usessl");
	b = url_member(&u, "b");
	none = url_member(&u, "a");
	assert_string_equal(a, "t=rue");
	assert_string_equal(b ? b : "", "");
	assert_null(none);
	url_release(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_read),
		cmocka_unit_test(only_readers_are_sent),
		cmocka_unit_test(members_of_urls_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
