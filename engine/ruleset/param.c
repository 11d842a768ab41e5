/*
 * param - reads declarations of parameters, and texts as values of their types.
 */
#include "engine/ruleset/param.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/regex.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/reader.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/words.h"

static json_t *parse_int(const char *s, struct err **e)
{
	int64_t n;

	if (!number_int(s, &n))
		return json_integer(n);
	err_set(e, ERR_DATA, "'%s' is not an integer", s);
	return NULL;
}

static json_t *parse_number(const char *s, struct err **e)
{
	double n;

	if (!number_real(s, &n))
		return json_real(n);
	err_set(e, ERR_DATA, "'%s' is not a number", s);
	return NULL;
}

static json_t *parse_bool(const char *s, struct err **e)
{
	if (!strcmp(s, "true") || !strcmp(s, "false"))
		return json_boolean(*s == 't');
	err_set(e, ERR_DATA, "'%s' is not true or false", s);
	return NULL;
}

static json_t *parse_port(const char *s, struct err **e)
{
	uint64_t n;

	if (!number_uint(s, &n) && n >= 1 && n <= 65535)
		return json_integer((json_int_t)n);
	err_set(e, ERR_DATA, "'%s' is not a port number from 1 to 65535", s);
	return NULL;
}

static json_t *parse_text(const char *s, struct err **e)
{
	json_t *j = json_string(s);

	if (!j)
		err_set(e, ERR_DATA, "the text is not UTF-8");
	return j;
}

static json_t *parse_url(const char *s, struct err **e)
{
	const char *colon = strchr(s, ':');

	if (colon && colon != s && colon[1] && !strpbrk(s, " \t\n"))
		return parse_text(s, e);
	err_set(e, ERR_DATA, "'%s' is not a URL such as http://host/path", s);
	return NULL;
}

static json_t *parse_path(const char *s, struct err **e)
{
	if (*s == '/')
		return parse_text(s, e);
	err_set(e, ERR_DATA, "'%s' is not an absolute path", s);
	return NULL;
}

static json_t *parse_duration(const char *s, struct err **e)
{
	int64_t ns;
	int rc = number_duration(s, &ns);

	if (!rc)
		return parse_text(s, e);
	if (rc == -2)
		err_set(e, ERR_DATA, "'%s' needs a unit: ms, s, m, h or d", s);
	else
		err_set(e, ERR_DATA, "'%s' is not a duration such as 300ms, 5s or 1m30s", s);
	return NULL;
}

static json_t *parse_size(const char *s, struct err **e)
{
	uint64_t bytes;

	if (!number_size(s, &bytes))
		return parse_text(s, e);
	err_set(e, ERR_DATA, "'%s' is not a size such as 512, 64K or 1.5G", s);
	return NULL;
}

static json_t *parse_list(const char *s, struct err **e)
{
	json_t *list = json_array();

	for (const char *at = s; *at;) {
		size_t n = strcspn(at, ",");
		const char *from = at;

		at += n + (at[n] == ',');
		for (; n && *from == ' '; n--)
			from++;
		while (n && from[n - 1] == ' ')
			n--;
		if (json_array_append_new(list, json_stringn(from, n))) {
			err_set(e, ERR_DATA, "the text is not UTF-8");
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *parse_secret(const char *s, struct err **e)
{
	(void)s;
	err_set(e, ERR_BUG, "a secret is no JSON value");
	return NULL;
}

static json_t *(*const parsers[])(const char *, struct err **) = {
	[PARAM_TEXT] = parse_text, [PARAM_INT] = parse_int,           [PARAM_NUMBER] = parse_number,
	[PARAM_BOOL] = parse_bool, [PARAM_PORT] = parse_port,         [PARAM_URL] = parse_url,
	[PARAM_PATH] = parse_path, [PARAM_DURATION] = parse_duration, [PARAM_SIZE] = parse_size,
	[PARAM_LIST] = parse_list, [PARAM_SECRET] = parse_secret,
};

json_t *param_parse(enum param_type type, const char *text, struct err **e)
{
	return parsers[type](text, e);
}

static json_t *parse_node_list(const struct node *n, struct err **e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->count; i++) {
		if (n->items[i]->type == NODE_SCALAR &&
		    !json_array_append_new(list, json_stringn(n->items[i]->text, n->items[i]->len)))
			continue;
		err_set(e, ERR_DATA, "the items of a list are texts, not %s",
			node_kind(n->items[i]));
		json_decref(list);
		return NULL;
	}
	return list;
}

json_t *param_parse_node(enum param_type type, const struct node *n, struct err **e)
{
	if (type == PARAM_LIST && n->type == NODE_LIST)
		return parse_node_list(n, e);
	if (n->type == NODE_SCALAR)
		return param_parse(type, n->text, e);
	err_set(e, ERR_DATA, "%s is needed, not %s", type == PARAM_LIST ? "a list" : "a text",
		node_kind(n));
	return NULL;
}

/* A declaration while it is being read. */
struct declaration {
	struct param *p;
	struct diagnostics *d;
};

static void read_type(void *ctx, const struct node_pair *pair)
{
	struct declaration *c = ctx;

	for (size_t i = 0; param_types[i]; i++)
		if (!strcmp(param_types[i], pair->value->text))
			c->p->type = (enum param_type)i;
}

static void read_default(void *ctx, const struct node_pair *pair)
{
	struct declaration *c = ctx;

	c->p->dflt = pair->value;
}

static void read_required(void *ctx, const struct node_pair *pair)
{
	struct declaration *c = ctx;

	c->p->required = !strcmp(pair->value->text, "true");
}

static void read_title(void *ctx, const struct node_pair *pair)
{
	struct declaration *c = ctx;

	c->p->title = words_of(pair->value);
}

static const char *const from_formats[] = { "ini", "json", "properties", "toml", "yaml", NULL };

/* The keys of one source must fit each other. */
static void check_source(const struct node *source, struct diagnostics *d)
{
	const struct node *env = node_get(source, "env"), *file = node_get(source, "file");
	const struct node *format = node_get(source, "format"), *key = node_get(source, "key");
	const struct node *match = node_get(source, "match");
	auto_regex struct regex *r = NULL;
	auto_err struct err *e = NULL;

	if (keys_read(from_keys, source, "from", NULL, NULL, d))
		return;
	if (!env == !file)
		diagnose(d, source, "from: one of 'env' and 'file' is needed%s",
			 env ? ", not both" : "");
	if (env && (format || key || match))
		diagnose(d, source, "from: 'format', 'key' and 'match' belong to 'file'");
	if (node_get(source, "of_process") && !env)
		diagnose(d, source, "from: 'of_process' belongs to 'env'");
	if (!format != !key && !env)
		diagnose(d, source, "from: 'format' and 'key' need each other");
	if (match && format)
		diagnose(d, source, "from: either 'match' or 'format' and 'key', not both");
	if (!match)
		return;
	r = regex_compile(match->text, &e);
	if (!r)
		diagnose(d, match, "match: %s", err_text(e));
	else if (regex_groups(r) != 1)
		diagnose(d, match, "match: the regex needs exactly one group, not %u",
			 regex_groups(r));
}

static void read_from(void *ctx, const struct node_pair *pair)
{
	struct declaration *c = ctx;

	c->p->from = pair->value;
	if (pair->value->type == NODE_MAP)
		check_source(pair->value, c->d);
	for (size_t i = 0; pair->value->type == NODE_LIST && i < pair->value->count; i++)
		check_source(pair->value->items[i], c->d);
}

const struct key from_keys[] = {
	{ "env", KEY_TEXT, .doc = "An environment variable: of this process, else of PID 1." },
	{ "file", KEY_TEXT, .doc = "A file that holds the value." },
	{ "format", KEY_CHOICE, .choices = from_formats, .doc = "How the file is written." },
	{ "key", KEY_ONE_OR_TEXTS,
	  .doc = "The key in the file; of several the first that is there." },
	{ "match", KEY_TEXT, .doc = "A regex with one group that finds the value in the file." },
	{ "of_process", KEY_TEXT, .doc = "Look in the environment of the process of this name." },
	{ .name = NULL },
};

const struct key param_keys[] = {
	{ "default", KEY_ANY, .doc = "The value when nothing else gives one.",
	  .read = read_default },
	{ "from", KEY_ONE_OR_SECTIONS, .of = from_keys,
	  .doc = "Where the value is found; of several sources the first that has one.",
	  .read = read_from },
	{ "required", KEY_BOOL,
	  .doc = "Whether a check that uses it is an error without a value (the default) or "
		 "skipped.",
	  .read = read_required },
	{ "title", KEY_WORDS, .doc = "What the parameter is, for people.", .read = read_title },
	{ "type", KEY_CHOICE, .required = true, .choices = param_types,
	  .doc = "What its values are.", .read = read_type },
	{ .name = NULL },
};

static bool is_param_name(const char *s)
{
	if (!*s || strspn(s, "0123456789") || strlen(s) > 100)
		return false;
	return s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")] ==
	       '\0';
}

/* A default is taken as it is written: "${other}" would reach the checks as these characters. */
static void refuse_holes(const struct node *n, const char *what, const char *name,
			 struct diagnostics *d)
{
	if (n->type == NODE_SCALAR && n->text && strstr(n->text, "${"))
		diagnose(d, n, "%s %s: ${…} cannot stand here", what, name);
	for (size_t i = 0; n->type == NODE_LIST && i < n->count; i++)
		refuse_holes(n->items[i], what, name, d);
}

static void check_default(const struct param *p, struct diagnostics *d)
{
	auto_err struct err *e = NULL;
	json_t *value;

	if (!p->dflt)
		return;
	if (p->type == PARAM_SECRET) {
		diagnose(d, p->dflt, "a secret has no default");
		return;
	}
	if (node_is_empty(p->dflt)) {
		diagnose(d, p->dflt,
			 "default of %s: nothing is given; leave the key out or write a value",
			 p->name);
		return;
	}
	refuse_holes(p->dflt, "default of", p->name, d);
	value = param_parse_node(p->type, p->dflt, &e);
	if (!value)
		diagnose(d, p->dflt, "default of %s: %s", p->name, err_text(e));
	json_decref(value);
}

void param_declare(struct param *p, const struct node_pair *pair, struct diagnostics *d)
{
	struct declaration c = { p, d };

	*p = (struct param){ .name = pair->key->text, .required = true, .at = pair->key };
	if (!is_param_name(p->name))
		diagnose(d, pair->key,
			 "parameter '%s': names are of A-Z a-z 0-9 _ and start with no digit",
			 p->name);
	if (!keys_read(param_keys, pair->value, "parameter", &c, NULL, d))
		check_default(p, d);
}
