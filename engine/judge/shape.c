/*
 * shape - what is known of a value before it is there; paths are checked against the declared facts
 * here.
 */
#include "engine/judge/shape.h"

#include <stddef.h>
#include <stdlib.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/judge/path_step.h"

struct shape shape_simple(enum fact_type type)
{
	return (struct shape){ .type = type };
}

struct shape shape_of_fact(const struct fact *f)
{
	struct shape s = { .type = f->type, .of = f->of, .item = f->item };

	if (f->type == FACT_LIST && f->of)
		s.item = FACT_MAP;
	return s;
}

struct shape shape_of_items(const struct shape *list)
{
	if (list->type != FACT_LIST)
		return shape_simple(FACT_OPEN);
	return (struct shape){ .type = list->item, .of = list->of };
}

struct shape shape_list_of(const struct shape *item)
{
	return (struct shape){ .type = FACT_LIST, .item = item->type, .of = item->of };
}

bool shape_declares_members(const struct shape *s)
{
	return s->type == FACT_MAP && s->of;
}

static int unknown_fact(const char *name, const struct fact *facts, const char *where,
			struct err **e)
{
	auto_free const char **names = NULL;
	const char *near;
	size_t n = 0;

	while (facts[n].name)
		n++;
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = facts[i].name;
	near = text_nearest(name, names);
	if (near)
		return err_set(e, ERR_DATA, "unknown fact '%s' of %s; did you mean '%s'?", name,
			       where, near);
	return err_set(e, ERR_DATA, "unknown fact '%s' of %s", name, where);
}

/* One step of the way; *at is where we are and becomes where we get to. */
struct walk {
	struct shape at;
	const struct fact *row;
	const char *where; /* the name of what we stand on, for messages */
	bool list;
};

static int walk_name(struct walk *w, const char *name, struct err **e)
{
	const struct fact *f;

	if (w->at.type == FACT_LIST)
		return err_set(e, ERR_DATA,
			       "%s is a list: write %s[0].%s for one item, %s[*].%s for all",
			       w->where, w->where, name, w->where, name);
	if (w->at.type != FACT_MAP)
		return err_set(e, ERR_DATA, "%s is %s and has no member '%s'", w->where,
			       fact_type_name(w->at.type), name);
	if (!w->at.of) {
		w->at = shape_simple(FACT_OPEN);
		w->row = NULL;
		return 0;
	}
	f = fact_find(w->at.of, name);
	if (!f)
		return unknown_fact(name, w->at.of, w->where, e);
	w->at = shape_of_fact(f);
	w->row = f;
	w->where = name;
	return 0;
}

static int walk_item(struct walk *w, bool all, struct err **e)
{
	if (w->at.type != FACT_LIST)
		return err_set(e, ERR_DATA, "%s is %s and has no items", w->where,
			       fact_type_name(w->at.type));
	w->at = shape_of_items(&w->at);
	w->row = NULL;
	w->list |= all;
	return 0;
}

static int walk_step(struct walk *w, const struct path_step *s, struct err **e)
{
	if (s->kind == STEP_ALL)
		w->list |= w->at.type == FACT_OPEN;
	if (w->at.type == FACT_OPEN) {
		w->row = NULL;
		return 0;
	}
	if (s->kind == STEP_NAME || s->kind == STEP_KEY)
		return walk_name(w, s->name, e);
	return walk_item(w, s->kind == STEP_ALL, e);
}

int shape_follow(const struct path *p, const struct shape *from, const char *where,
		 struct shape *out, const struct fact **row, bool *list, struct err **e)
{
	struct walk w = { .at = *from, .where = where };

	for (size_t i = 0; i < p->count; i++)
		if (walk_step(&w, &p->steps[i], e))
			return -1;
	*out = w.at;
	*row = w.row;
	*list = w.list;
	return 0;
}

const struct fact *path_fact(const struct path *p, const struct fact *facts, const char *where,
			     bool *list, struct err **e)
{
	/* what a path leads to without a row of its own: an item of a list, something inside an
	 * open fact */
	static const struct fact items[] = {
		[FACT_OPEN] = { .name = "", .type = FACT_OPEN },
		[FACT_BOOL] = { .name = "", .type = FACT_BOOL },
		[FACT_INT] = { .name = "", .type = FACT_INT },
		[FACT_NUMBER] = { .name = "", .type = FACT_NUMBER },
		[FACT_DURATION] = { .name = "", .type = FACT_DURATION },
		[FACT_SIZE] = { .name = "", .type = FACT_SIZE },
		[FACT_MODE] = { .name = "", .type = FACT_MODE },
		[FACT_TIME] = { .name = "", .type = FACT_TIME },
		[FACT_VERSION] = { .name = "", .type = FACT_VERSION },
		[FACT_TEXT] = { .name = "", .type = FACT_TEXT },
		[FACT_LIST] = { .name = "", .type = FACT_LIST },
		[FACT_MAP] = { .name = "", .type = FACT_MAP },
	};
	const char *first = path_first(p);
	const bool common = !fact_find(facts, first) && fact_find(common_facts, first);
	const struct shape root = { .type = FACT_MAP, .of = common ? common_facts : facts };
	struct shape at;
	const struct fact *row;

	if (shape_follow(p, &root, where, &at, &row, list, e))
		return NULL;
	return row ? row : &items[at.type];
}
