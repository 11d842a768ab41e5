/*
 * path_get - following a path through a JSON value.
 */
#include "engine/judge/path_step.h"

#include <stdint.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

#define JOINED_MAX 4096

static json_t *follow(const struct path *p, size_t i, json_t *v);

/* How many `.name` steps stand in a row from i on. */
static size_t names_from(const struct path *p, size_t i)
{
	size_t n = 0;

	while (i + n < p->count && p->steps[i + n].kind == STEP_NAME)
		n++;
	return n;
}

static json_t *follow_joined(const struct path *p, size_t i, size_t n, json_t *object)
{
	auto_buf struct buf key = BUF_INIT(JOINED_MAX);
	json_t *member;

	for (size_t k = i; k < i + n; k++) {
		if (k > i)
			buf_addc(&key, '.');
		buf_adds(&key, p->steps[k].name);
	}
	member = json_object_get(object, buf_text(&key));
	return member ? follow(p, i + n, member) : NULL;
}

/* A key that holds dots itself wins over the members' way: `properties.a.b` finds "a.b". */
static json_t *follow_name(const struct path *p, size_t i, json_t *object)
{
	json_t *found = NULL;
	json_t *member;

	for (size_t n = names_from(p, i); n > 1 && !found; n--)
		found = follow_joined(p, i, n, object);
	if (found)
		return found;
	member = json_object_get(object, p->steps[i].name);
	return member ? follow(p, i + 1, member) : NULL;
}

static bool has_all(const struct path *p, size_t from)
{
	for (size_t i = from; i < p->count; i++)
		if (p->steps[i].kind == STEP_ALL)
			return true;
	return false;
}

/* All of them, in one flat list; one that lacks the rest makes the whole a path to nothing. */
static json_t *follow_all(const struct path *p, size_t i, json_t *list)
{
	bool nested = has_all(p, i + 1);
	json_t *all, *item;
	size_t k;

	if (!json_is_array(list))
		return NULL;
	all = json_array();
	json_array_foreach(list, k, item)
	{
		json_t *rest = follow(p, i + 1, item);

		if (!rest) {
			json_decref(all);
			return NULL;
		}
		if (nested)
			json_array_extend(all, rest);
		else
			json_array_append(all, rest);
		json_decref(rest);
	}
	return all;
}

/* A new reference to the value at the steps from i on, or NULL. */
static json_t *follow(const struct path *p, size_t i, json_t *v)
{
	const struct path_step *s;
	json_t *next;

	if (i == p->count)
		return json_incref(v);
	s = &p->steps[i];
	switch (s->kind) {
	case STEP_NAME:
		return follow_name(p, i, v);
	case STEP_ALL:
		return follow_all(p, i, v);
	case STEP_KEY:
		next = json_object_get(v, s->name);
		break;
	default:
		next = json_array_get(v, s->index);
		break;
	}
	return next ? follow(p, i + 1, next) : NULL;
}

bool path_goes_on(const struct path *p)
{
	return p->count > 1;
}

/* Where a step ends in nothing. */
static void explain_step(const struct path_step *s, const json_t *v, const char *at,
			 struct buf *out)
{
	static const char *const kinds_of_json[] = {
		[JSON_OBJECT] = "a map",     [JSON_ARRAY] = "a list",  [JSON_STRING] = "a text",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};
	bool fits = s->name ? json_is_object(v) : json_is_array(v);

	if (!fits)
		buf_printf(out, "%s is %s", *at ? at : "it", kinds_of_json[json_typeof(v)]);
	else if (!s->name)
		buf_printf(out, "%s has %zu item%s", *at ? at : "it", json_array_size(v),
			   json_array_size(v) == 1 ? "" : "s");
	else if (!*at)
		buf_adds(out, "no such fact");
	else
		buf_printf(out, "%s has no '%s'", at, s->name);
}

/* The next value; of all items the first that lacks the rest. */
static json_t *step_once(const struct path *p, size_t i, json_t *v, struct buf *at)
{
	const struct path_step *s = &p->steps[i];
	size_t k = s->index;

	if (s->name) {
		if (s->kind == STEP_KEY)
			buf_printf(at, "[\"%s\"]", s->name);
		else
			buf_printf(at, "%s%s", at->len ? "." : "", s->name);
		return json_object_get(v, s->name);
	}
	for (k = s->kind == STEP_ALL ? 0 : k; s->kind == STEP_ALL && k < json_array_size(v); k++) {
		json_t *rest = follow(p, i + 1, json_array_get(v, k));

		json_decref(rest);
		if (!rest)
			break;
	}
	buf_printf(at, "[%zu]", k);
	return json_array_get(v, k);
}

void path_explain(const struct path *p, const json_t *root, const char *label, struct buf *out)
{
	auto_buf struct buf at = BUF_INIT(JOINED_MAX);
	json_t *v = (json_t *)(uintptr_t)root;

	buf_adds(&at, label);
	for (size_t i = 0; i < p->count; i++) {
		auto_free char *here = xstrdup(buf_text(&at));
		json_t *next = step_once(p, i, v, &at);

		if (!next) {
			explain_step(&p->steps[i], v, here, out);
			return;
		}
		v = next;
	}
}

json_t *path_get(const struct path *p, const json_t *root)
{
	/* jansson counts references in the value itself, const or not */
	return root ? follow(p, 0, (json_t *)(uintptr_t)root) : NULL;
}
