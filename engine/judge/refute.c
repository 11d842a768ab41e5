/*
 * refute - observations made up to turn an expectation red.
 *
 * The paths of one part of an expectation make a tree of places. Each place gets some values, lists
 * and maps are composed of those of the places below, and the part is held against all of them.
 */
#include "engine/judge/refute.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/regex.h"
#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"
#include "engine/judge/expect_entry.h"
#include "engine/judge/ops.h"
#include "engine/judge/path_step.h"
#include "engine/judge/specimen.h"

#define ROOT_MAX 8192 /* whole observations that are tried */
#define PLACE_MAX 48  /* maps and lists of a place within */
#define LIST_MAX 256  /* items of a list that is made up */

/* Where a value may stand. */
struct place {
	const char *name; /* a member; NULL: the items of a list, or the root */
	const struct fact *row;
	enum fact_type type;
	bool may_lack;
	const struct test **tests; /* of the value itself */
	const struct test **sizes; /* of the number of its items */
	struct place **subs;
	size_t test_count, test_cap, size_count, size_cap, sub_count, sub_cap;
	json_t *values;
};

static void place_free(struct place *p)
{
	for (size_t i = 0; i < p->sub_count; i++)
		place_free(p->subs[i]);
	free(p->subs);
	free(p->tests);
	free(p->sizes);
	json_decref(p->values);
	free(p);
}

static void place_cleanup(struct place **p)
{
	if (*p)
		place_free(*p);
}

#define auto_place __attribute__((cleanup(place_cleanup)))

/* --- the places of a part --- */

static struct place *place_sub(struct place *p, const char *name, const struct fact *row,
			       enum fact_type type, bool may_lack)
{
	struct place *sub;

	for (size_t i = 0; i < p->sub_count; i++)
		if (name ? p->subs[i]->name && !strcmp(p->subs[i]->name, name) : !p->subs[i]->name)
			return p->subs[i];
	sub = xcalloc(1, sizeof(*sub));
	sub->name = name;
	sub->row = row;
	sub->type = type;
	sub->may_lack = may_lack;
	array_grow(p->subs, p->sub_count, p->sub_cap);
	p->subs[p->sub_count++] = sub;
	return sub;
}

/* The facts that a check of the type always has stand at the root; what lies within another value
 * may be missing, and so may what is not declared. */
static struct place *place_member(struct place *p, const char *name, const struct check_type *root)
{
	const struct fact *row = root ? fact_find(root->facts, name)
				      : fact_find(p->row ? p->row->of : NULL, name);

	if (!row && root)
		row = fact_find(common_facts, name);
	return place_sub(p, name, row, row ? row->type : FACT_OPEN,
			 !root || !row || row->type == FACT_OPEN);
}

static struct place *place_items(struct place *p)
{
	const struct fact *of = p->row && p->row->type == FACT_LIST ? p->row : NULL;

	return place_sub(p, NULL, of, of ? of->item : FACT_OPEN, false);
}

static void add_test(struct place *p, const struct test *t)
{
	array_grow(p->tests, p->test_count, p->test_cap);
	p->tests[p->test_count++] = t;
}

/* All tests below are of a number: how many items there are. */
static void add_sizes(struct place *p, const struct test *t)
{
	array_grow(p->sizes, p->size_count, p->size_cap);
	p->sizes[p->size_count++] = t;
	for (size_t i = 0; i < t->count; i++)
		add_sizes(p, t->subs[i]);
}

static void spread(struct place *p, const struct test *t, const struct check_type *root);

/* A test of a path with [*] is of a list of what lies at its end. */
static void spread_over_list(struct place *list, struct place *end, const struct test *t)
{
	if (t->op == &op_each || t->op == &op_any || t->op == &op_none || t->op == &op_count) {
		spread(end, t->subs[0], NULL);
		if (t->op == &op_count)
			add_sizes(list, t->subs[1]);
	} else if (t->op == &op_length) {
		add_sizes(list, t->subs[0]);
	} else if (t->count && t->op != &op_as) {
		for (size_t i = 0; i < t->count; i++)
			spread_over_list(list, end, t->subs[i]);
	} else {
		add_test(end, t);
		end->may_lack = end->may_lack || t->op == &op_exists;
	}
}

static void spread_member(struct place *p, const struct test *t, const struct check_type *root)
{
	struct place *list = NULL;

	for (size_t i = 0; i < t->path->count; i++) {
		const struct path_step *step = &t->path->steps[i];

		if (step->kind == STEP_ALL)
			list = list ? list : p;
		p = step->name ? place_member(p, step->name, root) : place_items(p);
		root = NULL;
	}
	if (list)
		spread_over_list(list, p, t->subs[0]);
	else
		spread(p, t->subs[0], NULL);
}

/* Put every test below t at the place of the value that it is about. */
static void spread(struct place *p, const struct test *t, const struct check_type *root)
{
	if (t->op == &op_member) {
		spread_member(p, t, root);
	} else if (t->op == &op_each || t->op == &op_any || t->op == &op_none ||
		   t->op == &op_count) {
		spread(place_items(p), t->subs[0], NULL);
		if (t->op == &op_count)
			add_sizes(p, t->subs[1]);
	} else if (t->op == &op_length) {
		add_sizes(p, t->subs[0]);
	} else if (t->count && t->op != &op_as) {
		for (size_t i = 0; i < t->count; i++)
			spread(p, t->subs[i], root);
	} else {
		add_test(p, t);
		p->may_lack = p->may_lack || t->op == &op_exists;
	}
}

/* --- the values of a place --- */

/* How many choices a place leaves: its values, and nothing. */
static size_t choices(const struct place *p)
{
	return json_array_size(p->values) + p->may_lack;
}

/* One map: the n-th choice of each member, counted like the digits of a number. */
static json_t *compose_map(const struct place *p, uint64_t n)
{
	json_t *map = json_object();

	for (size_t i = 0; i < p->sub_count; i++) {
		const struct place *sub = p->subs[i];
		const size_t count = choices(sub);
		json_t *value = json_array_get(sub->values, count ? n % count : 0);

		n = count ? n / count : n;
		if (sub->name && value)
			json_object_set(map, sub->name, value);
	}
	return map;
}

/* Of how many maps; *all when fewer were asked for than there are. */
static uint64_t combinations(const struct place *p, uint64_t most, bool *all)
{
	uint64_t n = 1;

	for (size_t i = 0; i < p->sub_count; i++) {
		const size_t count = choices(p->subs[i]);

		if (count && n > UINT64_MAX / count)
			n = UINT64_MAX / count;
		n *= count ? count : 1;
	}
	*all = n <= most;
	return n;
}

/* The n-th of `shown` maps out of `all`: each when all are shown, else spread over them. */
static uint64_t picked(uint64_t n, uint64_t all, uint64_t shown)
{
	/* a multiplier of a 64-bit linear congruential generator (Knuth, TAOCP 3.3.4) */
	return shown >= all ? n : (n * 6364136223846793005u + 1442695040888963407u) % all;
}

static void compose_maps(struct place *p)
{
	bool all;
	const uint64_t n = combinations(p, PLACE_MAX, &all);

	for (uint64_t i = 0; i < n && i < PLACE_MAX; i++)
		specimens_add(p->values, compose_map(p, picked(i, n, PLACE_MAX)));
}

static json_t *list_of(json_t *a, json_t *b, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append(list, b && i + 1 == count ? b : a);
	return list;
}

/* Empty, one, two alike, two that differ, and as many as are named. */
static void compose_lists(struct place *p, const struct place *items)
{
	const size_t n = json_array_size(items->values);
	json_t *sizes = json_array();
	json_t *size;
	size_t k;

	specimens_of_size(sizes, p->sizes, p->size_count);
	specimens_add(p->values, json_array());
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(items->values, i);

		specimens_add(p->values, list_of(one, NULL, 1));
		specimens_add(p->values,
			      list_of(one, json_array_get(items->values, (i + 1) % n), 2));
	}
	for (size_t i = 0; i < n && i < 8; i++)
		json_array_foreach(sizes, k, size) if (json_integer_value(size) <= LIST_MAX)
			specimens_add(p->values,
				      list_of(json_array_get(items->values, i), NULL,
					      (size_t)json_integer_value(size)));
	if (n)
		specimens_add(p->values, list_of(json_array_get(items->values, 0), NULL, 2));
	json_decref(sizes);
}

/* A text or list of each length that is named. */
static void compose_lengths(struct place *p)
{
	json_t *sizes = json_array();
	json_t *size;
	size_t k;

	specimens_of_size(sizes, p->sizes, p->size_count);
	json_array_foreach(sizes, k, size)
	{
		const json_int_t n = json_integer_value(size);
		char text[LIST_MAX + 1];

		if (n > LIST_MAX)
			continue;
		memset(text, 'x', (size_t)n);
		text[n] = '\0';
		if (p->type != FACT_LIST)
			specimens_add(p->values, json_string(text));
	}
	json_decref(sizes);
}

static void make_values(struct place *p)
{
	const struct place *items = NULL;
	bool members = false;

	p->values = json_array();
	/* what a list shall contain is an item of it */
	for (size_t i = 0; i < p->test_count && p->type == FACT_LIST; i++)
		add_test(place_items(p), p->tests[i]);
	if (p->type == FACT_LIST)
		place_items(p);
	for (size_t i = 0; i < p->sub_count; i++) {
		make_values(p->subs[i]);
		items = p->subs[i]->name ? items : p->subs[i];
		members = members || p->subs[i]->name;
	}
	/* what is composed comes first: of more than are kept it is what the rule is about */
	if (items)
		compose_lists(p, items);
	if (members)
		compose_maps(p);
	compose_lengths(p);
	specimens_of(p->values, p->type, p->row && p->row->type == p->type ? p->row : NULL,
		     p->tests, p->test_count);
}

/* --- trying --- */

/* Whether the pattern has met both a text that it matches and one that it does not. */
static bool pattern_tried(const struct place *p, const struct test *t)
{
	bool met[2] = { false, false };
	size_t i;
	json_t *v;

	json_array_foreach(p->values, i, v)
	{
		const int found = json_is_string(v)
					  ? regex_test(t->regex, json_string_value(v),
						       json_string_length(v), NULL)
					  : -1;

		if (found >= 0)
			met[found] = true;
	}
	return met[0] && met[1];
}

static bool patterns_tried(const struct place *p)
{
	for (size_t i = 0; i < p->test_count; i++)
		if (p->tests[i]->regex && !pattern_tried(p, p->tests[i]) &&
		    strcmp(p->tests[i]->op->name, "matches"))
			return false;
	for (size_t i = 0; i < p->sub_count; i++)
		if (!patterns_tried(p->subs[i]))
			return false;
	return true;
}

static enum refuted try_part(const struct test *part, const struct check_type *type)
{
	auto_place struct place *root = xcalloc(1, sizeof(*root));
	uint64_t n;
	bool all;

	if (test_is_deferred(part))
		return REFUTED_UNKNOWN;
	root->type = FACT_MAP;
	spread(root, part, type);
	for (size_t i = 0; i < root->sub_count; i++)
		make_values(root->subs[i]);
	n = combinations(root, ROOT_MAX, &all);
	for (uint64_t i = 0; i < n && i < ROOT_MAX; i++) {
		struct judging j = { 0 };
		json_t *v = compose_map(root, picked(i, n, ROOT_MAX));
		const enum truth truth = test_hold(part, v, &j);

		json_decref(v);
		if (truth != TRUTH_HOLDS && !j.undecided)
			return REFUTED;
	}
	return all && patterns_tried(root) ? REFUTED_NEVER : REFUTED_UNKNOWN;
}

/* What is tried, and what came of it so far. */
struct trying {
	const struct check_type *type;
	void (*fn)(void *ctx, const struct vacuous *part);
	void *ctx;
	bool is_default, refuted, unknown;
};

static void say_vacuous(const struct trying *w, const struct test *part)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	struct speech s = { .out = &out };

	if (!w->fn)
		return;
	test_print(part, &s);
	w->fn(w->ctx, &(struct vacuous){ .line = w->is_default ? 0 : part->line,
					 .column = w->is_default ? 0 : part->column,
					 .text = buf_text(&out) });
}

/* Each fact of a map answers for itself. */
static void try_parts(struct trying *w, const struct test *t)
{
	enum refuted result;

	if (t->op == &op_every || t->op == &op_all_of) {
		for (size_t i = 0; i < t->count; i++)
			try_parts(w, t->subs[i]);
		return;
	}
	result = try_part(t, w->type);
	w->refuted = w->refuted || result == REFUTED;
	w->unknown = w->unknown || result == REFUTED_UNKNOWN;
	if (result == REFUTED_NEVER)
		say_vacuous(w, t);
}

enum refuted expect_refute(const struct expect *x, const struct check_type *type,
			   void (*fn)(void *ctx, const struct vacuous *part), void *ctx)
{
	struct trying w = { .type = type, .fn = fn, .ctx = ctx };

	for (size_t i = 0; i < x->form->count; i++) {
		w.is_default = x->form->entries[i].is_default;
		try_parts(&w, x->form->entries[i].test);
	}
	if (w.refuted || !x->form->count)
		return REFUTED;
	return w.unknown ? REFUTED_UNKNOWN : REFUTED_NEVER;
}
