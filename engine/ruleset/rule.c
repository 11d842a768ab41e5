/*
 * rule - reads one check as it is written: its keys by their table, its type by the registry.
 */
#include "engine/ruleset/rule.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/bind.h"
#include "engine/ruleset/keys.h"

#define RETRY_TIMES_MAX 100

/* A check while it is read. */
struct reading_rule {
	struct reading *r;
	struct rule *rule;
	const struct node *id, *tags, *sustain;
	bool severity_said, unknown;
};

bool is_check_id(const char *s)
{
	const char *c = s;

	while ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' || *c == '-')
		c++;
	return *s && *s != '_' && *s != '-' && !*c;
}

const char **type_names(const struct check_type *const *types)
{
	const char **names;
	size_t n = 0;

	while (types[n])
		n++;
	names = xcalloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = types[i]->name;
	return names;
}

static void read_id(void *ctx, const struct node_pair *pair)
{
	struct reading_rule *c = ctx;

	c->id = pair->value;
	if (!is_check_id(pair->value->text))
		diagnose(c->r->d, pair->value,
			 "id: '%s' must be of a-z 0-9 _ - and start with a letter or digit",
			 pair->value->text);
}

static void read_severity(void *ctx, const struct node_pair *pair)
{
	struct reading_rule *c = ctx;

	c->rule->severity = severity_find(pair->value->text);
	c->severity_said = true;
}

static void read_tags(void *ctx, const struct node_pair *pair)
{
	((struct reading_rule *)ctx)->tags = pair->value;
}

static void read_needs(void *ctx, const struct node_pair *pair)
{
	struct rule *rule = ((struct reading_rule *)ctx)->rule;

	rule->needs = xcalloc(pair->value->count, sizeof(*rule->needs));
	rule->need_count = pair->value->count;
	for (size_t i = 0; i < rule->need_count; i++)
		rule->needs[i] = pair->value->items[i];
}

static void read_when(void *ctx, const struct node_pair *pair)
{
	struct reading_rule *c = ctx;

	c->rule->when = pair->value;
	condition_check(pair->value, c->r->scope, "when", c->r->d);
}

static void read_retry(void *ctx, const struct node_pair *pair)
{
	struct reading_rule *c = ctx;

	c->rule->retry = pair->value;
	keys_read(retry_keys, pair->value, "retry", c->r, NULL, c->r->d);
}

static void read_remedy(void *ctx, const struct node_pair *pair)
{
	struct reading_rule *c = ctx;

	c->rule->remedy = pair->value;
	if (pair->value->type == NODE_MAP)
		keys_read(step_keys, pair->value, "a step of remedy", c->r, NULL, c->r->d);
	for (size_t i = 0; pair->value->type == NODE_LIST && i < pair->value->count; i++)
		keys_read(step_keys, pair->value->items[i], "a step of remedy", c->r, NULL,
			  c->r->d);
}

static void read_sustain(void *ctx, const struct node_pair *pair)
{
	struct reading_rule *c = ctx;

	c->sustain = pair->key;
	if (!node_varies(pair->value)) {
		sustain_read(pair->value, &c->rule->sustain, c->r->d);
		return;
	}
	c->rule->sustain_said = pair->value;
	c->rule->sustain = (struct sustain){ .samples = 1, .at_least = 1 };
}

/* Keys that are only kept: one function each, so that the table needs no offsets. */
#define KEEP(member)                                                                               \
	static void keep_##member(void *ctx, const struct node_pair *pair)                         \
	{                                                                                          \
		((struct reading_rule *)ctx)->rule->member = pair->value;                          \
	}
KEEP(causes)
KEEP(doc)
KEEP(expect)
KEEP(extract)
KEEP(for_each)
KEEP(impact)
KEEP(timeout)
KEEP(title)
KEEP(verify)

const struct key check_keys[] = {
	{ "causes", KEY_WORDS_LIST, .doc = "Likely causes of a fail.", .read = keep_causes },
	{ "doc", KEY_TEXT, .doc = "Where the guide speaks of it.", .read = keep_doc },
	{ "expect", KEY_EXPECT, .doc = "What must hold of the observation.", .read = keep_expect },
	{ "extract", KEY_MAP,
	  .doc = "Names and regexes with one group: what they find is in found.NAME.",
	  .read = keep_extract },
	{ "for_each", KEY_MAP,
	  .doc = "One check for each item of a list, or for each combination of several.",
	  .read = keep_for_each },
	{ "id", KEY_TEXT, .required = true, .pattern = "^[a-z0-9][a-z0-9_-]*$",
	  .doc = "The name of the check, unique in its ruleset.", .read = read_id },
	{ "impact", KEY_WORDS, .doc = "What the user feels when it fails.", .read = keep_impact },
	{ "needs", KEY_TEXTS, .doc = "Checks that must pass before this one is run.",
	  .read = read_needs },
	{ "remedy", KEY_ONE_OR_SECTIONS, .of = step_keys,
	  .doc = "What to do about a fail, in steps; never run by the engine.",
	  .read = read_remedy },
	{ "retry", KEY_SECTION, .of = retry_keys, .doc = "Try again after a fail.",
	  .read = read_retry },
	{ "severity", KEY_CHOICE, .choices = severity_names, .doc = "How bad a fail is.",
	  .read = read_severity },
	{ "sustain", KEY_ANY,
	  .doc = "It fails only when several samples fail: all of them, or so many of so many.",
	  .read = read_sustain },
	{ "tags", KEY_TEXTS, .doc = "Words to select checks by, besides the default ones.",
	  .read = read_tags },
	{ "timeout", KEY_DURATION, .doc = "How long one try may take.", .read = keep_timeout },
	{ "title", KEY_WORDS, .doc = "What is checked, for people.", .read = keep_title },
	{ "verify", KEY_WORDS, .doc = "How to see that it is mended.", .read = keep_verify },
	{ "when", KEY_CONDITION, .doc = "The check is skipped as not applicable unless this holds.",
	  .read = read_when },
	{ .name = NULL },
};

static void check_times(void *ctx, const struct node_pair *pair)
{
	const struct reading *r = ctx;
	uint64_t n = 0;

	if (number_uint(pair->value->text, &n) || n < 1 || n > RETRY_TIMES_MAX)
		diagnose(r->d, pair->value, "times: '%s' is not a number from 1 to %d",
			 pair->value->text, RETRY_TIMES_MAX);
}

const struct key retry_keys[] = {
	{ "every", KEY_DURATION,
	  .doc = "How long to wait before the next try; 1s when it is not given." },
	{ "times", KEY_NUMBER, .required = true, .doc = "How often to try again.",
	  .read = check_times },
	{ .name = NULL },
};

static const char *const risks[] = { "G1", "G2", "G3", NULL };

const struct key step_keys[] = {
	{ "command", KEY_TEXT, .doc = "A command line to copy; the engine never runs it." },
	{ "risk", KEY_CHOICE, .choices = risks, .doc = "The level of danger, by the guide." },
	{ "text", KEY_WORDS, .required = true, .doc = "What to do." },
	{ .name = NULL },
};

static void refuse_second_type(const struct reading_rule *c, const struct node *key)
{
	const struct rule *rule = c->rule;

	diagnose(c->r->d, key,
		 "a check has one type: '%s' is already given in line %u, so '%s' cannot be",
		 rule->type->name, rule->type_key->line, key->text);
}

/* A key of the check that is no check key: its type, or a mistake. */
static bool take_type(void *ctx, const struct node_pair *pair)
{
	struct reading_rule *c = ctx;
	const struct check_type *type = check_type_find(c->r->book->types, pair->key->text);

	if (!type) {
		c->unknown = true; /* refuse_unknowns speaks of it, when the type is known */
	} else if (c->rule->type) {
		refuse_second_type(c, pair->key);
	} else {
		c->rule->type = type;
		c->rule->type_key = pair->key;
		c->rule->fields = pair->value;
	}
	return true;
}

/* All words that can stand in a check. */
static const char **check_words(const struct check_type *const *types)
{
	auto_free const char **keys = key_names(check_keys), **names = type_names(types);
	const char **all;
	size_t k = 0, t = 0;

	while (keys[k])
		k++;
	while (names[t])
		t++;
	all = xcalloc(k + t + 1, sizeof(*all));
	memcpy(all, keys, k * sizeof(*all));
	memcpy(all + k, names, t * sizeof(*all));
	return all;
}

/* The type that has a field, or a fact, of this name. */
static const struct check_type *type_with(const struct check_type *const *types, const char *name,
					  bool fact)
{
	for (size_t i = 0; types[i]; i++)
		if (fact ? fact_find(types[i]->facts, name) != NULL
			 : field_find(types[i]->fields, name) != NULL)
			return types[i];
	return NULL;
}

/* An unknown key of a check: a fact or field of its type, the nearest key or type, a fact or field
 * of another type. */
static void refuse_unknown(const struct reading_rule *c, const struct node_pair *pair)
{
	const struct check_type *type = c->rule->type, *other;
	const struct node *key = pair->key;
	auto_free const char **words = check_words(c->r->book->types);

	if (type && field_find(type->fields, key->text)) {
		diagnose(c->r->d, key, "unknown key '%s' in check; '%s' belongs to %s", key->text,
			 key->text, type->name);
		return;
	}
	if (type && (fact_find(type->facts, key->text) || fact_find(common_facts, key->text))) {
		diagnose(c->r->d, key, "unknown key '%s' in check; '%s' belongs to expect",
			 key->text, key->text);
		return;
	}
	if (text_nearest(key->text, words))
		diagnose_unknown(c->r->d, key, "key", "check", key->text, words);
	else if (!type && pair->value->type == NODE_MAP)
		diagnose(c->r->d, key,
			 "unknown check type '%s'; 'rounds list --types' shows all", key->text);
	else if ((other = type_with(c->r->book->types, key->text, true)))
		diagnose(c->r->d, key, "unknown key '%s' in check; '%s' belongs to expect of %s",
			 key->text, key->text, other->name);
	else if ((other = type_with(c->r->book->types, key->text, false)))
		diagnose(c->r->d, key, "unknown key '%s' in check; '%s' is a key of %s", key->text,
			 key->text, other->name);
	else
		diagnose_unknown(c->r->d, key, "key", "check", key->text, words);
}

static void refuse_unknowns(struct reading_rule *c, const struct node *map)
{
	for (size_t i = 0; i < map->count; i++) {
		const char *key = map->pairs[i].key->text;

		if (!key_find(check_keys, key) && !check_type_find(c->r->book->types, key))
			refuse_unknown(c, &map->pairs[i]);
	}
}

static bool has_tag(const struct rule *rule, const char *tag)
{
	for (size_t i = 0; i < rule->tag_count; i++)
		if (!strcmp(rule->tags[i], tag))
			return true;
	return false;
}

static void add_tags(struct rule *rule, const struct node *tags)
{
	if (!tags)
		return;
	rule->tags = xrealloc(rule->tags, rule->tag_count + tags->count + 1, sizeof(*rule->tags));
	for (size_t i = 0; i < tags->count; i++)
		if (!has_tag(rule, tags->items[i]->text))
			rule->tags[rule->tag_count++] = tags->items[i]->text;
}

/* The entries of a list `expect`; their mistakes are said where they are compiled. */
static void read_entries(struct rule *rule, struct diagnostics *d)
{
	const struct node *list = rule->expect;
	auto_diagnostics struct diagnostics unsaid = { 0 };
	bool any = false;

	rule->entries = xcalloc(list->count + 1, sizeof(*rule->entries));
	for (size_t i = 0; i < list->count; i++) {
		const struct node *map = list->items[i], *severity, *sustain;
		struct rule_entry *entry = &rule->entries[i];

		entry->severity = SEVERITY_NONE;
		if (map->type != NODE_MAP)
			continue;
		severity = node_get(map, "severity");
		sustain = node_get(map, "sustain");
		if (severity && severity->type == NODE_SCALAR)
			entry->severity = severity_find(severity->text);
		/* once values are put in nobody could tell */
		if (sustain && node_varies(sustain))
			diagnose(d, sustain, "sustain: no ${…} can stand in that of an entry");
		any |= sustain && sustain_read(sustain, &entry->sustain, &unsaid) == 0;
	}
	rule->entry_count = any ? list->count : 0;
}

static void read_sustains(const struct reading_rule *c)
{
	struct rule *rule = c->rule;

	if (rule->expect && rule->expect->type == NODE_LIST)
		read_entries(rule, c->r->d);
	if (c->sustain && rule->entry_count)
		diagnose(c->r->d, c->sustain,
			 "sustain: it stands in an entry of expect, too: either there, or here");
	if (rule->retry && (c->sustain || rule->entry_count))
		diagnose(c->r->d, c->sustain ? c->sustain : rule->expect,
			 "sustain: not with retry: a check is sampled again, or tried again");
}

/* What the check does not say, its type's defaults do, and then the general ones. */
static void fill_in(struct reading_rule *c, const struct type_defaults *td)
{
	const struct type_defaults *general = &c->r->defaults.general;
	struct rule *rule = c->rule;

	if (!c->severity_said)
		rule->severity = td && td->severity != SEVERITY_NONE  ? td->severity
				 : general->severity != SEVERITY_NONE ? general->severity
								      : SEVERITY_MEDIUM;
	if (!rule->timeout)
		rule->timeout = td && td->timeout ? td->timeout : general->timeout;
	if (!rule->retry && !sustain_is_given(&rule->sustain) && !rule->entry_count)
		rule->retry = td && td->retry ? td->retry : general->retry;
	add_tags(rule, general->tags);
	add_tags(rule, td ? td->tags : NULL);
	add_tags(rule, c->tags);
	rule->defaults = td ? td->map : NULL;
}

static void check_type_given(const struct reading_rule *c, const struct node *map)
{
	const struct check_type *const *types = c->r->book->types;
	auto_buf struct buf list = BUF_INIT(SIZE_MAX);

	if (c->rule->type || c->unknown)
		return;
	for (size_t i = 0; types[i]; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", types[i]->name);
	diagnose(c->r->d, map, "the check names no type: one of %s", buf_text(&list));
}

static void take_fields(struct reading_rule *c, const struct type_defaults *td)
{
	struct rule *rule = c->rule;
	struct node *inner = NULL;

	rule->fields = fields_merge(c->r, td, rule->fields, rule->type, &inner);
	if (inner && rule->extract)
		diagnose(c->r->d, inner, "extract is given twice: once in '%s' and once beside it",
			 rule->type->name);
	if (inner)
		rule->extract = inner;
	if (rule->extract && !rule->type->extract_from)
		diagnose(c->r->d, rule->extract, "extract: %s has no text to extract from",
			 rule->type->name);
}

void rule_read(struct reading *r, struct node *map)
{
	struct rule *rule = xcalloc(1, sizeof(*rule));
	struct reading_rule c = { .r = r, .rule = rule };
	const struct type_defaults *td;

	rule->ruleset = r->ruleset;
	rule->scope = r->scope;
	rule->at = map;
	rule->applies_when = r->applies_when;
	rule->links = xcalloc(1, sizeof(*rule->links));
	keys_read(check_keys, map, "check", &c, take_type, r->d);
	if (map->type == NODE_MAP) {
		refuse_unknowns(&c, map);
		check_type_given(&c, map);
	}
	read_sustains(&c);
	td = rule->type ? defaults_of(&r->defaults, rule->type) : NULL;
	fill_in(&c, td);
	if (rule->type)
		take_fields(&c, td);
	if (c.id && !*r->prefix)
		rule->id = c.id->text; /* as most are */
	else
		rule->id = rulebook_keep(r->book,
					 xconcat(r->prefix, c.id ? c.id->text : "", NULL));
	/* One with mistakes is never run, but others may name it, and what else is wrong with it
	 * shall be said, too. */
	ruleset_add(r, rule);
}

static void free_references(struct reference *refs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(refs[i].item);
		free(refs[i].name);
		free(refs[i].path);
	}
	free(refs);
}

void rule_free(struct rule *rule)
{
	struct rule_links *l = rule ? rule->links : NULL;

	if (!rule)
		return;
	free_references(l->needs, l->need_count);
	free_references(l->captures, l->capture_count);
	free(l->params);
	for (size_t i = 0; l->want_cap && i < l->want_count; i++)
		free(l->wants[i]);
	if (l->want_cap)
		free(l->wants);
	query_free(rule->type, l->query);
	expect_free(l->expect);
	extract_free(l->extract);
	free(l);
	free(rule->entries);
	free(rule->needs);
	free(rule->tags);
	free(rule);
}
