/*
 * requests - everything that must be looked at before the plan: each thing once, whoever asks for
 * it.
 */
#include "engine/ruleset/requests.h"

#include <string.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

/* Overwrite a text before it goes: it may be a secret. */
static void wipe(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

void request_clear(struct request *r)
{
	free(r->path);
	free(r->name);
	free(r->of_process);
	free(r->format);
	for (size_t i = 0; i < r->key_count; i++)
		free(r->keys[i]);
	free(r->keys);
	free(r->match);
	wipe(&r->text);
	free(r->origin);
	free(r->problem);
	memset(r, 0, sizeof(*r));
}

void requests_free(struct requests *r)
{
	for (size_t i = 0; i < r->count; i++)
		request_clear(&r->items[i]);
	free(r->items);
	*r = (struct requests){ 0 };
}

void request_of_file(struct request *r, const char *path)
{
	*r = (struct request){ .what = REQUEST_FILE_EXISTS, .path = xstrdup(path) };
}

void request_of_env(struct request *r, const char *name, const char *of_process)
{
	*r = (struct request){ .what = REQUEST_ENV, .name = xstrdup(name) };
	r->of_process = of_process ? xstrdup(of_process) : NULL;
}

static const char *text_of(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);

	return n && n->type == NODE_SCALAR ? n->text : NULL;
}

static void take_keys(struct request *r, const struct node *key)
{
	size_t count = key->type == NODE_LIST ? key->count : 1;

	r->keys = xcalloc(count, sizeof(*r->keys));
	for (size_t i = 0; i < count; i++) {
		const struct node *n = key->type == NODE_LIST ? key->items[i] : key;

		if (n->type == NODE_SCALAR)
			r->keys[r->key_count++] = xstrdup(n->text);
	}
}

int request_of_source(struct request *r, const struct node *source)
{
	const char *env = text_of(source, "env"), *file = text_of(source, "file");
	const char *format = text_of(source, "format"), *match = text_of(source, "match");
	const struct node *key = node_get(source, "key");

	if (env) {
		request_of_env(r, env, text_of(source, "of_process"));
		return 0;
	}
	if (!file)
		return -1;
	request_of_file(r, file);
	r->what = REQUEST_FILE_TEXT;
	if (match) {
		r->what = REQUEST_FILE_MATCH;
		r->match = xstrdup(match);
	} else if (format && key && key->type != NODE_MAP) {
		r->what = REQUEST_FILE_KEY;
		r->format = xstrdup(format);
		take_keys(r, key);
	}
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_request(const struct request *a, const struct request *b)
{
	if (a->what != b->what || a->key_count != b->key_count || !same_text(a->path, b->path) ||
	    !same_text(a->name, b->name) || !same_text(a->of_process, b->of_process) ||
	    !same_text(a->format, b->format) || !same_text(a->match, b->match))
		return false;
	for (size_t i = 0; i < a->key_count; i++)
		if (!same_text(a->keys[i], b->keys[i]))
			return false;
	return true;
}

static struct request *find(const struct requests *all, const struct request *same)
{
	for (size_t i = 0; i < all->count; i++)
		if (same_request(&all->items[i], same))
			return &all->items[i];
	return NULL;
}

const struct request *requests_find(const struct requests *all, const struct request *same)
{
	return all ? find(all, same) : NULL;
}

/* Takes the request over. */
static void add(struct requests *out, struct request *r)
{
	struct request *known = find(out, r);

	if (known) {
		known->secret |= r->secret;
		request_clear(r);
		return;
	}
	array_grow(out->items, out->count, out->cap);
	out->items[out->count++] = *r;
	memset(r, 0, sizeof(*r));
}

static void add_source(struct requests *out, const struct node *source, bool secret)
{
	struct request r = { 0 };

	if (request_of_source(&r, source))
		return;
	r.secret = secret;
	add(out, &r);
}

static void add_param(struct requests *out, const struct param *p)
{
	if (!p->from)
		return;
	if (p->from->type == NODE_MAP)
		add_source(out, p->from, p->type == PARAM_SECRET);
	for (size_t i = 0; p->from->type == NODE_LIST && i < p->from->count; i++)
		add_source(out, p->from->items[i], p->type == PARAM_SECRET);
}

static void add_env(struct requests *out, const struct node *env, const char *of_process)
{
	struct request r = { 0 };

	if (env->type == NODE_SCALAR) {
		request_of_env(&r, env->text, of_process);
		add(out, &r);
	}
	for (size_t i = 0; env->type == NODE_MAP && i < env->count; i++) {
		request_of_env(&r, env->pairs[i].key->text, of_process);
		add(out, &r);
	}
}

/* A condition, and those in it. */
static void add_condition(struct requests *out, const struct node *when)
{
	static const char *const nested[] = { "all_of", "any_of", "not" };
	const struct node *env = node_get(when, "env");
	const char *file = text_of(when, "file");
	struct request r = { 0 };

	if (!when)
		return;
	for (size_t i = 0; when->type == NODE_LIST && i < when->count; i++)
		add_condition(out, when->items[i]);
	if (file) {
		request_of_file(&r, file);
		add(out, &r);
	}
	if (env)
		add_env(out, env, text_of(when, "of_process"));
	for (size_t i = 0; i < ARRAY_SIZE(nested); i++)
		add_condition(out, node_get(when, nested[i]));
}

void values_requests(const struct rulebook *book, struct requests *out)
{
	for (size_t i = 0; i < book->scope_count; i++)
		for (size_t j = 0; j < book->scopes[i]->param_count; j++)
			add_param(out, &book->scopes[i]->params[j]);
	for (size_t i = 0; i < book->count; i++) {
		const struct ruleset *s = book->rulesets[i];

		add_condition(out, s->applies_when);
		for (size_t j = 0; j < s->rule_count; j++) {
			add_condition(out, s->rules[j]->when);
			add_condition(out, s->rules[j]->applies_when);
		}
	}
}

void values_request_host(struct requests *out)
{
	struct request r = { .what = REQUEST_HOST };

	add(out, &r);
}

/*
 * The wire
 */

static const char *const answers[] = {
	[ANSWER_NONE] = "none",
	[ANSWER_FOUND] = "found",
	[ANSWER_ABSENT] = "absent",
	[ANSWER_PROBLEM] = "problem",
};

static void set_text(json_t *o, const char *name, const char *text)
{
	if (text)
		json_object_set_new(o, name, json_string(text));
}

json_t *request_answer_json(const struct request *r)
{
	json_t *o = json_object();

	set_text(o, "answer", answers[r->answer]);
	set_text(o, "text", r->text);
	set_text(o, "origin", r->origin);
	set_text(o, "problem", r->problem);
	if (r->kind != KIND_NONE)
		set_text(o, "kind", kinds[r->kind].name);
	return o;
}

static char *take_text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? xstrdup(s) : NULL;
}

int request_answer_take(struct request *r, const json_t *answer, struct err **e)
{
	const char *word = json_string_value(json_object_get(answer, "answer"));
	const char *kind = json_string_value(json_object_get(answer, "kind"));
	size_t i = 0;

	while (word && i < ARRAY_SIZE(answers) && strcmp(answers[i], word) != 0)
		i++;
	if (!word || i == ARRAY_SIZE(answers))
		return err_set(e, ERR_BUG, "an answer that is none");
	if (kind && kind_find(kind) == KIND_NONE)
		return err_set(e, ERR_BUG, "an answer of an unknown kind");
	wipe(&r->text);
	free(r->origin);
	free(r->problem);
	r->answer = (int)i;
	r->text = take_text(answer, "text");
	r->origin = take_text(answer, "origin");
	r->problem = take_text(answer, "problem");
	r->kind = kind ? kind_find(kind) : KIND_NONE;
	return 0;
}
