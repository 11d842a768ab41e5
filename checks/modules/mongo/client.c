#include "checks/modules/mongo/client.h"

#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/modules/channel.h"
#include "checks/modules/mongo/line.h"
#include "checks/mongo.h"
#include "engine/base/text.h"

struct code_kind {
	uint32_t code; /* error_codes.yml of MongoDB */
	enum kind kind;
};

/* What is not here is a command that the server refused. */
static const struct code_kind code_kinds[] = {
	{ 11, KIND_AUTH },       /* UserNotFound */
	{ 13, KIND_FORBIDDEN },  /* Unauthorized */
	{ 18, KIND_AUTH },       /* AuthenticationFailed */
	{ 26, KIND_NOT_FOUND },  /* NamespaceNotFound */
	{ 50, KIND_TIMEOUT },    /* MaxTimeMSExpired */
	{ 334, KIND_AUTH_ALGORITHM }, /* MechanismUnavailable */
};

static enum kind server_kind(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(code_kinds); i++)
		if (code_kinds[i].code == code)
			return code_kinds[i].kind;
	return KIND_QUERY;
}

static enum kind kind_of(const struct mongo_client *c, const bson_error_t *error)
{
	switch (error->domain) {
	case MONGOC_ERROR_SERVER:
	case MONGOC_ERROR_WRITE_CONCERN:
		return server_kind(error->code);
	case MONGOC_ERROR_CLIENT:
		if (error->code != MONGOC_ERROR_CLIENT_AUTHENTICATE)
			return KIND_PROTOCOL;
		return strcasestr(error->message, "mechanism") ? KIND_AUTH_ALGORITHM : KIND_AUTH;
	case MONGOC_ERROR_SCRAM:
	case MONGOC_ERROR_SASL:
		return KIND_AUTH;
	default:
		return clock_mono() >= c->deadline ? KIND_TIMEOUT : KIND_PROTOCOL;
	}
}

/* What the lines of a set told when nothing else helped. */
static bool told_aside(struct mongo_client *c)
{
	for (size_t i = 0; i < c->aside_count; i++) {
		struct observer *aside = c->asides[i];
		const json_t *error = json_object_get(observer_facts(aside), "error");

		if (!observer_kind(aside))
			continue;
		observer_trouble(c->observer, observer_kind(aside), "%s",
				 json_string_value(json_object_get(error, "text")));
		return true;
	}
	return false;
}

int client_trouble(struct mongo_client *c, const bson_error_t *error, const char *doing)
{
	const enum kind kind = kind_of(c, error);
	auto_buf struct buf line = BUF_INIT(2048);
	char took[32];

	if (observer_kind(c->observer))
		return -1; /* the line has told more */
	if (error->domain != MONGOC_ERROR_SERVER && told_aside(c))
		return -1;
	if (error->domain == MONGOC_ERROR_SERVER || kind == KIND_AUTH ||
	    kind == KIND_AUTH_ALGORITHM)
		observer_phase(c->observer,
			       error->domain == MONGOC_ERROR_SERVER ? "command" : "login");
	text_clean_line(&line, error->message, strlen(error->message), 400);
	clock_human(clock_mono() - c->started, took, sizeof(took));
	if (error->domain == MONGOC_ERROR_SERVER)
		observer_trouble(c->observer, kind, "the server refused %s: %s (%u)", doing,
				 buf_text(&line), error->code);
	else if (kind == KIND_TIMEOUT)
		observer_trouble(c->observer, kind, "no answer in %s (%s)", took, doing);
	else if (kind == KIND_AUTH || kind == KIND_AUTH_ALGORITHM)
		observer_trouble(c->observer, kind, "the server refused the login: %s",
				 buf_text(&line));
	else
		observer_trouble(c->observer, kind, "%s failed: %s", doing, buf_text(&line));
	return -1;
}

/* --- setting up --- */

static struct observer *line_observer(struct mongo_client *c)
{
	if (c->direct)
		return c->observer;
	array_grow(c->asides, c->aside_count, c->aside_cap);
	c->asides[c->aside_count] = observer_new(NULL);
	return c->asides[c->aside_count++];
}

static mongoc_stream_t *initiate(const mongoc_uri_t *uri, const mongoc_host_list_t *host, void *ctx,
				 bson_error_t *error)
{
	struct mongo_client *c = ctx;
	const struct channel_options options = {
		.host = host->host,
		.port = host->port,
		.tls = c->tls,
		.ca = c->query->ca,
		.deadline = c->deadline,
	};
	mongoc_stream_t *stream = line_open(line_observer(c), &options);

	(void)uri;
	if (!stream)
		bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT,
			       "no connection to %s", host->host_and_port);
	return stream;
}

static mongoc_uri_t *uri_read(struct mongo_client *c, const struct mongo_query *q)
{
	bson_error_t error = { 0 };
	mongoc_uri_t *uri = q->url ? mongoc_uri_new_with_error(q->url, &error)
				   : mongoc_uri_new_for_host_port(q->host, (uint16_t)q->port);

	if (!uri) /* the library's words may hold parts of the URL */
		observer_trouble(c->observer, KIND_PARAMETER, "%s",
				 q->url ? "url: it is not a valid mongodb:// URL; '@', ':' and "
					  "'/' in a password are written as %40, %3A and %2F"
					: "host: it is not a valid host name");
	return uri;
}

static bool is_direct(const struct mongo_query *q, const mongoc_uri_t *uri)
{
	const mongoc_host_list_t *hosts = mongoc_uri_get_hosts(uri);

	if (q->direct != MONGO_DIRECT_AUTO)
		return q->direct == MONGO_DIRECT_TRUE;
	return hosts && !hosts->next && !mongoc_uri_get_replica_set(uri);
}

static void uri_complete(struct mongo_client *c, mongoc_uri_t *uri)
{
	const struct mongo_query *q = c->query;
	/* the library cuts off what is less than a millisecond, twice: it must not give up before
	 * the deadline, or nothing tells that it was one */
	const int64_t left = (c->deadline - clock_mono()) / NS_PER_MS + 2;
	const int32_t ms = left < 1 ? 1 : left > 3600000 ? 3600000 : (int32_t)left;

	if (q->user)
		mongoc_uri_set_username(uri, q->user);
	if (q->password)
		mongoc_uri_set_password(uri, q->password);
	if (q->auth_source)
		mongoc_uri_set_auth_source(uri, q->auth_source);
	c->tls = q->tls || q->ca || mongoc_uri_get_tls(uri);
	c->direct = is_direct(q, uri);
	/* TLS is the line's; a server is asked once, and what fails is told */
	mongoc_uri_set_option_as_bool(uri, MONGOC_URI_TLS, false);
	mongoc_uri_set_option_as_bool(uri, MONGOC_URI_DIRECTCONNECTION, c->direct);
	mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYREADS, false);
	mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYWRITES, false);
	mongoc_uri_set_option_as_bool(uri, MONGOC_URI_SERVERSELECTIONTRYONCE, true);
	mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, ms);
	mongoc_uri_set_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, ms);
	mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, ms);
}

int client_open(struct mongo_client *c, struct observer *o, const struct mongo_query *q)
{
	mongoc_uri_t *uri;

	*c = (struct mongo_client){ .observer = o,
				    .query = q,
				    .started = clock_mono(),
				    .deadline = observer_deadline(o) };
	uri = uri_read(c, q);
	if (!uri)
		return -1;
	uri_complete(c, uri);
	c->client = mongoc_client_new_from_uri(uri);
	mongoc_uri_destroy(uri);
	if (!c->client) {
		observer_trouble(o, KIND_PARAMETER, "the settings of the connection do not fit");
		return -1;
	}
	mongoc_client_set_error_api(c->client, MONGOC_ERROR_API_VERSION_2);
	mongoc_client_set_stream_initiator(c->client, initiate, c);
	return 0;
}

void client_close(struct mongo_client *c)
{
	if (c->client)
		mongoc_client_destroy(c->client);
	for (size_t i = 0; i < c->aside_count; i++)
		observer_free(c->asides[i]);
	free(c->asides);
}

int client_run(struct mongo_client *c, const char *database, const bson_t *command, bson_t *reply,
	       bson_error_t *error)
{
	mongoc_read_prefs_t *any = mongoc_read_prefs_new(MONGOC_READ_PRIMARY_PREFERRED);
	const bool done =
		mongoc_client_command_simple(c->client, database, command, any, reply, error);

	mongoc_read_prefs_destroy(any);
	return done ? 0 : -1;
}
