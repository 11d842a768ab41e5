/*
 * node - the arena that nodes live in, and the questions that everybody asks them.
 *
 * Nodes are kept apart from their texts and arrays, so that the JSON values that some hold can be
 * found and released.
 */
#include "engine/document/node.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/number.h"
#include "engine/base/xalloc.h"

#define NODES_PER_CHUNK 64
#define BYTES_PER_CHUNK 16384
#define FIRST_CAPACITY 4

struct node_chunk {
	struct node_chunk *next;
	size_t used;
	struct node nodes[NODES_PER_CHUNK];
};

struct byte_chunk {
	struct byte_chunk *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct node_arena {
	struct node_chunk *nodes;
	struct byte_chunk *bytes;
};

struct node_arena *node_arena_new(void)
{
	return xcalloc(1, sizeof(struct node_arena));
}

static void node_chunk_free(struct node_chunk *c)
{
	for (size_t i = 0; i < c->used; i++)
		json_decref(node_typed(&c->nodes[i]));
	free(c);
}

void node_arena_free(struct node_arena *a)
{
	if (!a)
		return;
	for (struct node_chunk *c = a->nodes, *next; c; c = next) {
		next = c->next;
		node_chunk_free(c);
	}
	for (struct byte_chunk *c = a->bytes, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

void node_arena_wipe(struct node_arena *a)
{
	for (struct byte_chunk *c = a->bytes; c; c = c->next)
		explicit_bzero(c->bytes, c->used);
}

/* Memory of this alignment, a power of two. */
static void *arena_bytes(struct node_arena *a, size_t size, size_t alignment)
{
	struct byte_chunk *c = a->bytes;
	size_t from = c ? (c->used + alignment - 1) & ~(alignment - 1) : 0;

	if (!c || from > c->size || c->size - from < size) {
		size_t room = size > BYTES_PER_CHUNK / 4 ? size : BYTES_PER_CHUNK;

		c = xmalloc(sizeof(*c) + room);
		c->used = from = 0;
		c->size = room;
		c->next = a->bytes;
		a->bytes = c;
	}
	c->used = from + size;
	return c->bytes + from;
}

struct node *node_new(struct node_arena *a, const struct node *at, enum node_type type)
{
	struct node *n;

	if (!a->nodes || a->nodes->used == NODES_PER_CHUNK) {
		struct node_chunk *c = xmalloc(sizeof(*c));

		c->used = 0;
		c->next = a->nodes;
		a->nodes = c;
	}
	n = &a->nodes->nodes[a->nodes->used++];
	*n = (struct node){ .type = type, .width = 1 };
	if (at) {
		n->plain = at->plain;
		n->line = at->line;
		n->column = at->column;
		n->width = at->width;
		n->document = at->document;
	}
	return n;
}

struct node *node_new_scalar(struct node_arena *a, const struct node *at, const char *text,
			     size_t len)
{
	struct node *n = node_new(a, at, NODE_SCALAR);

	n->text = arena_bytes(a, len + 1, 1);
	if (len)
		memcpy(n->text, text, len);
	n->text[len] = '\0';
	n->len = (unsigned)len;
	return n;
}

/* Room for one more in an array of `count`: capacities are FIRST_CAPACITY and its doublings. */
static void *array_room(struct node_arena *a, void *items, size_t count, size_t size)
{
	size_t cap;
	void *grown;

	if (count && (count < FIRST_CAPACITY || (count & (count - 1)) != 0))
		return items;
	cap = count ? count * 2 : FIRST_CAPACITY;
	grown = arena_bytes(a, cap * size, alignof(void *));
	if (count)
		memcpy(grown, items, count * size);
	return grown;
}

void node_list_add(struct node_arena *a, struct node *list, struct node *item)
{
	list->items = array_room(a, list->items, list->count, sizeof(struct node *));
	list->items[list->count++] = item;
}

void node_map_add(struct node_arena *a, struct node *map, struct node *key, struct node *value)
{
	map->pairs = array_room(a, map->pairs, map->count, sizeof(*map->pairs));
	map->pairs[map->count++] = (struct node_pair){ key, value };
}

void node_list_fill(struct node_arena *a, struct node *list, struct node *const *items,
		    size_t count)
{
	list->count = (unsigned)count;
	list->items =
		count ? arena_bytes(a, count * sizeof(struct node *), alignof(void *)) : NULL;
	for (size_t i = 0; i < count; i++)
		list->items[i] = items[i];
}

void node_map_fill(struct node_arena *a, struct node *map, struct node *const *items, size_t count)
{
	map->count = (unsigned)count;
	map->pairs = count ? arena_bytes(a, count * sizeof(*map->pairs), alignof(void *)) : NULL;
	for (size_t i = 0; i < count; i++)
		map->pairs[i] = (struct node_pair){ items[2 * i], items[2 * i + 1] };
}

json_t *node_typed(const struct node *n)
{
	return n->type == NODE_SCALAR ? n->scalar_value : NULL;
}

struct node *node_get(const struct node *map, const char *key)
{
	if (!map || map->type != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->pairs[i].key->text, key) == 0)
			return map->pairs[i].value;
	return NULL;
}

const char *node_kind(const struct node *n)
{
	if (!n || node_is_empty(n))
		return "nothing";
	switch (n->type) {
	case NODE_SCALAR:
		return "a text";
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a map";
	}
	return "nothing";
}

bool node_is_empty(const struct node *n)
{
	if (n->type != NODE_SCALAR || !n->plain || n->deferred || node_typed(n))
		return false;
	return n->len == 0 || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0;
}

/* An integer that does not fit stays a text: as a real it would equal its neighbours. */
static json_t *plain_to_json(const char *text, size_t len)
{
	int64_t whole;
	double real;

	if (strcmp(text, "true") == 0)
		return json_true();
	if (strcmp(text, "false") == 0)
		return json_false();
	if (strcmp(text, "null") == 0)
		return json_null();
	if (!number_is_json(text))
		return json_stringn(text, len);
	if (number_int(text, &whole) == 0)
		return json_integer(whole);
	if (strpbrk(text, ".eE") && number_real(text, &real) == 0)
		return json_real(real);
	return json_stringn(text, len);
}

static json_t *list_to_json(const struct node *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->count; i++)
		json_array_append_new(list, node_to_json(n->items[i]));
	return list;
}

static json_t *map_to_json(const struct node *n)
{
	json_t *map = json_object();

	for (size_t i = 0; i < n->count; i++)
		json_object_set_new(map, n->pairs[i].key->text, node_to_json(n->pairs[i].value));
	return map;
}

json_t *node_to_json(const struct node *n)
{
	if (n->type == NODE_LIST)
		return list_to_json(n);
	if (n->type == NODE_MAP)
		return map_to_json(n);
	if (node_typed(n))
		return json_incref(node_typed(n));
	if (!n->text)
		return json_string("");
	return n->plain && !n->deferred ? plain_to_json(n->text, n->len)
					: json_stringn(n->text, n->len);
}
