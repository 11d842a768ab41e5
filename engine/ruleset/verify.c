/*
 * verify - which checks could nothing turn red?
 */
#include "engine/ruleset/verify.h"

#include <stdlib.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/judge/refute.h"
#include "engine/ruleset/bind.h"
#include "engine/ruleset/items.h"
#include "engine/ruleset/rule.h"

/* The parts that always hold, of one expectation. */
struct vacuities {
	struct vacuous *items;
	size_t count, cap;
};

static void keep_vacuous(void *ctx, const struct vacuous *part)
{
	struct vacuities *v = ctx;

	array_grow(v->items, v->count, v->cap);
	v->items[v->count] = *part;
	v->items[v->count++].text = xstrdup(part->text);
}

static void vacuities_release(struct vacuities *v)
{
	for (size_t i = 0; i < v->count; i++)
		free((char *)(uintptr_t)v->items[i].text);
	free(v->items);
	*v = (struct vacuities){ 0 };
}

static void say_red_never(const struct rule *rule, const struct vacuities *v, struct diagnostics *d)
{
	auto_buf struct buf parts = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; i < v->count; i++)
		buf_printf(&parts, "%s'%s'", i ? ", " : "", v->items[i].text);
	diagnose(d, rule->expect ? rule->expect : rule->at,
		 "%s/%s: nothing can turn it red: %s hold%s whatever is observed",
		 rule->ruleset->name, rule->id, buf_text(&parts), v->count == 1 ? "s" : "");
}

/* A default stands in no file, and is there for whoever wants more than it. */
static void say_vacuities(const struct rule *rule, const struct vacuities *v, struct diagnostics *d)
{
	for (size_t i = 0; i < v->count; i++) {
		struct node at = *rule->at;

		if (!v->items[i].line)
			continue;
		at.line = v->items[i].line;
		at.column = v->items[i].column;
		at.width = 1;
		diagnose_warning(d, &at, "%s/%s: '%s' holds whatever is observed",
				 rule->ruleset->name, rule->id, v->items[i].text);
	}
}

static void verify_expect(const struct rule *rule, const struct expect *x, struct verified *out,
			  struct diagnostics *d)
{
	struct vacuities always = { 0 };

	switch (expect_refute(x, rule->type, keep_vacuous, &always)) {
	case REFUTED_NEVER:
		out->vacuous++;
		say_red_never(rule, &always, d);
		break;
	case REFUTED_UNKNOWN:
		out->unknown++;
		say_vacuities(rule, &always, d);
		break;
	case REFUTED:
		say_vacuities(rule, &always, d);
	}
	vacuities_release(&always);
}

/* The expectation with the defaults of parameters; of a for_each with the first item that has one
 * of its own. */
static void verify_varying(const struct rule *rule, struct verified *out, struct diagnostics *d)
{
	auto_diagnostics struct diagnostics ignored = { 0 };
	struct names names = { .stage = STAGE_LINT, .rule = rule };
	struct bind b = { .rule = rule, .names = &names, .d = &ignored, .arena = node_arena_new() };
	struct items items = { 0 };
	struct expect *x;

	if (!items_make(rule, &names, &items, &ignored)) {
		names.all_later = !items.count;
		names.vars = items.count ? items.items[0].vars : NULL;
	}
	x = bind_expect(&b);
	if (x)
		verify_expect(rule, x, out, d);
	else
		out->unknown++;
	expect_free(x);
	items_release(&items);
	bind_release(&b);
	names_release(&names);
	node_arena_free(b.arena);
}

void rulebook_verify(const struct rulebook *book, struct verified *out, struct diagnostics *d)
{
	*out = (struct verified){ 0 };
	for (size_t i = 0; i < book->count; i++) {
		const struct ruleset *set = book->rulesets[i];

		for (size_t k = 0; k < set->rule_count; k++) {
			const struct rule *rule = set->rules[k];

			out->checks++;
			if (rule->links->expect)
				verify_expect(rule, rule->links->expect, out, d);
			else
				verify_varying(rule, out, d);
		}
	}
}
