#include "tests/unit/same_document.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/document/quick.h"
#include "engine/document/source.h"

static bool same_node(const struct node *a, const struct node *b)
{
	if (a->type != b->type || a->plain != b->plain || a->line != b->line ||
	    a->column != b->column || a->width != b->width || a->deferred != b->deferred)
		return false;
	if (a->type == NODE_SCALAR)
		return a->len == b->len && !memcmp(a->text, b->text, a->len + 1);
	return a->count == b->count;
}

static char *say(const char *who, const struct node *n)
{
	return xasprintf("%s: %u:%u+%u %s %s'%s' %zu", who, n->line, n->column, n->width,
			 node_kind(n), n->plain ? "plain " : "",
			 n->type == NODE_SCALAR ? n->text : "", (size_t)n->count);
}

static char *difference(const struct node *a, const struct node *b)
{
	char *found = NULL;

	if (!same_node(a, b)) {
		auto_free char *quick = say("quick", a), *thorough = say("thorough", b);

		return xasprintf("%s\n%s", quick, thorough);
	}
	for (size_t i = 0; !found && a->type == NODE_LIST && i < a->count; i++)
		found = difference(a->items[i], b->items[i]);
	for (size_t i = 0; !found && a->type == NODE_MAP && i < a->count; i++) {
		found = difference(a->pairs[i].key, b->pairs[i].key);
		if (!found)
			found = difference(a->pairs[i].value, b->pairs[i].value);
	}
	return found;
}

static void print(struct diagnostics *d, struct buf *out)
{
	for (size_t i = 0; i < d->count; i++)
		diagnostic_print(out, &d->items[i], false);
}

char *document_difference(const char *bytes, size_t len)
{
	auto_diagnostics struct diagnostics d = { 0 }, e = { 0 };
	struct document *quick = document_parse(bytes, len, "t.yaml", &d);
	struct document *thorough = document_parse_thoroughly(bytes, len, "t.yaml", &e);
	auto_buf struct buf said = BUF_INIT(SIZE_MAX), expected = BUF_INIT(SIZE_MAX);
	char *found = NULL;

	print(&d, &said);
	print(&e, &expected);
	if (!quick != !thorough || strcmp(buf_text(&said), buf_text(&expected)) != 0)
		found = xasprintf("quick: %s\nthorough: %s", buf_text(&said), buf_text(&expected));
	else if (quick)
		found = difference(document_root(quick), document_root(thorough));
	document_free(quick);
	document_free(thorough);
	return found;
}

bool document_is_plain(const char *bytes, size_t len)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct document *doc = document_parse(bytes, len, "t.yaml", &d);
	struct source source;
	struct node_arena *arena = node_arena_new();
	bool plain = false;

	if (source_init(&source, "t.yaml", xmemdup0(bytes, len), len, &d) == 0)
		plain = quick_read(doc, &source, arena) != NULL;
	node_arena_free(arena);
	source_free(&source);
	document_free(doc);
	return plain;
}
