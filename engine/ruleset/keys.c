/*
 * keys - one reader for all tables of keys: finds the row, checks the shape, says what is wrong.
 */
#include "engine/ruleset/keys.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

const struct key *key_find(const struct key *keys, const char *name)
{
	for (const struct key *k = keys; k->name; k++)
		if (*k->name == *name && !strcmp(k->name, name))
			return k;
	return NULL;
}

const char **key_names(const struct key *keys)
{
	const char **names;
	size_t n = 0;

	while (keys[n].name)
		n++;
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = keys[i].name;
	return names;
}

static int need_scalar(const struct key *k, const struct node *v, struct diagnostics *d)
{
	if (v->type != NODE_SCALAR)
		return diagnose(d, v, "%s: a text is needed, not %s", k->name, node_kind(v));
	if (!v->len)
		return diagnose(d, v, "%s: the text is empty", k->name);
	return 0;
}

/* One of a list of words, in which nothing is filled in. */
static int need_word(const struct key *k, const struct node *v, struct diagnostics *d)
{
	if (need_scalar(k, v, d))
		return -1;
	if (strstr(v->text, "${"))
		return diagnose(d, v, "%s: ${…} cannot stand here", k->name);
	return 0;
}

static int need_choice(const struct key *k, const struct node *v, struct diagnostics *d)
{
	if (need_scalar(k, v, d))
		return -1;
	for (size_t i = 0; k->choices[i]; i++)
		if (!strcmp(k->choices[i], v->text))
			return 0;
	return diagnose_unknown_choice(d, v, k->name, v->text, k->choices);
}

static int need_bool(const struct key *k, const struct node *v, struct diagnostics *d)
{
	static const char *const truths[] = { "true", "yes", "on", "y", NULL };
	static const char *const lies[] = { "false", "no", "off", "n", NULL };

	if (need_scalar(k, v, d))
		return -1;
	if (!strcmp(v->text, "true") || !strcmp(v->text, "false"))
		return 0;
	for (size_t i = 0; truths[i]; i++)
		if (!strcasecmp(v->text, truths[i]) || !strcasecmp(v->text, lies[i]))
			return diagnose(d, v, "%s: '%s' is not true or false; did you mean '%s'?",
					k->name, v->text,
					strcasecmp(v->text, truths[i]) ? "false" : "true");
	return diagnose(d, v, "%s: '%s' is not true or false", k->name, v->text);
}

static int need_number(const struct key *k, const struct node *v, struct diagnostics *d)
{
	uint64_t n;

	if (need_scalar(k, v, d))
		return -1;
	if (number_uint(v->text, &n))
		return diagnose(d, v, "%s: '%s' is not a whole number", k->name, v->text);
	return 0;
}

static int need_duration(const struct key *k, const struct node *v, struct diagnostics *d)
{
	int64_t ns = 0;
	int rc;

	if (need_scalar(k, v, d))
		return -1;
	if (strstr(v->text, "${"))
		return 0;
	rc = number_duration(v->text, &ns);
	if (rc == -2)
		return diagnose(d, v, "%s: '%s' needs a unit: ms, s, m, h or d", k->name, v->text);
	if (rc)
		return diagnose(d, v, "%s: '%s' is not a duration such as 300ms, 5s or 1m30s",
				k->name, v->text);
	if (ns <= 0)
		return diagnose(d, v, "%s: must be more than 0", k->name);
	return 0;
}

static int need_words(const struct key *k, const struct node *v, struct diagnostics *d)
{
	if (v->type == NODE_MAP && !v->count)
		return diagnose(d, v, "%s: the map is empty: en or zh is needed", k->name);
	if (v->type == NODE_MAP)
		return keys_read(words_keys, v, k->name, NULL, NULL, d);
	return need_scalar(k, v, d);
}

/* A list, each item of which `item` accepts; none at all is a mistake. */
static int need_list(const struct key *k, const struct node *v, struct diagnostics *d,
		     int (*item)(const struct key *, const struct node *, struct diagnostics *))
{
	int rc = 0;

	if (v->type != NODE_LIST)
		return diagnose(d, v, "%s: a list is needed, not %s", k->name, node_kind(v));
	if (!v->count)
		return diagnose(d, v, "%s: the list is empty", k->name);
	for (size_t i = 0; item && i < v->count; i++)
		if (item(k, v->items[i], d))
			rc = -1;
	return rc;
}

static int need_map(const struct key *k, const struct node *v, struct diagnostics *d)
{
	if (v->type != NODE_MAP)
		return diagnose(d, v, "%s: a map is needed, not %s", k->name, node_kind(v));
	return 0;
}

int key_check_shape(const struct key *k, const struct node *v, struct diagnostics *d)
{
	switch (k->shape) {
	case KEY_ANY:
	case KEY_EXPECT:
		return 0;
	case KEY_TEXT:
		return need_scalar(k, v, d);
	case KEY_DURATION:
		return need_duration(k, v, d);
	case KEY_NUMBER:
		return need_number(k, v, d);
	case KEY_BOOL:
		return need_bool(k, v, d);
	case KEY_CHOICE:
		return need_choice(k, v, d);
	case KEY_WORDS:
		return need_words(k, v, d);
	case KEY_WORDS_LIST:
		return need_list(k, v, d, need_words);
	case KEY_TEXTS:
		return need_list(k, v, d, need_word);
	case KEY_ONE_OR_TEXTS:
		return v->type == NODE_LIST ? need_list(k, v, d, need_scalar)
					    : need_scalar(k, v, d);
	case KEY_LIST:
	case KEY_CONDITIONS:
		return need_list(k, v, d, NULL);
	case KEY_ONE_OR_SECTIONS:
		return v->type == NODE_LIST ? need_list(k, v, d, need_map) : need_map(k, v, d);
	case KEY_MAP:
	case KEY_SECTION:
	case KEY_CONDITION:
		return need_map(k, v, d);
	}
	return 0;
}

static int check_required(const struct key *keys, const struct node *map, const char *where,
			  struct diagnostics *d)
{
	int rc = 0;

	for (const struct key *k = keys; k->name; k++)
		if (k->required && !node_get(map, k->name))
			rc = diagnose(d, map, "missing key '%s' in %s", k->name, where);
	return rc;
}

static int read_pair(const struct key *keys, const struct node_pair *p, const char *where,
		     void *ctx, bool (*other)(void *ctx, const struct node_pair *pair),
		     struct diagnostics *d)
{
	const struct key *k = key_find(keys, p->key->text);
	auto_free const char **names = NULL;

	if (k) {
		if (key_check_shape(k, p->value, d))
			return -1;
		if (k->read)
			k->read(ctx, p);
		return 0;
	}
	if (other && other(ctx, p))
		return 0;
	names = key_names(keys);
	return diagnose_unknown(d, p->key, "key", where, p->key->text, names);
}

int keys_read(const struct key *keys, const struct node *map, const char *where, void *ctx,
	      bool (*other)(void *ctx, const struct node_pair *pair), struct diagnostics *d)
{
	size_t before = d->errors;

	if (map->type != NODE_MAP)
		return diagnose(d, map, "%s: a map is needed, not %s", where, node_kind(map));
	for (size_t i = 0; i < map->count; i++)
		read_pair(keys, &map->pairs[i], where, ctx, other, d);
	check_required(keys, map, where, d);
	return d->errors > before ? -1 : 0;
}

bool node_varies(const struct node *n)
{
	if (!n)
		return false;
	if (n->type == NODE_SCALAR)
		return n->len > 2 && strstr(n->text, "${");
	for (size_t i = 0; i < n->count; i++) {
		if (n->type == NODE_LIST ? node_varies(n->items[i]) : node_varies(n->pairs[i].key))
			return true;
		if (n->type == NODE_MAP && node_varies(n->pairs[i].value))
			return true;
	}
	return false;
}

char *node_whole_name(const struct node *n)
{
	const char *end;

	if (!n || n->type != NODE_SCALAR || n->len < 4 || strncmp(n->text, "${", 2))
		return NULL;
	end = strchr(n->text, '}');
	if (!end || end[1])
		return NULL;
	return xmemdup0(n->text + 2, n->len - 3);
}
