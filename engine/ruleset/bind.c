/*
 * bind - puts names into the parts of a rule and has them read by those who know their form.
 */
#include "engine/ruleset/bind.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/rule.h"

struct extract_holder {
	struct text_map extract;
};

static const struct field extract_fields[] = {
	{ .name = "extract",
	  .kind = FIELD_KIND_REGEX_MAP,
	  .offset = offsetof(struct extract_holder, extract),
	  .doc = "Names and regexes with exactly one group." },
	{ .name = NULL },
};

void query_free(const struct check_type *type, void *query)
{
	if (query)
		fields_free(type->fields, query);
	free(query);
}

void extract_free(struct text_map *m)
{
	if (m)
		fields_free(extract_fields, m);
	free(m);
}

void bind_release(struct bind *b)
{
	free(b->absent);
	b->absent = NULL;
}

bool bind_whole(const struct bind *b)
{
	return !b->deferred && !b->absent && !b->names->problem && !b->names->missing;
}

/* Why nothing can be bound: something has no value. */
static bool bind_stopped(const struct bind *b)
{
	return b->absent || b->names->problem || b->names->missing;
}

static void note(struct bind *b, struct interpolation *seen)
{
	if (seen->deferred)
		b->deferred = true;
	if (seen->absent && !b->absent)
		b->absent = TAKE(seen->absent_name);
	interpolation_clear(seen);
}

static bool given(const void *ctx, const char *field)
{
	const struct node *map = ctx;

	return map->type == NODE_MAP && node_get(map, field);
}

/* The value of the field that a message names at its start ("url: …"), or NULL. */
static const struct node *field_named(const struct node *map, const char *message)
{
	const size_t len = strcspn(message, ":");

	for (size_t i = 0; map->type == NODE_MAP && i < map->count; i++)
		if (map->pairs[i].key->len == len &&
		    !strncmp(map->pairs[i].key->text, message, len))
			return map->pairs[i].value;
	return NULL;
}

/* Rules over several fields. */
static int validate(const struct bind *b, const struct node *map, const void *query,
		    struct diagnostics *d)
{
	const struct check_type *type = b->rule->type;
	auto_err struct err *e = NULL;
	const struct node *at;

	if (!type->validate || !type->validate(query, given, map, &e))
		return 0;
	at = field_named(map, err_text(e));
	if (at)
		return diagnose(d, at, "%s", err_text(e));
	return diagnose(d, b->rule->type_key, "%s: %s", type->name, err_text(e));
}

static int bind_into(const struct bind *b, const struct node *map, void *query,
		     struct diagnostics *d)
{
	const struct check_type *type = b->rule->type;

	if (fields_bind(type->fields, query, map, type->name, d))
		return -1;
	return validate(b, map, query, d);
}

/* A check that cannot be without the field that was left out is not configured; that is no mistake.
 */
static int bind_without(struct bind *b, const struct node *map, void *query, char *name)
{
	auto_diagnostics struct diagnostics ignored = { 0 };

	if (!bind_into(b, map, query, &ignored)) {
		free(name);
		return 0;
	}
	b->absent = name;
	return -1;
}

void *bind_query(struct bind *b)
{
	const struct check_type *type = b->rule->type;
	const struct node *map = b->rule->fields;
	struct interpolation seen = { 0 };
	struct lookup lookup = names_lookup(b->names);
	size_t before = b->d->errors;
	char *without = NULL;
	void *query;
	int rc;

	if (b->rule->links->varies[PART_FIELDS]) {
		map = interpolate_fields(b->arena, map, type->fields, &lookup, &seen, b->d);
		without = TAKE(seen.left_out_name);
		note(b, &seen);
		if (!map || bind_stopped(b) || b->d->errors > before) {
			free(without);
			return NULL;
		}
	}
	b->map = map;
	query = xcalloc(1, type->query_size ? type->query_size : 1);
	rc = without ? bind_without(b, map, query, without) : bind_into(b, map, query, b->d);
	if (rc) {
		query_free(type, query);
		return NULL;
	}
	return query;
}

struct expect *bind_expect(struct bind *b)
{
	const struct node *n = b->rule->expect;
	struct interpolation seen = { 0 };
	struct lookup lookup = names_lookup(b->names);
	size_t before = b->d->errors;

	if (n && b->rule->links->varies[PART_EXPECT]) {
		b->names->expecting = true;
		n = interpolate_expect(b->arena, n, &lookup, &seen, b->d);
		b->names->expecting = false;
		note(b, &seen);
		if (!n || bind_stopped(b) || b->d->errors > before)
			return NULL;
		return expect_compile_sharing(b->rule->ruleset->expect_types, n, b->rule->type,
					      b->d);
	}
	return expect_compile_alike(b->rule->ruleset->expect_types, n, b->rule->type, b->d);
}

struct text_map *bind_extract(struct bind *b)
{
	const struct node *n = b->rule->extract;
	struct interpolation seen = { 0 };
	struct lookup lookup = names_lookup(b->names);
	struct extract_holder *holder;
	size_t before = b->d->errors;

	if (n->type != NODE_MAP || !n->count) {
		diagnose(b->d, n, "extract: names and their regexes are needed");
		return NULL;
	}
	if (b->rule->links->varies[PART_EXTRACT]) {
		n = interpolate_tree(b->arena, n, &lookup, QUOTE_REGEX, &seen, b->d);
		note(b, &seen);
		if (!n || bind_stopped(b) || b->d->errors > before)
			return NULL;
	}
	holder = xcalloc(1, sizeof(*holder));
	if (field_read(&extract_fields[0], holder, n, b->d)) {
		extract_free(&holder->extract);
		return NULL;
	}
	return &holder->extract;
}

int bind_timeout(struct bind *b, int64_t *ns)
{
	static const struct key row = { "timeout", KEY_DURATION,
					.doc = "How long one try may take." };
	const struct node *n = b->rule->timeout;
	struct interpolation seen = { 0 };
	struct lookup lookup = names_lookup(b->names);
	int64_t value;

	if (!n)
		return 0;
	if (b->rule->links->varies[PART_TIMEOUT]) {
		n = interpolate_tree(b->arena, n, &lookup, QUOTE_NONE, &seen, b->d);
		if (seen.deferred && b->names->stage == STAGE_PLAN)
			diagnose(b->d, b->rule->timeout,
				 "timeout: a secret or a runtime item cannot stand here");
		seen.deferred = false;
		note(b, &seen);
		if (!n || bind_stopped(b))
			return -1;
		if (n->deferred)
			return 0;
	}
	if (key_check_shape(&row, n, b->d) || number_duration(n->text, &value))
		return -1;
	*ns = value;
	return 0;
}

static bool has_deferred(const struct node *map)
{
	for (size_t i = 0; map->type == NODE_MAP && i < map->count; i++)
		if (map->pairs[i].value->deferred)
			return true;
	return false;
}

int bind_sustain(struct bind *b, struct sustain *out)
{
	const struct node *n = b->rule->sustain_said;
	struct interpolation seen = { 0 };
	struct lookup lookup = names_lookup(b->names);

	if (!n)
		return 0;
	n = interpolate_tree(b->arena, n, &lookup, QUOTE_NONE, &seen, b->d);
	if (seen.deferred && b->names->stage == STAGE_PLAN)
		diagnose(b->d, b->rule->sustain_said,
			 "sustain: a secret or a runtime item cannot stand here");
	seen.deferred = false;
	note(b, &seen);
	if (!n || bind_stopped(b))
		return -1;
	return has_deferred(n) ? 0 : sustain_read(n, out, b->d);
}

const struct node *bind_texts(struct bind *b, const struct node *n)
{
	struct interpolation seen = { 0 };
	struct lookup lookup = names_lookup(b->names);

	if (!n || !node_varies(n))
		return n;
	n = interpolate_tree(b->arena, n, &lookup, QUOTE_NONE, &seen, b->d);
	interpolation_clear(&seen);
	return n;
}
