/*
 * mongo - does this MongoDB answer, how is its replica set, and can it be written?
 *
 * This is the declaration; the code is the module `mongo`. Only write_probe writes.
 */
#include "checks/mongo.h"

#include <string.h>
#include <strings.h>

#include "checks/check.h"
#include "engine/base/text.h"

static const char *const direct_choices[] = { "auto", "false", "true", NULL };

static const struct field mongo_fields[] = {
	FIELD_TEXT(struct mongo_query, auth_source,
		   .doc = "Database that knows the user; else the URL's, else admin."),
	FIELD_PATH(struct mongo_query, ca,
		   .doc = "File of certificates to trust, instead of the system's."),
	FIELD_JSON(struct mongo_query, command,
		   .doc = "A reading command, such as { serverStatus: 1 }."),
	FIELD_TEXT(struct mongo_query, database, .dflt = "admin",
		   .doc = "Database that the command is for."),
	FIELD_ENUM(struct mongo_query, direct, .choices = direct_choices, .dflt = "auto",
		   .doc = "Whether to stay with the named host; auto: when it is the only one."),
	FIELD_TEXT(struct mongo_query, host, .filled = true, .doc = "Host name or address."),
	FIELD_SECRET(struct mongo_query, password, .doc = "Password; else the one in the URL."),
	FIELD_UINT(struct mongo_query, port, .dflt = "27017", .min = 1, .max = 65535,
		   .doc = "Port number, with host."),
	FIELD_BOOL(struct mongo_query, tls, .dflt = "false", .doc = "Whether to speak TLS."),
	FIELD_TEXT(struct mongo_query, url, .doc = "Where it is: mongodb://user:password@host/…."),
	FIELD_TEXT(struct mongo_query, user, .doc = "User; else the one in the URL."),
	FIELD_BOOL(struct mongo_query, write_probe, .dflt = "false",
		   .doc = "Insert a document into rounds_probe.write_probe and remove it again."),
	{ .name = NULL },
};

static const struct fact member_facts[] = {
	{ .name = "addresses",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Addresses of its host, as seen from here." },
	{ .name = "health",
	  .type = FACT_INT,
	  .doc = "1 when the server that was asked reaches it, else 0." },
	{ .name = "host", .type = FACT_TEXT, .doc = "Host of the member." },
	{ .name = "lag",
	  .type = FACT_DURATION,
	  .range = RANGE_SIGNED,
	  .doc = "How far it is behind the primary, where both are known." },
	{ .name = "port", .type = FACT_INT, .doc = "Port of the member." },
	{ .name = "self", .type = FACT_BOOL, .doc = "Whether it is the server asked." },
	{ .name = "state", .type = FACT_TEXT, .doc = "Its state, such as PRIMARY or SECONDARY." },
	{ .name = NULL },
};

static const struct fact mongo_facts[] = {
	{ .name = "me", .type = FACT_TEXT, .doc = "Name of the server within its replica set." },
	{ .name = "members",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = member_facts,
	  .doc = "Members of the replica set, by replSetGetStatus." },
	{ .name = "ok", .type = FACT_BOOL, .doc = "Whether everything asked for was answered." },
	{ .name = "primary_host", .type = FACT_TEXT, .doc = "Host of the primary." },
	{ .name = "primary_port", .type = FACT_INT, .doc = "Port of the primary." },
	{ .name = "reply", .type = FACT_OPEN, .doc = "What the command answered." },
	{ .name = "set", .type = FACT_TEXT, .doc = "Name of the replica set." },
	{ .name = "writable", .type = FACT_BOOL, .doc = "Whether the server is a primary." },
	{ .name = "written",
	  .type = FACT_BOOL,
	  .doc = "Whether the document of write_probe was inserted and removed." },
	{ .name = NULL },
};

/* What is not here is refused: a later version's command may do anything. */
static const char *const readers[] = {
	"aggregate", "buildInfo", "collStats", "connectionStatus", "count", "currentOp",
	"dataSize", "dbHash", "dbStats", "distinct", "features", "find", "getCmdLineOpts",
	"getLog", "getParameter", "hello", "hostInfo", "isMaster", "listCollections",
	"listCommands", "listDatabases", "listIndexes", "listShards", "ping",
	"replSetGetConfig", "replSetGetStatus", "serverStatus", "shardingState", "top",
	"whatsmyuri",
};

static bool writes_out(const json_t *command)
{
	const json_t *pipeline = json_object_get(command, "pipeline");

	for (size_t i = 0; i < json_array_size(pipeline); i++)
		if (json_object_get(json_array_get(pipeline, i), "$out") ||
		    json_object_get(json_array_get(pipeline, i), "$merge"))
			return true;
	return false;
}

/* jansson wants a writable object for iterating, though it writes nothing. */
static const char *first_key(const json_t *command)
{
	void *first = json_object_iter((json_t *)(uintptr_t)command);

	return first ? json_object_iter_key(first) : NULL;
}

int mongo_command_allow(const json_t *command, struct err **e)
{
	const char *name = first_key(command);
	auto_buf struct buf quoted = BUF_INIT(1024);

	if (!name)
		return err_set(e, ERR_DATA, "command is a map, such as { ping: 1 }");
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcasecmp(readers[i], name) && !writes_out(command))
			return 0;
	text_quote(&quoted, name, strlen(name));
	return err_set(e, ERR_DATA, "command %s is not known to only read, and is never sent",
		       buf_text(&quoted));
}

static int mongo_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			  const void *ctx, struct err **e)
{
	const struct mongo_query *q = query;

	if (given(ctx, "url") == given(ctx, "host"))
		return err_set(e, ERR_DATA, given(ctx, "url") ? "url and host exclude each other"
							      : "url or host is needed");
	if (q->url && !text_starts_with(q->url, "mongodb://"))
		return err_set(e, ERR_DATA, "url: it starts with mongodb://");
	if (given(ctx, "command") && q->write_probe)
		return err_set(e, ERR_DATA, "command and write_probe exclude each other");
	if (given(ctx, "user") && !given(ctx, "password"))
		return err_set(e, ERR_DATA, "user needs password");
	return q->command ? mongo_command_allow(q->command, e) : 0;
}

const struct check_type check_mongo = {
	.name = "mongo",
	.summary = "a MongoDB answers, and its replica set is whole",
	.lane = LANE_ISOLATED,
	.module = "mongo",
	.package = "libmongoc before 1.28, OpenSSL",
	.fields = mongo_fields,
	.query_size = sizeof(struct mongo_query),
	.facts = mongo_facts,
	.default_expect = "{ ok: true }",
	.validate = mongo_validate,
};
