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
#include "engine/judge/expect_types.h"
#include "engine/judge/ops.h"
#include "engine/judge/sustain.h"

struct expect_form *expect_form_share(struct expect_form *f)
{
	f->shares++;
	return f;
}

void expect_form_free(struct expect_form *f)
{
	if (!f)
		return;
	if (f->shares) {
		f->shares--;
		return;
	}
	for (size_t i = 0; i < f->count; i++)
		test_free(f->entries[i].test);
	free(f->entries);
	free(f->names);
	free(f->wants);
	free(f);
}

static void form_cleanup(struct expect_form **f)
{
	expect_form_free(*f);
}

#define auto_form __attribute__((cleanup(form_cleanup)))

void expect_free(struct expect *x)
{
	if (x)
		expect_form_free(x->form);
	free(x);
}

static void add_entry(struct expect_form *x, struct expect_entry entry)
{
	if (!entry.test)
		return;
	array_grow(x->entries, x->count, x->cap);
	x->entries[x->count++] = entry;
	x->deferred |= test_is_deferred(entry.test);
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
	return diagnose_unknown_choice(d, value, "severity", value->text, severity_names);
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
			    struct expect_form *x)
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
			 struct expect_form *x)
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

/* Whether the user's expectation names a fact of this part. */
static bool is_named(const struct compiler *user, const struct expect_part *part)
{
	for (size_t i = 0; i < part->name_count; i++)
		for (size_t k = 0; k < user->count; k++)
			if (!strcmp(part->names[i], user->names[k]))
				return true;
	return false;
}

static void add_names(struct compiler *c, const struct expect_part *part)
{
	for (size_t i = 0; i < part->name_count; i++) {
		array_grow(c->names, c->count, c->cap);
		c->names[c->count++] = part->names[i];
	}
	c->has_pattern |= part->has_pattern;
}

/* The user's names end here: what is added does not hide other parts. */
static void add_default(struct compiler *c, const struct expect_type *t, struct expect_form *x)
{
	struct compiler user = *c;

	if (c->names_error_kind)
		return;
	user.names = xcalloc(c->count + 1, sizeof(*user.names));
	if (c->count)
		memcpy(user.names, c->names, c->count * sizeof(*user.names));
	for (size_t i = 0; i < t->count; i++) {
		struct expect_entry entry = { .severity = SEVERITY_NONE, .is_default = true };

		if (is_named(&user, &t->parts[i]))
			continue;
		entry.test = test_share(t->parts[i].test);
		add_entry(x, entry);
		add_names(c, &t->parts[i]);
	}
	free(user.names);
}

static void form_take(struct expect_form *x, struct compiler *c)
{
	x->names = c->names;
	x->name_count = c->count;
	x->has_pattern = c->has_pattern;
	x->names_error_kind = c->names_error_kind;
}

static struct expect_form *form_new(const struct node *node)
{
	struct expect_form *f = xcalloc(1, sizeof(*f));

	f->line = node ? node->line : 0;
	f->column = node ? node->column : 0;
	return f;
}

/* An expectation of this form whose words stand at `node`; takes the form over. NULL of NULL. */
static struct expect *expect_of(struct expect_form *form, const struct node *node)
{
	struct expect *x;

	if (!form)
		return NULL;
	x = xmalloc(sizeof(*x));
	*x = (struct expect){ .form = form,
			      .line = node ? node->line : 0,
			      .column = node ? node->column : 0 };
	return x;
}

static struct expect_form *compile_form(const struct expect_type *t, const struct node *node,
					struct diagnostics *d)
{
	auto_form struct expect_form *f = form_new(node);
	struct compiler c = { .d = d, .owner = t->type->name, .root = t->facts };
	const struct shape root = { .type = FACT_MAP, .of = c.root };
	size_t errors = d->errors;

	if (node)
		compile_user(&c, node, &root, f);
	/* After a mistake its names may be gone. */
	if (d->errors == errors)
		add_default(&c, t, f);
	form_take(f, &c);
	return d->errors == errors ? TAKE(f) : NULL;
}

struct expect *expect_compile_sharing(struct expect_types *types, const struct node *node,
				      const struct check_type *type, struct diagnostics *d)
{
	const struct expect_type *t = expect_type_get(types, type, d);

	return t ? expect_of(compile_form(t, node, d), node) : NULL;
}

struct expect *expect_compile_alike(struct expect_types *types, const struct node *node,
				    const struct check_type *type, struct diagnostics *d)
{
	struct expect_type *t = expect_type_get(types, type, d);
	const uint64_t hash = alike_hash(node);
	const size_t said = d->count + d->dropped;
	struct expect_form *form;

	if (!t)
		return NULL;
	form = alike_find(&t->alike, node, hash);
	if (form)
		return expect_of(expect_form_share(form), node);
	form = compile_form(t, node, d);
	/* a warning about these words must be said of others that are alike, too */
	if (form && d->count + d->dropped == said)
		alike_add(&t->alike, node, hash, form);
	return expect_of(form, node);
}

struct expect *expect_compile(const struct node *node, const struct check_type *type,
			      struct diagnostics *d)
{
	struct expect_types *types = expect_types_new();
	struct expect *x = expect_compile_sharing(types, node, type, d);

	expect_types_free(types);
	return x;
}

struct expect *expect_compile_value(const struct node *node, struct diagnostics *d)
{
	auto_form struct expect_form *f = form_new(node);
	struct compiler c = { .d = d, .owner = "the value" };
	const struct shape text = shape_simple(FACT_TEXT);
	struct expect_entry entry = { .severity = SEVERITY_NONE };
	size_t errors = d->errors;

	entry.test = compile(&c, node, &text, "the value");
	add_entry(f, entry);
	form_take(f, &c);
	return d->errors == errors ? expect_of(TAKE(f), node) : NULL;
}

bool expect_has_pattern(const struct expect *x)
{
	return x->form->has_pattern;
}

bool expect_names_error_kind(const struct expect *x)
{
	return x->form->names_error_kind;
}

static bool wants_already(const struct expect_form *f, const char *name)
{
	for (size_t i = 0; i < f->want_count; i++)
		if (!strcmp(f->wants[i], name))
			return true;
	return false;
}

char **expect_wants(const struct expect *x, size_t *count)
{
	struct expect_form *f = x->form;

	if (!f->wants) {
		f->wants = xcalloc(f->name_count + 1, sizeof(*f->wants));
		for (size_t i = 0; i < f->name_count; i++)
			if (!wants_already(f, f->names[i]))
				f->wants[f->want_count++] = (char *)(uintptr_t)f->names[i];
	}
	*count = f->want_count;
	return f->wants;
}

enum severity expect_worst(const struct expect *x, enum severity own)
{
	enum severity worst = SEVERITY_NONE;

	for (size_t i = 0; i < x->form->count; i++) {
		enum severity s = x->form->entries[i].severity;

		if (s == SEVERITY_NONE)
			s = own;
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
