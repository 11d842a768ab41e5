/*
 * literals - secrets that a ruleset writes out in its fields: they are masked like any other.
 */
#include <ctype.h>
#include <string.h>

#include "engine/base/secret.h"
#include "engine/base/xalloc.h"
#include "engine/document/node.h"
#include "engine/ruleset/planning.h"

struct found {
	struct planning *p;
	struct check *c;
	bool pattern; /* the text is a regex */
};

void check_add_secret(struct check *c, uint32_t number)
{
	for (size_t i = 0; i < c->secret_count; i++)
		if (c->secrets[i] == number)
			return;
	c->secrets = xrealloc(c->secrets, c->secret_count + 1, sizeof(*c->secrets));
	c->secrets[c->secret_count++] = number;
}

/* Whether a part of a regex matches one text only, such as "s3cret" and "pa\$s". */
static bool is_one_text(const char *start, size_t len)
{
	bool some = false;

	for (size_t i = 0; i < len; i++) {
		some |= isalnum((unsigned char)start[i]);
		if (start[i] == '\\' && i + 1 < len && ispunct((unsigned char)start[i + 1]))
			i++;
		else if (start[i] && strchr("\\[](){}*+?|^$", start[i]))
			return false;
	}
	return some;
}

static void keep(void *ctx, const char *start, size_t len)
{
	const struct found *f = ctx;

	/* "token[=: ]+" looks for tokens and holds none; "-Dpassword=x" does. */
	if (f->pattern && !is_one_text(start, len))
		return;
	if (len)
		check_add_secret(f->c, secrets_add(f->p->secrets, start, len));
}

/* A header "Bearer abc" is a secret as a whole, and so is what follows the scheme. */
static void keep_value(struct found *f, const struct node *n)
{
	const char *space;

	if (n->type != NODE_SCALAR || n->deferred || !n->len)
		return;
	keep(f, n->text, n->len);
	space = strrchr(n->text, ' ');
	if (space && strlen(space + 1) >= 4)
		keep(f, space + 1, strlen(space + 1));
}

static void scan(struct found *f, const struct field *field, const struct node *n)
{
	for (size_t i = 0; n->type != NODE_SCALAR && i < n->count; i++) {
		const struct node *v = n->type == NODE_LIST ? n->items[i] : n->pairs[i].value;

		if (n->type == NODE_MAP && secrets_name_is_sensitive(n->pairs[i].key->text))
			keep_value(f, v);
		else
			scan(f, field, v);
	}
	if (n->type != NODE_SCALAR || n->deferred || !n->len)
		return;
	if (field->kind == FIELD_KIND_SECRET && field->or_file && *n->text == '/')
		return; /* which file is missing is what people need to read */
	if (field->kind == FIELD_KIND_SECRET)
		keep(f, n->text, n->len);
	else if (strpbrk(n->text, "@=?"))
		secrets_in_url(n->text, keep, f);
}

static bool is_pattern(const struct field *f)
{
	return f->kind == FIELD_KIND_REGEX || f->kind == FIELD_KIND_REGEXES ||
	       f->kind == FIELD_KIND_REGEX_MAP;
}

void plan_literal_secrets(struct planning *p, const struct check_type *type, const struct node *map,
			  struct check *c)
{
	struct found f = { .p = p, .c = c };

	for (size_t i = 0; map->type == NODE_MAP && i < map->count; i++) {
		const struct field *field = field_find(type->fields, map->pairs[i].key->text);

		if (!field)
			continue;
		f.pattern = is_pattern(field);
		scan(&f, field, map->pairs[i].value);
	}
}
