#include "engine/run/exports.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/judge/path.h"
#include "engine/ruleset/ruleset.h"

/* A fact that others capture travels whole, within this bound: beyond it, it counts as not there.
 */
#define EXPORT_MAX ((size_t)1024 * 1024)

struct export
{
	const char *text; /* the capture's */
	struct path *path;
};

struct exported {
	struct export *items;
	size_t count, cap;
};

struct exports {
	struct exported *checks;
	size_t count;
};

static void exported_add(struct exported *x, const char *text)
{
	struct path *path;

	for (size_t i = 0; i < x->count; i++)
		if (!strcmp(x->items[i].text, text))
			return;
	path = path_parse(text, NULL);
	if (!path)
		return; /* refused at load already; the capture will find nothing */
	array_grow(x->items, x->count, x->cap);
	x->items[x->count++] = (struct export){ .text = text, .path = path };
}

static void exports_add(struct exports *x, const struct capture *c)
{
	if (!x->checks)
		x->checks = xcalloc(x->count + 1, sizeof(*x->checks));
	for (size_t i = c->first; i < c->first + c->count && i < x->count; i++)
		exported_add(&x->checks[i], c->path);
}

struct exports *exports_new(const struct plan *plan)
{
	struct exports *x = xcalloc(1, sizeof(*x));

	x->count = plan->count;
	for (size_t i = 0; i < plan->count; i++) {
		const struct check *c = &plan->checks[i];

		for (size_t n = 0; n < c->capture_count; n++)
			exports_add(x, &c->captures[n]);
		if (c->item_source)
			exports_add(x, c->item_source);
	}
	return x;
}

void exports_free(struct exports *x)
{
	if (!x)
		return;
	for (size_t i = 0; x->checks && i < x->count; i++) {
		for (size_t n = 0; n < x->checks[i].count; n++)
			path_free(x->checks[i].items[n].path);
		free(x->checks[i].items);
	}
	free(x->checks);
	free(x);
}

static bool is_small(const json_t *value)
{
	return json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) <= EXPORT_MAX;
}

json_t *exports_take(const struct exports *x, size_t check, const json_t *facts)
{
	const struct exported *wanted = x && x->checks ? &x->checks[check] : NULL;
	json_t *taken;

	if (!wanted || !wanted->count)
		return NULL;
	taken = json_object();
	for (size_t i = 0; i < wanted->count; i++) {
		json_t *value = path_get(wanted->items[i].path, facts);

		if (value && is_small(value))
			json_object_set_new(taken, wanted->items[i].text, value);
		else
			json_decref(value);
	}
	return taken;
}
