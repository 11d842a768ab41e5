/*
 * fuzz_path - the way to a fact, and where it leads.
 *
 * The input is the path, a line end, and an observation as JSON.
 */
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

#include "checks/registry.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/judge/path.h"

/* What was written, written again, is the same path. */
static void check_text(const struct path *p)
{
	auto_err struct err *e = NULL;
	struct path *again = path_parse(path_text(p), &e);

	promise(again);
	promise(!strcmp(path_text(again), path_text(p)));
	promise(!strcmp(path_first(again), path_first(p)));
	path_free(again);
}

static void check_facts(const struct path *p)
{
	size_t i;

	for (i = 0; check_registry[i]; i++) {
		auto_err struct err *e = NULL;
		bool list = false;
		const struct check_type *type = check_registry[i];

		if (!path_fact(p, type->facts, type->name, &list, &e))
			promise(e && *err_text(e));
		else
			promise(!e);
	}
}

static void check_get(const struct path *p, const char *json, size_t len)
{
	json_t *root = json_loadb(json, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	json_t *value;

	promise(!path_get(p, NULL));
	if (!root)
		return;
	value = path_get(p, root);
	json_decref(value);
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	const char *newline = size ? memchr(s, '\n', size) : NULL;
	size_t len = newline ? (size_t)(newline - s) : size;
	auto_free char *text = xmemdup0(s, len);
	auto_err struct err *e = NULL;
	struct path *p = path_parse(text, &e);

	if (!p) {
		promise(e && *err_text(e));
		return 0;
	}
	promise(!e);
	check_text(p);
	check_facts(p);
	if (newline)
		check_get(p, newline + 1, size - len - 1);
	path_free(p);
	return 0;
}
