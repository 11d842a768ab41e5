/*
 * fill - one check of the plan: what is known of it is bound, what is not is left to its worker.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/bind.h"
#include "engine/ruleset/mask.h"
#include "engine/ruleset/planning.h"

#define TIMEOUT_DEFAULT (10 * NS_PER_S)
#define RETRY_EVERY_DEFAULT NS_PER_S

/* What the check uses, for the report. */
json_t *plan_used_params(const struct rule_links *l, const struct secrets *secrets)
{
	json_t *list = NULL;

	for (size_t i = 0; i < l->param_count; i++) {
		const struct param *p = l->params[i].param;
		bool again = l->params[i].part == PART_TEXTS;

		for (size_t k = 0; k < i; k++)
			again = again ||
				(l->params[k].param == p && l->params[k].part != PART_TEXTS);
		if (again)
			continue;
		if (!list)
			list = json_array();
		json_array_append_new(
			list, json_pack("{s:s, s:o, s:s, s:s*}", "name", p->name, "value",
					p->secret || p->type == PARAM_SECRET
						? json_string(p->layer == LAYER_NONE ? "" : "***")
					: p->value ? mask_json(secrets, p->value)
						   : json_null(),
					"layer", layer_name(p->layer), "origin", p->origin));
	}
	return list;
}

static void decide(struct check *c, enum decided decided, enum kind kind, char *reason)
{
	c->decided = decided;
	c->kind = kind;
	c->reason = reason;
}

/* What the environment gave is not the ruleset's mistake: the check is an error, the run goes on.
 */
static bool from_environment(const struct rule_links *l)
{
	for (size_t i = 0; i < l->param_count; i++)
		if (l->params[i].param->layer == LAYER_FROM)
			return true;
	return false;
}

static void take_mistakes(struct planning *p, struct check *c, const struct diagnostics *mistakes)
{
	if (from_environment(c->rule->links)) {
		decide(c, DECIDED_ERROR, KIND_PARAMETER, xstrdup(mistakes->items[0].message));
		return;
	}
	for (size_t i = 0; i < mistakes->count; i++) {
		const struct diagnostic *x = &mistakes->items[i];

		if (!x->warning)
			diagnose_at(p->d, x->file, x->line, x->column, x->width, x->source, "%s",
				    x->message);
	}
}

/* After binding: what stands in the way, if anything. */
static bool settle(struct planning *p, struct check *c, struct bind *b)
{
	if (b->names->problem) {
		const struct param *param = b->names->problem;

		decide(c, DECIDED_ERROR,
		       param->problem && param->problem_kind != KIND_NONE ? param->problem_kind
									  : KIND_PARAMETER,
		       param_problem(param));
	} else if (b->absent) {
		decide(c, DECIDED_SKIP, KIND_NONE, xasprintf("not configured: %s", b->absent));
	} else if (b->d->errors) {
		take_mistakes(p, c, b->d);
	}
	return c->decided == DECIDED_NOT && !b->d->errors;
}

static void bind_fields(struct planning *p, struct check *c, struct bind *b)
{
	const struct rule_links *l = c->rule->links;

	if (!l->varies[PART_FIELDS]) {
		c->query = l->query;
		b->map = c->rule->fields;
	} else {
		c->query = bind_query(b);
		c->owns_query = true;
	}
	if (b->map)
		plan_literal_secrets(p, c->type, b->map, c);
}

static void bind_rest(struct planning *p, struct check *c, struct bind *b)
{
	const struct rule_links *l = c->rule->links;

	c->timeout = p->options->timeout > 0 ? p->options->timeout : TIMEOUT_DEFAULT;
	bind_timeout(b, &c->timeout);
	if (c->rule->extract) {
		c->owns_extract = l->varies[PART_EXTRACT];
		c->extract = c->owns_extract ? bind_extract(b) : l->extract;
	}
	if (!l->varies[PART_EXPECT]) {
		c->expect = l->expect;
		return;
	}
	b->arena = p->plan->arena;
	c->owns_expect = true;
	c->expect = bind_expect(b);
}

/* What is late is made in the worker: nothing half-known stays here. */
void check_drop_bound(struct check *c)
{
	if (c->owns_query)
		query_free(c->type, c->query);
	if (c->owns_expect)
		expect_free(c->expect);
	if (c->owns_extract)
		extract_free((struct text_map *)(uintptr_t)c->extract);
	c->query = NULL;
	c->expect = NULL;
	c->extract = NULL;
	c->owns_query = c->owns_expect = c->owns_extract = false;
}

static void add_param_secrets(struct check *c)
{
	const struct rule_links *l = c->rule->links;

	for (size_t i = 0; i < l->param_count; i++)
		if (l->params[i].param->secret && l->params[i].part != PART_TEXTS)
			check_add_secret(c, l->params[i].param->secret);
}

static void bind_check(struct planning *p, struct check *c)
{
	const struct rule_links *l = c->rule->links;
	auto_diagnostics struct diagnostics mistakes = { 0 };
	struct names names = { .stage = STAGE_PLAN,
			       .rule = c->rule,
			       .builtins = &p->builtins,
			       .vars = c->vars,
			       .later = c->item_name };
	struct node_arena *arena =
		l->varies[PART_FIELDS] || l->varies[PART_TIMEOUT] || l->varies[PART_EXTRACT]
			? node_arena_new()
			: NULL;
	struct bind b = { .rule = c->rule, .names = &names, .arena = arena, .d = &mistakes };

	bind_fields(p, c, &b);
	bind_rest(p, c, &b);
	add_param_secrets(c);
	c->late = b.deferred || l->self || l->capture_count || c->item_source;
	if (!settle(p, c, &b) || c->late)
		check_drop_bound(c);
	bind_release(&b);
	names_release(&names);
	node_arena_free(arena);
}

static void read_retry(struct check *c)
{
	const struct node *retry = c->rule->retry, *times = retry ? node_get(retry, "times") : NULL;
	const struct node *every = retry ? node_get(retry, "every") : NULL;
	uint64_t n = 0;

	c->tries = 1;
	if (!times || number_uint(times->text, &n))
		return;
	c->tries += (unsigned)n;
	c->retry_every = RETRY_EVERY_DEFAULT;
	if (every)
		number_duration(every->text, &c->retry_every);
}

static char *check_id(const struct rule *rule, const struct item *item)
{
	if (item)
		return xconcat(rule->ruleset->name, "/", rule->id, "[", item->suffix, "]", NULL);
	return xconcat(rule->ruleset->name, "/", rule->id, NULL);
}

/* Known before it runs: of the rule, of its list, of the item. */
static void decide_check(struct check *c, const struct plan_rule *r, const struct item *item)
{
	if (r->decided != DECIDED_NOT)
		decide(c, r->decided, r->kind, xstrdup(r->reason));
	else if (r->items->reason)
		decide(c, r->items->decided, r->items->kind, xstrdup(r->items->reason));
	else if (item && item->reason)
		decide(c, item->decided, item->kind, xstrdup(item->reason));
}

void plan_fill(struct planning *p, struct plan_rule *r, struct check *c, const struct item *item)
{
	const struct rule *rule = r->rule;
	const struct rule_links *l = rule->links;

	c->plan = p->plan;
	c->rule = rule;
	c->ruleset = rule->ruleset;
	c->type = rule->type;
	c->id = check_id(rule, item);
	c->severity = l->worst;
	c->has_pattern = l->has_pattern;
	c->wants = l->wants;
	c->want_count = l->want_count;
	c->vars = item ? json_incref(item->vars) : NULL;
	c->params = json_incref(r->params);
	c->needs = r->needs;
	c->need_items = r->need_items;
	c->need_count = r->need_count;
	c->captures = r->captures;
	c->capture_count = r->capture_count;
	if (r->items->runtime) {
		c->item_source = r->source;
		c->item_name = rule->for_each->pairs[0].key->text;
	}
	read_retry(c);
	plan_texts(p, r, c, item);
	decide_check(c, r, item);
	c->timeout = p->options->timeout > 0 ? p->options->timeout : TIMEOUT_DEFAULT;
	if (c->decided == DECIDED_NOT)
		bind_check(p, c);
}
