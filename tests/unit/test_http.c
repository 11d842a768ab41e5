/*
 * http - against canned servers on the same loop: what they answer, how they break off, and what
 * they get to see.
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
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"
#include "tests/unit/harness.h"

extern const struct check_type check_http;

/* How a server ends: it closes, resets, keeps the connection open, or repeats the last piece
 * without end. */
enum ending { CLOSES, RESETS, HOLDS, REPEATS };

struct server {
	struct harness *harness;
	int fd;
	unsigned port;
	struct loop_fd *watch;
	const char *answer; /* after the head of a request */
	/* 16 KiB of it: small pieces fill a window with their own overhead */
	struct buf repeat;
	enum ending ending;
	struct buf seen; /* all that was sent to it */
	struct talk {
		struct server *server;
		int fd;
		struct loop_fd *watch;
		bool answered;
	} talks[64];
	size_t count;
};

static void talk_close(struct talk *t)
{
	const struct linger abort_it = { 1, 0 };

	if (t->server->ending == RESETS)
		setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	loop_fd_remove(TAKE(t->watch));
	if (t->fd >= 0)
		close(fd_take(&t->fd));
}

static void talk_repeat(struct talk *t)
{
	for (int i = 0; i < 100; i++)
		if (send(t->fd, t->server->repeat.data, t->server->repeat.len, MSG_NOSIGNAL) < 0) {
			if (errno != EAGAIN)
				talk_close(t);
			return;
		}
}

static void on_talk(void *ctx, uint32_t events)
{
	struct talk *t = ctx;
	struct server *s = t->server;
	char bytes[65536];
	ssize_t n;

	if (t->answered && events & EPOLLOUT && s->ending == REPEATS) {
		talk_repeat(t);
		return;
	}
	n = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n <= 0) {
		talk_close(t);
		return;
	}
	buf_add(&s->seen, bytes, (size_t)n);
	if (t->answered || !strstr(buf_text(&s->seen), "\r\n\r\n"))
		return;
	t->answered = true;
	send(t->fd, s->answer, strlen(s->answer), MSG_NOSIGNAL);
	if (s->ending == REPEATS)
		loop_fd_change(t->watch, EPOLLIN | EPOLLOUT);
	else if (s->ending != HOLDS)
		talk_close(t);
}

static void on_accept(void *ctx, uint32_t events)
{
	struct server *s = ctx;
	struct talk *t = &s->talks[s->count++];

	(void)events;
	*t = (struct talk){ .server = s,
			    .fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) };
	assert_true(t->fd >= 0);
	t->watch = loop_fd_add(harness_loop(s->harness), t->fd, EPOLLIN, on_talk, t, NULL);
}

static struct server *server_new(struct harness *h, const char *address, const char *answer,
				 const char *repeat, enum ending ending)
{
	struct server *s = xcalloc(1, sizeof(*s));
	struct address a;
	socklen_t len = sizeof(a.v4);

	*s = (struct server){ .harness = h,
			      .answer = answer,
			      .repeat = BUF_INIT(1024 * 1024),
			      .ending = ending,
			      .seen = BUF_INIT(1024 * 1024) };
	while (repeat && s->repeat.len < 16384)
		buf_adds(&s->repeat, repeat);
	assert_true(address_parse(address, &a));
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->fd, &a.any, len), 0);
	assert_int_equal(getsockname(s->fd, &a.any, &len), 0);
	s->port = ntohs(a.v4.sin_port);
	assert_int_equal(listen(s->fd, 100), 0);
	s->watch = loop_fd_add(harness_loop(h), s->fd, EPOLLIN, on_accept, s, NULL);
	return s;
}

static void server_free(struct server *s)
{
	for (size_t i = 0; i < s->count; i++)
		talk_close(&s->talks[i]);
	loop_fd_remove(s->watch);
	close(s->fd);
	buf_free(&s->repeat);
	buf_free(&s->seen);
	free(s);
}

/* The text with every %u replaced by the port. */
static char *with_port(const char *text, unsigned port)
{
	struct buf out = BUF_INIT(SIZE_MAX);

	for (const char *mark; (mark = strstr(text, "%u")) != NULL; text = mark + 2) {
		buf_add(&out, text, (size_t)(mark - text));
		buf_printf(&out, "%u", port);
	}
	buf_adds(&out, text);
	return buf_take(&out);
}

#define OK "HTTP/1.1 200 OK\r\n"
#define T_SHORT (400 * NS_PER_MS)
#define T_LONG (20 * NS_PER_S)

/* The answer and its end; what comes of it: a fact and its value, the kind and the text of the
 * trouble. */
static const struct {
	const char *answer, *repeat;
	enum ending ending;
	int64_t timeout;
	const char *fact, *value, *kind, *text;
} cases[] = {
	{ OK "Content-Length: 2\r\n\r\nok", NULL, HOLDS, T_LONG, "body", "ok", "-", "-" },
	{ OK "Content-Length: 2\r\n\r\nok", NULL, HOLDS, T_LONG, "status", "200", "-", "-" },
	{ OK "\r\nuntil the end", NULL, CLOSES, T_LONG, "body", "until the end", "-", "-" },
	{ OK "X-A: 1\r\nx-a:  2 \r\nContent-Length: 0\r\n\r\n", NULL, HOLDS, T_LONG, "headers.x-a",
	  "1, 2", "-", "-" },
	{ OK "Content-Length: 9\r\n\r\n{\"a\": [1]}", NULL, HOLDS, T_LONG, "json", "-", "-", "-" },
	{ OK "Content-Length: 10\r\n\r\n{\"a\": [1]}", NULL, HOLDS, T_LONG, "json.a", "[1]", "-",
	  "-" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", NULL, HOLDS, T_LONG, "body",
	  "abc", "-", "-" },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", NULL, HOLDS,
	  T_LONG, "status", "404", "-", "-" },
	{ "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", NULL, HOLDS, T_LONG,
	  "status", "302", "-", "-" },
	{ "", NULL, CLOSES, T_LONG, "status", "-", "closed",
	  "connection closed by 127.0.0.1:%u without an answer" },
	{ "", NULL, RESETS, T_LONG, "status", "-", "reset", "connection reset by 127.0.0.1:%u" },
	{ "", NULL, HOLDS, T_SHORT, "status", "-", "timeout",
	  "127.0.0.1:%u took the request, but did not answer in" },
	{ OK "Content-Length: 10\r\n\r\nabc", NULL, HOLDS, T_SHORT, "body", "abc", "timeout",
	  "127.0.0.1:%u began its answer, but did not end it in" },
	{ OK "Content-Length: 10\r\n\r\nabc", NULL, CLOSES, T_LONG, "body", "abc", "closed",
	  "connection closed by 127.0.0.1:%u after 3 of 10 bytes of the body" },
	{ OK "Content-Length: 10\r\n\r\nabc", NULL, RESETS, T_LONG, "status", "200", "reset",
	  "connection reset by 127.0.0.1:%u" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", NULL, CLOSES, T_LONG, "body", "abc",
	  "closed", "connection closed by 127.0.0.1:%u in the middle of the body" },
	{ "SSH-2.0-OpenSSH_9.2\r\n", NULL, CLOSES, T_LONG, "status", "-", "protocol",
	  "127.0.0.1:%u does not answer in HTTP" },
	{ OK "Transfer-Encoding: chunked\r\n\r\nzzz\r\n", NULL, CLOSES, T_LONG, "status", "200",
	  "protocol", "127.0.0.1:%u" },
	{ OK "", "X-Again: abcdefghijklmnopqrstuvwxyz\r\n", REPEATS, T_LONG, "redirects", "0",
	  "too_large", "127.0.0.1:%u sends more than 256 KiB of headers" },
	{ OK "\r\n", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
	  REPEATS, T_LONG, "status", "200", "too_large",
	  "the body from 127.0.0.1:%u is longer than the 1 MiB that is read" },
};

static void answers_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct harness *h = harness_new();
		struct server *server = server_new(h, "127.0.0.1", cases[i].answer, cases[i].repeat,
						   cases[i].ending);
		auto_free char *fields = xasprintf("url: http://127.0.0.1:%u/\n", server->port);
		auto_free char *text = with_port(cases[i].text, server->port);
		struct sighting s;

		print_message("%zu %.60s\n", i, cases[i].answer);
		harness_observe(h, &check_http, fields, cases[i].timeout, &s);
		if (s.error)
			fail_msg("%s", s.error);
		assert_string_equal(sighting_fact(&s, cases[i].fact), cases[i].value);
		assert_string_equal(sighting_fact(&s, "error.kind"), cases[i].kind);
		assert_non_null(strstr(sighting_fact(&s, "error.text"), text));
		sighting_free(&s);
		server_free(server);
		harness_free(h);
	}
}

static void an_endless_body_that_nobody_judges_is_no_trouble(void **state)
{
	static const char *const wants[] = { "status", NULL };
	struct harness *h = harness_new();
	struct server *server =
		server_new(h, "127.0.0.1", OK "\r\n", "abcdefghijklmnopqrstuvwxyz", REPEATS);
	auto_free char *fields = xasprintf("url: http://127.0.0.1:%u/\n", server->port);
	struct sighting s;

	(void)state;
	harness_start(h, &check_http, fields, wants, T_LONG, &s);
	harness_wait(h);
	assert_string_equal(sighting_fact(&s, "status"), "200");
	assert_string_equal(sighting_fact(&s, "error.kind"), "-");
	assert_string_equal(sighting_fact(&s, "body"), "-");
	assert_true(sighting_tells(&s, "stopped reading the body after 1 MiB"));
	sighting_free(&s);
	server_free(server);
	harness_free(h);
}

/* What is sent: the fields, and what the server must (or, after '!', must not) see. */
static const struct {
	const char *fields;
	const char *seen[5];
} requests[] = {
	{ "", { "GET / HTTP/1.1\r\n", "User-Agent: rounds/", "!Authorization", "!Expect", NULL } },
	{ "method: HEAD", { "HEAD / HTTP/1.1\r\n", NULL } },
	{ "method: POST\nbody: 'a=b'",
	  { "POST / ", "Content-Type: application/x-www-form-urlencoded\r\n", "\r\n\r\na=b" } },
	{ "method: PUT\nbody: '{\"a\": 1}'",
	  { "PUT / ", "Content-Type: application/json\r\n", "\r\n\r\n{\"a\": 1}" } },
	{ "method: PUT\nbody: '{}'\nheaders: { Content-Type: text/x }",
	  { "Content-Type: text/x\r\n", "!application/json", NULL } },
	{ "user: u\npassword: p", { "Authorization: Basic dTpw\r\n", NULL } },
	{ "token: abc", { "Authorization: Bearer abc\r\n", NULL } },
	{ "headers: { X-Own: '1 2', X-Empty: '' }", { "X-Own: 1 2\r\n", "X-Empty:\r\n", NULL } },
	{ "headers: { Host: other.example }", { "Host: other.example\r\n", "!Host: 127", NULL } },
};

static void requests_are_as_asked(void **state)
{
	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct harness *h = harness_new();
		struct server *server =
			server_new(h, "127.0.0.1", OK "Content-Length: 0\r\n\r\n", NULL, HOLDS);
		auto_free char *fields = xasprintf("url: http://127.0.0.1:%u/\n%s", server->port,
						   requests[i].fields);
		struct sighting s;

		print_message("%s\n", requests[i].fields);
		harness_observe(h, &check_http, fields, T_LONG, &s);
		assert_string_equal(sighting_fact(&s, "error.text"), "-");
		for (const char *const *seen = requests[i].seen; *seen; seen++) {
			bool there = strstr(buf_text(&server->seen), *seen + (**seen == '!'));

			assert_int_equal(there, **seen != '!');
		}
		sighting_free(&s);
		server_free(server);
		harness_free(h);
	}
	unsetenv("http_proxy");
}

static void the_environments_proxy_counts_when_asked_for(void **state)
{
	struct harness *h = harness_new();
	struct server *proxy =
		server_new(h, "127.0.0.1", OK "Content-Length: 2\r\n\r\nok", NULL, HOLDS);
	auto_free char *url = xasprintf("http://127.0.0.1:%u", proxy->port);
	struct sighting s;

	(void)state;
	setenv("http_proxy", url, 1);
	harness_observe(h, &check_http, "url: http://name.invalid/x\nproxy: env", T_LONG, &s);
	unsetenv("http_proxy");
	assert_string_equal(sighting_fact(&s, "error.text"), "-");
	assert_string_equal(sighting_fact(&s, "body"), "ok");
	assert_non_null(strstr(buf_text(&proxy->seen), "GET http://name.invalid/x HTTP/1.1\r\n"));
	sighting_free(&s);
	server_free(proxy);
	harness_free(h);
}

/* To another port of this host, which is another place: no credentials go there, and they do not at
 * home either after it. */
static void redirects_do_not_carry_credentials_away(void **state)
{
	struct harness *h = harness_new();
	struct server *other =
		server_new(h, "127.0.0.1", OK "Content-Length: 3\r\n\r\nend", NULL, HOLDS);
	auto_free char *answer = xasprintf("HTTP/1.1 302 Found\r\nLocation: "
					   "http://127.0.0.1:%u/other\r\nContent-Length: 0\r\n\r\n",
					   other->port);
	struct server *home = server_new(h, "127.0.0.1", answer, NULL, HOLDS);
	auto_free char *fields = xasprintf("url: http://u:secret@127.0.0.1:%u/\nfollow: true\n"
					   "headers: { PRIVATE-TOKEN: t0ken, Accept: text/plain }",
					   home->port);
	auto_free char *last = xasprintf("http://127.0.0.1:%u/other", other->port);
	struct sighting s;

	(void)state;
	harness_observe(h, &check_http, fields, T_LONG, &s);
	assert_string_equal(sighting_fact(&s, "error.text"), "-");
	assert_string_equal(sighting_fact(&s, "body"), "end");
	assert_string_equal(sighting_fact(&s, "redirects"), "1");
	assert_string_equal(sighting_fact(&s, "url"), last);
	assert_non_null(strstr(buf_text(&home->seen), "Authorization: Basic dTpzZWNyZXQ=\r\n"));
	assert_non_null(strstr(buf_text(&home->seen), "PRIVATE-TOKEN: t0ken\r\n"));
	assert_null(strstr(buf_text(&other->seen), "Authorization"));
	assert_null(strstr(buf_text(&other->seen), "t0ken"));
	assert_non_null(strstr(buf_text(&other->seen), "Accept: text/plain\r\n"));
	assert_false(sighting_tells(&s, "secret"));
	sighting_free(&s);
	server_free(other);
	server_free(home);
	harness_free(h);
}

static void redirects_have_an_end(void **state)
{
	static const struct {
		const char *location, *kind, *text;
	} rows[] = {
		{ "/again", "protocol", "more than 10 redirects" },
		{ "ftp://127.0.0.1/x", "protocol",
		  "redirected to 'ftp://127.0.0.1/x': its scheme is neither http nor https" },
		{ "file:///etc/passwd", "protocol", "redirected to 'file:///etc/passwd': " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct harness *h = harness_new();
		auto_free char *answer =
			xasprintf("HTTP/1.1 301 Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
				  rows[i].location);
		struct server *server = server_new(h, "127.0.0.1", answer, NULL, HOLDS);
		auto_free char *fields =
			xasprintf("url: http://127.0.0.1:%u/\nfollow: true\n", server->port);
		struct sighting s;

		harness_observe(h, &check_http, fields, T_LONG, &s);
		assert_string_equal(sighting_fact(&s, "error.kind"), rows[i].kind);
		assert_non_null(strstr(sighting_fact(&s, "error.text"), rows[i].text));
		sighting_free(&s);
		server_free(server);
		harness_free(h);
	}
}

/* A body may hold a password: 307 and 308 would send it on. */
static void a_body_does_not_follow_to_another_host(void **state)
{
	struct harness *h = harness_new();
	struct server *other =
		server_new(h, "127.0.0.1", OK "Content-Length: 0\r\n\r\n", NULL, HOLDS);
	auto_free char *answer = xasprintf(
		"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n",
		other->port);
	struct server *home = server_new(h, "127.0.0.1", answer, NULL, HOLDS);
	auto_free char *fields =
		xasprintf("url: http://127.0.0.1:%u/\nfollow: true\nmethod: POST\nbody: 'p=secret'",
			  home->port);
	struct sighting s;

	(void)state;
	harness_observe(h, &check_http, fields, T_LONG, &s);
	assert_string_equal(sighting_fact(&s, "error.kind"), "forbidden");
	assert_int_equal(other->seen.len, 0);
	sighting_free(&s);
	server_free(other);
	server_free(home);
	harness_free(h);
}

static void names_are_replaced_by_resolve(void **state)
{
	struct harness *h = harness_new();
	struct server *server =
		server_new(h, "127.0.0.1", OK "Content-Length: 2\r\n\r\nok", NULL, HOLDS);
	auto_free char *fields = xasprintf(
		"url: http://Code.example:%u/\nresolve: { code.example: 127.0.0.1 }", server->port);
	struct sighting s;

	(void)state;
	harness_observe(h, &check_http, fields, T_LONG, &s);
	assert_string_equal(sighting_fact(&s, "error.text"), "-");
	assert_string_equal(sighting_fact(&s, "body"), "ok");
	assert_true(sighting_tells(&s, "to 127.0.0.1"));
	sighting_free(&s);
	server_free(server);
	harness_free(h);
}

static void trouble_before_any_answer(void **state)
{
	static const struct {
		const char *fields, *kind, *text;
	} rows[] = {
		{ "url: http://127.0.0.1:1/", "refused", "connection refused by 127.0.0.1:1" },
		{ "url: 'http://[::1]:1/'", "refused", "connection refused by [::1]:1" },
		{ "url: 'http://a:99999/'", "parameter", "the URL cannot be used: " },
		{ "url: https://127.0.0.1:1/\nca: /nowhere.pem", "parameter",
		  "cannot read the authorities in '/nowhere.pem': No such file or directory" },
		{ "url: http://localhost:1/", "refused", "connection refused by " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct harness *h = harness_new();
		struct sighting s;

		harness_observe(h, &check_http, rows[i].fields, T_LONG, &s);
		print_message("%s -> %s\n", rows[i].fields, sighting_fact(&s, "error.text"));
		assert_string_equal(sighting_fact(&s, "error.kind"), rows[i].kind);
		assert_non_null(strstr(sighting_fact(&s, "error.text"), rows[i].text));
		sighting_free(&s);
		harness_free(h);
	}
}

static void many_at_once(void **state)
{
	struct harness *h = harness_new();
	struct server *server =
		server_new(h, "127.0.0.1", OK "Content-Length: 2\r\n\r\nok", NULL, HOLDS);
	auto_free char *fields = xasprintf("url: http://127.0.0.1:%u/\n", server->port);
	struct sighting s[60];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		harness_start(h, &check_http, fields, NULL, T_LONG, &s[i]);
	harness_wait(h);
	for (size_t i = 0; i < ARRAY_SIZE(s); i++) {
		assert_string_equal(sighting_fact(&s[i], "body"), "ok");
		sighting_free(&s[i]);
	}
	server_free(server);
	harness_free(h);
}

/* The rules over several fields, as a ruleset's author reads them. */
static bool given(const void *ctx, const char *field)
{
	for (const char *const *g = ctx; *g; g++)
		if (!strcmp(*g, field))
			return true;
	return false;
}

static void fields_are_held_against_each_other(void **state)
{
	static const struct {
		struct {
			const char *name, *value;
		} texts[3];
		const char *message;
	} rows[] = {
		{ { { "url", "ftp://x/" } },
		  "url: 'ftp' is no scheme for http: only http and https are" },
		{ { { "url", "localhost:80" } }, "url: does not begin with http:// or https://" },
		{ { { "url", "http://x/" }, { "method", "GE T" } },
		  "method: 'GE T' cannot be one" },
		{ { { "url", "http://x/" }, { "proxy", "127.0.0.1:80" } },
		  "proxy: '127.0.0.1:80' is none: write none, env, or a URL of http, https or "
		  "socks5" },
		{ { { "url", "http://x/" }, { "token", "t" }, { "user", "u" } },
		  "'token' and 'user' exclude each other" },
		{ { { "url", "http://x/" }, { "password", "t" } }, "'password' needs 'user'" },
		{ { { "url", "http://x/" }, { "key", "/k" } }, "'key' needs 'cert'" },
		{ { { "url", "HTTPS://x/" } }, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *query = xcalloc(1, check_http.query_size);
		const char *names[4] = { NULL };
		auto_err struct err *e = NULL;

		for (size_t j = 0; j < 3 && rows[i].texts[j].name; j++) {
			const struct field *f =
				field_find(check_http.fields, rows[i].texts[j].name);

			names[j] = f->name;
			memcpy(query + f->offset, &rows[i].texts[j].value,
			       sizeof(rows[i].texts[j].value));
		}
		assert_int_equal(check_http.validate(query, given, names, &e),
				 *rows[i].message ? -1 : 0);
		assert_string_equal(err_text(e), rows[i].message);
		free(query);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_held_against_each_other),
		cmocka_unit_test(answers_are_told_apart),
		cmocka_unit_test(an_endless_body_that_nobody_judges_is_no_trouble),
		cmocka_unit_test(requests_are_as_asked),
		cmocka_unit_test(the_environments_proxy_counts_when_asked_for),
		cmocka_unit_test(redirects_do_not_carry_credentials_away),
		cmocka_unit_test(redirects_have_an_end),
		cmocka_unit_test(a_body_does_not_follow_to_another_host),
		cmocka_unit_test(names_are_replaced_by_resolve),
		cmocka_unit_test(trouble_before_any_answer),
		cmocka_unit_test(many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
