/*
 * probe - a check under way in a lane with an event loop, and what all of them in one worker share.
 */
#include <stdlib.h>

#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

struct stored {
	const struct lane_object *type;
	void *object;
};

struct lane_store {
	struct loop *loop;
	struct stored *items;
	size_t count, cap;
};

struct lane_store *lane_store_new(struct loop *loop)
{
	struct lane_store *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	return s;
}

void lane_store_free(struct lane_store *s)
{
	if (!s)
		return;
	/* the youngest first: it may stand on an older one */
	while (s->count) {
		struct stored *last = &s->items[--s->count];

		last->type->free(last->object);
	}
	free(s->items);
	free(s);
}

void probe_done(struct probe *p)
{
	p->done(p);
}

void *probe_object(struct probe *p, const struct lane_object *type, struct err **e)
{
	struct lane_store *s = p->store;
	void *object;

	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].type == type)
			return s->items[i].object;
	/* a failure is not remembered: the next probe may have more luck (descriptors) */
	object = type->create(s->loop, e);
	if (!object)
		return NULL;
	array_grow(s->items, s->count, s->cap);
	s->items[s->count++] = (struct stored){ .type = type, .object = object };
	return object;
}

const void *probe_module(struct probe *p, const char *module, const char *package, struct err **e)
{
	if (!p->module_api) {
		err_set(e, ERR_UNAVAILABLE, "module '%s' cannot be loaded here", module);
		return NULL;
	}
	return p->module_api(p, module, package, e);
}
