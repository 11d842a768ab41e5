/*
 * expect_kinds - the names of troubles in an expectation of error.kind.
 *
 * A check that names error.kind is judged even though it could not do what it was for: with a name
 * that no trouble has, "not_in: [ timout ]" would hold of a timeout.
 */
#include <string.h>

#include "engine/decl/kind.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/compiler.h"

static void check_name(struct compiler *c, const struct node *n)
{
	const char *names[KIND_COUNT + 1];
	const enum kind kind = kind_find(n->text);
	size_t count = 0;

	if (kind != KIND_NONE) {
		if (kinds[kind].blind)
			diagnose(c->d, n,
				 "error.kind: '%s' is an error always, which nothing can expect",
				 n->text);
		return;
	}
	for (int k = KIND_NONE + 1; k < KIND_COUNT; k++)
		if (!kinds[k].blind)
			names[count++] = kinds[k].name;
	names[count] = NULL;
	diagnose_unknown(c->d, n, "kind of trouble", NULL, n->text, names);
}

static bool compares_whole_texts(const char *key)
{
	static const char *const keys[] = { "all_of", "any_of", "eq", "in",
					    "ne", "not", "not_in" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

void compile_kinds(struct compiler *c, const struct node *n)
{
	if (n->type == NODE_SCALAR && !n->deferred && !node_is_empty(n))
		check_name(c, n);
	for (size_t i = 0; n->type == NODE_LIST && i < n->count; i++)
		compile_kinds(c, n->items[i]);
	for (size_t i = 0; n->type == NODE_MAP && i < n->count; i++)
		if (compares_whole_texts(n->pairs[i].key->text))
			compile_kinds(c, n->pairs[i].value);
}
