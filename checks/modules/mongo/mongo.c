/*
 * mongo - the module `mongo`: who answers, the replica set, a command, a probe that writes.
 */
#include "checks/mongo.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "checks/check.h"
#include "checks/modules/dial.h"
#include "checks/modules/mongo/client.h"
#include "checks/net/address.h"
#include "checks/net/url.h"
#include "engine/base/auto.h"
#include "engine/base/xalloc.h"

#define REPLY_MAX ((size_t)4 * 1024 * 1024)
#define NO_SUCH_COMMAND 59
#define NO_REPLICATION 76
#define NOT_YET_INITIALIZED 94

/* --- what came, as facts --- */

static const char *text_of(const bson_t *doc, const char *key)
{
	bson_iter_t at;

	return bson_iter_init_find(&at, doc, key) && BSON_ITER_HOLDS_UTF8(&at)
		       ? bson_iter_utf8(&at, NULL)
		       : NULL;
}

static bool bool_of(const bson_t *doc, const char *key)
{
	bson_iter_t at;

	return bson_iter_init_find(&at, doc, key) && bson_iter_as_bool(&at);
}

static void set_text(struct observer *o, const char *fact, const char *text)
{
	if (text)
		observer_set_string(o, fact, text);
}

static void set_primary(struct observer *o, const char *name)
{
	auto_free char *host = NULL;
	uint16_t port = 0;

	if (!name || url_host(name, &host, &port, NULL))
		return;
	observer_set_string(o, "primary_host", host);
	observer_set_int(o, "primary_port", port ? port : 27017);
}

static int set_reply(struct mongo_client *c, const bson_t *reply)
{
	char *text;
	json_t *value;

	if (reply->len > REPLY_MAX) {
		observer_trouble(c->observer, KIND_TOO_LARGE, "the reply is larger than 4 MiB");
		return -1;
	}
	text = bson_as_relaxed_extended_json(reply, NULL);
	value = text ? json_loads(text, 0, NULL) : NULL;
	bson_free(text);
	if (!value) {
		observer_trouble(c->observer, KIND_PROTOCOL, "the reply cannot be read as JSON");
		return -1;
	}
	observer_set(c->observer, "reply", value);
	return 0;
}

/* --- the server --- */

static int ask_one(struct mongo_client *c, const char *name, bson_t *reply, bson_error_t *error)
{
	bson_t command = BSON_INITIALIZER;
	int failed;

	BSON_APPEND_INT32(&command, name, 1);
	failed = client_run(c, "admin", &command, reply, error);
	bson_destroy(&command);
	return failed;
}

/* Before 4.4.2 there is only isMaster. */
static int greet(struct mongo_client *c)
{
	bson_error_t error = { 0 };
	bson_t reply = BSON_INITIALIZER;
	int failed;

	failed = ask_one(c, "hello", &reply, &error);
	if (failed && error.domain == MONGOC_ERROR_SERVER && error.code == NO_SUCH_COMMAND) {
		bson_destroy(&reply);
		failed = ask_one(c, "isMaster", &reply, &error);
	}
	if (failed) {
		client_trouble(c, &error, "hello");
	} else {
		set_text(c->observer, "set", text_of(&reply, "setName"));
		set_text(c->observer, "me", text_of(&reply, "me"));
		set_primary(c->observer, text_of(&reply, "primary"));
		observer_set_bool(c->observer, "writable",
				  bool_of(&reply, "isWritablePrimary") ||
					  bool_of(&reply, "ismaster"));
	}
	bson_destroy(&reply);
	return failed;
}

/* --- the replica set --- */

/* When the member's last operation was, in ms; 0: not told. */
static int64_t operation_time(const bson_t *member)
{
	bson_iter_t at;

	return bson_iter_init_find(&at, member, "optimeDate") && BSON_ITER_HOLDS_DATE_TIME(&at)
		       ? bson_iter_date_time(&at)
		       : 0;
}

static json_t *addresses_of(const struct mongo_client *c, const char *host)
{
	struct observer *aside = observer_new(NULL); /* a name unknown here is no trouble */
	struct addresses found;
	json_t *list = json_array();

	if (dial_resolve(aside, host, c->deadline, &found))
		found.count = 0;
	for (size_t i = 0; i < found.count; i++) {
		auto_buf struct buf text = BUF_INIT(128);

		address_print(&found.items[i], &text);
		json_array_append_new(list, json_string(buf_text(&text)));
	}
	observer_free(aside);
	return list;
}

static json_t *member_facts(const struct mongo_client *c, const bson_t *doc, int64_t primary_time)
{
	json_t *m = json_object();
	const char *name = text_of(doc, "name"), *state = text_of(doc, "stateStr");
	const int64_t time = operation_time(doc);
	auto_free char *host = NULL;
	uint16_t port = 0;
	bson_iter_t at;

	if (name && url_host(name, &host, &port, NULL) == 0) {
		json_object_set_new(m, "host", observer_text(host, strlen(host)));
		json_object_set_new(m, "port", json_integer(port ? port : 27017));
		json_object_set_new(m, "addresses", addresses_of(c, host));
	}
	if (state)
		json_object_set_new(m, "state", observer_text(state, strlen(state)));
	if (bson_iter_init_find(&at, doc, "health"))
		json_object_set_new(m, "health", json_integer(bson_iter_as_int64(&at)));
	if (time && primary_time)
		json_object_set_new(m, "lag",
				    json_real(time < primary_time
						      ? (double)(primary_time - time) / 1000
						      : 0));
	json_object_set_new(m, "self", json_boolean(bool_of(doc, "self")));
	return m;
}

/* Call fn for each member. */
static void each_member(const bson_t *reply, void (*fn)(void *ctx, const bson_t *member), void *ctx)
{
	bson_iter_t list, at;

	if (!bson_iter_init_find(&list, reply, "members") || !bson_iter_recurse(&list, &at))
		return;
	while (bson_iter_next(&at)) {
		const uint8_t *bytes = NULL;
		uint32_t len = 0;
		bson_t member;

		if (!BSON_ITER_HOLDS_DOCUMENT(&at))
			continue;
		bson_iter_document(&at, &len, &bytes);
		if (bson_init_static(&member, bytes, len))
			fn(ctx, &member);
	}
}

struct members {
	const struct mongo_client *client;
	json_t *list;
	int64_t primary_time;
};

static void note_primary(void *ctx, const bson_t *member)
{
	struct members *m = ctx;
	const char *state = text_of(member, "stateStr");

	if (!state || strcmp(state, "PRIMARY"))
		return;
	m->primary_time = operation_time(member);
	set_primary(m->client->observer, text_of(member, "name"));
}

static void add_member(void *ctx, const bson_t *member)
{
	struct members *m = ctx;

	json_array_append_new(m->list, member_facts(m->client, member, m->primary_time));
}

static int look_at_set(struct mongo_client *c)
{
	struct members m = { .client = c, .list = json_array() };
	bson_error_t error = { 0 };
	bson_t reply = BSON_INITIALIZER;
	int failed = ask_one(c, "replSetGetStatus", &reply, &error);

	if (failed && error.domain == MONGOC_ERROR_SERVER &&
	    (error.code == NO_REPLICATION || error.code == NOT_YET_INITIALIZED)) {
		observer_trace(c->observer, "no replica set: %s", error.message);
		failed = 0;
	} else if (failed) {
		client_trouble(c, &error, "replSetGetStatus");
	} else {
		set_text(c->observer, "set", text_of(&reply, "set"));
		each_member(&reply, note_primary, &m);
		each_member(&reply, add_member, &m);
		observer_set(c->observer, "members", json_incref(m.list));
	}
	json_decref(m.list);
	bson_destroy(&reply);
	return failed;
}

/* --- a command, a probe --- */

static int run_command(struct mongo_client *c, const struct mongo_query *q)
{
	auto_free char *text = json_dumps(q->command, JSON_COMPACT);
	auto_err struct err *e = NULL;
	bson_error_t error = { 0 };
	bson_t reply = BSON_INITIALIZER;
	bson_t *command;
	int failed;

	if (mongo_command_allow(q->command, &e)) {
		observer_trouble(c->observer, KIND_PARAMETER, "%s", err_text(e));
		return -1;
	}
	command = bson_new_from_json((const uint8_t *)text, -1, &error);
	if (!command) {
		observer_trouble(c->observer, KIND_PARAMETER, "command: %s", error.message);
		return -1;
	}
	bson_destroy(&reply);
	failed = client_run(c, q->database, command, &reply, &error);
	bson_destroy(command);
	failed = failed ? client_trouble(c, &error, "the command") : set_reply(c, &reply);
	bson_destroy(&reply);
	return failed;
}

static int remove_one(struct mongo_client *c, mongoc_collection_t *probes, const bson_t *which)
{
	bson_error_t error = { 0 };
	bson_iter_t at;
	bson_t reply;
	int failed = 0;

	if (!mongoc_collection_delete_one(probes, which, NULL, &reply, &error)) {
		failed = client_trouble(c, &error, "the removal");
	} else if (!bson_iter_init_find(&at, &reply, "deletedCount") ||
		   bson_iter_as_int64(&at) != 1) {
		observer_trouble(c->observer, KIND_CORRUPT,
				 "the document was inserted, but was not there to be removed");
		failed = -1;
	}
	bson_destroy(&reply);
	return failed;
}

static int insert_and_remove(struct mongo_client *c, mongoc_collection_t *probes)
{
	bson_error_t error = { 0 };
	bson_oid_t id;
	bson_t doc = BSON_INITIALIZER;
	int failed;

	bson_oid_init(&id, NULL);
	BSON_APPEND_OID(&doc, "_id", &id);
	if (mongoc_collection_insert_one(probes, &doc, NULL, NULL, &error))
		failed = remove_one(c, probes, &doc);
	else
		failed = client_trouble(c, &error, "the insertion");
	bson_destroy(&doc);
	return failed;
}

static int probe_writing(struct mongo_client *c)
{
	mongoc_collection_t *probes =
		mongoc_client_get_collection(c->client, "rounds_probe", "write_probe");
	mongoc_write_concern_t *majority = mongoc_write_concern_new();
	int failed;

	mongoc_write_concern_set_w(majority, MONGOC_WRITE_CONCERN_W_MAJORITY);
	mongoc_collection_set_write_concern(probes, majority);
	mongoc_write_concern_destroy(majority);
	observer_trace(c->observer,
		       "write_probe: one document into rounds_probe.write_probe, and out again");
	failed = insert_and_remove(c, probes);
	mongoc_collection_destroy(probes);
	observer_set_bool(c->observer, "written", !failed);
	return failed;
}

static int look(struct mongo_client *c, const struct mongo_query *q)
{
	if (greet(c))
		return -1;
	if (q->command)
		return run_command(c, q);
	if (q->write_probe)
		return probe_writing(c);
	if (!observer_wants(c->observer, "members") &&
	    !observer_wants(c->observer, "primary_host") &&
	    !observer_wants(c->observer, "primary_port"))
		return 0;
	return look_at_set(c);
}

static int mongo_observe(const void *query, struct observer *o, struct err **e)
{
	struct mongo_client c;
	bool ok;

	(void)e;
	observer_set_bool(o, "ok", false);
	ok = client_open(&c, o, query) == 0 && look(&c, query) == 0;
	client_close(&c);
	observer_set_bool(o, "ok", ok);
	return 0;
}

/* The library has made counters for onlookers as it was loaded, which a worker that is killed, or
 * ends without ceremony, would leave in /dev/shm: a file for each check that ever ran. */
static void forget_counters(void)
{
	auto_free char *name = xasprintf("/mongoc-%u", (unsigned)getpid());

	shm_unlink(name);
}

/* OpenSSL writes to sockets by write(2), which knows no MSG_NOSIGNAL. */
static int mongo_init(struct err **e)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (sigaction(SIGPIPE, &ignore, NULL) < 0)
		return err_errno(e, ERR_SYSTEM, "sigaction");
	forget_counters();
	mongoc_init();
	mongoc_log_set_handler(NULL, NULL);
	return 0;
}

static const struct check_type mongo_code = {
	.name = "mongo",
	.observe = mongo_observe,
};

static const struct check_type *const types[] = { &mongo_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
	.init = mongo_init,
};
