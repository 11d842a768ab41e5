/*
 * table_cache - tables that many checks share, each read once a generation.
 */
#include "engine/decl/table_cache.h"

#include <stddef.h>
#include <stdlib.h>

#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

/* One table of this generation: read, or why it could not be. */
struct cached {
	const struct shared_table *type;
	void *table;
	struct err *why;
};

struct table_cache {
	struct cached *items;
	size_t count, cap;
	const struct root *root;
};

struct table_cache *table_cache_new(void)
{
	return xcalloc(1, sizeof(struct table_cache));
}

void table_cache_set_root(struct table_cache *c, const struct root *r)
{
	c->root = r;
}

const struct root *table_cache_root(const struct table_cache *c)
{
	return c->root;
}

static void cached_clear(struct cached *x)
{
	if (x->table)
		x->type->free(x->table);
	err_free(x->why);
}

void table_cache_renew(struct table_cache *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].type->lasting && c->items[i].table)
			c->items[kept++] = c->items[i];
		else
			cached_clear(&c->items[i]);
	}
	c->count = kept;
}

void table_cache_free(struct table_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		cached_clear(&c->items[i]);
	free(c->items);
	free(c);
}

static struct cached *cache_find(struct table_cache *c, const struct shared_table *type)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].type == type)
			return &c->items[i];
	return NULL;
}

static struct cached *cache_read(struct table_cache *c, const struct shared_table *type)
{
	struct cached fresh = { .type = type };

	if (type->read_below)
		fresh.table = type->read_below(c->root, &fresh.why);
	else
		fresh.table = type->read(&fresh.why);
	array_grow(c->items, c->count, c->cap);
	c->items[c->count] = fresh;
	return &c->items[c->count++];
}

const void *table_cache_get(struct table_cache *c, const struct shared_table *type, struct err **e)
{
	struct cached *found = cache_find(c, type);

	if (!found)
		found = cache_read(c, type);
	if (!found->table) {
		int code = found->why ? err_code(found->why) : ERR_BUG;

		err_set_(e, (enum err_code)code, err_errno_of(found->why), "%s",
			 found->why ? err_text(found->why) : "could not be read");
	}
	return found->table;
}
