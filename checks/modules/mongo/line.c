#include "checks/modules/mongo/line.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/modules/channel.h"

#define LINE_TYPE 4711 /* none of libmongoc's own */
#define MESSAGE_MAX ((size_t)17 * 1024 * 1024) /* a document of 16 MiB and what is around it */
#define OP_REPLY 1
#define OP_MSG 2013

struct line {
	mongoc_stream_t parent; /* first: libmongoc casts */
	struct observer *observer;
	struct channel *channel;
	struct buf incoming;
	size_t from, whole; /* of it: how far it is taken, and the message that is there */
	bool ended, again;
};

static struct line *line_of(mongoc_stream_t *stream)
{
	return (struct line *)stream;
}

static void line_destroy(mongoc_stream_t *stream)
{
	struct line *l = line_of(stream);

	channel_close(l->channel);
	buf_free(&l->incoming);
	free(l);
}

static int line_nothing(mongoc_stream_t *stream)
{
	(void)stream;
	return 0;
}

static ssize_t line_writev(mongoc_stream_t *stream, mongoc_iovec_t *iov, size_t count, int32_t ms)
{
	struct line *l = line_of(stream);
	ssize_t total = 0;

	(void)ms; /* the channel knows the deadline */
	l->again = false;
	for (size_t i = 0; i < count; i++) {
		if (channel_write(l->channel, iov[i].iov_base, iov[i].iov_len)) {
			errno = EIO;
			return -1;
		}
		total += (ssize_t)iov[i].iov_len;
	}
	return total;
}

/* Tell what arrived cannot be a message. */
static int not_a_message(struct line *l, const char *why)
{
	observer_trouble(l->observer, KIND_PROTOCOL, "%s does not speak MongoDB's protocol: %s",
			 channel_peer(l->channel), why);
	return -1;
}

static size_t number_at(const char *bytes)
{
	uint32_t n;

	memcpy(&n, bytes, sizeof(n));
	return BSON_UINT32_FROM_LE(n);
}

/* Whether the bytes are exactly one whole and valid document. */
static bool is_document(const char *bytes, size_t len)
{
	bson_t doc;
	size_t wrong_at;

	return bson_init_static(&doc, (const uint8_t *)bytes, len) &&
	       bson_validate(&doc, BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL, &wrong_at);
}

/* A reply of either kind, with its one document. libmongoc 1.23 takes the message for valid and
 * reads memory that it has not set up when it is not. */
static int judge_message(struct line *l, const char *bytes, size_t len)
{
	const size_t kind = number_at(bytes + 12);
	size_t start = 0;

	if (kind == OP_MSG && len > 21 && bytes[20] == 0) {
		start = 21;
		len -= number_at(bytes + 16) & 1 ? 4 : 0;
	} else if (kind == OP_REPLY && len > 36) {
		start = 36;
	} else {
		return not_a_message(l, "a message of an unknown kind");
	}
	return is_document(bytes + start, len - start) ? 1 : not_a_message(l, "a damaged message");
}

/* 1 when a whole message is there, 0 when not yet, -1. */
static int whole_message(struct line *l)
{
	size_t len;

	if (l->from < l->whole)
		return 1;
	buf_shift(&l->incoming, l->whole);
	l->from = l->whole = 0;
	if (l->incoming.len < 4)
		return 0;
	len = number_at(l->incoming.data);
	if (len < 16 || len > MESSAGE_MAX)
		return not_a_message(l, "a message of an impossible length");
	if (l->incoming.len < len)
		return 0;
	l->whole = len;
	return judge_message(l, l->incoming.data, len);
}

/* Read ahead until there is a message: 1, 0 at the end or when there is none yet, -1. */
static int look_ahead(struct line *l, bool wait)
{
	char bytes[16384];
	int state;

	while ((state = whole_message(l)) == 0) {
		const ssize_t n = wait ? channel_read(l->channel, bytes, sizeof(bytes))
				       : channel_read_now(l->channel, bytes, sizeof(bytes));

		l->again = n == CHANNEL_AGAIN;
		if (n > 0) {
			buf_add(&l->incoming, bytes, (size_t)n);
			continue;
		}
		if (n < 0)
			return l->again ? 0 : -1;
		l->ended = true;
		observer_trouble(l->observer, KIND_CLOSED, "connection closed by %s",
				 channel_peer(l->channel));
		return 0;
	}
	return state;
}

static size_t take(struct line *l, char *to, size_t room)
{
	const size_t n = l->whole - l->from < room ? l->whole - l->from : room;

	memcpy(to, l->incoming.data + l->from, n);
	l->from += n;
	return n;
}

/* At least `least` bytes, unless nobody waits (ms 0). */
static ssize_t line_readv(mongoc_stream_t *stream, mongoc_iovec_t *iov, size_t count, size_t least,
			  int32_t ms)
{
	struct line *l = line_of(stream);
	size_t total = 0, done = 0;

	l->again = false;
	for (size_t i = 0; i < count;) {
		const bool wait = ms != 0 && (total < least || !total);
		const int state = look_ahead(l, wait);

		if (state < 0 || (state == 0 && !total)) {
			errno = l->again ? EAGAIN : EIO;
			return -1;
		}
		if (state == 0)
			break;
		done += take(l, (char *)iov[i].iov_base + done, iov[i].iov_len - done);
		if (done == iov[i].iov_len) {
			total += done;
			done = 0;
			i++;
		} else if (ms == 0 || total + done >= least) {
			break;
		}
	}
	return (ssize_t)(total + done);
}

static int line_setsockopt(mongoc_stream_t *stream, int level, int name, void *value,
			   mongoc_socklen_t len)
{
	(void)stream;
	(void)level;
	(void)name;
	(void)value;
	(void)len;
	return 0;
}

static bool line_check_closed(mongoc_stream_t *stream)
{
	return line_of(stream)->ended;
}

/* What has been read ahead is there already. */
static ssize_t ready_at_once(mongoc_stream_poll_t *streams, size_t count)
{
	ssize_t ready = 0;

	for (size_t i = 0; i < count; i++) {
		struct line *l = line_of(streams[i].stream);

		streams[i].revents = streams[i].events & POLLOUT;
		if ((streams[i].events & POLLIN) && (look_ahead(l, false) != 0 || l->ended))
			streams[i].revents |= POLLIN;
		ready += streams[i].revents != 0;
	}
	return ready;
}

static ssize_t line_poll(mongoc_stream_poll_t *streams, size_t count, int32_t ms)
{
	const ssize_t ready = ready_at_once(streams, count);
	struct pollfd *p;
	ssize_t n;

	if (ready || !count)
		return ready;
	p = xcalloc(count, sizeof(*p));
	for (size_t i = 0; i < count; i++)
		p[i] = (struct pollfd){ .fd = channel_fd(line_of(streams[i].stream)->channel),
					.events = POLLIN };
	n = poll(p, count, ms);
	free(p);
	return n <= 0 ? n : ready_at_once(streams, count);
}

static bool line_timed_out(mongoc_stream_t *stream)
{
	(void)stream;
	return false; /* a channel tells that itself */
}

static bool line_should_retry(mongoc_stream_t *stream)
{
	return line_of(stream)->again;
}

mongoc_stream_t *line_open(struct observer *o, const struct channel_options *options)
{
	struct channel *channel = channel_open(o, options);
	struct line *l;

	if (!channel)
		return NULL;
	observer_phase(o, "answer");
	l = xcalloc(1, sizeof(*l));
	l->observer = o;
	l->channel = channel;
	l->incoming = BUF_INIT(MESSAGE_MAX + 16384);
	l->parent = (mongoc_stream_t){
		.type = LINE_TYPE,
		.destroy = line_destroy,
		.failed = line_destroy,
		.close = line_nothing,
		.flush = line_nothing,
		.writev = line_writev,
		.readv = line_readv,
		.setsockopt = line_setsockopt,
		.check_closed = line_check_closed,
		.poll = line_poll,
		.timed_out = line_timed_out,
		.should_retry = line_should_retry,
	};
	return &l->parent;
}
