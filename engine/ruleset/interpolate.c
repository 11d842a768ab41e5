/*
 * interpolate - put values into ${…}, quoted by where they stand.
 *
 * Trees are copied only where a ${…} stands in them; the rest is shared with the document. What a
 * value holds is never looked through for another ${…}.
 */
#include "engine/ruleset/interpolate.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/hole.h"
#include "engine/ruleset/quote.h"

struct walk {
	struct node_arena *arena;
	const struct lookup *lookup;
	struct interpolation *out;
	struct diagnostics *d;
};

/* What a pair's value becomes when it is one whole absent parameter. */
enum when_absent { ABSENT_SKIPS, ABSENT_LEAVES_OUT };

static struct node *node_of_json(struct node_arena *arena, const struct node *at, json_t *v)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);
	struct node *n;
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_array(v)) {
		n = node_new(arena, at, NODE_LIST);
		json_array_foreach(v, i, item)
			node_list_add(arena, n, node_of_json(arena, at, item));
		return n;
	}
	if (json_is_object(v)) {
		n = node_new(arena, at, NODE_MAP);
		json_object_foreach(v, key, item)
			node_map_add(arena, n, node_new_scalar(arena, at, key, strlen(key)),
				     node_of_json(arena, at, item));
		return n;
	}
	value_add_text(&text, v);
	n = node_new_scalar(arena, at, buf_text(&text), text.len);
	n->plain = false;
	n->scalar_value = json_incref(v);
	return n;
}

/*
 * One text
 */

static int refuse_place(struct walk *w, const struct node *at, const char *name,
			enum quoting quoting)
{
	if (quoting == QUOTE_FORBID_SHELL)
		return diagnose(w->d, at,
				"'${%s}' cannot stand in shell: pass it in 'env' (a literal '${' "
				"is written '$${')",
				name);
	return diagnose(w->d, at,
			"'${%s}' cannot stand in query: write a placeholder and use 'args' (a "
			"literal '${' is written '$${')",
			name);
}

static void note_absent(struct walk *w, const char *name)
{
	w->out->absent = true;
	if (!w->out->absent_name)
		w->out->absent_name = xstrdup(name);
}

static void note_problem(struct walk *w, const char *name, const json_t *why)
{
	if (w->out->problem)
		return;
	w->out->problem =
		xasprintf("parameter '%s'%s%s", name, json_is_string(why) ? ": " : " has no value",
			  json_is_string(why) ? json_string_value(why) : "");
}

static void say_unknown(struct walk *w, const struct node *at, const char *name)
{
	const char *const *names = w->lookup->names ? w->lookup->names(w->lookup->ctx) : NULL;

	if (!*name)
		diagnose(w->d, at, "'${}' names nothing (a literal '${' is written '$${')");
	else
		diagnose_unknown(w->d, at, strchr(name, '.') ? "name" : "parameter", NULL, name,
				 names);
}

/* Look a hole's name up and note what came of it; mistakes are diagnosed. *value is the caller's.
 */
static enum lookup_result look(struct walk *w, const struct node *n, const struct hole *h,
			       enum quoting quoting, json_t **value)
{
	struct node at = hole_place(n, h->from, h->to);
	enum lookup_result r;

	*value = NULL;
	if (quoting == QUOTE_FORBID_SHELL || quoting == QUOTE_FORBID_QUERY) {
		refuse_place(w, &at, h->name, quoting);
		return LOOKUP_UNKNOWN;
	}
	r = *h->name ? w->lookup->get(w->lookup->ctx, h->name, value) : LOOKUP_UNKNOWN;
	if (r == LOOKUP_UNKNOWN)
		say_unknown(w, &at, h->name);
	else if (r == LOOKUP_DEFERRED)
		w->out->deferred = true;
	else if (r == LOOKUP_PROBLEM)
		note_problem(w, h->name, *value);
	return r;
}

/* A scalar that is one ${name}. NULL: to be left out. */
static struct node *whole(struct walk *w, const struct node *n, const struct hole *h,
			  enum quoting quoting, enum when_absent absent)
{
	json_t *value = NULL;
	enum lookup_result r = look(w, n, h, quoting, &value);
	struct node *copy;

	if (r == LOOKUP_FOUND) {
		copy = node_of_json(w->arena, n, value);
		json_decref(value);
		return copy;
	}
	json_decref(value);
	if (r == LOOKUP_ABSENT && absent == ABSENT_LEAVES_OUT) {
		if (!w->out->left_out_name)
			w->out->left_out_name = xstrdup(h->name);
		return NULL;
	}
	if (r == LOOKUP_ABSENT || r == LOOKUP_ABSENT_SECRET)
		note_absent(w, h->name);
	copy = node_new_scalar(w->arena, n, n->text, n->len);
	copy->deferred = r == LOOKUP_DEFERRED;
	return copy;
}

/* Append literal text; $${ is ${. */
static void add_literal(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (len - i >= 3 && strncmp(s + i, "$${", 3) == 0) {
			buf_adds(out, "${");
			i += 2;
		} else {
			buf_addc(out, s[i]);
		}
	}
}

/* One hole of a longer text. Returns whether it is deferred. */
static bool fill_hole(struct walk *w, const struct node *n, const struct hole *h,
		      enum quoting quoting, struct buf *out)
{
	json_t *value = NULL;
	enum lookup_result r = look(w, n, h, quoting, &value);

	if (r == LOOKUP_ABSENT || r == LOOKUP_ABSENT_SECRET) {
		note_absent(w, h->name);
	} else if (r == LOOKUP_FOUND && (json_is_array(value) || json_is_object(value))) {
		struct node at = hole_place(n, h->from, h->to);

		diagnose(w->d, &at, "'${%s}' is a %s and cannot stand inside of a text", h->name,
			 json_is_array(value) ? "list" : "map");
	} else if (r == LOOKUP_FOUND) {
		value_add_quoted(out, value, quoting, n->text + h->to);
	}
	json_decref(value);
	return r == LOOKUP_DEFERRED;
}

static struct node *longer(struct walk *w, const struct node *n, enum quoting quoting)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	struct hole h = { 0 };
	size_t at = 0;
	enum next_hole found;
	bool deferred = false;
	struct node *copy;

	while ((found = hole_next(n->text, at, &h)) == HOLE_FOUND) {
		add_literal(&out, n->text + at, h.from - at);
		deferred |= fill_hole(w, n, &h, quoting, &out);
		at = h.to;
		hole_clear(&h);
	}
	if (found == HOLE_BROKEN) {
		struct node place = hole_place(n, h.from, h.from + 2);

		diagnose(w->d, &place, "'${' without '}' (a literal '${' is written '$${')");
	}
	add_literal(&out, n->text + at, n->len - at);
	copy = deferred ? node_new_scalar(w->arena, n, n->text, n->len)
			: node_new_scalar(w->arena, n, buf_text(&out), out.len);
	copy->deferred = deferred;
	return copy;
}

static struct node *scalar(struct walk *w, struct node *n, enum quoting quoting,
			   enum when_absent absent)
{
	struct hole h = { 0 };
	struct node *copy;

	if (!n->text || !strstr(n->text, "${"))
		return n;
	if (hole_next(n->text, 0, &h) == HOLE_FOUND && h.from == 0 && h.to == n->len)
		copy = whole(w, n, &h, quoting, absent);
	else
		copy = longer(w, n, quoting);
	hole_clear(&h);
	return copy;
}

/*
 * Trees
 */

static bool varies(const struct node *n)
{
	if (n->type == NODE_SCALAR)
		return n->text && strstr(n->text, "${");
	for (size_t i = 0; i < n->count; i++) {
		if (n->type == NODE_LIST ? varies(n->items[i])
					 : varies(n->pairs[i].key) || varies(n->pairs[i].value))
			return true;
	}
	return false;
}

static void check_key(struct walk *w, const struct node *key)
{
	if (strstr(key->text, "${"))
		diagnose(w->d, key, "'${…}' cannot stand in a key");
}

/* How a member of a map is treated: quoting for its value, and what an absent one becomes. */
struct member_rule {
	enum quoting quoting;
	enum when_absent absent;
};
typedef struct member_rule member_fn(const void *ctx, const char *key, enum quoting outer);

static struct node *tree(struct walk *w, struct node *n, enum quoting quoting,
			 enum when_absent absent, member_fn *member, const void *ctx);

static struct node *map(struct walk *w, const struct node *n, enum quoting quoting,
			member_fn *member, const void *ctx)
{
	struct node *copy = node_new(w->arena, n, NODE_MAP);

	for (size_t i = 0; i < n->count; i++) {
		struct node_pair p = n->pairs[i];
		struct member_rule rule = member(ctx, p.key->text, quoting);

		check_key(w, p.key);
		p.value = tree(w, p.value, rule.quoting, rule.absent, member, ctx);
		if (p.value)
			node_map_add(w->arena, copy, p.key, p.value);
	}
	return copy;
}

static struct node *tree(struct walk *w, struct node *n, enum quoting quoting,
			 enum when_absent absent, member_fn *member, const void *ctx)
{
	struct node *copy;

	if (n->type == NODE_SCALAR)
		return scalar(w, n, quoting, absent);
	if (!varies(n))
		return n;
	if (n->type == NODE_MAP)
		return map(w, n, quoting, member, ctx);
	copy = node_new(w->arena, n, NODE_LIST);
	for (size_t i = 0; i < n->count; i++)
		node_list_add(w->arena, copy,
			      tree(w, n->items[i], quoting, ABSENT_SKIPS, member, ctx));
	return copy;
}

/* A copy of the outermost node, whose members may be shared. */
static struct node *root(struct walk *w, const struct node *n, enum quoting quoting,
			 member_fn *member, const void *ctx)
{
	struct node *copy = node_new(w->arena, n, n->type);

	*copy = *n;
	json_incref(node_typed(n));
	return tree(w, copy, quoting, ABSENT_SKIPS, member, ctx);
}

static struct member_rule plain_member(const void *ctx, const char *key, enum quoting outer)
{
	(void)ctx;
	(void)key;
	return (struct member_rule){ outer, ABSENT_LEAVES_OUT };
}

struct node *interpolate_tree(struct node_arena *arena, const struct node *n,
			      const struct lookup *lookup, enum quoting quoting,
			      struct interpolation *out, struct diagnostics *d)
{
	struct walk w = { arena, lookup, out, d };

	return root(&w, n, quoting, plain_member, NULL);
}

static enum quoting field_quoting(const struct field *f)
{
	switch (f->kind) {
	case FIELD_KIND_URL:
		return QUOTE_URL;
	case FIELD_KIND_REGEX:
	case FIELD_KIND_REGEXES:
	case FIELD_KIND_REGEX_MAP:
		return QUOTE_REGEX;
	case FIELD_KIND_SHELL:
		return QUOTE_FORBID_SHELL;
	case FIELD_KIND_QUERY:
		return QUOTE_FORBID_QUERY;
	default:
		return QUOTE_NONE;
	}
}

/* Below a field: its quoting; what is absent there is no field of its own, so the check is skipped.
 */
static struct member_rule inner_member(const void *ctx, const char *key, enum quoting outer)
{
	(void)ctx;
	(void)key;
	return (struct member_rule){ outer, ABSENT_SKIPS };
}

static struct node *field_value(struct walk *w, const struct field *f, struct node *value)
{
	/* without a secret or a required field the check would ask something else than was meant */
	bool needed = f && (f->required || f->kind == FIELD_KIND_SECRET);

	return tree(w, value, f ? field_quoting(f) : QUOTE_NONE,
		    needed ? ABSENT_SKIPS : ABSENT_LEAVES_OUT, inner_member, NULL);
}

struct node *interpolate_fields(struct node_arena *arena, const struct node *fields_map,
				const struct field *fields, const struct lookup *lookup,
				struct interpolation *out, struct diagnostics *d)
{
	struct walk w = { arena, lookup, out, d };
	struct node *copy;

	if (fields_map->type != NODE_MAP)
		return root(&w, fields_map, QUOTE_NONE, inner_member, NULL);
	copy = node_new(arena, fields_map, NODE_MAP);
	for (size_t i = 0; i < fields_map->count; i++) {
		const struct node_pair *p = &fields_map->pairs[i];
		struct node *value = field_value(&w, field_find(fields, p->key->text), p->value);

		check_key(&w, p->key);
		if (value)
			node_map_add(arena, copy, p->key, value);
	}
	return copy;
}

static struct member_rule expect_member(const void *ctx, const char *key, enum quoting outer)
{
	(void)ctx;
	return (struct member_rule){ expect_key_is_regex(key) ? QUOTE_REGEX : outer, ABSENT_SKIPS };
}

struct node *interpolate_expect(struct node_arena *arena, const struct node *n,
				const struct lookup *lookup, struct interpolation *out,
				struct diagnostics *d)
{
	struct walk w = { arena, lookup, out, d };

	return root(&w, n, QUOTE_NONE, expect_member, NULL);
}

static void scalar_names(const struct node *n,
			 void (*fn)(void *ctx, const struct node *at, const char *name), void *ctx)
{
	struct hole h = { 0 };

	for (size_t at = 0; n->text && hole_next(n->text, at, &h) == HOLE_FOUND; at = h.to) {
		fn(ctx, n, h.name);
		hole_clear(&h);
	}
}

void interpolate_names(const struct node *n,
		       void (*fn)(void *ctx, const struct node *at, const char *name), void *ctx)
{
	if (!n)
		return;
	if (n->type == NODE_SCALAR)
		scalar_names(n, fn, ctx);
	for (size_t i = 0; n->type != NODE_SCALAR && i < n->count; i++)
		interpolate_names(n->type == NODE_LIST ? n->items[i] : n->pairs[i].value, fn, ctx);
}

void interpolation_clear(struct interpolation *x)
{
	free(x->absent_name);
	free(x->left_out_name);
	free(x->problem);
	*x = (struct interpolation){ 0 };
}
