/*
 * dns - messages as bytes: questions as RFC 1035 has them, answers that are read within their
 * bounds, and which name servers a machine asks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/dns/message.h"
#include "checks/dns/servers.h"
#include "checks/net/address.h"
#include "checks/net/payload.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

static void names_are_checked(void **state)
{
	static const struct {
		const char *name, *wrong;
	} rows[] = {
		{ "a", NULL },
		{ "a.", NULL },
		{ ".", NULL },
		{ "_dmarc.Example.COM", NULL },
		{ "*.example.com", NULL },
		{ "", "it is empty" },
		{ "..", "has an empty label" },
		{ "a..b", "has an empty label" },
		{ ".a", "has an empty label" },
		{ "a b", "cannot be a name in DNS" },
		{ "a\\.b", "cannot be a name in DNS" },
		{ "\xc3\xa4.example", "is not ASCII" },
		{ "0123456789012345678901234567890123456789012345678901234567890123.b",
		  "is longer than the 63 characters of a label" },
	};
	auto_buf struct buf name = BUF_INIT(1000);
	auto_err struct err *e = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_err struct err *why = NULL;

		assert_int_equal(dns_name_check(rows[i].name, &why), rows[i].wrong ? -1 : 0);
		if (rows[i].wrong)
			assert_non_null(strstr(err_text(why), rows[i].wrong));
	}
	for (int i = 0; i < 126; i++)
		buf_adds(&name, "a.");
	buf_adds(&name, "b");
	assert_int_equal(name.len, 253);
	assert_int_equal(dns_name_check(buf_text(&name), &e), 0);
	buf_adds(&name, "b");
	assert_int_equal(dns_name_check(buf_text(&name), &e), -1);
}

static void questions_are_as_on_the_wire(void **state)
{
	static const struct {
		struct dns_question q;
		const char *hex;
	} rows[] = {
		{ { .id = 0x1234, .type = DNS_A, .name = "a.bc", .recursion = true },
		  "1234012000010000000000000161026263000001"
		  "0001" },
		{ { .id = 1, .type = DNS_CAA, .name = "." },
		  "0001002000010000000000000001010001" },
		{ { .id = 1, .type = DNS_NS, .name = "x", .edns = true },
		  "00010020000100000000000101780000020001"
		  "00002904d0000000000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_buf struct buf bytes = BUF_INIT(1000);
		auto_buf struct buf hex = BUF_INIT(1000);

		dns_question_write(&rows[i].q, &bytes);
		payload_print_hex(bytes.data, bytes.len, &hex);
		assert_string_equal(buf_text(&hex), rows[i].hex);
	}
}

static void addresses_are_turned_round(void **state)
{
	static const struct {
		const char *address, *name;
	} rows[] = {
		{ "192.0.2.1", "1.2.0.192.in-addr.arpa" },
		{ "2001:db8::80", "0.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
				  ".ip6.arpa" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_buf struct buf out = BUF_INIT(200);
		struct address a;

		assert_true(address_parse(rows[i].address, &a));
		dns_reverse(&a, &out);
		assert_string_equal(buf_text(&out), rows[i].name);
	}
}

/* A whole answer to the question 00ff for "x": id, flags, counts, the question. */
#define HEAD(answers, type) "00ff 8180 0001 " answers " 0000 0000 0178 00 " type " 0001 "

/* What comes, and what is read or refused. */
static const struct {
	uint16_t type;
	const char *hex, *wrong, *answers, *canonical;
	size_t count;
} replies[] = {
	/* an address, by a pointer to the question */
	{ DNS_A, HEAD("0001", "0001") "c00c 0001 0001 0000003c 0004 7f000001", NULL,
	  "[{\"name\":\"x\",\"type\":\"A\",\"ttl\":60,\"address\":\"127.0.0.1\","
	  "\"value\":\"127.0.0.1\"}]",
	  "x", 1 },
	/* an alias of y, and the address of Y; a lifetime with the highest bit is 0 */
	{ DNS_A,
	  HEAD("0002", "0001") "c00c 0005 0001 ffffffff 0003 017900"
			       "0159 00 0001 0001 00000001 0004 01020304",
	  NULL,
	  "[{\"name\":\"x\",\"type\":\"CNAME\",\"ttl\":0,\"target\":\"y\",\"value\":\"y\"},"
	  "{\"name\":\"Y\",\"type\":\"A\",\"ttl\":1,\"address\":\"1.2.3.4\","
	  "\"value\":\"1.2.3.4\"}]",
	  "y", 1 },
	/* a text of two strings */
	{ DNS_TXT, HEAD("0001", "0010") "0178 00 0010 0001 00000001 0006 02 612e 02 6263", NULL,
	  "[{\"name\":\"x\",\"type\":\"TXT\",\"ttl\":1,\"text\":\"a.bc\","
	  "\"value\":\"a.bc\"}]",
	  "x", 1 },
	/* a dot, a backslash and a control character in a label */
	{ DNS_CNAME, HEAD("0001", "0005") "c00c 0005 0001 00000001 0005 03 2e5c07 00", NULL,
	  "[{\"name\":\"x\",\"type\":\"CNAME\",\"ttl\":1,\"target\":\"\\\\.\\\\\\\\\\\\007\","
	  "\"value\":\"\\\\.\\\\\\\\\\\\007\"}]",
	  "x", 1 },
	/* of a type that nobody knows */
	{ DNS_A, HEAD("0001", "0001") "c00c ff00 0001 00000001 0002 abcd", NULL,
	  "[{\"name\":\"x\",\"type\":\"TYPE65280\",\"ttl\":1,\"value\":\"\\\\# 2 abcd\"}]", "x",
	  0 },
	{ DNS_A, "", "it is no DNS message: it has only 0 bytes", NULL, NULL, 0 },
	{ DNS_A, "00fe 8180 0001 0000 0000 0000 0178 00 0001 0001", "another id", NULL, NULL, 0 },
	{ DNS_A, "00ff 0100 0001 0000 0000 0000 0178 00 0001 0001", "no answer", NULL, NULL, 0 },
	{ DNS_A, "00ff a180 0001 0000 0000 0000 0178 00 0001 0001", "no answer", NULL, NULL, 0 },
	{ DNS_A, "00ff 8180 0000 0000 0000 0000", "it repeats 0 questions", NULL, NULL, 0 },
	{ DNS_A, HEAD("0000", "001c"), "another question", NULL, NULL, 0 },
	{ DNS_A, "00ff 8180 0001 0000 0000 0000 0179 00 0001 0001", "another question", NULL, NULL,
	  0 },
	{ DNS_A, "00ff 8180 0001 0000 0000 0000 c00c 0001 0001", "points at itself", NULL, NULL,
	  0 },
	{ DNS_A, "00ff 8180 0001 0000 0000 0000 4078 00 0001 0001", "an unknown form", NULL, NULL,
	  0 },
	{ DNS_A, HEAD("0001", "0001") "c00c 0001 0001 0000003c 0005 7f00000101",
	  "an address in it has a wrong length", NULL, NULL, 0 },
	{ DNS_MX, HEAD("0001", "000f") "c00c 000f 0001 0000003c 0006 0001 c00c 0000",
	  "longer than what it holds", NULL, NULL, 0 },
	{ DNS_TXT, HEAD("0001", "0010") "c00c 0010 0001 0000003c 0002 05 61",
	  "a text in it is longer than its record", NULL, NULL, 0 },
	{ DNS_CAA, HEAD("0001", "0101") "c00c 0101 0001 0000003c 0003 00 05 61",
	  "a tag in it is longer than its record", NULL, NULL, 0 },
};

static void answers_are_read_within_their_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(replies); i++) {
		const struct dns_question q = { .id = 0xff, .type = replies[i].type, .name = "x" };
		auto_buf struct buf bytes = BUF_INIT(1000);
		auto_err struct err *e = NULL;
		auto_free char *exact = NULL, *dump = NULL;
		struct dns_reply r;
		int rc;

		print_message("%zu\n", i);
		assert_int_equal(payload_hex(replies[i].hex, &bytes, &e), 0);
		/* in memory of its own length, so that a sanitizer sees what is read behind it */
		exact = xcalloc(1, bytes.len + !bytes.len);
		memcpy(exact, buf_text(&bytes), bytes.len);
		rc = dns_reply_read(&q, exact, bytes.len, &r, &e);
		if (replies[i].wrong) {
			assert_int_equal(rc, -1);
			assert_non_null(strstr(err_text(e), replies[i].wrong));
			continue;
		}
		assert_string_equal(err_text(e), "");
		assert_int_equal(rc, 0);
		dump = json_dumps(r.answers, JSON_COMPACT);
		assert_string_equal(dump, replies[i].answers);
		assert_string_equal(r.canonical_name, replies[i].canonical);
		assert_int_equal(r.count, replies[i].count);
		dns_reply_free(&r);
	}
}

/* Whatever is cut off: no answer is made of a part of one. */
static void parts_of_an_answer_are_none(void **state)
{
	static const char hex[] =
		HEAD("0001", "0021") "c00c 0021 0001 00000001 000a 0001 0002 0003 0179 c00c";
	const struct dns_question q = { .id = 0xff, .type = DNS_SRV, .name = "x" };
	auto_buf struct buf bytes = BUF_INIT(1000);
	struct dns_reply r;
	const json_t *value;

	(void)state;
	assert_int_equal(payload_hex(hex, &bytes, NULL), 0);
	assert_int_equal(dns_reply_read(&q, bytes.data, bytes.len, &r, NULL), 0);
	value = json_object_get(json_array_get(r.answers, 0), "value");
	assert_string_equal(json_string_value(value), "1 2 3 y.x");
	dns_reply_free(&r);
	for (size_t len = 0; len < bytes.len; len++) {
		auto_free char *part = xcalloc(1, len + !len);

		memcpy(part, bytes.data, len);
		assert_int_equal(dns_reply_read(&q, part, len, &r, NULL), -1);
	}
}

static void servers_are_those_of_resolv_conf(void **state)
{
	static const struct {
		const char *text, *servers;
	} rows[] = {
		{ "nameserver 10.0.0.1\n", "10.0.0.1" },
		{ "search a\nnameserver\t10.0.0.1 \r\nnameserver ::1\noptions rotate",
		  "10.0.0.1, ::1" },
		{ "", "127.0.0.1" },
		{ "#nameserver 10.0.0.1\n nameserver 10.0.0.2\n", "127.0.0.1" },
		{ "nameserver\nnameserver nonsense\nnameservers 10.0.0.1\n", "127.0.0.1" },
		{ "nameserver 10.0.0.1", "10.0.0.1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_buf struct buf text = BUF_INIT(1000);
		struct addresses found;

		servers_parse(rows[i].text, &found);
		addresses_print(&found, &text);
		assert_string_equal(buf_text(&text), rows[i].servers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(questions_are_as_on_the_wire),
		cmocka_unit_test(addresses_are_turned_round),
		cmocka_unit_test(answers_are_read_within_their_bounds),
		cmocka_unit_test(parts_of_an_answer_are_none),
		cmocka_unit_test(servers_are_those_of_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
