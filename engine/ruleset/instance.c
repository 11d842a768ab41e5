/*
 * instance - a check with everything put in, in the worker that carries it out.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/bind.h"
#include "engine/ruleset/planning.h"
#include "engine/ruleset/words.h"

/* What an instance of a late check owns. */
struct held {
	const struct check *check;
	struct node_arena *arena;
	struct names names;
	json_t *vars, *captures;
	struct diagnostics d;
	struct bind bind;
	void *query;
	struct expect *expect;
	struct text_map *extract;
};

/* Why a part could not be made. Values of others are to blame where there are any, else parameters.
 */
static int say_why(struct held *h, enum kind *kind, struct err **e)
{
	const struct check *c = h->check;
	auto_free char *why = NULL;

	*kind = c->capture_count || c->item_source || h->names.missing ? KIND_CAPTURE
									 : KIND_PARAMETER;
	if (h->names.missing)
		return err_set(e, ERR_DATA, "${%s}: no such value was observed", h->names.missing);
	if (h->names.problem) {
		*kind = KIND_PARAMETER;
		why = param_problem(h->names.problem);
		return err_set(e, ERR_DATA, "%s", why);
	}
	if (h->bind.absent)
		return err_set(e, ERR_DATA, "parameter '%s' has no value", h->bind.absent);
	if (h->d.count)
		return err_set(e, ERR_DATA, "%s", h->d.items[0].message);
	return err_set(e, ERR_BUG, "the check cannot be made");
}

static struct held *held_new(const struct check *c, const json_t *captures, const json_t *item,
			     const struct secrets *secrets)
{
	struct held *h = xcalloc(1, sizeof(*h));

	h->check = c;
	h->arena = node_arena_new();
	h->captures = json_deep_copy(captures);
	h->vars = c->vars ? json_copy(c->vars) : json_object();
	if (c->item_name && item)
		json_object_set_new(h->vars, c->item_name, json_deep_copy(item));
	h->names = (struct names){ .stage = STAGE_WORKER,
				   .rule = c->rule,
				   .builtins = plan_builtins(c->plan),
				   .vars = h->vars,
				   .captures = h->captures,
				   .secrets = secrets };
	h->bind =
		(struct bind){ .rule = c->rule, .names = &h->names, .arena = h->arena, .d = &h->d };
	return h;
}

static void held_free(struct held *h)
{
	if (!h)
		return;
	query_free(h->check->type, h->query);
	expect_free(h->expect);
	if (h->extract != h->check->rule->links->extract)
		extract_free(h->extract);
	bind_release(&h->bind);
	names_release(&h->names);
	diagnostics_free(&h->d);
	node_arena_free(h->arena);
	json_decref(h->vars);
	json_decref(h->captures);
	free(h);
}

static bool hold_parts(struct held *h)
{
	const struct rule *rule = h->check->rule;

	h->query = bind_query(&h->bind);
	if (!h->query)
		return false;
	if (rule->extract)
		h->extract = rule->links->varies[PART_EXTRACT] ? bind_extract(&h->bind)
							       : rule->links->extract;
	if (rule->extract && !h->extract)
		return false;
	if (!rule->links->self)
		h->expect = bind_expect(&h->bind);
	return rule->links->self || h->expect;
}

int instance_make(const struct check *c, const json_t *captures, const json_t *item,
		  const struct secrets *secrets, struct instance *out, enum kind *kind,
		  struct err **e)
{
	struct held *h;
	int rc;

	*out = (struct instance){ .query = c->query, .expect = c->expect, .extract = c->extract };
	if (!c->late)
		return 0;
	h = held_new(c, captures, item, secrets);
	if (!hold_parts(h)) {
		rc = say_why(h, kind, e);
		held_free(h);
		return rc;
	}
	*out = (struct instance){
		.query = h->query, .expect = h->expect, .extract = h->extract, .owned = h
	};
	return 0;
}

const struct expect *instance_expect(struct instance *i, const json_t *facts, enum kind *kind,
				     struct err **e)
{
	struct held *h = i->owned;

	if (!h || !h->check->rule->links->self)
		return i->expect;
	expect_free(h->expect);
	h->names.self = facts;
	h->expect = bind_expect(&h->bind);
	h->names.self = NULL;
	i->expect = h->expect;
	if (!h->expect)
		say_why(h, kind, e);
	return h->expect;
}

void instance_free(struct instance *i)
{
	held_free(i->owned);
	*i = (struct instance){ 0 };
}

char *check_item_id(const struct check *c, size_t number, const json_t *item)
{
	auto_free char *label = item_label(item);

	return label ? xasprintf("%s[%s]", c->id, label) : xasprintf("%s[%zu]", c->id, number);
}

static char *own_copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

void check_item_title(const struct check *c, const json_t *item, char **en, char **zh)
{
	struct held *h = held_new(c, NULL, item, NULL);
	const struct node *title;
	auto_free char *shown = item_shown(item), *label = item_label(item);
	struct words w;

	h->names.texts = true;
	title = bind_texts(&h->bind, c->rule->title);
	w = words_of(title);
	if (label || title != c->rule->title) {
		*en = own_copy(w.en);
		*zh = own_copy(w.zh);
	} else {
		*en = w.en ? xasprintf("%s [%s]", w.en, shown)
			   : xasprintf("%s [%s]", c->rule->id, shown);
		*zh = w.zh ? xasprintf("%s [%s]", w.zh, shown) : NULL;
	}
	held_free(h);
}
