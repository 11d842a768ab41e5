/*
 * names - looks up the ${name}s of a check: items, captures, built-ins, parameters, in this order.
 */
#include "engine/ruleset/names.h"

#include <string.h>

#include "engine/base/err.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/judge/path.h"
#include "engine/ruleset/host.h"
#include "engine/ruleset/mask.h"
#include "engine/ruleset/param.h"

void builtins_init(struct builtins *b, const char *run_id, const struct requests *answers)
{
	bool asked;
	json_t *host = host_of_answers(answers, &asked);
	const char *name = json_string_value(json_object_get(host, "name"));

	b->host_name = asked ? xstrdup(name ? name : "") : host_look_name();
	b->run_id = xstrdup(run_id ? run_id : "");
	b->host_addresses = xcalloc(1, sizeof(*b->host_addresses));
	if (asked)
		*b->host_addresses = host ? json_incref(json_object_get(host, "addresses"))
					  : json_array();
	json_decref(host);
}

void builtins_release(struct builtins *b)
{
	free(b->host_name);
	free(b->run_id);
	if (b->host_addresses)
		json_decref(*b->host_addresses);
	free(b->host_addresses);
	*b = (struct builtins){ 0 };
}

static json_t *host_name(const struct builtins *b)
{
	return json_string(b->host_name);
}

static json_t *host_addresses(const struct builtins *b)
{
	if (!*b->host_addresses)
		*b->host_addresses = host_look_addresses();
	return json_deep_copy(*b->host_addresses);
}

static json_t *run_id(const struct builtins *b)
{
	return json_string(b->run_id);
}

static const struct {
	const char *name;
	json_t *(*get)(const struct builtins *b);
} builtin_rows[] = {
	{ "host.addresses", host_addresses },
	{ "host.name", host_name },
	{ "run.id", run_id },
};

static enum lookup_result found(json_t *v, json_t **value)
{
	if (!v)
		return LOOKUP_UNKNOWN;
	*value = v;
	return LOOKUP_FOUND;
}

/* A variable of for_each, or `variable.member` of one whose items are maps. */
static bool get_var(const struct names *n, const char *name, json_t **value,
		    enum lookup_result *result)
{
	const char *dot = strchr(name, '.');
	size_t head = dot ? (size_t)(dot - name) : strlen(name);
	const struct node *each = n->rule ? n->rule->for_each : NULL;
	json_t *v = json_object_getn(n->vars, name, head);
	bool later = n->later && strlen(n->later) == head && !strncmp(n->later, name, head);

	for (size_t i = 0; n->all_later && each && each->type == NODE_MAP && i < each->count; i++)
		if (each->pairs[i].key->len == head &&
		    !strncmp(each->pairs[i].key->text, name, head))
			later = true;
	if (!v) {
		*result = LOOKUP_DEFERRED;
		return later && (!dot || strncmp(name, "host.", 5));
	}
	if (dot) {
		v = json_object_get(v, dot + 1);
		if (!v)
			return false;
	}
	*result = found(json_incref(v), value);
	return true;
}

static bool get_builtin(const struct names *n, const char *name, json_t **value,
			enum lookup_result *result)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtin_rows); i++) {
		if (strcmp(builtin_rows[i].name, name))
			continue;
		*result = n->builtins ? found(builtin_rows[i].get(n->builtins), value)
				      : LOOKUP_DEFERRED;
		return true;
	}
	return false;
}

static enum lookup_result miss(struct names *n, const char *name)
{
	if (!n->missing)
		n->missing = xstrdup(name);
	return LOOKUP_PROBLEM;
}

static enum lookup_result get_capture(struct names *n, const char *name, json_t **value)
{
	json_t *v = json_object_get(n->captures, name);

	if (n->stage != STAGE_WORKER)
		return LOOKUP_DEFERRED;
	if (!v || (n->expecting && json_is_null(v)))
		return miss(n, name);
	return found(json_incref(v), value);
}

static enum lookup_result get_self(struct names *n, const char *name, json_t **value)
{
	struct err *e = NULL;
	struct path *p;
	json_t *v;

	if (!n->self)
		return LOOKUP_DEFERRED;
	p = path_parse(name + strlen("self."), &e);
	err_free(e);
	v = p ? path_get(p, n->self) : NULL;
	path_free(p);
	if (!v || (n->expecting && json_is_null(v))) {
		json_decref(v);
		return miss(n, name);
	}
	return found(v, value);
}

static enum lookup_result lint_param(const struct names *n, const struct param *p, json_t **value)
{
	const struct node *given = n->rule->scope->include_params;
	struct err *e = NULL;
	json_t *v;

	if ((given && node_get(given, p->name)) || !p->dflt || p->type == PARAM_SECRET)
		return LOOKUP_DEFERRED;
	v = param_parse_node(p->type, p->dflt, &e);
	err_free(e);
	if (!v)
		return LOOKUP_DEFERRED; /* said where it is declared */
	return found(v, value);
}

static enum lookup_result secret_param(struct names *n, const struct param *p, json_t **value)
{
	size_t len = 0;
	const char *text;

	if (n->stage != STAGE_WORKER)
		return LOOKUP_DEFERRED;
	text = secrets_text(n->secrets, p->secret, &len);
	if (!text) {
		n->problem = p;
		return LOOKUP_PROBLEM;
	}
	return found(json_stringn_nocheck(text, len), value);
}

static enum lookup_result get_param(struct names *n, const struct param *p, json_t **value)
{
	if (n->stage == STAGE_LINT)
		return lint_param(n, p, value);
	if (p->secret && !p->problem)
		return secret_param(n, p, value);
	if (p->value && !p->problem)
		return found(json_incref(p->value), value);
	if (p->problem || p->required) {
		if (!n->problem)
			n->problem = p;
		return LOOKUP_PROBLEM;
	}
	if (!n->absent)
		n->absent = p;
	return p->type == PARAM_SECRET ? LOOKUP_ABSENT_SECRET : LOOKUP_ABSENT;
}

static enum lookup_result names_find(struct names *n, const char *name, json_t **value)
{
	enum lookup_result result;
	const struct param *p;

	if (get_var(n, name, value, &result) || get_builtin(n, name, value, &result))
		return result;
	if (text_starts_with(name, "checks."))
		return get_capture(n, name, value);
	if (text_starts_with(name, "self."))
		return get_self(n, name, value);
	p = n->rule ? scope_param(n->rule->scope, name) : NULL;
	return p ? get_param(n, p, value) : LOOKUP_UNKNOWN;
}

/* In texts for people nothing is missing and nothing is told. */
static enum lookup_result names_get(void *ctx, const char *name, json_t **value)
{
	struct names *n = ctx;
	const struct param *p = n->texts && n->rule ? scope_param(n->rule->scope, name) : NULL;
	enum lookup_result result;

	if (p && (p->secret || p->type == PARAM_SECRET) && !json_object_get(n->vars, name)) {
		*value = json_string("***");
		return LOOKUP_FOUND;
	}
	result = names_find(n, name, value);
	if (n->texts && result == LOOKUP_FOUND) { /* passwords in URLs */
		json_t *masked = mask_json(n->secrets, *value);

		json_decref(*value);
		*value = masked;
	}
	if (!n->texts || result == LOOKUP_FOUND || result == LOOKUP_UNKNOWN ||
	    n->stage == STAGE_LINT)
		return result;
	*value = json_sprintf("${%s}", name);
	return LOOKUP_FOUND;
}

static size_t count_known(const struct names *n)
{
	const struct node *each = n->rule->for_each;

	return n->rule->scope->param_count + (each && each->type == NODE_MAP ? each->count : 0) +
	       ARRAY_SIZE(builtin_rows) + 1;
}

static const char *const *names_known(void *ctx)
{
	struct names *n = ctx;
	const struct node *each = n->rule ? n->rule->for_each : NULL;
	size_t at = 0;

	if (n->known || !n->rule)
		return n->known;
	n->known = xcalloc(count_known(n), sizeof(*n->known));
	for (size_t i = 0; each && each->type == NODE_MAP && i < each->count; i++)
		n->known[at++] = each->pairs[i].key->text;
	for (size_t i = 0; i < n->rule->scope->param_count; i++)
		n->known[at++] = n->rule->scope->params[i].name;
	for (size_t i = 0; i < ARRAY_SIZE(builtin_rows); i++)
		n->known[at++] = builtin_rows[i].name;
	return n->known;
}

struct lookup names_lookup(struct names *n)
{
	return (struct lookup){ .get = names_get, .names = names_known, .ctx = n };
}

void names_release(struct names *n)
{
	free(n->missing);
	free(n->known);
	n->missing = NULL;
	n->known = NULL;
}

char *param_problem(const struct param *p)
{
	if (p->problem)
		return xasprintf("parameter '%s': %s", p->name, p->problem);
	return xasprintf("parameter '%s' has no value: give it one by --param %s=%s or in a "
			 "--params file",
			 p->name, p->name, p->type == PARAM_SECRET ? "@FILE" : "VALUE");
}
