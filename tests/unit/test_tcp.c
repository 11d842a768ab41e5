/*
 * tcp - against servers that lie on the same loop: those that answer, and those that misbehave.
 */
#include <errno.h>
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
#include "checks/net/connect.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"
#include "tests/unit/harness.h"

extern const struct check_type check_tcp;

/* What a server does with a connection. */
enum manner { SILENT, GREETING, ECHO, CLOSING, RESETTING, ENDLESS, SLOWLY };

struct server {
	struct harness *lane;
	enum manner manner;
	int fd;
	unsigned port;
	struct loop_fd *watch;
	struct talk {
		struct server *server;
		int fd;
		struct loop_fd *watch;
		struct loop_timer *timer;
		int step;
	} talks[64];
	size_t count;
};

static void on_tick(void *ctx)
{
	struct talk *t = ctx;
	char c = (char)('a' + t->step++ % 26);

	t->timer = NULL;
	if (send(t->fd, &c, 1, MSG_NOSIGNAL) == 1)
		t->timer = loop_timer_add(harness_loop(t->server->lane),
					  clock_mono() + 20 * NS_PER_MS, on_tick, t);
}

static void on_talk(void *ctx, uint32_t events)
{
	struct talk *t = ctx;
	char bytes[65536];
	ssize_t n;

	memset(bytes, 'z', sizeof(bytes));
	if (t->server->manner == ENDLESS && events & EPOLLOUT) {
		if (send(t->fd, bytes, sizeof(bytes), MSG_NOSIGNAL) < 0 && errno != EAGAIN)
			loop_fd_remove(TAKE(t->watch));
		return;
	}
	n = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n <= 0 && errno != EAGAIN)
		loop_fd_remove(TAKE(t->watch));
	else if (n > 0 && t->server->manner == ECHO)
		assert_int_equal(send(t->fd, bytes, (size_t)n, MSG_NOSIGNAL), n);
}

static void talk_close(struct talk *t)
{
	loop_fd_remove(TAKE(t->watch));
	loop_timer_remove(TAKE(t->timer));
	if (t->fd >= 0)
		close(fd_take(&t->fd));
}

static void on_accept(void *ctx, uint32_t events)
{
	struct server *s = ctx;
	struct talk *t = &s->talks[s->count++];
	const struct linger abort_it = { 1, 0 };

	(void)events;
	*t = (struct talk){ .server = s,
			    .fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) };
	assert_true(t->fd >= 0);
	t->watch = loop_fd_add(harness_loop(s->lane), t->fd,
			       EPOLLIN | (s->manner == ENDLESS ? (uint32_t)EPOLLOUT : 0U), on_talk,
			       t, NULL);
	if (s->manner == GREETING)
		assert_int_equal(send(t->fd, "220 hello\r\n", 11, 0), 11);
	if (s->manner == SLOWLY)
		on_tick(t);
	if (s->manner == RESETTING)
		setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	if (s->manner == CLOSING || s->manner == RESETTING)
		talk_close(t);
}

static void server_bind(struct server *s, const char *address)
{
	struct address a;
	socklen_t len;

	assert_true(address_parse(address, &a));
	s->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	len = address_len(&a);
	assert_int_equal(bind(s->fd, &a.any, len), 0);
	assert_int_equal(getsockname(s->fd, &a.any, &len), 0);
	s->port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

static struct server *server_new(struct harness *l, enum manner manner)
{
	struct server *s = xcalloc(1, sizeof(*s));

	s->lane = l;
	s->manner = manner;
	server_bind(s, "127.0.0.1");
	assert_int_equal(listen(s->fd, 100), 0);
	s->watch = loop_fd_add(harness_loop(l), s->fd, EPOLLIN, on_accept, s, NULL);
	return s;
}

static void server_free(struct server *s)
{
	for (size_t i = 0; i < s->count; i++)
		talk_close(&s->talks[i]);
	loop_fd_remove(s->watch);
	close(s->fd);
	free(s);
}

#define T_SHORT (400 * NS_PER_MS)
#define T_LONG (20 * NS_PER_S)

/* The server, the fields besides host and port, and what comes of it; %u is the port. */
static const struct {
	enum manner manner;
	const char *fields;
	int64_t timeout;
	const char *connected, *received, *kind, *text;
} cases[] = {
	{ GREETING, "", T_LONG, "true", "220 hello\r\n", "-", "-" },
	{ GREETING, "until: hello", T_LONG, "true", "220 hello\r\n", "-", "-" },
	{ GREETING, "until: nothing like it", T_SHORT, "true", "220 hello\r\n", "timeout",
	  "but 'nothing like it' did not come in" },
	{ ECHO, "send: \"PING\\r\\n\"\nuntil: \"NG\\r\"", T_LONG, "true", "PING\r\n", "-", "-" },
	{ SILENT, "", T_SHORT, "true", "", "timeout", "but it said nothing for" },
	{ CLOSING, "", T_LONG, "true", "", "closed",
	  "connection closed by 127.0.0.1:%u without a word" },
	{ CLOSING, "until: x", T_LONG, "true", "", "closed",
	  "connection closed by 127.0.0.1:%u before 'x' came (0 bytes received)" },
	{ RESETTING, "", T_LONG, "true", "", "reset", "connection reset by 127.0.0.1:%u" },
	{ ENDLESS, "until: x", T_LONG, "true", NULL, "too_large",
	  "127.0.0.1:%u sent more than 65536 bytes and no 'x'" },
	{ ENDLESS, "", T_LONG, "true", NULL, "too_large",
	  "127.0.0.1:%u sent more than 65536 bytes" },
	{ SLOWLY, "until: abcdef", T_LONG, "true", "abcdef", "-", "-" },
	{ SLOWLY, "", T_SHORT, "true", NULL, "timeout", "127.0.0.1:%u did not end its answer in" },
};

static void servers_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct harness *l = harness_new();
		struct server *server = server_new(l, cases[i].manner);
		auto_free char *fields =
			xasprintf("host: 127.0.0.1\nport: %u\n%s", server->port, cases[i].fields);
		auto_buf struct buf text = BUF_INIT(1000);
		const char *mark = strstr(cases[i].text, "%u");
		struct sighting s;

		print_message("%d %s\n", (int)cases[i].manner, cases[i].fields);
		if (mark)
			buf_printf(&text, "%.*s%u%s", (int)(mark - cases[i].text), cases[i].text,
				   server->port, mark + 2);
		else
			buf_adds(&text, cases[i].text);
		harness_observe(l, &check_tcp, fields, cases[i].timeout, &s);
		assert_string_equal(sighting_fact(&s, "connected"), cases[i].connected);
		if (cases[i].received)
			assert_string_equal(sighting_fact(&s, "received"), cases[i].received);
		assert_string_equal(sighting_fact(&s, "error.kind"), cases[i].kind);
		assert_non_null(strstr(sighting_fact(&s, "error.text"), buf_text(&text)));
		assert_true(sighting_tells(&s, "connected to 127.0.0.1:"));
		sighting_free(&s);
		server_free(server);
		harness_free(l);
	}
}

/* Who only wants to know about the connection does not wait for words. */
static void a_connection_is_enough_when_nothing_else_is_asked(void **state)
{
	static const char *const wants[] = { "connected", NULL };
	struct harness *l = harness_new();
	struct server *server = server_new(l, SILENT);
	auto_free char *fields = xasprintf("host: 127.0.0.1\nport: %u\n", server->port);
	struct sighting s;

	(void)state;
	harness_start(l, &check_tcp, fields, wants, T_LONG, &s);
	harness_wait(l);
	assert_string_equal(sighting_fact(&s, "connected"), "true");
	assert_string_equal(sighting_fact(&s, "error.kind"), "-");
	assert_string_equal(sighting_fact(&s, "received"), "-");
	sighting_free(&s);
	server_free(server);
	harness_free(l);
}

static void a_closed_port_refuses(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "\"::1\"" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct harness *l = harness_new();
		struct server *server = xcalloc(1, sizeof(*server));
		auto_free char *fields = NULL, *text = NULL;
		struct sighting s;

		server_bind(server, i ? "::1" : "127.0.0.1"); /* bound, but it does not listen */
		fields = xasprintf("host: %s\nport: %u\n", hosts[i], server->port);
		text = xasprintf("connection refused by %s:%u", i ? "[::1]" : "127.0.0.1",
				 server->port);
		harness_observe(l, &check_tcp, fields, T_LONG, &s);
		assert_string_equal(sighting_fact(&s, "connected"), "false");
		assert_string_equal(sighting_fact(&s, "error.kind"), "refused");
		assert_string_equal(sighting_fact(&s, "error.text"), text);
		sighting_free(&s);
		server_free(server);
		harness_free(l);
	}
}

/* A queue of connections that is full: SYN is not answered. */
static void a_blackhole_times_out(void **state)
{
	struct harness *l = harness_new();
	struct server *server = xcalloc(1, sizeof(*server));
	struct address a;
	int fillers[4];
	auto_free char *fields = NULL, *text = NULL;
	struct sighting s;

	(void)state;
	server_bind(server, "127.0.0.1");
	assert_int_equal(listen(server->fd, 0), 0);
	assert_true(address_parse("127.0.0.1", &a));
	address_set_port(&a, (uint16_t)server->port);
	for (size_t i = 0; i < ARRAY_SIZE(fillers); i++) {
		fillers[i] = net_socket(AF_INET);
		(void)connect(fillers[i], &a.any, address_len(&a));
	}
	fields = xasprintf("host: 127.0.0.1\nport: %u\n", server->port);
	text = xasprintf("no answer to SYN from 127.0.0.1:%u for ", server->port);
	harness_observe(l, &check_tcp, fields, T_SHORT, &s);
	assert_true(s.timed_out);
	assert_string_equal(sighting_fact(&s, "connected"), "false");
	assert_string_equal(sighting_fact(&s, "error.kind"), "timeout");
	assert_non_null(strstr(sighting_fact(&s, "error.text"), text));
	sighting_free(&s);
	for (size_t i = 0; i < ARRAY_SIZE(fillers); i++)
		close(fillers[i]);
	server_free(server);
	harness_free(l);
}

/* By /etc/hosts, through the module: ::1 refuses, 127.0.0.1 answers. */
static void a_name_is_tried_at_all_its_addresses(void **state)
{
	struct harness *l = harness_new();
	struct server *server = server_new(l, GREETING);
	auto_free char *fields = xasprintf("host: localhost\nport: %u\nuntil: hello", server->port);
	struct sighting s, again;

	(void)state;
	harness_observe(l, &check_tcp, fields, T_LONG, &s);
	if (s.error) { /* built without c-ares */
		assert_non_null(strstr(s.error, "resolver"));
		sighting_free(&s);
		server_free(server);
		harness_free(l);
		return;
	}
	assert_string_equal(sighting_fact(&s, "error.text"), "-");
	assert_string_equal(sighting_fact(&s, "connected"), "true");
	assert_true(sighting_tells(&s, "resolved 'localhost' to "));
	harness_observe(l, &check_tcp, fields, T_LONG, &again);
	assert_string_equal(sighting_fact(&again, "connected"), "true");
	sighting_free(&s);
	sighting_free(&again);
	server_free(server);
	harness_free(l);
}

static void names_that_cannot_be_are_findings(void **state)
{
	static const char *const names[] = { "a..b", "no such host", "under test.invalid" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct harness *l = harness_new();
		auto_free char *fields = xasprintf("host: '%s'\nport: 1\n", names[i]);
		struct sighting s;

		harness_observe(l, &check_tcp, fields, T_LONG, &s);
		if (!s.error)
			assert_string_equal(sighting_fact(&s, "error.kind"), "dns");
		sighting_free(&s);
		harness_free(l);
	}
}

static void all_at_once(void **state)
{
	struct harness *l = harness_new();
	struct server *server = server_new(l, ECHO);
	auto_free char *fields =
		xasprintf("host: 127.0.0.1\nport: %u\nsend: abc\nuntil: bc\n", server->port);
	struct sighting s[60];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		harness_start(l, &check_tcp, fields, NULL, T_LONG, &s[i]);
	harness_wait(l);
	for (size_t i = 0; i < ARRAY_SIZE(s); i++) {
		assert_string_equal(sighting_fact(&s[i], "received"), "abc");
		sighting_free(&s[i]);
	}
	server_free(server);
	harness_free(l);
}

static void addresses_are_read_and_printed(void **state)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1:80" },
		{ "::1", "[::1]:80" },
		{ "[::1]", "[::1]:80" },
		{ "::ffff:1.2.3.4", "[::ffff:1.2.3.4]:80" },
		{ "localhost", NULL },
		{ "1.2.3", NULL },
		{ "", NULL },
		{ "[127.0.0.1]", NULL },
		{ "[", NULL },
		{ "1.2.3.4.5", NULL },
		{ "fe80::1%nosuchinterface", NULL },
		{ "0x7f.1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_buf struct buf out = BUF_INIT(200);
		struct address a;

		assert_int_equal(address_parse(rows[i].text, &a), rows[i].printed != NULL);
		if (!rows[i].printed)
			continue;
		address_set_port(&a, 80);
		address_print_port(&a, &out);
		assert_string_equal(buf_text(&out), rows[i].printed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_told_apart),
		cmocka_unit_test(a_connection_is_enough_when_nothing_else_is_asked),
		cmocka_unit_test(a_closed_port_refuses),
		cmocka_unit_test(a_blackhole_times_out),
		cmocka_unit_test(a_name_is_tried_at_all_its_addresses),
		cmocka_unit_test(names_that_cannot_be_are_findings),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(addresses_are_read_and_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
