/*
 * redis - does this Redis or Sentinel answer, in which role, and what does it say?
 *
 * This is the declaration; the code is the module `redis`. Only commands that read are ever sent.
 */
#include "checks/redis.h"

#include <string.h>

#include "checks/check.h"
#include "checks/net/url.h"
#include "checks/redis_commands.h"
#include "engine/base/number.h"

#define REDIS_PORT 6379

static const char *const sentinel_choices[] = { "none",     "ckquorum",  "masters",
						"replicas", "sentinels", NULL };

static const struct field redis_fields[] = {
	FIELD_PATH(struct redis_query, ca,
		   .doc = "File of certificates to trust, instead of the system's."),
	FIELD_LIST(struct redis_query, command,
		   .doc = "A reading command and its arguments, such as [ GET, key ]."),
	FIELD_UINT(struct redis_query, db, .min = 0, .max = 65535,
		   .doc = "Number of the database; in the URL it is the path."),
	FIELD_TEXT(struct redis_query, host, .filled = true, .doc = "Host name or address."),
	FIELD_TEXT(struct redis_query, info,
		   .doc = "Section of INFO to read, such as replication, memory or all."),
	FIELD_TEXT(struct redis_query, master,
		   .doc = "Name of the master that Sentinel is asked about."),
	FIELD_SECRET(struct redis_query, password, .doc = "Password to log in with."),
	FIELD_UINT(struct redis_query, port, .dflt = "6379", .min = 1, .max = 65535,
		   .doc = "Port number."),
	FIELD_ENUM(struct redis_query, sentinel, .choices = sentinel_choices, .dflt = "none",
		   .doc = "What to ask a Sentinel for."),
	FIELD_BOOL(struct redis_query, tls, .dflt = "false", .doc = "Whether to speak TLS."),
	FIELD_URL(struct redis_query, url,
		   .doc = "Where it is: redis:// or rediss://user:password@host:port/db."),
	FIELD_TEXT(struct redis_query, user, .doc = "User name of an access list; else default."),
	{ .name = NULL },
};

static const struct fact redis_facts[] = {
	{ .name = "info",
	  .type = FACT_MAP,
	  .doc = "Lines of INFO by name, numbers as numbers, lists of a=b as maps." },
	{ .name = "master_host", .type = FACT_TEXT, .doc = "Of a replica, host of its master." },
	{ .name = "master_port", .type = FACT_INT, .doc = "Of a replica, port of its master." },
	{ .name = "masters",
	  .type = FACT_LIST,
	  .item = FACT_OPEN,
	  .doc = "What Sentinel says of each master: name, flags, quorum, num-slaves and more." },
	{ .name = "pong",
	  .type = FACT_BOOL,
	  .doc = "Whether the server took the login and answered without an error." },
	{ .name = "replicas",
	  .type = FACT_LIST,
	  .item = FACT_OPEN,
	  .doc = "Replicas as the master (ip, port, state, offset, lag) or Sentinel tells." },
	{ .name = "reply", .type = FACT_OPEN, .doc = "What the command answered." },
	{ .name = "role",
	  .type = FACT_TEXT,
	  .doc = "Role by INFO replication (master or slave), or sentinel." },
	{ .name = "sentinels",
	  .type = FACT_LIST,
	  .item = FACT_OPEN,
	  .doc = "What Sentinel says of the other sentinels." },
	{ .name = NULL },
};

/* --- where to go --- */

static int read_db(const char *text, struct redis_target *out, struct err **e)
{
	if (!text || !*text)
		return 0;
	if (number_uint(text, &out->db) || out->db > 65535)
		return err_set(e, ERR_DATA, "url: '%s' is not the number of a database", text);
	return 0;
}

static int read_url(const struct url *u, struct redis_target *out, struct err **e)
{
	if (!strcmp(u->scheme, "rediss"))
		out->tls = true;
	else if (strcmp(u->scheme, "redis"))
		return err_set(e, ERR_DATA, "url: the scheme is redis:// or rediss://, not '%s://'",
			       u->scheme);
	if (url_host(u->hosts, &out->host, &out->port, e))
		return err_wrap(e, "url");
	if (u->user && *u->user)
		out->user = xstrdup(u->user);
	if (u->password && *u->password)
		out->password = xstrdup(u->password);
	return read_db(u->path, out, e);
}

static void replace(char **at, const char *text)
{
	if (!text)
		return;
	free(*at);
	*at = xstrdup(text);
}

static int target_read(const struct redis_query *q, struct redis_target *out, struct err **e)
{
	struct url u;
	int failed;

	if (q->url) {
		failed = url_parse(q->url, &u, e) ? err_wrap(e, "url") : read_url(&u, out, e);
		url_release(&u);
		if (failed)
			return -1;
	} else if (q->host) {
		out->host = xstrdup(q->host);
	} else {
		return err_set(e, ERR_DATA, "url or host is needed");
	}
	if (!out->port)
		out->port = (uint16_t)q->port;
	replace(&out->user, q->user);
	replace(&out->password, q->password);
	if (q->db)
		out->db = q->db;
	out->tls |= q->tls || q->ca;
	if (out->user && !out->password)
		return err_set(e, ERR_DATA, "a password is needed with the user; "
					    "without a user it is redis://:password@host");
	return 0;
}

int redis_target_read(const struct redis_query *q, struct redis_target *out, struct err **e)
{
	*out = (struct redis_target){ 0 };
	if (target_read(q, out, e) == 0)
		return 0;
	redis_target_release(out);
	return -1;
}

void redis_target_release(struct redis_target *t)
{
	if (t->password)
		explicit_bzero(t->password, strlen(t->password));
	free(t->host);
	free(t->user);
	free(t->password);
	*t = (struct redis_target){ 0 };
}

struct text_list redis_words(const struct text_list *command)
{
	struct text_list words = { 0 };
	size_t cap = 0;

	if (command->count != 1) {
		for (size_t i = 0; i < command->count; i++) {
			array_grow(words.items, words.count, cap);
			words.items[words.count++] = xstrdup(command->items[i]);
		}
		return words;
	}
	for (const char *s = command->items[0]; *(s += strspn(s, " \t\n"));) {
		const size_t len = strcspn(s, " \t\n");

		array_grow(words.items, words.count, cap);
		words.items[words.count++] = xmemdup0(s, len);
		s += len;
	}
	return words;
}

void redis_words_free(struct text_list *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	*words = (struct text_list){ 0 };
}

/* --- rules over several fields --- */

static int check_command(const struct redis_query *q, struct err **e)
{
	struct text_list words;
	int refused;

	if (!q->command.count)
		return 0;
	words = redis_words(&q->command);
	refused = redis_command_allow(&words, e);
	redis_words_free(&words);
	return refused;
}

static int check_asked(const struct redis_query *q,
		       bool (*given)(const void *ctx, const char *field), const void *ctx,
		       struct err **e)
{
	const bool sentinel = q->sentinel != REDIS_SENTINEL_NONE;

	if (given(ctx, "command") + given(ctx, "info") + sentinel > 1)
		return err_set(e, ERR_DATA, "command, info and sentinel exclude each other: "
					    "make a check for each");
	if (sentinel && q->sentinel != REDIS_SENTINEL_MASTERS && !given(ctx, "master"))
		return err_set(e, ERR_DATA, "sentinel: %s needs master",
			       sentinel_choices[q->sentinel]);
	return 0;
}

static int redis_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			  const void *ctx, struct err **e)
{
	const struct redis_query *q = query;
	struct redis_target t;

	if (given(ctx, "url") == given(ctx, "host"))
		return err_set(e, ERR_DATA, given(ctx, "url") ? "url and host exclude each other"
							      : "url or host is needed");
	if (given(ctx, "user") && !given(ctx, "password"))
		return err_set(e, ERR_DATA, "user needs password");
	if (check_asked(q, given, ctx, e) || check_command(q, e))
		return -1;
	/* what is filled in later is read then */
	if (!q->url || (given(ctx, "password") && !q->password))
		return 0;
	if (redis_target_read(q, &t, e))
		return -1;
	redis_target_release(&t);
	return 0;
}

const struct check_type check_redis = {
	.name = "redis",
	.summary = "a Redis or Sentinel answers",
	.lane = LANE_ISOLATED,
	.module = "redis",
	.package = "hiredis, OpenSSL",
	.fields = redis_fields,
	.query_size = sizeof(struct redis_query),
	.facts = redis_facts,
	.default_expect = "{ pong: true }",
	.validate = redis_validate,
};
