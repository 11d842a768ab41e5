#include "engine/run/sample.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "engine/judge/expect.h"
#include "engine/judge/sustain.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/outcome.h"
#include "engine/run/sample_values.h"

/* Timers fire a little early or late. */
#define EARLY (2 * NS_PER_MS)

bool check_is_sustained(const struct check *c)
{
	return c->rule && (sustain_is_given(&c->rule->sustain) || c->rule->entry_count);
}

char *sample_make(const struct check *c, const json_t *facts, const struct secrets *secrets,
		  const struct verdict *v, bool finding)
{
	json_t *sample = json_object(), *failed = json_array();
	char *text;

	for (size_t i = 0; i < v->entries; i++)
		if (v->failed[i])
			json_array_append_new(failed, json_integer((json_int_t)i));
	json_object_set_new(sample, "failed", failed);
	json_object_set_new(sample, "finding", json_boolean(finding));
	json_object_set_new(sample, "values", sample_values(c, facts, secrets));
	text = json_dumps(sample, JSON_COMPACT);
	json_decref(sample);
	return text;
}

/* What is decided for itself: the whole check, or one entry; what is not sustained is one more. */
struct unit {
	struct sustain sustain;
	enum severity severity;
	unsigned taken, failed;
	int64_t due;
	enum sustained verdict;
	unsigned before;      /* runs in a row that it has failed before this one */
	bool pending;         /* it fails now, and not yet for so many runs */
	struct outcome worst; /* of the last sample that failed */
};

struct sampling {
	const struct check *check;
	struct unit *units;
	size_t count, entries; /* entries: 0 when the check is sustained as a whole */
	int64_t first, now;    /* clock_mono */
	int64_t started;       /* clock_real */
	unsigned taken, failed, wanted;
	bool of_task; /* there is a history to be sustained over */
	json_t *rows;
};

static unsigned unit_samples(const struct unit *u)
{
	return u->sustain.samples ? u->sustain.samples : 1;
}

/* How often in a row the whole check, or the entry, has failed in the runs before. */
static unsigned failed_before(const struct sampling *s, size_t unit, const char *id,
			      const json_t *failing)
{
	auto_free char *key = s->entries ? xasprintf("%s#%zu", id, unit) : xstrdup(id);

	return (unsigned)json_integer_value(json_object_get(failing, key));
}

struct sampling *sampling_new(const struct check *c, const char *id, const json_t *failing)
{
	struct sampling *s = xcalloc(1, sizeof(*s));
	const struct rule *rule = c->rule;

	s->check = c;
	s->of_task = failing != NULL;
	s->entries = sustain_is_given(&rule->sustain) ? 0 : rule->entry_count;
	s->count = s->entries + 1;
	s->units = xcalloc(s->count, sizeof(*s->units));
	s->rows = json_array();
	for (size_t i = 0; i < s->count; i++) {
		struct unit *u = &s->units[i];

		u->severity = rule->severity;
		if (i < s->entries) {
			u->sustain = rule->entries[i].sustain;
			if (rule->entries[i].severity != SEVERITY_NONE)
				u->severity = rule->entries[i].severity;
		} else if (!s->entries) {
			u->sustain = rule->sustain;
		}
		if (u->sustain.runs)
			u->before = failed_before(s, i, id, failing);
		if (unit_samples(u) > s->wanted)
			s->wanted = unit_samples(u);
	}
	return s;
}

void sampling_free(struct sampling *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		outcome_release(&s->units[i].worst);
	free(s->units);
	json_decref(s->rows);
	free(s);
}

void sampling_begin(struct sampling *s, int64_t now)
{
	if (!s->first)
		s->first = now;
	s->now = now;
}

/* Whether this unit failed in the sample. A finding fails every entry that there is. */
static bool unit_failed(const struct sampling *s, size_t unit, const struct outcome *o,
			const json_t *sample)
{
	const json_t *failed = json_object_get(sample, "failed");

	if (!s->entries)
		return o->status == STATUS_FAIL;
	if (json_is_true(json_object_get(sample, "finding")))
		return o->status == STATUS_FAIL && unit < s->entries;
	for (size_t i = 0; i < json_array_size(failed); i++) {
		size_t entry = (size_t)json_integer_value(json_array_get(failed, i));

		if (entry == unit || (unit == s->entries && entry >= s->entries))
			return true;
	}
	return false;
}

/* It fails, but for so many runs only as are too few: nothing is to be waited for in this one. */
static bool is_pending(const struct sampling *s, const struct unit *u)
{
	return u->verdict == SUSTAINED_FAIL && s->of_task && u->before + 1 < u->sustain.runs;
}

static void unit_add(const struct sampling *s, struct unit *u, bool failed, const struct outcome *o)
{
	u->taken++;
	if (failed) {
		u->failed++;
		outcome_release(&u->worst);
		u->worst = outcome_copy(o);
	}
	u->verdict = sustain_decide(&u->sustain, u->taken, u->failed);
	u->pending = is_pending(s, u);
	if (u->pending)
		u->verdict = SUSTAINED_PASS;
}

/* What is still open cannot make it worse than it is. */
static bool is_certain(const struct sampling *s)
{
	enum severity worst = SEVERITY_NONE;

	for (size_t i = 0; i < s->count; i++)
		if (s->units[i].verdict == SUSTAINED_FAIL && s->units[i].severity > worst)
			worst = s->units[i].severity;
	for (size_t i = 0; i < s->count; i++)
		if (s->units[i].verdict == SUSTAINED_OPEN &&
		    (s->units[i].severity > worst || s->units[i].sustain.full))
			return false;
	return true;
}

static int64_t next_due(const struct sampling *s)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < s->count; i++)
		if (s->units[i].verdict == SUSTAINED_OPEN && s->units[i].due < next)
			next = s->units[i].due;
	return next;
}

static void add_row(struct sampling *s, const struct outcome *o, const json_t *sample)
{
	json_t *row = json_object(), *values = json_object_get(sample, "values");

	json_object_set_new(row, "at_ms", json_integer((s->now - s->first) / NS_PER_MS));
	json_object_set_new(row, "status", json_string(status_name(o->status)));
	if (json_is_object(values))
		json_object_set(row, "values", values);
	else
		json_object_set_new(row, "values", json_object());
	json_array_append_new(s->rows, row);
	s->taken++;
	s->failed += o->status == STATUS_FAIL;
	if (!s->started)
		s->started = o->started;
}

/* What could not be judged ends the sampling: an error, or what is found not applicable. */
static bool has_verdict(const struct outcome *o)
{
	return o->status == STATUS_PASS || o->status == STATUS_FAIL;
}

bool sampling_add(struct sampling *s, const struct outcome *o, int64_t *next)
{
	json_t *sample = o->sample ? json_loads(o->sample, 0, NULL) : NULL;

	add_row(s, o, sample);
	for (size_t i = 0; i < s->count && has_verdict(o); i++) {
		struct unit *u = &s->units[i];

		if (u->verdict != SUSTAINED_OPEN || u->due > s->now + EARLY)
			continue;
		unit_add(s, u, unit_failed(s, i, o, sample), o);
		u->due = s->now + u->sustain.every;
	}
	json_decref(sample);
	*next = next_due(s);
	return has_verdict(o) && !is_certain(s);
}

/* Of the failures of a sample those of entries that have failed in the end. */
static void take_failures(const struct sampling *s, const struct outcome *o, size_t only,
			  json_t *into)
{
	json_t *details = o->details ? json_loads(o->details, 0, NULL) : NULL;
	json_t *failures = json_object_get(details, "failures"), *row;
	size_t i;

	json_array_foreach(failures, i, row)
	{
		size_t entry = (size_t)json_integer_value(json_object_get(row, "entry"));
		size_t unit = entry < s->entries ? entry : s->entries;

		if (unit != only)
			continue;
		json_object_del(row, "entry");
		json_array_append(into, row);
	}
	json_decref(details);
}

static void set_text(json_t *details, const char *key, const char *text)
{
	if (text)
		json_object_set_new(details, key, json_string(text));
	else
		json_object_del(details, key);
}

/* As the worker says it of a single look. */
static void tell_failure(const json_t *failure, json_t *details, struct outcome *o)
{
	const char *path = json_string_value(json_object_get(failure, "path"));
	const char *expected = json_string_value(json_object_get(failure, "expected"));
	const char *actual = json_string_value(json_object_get(failure, "actual"));

	if (!expected || !actual)
		return;
	free(o->message);
	o->message = xasprintf("%s%sexpected %s, found %s", path ? path : "",
			       path && *path ? ": " : "", expected, actual);
	set_text(details, "message", o->message);
	set_text(details, "expected", expected);
	set_text(details, "actual", actual);
}

/* The worst entry that has failed in the end; NULL: none has. */
static const struct unit *worst_unit(const struct sampling *s)
{
	const struct unit *worst = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (s->units[i].verdict == SUSTAINED_FAIL &&
		    (!worst || s->units[i].severity > worst->severity))
			worst = &s->units[i];
	return worst;
}

/* Of those that fail, and not yet for so many runs, the worst; NULL: there is none. */
static const struct unit *worst_pending(const struct sampling *s)
{
	const struct unit *worst = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (s->units[i].pending && (!worst || s->units[i].severity > worst->severity))
			worst = &s->units[i];
	return worst;
}

/* A fail: the sample in which the worst entry failed last, with the failures of all that have. */
static void end_failed(const struct sampling *s, const struct unit *worst, json_t *details,
		       struct outcome *o)
{
	json_t *failures = json_array();

	if (!s->entries) {
		json_decref(failures);
		return;
	}
	take_failures(s, &worst->worst, (size_t)(worst - s->units), failures);
	tell_failure(json_array_get(failures, 0), details, o);
	for (size_t i = 0; i < s->count; i++)
		if (s->units[i].verdict == SUSTAINED_FAIL && &s->units[i] != worst)
			take_failures(s, &s->units[i].worst, i, failures);
	if (json_array_size(failures))
		json_object_set(details, "failures", failures);
	json_decref(failures);
	o->severity = worst->severity;
}

/* A pass, though some samples may have failed: nothing of them is left but the rows. */
static void end_passed(const struct sampling *s, json_t *details, struct outcome *o)
{
	static const char *const of_a_fail[] = { "message", "expected", "actual",
						 "failures", "error", "evidence" };

	o->status = STATUS_PASS;
	o->kind = KIND_NONE;
	o->severity = s->check->severity;
	free(o->message);
	o->message = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(of_a_fail); i++)
		json_object_del(details, of_a_fail[i]);
}

static json_t *tell_samples(const struct sampling *s)
{
	json_t *samples = json_object();

	json_object_set_new(samples, "taken", json_integer(s->taken));
	json_object_set_new(samples, "failed", json_integer(s->failed));
	json_object_set_new(samples, "wanted", json_integer(s->wanted));
	json_object_set_new(samples, "facts", sample_summary(s->rows));
	json_object_set_new(samples, "rows", sample_rows(s->rows));
	return samples;
}

/* What the check would have failed with: told beside the pass. */
static char *pending_message(const struct sampling *s, const struct unit *u)
{
	json_t *details = json_object(), *failures = json_array();
	struct outcome told = outcome_copy(&u->worst);
	char *message;

	if (s->entries)
		take_failures(s, &u->worst, (size_t)(u - s->units), failures);
	tell_failure(json_array_get(failures, 0), details, &told);
	message = told.message ? xstrdup(told.message) : NULL;
	outcome_release(&told);
	json_decref(failures);
	json_decref(details);
	return message;
}

static void end_pending(const struct sampling *s, const struct unit *u, struct outcome *o)
{
	free(o->message);
	o->message = pending_message(s, u);
	o->pending = u->before + 1;
	o->pending_of = u->sustain.runs;
}

/* What history keeps of the entries: 'p' and 'f' of each that is sustained over runs, else '.'. */
static char *entry_verdicts(const struct sampling *s)
{
	struct buf letters = BUF_INIT(SIZE_MAX);
	bool any = false;

	for (size_t i = 0; i < s->entries; i++) {
		const struct unit *u = &s->units[i];

		any |= u->sustain.runs && u->taken;
		buf_addc(&letters, !u->sustain.runs || !u->taken ? '.' : u->failed ? 'f'
										   : 'p');
	}
	if (any)
		return buf_take(&letters);
	buf_free(&letters);
	return NULL;
}

/* That there is no history is no reason to pass. */
static void tell_no_task(const struct sampling *s, const struct unit *worst, json_t *details)
{
	auto_free char *text = NULL;
	json_t *trace = json_object_get(details, "trace");

	if (s->of_task || !worst->sustain.runs)
		return;
	text = xasprintf("judged by this run alone: 'runs: %u' needs the history of a task "
			 "(--task)",
			 worst->sustain.runs);
	if (!trace) {
		trace = json_array();
		json_object_set_new(details, "trace", trace);
	}
	json_array_append_new(trace, json_string(text));
}

void sampling_end(struct sampling *s, struct outcome *o)
{
	const struct unit *worst = has_verdict(o) ? worst_unit(s) : NULL;
	const struct unit *pending = worst || !has_verdict(o) ? NULL : worst_pending(s);
	json_t *details;

	if (worst) {
		struct outcome kept = outcome_copy(&worst->worst);

		free(kept.state);
		kept.state = o->state ? xstrdup(o->state) : NULL;
		outcome_release(o);
		*o = kept;
	}
	details = o->details ? json_loads(o->details, 0, NULL) : NULL;
	if (!details)
		details = json_object();
	if (worst) {
		end_failed(s, worst, details, o);
		tell_no_task(s, worst, details);
	} else if (o->status == STATUS_FAIL) {
		end_passed(s, details, o);
	}
	if (pending)
		end_pending(s, pending, o);
	o->entries = has_verdict(o) ? entry_verdicts(s) : NULL;
	if (s->wanted > 1)
		json_object_set_new(details, "samples", tell_samples(s));
	free(o->details);
	o->details = json_dumps(details, JSON_COMPACT);
	json_decref(details);
	o->started = s->started;
	o->duration = clock_mono() - s->first;
}

void sampling_cut(struct sampling *s, struct outcome *o)
{
	const struct unit *worst = worst_unit(s);

	if (!worst)
		return;
	outcome_release(o);
	*o = outcome_copy(&worst->worst);
	sampling_end(s, o);
}
