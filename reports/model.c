#include "reports/model.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "engine/result/result.h"

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

static json_t *model_steps(const struct check *c, const char *lang)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->step_count; i++) {
		json_t *o = json_object();

		put_text(o, "text", words_in(&c->steps[i].text, lang));
		put_text(o, "command", c->steps[i].command);
		put_text(o, "risk", c->steps[i].risk);
		json_array_append_new(list, o);
	}
	return list;
}

char *model_remediation(const struct result *x, const char *lang)
{
	auto_buf struct buf b = BUF_INIT(REMEDY_MAX);
	const struct check *c = x->check;

	if (!c || !c->step_count)
		return NULL;
	for (size_t i = 0; i < c->step_count; i++) {
		const struct step *s = &c->steps[i];
		const char *text = words_in(&s->text, lang);

		buf_printf(&b, "%s%zu. %s", i ? "\n" : "", i + 1, text ? text : "");
		if (s->risk)
			buf_printf(&b, " [%s]", s->risk);
		if (s->command)
			buf_printf(&b, ": %s", s->command);
	}
	return buf_take(&b);
}

static void put_causes(json_t *o, const struct check *c, const char *lang)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->cause_count; i++)
		json_array_append_new(list, text_or_null(words_in(&c->causes[i], lang)));
	json_object_set_new(o, "causes", list);
}

/* What an operator needs to act on it; the same for every run of the rule. */
static void put_guidance(json_t *o, const struct result *x, const char *lang)
{
	const struct check *c = x->check;
	auto_free char *remediation = model_remediation(x, lang);

	put_text(o, "impact", words_in(&c->impact, lang));
	put_causes(o, c, lang);
	put_text(o, "remediation", remediation);
	json_object_set_new(o, "remedy", model_steps(c, lang));
	put_text(o, "verify", words_in(&c->verify, lang));
	put_text(o, "doc", c->doc);
}

static json_t *model_location(const struct check *c)
{
	const struct node *at = c->rule->at;

	return json_pack("{s:s, s:i, s:i}", "file", document_name(at->document), "line",
			 (int)at->line, "column", (int)at->column);
}

static void put_tags(json_t *o, const struct check *c)
{
	json_t *tags = json_array();

	for (size_t i = 0; c && i < c->rule->tag_count; i++)
		json_array_append_new(tags, json_string(c->rule->tags[i]));
	json_object_set_new(o, "tags", tags);
}

/* A member of the details under its own name; its absence has a type of its own. */
static void put_detail(json_t *o, json_t *details, const char *key, json_t *absent)
{
	json_t *v = json_object_get(details, key);

	if (v)
		json_object_set(o, key, v);
	else
		json_object_set(o, key, absent);
	json_decref(absent);
}

static void put_outcome(json_t *o, const struct result *x)
{
	json_t *details = result_details(x);

	put_text(o, "message", x->message);
	put_detail(o, details, "expected", json_null());
	put_detail(o, details, "actual", json_null());
	put_detail(o, details, "failures", json_array());
	put_detail(o, details, "error", json_null());
	put_detail(o, details, "observed", json_object());
	put_detail(o, details, "evidence", json_array());
	put_detail(o, details, "trace", json_array());
	put_detail(o, details, "tries", json_array());
	put_detail(o, details, "samples", json_null());
	put_detail(o, details, "target", json_null());
	put_text(o, "cause", x->cause ? x->cause->id : NULL);
	json_decref(details);
}

static void put_identity(json_t *o, const struct run *r, const struct result *x)
{
	size_t len;
	const char *ruleset = result_ruleset(x, &len);

	put_text(o, "id", x->id);
	json_object_set_new(o, "ruleset", json_stringn(ruleset, len));
	put_text(o, "type", result_type(x));
	put_text(o, "title", result_title(x, r->lang));
	put_text(o, "severity", severity_name(x->severity));
	put_text(o, "status", status_name(x->status));
	json_object_set_new(o, "flaky", json_boolean(x->flaky));
	json_object_set_new(o, "pending",
			    x->pending ? json_pack("{s:i, s:i}", "failed", (int)x->pending, "of",
						   (int)x->pending_of)
				       : json_null());
	json_object_set_new(o, "not_configured", json_boolean(x->not_configured));
	json_object_set_new(o, "below_gate", json_boolean(x->below_gate));
}

json_t *model_result(const struct run *r, const struct result *x)
{
	const struct check *c = x->check;
	json_t *o = json_object();

	put_identity(o, r, x);
	put_outcome(o, x);
	if (c)
		put_guidance(o, x, r->lang);
	json_object_set_new(o, "location", c ? model_location(c) : json_null());
	put_time(o, "started", x->started);
	json_object_set_new(o, "duration_ms", json_integer(model_ms(x->duration)));
	json_object_set_new(o, "attempts", json_integer(x->attempts));
	if (c && c->params)
		json_object_set(o, "params", c->params);
	else
		json_object_set_new(o, "params", json_array());
	json_object_set_new(o, "waiver", json_null());
	put_tags(o, c);
	return o;
}
