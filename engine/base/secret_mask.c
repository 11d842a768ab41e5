/*
 * secret_mask - many texts found in one at once: an Aho-Corasick automaton whose edges are in one
 * hash table.
 *
 * Linear in the text, whatever the secrets are. The automaton is as secret as they are, and lives
 * where they do.
 */
#include "engine/base/secret_mask.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

#define MASK "***"
#define VIEW_DEPTH 2 /* JSON within JSON, a URL within XML */
#define FORM_END 8   /* a form ends at this node */

struct node {
	uint32_t fail; /* the longest proper suffix that is a node, too */
	uint32_t out;  /* the longest one at which a form ends; 0: none */
	uint32_t parent;
	uint32_t depth;
	unsigned char byte;
	unsigned char kind;
};

struct edge {
	uint64_t key; /* node << 8 | byte, plus 1; 0: free */
	uint32_t node;
};

struct masker {
	struct node *nodes; /* 0 is the root */
	size_t count;
	struct edge *edges;
	size_t edge_mask;
	uint32_t first[256]; /* the root's edges */
};

static struct edge *edge_slot(const struct masker *m, uint32_t node, unsigned char byte)
{
	uint64_t key = ((uint64_t)node << 8 | byte) + 1;
	size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & m->edge_mask;

	while (m->edges[at].key && m->edges[at].key != key)
		at = (at + 1) & m->edge_mask;
	return &m->edges[at];
}

static uint32_t edge_follow(const struct masker *m, uint32_t node, unsigned char byte)
{
	const struct edge *x;

	if (!node)
		return m->first[byte];
	x = edge_slot(m, node, byte);
	return x->key ? x->node : 0;
}

static uint32_t edge_add(struct masker *m, uint32_t parent, unsigned char byte)
{
	uint32_t n = (uint32_t)m->count++;
	struct edge *x;

	m->nodes[n] = (struct node){ .parent = parent,
				     .depth = m->nodes[parent].depth + 1,
				     .byte = byte };
	if (!parent) {
		m->first[byte] = n;
		return n;
	}
	x = edge_slot(m, parent, byte);
	x->key = ((uint64_t)parent << 8 | byte) + 1;
	x->node = n;
	return n;
}

static void count_form(void *ctx, const char *bytes, size_t len, unsigned kind)
{
	size_t *total = ctx;

	(void)bytes;
	(void)kind;
	*total += len;
}

static void add_form(void *ctx, const char *bytes, size_t len, unsigned kind)
{
	struct masker *m = ctx;
	uint32_t node = 0;
	unsigned char had;
	size_t i;

	for (i = 0; i < len; i++) {
		uint32_t next = edge_follow(m, node, (unsigned char)bytes[i]);

		node = next ? next : edge_add(m, node, (unsigned char)bytes[i]);
	}
	if (!node)
		return;
	had = m->nodes[node].kind;
	m->nodes[node].kind = (unsigned char)(had | kind | FORM_END);
	/* What counts anywhere for one secret does not become a word for another. */
	if (!(kind & FORM_WORD) || ((had & FORM_END) && !(had & FORM_WORD)))
		m->nodes[node].kind &= (unsigned char)~FORM_WORD;
}

/* Where to go on with `byte` when `node` has no such edge. */
static uint32_t step(const struct masker *m, uint32_t node, unsigned char byte)
{
	uint32_t next;

	while (!(next = edge_follow(m, node, byte)) && node)
		node = m->nodes[node].fail;
	return next;
}

/* Nodes by depth: a suffix is always shorter, so it is done before. */
static uint32_t *nodes_by_depth(const struct masker *m)
{
	uint32_t *order = xcalloc(m->count, sizeof(*order));
	size_t *start = xcalloc(m->count + 1, sizeof(*start));
	size_t i;

	for (i = 0; i < m->count; i++)
		start[m->nodes[i].depth + 1]++;
	for (i = 1; i <= m->count; i++)
		start[i] += start[i - 1];
	for (i = 0; i < m->count; i++)
		order[start[m->nodes[i].depth]++] = (uint32_t)i;
	free(start);
	return order;
}

static void link_suffixes(struct masker *m)
{
	uint32_t *order = nodes_by_depth(m);
	size_t i;

	for (i = 1; i < m->count; i++) {
		struct node *n = &m->nodes[order[i]];

		n->fail = n->parent ? step(m, m->nodes[n->parent].fail, n->byte) : 0;
		n->out = m->nodes[n->fail].kind & FORM_END ? n->fail : m->nodes[n->fail].out;
	}
	free(order);
}

struct masker *masker_new(struct secret_region *region, const struct secret_text *texts,
			  size_t count)
{
	struct masker *m;
	size_t total = 1, slots = 64, i;

	for (i = 0; i < count; i++)
		if (texts[i].text)
			secret_forms(texts[i].text, texts[i].len, count_form, &total);
	/* Node numbers have 32 bits; memory would be gone long before. */
	if (total > UINT32_MAX / 2)
		xalloc_failed();
	while (slots < 2 * total)
		slots *= 2;
	secret_region_init(region, sizeof(*m) + total * sizeof(struct node) +
					   slots * sizeof(struct edge) + 64);
	m = secret_region_take(region, sizeof(*m));
	if (!m)
		xalloc_failed();
	m->nodes = secret_region_take(region, total * sizeof(struct node));
	m->edges = secret_region_take(region, slots * sizeof(struct edge));
	if (!m->nodes || !m->edges)
		xalloc_failed();
	m->edge_mask = slots - 1;
	m->count = 1;
	for (i = 0; i < count; i++)
		if (texts[i].text)
			secret_forms(texts[i].text, texts[i].len, add_form, m);
	link_suffixes(m);
	return m;
}

/* The places found so far: for each end in the text the first byte to hide, SIZE_MAX for none. Made
 * at the first find. */
struct finds {
	const struct masker *m;
	size_t *starts;
	size_t len;
};

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

static bool is_base64(char c)
{
	return is_word(c) || c == '+' || c == '/' || c == '-';
}

static void note_find(struct finds *f, const struct secret_view *v, size_t from, size_t to)
{
	size_t first = v->origin ? v->origin[from] : from, end = v->origin ? v->origin[to] : to;
	size_t i;

	if (!f->starts) {
		f->starts = xcalloc(f->len + 1, sizeof(*f->starts));
		for (i = 0; i <= f->len; i++)
			f->starts[i] = SIZE_MAX;
	}
	if (first < f->starts[end])
		f->starts[end] = first;
}

/* Whether the form that ends before `end` counts here; if so it is noted. */
static bool accept(struct finds *f, const struct secret_view *v, const struct node *n, size_t end)
{
	size_t from = end - n->depth, to = end;

	if (n->kind & FORM_WORD) {
		if ((from > 0 && is_word(v->text[from - 1])) ||
		    (to < v->len && is_word(v->text[to])))
			return false;
	}
	if ((n->kind & FORM_BEFORE) && from > 0 && is_base64(v->text[from - 1]))
		from--;
	if ((n->kind & FORM_AFTER) && to < v->len && is_base64(v->text[to]))
		to++;
	note_find(f, v, from, to);
	return true;
}

static void search(struct finds *f, const struct secret_view *v)
{
	const struct masker *m = f->m;
	uint32_t state = 0;
	size_t at;

	for (at = 0; at < v->len; at++) {
		uint32_t n;

		state = state ? step(m, state, (unsigned char)v->text[at])
			      : m->first[(unsigned char)v->text[at]];
		if (!state)
			continue;
		/* The longest first. Only words can be refused, and those are few characters long.
		 */
		n = m->nodes[state].kind & FORM_END ? state : m->nodes[state].out;
		while (n && !accept(f, v, &m->nodes[n], at + 1))
			n = m->nodes[n].out;
	}
}

static void search_views(struct finds *f, const struct secret_view *v, unsigned depth)
{
	struct secret_view decoded;
	unsigned i;

	search(f, v);
	for (i = 0; depth && i < SECRET_VIEWS; i++) {
		if (!secret_view_decode(i, v, &decoded))
			continue;
		search_views(f, &decoded, depth - 1);
		secret_view_free(&decoded);
	}
}

/* From the end backwards a byte is hidden when a find that ends after it starts at or before it.
 * Leaves in starts[i + 1] whether byte i is hidden. */
static void spread(struct finds *f)
{
	size_t low = SIZE_MAX, i;

	for (i = f->len; i > 0; i--) {
		low = f->starts[i] < low ? f->starts[i] : low;
		f->starts[i] = low <= i - 1;
	}
}

size_t masker_mask(const struct masker *m, struct buf *out, const char *text, size_t len)
{
	struct finds f = { .m = m, .len = len };
	auto_buf struct buf copy = BUF_INIT(SIZE_MAX);
	struct secret_view whole = { .len = len };
	size_t at = 0, places = 0;

	if (!len)
		return 0;
	buf_add(&copy, text, len);
	whole.text = copy.data;
	search_views(&f, &whole, VIEW_DEPTH);
	explicit_bzero(copy.data, copy.len);
	if (!f.starts) {
		buf_add(out, text, len);
		return 0;
	}
	spread(&f);
	while (at < len) {
		size_t run = at;

		while (run < len && f.starts[run + 1] == f.starts[at + 1])
			run++;
		if (f.starts[at + 1]) {
			buf_adds(out, MASK);
			places++;
		} else {
			buf_add(out, text + at, run - at);
		}
		at = run;
	}
	free(f.starts);
	return places;
}
