/*
 * select - which checks the user asked for, and what those stand on.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/planning.h"

#define ON_DEMAND "on-demand"

/* A word of the user; a * at its end stands for anything. */
static bool word_is(const char *word, const char *text)
{
	size_t n = strlen(word);

	if (n && word[n - 1] == '*')
		return !strncmp(word, text, n - 1);
	return !strcmp(word, text);
}

static bool in_list(const char *const *list, const char *word)
{
	for (size_t i = 0; word && list && list[i]; i++)
		if (!strcmp(list[i], word))
			return true;
	return false;
}

static bool has_tag(const struct rule *rule, const char *tag)
{
	for (size_t i = 0; i < rule->tag_count; i++)
		if (!strcmp(rule->tags[i], tag))
			return true;
	return false;
}

static bool tag_selected(const struct rule *rule, const struct selection *s)
{
	for (size_t i = 0; s->tags && s->tags[i]; i++)
		if (has_tag(rule, s->tags[i]))
			return true;
	return !s->tags || !s->tags[0];
}

/* By everything but --check. */
static bool rule_fits(const struct rule *rule, const struct selection *s)
{
	const struct ruleset *set = rule->ruleset;

	if (set->on_demand && !set->named)
		return false;
	if (s->products && s->products[0] && !in_list(s->products, set->product))
		return false;
	if (s->components && s->components[0] && !in_list(s->components, set->component))
		return false;
	if (s->severities && s->severities[0] &&
	    !in_list(s->severities, severity_name(rule->links->worst)))
		return false;
	return tag_selected(rule, s);
}

static void enqueue(struct planning *p, struct plan_rule *r)
{
	if (r->queued)
		return;
	r->queued = true;
	p->queue[p->queue_count++] = r;
}

static void mark_all(struct planning *p, struct plan_rule *r)
{
	r->all = true;
	enqueue(p, r);
}

static void mark_item(struct planning *p, struct plan_rule *r, size_t item)
{
	if (!r->marked)
		r->marked = xcalloc(r->size, sizeof(*r->marked));
	r->marked[item] = true;
	enqueue(p, r);
}

/* --check against RULESET/ID[item], ID[item]. */
static bool mark_items_like(struct planning *p, struct plan_rule *r, const char *word)
{
	const char *open = strchr(word, '[');
	bool any = false;

	if (!open || !r->rule->for_each)
		return false;
	plan_items(p, r);
	for (size_t i = 0; i < r->items->count; i++) {
		auto_free char *own = xasprintf("%s[%s]", r->rule->id, r->items->items[i].suffix);
		auto_free char *full = xasprintf("%s/%s", r->rule->ruleset->name, own);

		if (word_is(word, own) || word_is(word, full)) {
			mark_item(p, r, i);
			any = true;
		}
	}
	return any;
}

static bool mark_like(struct planning *p, struct plan_rule *r, const char *word)
{
	auto_free char *full = xasprintf("%s/%s", r->rule->ruleset->name, r->rule->id);

	if (!word_is(word, r->rule->id) && !word_is(word, full))
		return mark_items_like(p, r, word);
	mark_all(p, r);
	return true;
}

static void select_named(struct planning *p, struct plan_rule *r, const char *const *words,
			 bool *used)
{
	for (size_t i = 0; words[i]; i++)
		if (mark_like(p, r, words[i]))
			used[i] = true;
}

static void select_rules(struct planning *p, bool *used)
{
	const struct selection *s = &p->options->select;
	bool named = s->checks && s->checks[0], tagged = s->tags && s->tags[0];

	for (size_t i = 0; i < p->rule_count; i++) {
		struct plan_rule *r = &p->rules[i];

		if (!rule_fits(r->rule, s))
			continue;
		if (named)
			select_named(p, r, s->checks, used);
		else if (tagged || !has_tag(r->rule, ON_DEMAND))
			mark_all(p, r);
	}
}

static void unmatched(struct planning *p, const char *option, const char *what, const char *word,
		      const char *const *known)
{
	const char *near = text_nearest(word, known);

	if (near && !strcmp(near, word))
		diagnose_at(p->d, option, 0, 0, 0, NULL,
			    "the %s '%s' is left out by the other selectors", what, word);
	else if (near)
		diagnose_at(p->d, option, 0, 0, 0, NULL, "no %s '%s'; did you mean '%s'?", what,
			    word, near);
	else
		diagnose_at(p->d, option, 0, 0, 0, NULL, "no %s '%s'", what, word);
	p->d->items[p->d->count - 1].warning = true;
	p->d->errors--;
	p->plan->unmatched++;
}

/* What there is of one kind; each name once is not needed for finding the nearest. */
static const char **known_words(const struct planning *p,
				const char *(*word)(const struct rule *rule, size_t n))
{
	size_t count = 0, cap = 0;
	const char **names = NULL;

	for (size_t i = 0; i < p->rule_count; i++) {
		const char *w;

		for (size_t n = 0; (w = word(p->rules[i].rule, n)); n++) {
			if (count && !strcmp(names[count - 1], w))
				continue;
			array_grow(names, count, cap);
			names[count++] = w;
		}
	}
	array_grow(names, count, cap);
	names[count] = NULL;
	return names;
}

static const char *product_of(const struct rule *rule, size_t n)
{
	return n ? NULL : rule->ruleset->product;
}

static const char *component_of(const struct rule *rule, size_t n)
{
	return n ? NULL : rule->ruleset->component;
}

static const char *tag_of(const struct rule *rule, size_t n)
{
	return n < rule->tag_count ? rule->tags[n] : NULL;
}

static const char *severity_of(const struct rule *rule, size_t n)
{
	return n ? NULL : severity_name(rule->links->worst);
}

static const char *id_of(const struct rule *rule, size_t n)
{
	return n ? NULL : rule->id;
}

static void name_unmatched(struct planning *p, const char *option, const char *what,
			   const char *const *words,
			   const char *(*word)(const struct rule *rule, size_t n))
{
	auto_free const char **known = NULL;

	if (!words || !words[0])
		return;
	known = known_words(p, word);
	for (size_t i = 0; words[i]; i++)
		if (!in_list((const char *const *)known, words[i]))
			unmatched(p, option, what, words[i], known);
}

/* A check that was named but belongs to what the other selectors leave out is not selected; that is
 * said, too. */
static void name_unused(struct planning *p, const bool *used)
{
	const char *const *words = p->options->select.checks;
	auto_free const char **known = NULL;

	for (size_t i = 0; words && words[i]; i++) {
		if (used[i])
			continue;
		if (!known)
			known = known_words(p, id_of);
		unmatched(p, "--check", "check", words[i], known);
	}
}

static int follow_item(struct planning *p, struct plan_rule *target, const struct reference *ref)
{
	const struct item *item;

	plan_items(p, target);
	if (target->items->runtime || target->items->reason) {
		mark_all(p, target);
		return 0;
	}
	item = items_find(target->items, ref->item);
	if (!item)
		return diagnose(p->d, ref->at, "'%s' has no item '%s'", target->rule->id,
				ref->item);
	mark_item(p, target, (size_t)(item - target->items->items));
	return 0;
}

static int follow(struct planning *p, const struct reference *refs, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		struct plan_rule *target = planned(p, refs[i].rule);

		if (!refs[i].item)
			mark_all(p, target);
		else if (follow_item(p, target, &refs[i]))
			rc = -1;
	}
	return rc;
}

int plan_select(struct planning *p)
{
	const struct selection *s = &p->options->select;
	size_t words = 0;
	auto_free bool *used = NULL;
	int rc = 0;

	while (s->checks && s->checks[words])
		words++;
	used = xcalloc(words + 1, sizeof(*used));
	p->queue = xcalloc(p->rule_count + 1, sizeof(struct plan_rule *));
	select_rules(p, used);
	name_unmatched(p, "--product", "product", s->products, product_of);
	name_unmatched(p, "--component", "component", s->components, component_of);
	name_unmatched(p, "--tag", "tag", s->tags, tag_of);
	name_unmatched(p, "--severity", "check of severity", s->severities, severity_of);
	name_unused(p, used);
	for (size_t i = 0; i < p->queue_count; i++) {
		const struct rule_links *l = p->queue[i]->rule->links;

		if (follow(p, l->needs, l->need_count) || follow(p, l->captures, l->capture_count))
			rc = -1;
	}
	free(p->queue);
	return rc;
}
