/*
 * observe - a check type observed directly from the YAML of its fields, without plan, worker or
 * judge.
 */
#ifndef TESTS_UNIT_OBSERVE_H
#define TESTS_UNIT_OBSERVE_H

#include <stdio.h>
#include <string.h>

#include "checks/check.h"
#include "checks/registry.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

struct seen {
	struct observer *observer;
	json_t *facts; /* borrowed */
	char *mistake; /* why the fields were refused, or the observation failed; NULL when all went
			  well */
};

static inline bool seen_given(const void *ctx, const char *field)
{
	return node_get(ctx, field);
}

static inline void seen_observe(struct seen *s, const struct check_type *type, void *query,
				const struct node *fields)
{
	auto_err struct err *e = NULL;

	if ((type->validate && type->validate(query, seen_given, fields, &e) < 0) ||
	    type->observe(query, s->observer, &e) < 0)
		s->mistake = xstrdup(err_text(e));
}

/* `wants`: NULL-ended, or NULL for everything. `cache` may be NULL. */
static inline struct seen see_with(const char *type_name, const char *yaml,
				   const char *const *wants, struct table_cache *cache)
{
	const struct check_type *type = check_type_find(check_registry, type_name);
	auto_diagnostics struct diagnostics d = { 0 };
	struct document *doc = document_parse(yaml, strlen(yaml), "t.yaml", &d);
	struct seen s = { .observer = observer_new(wants) };
	auto_free void *query = xcalloc(1, type->query_size);

	if (cache)
		observer_use_cache(s.observer, cache);
	if (doc && !fields_bind(type->fields, query, document_root(doc), type_name, &d))
		seen_observe(&s, type, query, document_root(doc));
	else
		s.mistake = xstrdup(d.count ? d.items[0].message : "no document");
	fields_free(type->fields, query);
	document_free(doc);
	s.facts = observer_facts(s.observer);
	return s;
}

static inline struct seen see(const char *type, const char *yaml)
{
	return see_with(type, yaml, NULL, NULL);
}

static inline void seen_free(struct seen *s)
{
	observer_free(s->observer);
	free(s->mistake);
}

#define auto_seen __attribute__((cleanup(seen_free)))

/* A fact as JSON text, "nothing" when there is none; owned by the caller. `fact` may be "a.b". */
static inline char *seen_text(const struct seen *s, const char *fact)
{
	const char *dot = strchr(fact, '.');
	auto_free char *first = xmemdup0(fact, dot ? (size_t)(dot - fact) : strlen(fact));
	const json_t *v = json_object_get(s->facts, first);

	if (dot)
		v = json_object_get(v, dot + 1);
	return v ? json_dumps(v, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT)
		 : xstrdup("nothing");
}

#define assert_fact(s, fact, expected)                                                             \
	do {                                                                                       \
		auto_free char *found_ = seen_text((s), (fact));                                   \
		assert_string_equal(found_, (expected));                                           \
	} while (0)

/* What happened, in one text. */
static inline char *seen_traces(const struct seen *s)
{
	return json_dumps(observer_traces(s->observer), JSON_COMPACT);
}

#endif
