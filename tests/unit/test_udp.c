/*
 * udp - against sockets that lie on the same loop: those that answer, are silent, or are not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "checks/net/address.h"
#include "checks/net/datagram.h"
#include "checks/net/payload.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"
#include "tests/unit/harness.h"

extern const struct check_type check_udp;

enum manner { SILENT, ECHO, PARTS, FLOOD, EMPTY, GONE };

struct server {
	enum manner manner;
	int fd;
	unsigned port;
	size_t heard;
	struct loop_fd *watch;
};

static void on_question(void *ctx, uint32_t events)
{
	struct server *s = ctx;
	char bytes[65536];
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	ssize_t n = recvfrom(s->fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&peer,
			     &len);

	(void)events;
	if (n < 0)
		return;
	s->heard++;
	if (s->manner == ECHO)
		sendto(s->fd, bytes, (size_t)n, 0, (struct sockaddr *)&peer, len);
	if (s->manner == EMPTY)
		sendto(s->fd, "", 0, 0, (struct sockaddr *)&peer, len);
	if (s->manner == PARTS)
		for (const char *p = "one\0two"; p; p = *p == 'o' ? p + 4 : NULL)
			sendto(s->fd, p, 3, 0, (struct sockaddr *)&peer, len);
	memset(bytes, 'z', sizeof(bytes));
	for (int i = 0; s->manner == FLOOD && i < 3; i++)
		sendto(s->fd, bytes, 30000, 0, (struct sockaddr *)&peer, len);
}

static void server_start(struct server *s, struct harness *l, enum manner manner,
			 const char *address)
{
	struct address a;
	socklen_t len;

	*s = (struct server){ .manner = manner };
	assert_true(address_parse(address, &a));
	len = address_len(&a);
	s->fd = socket(a.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->fd, &a.any, len), 0);
	assert_int_equal(getsockname(s->fd, &a.any, &len), 0);
	s->port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
	if (manner == GONE)
		close(fd_take(&s->fd));
	else
		s->watch = loop_fd_add(harness_loop(l), s->fd, EPOLLIN, on_question, s, NULL);
}

static void server_stop(struct server *s)
{
	loop_fd_remove(s->watch);
	if (s->fd >= 0)
		close(s->fd);
}

#define T_SHORT (400 * NS_PER_MS)
#define T_LONG (20 * NS_PER_S)

/* What is asked of which server, and what comes of it; %u is the port. */
static const struct {
	enum manner manner;
	const char *address, *fields;
	int64_t timeout;
	const char *answered, *received, *hex, *kind, *text;
} cases[] = {
	{ ECHO, "127.0.0.1", "send: ping", T_LONG, "true", "ping", "70696e67", "-", "-" },
	{ ECHO, "::1", "send: ping", T_LONG, "true", "ping", "70696e67", "-", "-" },
	{ ECHO, "127.0.0.1", "send_hex: '00 ff:41'", T_LONG, "true", "\xe2\x90\x80\xef\xbf\xbd""A",
	  "00ff41", "-", "-" },
	{ EMPTY, "127.0.0.1", "send: ping", T_LONG, "true", "", "", "-", "-" },
	{ PARTS, "127.0.0.1", "send: x", T_LONG, "true", "one", NULL, "-", "-" },
	{ PARTS, "127.0.0.1", "send: x\nuntil: etw", T_LONG, "true", "onetwo", NULL, "-", "-" },
	{ PARTS, "127.0.0.1", "send: x\nuntil: three", T_SHORT, "false", "onetwo", NULL, "timeout",
	  "127.0.0.1:%u answered, but 'three' did not come in" },
	{ FLOOD, "127.0.0.1", "send: x\nuntil: three", T_LONG, "false", NULL, NULL, "too_large",
	  "127.0.0.1:%u sent more than 65536 bytes and no 'three'" },
	{ SILENT, "127.0.0.1", "send: x", T_SHORT, "false", "-", "-", "timeout",
	  "no answer from 127.0.0.1:%u for" },
	{ GONE, "127.0.0.1", "send: x", T_LONG, "false", "-", "-", "refused",
	  "nothing listens on UDP 127.0.0.1:%u (ICMP: port unreachable)" },
	{ GONE, "::1", "send: x", T_LONG, "false", "-", "-", "refused",
	  "nothing listens on UDP [::1]:%u (ICMP: port unreachable)" },
};

static void servers_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct harness *l = harness_new();
		struct server server;
		auto_buf struct buf text = BUF_INIT(1000);
		auto_free char *fields = NULL;
		const char *mark = strstr(cases[i].text, "%u");
		struct sighting s;

		print_message("%d %s\n", (int)cases[i].manner, cases[i].fields);
		server_start(&server, l, cases[i].manner, cases[i].address);
		fields = xasprintf("host: '%s'\nport: %u\n%s\n", cases[i].address, server.port,
				   cases[i].fields);
		buf_add(&text, cases[i].text,
			mark ? (size_t)(mark - cases[i].text) : strlen(cases[i].text));
		if (mark)
			buf_printf(&text, "%u%s", server.port, mark + 2);
		harness_observe(l, &check_udp, fields, cases[i].timeout, &s);
		assert_string_equal(sighting_fact(&s, "answered"), cases[i].answered);
		if (cases[i].received)
			assert_string_equal(sighting_fact(&s, "received"), cases[i].received);
		if (cases[i].hex)
			assert_string_equal(sighting_fact(&s, "received_hex"), cases[i].hex);
		assert_string_equal(sighting_fact(&s, "error.kind"), cases[i].kind);
		assert_non_null(strstr(sighting_fact(&s, "error.text"), buf_text(&text)));
		/* what is sent twice may do twice what it does */
		assert_true(server.heard <= 1);
		sighting_free(&s);
		server_stop(&server);
		harness_free(l);
	}
}

/* By /etc/hosts: ::1 is closed and says so, 127.0.0.1 answers. */
static void a_name_is_asked_at_all_its_addresses(void **state)
{
	struct harness *l = harness_new();
	struct server server;
	auto_free char *fields = NULL, *peer = NULL;
	struct sighting s;

	(void)state;
	server_start(&server, l, ECHO, "127.0.0.1");
	fields = xasprintf("host: localhost\nport: %u\nsend: ping\n", server.port);
	peer = xasprintf("127.0.0.1:%u", server.port);
	harness_observe(l, &check_udp, fields, T_LONG, &s);
	if (s.error) { /* built without c-ares */
		assert_non_null(strstr(s.error, "resolver"));
	} else {
		assert_string_equal(sighting_fact(&s, "answered"), "true");
		assert_string_equal(sighting_fact(&s, "peer"), peer);
	}
	sighting_free(&s);
	server_stop(&server);
	harness_free(l);
}

/* Whoever asks again does so until somebody answers, and stops when it is told to. */
struct asker {
	struct loop *loop;
	size_t heard;
	struct datagrams d;
};

static void on_heard(void *ctx, size_t at, const void *bytes, size_t len)
{
	struct asker *a = ctx;

	assert_int_equal(at, 0);
	assert_int_equal(len, 1);
	assert_memory_equal(bytes, "x", 1);
	if (++a->heard < 3)
		return;
	datagrams_cancel(&a->d);
	loop_stop(a->loop);
}

static void on_lost(void *ctx)
{
	(void)ctx;
	fail_msg("lost");
}

static void a_question_is_asked_again(void **state)
{
	static const struct datagram_question question = { .bytes = "x",
							   .len = 1,
							   .again_ns = NS_PER_MS,
							   .heard = on_heard,
							   .lost = on_lost };
	struct harness *l = harness_new();
	struct server server;
	struct addresses to = { .count = 1 };
	struct asker a = { .loop = harness_loop(l) };
	struct probe p = { .loop = a.loop, .observer = observer_new(NULL) };

	(void)state;
	server_start(&server, l, ECHO, "127.0.0.1");
	assert_true(address_parse("127.0.0.1", &to.items[0]));
	datagrams_start(&a.d, &p, &to, (uint16_t)server.port, &question, &a);
	assert_int_equal(loop_run(a.loop, NULL), 0);
	assert_int_equal(a.heard, 3);
	assert_int_equal(server.heard, 3);
	observer_free(p.observer);
	server_stop(&server);
	harness_free(l);
}

static void many_addresses_are_tried_in_turns(void **state)
{
	struct addresses all = { .count = 50 };
	struct address out[ADDRESSES_TRIED];
	auto_buf struct buf text = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < all.count; i++) {
		auto_free char *one = xasprintf(i < 40 ? "2001:db8::%zu" : "192.0.2.%zu", i);

		assert_true(address_parse(one, &all.items[i]));
	}
	assert_int_equal(addresses_pick(&all, 53, out), ADDRESSES_TRIED);
	for (size_t i = 0; i < 4; i++) {
		buf_addc(&text, ' ');
		address_print_port(&out[i], &text);
	}
	assert_string_equal(buf_text(&text), " [2001:db8::]:53 192.0.2.40:53 [2001:db8::1]:53"
					     " 192.0.2.41:53");
	buf_clear(&text);
	addresses_print(&all, &text);
	assert_non_null(strstr(buf_text(&text), "2001:db8::7 and 42 more"));
	all.count = 3; /* of one kind */
	assert_int_equal(addresses_pick(&all, 53, out), 3);
}

static void hex_digits_are_read(void **state)
{
	static const struct {
		const char *text, *hex, *error;
	} rows[] = {
		{ "1b00FF", "1b00ff", NULL },
		{ " 1b:00 \n ff ", "1b00ff", NULL },
		{ "", NULL, "there are no hex digits" },
		{ " ", NULL, "there are no hex digits" },
		{ "1b0", NULL, "'0' does not begin with two hex digits" },
		{ "0x1b", NULL, "'0x1b' does not begin with two hex digits" },
		{ "1 b", NULL, "'1 b' does not begin with two hex digits" },
		{ "00010203", NULL, "send_hex: 4 bytes are more than the 3 that can be sent" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_buf struct buf bytes = BUF_INIT(100);
		auto_buf struct buf hex = BUF_INIT(100);
		auto_err struct err *e = NULL;

		if (rows[i].error) {
			assert_int_equal(payload_validate(rows[i].text, 3, &e), -1);
			assert_non_null(strstr(err_text(e), rows[i].error));
			continue;
		}
		assert_int_equal(payload_validate(rows[i].text, 3, &e), 0);
		assert_int_equal(payload_hex(rows[i].text, &bytes, &e), 0);
		payload_print_hex(bytes.data, bytes.len, &hex);
		assert_string_equal(buf_text(&hex), rows[i].hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_told_apart),
		cmocka_unit_test(a_name_is_asked_at_all_its_addresses),
		cmocka_unit_test(a_question_is_asked_again),
		cmocka_unit_test(many_addresses_are_tried_in_turns),
		cmocka_unit_test(hex_digits_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
