/*
 * defaults - what a file says of all its checks, and of those of one type.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/rule.h"

/* One `defaults`, or one `defaults.TYPE`, while it is read. */
struct reading_defaults {
	struct reading *r;
	struct type_defaults *into;
};

static void read_timeout(void *ctx, const struct node_pair *pair)
{
	((struct reading_defaults *)ctx)->into->timeout = pair->value;
}

static void read_retry(void *ctx, const struct node_pair *pair)
{
	const struct reading_defaults *c = ctx;

	c->into->retry = pair->value;
	keys_read(retry_keys, pair->value, "retry", c->r, NULL, c->r->d);
}

static void read_tags(void *ctx, const struct node_pair *pair)
{
	((struct reading_defaults *)ctx)->into->tags = pair->value;
}

static void read_severity(void *ctx, const struct node_pair *pair)
{
	((struct reading_defaults *)ctx)->into->severity = severity_find(pair->value->text);
}

/* The rows are the same; `type_defaults_keys` stands beside the fields of a type. */
#define DEFAULTS_ROWS                                                                              \
	{ "retry", KEY_SECTION, .of = retry_keys, .doc = "Try again after a fail.",                \
	  .read = read_retry },                                                                    \
		{ "severity", KEY_CHOICE, .choices = severity_names, .doc = "How bad a fail is.",  \
		  .read = read_severity },                                                         \
		{ "tags", KEY_TEXTS, .doc = "Words to select checks by.", .read = read_tags },     \
		{ "timeout", KEY_DURATION, .doc = "How long one try may take.",                    \
		  .read = read_timeout },                                                          \
	{                                                                                          \
		.name = NULL                                                                       \
	}

const struct key defaults_keys[] = { DEFAULTS_ROWS };
const struct key type_defaults_keys[] = { DEFAULTS_ROWS };

static struct type_defaults *defaults_add(struct defaults *d, const struct check_type *type)
{
	array_grow(d->types, d->count, d->cap);
	d->types[d->count] = (struct type_defaults){ .type = type, .severity = SEVERITY_NONE };
	return &d->types[d->count++];
}

const struct type_defaults *defaults_of(const struct defaults *d, const struct check_type *type)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->types[i].type == type)
			return &d->types[i];
	return NULL;
}

/* The first type that has a field of this name, or NULL. */
static const char *other_owner(const struct check_type *const *types, const char *name)
{
	for (size_t i = 0; types[i]; i++)
		if (field_find(types[i]->fields, name))
			return types[i]->name;
	return NULL;
}

/* A key that is no field of the type but has its place elsewhere: say where. Whether it was said.
 */
static bool misplaced(struct reading *r, const struct node *key, const struct check_type *type)
{
	auto_free const char **fields = fields_names(type->fields);
	const char *other;

	if (key_find(check_keys, key->text)) {
		diagnose(r->d, key, "unknown key '%s' in %s; '%s' stands beside '%s', not in it",
			 key->text, type->name, key->text, type->name);
		return true;
	}
	if (fact_find(type->facts, key->text)) {
		diagnose(r->d, key, "unknown key '%s' in %s; '%s' is a fact and belongs to expect",
			 key->text, type->name, key->text);
		return true;
	}
	other = other_owner(r->book->types, key->text);
	if (other && !text_nearest(key->text, fields)) {
		diagnose(r->d, key, "unknown key '%s' in %s; '%s' is a key of %s", key->text,
			 type->name, key->text, other);
		return true;
	}
	return false;
}

static bool is_extract(const struct node *key, const struct check_type *type)
{
	return type->extract_from && !strcmp(key->text, "extract") &&
	       !field_find(type->fields, "extract");
}

/* A row of a type's own fields, or one that fields_bind will speak about. */
static bool take_field(void *ctx, const struct node_pair *pair)
{
	const struct reading_defaults *c = ctx;

	if (!field_find(c->into->type->fields, pair->key->text) &&
	    misplaced(c->r, pair->key, c->into->type))
		return true;
	node_map_add(c->r->book->arena, c->into->fields, pair->key, pair->value);
	return true;
}

/* Say what is wrong with the fields of defaults.TYPE once, not with every check. */
static void check_fields(const struct reading *r, const struct type_defaults *td)
{
	size_t size = td->type->query_size ? td->type->query_size : 1;

	for (size_t i = 0; i < td->fields->count; i++) {
		const struct node_pair *p = &td->fields->pairs[i];
		const struct field *f = field_find(td->type->fields, p->key->text);
		auto_free const char **names = fields_names(td->type->fields);
		auto_free void *query = NULL;

		if (!f) {
			diagnose_unknown(r->d, p->key, "key", td->type->name, p->key->text, names);
			continue;
		}
		if (node_varies(p->value))
			continue;
		query = xcalloc(1, size);
		field_read(f, query, p->value, r->d);
		fields_free(td->type->fields, query);
	}
}

static bool take_type(void *ctx, const struct node_pair *pair)
{
	struct reading_defaults *c = ctx;
	struct reading *r = c->r;
	const struct check_type *type = check_type_find(r->book->types, pair->key->text);
	struct reading_defaults own = { r, NULL };

	if (!type)
		return false;
	own.into = defaults_add(&r->defaults, type);
	own.into->map = pair->value;
	own.into->fields = node_new(r->book->arena, pair->value, NODE_MAP);
	if (!keys_read(type_defaults_keys, pair->value, type->name, &own, take_field, r->d))
		check_fields(r, own.into);
	return true;
}

void defaults_read(struct reading *r, const struct node *map)
{
	struct reading_defaults c = { r, &r->defaults.general };

	keys_read(defaults_keys, map, "defaults", &c, take_type, r->d);
}

void defaults_release(struct defaults *d)
{
	free(d->types);
	*d = (struct defaults){ 0 };
}

const struct node *fields_merge(struct reading *r, const struct type_defaults *td,
				const struct node *own, const struct check_type *type,
				struct node **extract)
{
	bool plain = !td || !td->fields->count;
	struct node *map;

	if (own->type != NODE_MAP)
		return plain || !node_is_empty(own) ? own : td->fields;
	for (size_t i = 0; plain && i < own->count; i++)
		plain = field_find(type->fields, own->pairs[i].key->text);
	if (plain)
		return own;
	map = node_new(r->book->arena, own, NODE_MAP);
	for (size_t i = 0; td && i < td->fields->count; i++)
		if (!node_get(own, td->fields->pairs[i].key->text) &&
		    field_find(type->fields, td->fields->pairs[i].key->text))
			node_map_add(r->book->arena, map, td->fields->pairs[i].key,
				     td->fields->pairs[i].value);
	for (size_t i = 0; i < own->count; i++) {
		const struct node_pair *p = &own->pairs[i];

		if (is_extract(p->key, type))
			*extract = p->value;
		else if (field_find(type->fields, p->key->text) || !misplaced(r, p->key, type))
			node_map_add(r->book->arena, map, p->key, p->value);
	}
	return map;
}
