#include "engine/run/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/xalloc.h"

#define MIB ((size_t)1024 * 1024)
#define READ_SIZE ((size_t)64 * 1024)
#define FROM(role) (1U << (role))

/* What may be said, by whom, and how long it may be. Results are bounded when they are made:
 * details and exports. */
static const struct wire_rule {
	const char *name;
	unsigned from;
	size_t min, max;
} wire_rules[WIRE_TYPE_COUNT] = {
	[WIRE_JOB] = { "job", FROM(ROLE_SUPERVISOR), 12, 64 * MIB },
	[WIRE_SPAWN] = { "spawn", FROM(ROLE_SUPERVISOR), 4, 4 },
	[WIRE_ASK] = { "ask", FROM(ROLE_SUPERVISOR), 0, 0 },
	[WIRE_STARTED] = { "started", FROM(ROLE_NETWORK) | FROM(ROLE_COMMAND), 0, 0 },
	[WIRE_OBSERVED] = { "observed", FROM(ROLE_NETWORK) | FROM(ROLE_COMMAND), 20, 48 * MIB },
	[WIRE_RESULT] = { "result",
			  FROM(ROLE_LOCAL) | FROM(ROLE_NETWORK) | FROM(ROLE_COMMAND) |
				  FROM(ROLE_ISOLATED),
			  28, 8 * MIB },
	[WIRE_SPAWNED] = { "spawned", FROM(ROLE_PARENT), 4, 4 },
	[WIRE_ANSWER] = { "answer", FROM(ROLE_SCOUT), 2, 32 * MIB },
};

static const char *const role_names[ROLE_COUNT] = {
	"supervisor",      "local worker", "network worker", "command runner",
	"isolated worker", "lane parent",  "scout",
};

const char *role_name(enum role role)
{
	return role_names[role];
}

int wire_parse(const char *bytes, size_t len, enum role sender, struct wire_message *m,
	       size_t *used, struct err **e)
{
	const struct wire_rule *rule;

	if (len < sizeof(m->header))
		return 0;
	memcpy(&m->header, bytes, sizeof(m->header));
	if (m->header.type == 0 || m->header.type >= WIRE_TYPE_COUNT)
		return err_set(e, ERR_BUG, "unknown message %u", m->header.type);
	rule = &wire_rules[m->header.type];
	if (!(rule->from & FROM(sender)))
		return err_set(e, ERR_BUG, "the %s may not send '%s'", role_name(sender),
			       rule->name);
	if (m->header.length < rule->min || m->header.length > rule->max)
		return err_set(e, ERR_BUG, "message '%s' of %u bytes", rule->name,
			       m->header.length);
	if (len - sizeof(m->header) < m->header.length)
		return 0;
	m->bytes = bytes + sizeof(m->header);
	*used = sizeof(m->header) + m->header.length;
	return 1;
}

void wire_init(struct wire *w, int fd, enum role peer)
{
	*w = (struct wire){
		.fd = fd, .peer = peer, .in = BUF_SECRET(80 * MIB), .out = BUF_SECRET(SIZE_MAX)
	};
}

void wire_release(struct wire *w)
{
	buf_free(&w->in);
	buf_free(&w->out);
	w->taken = w->written = 0;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* Room for more bytes; what is left behind by growing is overwritten. */
void pack_reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap * 2 > b->len + more + 1 ? b->cap * 2 : b->len + more + 1;
	char *grown;

	if (b->cap - b->len > more)
		return;
	grown = xmalloc(cap); /* not zeroed: most of it is never touched */
	if (b->data) {
		memcpy(grown, b->data, b->len);
		explicit_bzero(b->data, b->cap);
		free(b->data);
	}
	b->data = grown;
	b->cap = cap;
}

/* Drop what is done with, and leave nothing of it behind. */
static void wire_forget(struct wire *w)
{
	size_t left = w->in.len - w->taken;

	if (!w->taken)
		return;
	memmove(w->in.data, w->in.data + w->taken, left);
	explicit_bzero(w->in.data + left, w->taken);
	w->in.len = left;
	w->taken = 0;
}

int wire_read(struct wire *w, struct err **e)
{
	ssize_t n;

	wire_forget(w);
	if (w->in.max - w->in.len < READ_SIZE)
		return err_set(e, ERR_BUG, "too much from a worker");
	pack_reserve(&w->in, READ_SIZE);
	do {
		n = read(w->fd, w->in.data + w->in.len, READ_SIZE);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 1;
	if (n < 0 && errno == ECONNRESET)
		return 0; /* it closed its end with bytes of ours unread */
	if (n < 0)
		return err_errno(e, ERR_SYSTEM, "read from a worker");
	if (n == 0)
		return 0;
	w->in.len += (size_t)n;
	w->in.data[w->in.len] = '\0';
	return 1;
}

int wire_next(struct wire *w, struct wire_message *m, struct err **e)
{
	size_t used = 0;
	int found =
		wire_parse(buf_text(&w->in) + w->taken, w->in.len - w->taken, w->peer, m, &used, e);

	if (found == 1)
		w->taken += used;
	else if (found == 0)
		wire_forget(w);
	return found;
}

void wire_send(struct wire *w, enum wire_type type, uint32_t job, uint32_t serial,
	       const void *bytes, size_t len)
{
	struct wire_header h = {
		.type = type, .length = (uint32_t)len, .job = job, .serial = serial
	};

	pack_reserve(&w->out, sizeof(h) + len);
	buf_add(&w->out, &h, sizeof(h));
	if (len)
		buf_add(&w->out, bytes, len);
}

size_t wire_pending(const struct wire *w)
{
	return w->out.len - w->written;
}

int wire_flush(struct wire *w, struct err **e)
{
	while (w->written < w->out.len) {
		ssize_t n = send(w->fd, w->out.data + w->written, w->out.len - w->written,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 1;
		if (n < 0)
			return err_errno(e, ERR_SYSTEM, "write to a worker");
		w->written += (size_t)n;
	}
	if (w->out.cap > READ_SIZE) {
		buf_free(&w->out);
	} else if (w->out.len) {
		explicit_bzero(w->out.data, w->out.len);
		buf_clear(&w->out);
	}
	w->written = 0;
	return 0;
}

void pack_u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof(v));
}

void pack_i64(struct buf *b, int64_t v)
{
	buf_add(b, &v, sizeof(v));
}

void pack_bytes(struct buf *b, const void *bytes, size_t len)
{
	pack_u32(b, (uint32_t)len);
	if (len)
		buf_add(b, bytes, len);
}

static const char *unpack_take(struct unpack *u, size_t len)
{
	const char *at = u->at;

	if (u->bad || u->left < len) {
		u->bad = true;
		return NULL;
	}
	u->at += len;
	u->left -= len;
	return at;
}

uint32_t unpack_u32(struct unpack *u)
{
	uint32_t v = 0;
	const char *at = unpack_take(u, sizeof(v));

	if (at)
		memcpy(&v, at, sizeof(v));
	return v;
}

int64_t unpack_i64(struct unpack *u)
{
	int64_t v = 0;
	const char *at = unpack_take(u, sizeof(v));

	if (at)
		memcpy(&v, at, sizeof(v));
	return v;
}

const char *unpack_bytes(struct unpack *u, size_t *len)
{
	const char *at;

	*len = unpack_u32(u);
	at = unpack_take(u, *len);
	if (at)
		return at;
	*len = 0;
	return "";
}
