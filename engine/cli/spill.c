#include "engine/cli/spill.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/secret.h"
#include "engine/base/xalloc.h"
#include "engine/decl/check_type.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/ruleset/ruleset.h"

enum { DEPTH_MAX = 40 };

struct spill {
	struct secrets *secrets;
	const struct check_type *const *types;
};

static void keep(void *ctx, const char *start, size_t len)
{
	const struct spill *s = ctx;

	if (len)
		secrets_add(s->secrets, start, len);
}

/* `token_as: password` is a field like any other, though its name sounds secret. */
static bool is_secret_name(const struct spill *s, const char *name)
{
	bool plain_field = false;

	for (const struct check_type *const *t = s->types; *t; t++) {
		const struct field *f = field_find((*t)->fields, name);

		if (f && f->kind == FIELD_KIND_SECRET)
			return true;
		plain_field |= f != NULL;
	}
	return !plain_field && secrets_name_is_sensitive(name);
}

static void keep_urls(struct spill *s, const char *text)
{
	if (strpbrk(text, "@=?"))
		secrets_in_url(text, keep, s);
}

/* A value that is a reference to a parameter is no secret itself. */
static void keep_value(struct spill *s, const struct node *value)
{
	if (value->type == NODE_SCALAR && value->text && !strstr(value->text, "${"))
		keep(s, value->text, value->len);
}

static bool is_secret_param(const struct node *map)
{
	const struct node *type = node_get(map, "type");

	return type && type->type == NODE_SCALAR && !strcmp(type->text, "secret");
}

static void scan(struct spill *s, const struct node *n, unsigned depth)
{
	const bool secret_param = n->type == NODE_MAP && is_secret_param(n);

	if (depth > DEPTH_MAX)
		return;
	if (n->type == NODE_SCALAR && n->text)
		keep_urls(s, n->text);
	for (size_t i = 0; n->type == NODE_LIST && i < n->count; i++)
		scan(s, n->items[i], depth + 1);
	for (size_t i = 0; n->type == NODE_MAP && i < n->count; i++) {
		const char *key = n->pairs[i].key->text;

		if (is_secret_name(s, key) || (secret_param && !strcmp(key, "default")))
			keep_value(s, n->pairs[i].value);
		scan(s, n->pairs[i].value, depth + 1);
	}
}

/* Words of a line that YAML could not read: URLs, and what follows a telling key. */
static void scan_line(struct spill *s, const char *line)
{
	static const char ends[] = " \t\"'{}[],";
	bool after_key = false;

	for (line += strspn(line, ends); *line; line += strspn(line, ends)) {
		const size_t len = strcspn(line, ends);
		auto_free char *word = xmemdup0(line, len);
		const bool is_key = len > 1 && word[len - 1] == ':';

		keep_urls(s, word);
		if (after_key && !is_key && !strstr(word, "${"))
			keep(s, word, len);
		after_key = is_key;
		if (is_key) {
			word[len - 1] = '\0';
			after_key = is_secret_name(s, word);
		}
		line += len;
	}
}

static void mask(const struct secrets *secrets, char **text)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	if (!*text || !secrets_mask(secrets, &out, *text, strlen(*text)))
		return;
	free(*text);
	*text = buf_take(&out);
}

void spill_mask(struct diagnostics *d, const struct rulebook *book,
		const struct check_type *const *types)
{
	struct spill s = { .types = types };

	if (!d->count)
		return;
	s.secrets = secrets_new();
	for (size_t i = 0; book && i < book->scope_count; i++) {
		const struct document *doc = book->scopes[i]->document;

		if (doc && document_root(doc))
			scan(&s, document_root(doc), 0);
	}
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].source)
			scan_line(&s, d->items[i].source);
	for (size_t i = 0; i < d->count; i++) {
		mask(s.secrets, &d->items[i].message);
		mask(s.secrets, &d->items[i].source);
	}
	secrets_free(s.secrets);
}
