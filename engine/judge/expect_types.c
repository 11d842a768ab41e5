#include "engine/judge/expect_types.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"
#include "engine/document/diagnostic.h"
#include "engine/judge/compiler.h"
#include "engine/judge/expect.h"

struct expect_types {
	struct expect_type *items;
	size_t count, cap;
};

struct expect_types *expect_types_new(void)
{
	return xcalloc(1, sizeof(struct expect_types));
}

static void type_release(struct expect_type *t)
{
	alike_release(&t->alike);
	for (size_t i = 0; i < t->count; i++) {
		test_free(t->parts[i].test);
		free(t->parts[i].names);
	}
	free(t->parts);
	free(t->facts);
}

void expect_types_free(struct expect_types *types)
{
	if (!types)
		return;
	for (size_t i = 0; i < types->count; i++)
		type_release(&types->items[i]);
	free(types->items);
	free(types);
}

static size_t fact_count(const struct fact *facts)
{
	size_t n = 0;

	while (facts && facts[n].name)
		n++;
	return n;
}

static struct fact *all_facts(const struct check_type *type)
{
	size_t own = fact_count(type->facts), common = fact_count(common_facts);
	struct fact *facts = xcalloc(own + common + 1, sizeof(*facts));

	if (own)
		memcpy(facts, type->facts, own * sizeof(*facts));
	memcpy(facts + own, common_facts, common * sizeof(*facts));
	return facts;
}

static void add_part(struct expect_type *t, const struct node *map, size_t i, struct diagnostics *d)
{
	struct node one = *map;
	struct compiler c = { .d = d, .owner = t->type->name, .root = t->facts };
	const struct shape root = { .type = FACT_MAP, .of = t->facts };

	one.pairs = &map->pairs[i];
	one.count = 1;
	array_grow(t->parts, t->count, t->cap);
	t->parts[t->count++] = (struct expect_part){
		.test = compile(&c, &one, &root, ""),
		.names = c.names,
		.name_count = c.count,
		.has_pattern = c.has_pattern,
	};
}

static void compile_default(struct expect_type *t, struct diagnostics *d)
{
	const char *text = t->type->default_expect;
	struct document *doc;
	const struct node *map;

	if (!text)
		return;
	doc = document_parse(text, strlen(text), t->type->name, d);
	map = doc ? document_root(doc) : NULL;
	for (size_t i = 0; map && i < map->count; i++)
		add_part(t, map, i, d);
	document_free(doc);
}

struct expect_type *expect_type_get(struct expect_types *types, const struct check_type *type,
				    struct diagnostics *d)
{
	struct expect_type made = { .type = type };
	size_t errors = d->errors;

	for (size_t i = 0; i < types->count; i++)
		if (types->items[i].type == type)
			return &types->items[i];
	made.facts = all_facts(type);
	compile_default(&made, d);
	if (d->errors > errors) {
		type_release(&made);
		return NULL;
	}
	array_grow(types->items, types->count, types->cap);
	types->items[types->count] = made;
	return &types->items[types->count++];
}
