#include "checks/modules/redis/resp.h"

#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "checks/check.h"
#include "checks/modules/channel.h"

/* What one reply may have; a reply that is larger is no longer evidence. */
#define BYTES_MAX ((size_t)4 * 1024 * 1024)
#define ITEMS_MAX 100000
#define COMMAND_MAX ((size_t)1024 * 1024)

#if HIREDIS_MAJOR >= 1
typedef size_t resp_count;
#else
typedef int resp_count;
#endif

struct resp {
	struct observer *observer;
	struct channel *stream;
	redisReader *reader;
	redisReplyObjectFunctions functions;
	size_t bytes, items;
	char *error; /* the reply as a whole is this error */
	bool too_many;
};

/* --- what hiredis' reader makes --- */

/* Into the list that it is in; NULL makes the reader stop. */
static void *placed(const redisReadTask *task, json_t *value)
{
	struct resp *r = task->privdata;

	if (++r->items > ITEMS_MAX) {
		r->too_many = true;
		json_decref(value);
		return NULL;
	}
	if (task->parent)
		json_array_append_new(task->parent->obj, value);
	return value;
}

static void *make_string(const redisReadTask *task, char *bytes, size_t len)
{
	struct resp *r = task->privdata;

	if (task->type != REDIS_REPLY_ERROR)
		return placed(task, observer_text(bytes, len));
	if (task->parent)
		return placed(task, json_pack("{s:o}", "error", observer_text(bytes, len)));
	free(r->error);
	r->error = xmemdup0(bytes, len);
	return placed(task, json_null());
}

static void *make_array(const redisReadTask *task, resp_count count)
{
	(void)count; /* claimed by the server: nothing is set aside for it */
	return placed(task, json_array());
}

static void *make_integer(const redisReadTask *task, long long value)
{
	return placed(task, json_integer(value));
}

static void *make_nil(const redisReadTask *task)
{
	return placed(task, json_null());
}

#if HIREDIS_MAJOR >= 1
static void *make_double(const redisReadTask *task, double value, char *text, size_t len)
{
	json_t *number = json_real(value); /* NULL for inf and nan */

	return placed(task, number ? number : observer_text(text, len));
}

static void *make_bool(const redisReadTask *task, int value)
{
	return placed(task, json_boolean(value));
}
#endif

/* Only ever called for the whole. */
static void release(void *value)
{
	json_decref(value);
}

struct resp *resp_new(struct observer *o, struct channel *s)
{
	struct resp *r = xcalloc(1, sizeof(*r));

	*r = (struct resp){
		.observer = o,
		.stream = s,
		.functions = {
			.createString = make_string,
			.createArray = make_array,
			.createInteger = make_integer,
			.createNil = make_nil,
#if HIREDIS_MAJOR >= 1
			.createDouble = make_double,
			.createBool = make_bool,
#endif
			.freeObject = release,
		},
	};
	r->reader = redisReaderCreateWithFunctions(&r->functions);
	if (!r->reader)
		xalloc_failed();
	r->reader->privdata = r;
	return r;
}

void resp_free(struct resp *r)
{
	if (!r)
		return;
	redisReaderFree(r->reader);
	free(r->error);
	free(r);
}

/* --- asking --- */

static int send_words(struct resp *r, const struct text_list *words)
{
	auto_buf struct buf out = BUF_INIT(COMMAND_MAX);
	int failed;

	buf_printf(&out, "*%zu\r\n", words->count);
	for (size_t i = 0; i < words->count; i++)
		buf_printf(&out, "$%zu\r\n%s\r\n", strlen(words->items[i]), words->items[i]);
	if (out.lost) {
		observer_trouble(r->observer, KIND_PARAMETER, "the command is longer than 1 MiB");
		return -1;
	}
	failed = channel_write(r->stream, out.data, out.len);
	explicit_bzero(out.data, out.len); /* AUTH has a password */
	return failed;
}

static int too_large(struct resp *r, const char *what)
{
	observer_trouble(r->observer, KIND_TOO_LARGE, "the reply of %s is %s",
			 channel_peer(r->stream), what);
	return -1;
}

/* What stopped the reader. */
static int reader_trouble(struct resp *r)
{
	if (r->too_many)
		return too_large(r, "longer than 100000 items");
	observer_trouble(r->observer, KIND_PROTOCOL, "%s does not speak Redis' protocol: %s",
			 channel_peer(r->stream), r->reader->errstr);
	return -1;
}

static int feed(struct resp *r)
{
	char bytes[16384];
	const ssize_t n = channel_read(r->stream, bytes, sizeof(bytes));

	if (n < 0)
		return -1;
	if (n == 0) {
		observer_trouble(r->observer, KIND_CLOSED,
				 "connection closed by %s after %zu bytes of its reply",
				 channel_peer(r->stream), r->bytes);
		return -1;
	}
	r->bytes += (size_t)n;
	if (r->bytes > BYTES_MAX)
		return too_large(r, "larger than 4 MiB");
	if (redisReaderFeed(r->reader, bytes, (size_t)n) != REDIS_OK)
		return reader_trouble(r);
	return 0;
}

json_t *resp_ask(struct resp *r, const struct text_list *words, char **error)
{
	void *reply = NULL;

	r->bytes = r->items = 0;
	if (send_words(r, words))
		return NULL;
	while (!reply) {
		if (feed(r))
			return NULL;
		if (redisReaderGetReply(r->reader, &reply) != REDIS_OK) {
			reader_trouble(r);
			return NULL;
		}
	}
	if (r->reader->pos < r->reader->len) { /* nobody has asked for more */
		observer_trouble(r->observer, KIND_PROTOCOL, "%s sent more than the reply",
				 channel_peer(r->stream));
		json_decref(reply);
		return NULL;
	}
	*error = TAKE(r->error);
	return reply;
}
