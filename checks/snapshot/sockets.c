/*
 * sockets - the listening sockets of this network namespace.
 */
#include "checks/snapshot/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"

/* 20,000 sockets are 3 MB of such text. */
#define TEXT_MAX ((size_t)64 * 1024 * 1024)

/* What differs between the two protocols. */
struct transport {
	int protocol;
	unsigned state; /* TCP_LISTEN; of UDP, TCP_CLOSE stands for "not connected" */
	const char *file, *file6;
};

static const struct transport tcp = { IPPROTO_TCP, TCP_LISTEN, "/proc/net/tcp", "/proc/net/tcp6" };
static const struct transport udp = { IPPROTO_UDP, TCP_CLOSE, "/proc/net/udp", "/proc/net/udp6" };

static int row_compare(const void *a, const void *b)
{
	const struct socket_row *x = a, *y = b;

	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	return memcmp(x->address, y->address, sizeof(x->address));
}

static bool all_zero(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

static bool is_mapped(const struct socket_row *s)
{
	return s->family == AF_INET6 && all_zero(s->address, 10) && s->address[10] == 0xff &&
	       s->address[11] == 0xff;
}

static bool is_any(const struct socket_row *s)
{
	return all_zero(s->address, s->family == AF_INET ? 4 : 16);
}

void socket_table_add(struct socket_table *t, const struct socket_row *row)
{
	array_grow(t->rows, t->count, t->cap);
	t->rows[t->count++] = *row;
}

static bool ipv4_holds_port(const struct socket_table *t, uint16_t port)
{
	size_t n;
	const struct socket_row *rows = sockets_of_port(t, port, &n);

	for (size_t i = 0; i < n; i++)
		if (rows[i].family == AF_INET && is_any(&rows[i]))
			return true;
	return false;
}

void socket_table_finish(struct socket_table *t, bool v6only_default)
{
	if (t->count)
		qsort(t->rows, t->count, sizeof(*t->rows), row_compare);
	for (size_t i = 0; i < t->count; i++) {
		struct socket_row *s = &t->rows[i];

		if (s->family == AF_INET6 && !s->v6only_known)
			s->v6only = v6only_default || ipv4_holds_port(t, s->port);
	}
}

const struct socket_row *sockets_of_port(const struct socket_table *t, uint16_t port, size_t *count)
{
	size_t low = 0, high = t->count, first;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (t->rows[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	first = low;
	while (low < t->count && t->rows[low].port == port)
		low++;
	*count = low - first;
	return *count ? t->rows + first : NULL;
}

bool socket_serves_ipv4(const struct socket_row *s)
{
	return s->family == AF_INET || is_mapped(s) || (is_any(s) && !s->v6only);
}

bool socket_serves_ipv6(const struct socket_row *s)
{
	return s->family == AF_INET6 && !is_mapped(s);
}

void socket_print(const struct socket_row *s, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	if (s->family == AF_INET) {
		for (size_t i = 0; i < 4; i++) {
			buf_add_int(out, s->address[i]);
			buf_addc(out, i < 3 ? '.' : ':');
		}
	} else {
		inet_ntop(s->family, s->address, text, sizeof(text));
		buf_addc(out, '[');
		buf_adds(out, text);
		buf_adds(out, "]:");
	}
	buf_add_int(out, s->port);
}

int socket_address_parse(const char *text, struct socket_address *out)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char bare[INET6_ADDRSTRLEN + 2] = "";
	size_t n = strlen(text);

	memset(out, 0, sizeof(*out));
	out->family = AF_INET;
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		return 0;
	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n >= sizeof(bare))
		return -1;
	memcpy(bare, text, n);
	out->family = AF_INET6;
	if (inet_pton(AF_INET6, bare, out->bytes) != 1)
		return -1;
	if (!memcmp(out->bytes, mapped, sizeof(mapped))) {
		out->family = AF_INET;
		memmove(out->bytes, out->bytes + 12, 4);
		memset(out->bytes + 4, 0, 12);
	}
	return 0;
}

bool socket_serves(const struct socket_row *s, const struct socket_address *a)
{
	if (a->family == AF_INET6)
		return socket_serves_ipv6(s) && (is_any(s) || !memcmp(s->address, a->bytes, 16));
	if (!socket_serves_ipv4(s))
		return false;
	return is_any(s) || !memcmp(s->address + (s->family == AF_INET ? 0 : 12), a->bytes, 4);
}

/* One family from the file; a missing tcp6 means that there is no IPv6. */
static int text_read(struct socket_table *t, const struct transport *x, int family, struct err **e)
{
	const char *path = family == AF_INET ? x->file : x->file6;
	auto_buf struct buf text = BUF_INIT(TEXT_MAX);

	if (io_read_proc(AT_FDCWD, path, &text) < 0)
		return errno == ENOENT && family == AF_INET6
			       ? 0
			       : err_errno(e, ERR_SYSTEM, "'%s'", path);
	if (socket_text_read(t, family, x->state, buf_text(&text)))
		return err_set(e, ERR_SYSTEM, "'%s' has lines that cannot be understood", path);
	return 0;
}

static int family_read(struct socket_table *t, const struct transport *x, int family,
		       struct err **e)
{
	if (!sock_diag_read(t, family, x->protocol, 1u << x->state))
		return 0;
	/* refused (seccomp, gVisor), or the kernel has no such module: the files tell nearly as
	 * much */
	return text_read(t, x, family, e);
}

static bool default_is_v6only(void)
{
	auto_buf struct buf text = BUF_INIT(16);

	return !io_read_proc(AT_FDCWD, "/proc/sys/net/ipv6/bindv6only", &text) &&
	       buf_text(&text)[0] == '1';
}

static void table_free(void *table)
{
	struct socket_table *t = table;

	free(t->rows);
	free(t);
}

static void *table_read(const struct transport *x, struct err **e)
{
	struct socket_table *t = xcalloc(1, sizeof(*t));

	if (!family_read(t, x, AF_INET, e) && !family_read(t, x, AF_INET6, e)) {
		socket_table_finish(t, default_is_v6only());
		return t;
	}
	table_free(t);
	return NULL;
}

static void *tcp_read(struct err **e)
{
	return table_read(&tcp, e);
}

static void *udp_read(struct err **e)
{
	return table_read(&udp, e);
}

const struct shared_table tcp_sockets_table = { .name = "tcp sockets",
						.read = tcp_read,
						.free = table_free };
const struct shared_table udp_sockets_table = { .name = "udp sockets",
						.read = udp_read,
						.free = table_free };
