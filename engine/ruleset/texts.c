/*
 * texts - titles, impacts, causes and remedies of the plan's checks, shared where they hold no
 * ${…}.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/bind.h"
#include "engine/ruleset/planning.h"
#include "engine/ruleset/words.h"

void *plan_keep(struct planning *p, void *memory)
{
	array_grow(p->kept, p->kept_count, p->kept_cap);
	p->kept[p->kept_count++] = memory;
	return memory;
}

static char *text_of(const struct node *map, const char *key)
{
	const struct node *n = map->type == NODE_MAP ? node_get(map, key) : NULL;

	return n && n->type == NODE_SCALAR ? n->text : NULL;
}

static void read_causes(struct planning *p, const struct node *list, struct guidance *t)
{
	if (!list || list->type != NODE_LIST)
		return;
	t->causes = plan_keep(p, xcalloc(list->count, sizeof(*t->causes)));
	t->cause_count = list->count;
	for (size_t i = 0; i < list->count; i++)
		t->causes[i] = words_of(list->items[i]);
}

static struct step step_of(const struct node *map)
{
	return (struct step){
		.text = words_of(node_get(map, "text")),
		.command = text_of(map, "command"),
		.risk = text_of(map, "risk"),
	};
}

static void read_steps(struct planning *p, const struct node *n, struct guidance *t)
{
	if (!n)
		return;
	t->step_count = n->type == NODE_LIST ? n->count : 1;
	t->steps = plan_keep(p, xcalloc(t->step_count, sizeof(*t->steps)));
	for (size_t i = 0; i < t->step_count; i++)
		t->steps[i] = step_of(n->type == NODE_LIST ? n->items[i] : n);
}

static struct guidance *read_guidance(struct planning *p, struct bind *b)
{
	const struct rule *r = b->rule;
	struct guidance *t;
	const struct node *doc;

	if (!r->impact && !r->verify && !r->doc && !r->causes && !r->remedy)
		return &p->nothing;
	t = plan_keep(p, xcalloc(1, sizeof(*t)));
	doc = bind_texts(b, r->doc);
	t->impact = words_of(bind_texts(b, r->impact));
	t->verify = words_of(bind_texts(b, r->verify));
	t->doc = doc && doc->type == NODE_SCALAR ? doc->text : NULL;
	read_causes(p, bind_texts(b, r->causes), t);
	read_steps(p, bind_texts(b, r->remedy), t);
	return t;
}

/* An item that is only counted in the id is told in the title. */
static void tell_item(struct planning *p, const struct rule *rule, const char *shown,
		      struct words *title)
{
	bool same = title->en == title->zh;

	if (!title->en && !title->zh)
		title->en = title->zh = rule->id;
	title->en = title->en ? plan_keep(p, xasprintf("%s [%s]", title->en, shown)) : NULL;
	title->zh = same        ? title->en
		    : title->zh ? plan_keep(p, xasprintf("%s [%s]", title->zh, shown))
				: NULL;
}

static bool names_item(const struct rule *rule)
{
	const struct node *each = rule->for_each;
	struct words w = words_of(rule->title);
	const char *text = w.en ? w.en : w.zh;

	for (size_t i = 0; text && each && i < each->count; i++) {
		auto_free char *name = xasprintf("${%s", each->pairs[i].key->text);

		if (strstr(text, name))
			return true;
	}
	return false;
}

void plan_texts(struct planning *p, struct plan_rule *r, struct check *c, const struct item *item)
{
	struct names names = { .stage = STAGE_PLAN,
			       .rule = r->rule,
			       .builtins = &p->builtins,
			       .vars = c->vars,
			       .texts = true,
			       .secrets = p->secrets,
			       .later = c->item_name,
			       .all_later = !item };
	struct bind b = { .rule = r->rule, .names = &names, .arena = p->plan->arena, .d = p->d };

	if (!r->guidance || r->rule->links->varies[PART_TEXTS]) {
		r->title = words_of(bind_texts(&b, r->rule->title));
		r->guidance = read_guidance(p, &b);
	}
	c->title = r->title;
	c->guidance = r->guidance;
	if (item && item->shown && !names_item(r->rule))
		tell_item(p, r->rule, item->shown, &c->title);
	names_release(&names);
}
