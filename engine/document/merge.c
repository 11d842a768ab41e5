/*
 * merge - maps that are complete: `<<` put in, duplicate keys refused.
 *
 * Large maps are sorted, so that a file of 4 MiB in one map is no matter.
 */
#include "engine/document/merge.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

/* A pair of a map and of what is merged into it. */
struct map_entry {
	struct node_pair pair;
	size_t rank;  /* 0: the map's own; else the place in the list of merged maps */
	size_t order; /* as written */
	bool drop;
};

static bool is_merge(const struct node *key)
{
	return key->plain && strcmp(key->text, "<<") == 0;
}

static bool same_key(const struct node *a, const struct node *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static int compare_entries(const void *pa, const void *pb)
{
	const struct map_entry *a = *(const struct map_entry *const *)pa,
			       *b = *(const struct map_entry *const *)pb;
	int c = strcmp(a->pair.key->text, b->pair.key->text);

	if (c)
		return c;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Most maps are small and merge nothing: nothing to be done. */
static bool is_simple(const struct node *map)
{
	if (map->count > 16)
		return false;
	for (size_t i = 0; i < map->count; i++) {
		if (is_merge(map->pairs[i].key))
			return false;
		for (size_t j = 0; j < i; j++)
			if (same_key(map->pairs[i].key, map->pairs[j].key))
				return false;
	}
	return true;
}

struct entries {
	struct map_entry *items;
	size_t count, cap;
};

static void entries_add(struct entries *l, struct node_pair pair, size_t rank)
{
	array_grow(l->items, l->count, l->cap);
	l->items[l->count] = (struct map_entry){ .pair = pair, .rank = rank, .order = l->count };
	l->count++;
}

static void entries_add_map(struct entries *l, const struct node *map, size_t rank)
{
	for (size_t i = 0; i < map->count; i++)
		entries_add(l, map->pairs[i], rank);
}

static void merge_value(struct entries *l, const struct node *value, struct diagnostics *d)
{
	if (value->type == NODE_MAP) {
		entries_add_map(l, value, 1);
		return;
	}
	for (size_t i = 0; value->type == NODE_LIST && i < value->count; i++) {
		if (value->items[i]->type == NODE_MAP)
			entries_add_map(l, value->items[i], i + 1);
		else
			diagnose(d, value->items[i], "'<<' merges maps, not %s",
				 node_kind(value->items[i]));
	}
	if (value->type == NODE_SCALAR)
		diagnose(d, value, "'<<' takes a map or a list of maps, not %s", node_kind(value));
}

/* Of pairs with one key the first in precedence stays; two of the map's own are a mistake. */
static void entries_resolve(struct entries *l, struct diagnostics *d)
{
	auto_free struct map_entry **sorted = xcalloc(l->count + 1, sizeof(struct map_entry *));
	struct map_entry *first = NULL;

	for (size_t i = 0; i < l->count; i++)
		sorted[i] = &l->items[i];
	qsort(sorted, l->count, sizeof(struct map_entry *), compare_entries);
	for (size_t i = 0; i < l->count; i++) {
		struct map_entry *x = sorted[i];

		if (!first || !same_key(first->pair.key, x->pair.key)) {
			first = x;
			continue;
		}
		x->drop = true;
		if (x->rank)
			continue;
		diagnose(d, x->pair.key, "duplicate key '%.200s': it stands on line %u already",
			 x->pair.key->text, first->pair.key->line);
	}
}

void map_finish(struct node_arena *arena, struct node *map, struct diagnostics *d)
{
	struct entries l = { 0 };
	const struct node *merge = NULL;

	if (is_simple(map))
		return;
	for (size_t i = 0; i < map->count; i++) {
		const struct node *key = map->pairs[i].key;

		if (!is_merge(key)) {
			entries_add(&l, map->pairs[i], 0);
		} else if (merge) {
			diagnose(d, key,
				 "duplicate key '<<': it stands on line %u already; merge a list "
				 "of maps",
				 merge->line);
		} else {
			merge = key;
			merge_value(&l, map->pairs[i].value, d);
		}
	}
	entries_resolve(&l, d);
	map->count = 0;
	map->pairs = NULL;
	for (size_t i = 0; i < l.count; i++)
		if (!l.items[i].drop)
			node_map_add(arena, map, l.items[i].pair.key, l.items[i].pair.value);
	free(l.items);
}
