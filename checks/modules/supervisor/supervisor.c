/*
 * supervisor - the module `supervisor`: one call of supervisord's XML-RPC, as facts.
 */
#include "checks/supervisor.h"

#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "checks/modules/channel.h"
#include "checks/modules/supervisor/config.h"
#include "checks/modules/supervisor/xmlrpc.h"
#include "engine/base/number.h"
#include "engine/base/text.h"

#define ANSWER_MAX ((size_t)4 * 1024 * 1024)

static const char call[] = "<?xml version=\"1.0\"?>\n<methodCall>"
			   "<methodName>supervisor.getAllProcessInfo</methodName>"
			   "<params></params></methodCall>\n";

/* --- HTTP/1.0, as much as one call needs --- */

static int send_call(struct channel *s, const struct supervisor_config *c)
{
	auto_buf struct buf out = BUF_INIT(64 * 1024);
	int failed;

	buf_printf(&out,
		   "POST /RPC2 HTTP/1.0\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
		   "Content-Length: %zu\r\n",
		   sizeof(call) - 1);
	if (c->user) {
		auto_free char *login = xasprintf("%s:%s", c->user, c->password ? c->password : "");

		buf_adds(&out, "Authorization: Basic ");
		text_base64(&out, login, strlen(login));
		buf_adds(&out, "\r\n");
		explicit_bzero(login, strlen(login));
	}
	buf_printf(&out, "\r\n%s", call);
	failed = channel_write(s, out.data, out.len);
	explicit_bzero(out.data, out.len);
	return failed;
}

/* Where the body starts; 0: not here yet. */
static size_t body_start(const struct buf *b)
{
	const char *end = b->len ? memmem(b->data, b->len, "\r\n\r\n", 4) : NULL;

	return end ? (size_t)(end - b->data) + 4 : 0;
}

/* What the header says; SIZE_MAX: until the end of the connection. */
static size_t body_length(const struct buf *b)
{
	const char *at = strcasestr(buf_text(b), "\r\nContent-Length:");
	uint64_t len;

	if (!at)
		return SIZE_MAX;
	at += strlen("\r\nContent-Length:");
	return number_scan(at + strspn(at, " "), &len) && len < SIZE_MAX ? len : SIZE_MAX;
}

static bool is_whole(const struct buf *b)
{
	const size_t start = body_start(b);
	const size_t len = start ? body_length(b) : 0;

	return start && len != SIZE_MAX && b->len - start >= len;
}

static int ended_early(const struct buf *b, struct channel *s, struct observer *o)
{
	if (body_start(b) && body_length(b) == SIZE_MAX)
		return 0;
	observer_trouble(o, KIND_CLOSED, "connection closed by %s after %zu bytes of its answer",
			 channel_peer(s), b->len);
	return -1;
}

static int read_answer(struct channel *s, struct observer *o, struct buf *out)
{
	char bytes[16384];

	while (!is_whole(out)) {
		const ssize_t n = channel_read(s, bytes, sizeof(bytes));

		if (n < 0)
			return -1;
		if (n == 0)
			return ended_early(out, s, o);
		if (!buf_add(out, bytes, (size_t)n)) {
			observer_trouble(o, KIND_TOO_LARGE, "the answer of %s is larger than 4 MiB",
					 channel_peer(s));
			return -1;
		}
		if (out->len >= 5 && strncmp(out->data, "HTTP/", 5)) {
			observer_trouble(o, KIND_PROTOCOL, "%s does not speak HTTP",
					 channel_peer(s));
			return -1;
		}
	}
	return 0;
}

static int judge_status(const struct buf *answer, struct channel *s, struct observer *o)
{
	const char *space = strchr(buf_text(answer), ' ');
	uint64_t status = 0;

	if (!space || !number_scan(space + 1, &status))
		status = 0;
	if (status == 200)
		return 0;
	if (status == 401)
		observer_trouble(o, KIND_AUTH,
				 "%s refused the login with the configuration's user (401)",
				 channel_peer(s));
	else
		observer_trouble(o, KIND_PROTOCOL, "%s answered with HTTP status %u",
				 channel_peer(s), (unsigned)status);
	return -1;
}

/* --- what it says --- */

static json_t *read_value(const struct buf *answer, struct channel *s, struct observer *o)
{
	const size_t start = body_start(answer);
	auto_err struct err *e = NULL;
	bool fault = false;
	json_t *value = xmlrpc_read(answer->data + start, answer->len - start, &fault, &e);
	const char *words;

	if (!value) {
		observer_trouble(o, KIND_PROTOCOL, "%s: %s", channel_peer(s), err_text(e));
		return NULL;
	}
	if (!fault && json_is_array(value))
		return value;
	words = json_string_value(json_object_get(value, "faultString"));
	observer_trouble(o, fault ? KIND_QUERY : KIND_PROTOCOL, "%s refused the call: %s",
			 channel_peer(s), words ? words : "the answer is no list");
	json_decref(value);
	return NULL;
}

static json_t *ask(const struct supervisor_config *c, struct observer *o)
{
	const struct channel_options options = { .host = c->socket ? NULL : c->host,
						.port = c->port,
						.path = c->socket,
						.deadline = observer_deadline(o) };
	struct channel *s = channel_open(o, &options);
	auto_buf struct buf answer = BUF_INIT(ANSWER_MAX);
	json_t *value = NULL;

	if (!s)
		return NULL;
	observer_phase(o, "answer");
	if (send_call(s, c) == 0 && read_answer(s, o, &answer) == 0 &&
	    judge_status(&answer, s, o) == 0)
		value = read_value(&answer, s, o);
	channel_close(s);
	return value;
}

static const char *text_of(const json_t *info, const char *key)
{
	const char *text = json_string_value(json_object_get(info, key));

	return text ? text : "";
}

static int64_t int_of(const json_t *info, const char *key)
{
	return json_integer_value(json_object_get(info, key));
}

/* supervisord's words to ours. */
static json_t *program_facts(const json_t *info)
{
	json_t *p = json_object();
	const int64_t pid = int_of(info, "pid");

	json_object_set_new(p, "name", json_string(text_of(info, "name")));
	json_object_set_new(p, "group", json_string(text_of(info, "group")));
	json_object_set_new(p, "state", json_string(text_of(info, "statename")));
	json_object_set_new(p, "exit_status", json_integer(int_of(info, "exitstatus")));
	if (pid) {
		json_object_set_new(p, "pid", json_integer(pid));
		json_object_set_new(p, "uptime",
				    json_integer(int_of(info, "now") - int_of(info, "start")));
	}
	return p;
}

/* "program", "group:program", "group:*" or "group". */
static bool is_meant(const json_t *info, const char *wanted)
{
	const char *name = text_of(info, "name"), *group = text_of(info, "group");
	const size_t len = strlen(group);

	if (!wanted || !strcmp(wanted, name) || !strcmp(wanted, group))
		return true;
	return !strncmp(wanted, group, len) && wanted[len] == ':' &&
	       (!strcmp(wanted + len + 1, name) || !strcmp(wanted + len + 1, "*"));
}

static json_t *choose(const json_t *all, const char *wanted)
{
	json_t *chosen = json_array();

	for (size_t i = 0; i < json_array_size(all); i++)
		if (is_meant(json_array_get(all, i), wanted))
			json_array_append_new(chosen, program_facts(json_array_get(all, i)));
	return chosen;
}

static void none_found(const json_t *all, const char *wanted, struct observer *o)
{
	auto_buf struct buf names = BUF_INIT(1000);

	for (size_t i = 0; i < json_array_size(all); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", text_of(json_array_get(all, i), "name"));
	if (wanted)
		observer_trouble(o, KIND_NOT_FOUND, "supervisord has no program '%s'; it has: %s",
				 wanted, names.len ? buf_text(&names) : "none");
	else
		observer_trouble(o, KIND_EMPTY, "supervisord has no programs");
}

/* The first that does not run stands for all, else the youngest. */
static const json_t *foremost(const json_t *programs)
{
	const json_t *first = NULL;

	for (size_t i = 0; i < json_array_size(programs); i++) {
		const json_t *p = json_array_get(programs, i);

		if (strcmp(text_of(p, "state"), "RUNNING"))
			return p;
		if (!first || int_of(p, "uptime") < int_of(first, "uptime"))
			first = p;
	}
	return first;
}

static void tell(const json_t *all, const char *wanted, struct observer *o)
{
	static const char *const shared[] = { "exit_status", "pid", "state", "uptime" };
	json_t *programs = choose(all, wanted);
	const json_t *p = foremost(programs);

	observer_set(o, "programs", programs);
	if (!p) {
		none_found(all, wanted, o);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++) {
		json_t *value = json_object_get(p, shared[i]);

		if (value)
			observer_set(o, shared[i], json_incref(value));
	}
	if (json_array_size(programs) > 1 && strcmp(text_of(p, "state"), "RUNNING"))
		observer_trace(o, "%s is %s", text_of(p, "name"), text_of(p, "state"));
}

static int supervisor_observe(const void *query, struct observer *o, struct err **e)
{
	const struct supervisor_query *q = query;
	struct supervisor_config c;
	json_t *all;

	(void)e;
	if (config_read(q->config, o, &c))
		return 0;
	all = ask(&c, o);
	config_release(&c);
	if (all)
		tell(all, q->program, o);
	json_decref(all);
	return 0;
}

static const struct check_type supervisor_code = {
	.name = "supervisor",
	.observe = supervisor_observe,
};

static const struct check_type *const types[] = { &supervisor_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
};
