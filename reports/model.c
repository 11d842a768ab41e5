#include "reports/model.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/result/result.h"
#include "reports/plain.h"

#define REMEDY_MAX (16 * 1024)

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

/* A text of the ruleset; bytes that are no UTF-8 cannot come here, but a NULL must never end a
 * report. */
static void put_text(json_t *o, const char *key, const char *s)
{
	json_t *v = text_or_null(s);

	json_object_set_new(o, key, v ? v : json_string("\xef\xbf\xbd"));
}

static void put_time(json_t *o, const char *key, int64_t real_ns)
{
	char text[32];

	if (!real_ns) {
		json_object_set_new(o, key, json_null());
		return;
	}
	clock_rfc3339(real_ns, text, sizeof(text));
	put_text(o, key, text);
}

int64_t model_ms(int64_t ns)
{
	return (ns + NS_PER_MS / 2) / NS_PER_MS;
}

json_t *model_tool(void)
{
	return json_pack("{s:s, s:s}", "name", "rounds", "version", PACKAGE_VERSION);
}

static json_t *model_host(const struct run *r)
{
	json_t *host = json_object();

	put_text(host, "name", r->host);
	put_text(host, "os", r->os);
	return host;
}

/* The offset is enough for a reader: zone names need not be known elsewhere. */
static void put_zone(json_t *o)
{
	const time_t now = (time_t)(clock_real() / NS_PER_S);
	struct tm tm;
	char text[16] = "";

	if (localtime_r(&now, &tm))
		strftime(text, sizeof(text), "%z", &tm);
	put_text(o, "timezone", text);
}

json_t *model_run(const struct run *r)
{
	json_t *o = json_object();

	put_text(o, "id", r->id);
	put_text(o, "trigger", r->trigger);
	put_text(o, "operator", r->operator_name);
	json_object_set_new(o, "host", model_host(r));
	put_time(o, "started", r->started);
	put_time(o, "finished", r->finished);
	json_object_set_new(o, "duration_ms",
			    r->finished ? json_integer(model_ms(r->finished - r->started))
					: json_null());
	put_zone(o);
	json_object_set_new(o, "complete", json_boolean(r->complete));
	put_text(o, "cut_short", r->cut_short);
	put_text(o, "root", r->root);
	json_object_set_new(o, "entered", r->entered ? json_integer(r->entered) : json_null());
	return o;
}

json_t *model_rulesets(const struct run *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->ruleset_count; i++) {
		const struct ruleset_info *s = &r->rulesets[i];
		json_t *o = json_object();

		put_text(o, "name", s->name);
		put_text(o, "version", s->version);
		put_text(o, "product", s->product);
		put_text(o, "component", s->component);
		put_text(o, "file", s->path);
		put_text(o, "sha256", s->document ? document_sha256(s->document) : NULL);
		put_text(o, "source", "local");
		json_object_set_new(o, "applies", json_boolean(s->applies));
		put_text(o, "reason", s->reason);
		json_array_append_new(list, o);
	}
	return list;
}

static bool counts(const struct run *r, const struct result *x)
{
	return !x->below_gate &&
	       (x->status == STATUS_FAIL || (x->status == STATUS_ERROR && !r->ignore_errors));
}

json_t *model_gate(const struct run *r)
{
	json_t *o = json_object();
	json_t *reasons = json_array();

	put_text(o, "fail_on", severity_name(r->fail_on));
	put_text(o, "on_error", r->ignore_errors ? "ignore" : "fail");
	put_text(o, "result", gate_name(r->gate));
	json_object_set_new(o, "exit_code", json_integer(r->exit_code));
	for (size_t i = 0; i < r->count; i++)
		if (counts(r, &r->results[i]))
			json_array_append_new(reasons, json_string(r->results[i].id));
	json_object_set_new(o, "reasons", reasons);
	return o;
}

static void put_statuses(json_t *o, const size_t count[STATUS_COUNT])
{
	for (int s = 0; s < STATUS_COUNT; s++)
		json_object_set_new(o, status_name(s), json_integer((json_int_t)count[s]));
}

json_t *model_summary(const struct run *r)
{
	const struct summary *s = &r->summary;
	json_t *o = json_object();
	json_t *severities = json_object();

	json_object_set_new(o, "total", json_integer((json_int_t)s->total));
	put_statuses(o, s->count);
	json_object_set_new(o, "waived", json_integer(0));
	json_object_set_new(o, "flaky", json_integer((json_int_t)s->flaky));
	json_object_set_new(o, "pending", json_integer((json_int_t)s->pending));
	json_object_set_new(o, "not_configured", json_integer((json_int_t)s->not_configured));
	for (int v = SEVERITY_CRITICAL; v >= SEVERITY_INFO; v--) {
		json_t *one = json_object();

		put_statuses(one, s->by_severity[v]);
		json_object_set_new(severities, severity_name(v), one);
	}
	json_object_set_new(o, "by_severity", severities);
	return o;
}

static json_t *model_steps(const struct guidance *g, const char *lang)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->step_count; i++) {
		json_t *o = json_object();

		put_text(o, "text", words_in(&g->steps[i].text, lang));
		put_text(o, "command", g->steps[i].command);
		put_text(o, "risk", g->steps[i].risk);
		json_array_append_new(list, o);
	}
	return list;
}

char *model_remediation(const struct result *x, const char *lang)
{
	auto_buf struct buf b = BUF_INIT(REMEDY_MAX);
	const struct guidance *g = x->check ? x->check->guidance : NULL;

	if (!g || !g->step_count)
		return NULL;
	for (size_t i = 0; i < g->step_count; i++) {
		const struct step *s = &g->steps[i];
		const char *text = words_in(&s->text, lang);

		buf_printf(&b, "%s%zu. %s", i ? "\n" : "", i + 1, text ? text : "");
		if (s->risk)
			buf_printf(&b, " [%s]", s->risk);
		if (s->command)
			buf_printf(&b, ": %s", s->command);
	}
	return buf_take(&b);
}

static json_t *model_causes(const struct guidance *g, const char *lang)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->cause_count; i++)
		json_array_append_new(list, text_or_null(words_in(&g->causes[i], lang)));
	return list;
}

/* An object that is written member by member: a tree of each result cost nearly half of the
 * instructions of a run with a JSON report. */
struct members {
	struct buf *out;
	size_t flags; /* of jansson: 0 or JSON_COMPACT */
	bool any;     /* one has been written */
};

/* buf_add(), without a call where there is room. */
static inline void put(struct buf *b, const char *bytes, size_t len)
{
	if (b->cap - b->len <= len || b->max - b->len < len) {
		buf_add(b, bytes, len);
		return;
	}
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

/* A member's name as it is written, and how long that is: two arguments. */
#define KEY(name) "\"" name "\":", sizeof("\"" name "\":") - 1

static inline void write_key(struct members *m, const char *key, size_t len)
{
	const bool compact = m->flags & JSON_COMPACT;

	if (m->any)
		put(m->out, ", ", compact ? 1 : 2);
	m->any = true;
	put(m->out, key, len);
	if (!compact)
		put(m->out, " ", 1);
}

/* As it is: a number, a word of JSON, an empty list. */
static void write_raw(struct members *m, const char *key, size_t key_len, const char *json)
{
	write_key(m, key, key_len);
	put(m->out, json, strlen(json));
}

static void write_bool(struct members *m, const char *key, size_t key_len, bool value)
{
	write_raw(m, key, key_len, value ? "true" : "false");
}

static void write_int(struct members *m, const char *key, size_t key_len, int64_t value)
{
	write_key(m, key, key_len);
	buf_add_int(m->out, value);
}

static void write_part(struct members *m, const char *key, size_t key_len, const char *s,
		       size_t len)
{
	write_key(m, key, key_len);
	put(m->out, "\"", 1);
	text_json(m->out, s, len);
	put(m->out, "\"", 1);
}

static void write_text(struct members *m, const char *key, size_t key_len, const char *s)
{
	if (s)
		write_part(m, key, key_len, s, strlen(s));
	else
		write_raw(m, key, key_len, "null");
}

static int add_bytes(const char *bytes, size_t len, void *ctx)
{
	return buf_add(ctx, bytes, len) ? 0 : -1;
}

static void write_json(struct members *m, const char *key, size_t key_len, const json_t *value)
{
	write_key(m, key, key_len);
	if (json_dump_callback(value, add_bytes, m->out, m->flags | JSON_ENCODE_ANY))
		buf_adds(m->out, "null");
}

/* Releases the list; most are empty, which NULL says, too. */
static void write_list(struct members *m, const char *key, size_t key_len, json_t *list)
{
	if (json_array_size(list))
		write_json(m, key, key_len, list);
	else
		write_raw(m, key, key_len, "[]");
	json_decref(list);
}

static void write_time(struct members *m, const char *key, size_t key_len, int64_t real_ns)
{
	char text[32];

	if (real_ns)
		clock_rfc3339(real_ns, text, sizeof(text));
	write_text(m, key, key_len, real_ns ? text : NULL);
}

/* The members of write_guidance() behind others, when there is none. */
#define NO_GUIDANCE(comma, colon) \
	comma "\"impact\"" colon "null" comma "\"causes\"" colon "[]" comma \
	      "\"remediation\"" colon "null" comma "\"remedy\"" colon "[]" comma \
	      "\"verify\"" colon "null" comma "\"doc\"" colon "null"

/* What an operator needs to act on it; the same for every run of the rule. */
static void write_guidance(struct members *m, const struct result *x, const char *lang)
{
	const struct guidance *g = x->check->guidance;
	const char *impact = words_in(&g->impact, lang), *verify = words_in(&g->verify, lang);
	auto_free char *remediation = NULL;

	if (!impact && !verify && !g->doc && !g->cause_count && !g->step_count) {
		/* as much as anything else in the report of checks that only say what to expect */
		buf_adds(m->out, m->flags & JSON_COMPACT ? NO_GUIDANCE(",", ":")
							 : NO_GUIDANCE(", ", ": "));
		return;
	}
	remediation = model_remediation(x, lang);
	write_text(m, KEY("impact"), impact);
	write_list(m, KEY("causes"), g->cause_count ? model_causes(g, lang) : NULL);
	write_text(m, KEY("remediation"), remediation);
	write_list(m, KEY("remedy"), g->step_count ? model_steps(g, lang) : NULL);
	write_text(m, KEY("verify"), verify);
	write_text(m, KEY("doc"), g->doc);
}

static void write_location(struct members *m, const struct check *c)
{
	const struct node *at = c ? c->rule->at : NULL;
	struct members in = { .out = m->out, .flags = m->flags };

	if (!c) {
		write_raw(m, KEY("location"), "null");
		return;
	}
	write_raw(m, KEY("location"), "{");
	write_text(&in, KEY("file"), document_name(at->document));
	write_int(&in, KEY("line"), at->line);
	write_int(&in, KEY("column"), at->column);
	buf_addc(m->out, '}');
}

static void write_tags(struct members *m, const struct check *c)
{
	const size_t count = c ? c->rule->tag_count : 0;
	json_t *tags = count ? json_array() : NULL;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(tags, json_string(c->rule->tags[i]));
	write_list(m, KEY("tags"), tags);
}

/* What may be missing of the details; its absence has a type of its own, and is most of what is
 * written of a check that passes. */
#define EACH_DETAIL(X) \
	X("expected", "null") \
	X("actual", "null") \
	X("failures", "[]") \
	X("error", "null") \
	X("observed", "{}") \
	X("evidence", "[]") \
	X("trace", "[]") \
	X("tries", "[]") \
	X("samples", "null") \
	X("target", "null")
#define DETAIL_NAME(name, absent) name,
#define DETAIL_TOLD(name, absent) \
	{ KEY(name), ", \"" name "\": " absent, ",\"" name "\":" absent },
static const char *const detail_names[] = { EACH_DETAIL(DETAIL_NAME) };
static const struct {
	const char *key;
	size_t key_len;
	const char *missing, *missing_compact; /* behind other members */
} details_told[] = { EACH_DETAIL(DETAIL_TOLD) };
#define DETAILS ARRAY_SIZE(detail_names)

static void write_missing(struct members *m, size_t detail)
{
	const char *text = m->flags & JSON_COMPACT ? details_told[detail].missing_compact
						   : details_told[detail].missing;

	put(m->out, text, strlen(text));
}

static void write_parsed_details(struct members *m, const struct result *x)
{
	json_t *details = result_details(x);

	for (size_t i = 0; i < DETAILS; i++) {
		const json_t *v = json_object_get(details, detail_names[i]);

		if (v)
			write_json(m, details_told[i].key, details_told[i].key_len, v);
		else
			write_missing(m, i);
	}
	json_decref(details);
}

/* The details come from a worker: they are read before they are told. */
static void write_details(struct members *m, const struct result *x)
{
	struct plain_member found[DETAILS] = { 0 };

	if (x->details && !plain_find(x->details, detail_names, DETAILS, found)) {
		write_parsed_details(m, x);
		return;
	}
	for (size_t i = 0; i < DETAILS; i++) {
		if (!found[i].value) {
			write_missing(m, i);
			continue;
		}
		write_key(m, details_told[i].key, details_told[i].key_len);
		put(m->out, found[i].value, found[i].len);
	}
}

static void write_outcome(struct members *m, const struct result *x, bool ended)
{
	write_text(m, KEY("message"), x->message);
	write_details(m, x);
	if (ended)
		write_text(m, KEY("cause"), x->cause ? x->cause->id : NULL);
}

static void write_pending(struct members *m, const struct result *x)
{
	struct members in = { .out = m->out, .flags = m->flags };

	if (!x->pending) {
		write_raw(m, KEY("pending"), "null");
		return;
	}
	write_raw(m, KEY("pending"), "{");
	write_int(&in, KEY("failed"), x->pending);
	write_int(&in, KEY("of"), x->pending_of);
	buf_addc(m->out, '}');
}

static void write_identity(struct members *m, const struct run *r, const struct result *x,
			   bool ended)
{
	size_t len;
	const char *ruleset = result_ruleset(x, &len);

	write_text(m, KEY("id"), x->id);
	write_part(m, KEY("ruleset"), ruleset, len);
	write_text(m, KEY("type"), result_type(x));
	write_text(m, KEY("title"), result_title(x, r->lang));
	write_text(m, KEY("severity"), severity_name(x->severity));
	write_text(m, KEY("status"), status_name(x->status));
	write_bool(m, KEY("flaky"), x->flaky);
	write_pending(m, x);
	write_bool(m, KEY("not_configured"), x->not_configured);
	if (ended)
		write_bool(m, KEY("below_gate"), x->below_gate);
}

void model_result(const struct run *r, const struct result *x, bool ended, size_t flags,
		  struct buf *out)
{
	const struct check *c = x->check;
	struct members m = { .out = out, .flags = flags };

	write_identity(&m, r, x, ended);
	write_outcome(&m, x, ended);
	if (c)
		write_guidance(&m, x, r->lang);
	write_location(&m, c);
	write_time(&m, KEY("started"), x->started);
	write_int(&m, KEY("duration_ms"), model_ms(x->duration));
	write_int(&m, KEY("attempts"), x->attempts);
	write_list(&m, KEY("params"), c ? json_incref(c->params) : NULL);
	write_raw(&m, KEY("waiver"), "null");
	write_tags(&m, c);
}
