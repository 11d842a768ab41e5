/*
 * redis - the module `redis`: connect, log in, ask once, and tell apart what is refused.
 */
#include "checks/redis.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/check.h"
#include "checks/modules/channel.h"
#include "checks/modules/redis/facts.h"
#include "checks/modules/redis/resp.h"
#include "checks/redis_commands.h"
#include "engine/base/text.h"

struct session {
	struct observer *observer;
	struct channel *stream;
	struct resp *resp;
};

struct error_kind {
	const char *words; /* how the error begins */
	enum kind kind;
};

/* The first that fits counts; everything else is a query refused as such. */
static const struct error_kind error_kinds[] = {
	{ "NOAUTH", KIND_AUTH },
	{ "WRONGPASS", KIND_AUTH },
	{ "ERR invalid password", KIND_AUTH },
	{ "ERR AUTH <password> called without", KIND_AUTH },
	{ "ERR Client sent AUTH, but no password", KIND_AUTH },
	{ "ERR operation not permitted", KIND_AUTH }, /* before 2.8 */
	{ "NOPERM", KIND_FORBIDDEN },
	{ "DENIED", KIND_FORBIDDEN },
	{ "ERR No such master", KIND_NOT_FOUND },
	{ "ERR DB index is out of range", KIND_NOT_FOUND },
	{ "ERR no such key", KIND_NOT_FOUND },
};

static enum kind error_kind(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(error_kinds); i++)
		if (!strncasecmp(text, error_kinds[i].words, strlen(error_kinds[i].words)))
			return error_kinds[i].kind;
	return KIND_QUERY;
}

/* The reply to a command; NULL: the observer knows why. `doing` is for messages. */
static json_t *ask(struct session *s, const char *doing, const struct text_list *words)
{
	auto_free char *error = NULL;
	auto_buf struct buf line = BUF_INIT(1024);
	json_t *reply = resp_ask(s->resp, words, &error);

	if (!reply || !error)
		return reply;
	json_decref(reply);
	text_clean_line(&line, error, strlen(error), 300);
	observer_trouble(s->observer, error_kind(error), "%s refused %s: %s",
			 channel_peer(s->stream), doing, buf_text(&line));
	return NULL;
}

static json_t *ask_words(struct session *s, const char *doing, const char *a, const char *b,
			 const char *c)
{
	const char *const given[] = { a, b, c };
	struct text_list words = { .items = xcalloc(ARRAY_SIZE(given), sizeof(char *)) };
	json_t *reply;

	for (size_t i = 0; i < ARRAY_SIZE(given) && given[i]; i++)
		words.items[words.count++] = xstrdup(given[i]);
	reply = ask(s, doing, &words);
	for (size_t i = 0; i < words.count; i++) /* AUTH has a password */
		explicit_bzero(words.items[i], strlen(words.items[i]));
	redis_words_free(&words);
	return reply;
}

/* Of a command whose reply says nothing more. 0, or -1: the observer knows why. */
static int tell(struct session *s, const char *doing, const char *a, const char *b, const char *c)
{
	json_t *reply = ask_words(s, doing, a, b, c);

	json_decref(reply);
	return reply ? 0 : -1;
}

static int log_in(struct session *s, const struct redis_target *t)
{
	auto_free char *db = xasprintf("%u", (unsigned)t->db);

	if (t->password) {
		observer_phase(s->observer, "login");
		if (t->user ? tell(s, "the login", "AUTH", t->user, t->password)
			    : tell(s, "the login", "AUTH", t->password, NULL))
			return -1;
		observer_trace(s->observer, "authenticated as %s", t->user ? t->user : "default");
	}
	observer_phase(s->observer, "command");
	return t->db ? tell(s, "SELECT", "SELECT", db, NULL) : 0;
}

/* --- what is asked for --- */

static int unexpected(struct session *s, const char *doing)
{
	observer_trouble(s->observer, KIND_PROTOCOL, "%s answered %s with something else",
			 channel_peer(s->stream), doing);
	return -1;
}

static int ping(struct session *s)
{
	const int64_t began = clock_mono();
	json_t *reply = ask_words(s, "PING", "PING", NULL, NULL);
	const char *text = json_string_value(reply);
	const bool pong = text && !strcasecmp(text, "PONG");
	char took[32];

	json_decref(reply);
	if (!reply)
		return -1;
	if (!pong)
		return unexpected(s, "PING");
	clock_human(clock_mono() - began, took, sizeof(took));
	observer_trace(s->observer, "PONG in %s", took);
	return 0;
}

static int read_info(struct session *s, const char *section)
{
	json_t *reply = ask_words(s, "INFO", "INFO", section, NULL);
	json_t *info;

	if (!reply)
		return -1;
	if (!json_is_string(reply)) {
		json_decref(reply);
		return unexpected(s, "INFO");
	}
	info = facts_info(json_string_value(reply));
	json_decref(reply);
	facts_replication(s->observer, info);
	observer_set(s->observer, "info", info);
	return 0;
}

static int run_command(struct session *s, const struct redis_query *q)
{
	struct text_list words = redis_words(&q->command);
	auto_err struct err *e = NULL;
	json_t *reply = NULL;

	if (redis_command_allow(&words, &e))
		observer_trouble(s->observer, KIND_PARAMETER, "%s", err_text(e));
	else
		reply = ask(s, words.items[0], &words);
	if (reply && !strcasecmp(words.items[0], "CONFIG"))
		facts_hide_config(reply);
	redis_words_free(&words);
	if (!reply)
		return -1;
	observer_set(s->observer, "reply", reply);
	return 0;
}

/* The sub-command, and the fact that its lists of names and values become; NULL: the reply. */
static const struct {
	const char *command, *fact;
} sentinel_questions[] = {
	[REDIS_SENTINEL_CKQUORUM] = { "CKQUORUM", NULL },
	[REDIS_SENTINEL_MASTERS] = { "MASTERS", "masters" },
	[REDIS_SENTINEL_REPLICAS] = { "SLAVES", "replicas" }, /* older ones know it, too */
	[REDIS_SENTINEL_SENTINELS] = { "SENTINELS", "sentinels" },
};

static int ask_sentinel(struct session *s, const struct redis_query *q)
{
	const char *command = sentinel_questions[q->sentinel].command;
	const char *fact = sentinel_questions[q->sentinel].fact;
	json_t *reply = ask_words(s, "SENTINEL", "SENTINEL", command,
				  q->sentinel == REDIS_SENTINEL_MASTERS ? NULL : q->master);
	json_t *list;

	if (!reply)
		return -1;
	if (!fact) {
		observer_set(s->observer, "reply", reply);
		return 0;
	}
	list = facts_sentinel(reply);
	json_decref(reply);
	if (!list)
		return unexpected(s, "SENTINEL");
	observer_set(s->observer, fact, list);
	return 0;
}

static int look(struct session *s, const struct redis_query *q)
{
	if (q->command.count)
		return run_command(s, q);
	if (q->info)
		return read_info(s, q->info);
	if (q->sentinel != REDIS_SENTINEL_NONE)
		return ask_sentinel(s, q);
	if (ping(s))
		return -1;
	if (observer_wants(s->observer, "role") || observer_wants(s->observer, "replicas") ||
	    observer_wants(s->observer, "master_host") || observer_wants(s->observer, "info"))
		return read_info(s, "replication");
	return 0;
}

static int visit(const struct redis_query *q, const struct redis_target *t, struct observer *o)
{
	const struct channel_options options = { .host = t->host, .port = t->port, .tls = t->tls,
						.ca = q->ca, .deadline = observer_deadline(o) };
	struct session s = { .observer = o, .stream = channel_open(o, &options) };
	int failed = -1;

	if (!s.stream)
		return -1;
	s.resp = resp_new(o, s.stream);
	if (log_in(&s, t) == 0)
		failed = look(&s, q);
	resp_free(s.resp);
	channel_close(s.stream);
	return failed;
}

static int redis_observe(const void *query, struct observer *o, struct err **e)
{
	const struct redis_query *q = query;
	auto_err struct err *wrong = NULL;
	struct redis_target t;

	(void)e;
	observer_set_bool(o, "pong", false);
	if (redis_target_read(q, &t, &wrong)) {
		observer_trouble(o, KIND_PARAMETER, "%s", err_text(wrong));
		return 0;
	}
	if (visit(q, &t, o) == 0)
		observer_set_bool(o, "pong", true);
	redis_target_release(&t);
	return 0;
}

/* OpenSSL writes to sockets by write(2), which knows no MSG_NOSIGNAL. */
static int redis_init(struct err **e)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (sigaction(SIGPIPE, &ignore, NULL) < 0)
		return err_errno(e, ERR_SYSTEM, "sigaction");
	return 0;
}

static const struct check_type redis_code = {
	.name = "redis",
	.observe = redis_observe,
};

static const struct check_type *const types[] = { &redis_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
	.init = redis_init,
};
