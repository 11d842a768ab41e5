/*
 * junit - the strict form that every reader and every published schema accepts.
 *
 * Two levels, one suite a ruleset, bodies always there, `type` never a bare check type (some
 * readers cast an element by it), times with three decimals, no attribute that any schema refuses.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/result/report_format.h"
#include "engine/result/result.h"
#include "reports/model.h"

/* libxml2 refuses text nodes over 10,000,000 bytes; readers cut at 64,000. */
#define BODY_MAX 60000
#define MESSAGE_COLUMNS 500

struct counts {
	size_t tests, failures, errors, skipped;
	int64_t first, last; /* wall time of the suite: checks run side by side */
};

enum outcome { OUTCOME_PASS, OUTCOME_FAILURE, OUTCOME_ERROR, OUTCOME_SKIPPED };

/* What is below the gate must not turn a build red: it is told as skipped, with its reason. */
static enum outcome outcome_of(const struct result *x)
{
	if (x->status == STATUS_PASS)
		return OUTCOME_PASS;
	if (x->status == STATUS_SKIP || x->below_gate)
		return OUTCOME_SKIPPED;
	return x->status == STATUS_FAIL ? OUTCOME_FAILURE : OUTCOME_ERROR;
}

static void count(struct counts *c, const struct result *x)
{
	const enum outcome o = outcome_of(x);

	c->tests++;
	c->failures += o == OUTCOME_FAILURE;
	c->errors += o == OUTCOME_ERROR;
	c->skipped += o == OUTCOME_SKIPPED;
	if (!x->started)
		return;
	if (!c->first || x->started < c->first)
		c->first = x->started;
	if (x->started + x->duration > c->last)
		c->last = x->started + x->duration;
}

static bool same_ruleset(const struct result *a, const struct result *b)
{
	size_t na, nb;
	const char *sa = result_ruleset(a, &na);
	const char *sb = result_ruleset(b, &nb);

	return na == nb && memcmp(sa, sb, na) == 0;
}

static void add_xml(struct buf *b, const char *text, size_t len)
{
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	text_clean(&clean, text, len);
	text_xml(b, buf_text(&clean), clean.len);
}

static void add_attribute(struct buf *b, const char *name, const char *text, size_t len)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);

	text_clean_line(&line, text, len, MESSAGE_COLUMNS);
	buf_printf(b, " %s=\"", name);
	text_xml(b, buf_text(&line), line.len);
	buf_addc(b, '"');
}

static void body_line(struct buf *b, const char *label, const char *text)
{
	if (text && *text)
		buf_printf(b, "%s: %s\n", label, text);
}

static void body_failures(struct buf *b, const json_t *failures)
{
	size_t i;
	json_t *f;

	json_array_foreach(failures, i, f)
	{
		const char *path = json_string_value(json_object_get(f, "path"));
		const char *expected = json_string_value(json_object_get(f, "expected"));
		const char *actual = json_string_value(json_object_get(f, "actual"));

		buf_printf(b, "expected: %s%s%s\nactual: %s\n", path ? path : "",
			   path && *path ? " " : "", expected ? expected : "",
			   actual ? actual : "");
	}
}

static void body_evidence(struct buf *b, const json_t *evidence)
{
	size_t i;
	json_t *x;

	json_array_foreach(evidence, i, x)
	{
		const char *name = json_string_value(json_object_get(x, "name"));
		const char *text = json_string_value(json_object_get(x, "text"));

		if (name && text)
			buf_printf(b, "%s:\n%s\n", name, text);
	}
}

static void body_rule(struct buf *b, const struct check *c)
{
	const struct node *at = c->rule->at;

	buf_printf(b, "rule: %s:%u:%u\n", document_name(at->document), at->line, at->column);
}

/* The whole story of one result, as plain text. */
static void body_of(struct buf *b, const struct run *r, const struct result *x)
{
	json_t *details = result_details(x);
	auto_free char *remediation = model_remediation(x, r->lang);

	buf_printf(b, "%s\n", x->message ? x->message : status_name(x->status));
	body_line(b, "title", result_title(x, r->lang));
	body_line(b, "severity", severity_name(x->severity));
	body_failures(b, json_object_get(details, "failures"));
	body_line(b, "hangs on", x->cause ? x->cause->id : NULL);
	if (x->check) {
		body_line(b, "impact", words_in(&x->check->guidance->impact, r->lang));
		body_line(b, "remediation", remediation);
		body_line(b, "verify", words_in(&x->check->guidance->verify, r->lang));
		body_line(b, "doc", x->check->guidance->doc);
		body_rule(b, x->check);
	}
	body_evidence(b, json_object_get(details, "evidence"));
	json_decref(details);
}

static void add_body(struct buf *b, const struct run *r, const struct result *x)
{
	auto_buf struct buf body = BUF_INIT(SIZE_MAX);
	auto_buf struct buf cut = BUF_INIT(SIZE_MAX);

	body_of(&body, r, x);
	text_head_tail(&cut, buf_text(&body), body.len, BODY_MAX);
	add_xml(b, buf_text(&cut), cut.len);
}

static void add_trouble(struct buf *b, const struct run *r, const struct result *x,
			const char *element, const char *type)
{
	const char *message = x->message ? x->message : status_name(x->status);

	buf_printf(b, "<%s", element);
	add_attribute(b, "message", message, strlen(message));
	buf_printf(b, " type=\"rounds.%s\">", type);
	add_body(b, r, x);
	buf_printf(b, "</%s>", element);
}

static void add_skipped(struct buf *b, const struct run *r, const struct result *x)
{
	buf_adds(b, "<skipped>");
	if (x->below_gate) {
		buf_printf(b, "below the gate (%s): ", severity_name(x->severity));
		add_body(b, r, x);
	} else {
		const char *reason = x->message ? x->message : "not run";

		add_xml(b, reason, strlen(reason));
	}
	buf_adds(b, "</skipped>");
}

static void add_case(struct buf *b, const struct run *r, const struct result *x)
{
	size_t len;
	const char *ruleset = result_ruleset(x, &len);
	const char *id = result_local_id(x);

	buf_printf(b, "    <testcase classname=\"rounds.%.*s.%s\"", (int)len, ruleset,
		   result_type(x));
	add_attribute(b, "name", id, strlen(id));
	buf_printf(b, " time=\"%.3f\">", (double)x->duration / (double)NS_PER_S);
	switch (outcome_of(x)) {
	case OUTCOME_PASS:
		break;
	case OUTCOME_FAILURE:
		add_trouble(b, r, x, "failure", severity_name(x->severity));
		break;
	case OUTCOME_ERROR:
		add_trouble(b, r, x, "error", "error");
		break;
	case OUTCOME_SKIPPED:
		add_skipped(b, r, x);
		break;
	}
	buf_adds(b, "</testcase>\n");
}

static const struct ruleset_info *info_of(const struct run *r, const struct result *x)
{
	size_t len;
	const char *name = result_ruleset(x, &len);

	for (size_t i = 0; i < r->ruleset_count; i++)
		if (strlen(r->rulesets[i].name) == len &&
		    memcmp(r->rulesets[i].name, name, len) == 0)
			return &r->rulesets[i];
	return NULL;
}

static void add_property(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "      <property name=\"%s\"", name);
	add_attribute(b, "value", value, strlen(value));
	buf_adds(b, "/>\n");
}

static void add_properties(struct buf *b, const struct run *r, const struct ruleset_info *info)
{
	buf_adds(b, "    <properties>\n");
	add_property(b, "run.id", r->id ? r->id : "");
	if (info && info->version)
		add_property(b, "ruleset.version", info->version);
	if (info && info->document)
		add_property(b, "ruleset.sha256", document_sha256(info->document));
	add_property(b, "gate", gate_name(r->gate));
	buf_adds(b, "    </properties>\n");
}

/* UTC without a zone: the one form that both the Ant pattern and the readers that parse it take. */
static void add_timestamp(struct buf *b, int64_t real_ns)
{
	char text[32];

	clock_rfc3339(real_ns, text, sizeof(text));
	text[strlen("2026-11-22T03:10:00")] = '\0';
	buf_printf(b, " timestamp=\"%s\"", text);
}

/* A case that passed can hold nothing in the strict form: the suite's output tells it. */
static void add_pending(struct buf *b, const struct result *x)
{
	auto_free char *text = NULL;

	if (!x->pending)
		return;
	text = xasprintf("%s: pending %u/%u: %s\n", result_local_id(x), x->pending, x->pending_of,
			 x->message ? x->message : "");
	add_xml(b, text, strlen(text));
}

/* The cases from `from` on that belong to one ruleset, as one suite. Returns where the next begins.
 */
static size_t add_suite(struct buf *b, const struct run *r, size_t from, size_t id)
{
	struct counts c = { 0 };
	size_t len, to = from;
	const char *name = result_ruleset(&r->results[from], &len);
	const char *host = r->host && *r->host ? r->host : "localhost";

	while (to < r->count && same_ruleset(&r->results[from], &r->results[to]))
		count(&c, &r->results[to++]);
	buf_adds(b, "  <testsuite");
	add_attribute(b, "name", name, len);
	buf_printf(b, " package=\"rounds\" id=\"%zu\"", id);
	add_timestamp(b, r->started);
	add_attribute(b, "hostname", host, strlen(host));
	buf_printf(
		b,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
		c.tests, c.failures, c.errors, c.skipped,
		(double)(c.last - c.first) / (double)NS_PER_S);
	add_properties(b, r, info_of(r, &r->results[from]));
	for (size_t i = from; i < to; i++)
		add_case(b, r, &r->results[i]);
	buf_adds(b, "    <system-out>");
	for (size_t i = from; i < to; i++)
		add_pending(b, &r->results[i]);
	buf_adds(b, "</system-out>\n    <system-err></system-err>\n  </testsuite>\n");
	return to;
}

/* A file without any case is read as "no tests" or as broken: say that nothing was inspected. */
static void add_empty_run(struct buf *b, const struct run *r)
{
	static const char why[] = "nothing was inspected: no check was selected or applies here";
	struct result nothing = {
		.id = xstrdup("rounds/nothing-inspected"),
		.status = r->exit_code == 0 ? STATUS_SKIP : STATUS_ERROR,
		.severity = SEVERITY_HIGH,
		.message = xstrdup(why),
	};
	struct run one = *r;

	one.results = &nothing;
	one.count = 1;
	add_suite(b, &one, 0, 0);
	result_release(&nothing);
}

static int junit_end(void *state, const struct run *r, struct sink *s, struct err **e)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);
	size_t id = 0;

	(void)state;
	if (sink_puts(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", e))
		return -1;
	if (!r->count)
		add_empty_run(&b, r);
	for (size_t i = 0; i < r->count;) {
		i = add_suite(&b, r, i, id++);
		if (s->write(s, buf_text(&b), b.len, e))
			return -1;
		buf_clear(&b);
	}
	buf_adds(&b, "</testsuites>\n");
	return s->write(s, buf_text(&b), b.len, e);
}

const struct report_format report_junit = {
	.name = "junit",
	.summary = "JUnit XML, strict: valid for every reader",
	.end = junit_end,
};
