/*
 * needs - which check stands on which: needs and captures are resolved to rules, cycles are
 * refused.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/judge/path.h"
#include "engine/ruleset/interpolate.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/rule.h"

/* One rule while its names are read. */
struct linking {
	struct rule *rule;
	enum part part;
	struct diagnostics *d;
};

/* FNV-1a, from a start that nobody who writes ids can know (getauxval(3), AT_RANDOM): ids that all
 * collide cannot be prepared. */
static size_t id_hash(const char *id)
{
	const void *start = (const void *)getauxval(AT_RANDOM);
	uint64_t hash = 0xcbf29ce484222325;

	if (start)
		memcpy(&hash, start, sizeof(hash));
	while (*id)
		hash = (hash ^ (unsigned char)*id++) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32);
}

/* Where the rule of this id stands in the table, or would. */
static struct rule **id_place(const struct ruleset *set, const char *id)
{
	size_t at = id_hash(id) & (set->by_id_size - 1);

	while (set->by_id[at] && strcmp(set->by_id[at]->id, id))
		at = (at + 1) & (set->by_id_size - 1);
	return &set->by_id[at];
}

static const struct node *id_node(const struct rule *rule)
{
	const struct node *id = rule->at->type == NODE_MAP ? node_get(rule->at, "id") : NULL;

	return id && id->type == NODE_SCALAR ? id : NULL;
}

/* The table is at most half full. */
static void index_ids(struct ruleset *set, struct diagnostics *d)
{
	set->by_id_size = 2;
	while (set->by_id_size < 2 * set->rule_count)
		set->by_id_size *= 2;
	set->by_id = xcalloc(set->by_id_size, sizeof(struct rule *));
	for (size_t i = 0; i < set->rule_count; i++) {
		struct rule *rule = set->rules[i], **place = id_place(set, rule->id);
		const struct node *a = *place ? id_node(*place) : NULL, *b = id_node(rule);

		if (!*place)
			*place = rule;
		else if (a && b && *a->text)
			diagnose(d, b, "duplicate id '%s'; the first is at %s:%u:%u", rule->id,
				 document_name(a->document), a->line, a->column);
	}
}

struct rule *ruleset_rule(const struct ruleset *set, const char *id)
{
	return *id_place(set, id);
}

/* The prefix of a rule's file: its id without the part that it gave itself. */
static size_t prefix_length(const struct rule *rule)
{
	const char *dot = strrchr(rule->id, '.');

	return dot ? (size_t)(dot - rule->id) + 1 : 0;
}

/* A check as a rule names it: relative to its own file first. */
static struct rule *find_rule(const struct rule *from, const char *id, size_t len)
{
	auto_free char *own =
		xasprintf("%.*s%.*s", (int)prefix_length(from), from->id, (int)len, id);

	return ruleset_rule(from->ruleset, own);
}

static void unknown_check(const struct linking *l, const struct node *at, const char *id)
{
	const struct ruleset *set = l->rule->ruleset;
	const char **names = xcalloc(set->rule_count + 1, sizeof(*names));
	size_t prefix = prefix_length(l->rule), n = 0;

	for (size_t i = 0; i < set->rule_count; i++)
		if (!strncmp(set->rules[i]->id, l->rule->id, prefix))
			names[n++] = set->rules[i]->id + prefix;
	diagnose_unknown(l->d, at, "check", NULL, id, names);
	free(names);
}

static void link_need(const struct linking *l, const struct node *at)
{
	struct rule_links *links = l->rule->links;
	const char *open = strchr(at->text, '[');
	size_t len = open ? (size_t)(open - at->text) : at->len;
	auto_free char *id = xmemdup0(at->text, len);
	struct rule *target;

	if (strstr(at->text, "${")) {
		diagnose(l->d, at, "needs: ${…} cannot stand here");
		return;
	}
	if (open && (at->text[at->len - 1] != ']' || at->len < len + 3)) {
		diagnose(l->d, at, "needs: '%s' is not a check or CHECK[item]", at->text);
		return;
	}
	target = find_rule(l->rule, id, len);
	if (!target) {
		unknown_check(l, at, id);
		return;
	}
	if (open && !target->for_each) {
		diagnose(l->d, at, "needs: '%s' has no items, it has no for_each", id);
		return;
	}
	array_grow(links->needs, links->need_count, links->need_cap);
	links->needs[links->need_count++] = (struct reference){
		.at = at,
		.rule = target,
		.item = open ? xmemdup0(open + 1, at->len - len - 2) : NULL,
	};
}

/* The check that "a.b.c[0]" means: the shortest head that is one. *rest: what follows its id. */
static struct rule *capture_target(const struct rule *from, const char *text, const char **rest)
{
	for (const char *end = text; *end;) {
		struct rule *target;

		end += strcspn(end, ".[");
		target = find_rule(from, text, (size_t)(end - text));
		if (target) {
			*rest = end;
			return target;
		}
		if (*end != '.')
			break;
		end++;
	}
	return NULL;
}

/* "[*].path", "[item].path", ".path" behind the id. -1 when it is none of them. */
static int read_capture(struct reference *ref, const char *rest)
{
	if (*rest == '[') {
		const char *close = strchr(rest, ']');

		if (!close || close == rest + 1)
			return -1;
		ref->all = close == rest + 2 && rest[1] == '*';
		if (!ref->all)
			ref->item = xmemdup0(rest + 1, (size_t)(close - rest) - 1);
		rest = close + 1;
	}
	if (rest[0] != '.' || !rest[1])
		return -1;
	ref->path = xstrdup(rest + 1);
	return 0;
}

static void check_capture(const struct linking *l, const struct reference *ref)
{
	const struct rule *target = ref->rule;
	auto_err struct err *e = NULL;
	struct path *p;
	bool list = false;

	if (ref->all && !target->for_each)
		diagnose(l->d, ref->at, "${%s}: '%s' has no items, it has no for_each", ref->name,
			 target->id);
	if (ref->item && !target->for_each)
		diagnose(l->d, ref->at, "${%s}: '%s' has no items, it has no for_each", ref->name,
			 target->id);
	if (!ref->all && !ref->item && target->for_each)
		diagnose(l->d, ref->at,
			 "${%s}: '%s' has items; name one as %s[item] or all as %s[*]", ref->name,
			 target->id, target->id, target->id);
	p = path_parse(ref->path, &e);
	if (!p ||
	    (target->type && !path_fact(p, target->type->facts, target->type->name, &list, &e)))
		diagnose(l->d, ref->at, "${%s}: %s", ref->name, err_text(e));
	path_free(p);
}

static bool linked(const struct rule_links *links, const char *name, enum part part)
{
	for (size_t i = 0; i < links->capture_count; i++)
		if (links->captures[i].part == part && !strcmp(links->captures[i].name, name))
			return true;
	return false;
}

static void link_capture(const struct linking *l, const struct node *at, const char *name)
{
	struct rule_links *links = l->rule->links;
	const char *text = name + strlen("checks."), *rest = NULL;
	struct reference ref = { .at = at, .part = l->part };
	auto_free char *id = xmemdup0(text, strcspn(text, ".["));

	if (l->part != PART_FIELDS && l->part != PART_EXPECT && l->part != PART_ITEMS) {
		diagnose(l->d, at,
			 "${%s}: captures stand in the fields of a check and in expect only", name);
		return;
	}
	if (linked(links, name, l->part))
		return;
	ref.rule = capture_target(l->rule, text, &rest);
	if (!ref.rule) {
		unknown_check(l, at, id);
		return;
	}
	ref.name = xstrdup(name);
	array_grow(links->captures, links->capture_count, links->capture_cap);
	if (read_capture(&ref, rest))
		diagnose(l->d, at, "${%s}: write it as checks.ID.fact", name);
	else
		check_capture(l, &ref);
	links->captures[links->capture_count++] = ref;
}

static void link_self(const struct linking *l, const struct node *at, const char *name)
{
	const struct check_type *type = l->rule->type;
	auto_err struct err *e = NULL;
	struct path *p;
	bool list = false;

	if (l->part != PART_EXPECT) {
		diagnose(l->d, at, "${%s}: self stands in expect only", name);
		return;
	}
	l->rule->links->self = true;
	p = path_parse(name + strlen("self."), &e);
	if (!p || !path_fact(p, type->facts, type->name, &list, &e))
		diagnose(l->d, at, "${%s}: %s", name, err_text(e));
	path_free(p);
}

static bool is_item_name(const struct rule *rule, const char *name)
{
	const struct node *each = rule->for_each;
	size_t head = strcspn(name, ".");

	for (size_t i = 0; each && each->type == NODE_MAP && i < each->count; i++)
		if (each->pairs[i].key->len == head &&
		    !strncmp(each->pairs[i].key->text, name, head))
			return true;
	return false;
}

static void link_param(const struct linking *l, const struct param *p)
{
	struct rule_links *links = l->rule->links;

	for (size_t i = 0; i < links->param_count; i++)
		if (links->params[i].param == p && links->params[i].part == l->part)
			return;
	array_grow(links->params, links->param_count, links->param_cap);
	links->params[links->param_count++] = (struct param_use){ p, l->part };
}

/* Unknown names are said by the interpolation, which knows what is near. */
static void link_name(void *ctx, const struct node *at, const char *name)
{
	const struct linking *l = ctx;
	const struct param *p;

	if (l->part != PART_ITEMS && is_item_name(l->rule, name))
		return;
	if (text_starts_with(name, "checks.")) {
		link_capture(l, at, name);
		return;
	}
	if (text_starts_with(name, "self.")) {
		link_self(l, at, name);
		return;
	}
	p = scope_param(l->rule->scope, name);
	if (p)
		link_param(l, p);
}

static void link_part(struct rule *rule, enum part part, const struct node *n,
		      struct diagnostics *d)
{
	struct linking l = { rule, part, d };

	if (!node_varies(n))
		return;
	rule->links->varies[part] = true;
	interpolate_names(n, link_name, &l);
}

static void link_rule(struct rule *rule, struct diagnostics *d)
{
	struct linking l = { rule, PART_FIELDS, d };

	for (size_t i = 0; i < rule->need_count; i++)
		link_need(&l, rule->needs[i]);
	if (!rule->type)
		return;
	link_part(rule, PART_FIELDS, rule->fields, d);
	link_part(rule, PART_EXPECT, rule->expect, d);
	link_part(rule, PART_EXTRACT, rule->extract, d);
	link_part(rule, PART_TIMEOUT, rule->timeout, d);
	link_part(rule, PART_SUSTAIN, rule->sustain_said, d);
	link_part(rule, PART_ITEMS, rule->for_each, d);
	link_part(rule, PART_TEXTS, rule->title, d);
	link_part(rule, PART_TEXTS, rule->impact, d);
	link_part(rule, PART_TEXTS, rule->causes, d);
	link_part(rule, PART_TEXTS, rule->remedy, d);
	link_part(rule, PART_TEXTS, rule->verify, d);
	link_part(rule, PART_TEXTS, rule->doc, d);
}

enum { WHITE, GREY, BLACK };

static const struct reference *edge(const struct rule *rule, size_t i)
{
	const struct rule_links *l = rule->links;

	if (i < l->need_count)
		return &l->needs[i];
	i -= l->need_count;
	return i < l->capture_count ? &l->captures[i] : NULL;
}

static void say_cycle(struct rule *const *stack, size_t depth, const struct reference *back,
		      struct diagnostics *d)
{
	auto_buf struct buf chain = BUF_INIT(4096);
	size_t from = depth;

	while (from > 0 && stack[from - 1] != back->rule)
		from--;
	for (size_t i = from ? from - 1 : 0; i < depth; i++)
		buf_printf(&chain, "%s -> ", stack[i]->id);
	diagnose(d, back->at, "checks stand on each other: %s%s", buf_text(&chain), back->rule->id);
}

/* Depth first with a stack of our own: chains may be long. */
static void search_cycles(struct rule *start, struct rule **stack, struct diagnostics *d)
{
	size_t depth = 0;

	stack[depth++] = start;
	start->links->colour = GREY;
	while (depth) {
		struct rule *top = stack[depth - 1];
		const struct reference *ref = edge(top, top->links->next_edge++);

		if (!ref) {
			top->links->colour = BLACK;
			depth--;
		} else if (ref->rule->links->colour == GREY) {
			say_cycle(stack, depth, ref, d);
		} else if (ref->rule->links->colour == WHITE) {
			ref->rule->links->colour = GREY;
			stack[depth++] = ref->rule;
		}
	}
}

void rules_link(struct ruleset *set, struct diagnostics *d)
{
	struct rule **stack;

	index_ids(set, d);
	for (size_t i = 0; i < set->rule_count; i++)
		link_rule(set->rules[i], d);
	stack = xcalloc(set->rule_count + 1, sizeof(struct rule *));
	for (size_t i = 0; i < set->rule_count; i++)
		if (set->rules[i]->links->colour == WHITE)
			search_cycles(set->rules[i], stack, d);
	free(stack);
}
