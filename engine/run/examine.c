#include "engine/run/examine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/secret.h"
#include "engine/base/xalloc.h"
#include "engine/run/details.h"
#include "engine/run/exports.h"
#include "engine/run/sample.h"

static void end_blind(struct examination *x, enum kind kind, const char *text)
{
	if (x->observer) {
		observer_trouble(x->observer, kind, "%s", text);
		examine_judge(x);
		return;
	}
	x->outcome = outcome_make(x->a.check, STATUS_ERROR, kind, text);
	x->ended = true;
}

/* A check that is known whole needs no instance: the plan's own query and expectation serve. */
static int make_instance(struct examination *x, enum kind *kind, struct err **e)
{
	const struct check *c = x->a.check;

	if (c->late || c->item_source) {
		x->made = instance_make(c, x->a.captures, x->a.item, x->a.secrets, &x->instance,
					kind, e) == 0;
		return x->made ? 0 : -1;
	}
	x->instance =
		(struct instance){ .query = c->query, .expect = c->expect, .extract = c->extract };
	return 0;
}

void examine_open(struct examination *x, struct assignment *a, const struct exports *exports)
{
	auto_err struct err *e = NULL;
	enum kind kind = KIND_INTERNAL;

	*x = (struct examination){ .a = *a, .exports = exports };
	*a = (struct assignment){ 0 };
	x->started = clock_real();
	x->begun = clock_mono();
	x->observer = observer_new((const char *const *)x->a.check->wants);
	observer_set_deadline(x->observer, x->begun + x->a.check->timeout);
	observer_set_state(x->observer, x->a.state);
	if (make_instance(x, &kind, &e) < 0)
		end_blind(x, kind, err_text(e));
}

void examine_close(struct examination *x)
{
	if (x->made)
		instance_free(&x->instance);
	observer_free(x->observer);
	outcome_release(&x->outcome);
	assignment_release(&x->a);
}

static enum kind kind_of_error(const struct err *e)
{
	int number = err_errno_of(e);

	if (err_code(e) == ERR_UNAVAILABLE)
		return KIND_MODULE;
	if (err_code(e) == ERR_PERMISSION)
		return KIND_PERMISSION;
	if (number == ENOMEM || number == EMFILE || number == ENFILE || number == EAGAIN)
		return KIND_RESOURCE;
	return KIND_INTERNAL;
}

void examine_trouble(struct examination *x, const struct err *e)
{
	observer_trouble(x->observer, kind_of_error(e), "%s", err_text(e));
}

void examine_observed(struct examination *x)
{
	x->duration = clock_mono() - x->begun;
	if (!json_object_get(observer_facts(x->observer), "time"))
		observer_set_real(x->observer, "time", (double)x->duration / (double)NS_PER_S);
}

void examine_observe(struct examination *x, const struct check_type *code,
		     struct table_cache *tables)
{
	auto_err struct err *e = NULL;

	if (!code->observe)
		err_set(&e, ERR_BUG, "check type '%s' has no code", code->name);
	observer_use_cache(x->observer, tables);
	if (!code->observe || code->observe(x->instance.query, x->observer, &e) < 0)
		examine_trouble(x, e);
	examine_observed(x);
}

bool examine_has_pattern(const struct examination *x)
{
	return x->a.check->has_pattern || x->instance.extract || x->a.check->extract;
}

/* What the judge found, in words: unmasked still. */
struct judgement {
	enum status status;
	enum severity severity;
	struct verdict verdict;
	char *message, *expected, *actual;
};

static void judgement_release(struct judgement *j)
{
	verdict_free(&j->verdict);
	free(j->message);
	free(j->expected);
	free(j->actual);
}

static enum severity severity_of(const struct check *c, const struct failure *f)
{
	if (f->severity != SEVERITY_NONE)
		return f->severity;
	return c->rule ? c->rule->severity : c->severity;
}

static void tell_worst(const struct check *c, struct judgement *j)
{
	const struct failure *worst = NULL;

	for (size_t i = 0; i < j->verdict.count; i++)
		if (!worst || severity_of(c, &j->verdict.failures[i]) > severity_of(c, worst))
			worst = &j->verdict.failures[i];
	if (!worst)
		return;
	j->severity = severity_of(c, worst);
	j->expected = xstrdup(worst->expected);
	j->actual = xstrdup(worst->actual);
	j->message = xasprintf("%s%sexpected %s, found %s", worst->path, *worst->path ? ": " : "",
			       worst->expected, worst->actual);
}

static void set_error(struct judgement *j, struct observer *o, enum kind kind, const char *text)
{
	observer_trouble(o, kind, "%s", text);
	j->status = STATUS_ERROR;
	j->message = xstrdup(text);
}

/* "count >= 1\nerror …\n" as "count >= 1; error …". */
static char *on_one_line(const char *lines)
{
	struct buf out = BUF_INIT(8192);

	for (const char *c = lines; *c; c++) {
		if (*c != '\n')
			buf_addc(&out, *c);
		else if (c[1])
			buf_adds(&out, "; ");
	}
	return buf_take(&out);
}

/* A finding that the expectation does not speak of: what was expected could not come to be. */
static void judge_finding(const struct examination *x, const struct expect *expect,
			  struct judgement *j)
{
	const json_t *error = json_object_get(observer_facts(x->observer), "error");
	const char *text = json_string_value(json_object_get(error, "text"));
	auto_buf struct buf expected = BUF_INIT(4096);

	expect_print_masked(expect, x->a.secrets, &expected);
	j->status = STATUS_FAIL;
	j->message = xstrdup(text ? text : "");
	j->expected = on_one_line(buf_text(&expected));
	j->actual = xstrdup(j->message);
}

static void judge_facts(const struct examination *x, const struct expect *expect,
			struct judgement *j)
{
	const json_t *facts = observer_facts(x->observer);
	auto_err struct err *e = NULL;

	if (expect_judge_masked(expect, facts, x->a.secrets, &j->verdict, &e) < 0) {
		set_error(j, x->observer, KIND_RESOURCE, err_text(e));
		return;
	}
	j->status = j->verdict.pass ? STATUS_PASS : STATUS_FAIL;
	tell_worst(x->a.check, j);
}

static void judge(struct examination *x, struct judgement *j)
{
	enum kind kind = observer_kind(x->observer), why = KIND_INTERNAL;
	const json_t *error = json_object_get(observer_facts(x->observer), "error");
	auto_err struct err *e = NULL;
	const struct expect *expect;

	if (observer_inapplicable_text(x->observer)) {
		j->status = STATUS_SKIP;
		j->message =
			xasprintf("not applicable: %s", observer_inapplicable_text(x->observer));
		return;
	}
	if (kinds[kind].blind) {
		set_error(j, x->observer, kind, json_string_value(json_object_get(error, "text")));
		return;
	}
	if (x->instance.extract &&
	    extract_found(x->instance.extract, x->a.check->type->extract_from,
			  observer_facts(x->observer), &e) < 0) {
		set_error(j, x->observer, KIND_RESOURCE, err_text(e));
		return;
	}
	expect = x->made ? instance_expect(&x->instance, observer_facts(x->observer), &why, &e)
			 : x->instance.expect;
	if (!expect)
		set_error(j, x->observer, why, e ? err_text(e) : "no expectation");
	else if (kind != KIND_NONE && !expect_names_error_kind(expect))
		judge_finding(x, expect, j);
	else
		judge_facts(x, expect, j);
}

static char *tell_details(const struct examination *x, const struct judgement *j,
			  const char *message)
{
	bool pass = j->status == STATUS_PASS;
	/* How a service let us in is worth telling (a host key taken unknown); how a file was read
	 * is not. */
	const bool untold = pass && x->a.check->type->lane != LANE_ISOLATED;
	const struct telling t = {
		.check = x->a.check,
		.secrets = x->a.secrets,
		.facts = observer_facts(x->observer),
		.evidences = pass ? NULL : observer_evidences(x->observer),
		.traces = untold ? NULL : observer_traces(x->observer),
		.verdict = &j->verdict,
		.expected = j->expected,
		.actual = j->actual,
		.message = message,
		.target = pass ? NULL : observer_target_text(x->observer),
	};

	return details_make(&t);
}

void examine_judge(struct examination *x)
{
	struct judgement j = { .severity = x->a.check->severity };
	enum kind kind;
	bool seen;

	judge(x, &j);
	kind = j.status == STATUS_SKIP ? KIND_NONE : observer_kind(x->observer);
	seen = j.status != STATUS_SKIP && !kinds[kind].blind;
	x->outcome = (struct outcome){
		.status = j.status,
		.severity = j.severity,
		.kind = kind,
		.started = x->started,
		.duration = x->duration ? x->duration : clock_mono() - x->begun,
		.message = j.message ? tell_line(x->a.secrets, j.message) : NULL,
		.exports = seen ? exports_take(x->exports, x->a.check->index,
					       observer_facts(x->observer))
				: NULL,
	};
	if (j.status != STATUS_SKIP)
		x->outcome.details = tell_details(x, &j, x->outcome.message);
	if (observer_kept(x->observer))
		x->outcome.state = json_dumps(observer_kept(x->observer), JSON_COMPACT);
	if (check_is_sustained(x->a.check))
		x->outcome.sample = sample_make(x->a.check, observer_facts(x->observer),
						x->a.secrets, &j.verdict, !j.verdict.entries);
	x->ended = true;
	judgement_release(&j);
}

void sighting_pack(const struct examination *x, struct buf *out)
{
	json_t *s = json_pack(
		"{s:O, s:O, s:O, s:s, s:I, s:I, s:s*, s:s*}", "facts", observer_facts(x->observer),
		"evidence", observer_evidences(x->observer), "trace",
		observer_traces(x->observer), "kind",
		kinds[observer_kind(x->observer)].name, "started", (json_int_t)x->started,
		"duration", (json_int_t)x->duration, "target",
		observer_target_text(x->observer), "inapplicable",
		observer_inapplicable_text(x->observer));
	auto_free char *text = s ? json_dumps(s, JSON_COMPACT) : NULL;

	json_decref(s);
	buf_adds(out, text ? text : "{}");
}

static void take_lines(const struct examination *x, const json_t *sighting)
{
	const json_t *evidence = json_object_get(sighting, "evidence"),
		     *traces = json_object_get(sighting, "trace");

	for (size_t i = 0; i < json_array_size(evidence); i++) {
		const json_t *row = json_array_get(evidence, i),
			     *text = json_object_get(row, "text");
		const char *name = json_string_value(json_object_get(row, "name"));

		if (name && json_is_string(text))
			observer_evidence(x->observer, name, json_string_value(text),
					  json_string_length(text));
	}
	for (size_t i = 0; i < json_array_size(traces); i++) {
		const char *line = json_string_value(json_array_get(traces, i));

		observer_trace(x->observer, "%s", line ? line : "");
	}
}

/* "host:port", as it was packed. */
static void take_target(const struct examination *x, const char *target)
{
	const char *colon = target ? strrchr(target, ':') : NULL;
	auto_free char *host = colon ? xmemdup0(target, (size_t)(colon - target)) : NULL;
	uint64_t port;

	if (host && !number_uint(colon + 1, &port) && port <= UINT16_MAX)
		observer_target(x->observer, host, (unsigned)port);
}

void examine_take_sighting(struct examination *x)
{
	const json_t *s = x->a.sighting;
	const json_t *error = json_object_get(json_object_get(s, "facts"), "error");
	const char *kind = json_string_value(json_object_get(s, "kind"));
	const char *text = json_string_value(json_object_get(error, "text"));
	json_t *value;
	const char *key;

	json_object_foreach(json_object_get(s, "facts"), key, value)
		observer_set(x->observer, key, json_incref(value));
	if (kind && *kind)
		observer_trouble(x->observer, kind_find(kind), "%s", text ? text : "");
	if (json_object_get(s, "inapplicable"))
		observer_inapplicable(x->observer, "%s",
				      json_string_value(json_object_get(s, "inapplicable")));
	take_lines(x, s);
	take_target(x, json_string_value(json_object_get(s, "target")));
	x->started = json_integer_value(json_object_get(s, "started"));
	x->duration = json_integer_value(json_object_get(s, "duration"));
}
