/*
 * expect - an `expect` as a whole: its entries with their severities, and the check type's default
 * beside them.
 */
#include "engine/judge/expect.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"
#include "engine/document/diagnostic.h"
#include "engine/judge/compiler.h"
#include "engine/judge/expect_entry.h"
#include "engine/judge/ops.h"
#include "engine/judge/sustain.h"

void expect_free(struct expect *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->count; i++)
		test_free(x->entries[i].test);
	for (size_t i = 0; i < x->name_count; i++)
		free(x->names[i]);
	free(x->entries);
	free(x->names);
	free(x);
}

static void expect_cleanup(struct expect **x)
{
	expect_free(*x);
}

#define auto_expect __attribute__((cleanup(expect_cleanup)))

static void add_entry(struct expect *x, struct expect_entry entry)
{
	if (!entry.test)
		return;
	array_grow(x->entries, x->count, x->cap);
	x->entries[x->count++] = entry;
}

static size_t fact_count(const struct fact *facts)
{
	size_t n = 0;

	while (facts && facts[n].name)
		n++;
	return n;
}

/* One table: what a type yields and what all do. */
static struct fact *all_facts(const struct check_type *type)
{
	size_t own = fact_count(type->facts), common = fact_count(common_facts);
	struct fact *facts = xcalloc(own + common + 1, sizeof(*facts));

	if (own)
		memcpy(facts, type->facts, own * sizeof(*facts));
	memcpy(facts + own, common_facts, common * sizeof(*facts));
	return facts;
}

/* The keys of an entry that are no facts. */
static int read_severity(struct expect_entry *entry, const struct node *value,
			 struct diagnostics *d)
{
	entry->severity = value->type == NODE_SCALAR ? severity_find(value->text) : SEVERITY_NONE;
	if (entry->severity != SEVERITY_NONE)
		return 0;
	if (value->type != NODE_SCALAR)
		return diagnose(
			d, value,
			"severity: one of info, low, medium, high or critical is needed, not %s",
			node_kind(value));
	return diagnose_unknown(d, value, "severity", NULL, value->text, severity_names);
}

/* That a rule is sustained is the runner's business: here only its mistakes are said. */
static int check_sustain(struct expect_entry *entry, const struct node *value,
			 struct diagnostics *d)
{
	struct sustain sustain;

	(void)entry;
	return sustain_read(value, &sustain, d);
}

static const struct entry_key {
	const char *name;
	int (*read)(struct expect_entry *entry, const struct node *value, struct diagnostics *d);
} entry_keys[] = {
	{ "severity", read_severity },
	{ "sustain", check_sustain },
};

static const struct entry_key *entry_key_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(entry_keys); i++)
		if (!strcmp(entry_keys[i].name, name))
			return &entry_keys[i];
	return NULL;
}

/* The facts of an entry: a shallow copy of its map without the entry's own keys. */
static struct test *compile_entry(struct compiler *c, const struct node *n,
				  const struct shape *root, struct expect_entry *entry)
{
	struct node rest = *n;
	auto_free struct node_pair *pairs = xcalloc(n->count + 1, sizeof(*pairs));

	rest.pairs = pairs;
	rest.count = 0;
	for (size_t i = 0; i < n->count; i++) {
		const struct entry_key *key = entry_key_find(n->pairs[i].key->text);

		if (!key)
			pairs[rest.count++] = n->pairs[i];
		else
			key->read(entry, n->pairs[i].value, c->d);
	}
	return compile(c, &rest, root, "");
}

static void compile_entries(struct compiler *c, const struct node *list, const struct shape *root,
			    struct expect *x)
{
	if (!list->count)
		diagnose(c->d, list,
			 "expect is empty; leave it out to hold what %s holds by default",
			 c->owner);
	for (size_t i = 0; i < list->count; i++) {
		const struct node *n = list->items[i];
		struct expect_entry entry = { .severity = SEVERITY_NONE };

		if (n->type != NODE_MAP) {
			diagnose(c->d, n,
				 "expect: each entry of the list is a map of facts, not %s",
				 node_kind(n));
			continue;
		}
		entry.test = compile_entry(c, n, root, &entry);
		add_entry(x, entry);
	}
}

static int check_misplaced(struct compiler *c, const struct node *map)
{
	int rc = 0;

	for (size_t i = 0; i < map->count; i++)
		if (entry_key_find(map->pairs[i].key->text) &&
		    !fact_find(c->root, map->pairs[i].key->text))
			rc = diagnose(c->d, map->pairs[i].key,
				      "'%s' stands in the entries of a list, or on the check",
				      map->pairs[i].key->text);
	return rc;
}

static void compile_user(struct compiler *c, const struct node *n, const struct shape *root,
			 struct expect *x)
{
	struct expect_entry entry = { .severity = SEVERITY_NONE };

	if (n->type == NODE_LIST) {
		compile_entries(c, n, root, x);
		return;
	}
	if (node_is_empty(n) || (n->type == NODE_MAP && !n->count)) {
		diagnose(c->d, n, "expect is empty; leave it out to hold what %s holds by default",
			 c->owner);
		return;
	}
	if (n->type == NODE_MAP && check_misplaced(c, n))
		return;
	entry.test = compile(c, n, root, "");
	add_entry(x, entry);
}

/* Whether the user's expectation names one of these. */
static bool is_named(const struct compiler *user, const struct compiler *dflt)
{
	for (size_t i = 0; i < dflt->count; i++)
		for (size_t k = 0; k < user->count; k++)
			if (!strcmp(dflt->names[i], user->names[k]))
				return true;
	return false;
}

static void names_move(struct compiler *from, struct compiler *to)
{
	for (size_t i = 0; i < from->count; i++) {
		array_grow(to->names, to->count, to->cap);
		to->names[to->count++] = from->names[i];
	}
	to->has_pattern |= from->has_pattern;
	free(from->names);
}

static void names_drop(struct compiler *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->names[i]);
	free(c->names);
}

/* One fact of the default: it holds unless the user names it. */
static void add_default(struct compiler *c, const struct node *map, size_t i,
			const struct shape *root, struct expect *x, struct compiler *kept)
{
	struct node one = *map;
	struct compiler mine = { .d = c->d, .owner = c->owner, .root = c->root };
	struct expect_entry entry = { .severity = SEVERITY_NONE, .is_default = true };

	one.pairs = &map->pairs[i];
	one.count = 1;
	entry.test = compile(&mine, &one, root, "");
	if (is_named(c, &mine)) {
		test_free(entry.test);
		names_drop(&mine);
		return;
	}
	add_entry(x, entry);
	names_move(&mine, kept);
}

static void compile_default(struct compiler *c, const struct check_type *type,
			    const struct shape *root, struct expect *x)
{
	struct compiler kept = { .d = c->d };
	struct document *doc;
	const struct node *map;

	if (!type->default_expect || c->names_error_kind)
		return;
	doc = document_parse(type->default_expect, strlen(type->default_expect), type->name, c->d);
	map = doc ? document_root(doc) : NULL;
	for (size_t i = 0; map && i < map->count; i++)
		add_default(c, map, i, root, x, &kept);
	document_free(doc);
	names_move(&kept, c);
}

static void expect_take(struct expect *x, struct compiler *c)
{
	x->names = c->names;
	x->name_count = c->count;
	x->has_pattern = c->has_pattern;
	x->names_error_kind = c->names_error_kind;
}

struct expect *expect_compile(const struct node *node, const struct check_type *type,
			      struct diagnostics *d)
{
	auto_expect struct expect *x = xcalloc(1, sizeof(*x));
	struct compiler c = { .d = d, .owner = type->name };
	size_t errors = d->errors;
	auto_free struct fact *facts = all_facts(type);
	const struct shape root = { .type = FACT_MAP, .of = facts };

	c.root = facts;
	if (node)
		compile_user(&c, node, &root, x);
	compile_default(&c, type, &root, x);
	expect_take(x, &c);
	return d->errors == errors ? TAKE(x) : NULL;
}

struct expect *expect_compile_value(const struct node *node, struct diagnostics *d)
{
	auto_expect struct expect *x = xcalloc(1, sizeof(*x));
	struct compiler c = { .d = d, .owner = "the value" };
	const struct shape text = shape_simple(FACT_TEXT);
	struct expect_entry entry = { .severity = SEVERITY_NONE };
	size_t errors = d->errors;

	entry.test = compile(&c, node, &text, "the value");
	add_entry(x, entry);
	expect_take(x, &c);
	return d->errors == errors ? TAKE(x) : NULL;
}

bool expect_has_pattern(const struct expect *x)
{
	return x->has_pattern;
}

bool expect_names_error_kind(const struct expect *x)
{
	return x->names_error_kind;
}

void expect_wants(const struct expect *x, void (*fn)(void *ctx, const char *fact), void *ctx)
{
	for (size_t i = 0; i < x->name_count; i++)
		fn(ctx, x->names[i]);
}

enum severity expect_worst(const struct expect *x, enum severity own)
{
	enum severity worst = SEVERITY_NONE;

	for (size_t i = 0; i < x->count; i++) {
		enum severity s = x->entries[i].severity == SEVERITY_NONE ? own
									  : x->entries[i].severity;

		if (s > worst)
			worst = s;
	}
	return worst == SEVERITY_NONE ? own : worst;
}

bool expect_key_is_regex(const char *key)
{
	const struct operator *op = operator_find(key);

	return op == &op_matches || op == &op_not_matches;
}
