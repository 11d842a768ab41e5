/*
 * judge - hold an observation against a compiled expectation, and say what did not hold.
 *
 * Holding is silent and quick; only what did not hold is gone through again, for its words.
 */
#include "engine/judge/expect.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/judge/expect_entry.h"
#include "engine/judge/ops.h"
#include "engine/judge/path.h"

#define FAILURES_MAX 64
#define WHY_MAX 300
#define NAME_MAX_BYTES 128 /* a longer name of an item is not told */
#define SPEECH_LOOK ((size_t)256 * 1024)

/* What is told, and to whom. */
struct telling {
	struct verdict *v;
	const struct secrets *secrets;
	const struct expect *expect;
	const struct expect_entry *entry;
	size_t number; /* of the entry */
	const char *nothing; /* why the path leads to nothing; or NULL */
	struct judging sight; /* what is known of where we are: lost, blind */
	const char *note;    /* added to what was found: "item 0, path '/'; 3 of 5 fail"; or NULL */
};

static void tell(struct telling *w, const struct test *t, const json_t *v, const char *path);

static char *join_path(const char *path, const char *step)
{
	return xasprintf("%s%s%s", path, *path && *step != '[' ? "." : "", step);
}

/* Of several expected values the first that says something of their type. */
static const json_t *first_operand(const json_t *list)
{
	size_t i = 0;

	while (i + 1 < json_array_size(list) && json_is_null(json_array_get(list, i)))
		i++;
	return json_array_get(list, i);
}

/* The type that the value should have had, for a value of a wrong one. */
static const char *needed(const struct test *t)
{
	if (t->op->needs)
		return t->op->needs;
	if (t->type != FACT_OPEN)
		return fact_type_name(t->type);
	if (t->op == &op_in || t->op == &op_not_in || t->op == &op_between)
		return speech_kind(first_operand(t->value));
	return t->value ? speech_kind(t->value) : "a value that can be judged so";
}

static bool reads_as_number(const json_t *v)
{
	return json_is_string(v) && number_is_json(json_string_value(v));
}

/* "the text 'abc' (not a number; add as: number)" */
static void say_wrong_type(const struct test *t, const json_t *v, struct speech *s)
{
	const char *wanted = needed(t);

	if (json_is_string(v))
		speech_say(s, "the text ");
	speech_value(s, json_is_string(v) ? FACT_OPEN : t->type, v);
	if (!strcmp(wanted, speech_kind(v)))
		return;
	speech_say(s, " (not %s%s)", wanted,
		   reads_as_number(v) && strstr(wanted, "number") ? "; add as: number" : "");
}

/* The values that a composed expectation looked at: "count: 0; listening: false". */
static void say_members(const struct test *t, const json_t *v, struct speech *s)
{
	json_t *member;

	if (t->op != &op_member) {
		for (size_t i = 0; i < t->count; i++)
			say_members(t->subs[i], v, s);
		return;
	}
	member = path_get(t->path, v);
	speech_say(s, "%s%s: ", s->out->len ? "; " : "", path_text(t->path));
	speech_value(s, t->subs[0]->type, member);
	json_decref(member);
}

/* The part of a composed expectation that could not be judged; NULL when all could. */
static const struct test *void_part(const struct test *t, const json_t *v)
{
	struct judging j = { 0 };

	if (t->op->actual || t->op->needs || !t->count)
		return t->op->hold(t, v, &j) == TRUTH_VOID ? t : NULL;
	for (size_t i = 0; i < t->count; i++) {
		const struct test *part = void_part(t->subs[i], v);

		if (part)
			return part;
	}
	return NULL;
}

static void say_actual(const struct test *t, const json_t *v, const char *nothing, struct speech *s)
{
	const struct test *part;

	if (!v) {
		speech_say(s, "nothing (%s)", nothing ? nothing : "no such fact");
		return;
	}
	if (json_is_object(v))
		say_members(t, v, s);
	if (s->out->len)
		return;
	part = void_part(t, v);
	t = part ? part : t;
	if (t->op->actual)
		t->op->actual(t, v, s);
	if (!s->out->len && part)
		say_wrong_type(t, v, s);
	if (!s->out->len)
		speech_value(s, t->type, v);
}

/* What differs only where it is cleaned or cut would read like the same. */
static void say_difference(const struct failure *f, struct speech *s)
{
	if (!strcmp(buf_text(s->out), f->expected))
		speech_say(s, " (not the same white space or control characters)");
}

/* Where the test's words stand: as far from the expectation's own as from those that the form was
 * compiled from. */
static void place(const struct expect *x, const struct test *t, struct failure *f)
{
	const bool first_line = t->line == x->form->line;

	f->line = t->line - x->form->line + x->line;
	f->column = first_line ? t->column - x->form->column + x->column : t->column;
}

static void add_failure(struct telling *w, const struct test *t, const json_t *v, const char *path)
{
	auto_buf struct buf out = BUF_INIT(SPEECH_LOOK);
	struct speech s = { .out = &out, .secrets = w->secrets };
	struct failure *f;

	if (w->v->count == FAILURES_MAX) {
		w->v->more++;
		return;
	}
	f = &w->v->failures[w->v->count++];
	*f = (struct failure){ .severity = w->entry->severity,
			       .path = xstrdup(path),
			       .entry = w->number };
	if (!w->entry->is_default)
		place(w->expect, t, f);
	test_print(t, &s);
	f->expected = speech_take(&s);
	say_actual(t, v, w->nothing, &s);
	say_difference(f, &s);
	if (w->note)
		speech_say(&s, " (%s)", w->note);
	f->actual = speech_take(&s);
}

static void tell_member(struct telling *w, const struct test *t, const json_t *v, const char *path)
{
	auto_free char *inner = join_path(path, path_text(t->path));
	auto_buf struct buf why = BUF_INIT(WHY_MAX);
	json_t *member = path_get(t->path, v);
	struct telling inside = *w;

	member_look(t, v, member, &inside.sight);
	if (!member)
		path_explain(t->path, v, path, &why);
	inside.nothing = member ? NULL : buf_text(&why);
	tell(&inside, t->subs[0], member, inner);
	json_decref(member);
}

/* What people call an item: by the first of these facts that it has. */
static void say_name(const json_t *item, struct speech *s)
{
	static const char *const names[] = { "path", "name", "host" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const json_t *name = json_object_get(item, names[i]);
		const json_t *port = json_object_get(item, "port");

		if (!json_string_length(name) || json_string_length(name) > NAME_MAX_BYTES)
			continue;
		speech_say(s, ", %s ", names[i]);
		speech_value(s, FACT_TEXT, name);
		if (!strcmp(names[i], "host") && json_is_integer(port))
			speech_say(s, " port %" JSON_INTEGER_FORMAT, json_integer_value(port));
		return;
	}
}

/* The first item that fails, and how many do. */
static void tell_each(struct telling *w, const struct test *t, const json_t *v, const char *path)
{
	struct judging j = { 0 };
	struct telling inside = *w;
	auto_buf struct buf note = BUF_INIT(SPEECH_LOOK);
	struct speech s = { .out = &note, .secrets = w->secrets };
	auto_free char *step = NULL;
	auto_free char *inner = NULL;
	size_t n = json_array_size(v), failed = 0, first = 0;

	for (size_t i = 0; i < n; i++)
		if (test_hold(t->subs[0], json_array_get(v, i), &j) != TRUTH_HOLDS && !failed++)
			first = i;
	if (!failed) {
		add_failure(w, t, v, path);
		return;
	}
	speech_say(&s, "item %zu", first);
	say_name(json_array_get(v, first), &s);
	speech_say(&s, "; %zu of %zu fail", failed, n);
	step = xasprintf("[%zu]", first);
	inner = join_path(path, step);
	inside.note = buf_text(&note);
	tell(&inside, t->subs[0], json_array_get(v, first), inner);
}

/* Go down to what did not hold; what holds says nothing. */
static void tell(struct telling *w, const struct test *t, const json_t *v, const char *path)
{
	struct judging j = w->sight;

	if (t->op->hold(t, v, &j) == TRUTH_HOLDS)
		return;
	if (t->op == &op_member && v)
		tell_member(w, t, v, path);
	else if (t->op == &op_every || t->op == &op_all_of)
		for (size_t i = 0; i < t->count; i++)
			tell(w, t->subs[i], v, path);
	else if (t->op == &op_each && json_is_array(v))
		tell_each(w, t, v, path);
	else
		add_failure(w, t, v, path);
}

static enum truth hold_entry(const struct expect_entry *entry, const json_t *v, struct err **e,
			     bool *undecided)
{
	struct judging j = { .e = e };
	enum truth truth = test_hold(entry->test, v, &j);

	*undecided |= j.undecided;
	return truth;
}

static int check_ready(const struct expect *x, struct err **e)
{
	if (x->form->deferred)
		return err_set(e, ERR_BUG, "the expectation has values that are not known yet");
	return 0;
}

/* A check without any expectation shall not pass for it. */
static void tell_nothing_expected(struct verdict *v)
{
	v->failures[v->count++] = (struct failure){
		.severity = SEVERITY_NONE,
		.path = xstrdup(""),
		.expected = xstrdup("an expectation"),
		.actual = xstrdup("nothing is expected of this check"),
	};
}

/* Of the type's default, or of the author. */
static void tell_entries(struct telling *w, const json_t *facts, bool defaults)
{
	const struct expect_form *form = w->expect->form;

	for (size_t i = 0; i < form->count; i++) {
		if (form->entries[i].is_default != defaults)
			continue;
		w->entry = &form->entries[i];
		w->number = i;
		tell(w, form->entries[i].test, facts, "");
	}
}

int expect_judge_masked(const struct expect *x, const json_t *facts, const struct secrets *secrets,
			struct verdict *v, struct err **e)
{
	struct telling w = { .v = v, .secrets = secrets, .expect = x };
	bool undecided = false, pass = x->form->count > 0;

	*v = (struct verdict){ 0 };
	if (check_ready(x, e))
		return -1;
	v->failed = xcalloc(x->form->count + 1, sizeof(*v->failed));
	v->entries = x->form->count;
	for (size_t i = 0; i < x->form->count; i++) {
		v->failed[i] = hold_entry(&x->form->entries[i], facts, undecided ? NULL : e,
					  &undecided) != TRUTH_HOLDS;
		pass &= !v->failed[i];
	}
	if (undecided) {
		verdict_free(v);
		return -1;
	}
	v->pass = pass;
	if (pass)
		return 0;
	v->failures = xcalloc(FAILURES_MAX, sizeof(*v->failures));
	if (!x->form->count)
		tell_nothing_expected(v);
	/* that a file is not there comes before the mode that it has not */
	tell_entries(&w, facts, true);
	tell_entries(&w, facts, false);
	return 0;
}

int expect_judge(const struct expect *x, const json_t *facts, struct verdict *v, struct err **e)
{
	return expect_judge_masked(x, facts, NULL, v, e);
}

int expect_judge_value(const struct expect *x, const json_t *value_or_null, bool *holds,
		       struct err **e)
{
	bool undecided = false;

	if (check_ready(x, e))
		return -1;
	*holds = x->form->count &&
		 hold_entry(&x->form->entries[0], value_or_null, e, &undecided) == TRUTH_HOLDS;
	return undecided ? -1 : 0;
}

void verdict_free(struct verdict *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->failures[i].path);
		free(v->failures[i].expected);
		free(v->failures[i].actual);
	}
	free(v->failures);
	free(v->failed);
	*v = (struct verdict){ 0 };
}
