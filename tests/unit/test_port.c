/*
 * port against real sockets: IPv4, IPv6, dual stack and v6only told apart, owners, backlogs, udp.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "checks/snapshot/sockets.h"
#include "engine/base/io.h"
#include "tests/unit/observe.h"

/* A socket bound to this address and a free port (or *port, when it is not 0); -1 where the machine
 * has no such address. */
static int bound(int type, const char *address, bool v6only, uint16_t *port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(*port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(*port) };
	const bool is_six = inet_pton(AF_INET6, address, &six.sin6_addr) == 1;
	auto_fd int fd = socket(is_six ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
	socklen_t len = is_six ? sizeof(six) : sizeof(four);
	struct sockaddr *name = is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	int on = v6only;

	if (fd < 0 || (!is_six && inet_pton(AF_INET, address, &four.sin_addr) != 1))
		return -1;
	if (is_six && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -1;
	if (bind(fd, name, len) < 0 || (type == SOCK_STREAM && listen(fd, 7) < 0) ||
	    getsockname(fd, name, &len) < 0)
		return -1;
	*port = ntohs(is_six ? six.sin6_port : four.sin_port);
	return fd_take(&fd);
}

static struct seen look(uint16_t port, const char *more)
{
	auto_free char *yaml = xasprintf("{ port: %u%s }", port, more);

	return see("port", yaml);
}

static void families_are_told_apart(void **state)
{
	static const struct {
		const char *address;
		bool v6only;
		const char *host, *ipv4, *ipv6, *dual;
	} rows[] = {
		{ "127.0.0.1", false, "127.0.0.1", "true", "false", "false" },
		{ "0.0.0.0", false, "0.0.0.0", "true", "false", "false" },
		{ "::1", false, "[::1]", "false", "true", "false" },
		{ "::", false, "[::]", "true", "true", "true" },
		{ "::", true, "[::]", "false", "true", "false" },
		{ "::ffff:127.0.0.1", false, "[::ffff:127.0.0.1]", "true", "false", "false" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint16_t port = 0;
		auto_fd int fd = bound(SOCK_STREAM, rows[i].address, rows[i].v6only, &port);

		if (fd < 0) {
			print_message("%s: not on this machine\n", rows[i].address);
			continue;
		}
		{
			auto_seen struct seen s = look(port, "");
			auto_free char *printed = xasprintf("[\"%s:%u\"]", rows[i].host, port);

			assert_null(s.mistake);
			assert_fact(&s, "listening", "true");
			assert_fact(&s, "addresses", printed);
			assert_fact(&s, "ipv4", rows[i].ipv4);
			assert_fact(&s, "ipv6", rows[i].ipv6);
			assert_fact(&s, "dual_stack", rows[i].dual);
			assert_fact(&s, "backlog", "7");
			assert_fact(&s, "waiting", "0");
		}
	}
}

static void two_sockets_are_no_dual_stack(void **state)
{
	uint16_t port = 0;
	auto_fd int four = bound(SOCK_STREAM, "0.0.0.0", false, &port);
	auto_fd int six = bound(SOCK_STREAM, "::", true, &port);

	(void)state;
	if (four < 0 || six < 0) {
		print_message("no IPv6 here\n");
		skip();
	}
	{
		auto_seen struct seen s = look(port, "");
		auto_free char *printed = xasprintf("[\"0.0.0.0:%u\",\"[::]:%u\"]", port, port);

		assert_fact(&s, "addresses", printed);
		assert_fact(&s, "ipv4", "true");
		assert_fact(&s, "ipv6", "true");
		assert_fact(&s, "dual_stack", "false");
	}
}

static void addresses_filter(void **state)
{
	uint16_t port = 0;
	auto_fd int fd = bound(SOCK_STREAM, "127.0.0.1", false, &port);
	auto_seen struct seen here = look(port, ", address: 127.0.0.1"),
			      other = look(port, ", address: 127.0.0.2");
	auto_seen struct seen six = look(port, ", address: '::1'");
	auto_free char *traces = seen_traces(&other);

	(void)state;
	assert_true(fd >= 0);
	assert_fact(&here, "listening", "true");
	assert_fact(&other, "listening", "false");
	assert_fact(&six, "listening", "false");
	assert_non_null(strstr(traces, "which does not serve 127.0.0.2"));
}

static void owners_are_told(void **state)
{
	uint16_t port = 0;
	auto_fd int fd = bound(SOCK_STREAM, "127.0.0.1", false, &port);
	auto_seen struct seen alone = look(port, "");
	auto_free char *pids = xasprintf("[%d]", getpid()), *both = NULL;
	pid_t child = fork();

	(void)state;
	assert_true(fd >= 0);
	if (!child) {
		pause();
		_exit(0);
	}
	both = xasprintf("[%d,%d]", getpid() < child ? getpid() : child,
			 getpid() < child ? child : getpid());
	{
		auto_seen struct seen shared = look(port, "");

		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		if (observer_kind(alone.observer) == KIND_PERMISSION) {
			print_message("other users' processes: not everything may be seen\n");
			skip();
		}
		assert_fact(&alone, "pid", pids);
		assert_fact(&alone, "process", "\"test_port\"");
		assert_fact(&shared, "pid", both);
	}
}

static void unasked_owners_are_not_looked_for(void **state)
{
	static const char *const wants[] = { "listening", NULL };
	uint16_t port = 0;
	auto_fd int fd = bound(SOCK_STREAM, "127.0.0.1", false, &port);
	auto_free char *yaml = xasprintf("port: %u", port);
	auto_seen struct seen s = see_with("port", yaml, wants, NULL);

	(void)state;
	assert_true(fd >= 0);
	assert_fact(&s, "listening", "true");
	assert_fact(&s, "pid", "nothing");
}

static void udp_is_another_table(void **state)
{
	uint16_t port = 0;
	auto_fd int fd = bound(SOCK_DGRAM, "127.0.0.1", false, &port);
	auto_seen struct seen udp = look(port, ", protocol: udp"), tcp = look(port, "");

	(void)state;
	assert_true(fd >= 0);
	assert_fact(&udp, "listening", "true");
	assert_fact(&udp, "backlog", "nothing");
	assert_fact(&tcp, "listening", "false");
}

static void waiting_connections_are_counted(void **state)
{
	uint16_t port = 0;
	auto_fd int fd = bound(SOCK_STREAM, "127.0.0.1", false, &port),
		    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
	{
		auto_seen struct seen s = look(port, "");

		assert_fact(&s, "waiting", "1");
	}
}

static void closed_ports_are_told(void **state)
{
	uint16_t port = 0;
	int fd = bound(SOCK_STREAM, "127.0.0.1", false, &port);

	(void)state;
	close(fd);
	{
		auto_seen struct seen s = look(port, "");

		assert_null(s.mistake);
		assert_fact(&s, "listening", "false");
		assert_fact(&s, "addresses", "[]");
		assert_fact(&s, "pid", "nothing");
	}
}

/* Netlink and the files of /proc see the same sockets. */
static void both_readers_agree(void **state)
{
	uint16_t ports[2] = { 0, 0 };
	auto_fd int four = bound(SOCK_STREAM, "127.0.0.1", false, &ports[0]),
		    six = bound(SOCK_STREAM, "::1", false, &ports[1]);
	static const char *const files[] = { "/proc/net/tcp", "/proc/net/tcp6" };
	static const int families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct socket_table text = { 0 }, diag = { 0 };
		auto_buf struct buf bytes = BUF_INIT(1 << 20);
		const struct socket_row *a, *b;
		size_t n;

		if ((i ? six : four) < 0)
			continue;
		if (sock_diag_read(&diag, families[i], IPPROTO_TCP, 1u << 10) < 0) {
			print_message("netlink: %s\n", strerror(errno));
			skip();
		}
		assert_int_equal(io_read_proc(AT_FDCWD, files[i], &bytes), 0);
		assert_int_equal(socket_text_read(&text, families[i], 10, buf_text(&bytes)), 0);
		socket_table_finish(&diag, false);
		socket_table_finish(&text, false);
		a = sockets_of_port(&diag, ports[i], &n);
		assert_int_equal(n, 1);
		b = sockets_of_port(&text, ports[i], &n);
		assert_int_equal(n, 1);
		assert_true(a->inode == b->inode);
		assert_memory_equal(a->address, b->address, sizeof(a->address));
		free(diag.rows);
		free(text.rows);
	}
}

static void mistakes_are_told(void **state)
{
	static const struct {
		const char *yaml, *mistake;
	} rows[] = {
		{ "{ port: 80, address: localhost }",
		  "address: 'localhost' is neither an IPv4 nor an IPv6 address" },
		{ "{ port: 80, address: 10.0.0.0/8 }",
		  "address: '10.0.0.0/8' is neither an IPv4 nor an IPv6 address" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_seen struct seen s = see("port", rows[i].yaml);

		assert_non_null(s.mistake);
		assert_string_equal(s.mistake, rows[i].mistake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_are_told_apart),
		cmocka_unit_test(two_sockets_are_no_dual_stack),
		cmocka_unit_test(addresses_filter),
		cmocka_unit_test(owners_are_told),
		cmocka_unit_test(unasked_owners_are_not_looked_for),
		cmocka_unit_test(udp_is_another_table),
		cmocka_unit_test(waiting_connections_are_counted),
		cmocka_unit_test(closed_ports_are_told),
		cmocka_unit_test(both_readers_agree),
		cmocka_unit_test(mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
