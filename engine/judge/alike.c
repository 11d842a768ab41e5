#include "engine/judge/alike.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/xalloc.h"
#include "engine/document/node.h"
#include "engine/judge/expect_entry.h"

#define FIRST_CAP 16
/* An odd number with bits all over it: the golden ratio's (Knuth, TAOCP 3, 6.4). */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * SPREAD;
	return hash ^ (hash >> 29);
}

static uint64_t mix_text(uint64_t hash, const char *text, size_t len)
{
	uint64_t word = 0;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	if (len)
		memcpy(&word, text, len);
	return mix(hash, word);
}

/* Where n stands, as seen from the root of its tree. */
static unsigned line_from(const struct node *root, const struct node *n)
{
	return n->line - root->line;
}

static unsigned column_from(const struct node *root, const struct node *n)
{
	return n->line == root->line ? n->column - root->column : n->column;
}

static uint64_t mix_node(uint64_t hash, const struct node *root, const struct node *n)
{
	const uint64_t place = (uint64_t)line_from(root, n) << 32 | column_from(root, n);

	hash = mix(hash, place);
	if (n->type == NODE_SCALAR)
		return mix_text(hash, n->text, n->len);
	for (size_t i = 0; n->type == NODE_LIST && i < n->count; i++)
		hash = mix_node(hash, root, n->items[i]);
	for (size_t i = 0; n->type == NODE_MAP && i < n->count; i++) {
		hash = mix_node(hash, root, n->pairs[i].key);
		hash = mix_node(hash, root, n->pairs[i].value);
	}
	return mix(hash, n->count);
}

uint64_t alike_hash(const struct node *node)
{
	uint64_t hash = node ? mix_node(1, node, node) : 1;

	return hash ? hash : 1;
}

static bool same_scalar(const struct node *a, const struct node *b)
{
	return a->plain == b->plain && a->len == b->len && !memcmp(a->text, b->text, a->len) &&
	       !a->deferred && !b->deferred && !node_typed(a) && !node_typed(b);
}

/* Two trees of depth 32 at most (node.h). */
static bool same_tree(const struct node *ra, const struct node *a, const struct node *rb,
		      const struct node *b)
{
	if (a->type != b->type || line_from(ra, a) != line_from(rb, b) ||
	    column_from(ra, a) != column_from(rb, b))
		return false;
	if (a->type == NODE_SCALAR)
		return same_scalar(a, b);
	if (a->count != b->count)
		return false;
	for (size_t i = 0; a->type == NODE_LIST && i < a->count; i++)
		if (!same_tree(ra, a->items[i], rb, b->items[i]))
			return false;
	for (size_t i = 0; a->type == NODE_MAP && i < a->count; i++)
		if (!same_tree(ra, a->pairs[i].key, rb, b->pairs[i].key) ||
		    !same_tree(ra, a->pairs[i].value, rb, b->pairs[i].value))
			return false;
	return true;
}

static bool same_words(const struct node *a, const struct node *b)
{
	return a && b ? same_tree(a, a, b, b) : a == b;
}

struct expect_form *alike_find(const struct alike *a, const struct node *node, uint64_t hash)
{
	for (size_t i = hash; a->cap && a->rows[i & (a->cap - 1)].hash; i++) {
		const struct alike_row *row = &a->rows[i & (a->cap - 1)];

		if (row->hash == hash && same_words(row->node, node))
			return row->form;
	}
	return NULL;
}

static void put(struct alike *a, const struct alike_row *row)
{
	size_t i = row->hash & (a->cap - 1);

	while (a->rows[i].hash)
		i = (i + 1) & (a->cap - 1);
	a->rows[i] = *row;
}

static void grow(struct alike *a)
{
	const struct alike old = *a;

	a->cap = old.cap ? old.cap * 2 : FIRST_CAP;
	a->rows = xcalloc(a->cap, sizeof(*a->rows));
	for (size_t i = 0; i < old.cap; i++)
		if (old.rows[i].hash)
			put(a, &old.rows[i]);
	free(old.rows);
}

void alike_add(struct alike *a, const struct node *node, uint64_t hash, struct expect_form *form)
{
	const struct alike_row row = { hash, node, expect_form_share(form) };

	if (a->count * 2 >= a->cap)
		grow(a);
	put(a, &row);
	a->count++;
}

void alike_release(struct alike *a)
{
	for (size_t i = 0; i < a->cap; i++)
		expect_form_free(a->rows[i].form);
	free(a->rows);
	*a = (struct alike){ 0 };
}
