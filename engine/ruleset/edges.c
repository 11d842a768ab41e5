/*
 * edges - needs and captures of the plan's checks as places in the plan. All checks of a rule share
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/xalloc.h"
#include "engine/ruleset/planning.h"

/* Where an item of a rule is in the plan. */
static size_t place_of(const struct plan_rule *r, const char *word)
{
	const struct item *item = items_find(r->items, word);
	size_t n = item ? (size_t)(item - r->items->items) : 0;

	return r->position ? r->position[n] : r->first + (r->count > 1 ? n : 0);
}

static void add_needs(const struct planning *p, struct plan_rule *r)
{
	const struct rule_links *l = r->rule->links;
	size_t count = 0;
	bool named = false;

	for (size_t i = 0; i < l->need_count; i++) {
		count += l->needs[i].item ? 1 : planned(p, l->needs[i].rule)->count;
		named |= l->needs[i].item != NULL;
	}
	r->needs = xcalloc(count + 1, sizeof(*r->needs));
	r->need_items = named ? xcalloc(count + 1, sizeof(*r->need_items)) : NULL;
	for (size_t i = 0; i < l->need_count; i++) {
		const struct plan_rule *target = planned(p, l->needs[i].rule);

		if (l->needs[i].item) {
			r->need_items[r->need_count] = l->needs[i].item;
			r->needs[r->need_count++] = place_of(target, l->needs[i].item);
			continue;
		}
		for (size_t k = 0; k < target->count; k++)
			r->needs[r->need_count++] = target->first + k;
	}
}

static struct capture capture_of(const struct planning *p, const struct reference *ref)
{
	const struct plan_rule *target = planned(p, ref->rule);

	return (struct capture){
		.name = ref->name,
		.first = ref->item ? place_of(target, ref->item) : target->first,
		.count = ref->item ? 1 : target->count,
		.path = ref->path,
		.item = ref->item,
		.all = ref->all,
	};
}

static bool has_capture(const struct plan_rule *r, const char *name)
{
	for (size_t i = 0; i < r->capture_count; i++)
		if (!strcmp(r->captures[i].name, name))
			return true;
	return false;
}

static void add_captures(struct planning *p, struct plan_rule *r)
{
	const struct rule_links *l = r->rule->links;

	r->captures = xcalloc(l->capture_count + 1, sizeof(*r->captures));
	for (size_t i = 0; i < l->capture_count; i++) {
		const struct capture c = capture_of(p, &l->captures[i]);

		if (l->captures[i].part == PART_ITEMS)
			r->source = plan_keep(p, xmemdup0(&c, sizeof(c)));
		else if (!has_capture(r, c.name))
			r->captures[r->capture_count++] = c;
	}
}

void plan_edges(struct planning *p)
{
	for (size_t i = 0; i < p->rule_count; i++) {
		struct plan_rule *r = &p->rules[i];

		if (!r->count)
			continue;
		if (r->rule->links->need_count)
			add_needs(p, r);
		if (r->rule->links->capture_count)
			add_captures(p, r);
	}
}
