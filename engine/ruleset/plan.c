/*
 * plan - makes checks of rules: decides what is not run and why, puts values in, binds what is not
 * late.
 *
 * It opens nothing and runs nothing; what it must know of the machine is in the answers.
 */
#include "engine/ruleset/plan.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/pages.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/bind.h"
#include "engine/ruleset/planning.h"
#include "engine/ruleset/values.h"

struct plan_rule *planned(const struct planning *p, const struct rule *rule)
{
	return &p->rules[rule->links->number];
}

/* Decide a condition for a whole rule; whether it holds. */
static bool condition_holds(const struct planning *p, const struct node *when,
			    const struct scope *scope, struct plan_rule *r)
{
	auto_free char *why = NULL;
	enum kind kind = KIND_NONE;

	switch (condition_decide(when, scope, p->answers, &why, &kind)) {
	case CONDITION_TRUE:
		return true;
	case CONDITION_FALSE:
		r->decided = DECIDED_SKIP;
		r->reason =
			xasprintf("not applicable: %s", why ? why : "its condition does not hold");
		return false;
	case CONDITION_UNDECIDED:
		break;
	}
	r->decided = DECIDED_ERROR;
	r->kind = kind == KIND_NONE ? KIND_PERMISSION : kind;
	r->reason = xasprintf("cannot decide whether it applies: %s", why ? why : "unknown");
	return false;
}

/* A parameter that stops the rule: without value, or one that could not be had. */
static bool param_stops(struct plan_rule *r, const struct param_use *use)
{
	const struct param *p = use->param;

	if (use->part == PART_TEXTS || use->part == PART_ITEMS)
		return false;
	if (p->problem || (p->layer == LAYER_NONE && p->required)) {
		r->decided = DECIDED_ERROR;
		r->kind = p->problem && p->problem_kind != KIND_NONE ? p->problem_kind
								     : KIND_PARAMETER;
		r->reason = param_problem(p);
		return true;
	}
	/* An optional one may be left out of the fields, a secret nowhere. */
	if (p->layer == LAYER_NONE && (p->type == PARAM_SECRET || use->part != PART_FIELDS)) {
		r->decided = DECIDED_SKIP;
		r->reason = xasprintf("not configured: %s", p->name);
		return true;
	}
	return false;
}

/* Whether the whole ruleset is stopped: found out once for all its rules. */
static bool ruleset_stops(const struct planning *p, struct plan_rule *r)
{
	const struct ruleset *set = r->rule->ruleset;
	const struct plan_rule *first = planned(p, set->rules[0]);

	if (!set->applies_when)
		return false;
	if (r == first) {
		r->ruleset_stopped = !condition_holds(p, set->applies_when, set->scope, r);
		return r->ruleset_stopped;
	}
	if (set->applies)
		return false;
	r->decided = first->decided;
	r->kind = first->kind;
	r->reason = xstrdup(set->inapplicable ? set->inapplicable : "");
	return true;
}

void plan_decide(struct planning *p, struct plan_rule *r)
{
	const struct rule *rule = r->rule;

	if (r->decided_known)
		return;
	r->decided_known = true;
	if (ruleset_stops(p, r))
		return;
	if (rule->applies_when && !condition_holds(p, rule->applies_when, rule->scope, r))
		return;
	if (rule->when && !condition_holds(p, rule->when, rule->scope, r))
		return;
	for (size_t i = 0; i < rule->links->param_count; i++)
		if (rule->links->params[i].param->problem ||
		    rule->links->params[i].param->layer == LAYER_NONE)
			if (param_stops(r, &rule->links->params[i]))
				return;
}

void plan_items(struct planning *p, struct plan_rule *r)
{
	struct names names = { .stage = STAGE_PLAN, .rule = r->rule, .builtins = &p->builtins };

	if (r->items)
		return;
	r->size = 1;
	r->items = &p->no_items;
	if (!r->rule->for_each)
		return;
	r->items = xcalloc(1, sizeof(*r->items));
	items_make(r->rule, &names, r->items, p->d);
	if (r->items->count)
		r->size = (unsigned)r->items->count;
	names_release(&names);
}

static void forget_items(const struct planning *p, struct plan_rule *r)
{
	if (!r->items || r->items == &p->no_items)
		return;
	items_release(r->items);
	free(TAKE(r->items));
}

static bool is_marked(const struct plan_rule *r, size_t item)
{
	return r->all || (r->marked && r->marked[item]);
}

/* How many checks the rule makes, and where they stand. */
static void place(struct planning *p, struct plan_rule *r)
{
	if (!r->queued)
		return;
	plan_decide(p, r);
	plan_items(p, r);
	r->first = (unsigned)p->plan->count;
	if (!r->all)
		r->position = xcalloc(r->size, sizeof(*r->position));
	for (size_t i = 0; i < r->size; i++) {
		if (!is_marked(r, i))
			continue;
		if (r->position)
			r->position[i] = p->plan->count;
		r->count++;
		p->plan->count++;
	}
}

/* A sustain that parameters are in is the same for all items of its rule. */
static void settle_sustain(struct planning *p, struct plan_rule *r)
{
	struct names names = { .stage = STAGE_PLAN, .rule = r->rule, .builtins = &p->builtins };
	struct bind b = {
		.rule = r->rule, .names = &names, .arena = p->plan->arena, .d = p->d
	};

	if (r->decided != DECIDED_NOT || !r->rule->sustain_said)
		return;
	bind_sustain(&b, &r->rule->sustain);
	bind_release(&b);
	names_release(&names);
}

static void fill_rule(struct planning *p, struct plan_rule *r)
{
	size_t at = r->first;

	if (!r->count)
		return;
	settle_sustain(p, r);
	r->params = plan_used_params(r->rule->links, p->secrets);
	for (size_t i = 0; i < r->size; i++) {
		if (!is_marked(r, i))
			continue;
		p->plan->checks[at].index = at;
		plan_fill(p, r, &p->plan->checks[at++],
			  r->items->count ? &r->items->items[i] : NULL);
	}
	forget_items(p, r);
}

/* Does each ruleset apply? Its first rule stands for it; one without rules applies. */
static void decide_rulesets(struct planning *p)
{
	for (size_t i = 0; i < p->book->count; i++) {
		struct ruleset *set = p->book->rulesets[i];
		struct plan_rule *first = set->rule_count ? planned(p, set->rules[0]) : NULL;
		auto_free char *why = NULL;
		enum kind kind = KIND_NONE;

		set->applies = true;
		free(TAKE(set->inapplicable));
		if (!set->applies_when)
			continue;
		if (!first) {
			set->applies = condition_decide(set->applies_when, set->scope, p->answers,
							&why, &kind) == CONDITION_TRUE;
			if (!set->applies)
				set->inapplicable =
					xasprintf("not applicable: %s",
						  why ? why : "its condition does not hold");
			continue;
		}
		plan_decide(p, first);
		if (first->ruleset_stopped) {
			set->applies = false;
			set->inapplicable = xstrdup(first->reason);
		}
	}
}

static size_t rules_size(const struct planning *p)
{
	return (p->rule_count + 1) * sizeof(*p->rules);
}

static void list_rules(struct planning *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->book->count; i++)
		p->rule_count += p->book->rulesets[i]->rule_count;
	p->rules = pages_take(rules_size(p));
	for (size_t i = 0; i < p->book->count; i++)
		for (size_t k = 0; k < p->book->rulesets[i]->rule_count; k++) {
			p->rules[n].rule = p->book->rulesets[i]->rules[k];
			p->rules[n].rule->links->number = n;
			n++;
		}
}

static void make_checks(struct planning *p)
{
	size_t errors = p->d->errors;

	for (size_t i = 0; i < p->rule_count; i++)
		place(p, &p->rules[i]);
	if (p->d->errors > errors)
		return;
	p->plan->checks = xcalloc(p->plan->count + 1, sizeof(*p->plan->checks));
	plan_edges(p);
	for (size_t i = 0; i < p->rule_count; i++)
		fill_rule(p, &p->rules[i]);
}

static void plan_rule_release(const struct planning *p, struct plan_rule *r)
{
	forget_items(p, r);
	free(r->reason);
	free(r->marked);
	free(r->position);
	free(r->needs);
	free(r->need_items);
	free(r->captures);
	json_decref(r->params);
}

/* What only the making needed; what its checks share stays with the plan. */
static void forget_rules(struct planning *p)
{
	for (size_t i = 0; i < p->rule_count; i++) {
		struct plan_rule *r = &p->rules[i];

		if (r->needs)
			plan_keep(p, TAKE(r->needs));
		if (r->need_items)
			plan_keep(p, TAKE(r->need_items));
		if (r->captures)
			plan_keep(p, TAKE(r->captures));
		plan_rule_release(p, r);
	}
	pages_give(TAKE(p->rules), rules_size(p));
	p->rule_count = 0;
}

struct plan *plan_make(const struct rulebook *book, const struct requests *answers,
		       const struct plan_options *options, struct secrets *secrets,
		       struct diagnostics *d)
{
	struct planning *p = xcalloc(1, sizeof(*p));
	struct plan *plan = xcalloc(1, sizeof(*plan));
	size_t errors = d->errors;

	*p = (struct planning){ .book = book,
				.answers = answers,
				.options = options,
				.secrets = secrets,
				.d = d,
				.plan = plan };
	plan->book = book;
	plan->owned = p;
	plan->arena = node_arena_new();
	builtins_init(&p->builtins, options->run_id, answers);
	list_rules(p);
	decide_rulesets(p);
	if (!plan_select(p))
		make_checks(p);
	if (plan->checks)
		plan_veil(p);
	forget_rules(p);
	diagnostics_sort(d);
	if (secrets)
		diagnostics_mask(d, secrets);
	if (d->errors == errors)
		return plan;
	plan_free(plan);
	return NULL;
}

static void check_release(struct check *c)
{
	if (c->type)
		check_drop_bound(c);
	free(c->id);
	free(c->reason);
	free(c->secrets);
	json_decref(c->vars);
	json_decref(c->params);
}

void plan_free(struct plan *plan)
{
	struct planning *p = plan ? plan->owned : NULL;

	if (!plan)
		return;
	for (size_t i = 0; plan->checks && i < plan->count; i++)
		check_release(&plan->checks[i]);
	for (size_t i = 0; i < p->kept_count; i++)
		free(p->kept[i]);
	free(p->kept);
	builtins_release(&p->builtins);
	node_arena_free(plan->arena);
	free(plan->checks);
	free(p);
	free(plan);
}

const struct builtins *plan_builtins(const struct plan *plan)
{
	return &((const struct planning *)plan->owned)->builtins;
}
