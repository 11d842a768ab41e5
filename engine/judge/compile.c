/*
 * compile - from nodes to tests: what a scalar, a list and a map mean, with every mistake at its
 * place.
 */
#include "engine/judge/compiler.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/ops.h"
#include "engine/judge/path.h"

#define OPERATORS_MAX 64 /* in the list of near misses */

/* What a key of a map is. */
enum key_class { KEY_MEMBER, KEY_OPERATOR, KEY_UNKNOWN };

static bool is_root(const struct compiler *c, const struct shape *shape)
{
	return c->root && shape->type == FACT_MAP && shape->of == c->root;
}

static bool is_logic(const struct operator *op)
{
	return op == &op_all_of || op == &op_any_of || op == &op_not;
}

static bool is_declared(const struct shape *shape, const char *key)
{
	const size_t len = strcspn(key, ".[");

	for (const struct fact *f = shape_declares_members(shape) ? shape->of : NULL; f && f->name;
	     f++)
		if (!strncmp(f->name, key, len) && !f->name[len])
			return true;
	return false;
}

/* `.name` and `["any key"]`: always a member, so that one may be called like an operator. */
static bool is_path_form(const char *key)
{
	return *key == '.' || *key == '[';
}

static enum key_class classify(const struct shape *shape, const char *key)
{
	bool has_members = shape->type == FACT_MAP || shape->type == FACT_OPEN;

	if (is_path_form(key) || is_declared(shape, key))
		return KEY_MEMBER;
	if (operator_find(key))
		return KEY_OPERATOR;
	return has_members ? KEY_MEMBER : KEY_UNKNOWN;
}

static int unknown_operator(struct compiler *c, const struct node *key, const struct shape *shape,
			    const char *label)
{
	const char *names[OPERATORS_MAX + 1];
	const char *near = operator_elsewhere(key->text);
	size_t n = 0;

	for (; operators[n] && n < OPERATORS_MAX; n++)
		names[n] = operators[n]->name;
	names[n] = NULL;
	if (!near)
		near = text_nearest(key->text, names);
	if (near)
		return diagnose(c->d, key, "%s: unknown operator '%s'; did you mean '%s'?", label,
				key->text, near);
	if (shape->type == FACT_LIST)
		return diagnose(c->d, key,
				"%s: unknown operator '%s'; to look into the items of a list use "
				"each, any, none or count",
				label, key->text);
	return diagnose(c->d, key, "%s: unknown operator '%s'", label, key->text);
}

static bool is_error_kind(const struct fact *row)
{
	return row && row == fact_find(fact_find(common_facts, "error")->of, "kind");
}

static void note_path(struct compiler *c, const struct shape *from, const struct path *p,
		      const struct fact *row)
{
	if (is_error_kind(row))
		c->names_error_kind = true;
	if (!is_root(c, from))
		return;
	array_grow(c->names, c->count, c->cap);
	c->names[c->count++] = path_first(p);
}

static const char *owner_of(const struct compiler *c, const struct shape *shape, const char *label)
{
	return is_root(c, shape) || !*label ? c->owner : label;
}

static char *join_label(const char *label, const char *path)
{
	return xasprintf("%s%s%s", label, *path != '[' ? "." : "", path);
}

/* An operator where a fact's name must stand: `expect: { ge: 1 }`. */
static int operator_on_top(struct compiler *c, const struct node *key)
{
	return diagnose(c->d, key,
			"'%s' is an operator: it stands below a fact, as in '%s: { %s: … }'",
			key->text, c->root ? c->root[0].name : "name", key->text);
}

/* Whether the path starts at a fact of an observation whose inside nobody declared: JSON, rows. */
static bool leads_into_open(const struct compiler *c, const struct shape *from,
			    const struct path *p)
{
	const struct fact *f = is_root(c, from) ? fact_find(c->root, path_first(p)) : NULL;

	return f && (f->type == FACT_OPEN || (f->type == FACT_MAP && !f->of) ||
		     (f->type == FACT_LIST && !f->of && f->item == FACT_OPEN));
}

/* As soon as one item lacks the rest, the whole path leads to nothing, whatever others have. */
static void warn_of_one(struct compiler *c, const struct node *key, const struct test *member)
{
	const struct test *sub = member->count ? member->subs[0] : NULL;
	const char *path = path_text(member->path), *all = strstr(path, "[*].");

	while (sub && sub->op == &op_every && sub->count == 1)
		sub = sub->subs[0];
	if (!all || !sub || sub->op != &op_exists || sub->flag || sub->deferred)
		return;
	diagnose_warning(c->d, key,
			 "%s: 'exists: false' holds as soon as one item has no '%s'; that none has "
			 "it is %.*s: { each: { %s: { exists: false } } }",
			 path, all + strlen("[*]."), (int)(all - path), path, all + strlen("[*]."));
}

static struct test *compile_member(struct compiler *c, const struct node_pair *pair,
				   const struct shape *shape, const char *label)
{
	auto_err struct err *e = NULL;
	auto_test struct test *t = test_new(&op_member, shape, pair->key);
	auto_free char *joined = NULL;
	const struct fact *row;
	struct shape at;
	bool list;

	t->path = path_parse(pair->key->text, &e);
	if (!t->path) {
		diagnose(c->d, pair->key, "'%s' is %s", pair->key->text, err_text(e));
		return NULL;
	}
	if (shape_follow(t->path, shape, owner_of(c, shape, label), &at, &row, &list, &e)) {
		diagnose(c->d, pair->key, "%s", err_text(e));
		return NULL;
	}
	if (list)
		at = shape_list_of(&at);
	note_path(c, shape, t->path, row);
	t->flag = leads_into_open(c, shape, t->path);
	if (is_error_kind(row))
		compile_kinds(c, pair->value);
	if (*label)
		joined = join_label(label, path_text(t->path));
	test_add(t, compile(c, pair->value, &at, joined ? joined : path_text(t->path)));
	warn_of_one(c, pair->key, t);
	return t->count ? TAKE(t) : NULL;
}

static int check_fit(struct compiler *c, const struct operator *op, const struct node *key,
		     const struct shape *shape, const char *label)
{
	if (shape->type == FACT_OPEN || (op->fits & FITS(shape->type)))
		return 0;
	if (is_root(c, shape))
		return operator_on_top(c, key);
	return diagnose(c->d, key, "%s: operator '%s' is for %s, not for %s%s", label, op->name,
			op->on, fact_type_name(shape->type),
			shape->type == FACT_TEXT && (op->fits & FITS(FACT_NUMBER))
				? "; add 'as: number' to compare it as one"
				: "");
}

static struct test *compile_operator(struct compiler *c, const struct node_pair *pair,
				     const struct shape *shape, const char *label)
{
	const struct operator *op = operator_find(pair->key->text);
	auto_test struct test *t = NULL;

	if (is_root(c, shape) && !is_logic(op)) {
		operator_on_top(c, pair->key);
		return NULL;
	}
	if (check_fit(c, op, pair->key, shape, label))
		return NULL;
	t = test_new(op, shape, pair->key);
	if (op->compile(c, t, shape, pair->value, label))
		return NULL;
	return TAKE(t);
}

/* The test that holds all of the map: `as` where there is one. *inside is the shape for the others.
 */
static struct test *open_map(struct compiler *c, const struct node *n, const struct shape *shape,
			     const char *label, struct shape *inside)
{
	*inside = *shape;
	for (size_t i = 0; i < n->count; i++)
		if (operator_find(n->pairs[i].key->text) == &op_as &&
		    classify(shape, n->pairs[i].key->text) == KEY_OPERATOR) {
			struct test *as = compile_operator(c, &n->pairs[i], shape, label);

			if (as)
				*inside = shape_simple(as->to);
			if (as && n->count == 1)
				diagnose(c->d, n->pairs[i].key,
					 "%s: 'as' needs an operator beside it", label);
			return as;
		}
	return test_new(&op_every, shape, n);
}

static struct test *compile_pair(struct compiler *c, const struct node_pair *pair,
				 const struct shape *shape, const char *label)
{
	switch (classify(shape, pair->key->text)) {
	case KEY_MEMBER:
		return compile_member(c, pair, shape, label);
	case KEY_OPERATOR:
		return compile_operator(c, pair, shape, label);
	default:
		unknown_operator(c, pair->key, shape, label);
		return NULL;
	}
}

static int mixture(struct compiler *c, const struct node *operator_key, const struct node *member,
		   const char *label)
{
	return diagnose(
		c->d, operator_key,
		"%s: '%s' is an operator and '%s' a member: write '.%s' or '%s%s%s: …' for the "
		"member, and '.%s' if that is one too",
		label, operator_key->text, member->text, member->text, label, *label ? "." : "",
		member->text, operator_key->text);
}

/* Beside `as` there is no member but in the path form. */
static bool is_member_key(const struct shape *shape, const struct node *map, const struct node *key)
{
	bool converts = shape->type == FACT_TEXT && node_get(map, op_as.name);

	switch (classify(shape, key->text)) {
	case KEY_MEMBER:
		return !is_path_form(key->text);
	case KEY_UNKNOWN:
		return converts && !is_path_form(key->text);
	default:
		return false;
	}
}

static bool is_operator_key(const struct shape *shape, const struct node *key)
{
	if (classify(shape, key->text) != KEY_OPERATOR)
		return false;
	return !shape_declares_members(shape) || !is_logic(operator_find(key->text));
}

/* A map is operators or members. Only where the members are declared is there no doubt about
 * all_of, any_of and not beside them. */
static int check_mixture(struct compiler *c, const struct node *n, const struct shape *shape,
			 const char *label)
{
	const struct node *member = NULL, *operator_key = NULL;

	for (size_t i = 0; i < n->count && !is_root(c, shape); i++) {
		const struct node *key = n->pairs[i].key;

		if (!member && is_member_key(shape, n, key))
			member = key;
		if (!operator_key && is_operator_key(shape, key))
			operator_key = key;
	}
	return member && operator_key ? mixture(c, operator_key, member, label) : 0;
}

/* An operator's name with one letter wrong, or as others call it; NULL for any other word. Short
 * names are near to too many words. */
static const char *operator_meant(const char *word)
{
	const char *ours = operator_elsewhere(word);

	if (operator_find(word))
		return NULL;
	for (size_t i = 0; operators[i] && !ours; i++)
		if (strlen(operators[i]->name) > 4 &&
		    text_distance(word, operators[i]->name, 1) == 1)
			ours = operators[i]->name;
	return ours;
}

/* `json.status: { gte: 5 }` is a member of that name: hardly what was meant. */
static void warn_meant(struct compiler *c, const struct node *n, const struct shape *shape,
		       const char *label)
{
	const struct node *key = n->count == 1 ? n->pairs[0].key : NULL;
	const char *ours = NULL;

	if (key && shape->type == FACT_OPEN && !is_path_form(key->text))
		ours = operator_meant(key->text);
	if (ours)
		diagnose_warning(c->d, key,
				 "%s: '%s' is taken for a member; did you mean the operator '%s'?",
				 label, key->text, ours);
}

static struct test *compile_map(struct compiler *c, const struct node *n, const struct shape *shape,
				const char *label)
{
	size_t errors = c->d->errors;
	auto_test struct test *t = NULL;
	struct shape inside;

	if (!n->count) {
		diagnose(c->d, n, "%s%sthe map is empty, so that nothing is expected", label,
			 *label ? ": " : "");
		return NULL;
	}
	if (check_mixture(c, n, shape, label))
		return NULL;
	warn_meant(c, n, shape, label);
	t = open_map(c, n, shape, label, &inside);
	for (size_t i = 0; t && i < n->count; i++)
		if (operator_find(n->pairs[i].key->text) != &op_as ||
		    classify(shape, n->pairs[i].key->text) != KEY_OPERATOR)
			test_add(t, compile_pair(c, &n->pairs[i], &inside, label));
	return c->d->errors == errors ? TAKE(t) : NULL;
}

struct test *compile_same(struct compiler *c, const struct node *n, const struct shape *shape,
			  const char *label)
{
	auto_test struct test *t = test_new(&op_eq, shape, n);

	return op_eq.compile(c, t, shape, n, label) ? NULL : TAKE(t);
}

static struct test *compile_scalar(struct compiler *c, const struct node *n,
				   const struct shape *shape, const char *label)
{
	if (n->deferred)
		return compile_same(c, n, shape, label);
	if (is_root(c, shape))
		diagnose(c->d, n, "%s: a map of facts is needed, not %s", c->owner, node_kind(n));
	else if (n->plain && !n->len)
		diagnose(c->d, n, "%s: nothing is expected; write a value or an operator", label);
	else if (shape->type == FACT_LIST)
		diagnose(c->d, n,
			 "%s is a list: use contains, length, empty, each, any, none or count",
			 label);
	else if (shape->type == FACT_MAP)
		diagnose(c->d, n, "%s is a map: expect its members, as in { name: value }", label);
	else
		return compile_same(c, n, shape, label);
	return NULL;
}

struct test *compile(struct compiler *c, const struct node *n, const struct shape *shape,
		     const char *label)
{
	if (n->type == NODE_MAP)
		return compile_map(c, n, shape, label);
	if (n->type == NODE_SCALAR)
		return compile_scalar(c, n, shape, label);
	if (shape->type == FACT_LIST || shape->type == FACT_OPEN)
		return compile_same(c, n, shape, label);
	if (is_root(c, shape))
		diagnose(c->d, n, "%s: a map of facts is needed, not a list", c->owner);
	else
		diagnose(c->d, n,
			 "%s is %s, not a list; for one of several values write { in: […] }", label,
			 fact_type_name(shape->type));
	return NULL;
}
