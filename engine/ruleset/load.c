/*
 * load - reads ruleset files into a rulebook: heads, parameters, includes, checks; then links and
 * lints them.
 *
 * Nothing here looks at the machine: what a file says is all that counts.
 */
#include "engine/ruleset/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/pages.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/library.h"
#include "engine/ruleset/param.h"
#include "engine/ruleset/rule.h"
#include "engine/ruleset/words.h"

#define FORMAT "1"
/* Far above what people write, low enough that a hostile file is refused within a second. */
#define RULES_MAX 250000
#define SCOPES_MAX 10000
/* What a check takes at least until it runs: its rule, its place in the plan, the smallest query,
 * its id. */
#define CHECK_MEMORY \
	(sizeof(struct rule) + sizeof(struct rule_links) + sizeof(struct check) + (size_t)128)

/* What rulebook_free releases besides. */
struct holdings {
	struct library *library;
	struct expect_types *expect_types;
	size_t ruleset_cap, scope_cap, rule_count;
	char **texts; /* paths and prefixes */
	size_t text_count, text_cap;
	bool *loaded; /* by the library's number */
	size_t loaded_cap;
};

static void read_format(void *ctx, const struct node_pair *pair)
{
	struct reading *r = ctx;

	if (!strcmp(pair->value->text, FORMAT))
		return;
	diagnose(r->d, pair->value, "format: '%s' is not known; this version reads format %s",
		 pair->value->text, FORMAT);
	r->refused = true;
}

static void read_name(void *ctx, const struct node_pair *pair)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	const struct reading *r = ctx;
	const char *name = pair->value->text;

	if (name[strspn(name, set)])
		diagnose(r->d, pair->value, "ruleset: '%s' must be of a-z 0-9 . _ -", name);
	if (r->parent)
		return;
	free(r->ruleset->name);
	r->ruleset->name = xstrdup(name);
}

#define KEEP_TEXT(member)                                                                          \
	static void keep_##member(void *ctx, const struct node_pair *pair)                         \
	{                                                                                          \
		const struct reading *r = ctx;                                                     \
		if (!r->parent && !r->ruleset->member)                                             \
			r->ruleset->member = xstrdup(pair->value->text);                           \
	}
KEEP_TEXT(product)
KEEP_TEXT(component)

/* MAJOR[.MINOR[.PATCH]][-PRE-RELEASE][+BUILD]: semver.org, but that the end may be left out and a
 * number may begin with 0, as in 2026.01. */
static bool is_rules_version(const char *s)
{
	for (int i = 0; i < 3; i++) {
		const size_t digits = strspn(s, "0123456789");

		if (!digits)
			return false;
		s += digits;
		if (*s != '.')
			break;
		s++;
	}
	if (!*s)
		return true;
	return (*s == '-' || *s == '+') && s[1] &&
	       !s[1 + strspn(s + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "-.+")];
}

static void read_version(void *ctx, const struct node_pair *pair)
{
	const struct reading *r = ctx;
	const char *text = pair->value->text;

	if (!is_rules_version(text))
		diagnose(r->d, pair->value,
			 "version: '%s' is not a version of rules such as 1.43.0", text);
	if (!r->parent && !r->ruleset->version)
		r->ruleset->version = xstrdup(text);
}

static void read_on_demand(void *ctx, const struct node_pair *pair)
{
	const struct reading *r = ctx;

	if (!r->parent)
		r->ruleset->on_demand = !strcmp(pair->value->text, "true");
}

static void read_title(void *ctx, const struct node_pair *pair)
{
	const struct reading *r = ctx;

	if (!r->parent)
		r->ruleset->title = words_of(pair->value);
}

static void read_params(void *ctx, const struct node_pair *pair)
{
	const struct reading *r = ctx;
	const struct node *map = pair->value;

	r->scope->params = xcalloc(map->count + 1, sizeof(*r->scope->params));
	for (size_t i = 0; i < map->count; i++)
		param_declare(&r->scope->params[r->scope->param_count++], &map->pairs[i], r->d);
}

/* A file included by an included file: what either asks must hold. */
static struct node *both(struct rulebook *book, struct node *outer, struct node *own)
{
	struct node *all, *list, *key;

	if (!outer)
		return own;
	all = node_new(book->arena, own, NODE_MAP);
	list = node_new(book->arena, own, NODE_LIST);
	key = node_new_scalar(book->arena, own, "all_of", strlen("all_of"));
	node_list_add(book->arena, list, outer);
	node_list_add(book->arena, list, own);
	node_map_add(book->arena, all, key, list);
	return all;
}

static void read_applies_when(void *ctx, const struct node_pair *pair)
{
	struct reading *r = ctx;

	if (r->parent)
		r->applies_when = both(r->book, r->applies_when, pair->value);
	else
		r->ruleset->applies_when = pair->value;
	condition_check(pair->value, r->scope, "applies_when", r->d);
}

static void read_defaults(void *ctx, const struct node_pair *pair)
{
	defaults_read(ctx, pair->value);
}

static void read_include(void *ctx, const struct node_pair *pair)
{
	includes_read(ctx, pair->value);
}

static void read_checks(void *ctx, const struct node_pair *pair)
{
	struct reading *r = ctx;

	pages_ahead(pair->value->count * CHECK_MEMORY);
	for (size_t i = 0; i < pair->value->count; i++)
		rule_read(r, pair->value->items[i]);
}

const struct key ruleset_keys[] = {
	{ "applies_when", KEY_CONDITION,
	  .doc = "Unless this holds, every check is skipped as not applicable.",
	  .read = read_applies_when },
	{ "checks", KEY_LIST, .doc = "What is inspected.", .read = read_checks },
	{ "component", KEY_TEXT, .doc = "The component that is inspected.",
	  .read = keep_component },
	{ "defaults", KEY_MAP,
	  .doc = "What holds for all checks of the file, and for those of one type.",
	  .read = read_defaults },
	{ "format", KEY_TEXT, .required = true, .pattern = "^1$",
	  .doc = "The version of the ruleset language: 1.", .read = read_format },
	{ "include", KEY_LIST, .doc = "Files whose checks become checks of this ruleset.",
	  .read = read_include },
	{ "on_demand", KEY_BOOL,
	  .doc = "Whether it is run only when it is named: a group of rulesets, or checks that "
		 "others include.",
	  .read = read_on_demand },
	{ "params", KEY_MAP, .doc = "Values that a site may give.", .read = read_params },
	{ "product", KEY_TEXT, .doc = "The product that is inspected.", .read = keep_product },
	{ "ruleset", KEY_TEXT, .required = true, .pattern = "^[a-z0-9._-]+$",
	  .doc = "The unique name of the ruleset.", .read = read_name },
	{ "title", KEY_WORDS, .doc = "What the ruleset is for, for people.", .read = read_title },
	{ "version", KEY_TEXT,
	  .pattern = "^[0-9]+(\\.[0-9]+){0,2}([-+][0-9A-Za-z.+-]+)?$",
	  .doc = "The version of the rules (semantic versioning).",
	  .read = read_version },
	{ .name = NULL },
};

/* Keys that others stand on are read first, wherever they are in the file. */
static const char *const reading_order[] = {
	"format", "ruleset",      "version",  "product", "component", "title",
	"on_demand", "params", "applies_when", "defaults", "include", "checks",
};

static void read_in_order(struct reading *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(reading_order); i++)
		for (size_t k = 0; k < r->root->count; k++) {
			const struct node_pair *p = &r->root->pairs[k];
			const struct key *key = key_find(ruleset_keys, reading_order[i]);

			if (!strcmp(p->key->text, key->name) && !r->refused &&
			    !key_check_shape(key, p->value, r->d))
				key->read(r, p);
		}
}

/* Unknown and missing keys; the shapes are checked when they are read. */
static void check_keys_of(const struct reading *r)
{
	auto_free const char **names = key_names(ruleset_keys);

	for (size_t i = 0; i < r->root->count; i++)
		if (!key_find(ruleset_keys, r->root->pairs[i].key->text))
			diagnose_unknown(r->d, r->root->pairs[i].key, "key", "a ruleset",
					 r->root->pairs[i].key->text, names);
	for (const struct key *k = ruleset_keys; k->name; k++)
		if (k->required && !node_get(r->root, k->name))
			diagnose(r->d, r->root, "missing key '%s' in a ruleset", k->name);
	if (!node_get(r->root, "checks") && !node_get(r->root, "include"))
		diagnose(r->d, r->root,
			 "the ruleset has no checks: 'checks' or 'include' is needed");
}

void ruleset_read(struct reading *r)
{
	r->defaults.general.severity = SEVERITY_NONE;
	if (r->root->type != NODE_MAP) {
		diagnose(r->d, r->root, "a ruleset is a map, not %s", node_kind(r->root));
		return;
	}
	read_in_order(r);
	if (!r->refused)
		check_keys_of(r);
	defaults_release(&r->defaults);
}

static size_t rule_cap(size_t count)
{
	return count < 8 ? 8 : count;
}

void ruleset_add(struct reading *r, struct rule *rule)
{
	struct ruleset *set = r->ruleset;
	struct holdings *h = r->book->owned;

	if (h->rule_count++ >= RULES_MAX) {
		if (h->rule_count == RULES_MAX + 1)
			diagnose(r->d, rule->at,
				 "more than %d checks, with those of included files", RULES_MAX);
		rule_free(rule);
		return;
	}
	/* Grows at every power of two, so that a ruleset needs no capacity of its own. */
	if (!(set->rule_count & (set->rule_count - 1)) &&
	    (set->rule_count >= 8 || !set->rule_count))
		set->rules =
			xrealloc(set->rules, rule_cap(set->rule_count) * 2, sizeof(struct rule *));
	set->rules[set->rule_count++] = rule;
}

struct scope *rulebook_add_scope(struct rulebook *book, struct document *doc, struct scope *parent,
				 struct ruleset *set)
{
	struct holdings *h = book->owned;
	struct scope *s = xcalloc(1, sizeof(*s));

	s->document = doc;
	s->parent = parent;
	s->ruleset = set;
	array_grow(book->scopes, book->scope_count, h->scope_cap);
	book->scopes[book->scope_count++] = s;
	return s;
}

static struct ruleset *add_ruleset(struct rulebook *book, const char *path)
{
	struct holdings *h = book->owned;
	struct ruleset *set = xcalloc(1, sizeof(*set));

	set->name = xstrdup(path);
	set->expect_types = h->expect_types;
	array_grow(book->rulesets, book->count, h->ruleset_cap);
	book->rulesets[book->count++] = set;
	return set;
}

static void load_file(struct rulebook *book, const char *path, struct diagnostics *d)
{
	struct holdings *h = book->owned;
	struct ruleset *set = add_ruleset(book, path);
	struct reading r = {
		.book = book, .library = h->library, .d = d, .ruleset = set, .prefix = ""
	};
	bool there = false;

	set->document = library_open(h->library, path, path, &there, d);
	if (!there)
		diagnose_at(d, path, 0, 0, 0, NULL, "%s", strerror(errno));
	r.scope = set->scope = rulebook_add_scope(book, set->document, NULL, set);
	if (!set->document)
		return;
	r.root = document_root(set->document);
	ruleset_read(&r);
}

static void mark_loaded(struct holdings *h, size_t number)
{
	if (number >= h->loaded_cap) {
		size_t cap = (number + 1) * 2;

		h->loaded = xrealloc(h->loaded, cap, sizeof(*h->loaded));
		memset(h->loaded + h->loaded_cap, 0, cap - h->loaded_cap);
		h->loaded_cap = cap;
	}
	h->loaded[number] = true;
}

/* Load what is not there yet: the same file under two names is read once. */
static void load_files(struct rulebook *book, const char *const *paths, size_t count,
		       struct diagnostics *d)
{
	struct holdings *h = book->owned;

	for (size_t i = 0; i < count; i++) {
		long number = library_number(h->library, paths[i]);

		if (number >= 0 && (size_t)number < h->loaded_cap && h->loaded[number])
			continue;
		if (number >= 0)
			mark_loaded(h, (size_t)number);
		load_file(book, paths[i], d);
	}
}

static int compare_names(const void *a, const void *b)
{
	const struct ruleset *x = *(struct ruleset *const *)a, *y = *(struct ruleset *const *)b;

	return strcmp(x->name, y->name);
}

static const struct node *name_node(const struct ruleset *set)
{
	struct node *root = set->document ? document_root(set->document) : NULL;

	return root && root->type == NODE_MAP ? node_get(root, "ruleset") : NULL;
}

static void refuse_same_names(const struct rulebook *book, struct diagnostics *d)
{
	struct ruleset **sorted = xcalloc(book->count + 1, sizeof(struct ruleset *));

	for (size_t i = 0; i < book->count; i++)
		sorted[i] = book->rulesets[i];
	qsort(sorted, book->count, sizeof(struct ruleset *), compare_names);
	for (size_t i = 1; i < book->count; i++) {
		const struct node *first = name_node(sorted[i - 1]), *second = name_node(sorted[i]);

		if (first && second && !strcmp(sorted[i - 1]->name, sorted[i]->name))
			diagnose(d, second, "ruleset '%s' is also the name of %s:%u:%u",
				 sorted[i]->name, document_name(first->document), first->line,
				 first->column);
	}
	free(sorted);
}

struct rulebook *rulebook_load(const char *const *paths, size_t count,
			       const struct check_type *const *types, struct diagnostics *d)
{
	struct rulebook *book = xcalloc(1, sizeof(*book));
	struct holdings *h = xcalloc(1, sizeof(*h));
	struct lint_budget left = { .items = LINT_ITEMS_MAX, .looks = LINT_LOOKS_MAX };

	h->library = library_new();
	h->expect_types = expect_types_new();
	book->owned = h;
	book->types = types;
	book->arena = node_arena_new();
	load_files(book, paths, count, d);
	refuse_same_names(book, d);
	for (size_t i = 0; i < book->count; i++)
		rules_link(book->rulesets[i], d);
	for (size_t i = 0; i < book->count; i++)
		for (size_t k = 0; k < book->rulesets[i]->rule_count; k++)
			rule_lint(book->rulesets[i]->rules[k], &left, d);
	items_release(&left.last_items);
	diagnostics_sort(d);
	return book;
}

static void ruleset_free(struct ruleset *set)
{
	for (size_t i = 0; i < set->rule_count; i++)
		rule_free(set->rules[i]);
	free(set->rules);
	free(set->by_id);
	free(set->name);
	free(set->version);
	free(set->product);
	free(set->component);
	free(set->inapplicable);
	free(set);
}

static void scope_free(struct scope *s)
{
	for (size_t i = 0; i < s->param_count; i++) {
		free(s->params[i].origin);
		free(s->params[i].problem);
		json_decref(s->params[i].value);
	}
	free(s->params);
	free(s);
}

bool rulebook_is_full(const struct rulebook *book)
{
	const struct holdings *h = book->owned;

	return book->scope_count >= SCOPES_MAX || h->rule_count > RULES_MAX;
}

char *rulebook_keep(struct rulebook *book, char *text)
{
	struct holdings *h = book->owned;

	array_grow(h->texts, h->text_count, h->text_cap);
	h->texts[h->text_count++] = text;
	return text;
}

void rulebook_free(struct rulebook *book)
{
	struct holdings *h = book ? book->owned : NULL;

	if (!book)
		return;
	for (size_t i = 0; i < book->count; i++)
		ruleset_free(book->rulesets[i]);
	for (size_t i = 0; i < book->scope_count; i++)
		scope_free(book->scopes[i]);
	for (size_t i = 0; i < h->text_count; i++)
		free(h->texts[i]);
	free(h->texts);
	free(h->loaded);
	free(book->rulesets);
	free(book->scopes);
	node_arena_free(book->arena);
	library_free(h->library);
	expect_types_free(h->expect_types);
	free(h);
	free(book);
}
