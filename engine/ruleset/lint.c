/*
 * lint - what can be known to be wrong with a rule before any parameter has its value.
 *
 * Fields and expectations are bound with the defaults of parameters and with every item of
 * for_each; what is known later is left to the plan.
 */
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/bind.h"
#include "engine/ruleset/items.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/rule.h"

static bool given(const void *ctx, const char *field)
{
	const struct node *map = ctx;

	return map->type == NODE_MAP && node_get(map, field);
}

static void lint_query(const struct bind *b, const void *query)
{
	const struct check_type *type = b->rule->type;
	auto_err struct err *e = NULL;

	if (type->lint && type->lint(query, given, b->map, &e))
		diagnose_warning(b->d, b->rule->type_key, "%s: %s", type->name, err_text(e));
}

static void lint_fields(struct bind *b)
{
	struct rule_links *links = b->rule->links;
	void *query = bind_query(b);

	if (!query)
		return;
	lint_query(b, query);
	if (links->varies[PART_FIELDS] || links->query)
		query_free(b->rule->type, query);
	else
		links->query = query;
}

/* From here on they are the rule's own. */
static void own_wants(struct rule_links *l)
{
	char **theirs = l->wants;

	l->want_cap = l->want_count + 4;
	l->wants = xcalloc(l->want_cap, sizeof(*l->wants));
	for (size_t i = 0; i < l->want_count; i++)
		l->wants[i] = xstrdup(theirs[i]);
}

static void add_want(void *ctx, const char *fact)
{
	struct rule_links *l = ctx;

	for (size_t i = 0; i < l->want_count; i++)
		if (!strcmp(l->wants[i], fact))
			return;
	if (!l->want_cap)
		own_wants(l);
	if (l->want_count + 1 >= l->want_cap) {
		l->want_cap *= 2;
		l->wants = xrealloc(l->wants, l->want_cap, sizeof(*l->wants));
	}
	l->wants[l->want_count++] = xstrdup(fact);
	l->wants[l->want_count] = NULL;
}

/* The first name of a path: what must be observed. */
static void want_path(struct rule_links *l, const char *path)
{
	auto_free char *first = xmemdup0(path, strcspn(path, ".["));

	add_want(l, first);
}

static void want_self(void *ctx, const struct node *at, const char *name)
{
	(void)at;
	if (text_starts_with(name, "self."))
		want_path(ctx, name + strlen("self."));
}

static void want_all(struct rule_links *l, const struct expect *x)
{
	size_t count;
	char **wants = expect_wants(x, &count);

	for (size_t i = 0; i < count; i++)
		add_want(l, wants[i]);
}

static void lint_expect(struct bind *b)
{
	struct rule_links *links = b->rule->links;
	struct expect *x = bind_expect(b);
	size_t count;

	if (!x)
		return;
	links->has_pattern = expect_has_pattern(x) || b->rule->extract;
	links->worst = expect_worst(x, b->rule->severity);
	if (links->varies[PART_EXPECT] || links->expect) {
		want_all(links, x);
		expect_free(x);
		return;
	}
	links->expect = x;
	if (links->want_count) {
		want_all(links, x);
	} else {
		links->wants = expect_wants(x, &count);
		links->want_count = (unsigned)count;
	}
}

static void lint_extract(struct bind *b)
{
	struct rule_links *links = b->rule->links;
	struct text_map *m = bind_extract(b);

	if (!m)
		return;
	add_want(links, b->rule->type->extract_from);
	if (links->varies[PART_EXTRACT] || links->extract)
		extract_free(m);
	else
		links->extract = m;
}

/* Words that hold further expectations over the whole observation. */
static const struct key expect_word_keys[] = {
	{ "all_of", KEY_LIST, .doc = "All of these expectations hold." },
	{ "any_of", KEY_LIST, .doc = "At least one of these expectations holds." },
	{ "not", KEY_MAP, .doc = "This expectation does not hold." },
	{ .name = NULL },
};

/* found.NAME must be the name of an extract. */
static void check_found(const struct rule *rule, const struct node *at, const char *name,
			struct diagnostics *d)
{
	const struct node *map = rule->extract;
	const char **names;

	if (!map || map->type != NODE_MAP) {
		diagnose(d, at, "found.%s: the check has no extract", name);
		return;
	}
	if (node_get(map, name))
		return;
	names = xcalloc(map->count + 1, sizeof(*names));
	for (size_t i = 0; i < map->count; i++)
		names[i] = map->pairs[i].key->text;
	diagnose_unknown(d, at, "name", "extract", name, names);
	free(names);
}

static void lint_found(const struct rule *rule, const struct node *expect, struct diagnostics *d)
{
	for (size_t i = 0; expect && expect->type == NODE_LIST && i < expect->count; i++)
		lint_found(rule, expect->items[i], d);
	for (size_t i = 0; expect && expect->type == NODE_MAP && i < expect->count; i++) {
		const struct node_pair *p = &expect->pairs[i];
		const char *rest = p->key->text + strlen("found.");
		auto_free char *name = NULL;

		if (!strcmp(p->key->text, "found") && p->value->type == NODE_MAP) {
			for (size_t k = 0; k < p->value->count; k++)
				if (!key_find(expect_word_keys, p->value->pairs[k].key->text))
					check_found(rule, p->value->pairs[k].key,
						    p->value->pairs[k].key->text, d);
		} else if (text_starts_with(p->key->text, "found.")) {
			name = xmemdup0(rest, strcspn(rest, ".["));
			check_found(rule, p->key, name, d);
		} else if (key_find(expect_word_keys, p->key->text)) {
			lint_found(rule, p->value, d);
		}
	}
}

static void lint_texts(struct bind *b)
{
	const struct rule *r = b->rule;
	const struct node *const texts[] = { r->title,  r->impact, r->causes,
					     r->remedy, r->verify, r->doc };

	b->names->texts = true;
	for (size_t i = 0; r->links->varies[PART_TEXTS] && i < ARRAY_SIZE(texts); i++)
		bind_texts(b, texts[i]);
	b->names->texts = false;
}

/* What does not depend on an item is bound with the first one only. */
static void lint_item(struct bind *b, bool first)
{
	const struct rule_links *links = b->rule->links;
	struct sustain sustain;
	int64_t ns;

	if (first || links->varies[PART_FIELDS])
		lint_fields(b);
	if (first || links->varies[PART_EXPECT])
		lint_expect(b);
	if (b->rule->extract && b->rule->type->extract_from &&
	    (first || links->varies[PART_EXTRACT]))
		lint_extract(b);
	if (first || links->varies[PART_TIMEOUT])
		bind_timeout(b, &ns);
	if (first && links->varies[PART_SUSTAIN])
		bind_sustain(b, &sustain);
	if (first)
		lint_texts(b);
}

/* A secret as an item would be in every id. */
static void refuse_secret_items(const struct rule *rule, struct diagnostics *d)
{
	const struct rule_links *l = rule->links;

	for (size_t i = 0; i < l->param_count; i++)
		if (l->params[i].part == PART_ITEMS && l->params[i].param->type == PARAM_SECRET)
			diagnose(d, rule->for_each,
				 "for_each: '%s' is a secret and cannot be an item",
				 l->params[i].param->name);
}

/* The items of another rule, kept for the next one that names it. NULL when they are not known
 * here. */
static const struct items *items_of(const struct rule *rule, struct lint_budget *left)
{
	auto_diagnostics struct diagnostics ignored = { 0 };
	struct names names = { .stage = STAGE_LINT, .rule = rule };
	const struct items *items = &left->last_items;

	if (left->last != rule) {
		items_release(&left->last_items);
		left->last = rule;
		left->failed = items_make(rule, &names, &left->last_items, &ignored) != 0;
		names_release(&names);
		left->looks -= items->count * 16 < left->looks ? items->count * 16 : left->looks;
	}
	left->looks -= items->count < left->looks ? items->count : left->looks;
	return left->failed || items->unknown || items->runtime || items->reason ? NULL : items;
}

/* needs: a[x] and ${checks.a[x].…} where the items of `a` are known. */
static void lint_reference(const struct reference *ref, struct lint_budget *left,
			   struct diagnostics *d)
{
	const struct items *items;
	const char **known;

	if (!ref->item || !ref->rule->for_each || !left->looks)
		return;
	items = items_of(ref->rule, left);
	if (!items || items_find(items, ref->item))
		return;
	known = xcalloc(items->count + 1, sizeof(*known));
	for (size_t i = 0; i < items->count; i++)
		known[i] = items->items[i].suffix;
	diagnose_unknown(d, ref->at, "item", ref->rule->id, ref->item, known);
	free(known);
}

static void lint_references(const struct rule *rule, struct lint_budget *left,
			    struct diagnostics *d)
{
	const struct rule_links *l = rule->links;

	for (size_t i = 0; i < l->need_count; i++)
		lint_reference(&l->needs[i], left, d);
	for (size_t i = 0; i < l->capture_count; i++) {
		lint_reference(&l->captures[i], left, d);
		if (l->captures[i].path)
			want_path(l->captures[i].rule->links, l->captures[i].path);
	}
}

/* Bind the rule with every item that it is known to have. */
static void lint_items(struct bind *b, struct lint_budget *left)
{
	const struct rule *rule = b->rule;
	struct items items = { 0 };

	if (!items_make(rule, b->names, &items, b->d)) {
		b->names->all_later = !items.count;
		for (size_t i = 0; i < items.count || !i; i++) {
			b->names->vars = items.count ? items.items[i].vars : NULL;
			lint_item(b, !i);
		}
	}
	if (items.count > left->items) {
		diagnose(b->d, rule->for_each, "for_each: more than %d items in all",
			 LINT_ITEMS_MAX);
		left->exhausted = true;
	}
	left->items -= items.count < left->items ? items.count : left->items;
	b->names->vars = NULL;
	items_release(&items);
}

void rule_lint(struct rule *rule, struct lint_budget *left, struct diagnostics *d)
{
	struct names names = { .stage = STAGE_LINT, .rule = rule };
	struct bind b = { .rule = rule, .names = &names, .d = d };
	bool varies = false;

	lint_references(rule, left, d);
	if (!rule->type || left->exhausted)
		return;
	for (size_t i = 0; i < PART_COUNT; i++)
		varies = varies || rule->links->varies[i];
	if (varies)
		b.arena = node_arena_new();
	rule->links->worst = rule->severity;
	refuse_secret_items(rule, d);
	lint_items(&b, left);
	lint_found(rule, rule->expect, d);
	if (rule->links->self)
		interpolate_names(rule->expect, want_self, rule->links);
	bind_release(&b);
	names_release(&names);
	node_arena_free(b.arena);
}
