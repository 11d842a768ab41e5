/*
 * Sockets out of the text of /proc/net, addresses, and what serves what.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checks/snapshot/sockets.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOOPBACK4 "0100007F"
#define LOOPBACK6 "00000000000000000000000001000000"
#define MAPPED "0000000000000000FFFF00000100007F"
#else
#define LOOPBACK4 "7F000001"
#define LOOPBACK6 "00000000000000000000000000000001"
#define MAPPED "00000000000000000000FFFF7F000001"
#endif
#define ANY6 "00000000000000000000000000000000"
#define HEAD                                                                                       \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "      \
	"timeout inode\n"
#define REST                                                                                       \
	" 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 4711 1 0000 100 " \
	"0 0 10 0\n"

static void table_release(struct socket_table *t)
{
	free(t->rows);
}
#define auto_table __attribute__((cleanup(table_release)))

static void text_is_read(void **state)
{
	auto_table struct socket_table t = { 0 };
	static const char text[] =
		HEAD "   0: " LOOPBACK4 ":1F90" REST "   1: 00000000:0016" REST "   2: " LOOPBACK4
		     ":9999 " LOOPBACK4 ":0050 01 00000000:00000000 00:0 0 0 0 99 1\n";

	(void)state;
	assert_int_equal(socket_text_read(&t, AF_INET, 10, text), 0);
	socket_table_finish(&t, false);
	assert_int_equal(t.count, 2); /* the established one is none */
	assert_int_equal(t.rows[0].port, 22);
	assert_int_equal(t.rows[1].port, 8080);
	assert_int_equal(t.rows[1].inode, 4711);
	assert_int_equal(t.rows[1].waiting, 3);
	assert_memory_equal(t.rows[1].address, "\x7f\0\0\1", 4);
	assert_false(t.rows[1].backlog_known);
}

static void broken_lines_are_counted(void **state)
{
	static const struct {
		const char *text;
		size_t bad;
	} rows[] = {
		{ "", 0 },
		{ HEAD, 0 },
		{ HEAD "   0: 0100007F\n", 1 },
		{ HEAD "   0: 0100:0016 00000000:0000 0A 0:0 0:0 0 0 0 1\n", 1 },
		{ HEAD "   0: 0100007F:FFFFF 00000000:0000 0A 0:0 0:0 0 0 0 1\n", 1 },
		{ HEAD "   0: 0100007F:0016 00000000:0000 ZZ 0:0 0:0 0 0 0 1\n", 1 },
		{ HEAD "x\ny\n", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_table struct socket_table t = { 0 };
		auto_free char *copy = xstrdup(rows[i].text);

		assert_int_equal(socket_text_read(&t, AF_INET, 10, copy), rows[i].bad);
		assert_int_equal(t.count, 0);
	}
}

/* One IPv6 socket for all addresses, with or without an IPv4 one beside it. */
static void dual_stack_is_concluded(void **state)
{
	static const char six[] = HEAD "   0: " ANY6 ":0050 " ANY6 ":0000 0A 0:0 0:0 0 0 0 5\n";
	static const char four[] = HEAD "   0: 00000000:0050" REST;
	auto_table struct socket_table alone = { 0 }, both = { 0 }, only = { 0 };

	(void)state;
	socket_text_read(&alone, AF_INET6, 10, six);
	socket_table_finish(&alone, false);
	assert_true(socket_serves_ipv4(&alone.rows[0]));
	assert_true(socket_serves_ipv6(&alone.rows[0]));
	socket_text_read(&both, AF_INET, 10, four);
	socket_text_read(&both, AF_INET6, 10, six);
	socket_table_finish(&both, false);
	assert_false(socket_serves_ipv4(&both.rows[1]));
	socket_text_read(&only, AF_INET6, 10, six);
	socket_table_finish(&only, true);
	assert_false(socket_serves_ipv4(&only.rows[0]));
}

static void addresses_are_served(void **state)
{
	static const struct {
		int family;
		const char *hex, *printed;
		const char *served[4], *not_served[4];
	} rows[] = {
		{ AF_INET,
		  "00000000",
		  "0.0.0.0:80",
		  { "127.0.0.1", "10.0.0.1", "0.0.0.0", "::ffff:1.2.3.4" },
		  { "::1", "::" } },
		{ AF_INET,
		  LOOPBACK4,
		  "127.0.0.1:80",
		  { "127.0.0.1", "::ffff:127.0.0.1" },
		  { "127.0.0.2", "0.0.0.0", "::1" } },
		{ AF_INET6, ANY6, "[::]:80", { "::1", "::", "[fe80::1]", "127.0.0.1" }, { NULL } },
		{ AF_INET6,
		  LOOPBACK6,
		  "[::1]:80",
		  { "::1", "[::1]" },
		  { "::", "127.0.0.1", "::2" } },
		{ AF_INET6,
		  MAPPED,
		  "[::ffff:127.0.0.1]:80",
		  { "127.0.0.1" },
		  { "127.0.0.2", "::1", "::" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_table struct socket_table t = { 0 };
		auto_free char *text =
			xasprintf(HEAD "0: %s:0050 x 0A 0:0 0:0 0 0 0 5\n", rows[i].hex);
		auto_buf struct buf printed = BUF_INIT(100);
		struct socket_address a;

		assert_int_equal(socket_text_read(&t, rows[i].family, 10, text), 0);
		socket_table_finish(&t, false);
		socket_print(&t.rows[0], &printed);
		assert_string_equal(buf_text(&printed), rows[i].printed);
		for (size_t j = 0; j < 4 && rows[i].served[j]; j++) {
			assert_int_equal(socket_address_parse(rows[i].served[j], &a), 0);
			assert_true(socket_serves(&t.rows[0], &a));
		}
		for (size_t j = 0; j < 4 && rows[i].not_served[j]; j++) {
			assert_int_equal(socket_address_parse(rows[i].not_served[j], &a), 0);
			assert_false(socket_serves(&t.rows[0], &a));
		}
	}
}

static void no_addresses_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"localhost",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.4:80",
		"[::1",
		"::1]",
		"[1.2.3.4]",
		":::",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001"
	};
	struct socket_address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(socket_address_parse(rows[i], &a), -1);
}

static void ports_are_found(void **state)
{
	auto_table struct socket_table t = { 0 };
	static const uint16_t ports[] = { 80, 22, 80, 443, 1, 65535, 80 };
	size_t count;

	(void)state;
	assert_null(sockets_of_port(&t, 80, &count));
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		socket_table_add(&t, &(struct socket_row){ .family = AF_INET, .port = ports[i] });
	socket_table_finish(&t, false);
	assert_non_null(sockets_of_port(&t, 80, &count));
	assert_int_equal(count, 3);
	assert_non_null(sockets_of_port(&t, 65535, &count));
	assert_int_equal(count, 1);
	assert_null(sockets_of_port(&t, 81, &count));
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read),
		cmocka_unit_test(broken_lines_are_counted),
		cmocka_unit_test(dual_stack_is_concluded),
		cmocka_unit_test(addresses_are_served),
		cmocka_unit_test(no_addresses_are_refused),
		cmocka_unit_test(ports_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
