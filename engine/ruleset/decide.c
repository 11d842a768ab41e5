/*
 * decide - whether applies_when and when hold, from answers alone: yes, no, or nobody knows.
 *
 * What nobody knows is never taken for a no: it makes checks errors, not skips.
 */
#include <fnmatch.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/judge/expect.h"
#include "engine/ruleset/host.h"
#include "engine/ruleset/requests.h"

#define WHY_MAX 400
#define PATTERN_TEXT_MAX                                                                           \
	8192 /* matched outside of a worker: so long a text cannot take a pattern long */

struct deciding {
	const struct scope *scope;
	const struct requests *answers;
	enum kind kind; /* why it is undecided */
};

/* What holds or does not, in words. */
struct finding {
	enum condition is;
	struct buf why;
};

static struct finding decide(struct deciding *c, const struct node *when);

static struct finding finding(enum condition is, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static struct finding finding(enum condition is, const char *fmt, ...)
{
	struct finding f = { is, BUF_INIT(WHY_MAX) };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&f.why, fmt, ap);
	va_end(ap);
	return f;
}

static struct finding undecided(struct deciding *c, enum kind kind, const char *what,
				const char *why)
{
	if (c->kind == KIND_NONE)
		c->kind = kind;
	return finding(CONDITION_UNDECIDED, "%s: %s", what, why);
}

/* Join: for all_of `decisive` is FALSE, for any_of TRUE. One decisive finding decides; else an
 * undecided one. */
static void join(struct finding *sum, struct finding *one, enum condition decisive)
{
	bool replace =
		sum->is != decisive &&
		(one->is == decisive || (one->is == CONDITION_UNDECIDED && sum->is != one->is));

	if (replace) {
		buf_clear(&sum->why);
		sum->is = one->is;
	}
	if (replace || (sum->is == one->is && sum->is != decisive)) {
		if (sum->why.len)
			buf_adds(&sum->why, " and ");
		buf_adds(&sum->why, buf_text(&one->why));
	}
	buf_free(&one->why);
}

static struct finding decide_list(struct deciding *c, const struct node *list,
				  enum condition decisive)
{
	struct finding sum =
		finding(decisive == CONDITION_FALSE ? CONDITION_TRUE : CONDITION_FALSE, "%s", "");

	for (size_t i = 0; list->type == NODE_LIST && i < list->count; i++) {
		struct finding one = decide(c, list->items[i]);

		join(&sum, &one, decisive);
	}
	return sum;
}

static struct finding decide_not(struct deciding *c, const struct node *when)
{
	struct finding f = decide(c, when);

	if (f.is != CONDITION_UNDECIDED)
		f.is = f.is == CONDITION_TRUE ? CONDITION_FALSE : CONDITION_TRUE;
	return f;
}

static struct finding decide_file(struct deciding *c, const char *path)
{
	struct request wanted = { 0 };
	const struct request *q;

	request_of_file(&wanted, path);
	q = requests_find(c->answers, &wanted);
	request_clear(&wanted);
	if (!q || q->answer == ANSWER_NONE)
		return undecided(c, KIND_INTERNAL, path, "was not looked at");
	if (q->answer == ANSWER_PROBLEM)
		return undecided(c, q->kind, "file", q->problem ? q->problem : path);
	return finding(q->answer == ANSWER_FOUND ? CONDITION_TRUE : CONDITION_FALSE, "%s %s", path,
		       q->answer == ANSWER_FOUND ? "is there" : "is not there");
}

/* Does the value of a variable (NULL: it is not set) fit? */
static struct finding judge_env(struct deciding *c, const char *name, const char *text,
				const struct node *expected)
{
	struct diagnostics d = { 0 };
	struct expect *x = expect_compile_value(expected, &d);
	auto_err struct err *e = NULL;
	json_t *value = text ? json_string(text) : NULL;
	bool holds = false;
	struct finding f;

	if (!x) {
		f = undecided(c, KIND_PARAMETER, name,
			      d.count ? d.items[0].message : "its expectation cannot be read");
	} else if (text && expect_has_pattern(x) && strlen(text) > PATTERN_TEXT_MAX) {
		f = undecided(c, KIND_RESOURCE, name, "the value is too long for a pattern");
	} else if (expect_judge_value(x, value, &holds, &e)) {
		f = undecided(c, KIND_INTERNAL, name, err_text(e));
	} else if (holds) {
		f = finding(CONDITION_TRUE, "env %s is as the rule says", name);
	} else { /* the value is not shown: it may be a secret */
		f = finding(CONDITION_FALSE, "env %s is %s", name,
			    text ? "not as the rule needs it" : "not set");
	}
	json_decref(value);
	expect_free(x);
	diagnostics_free(&d);
	return f;
}

static struct finding decide_variable(struct deciding *c, const char *name, const char *of_process,
				      const struct node *expected)
{
	auto_free char *what = xasprintf("env %s", name);
	struct request wanted = { 0 };
	const struct request *q;

	request_of_env(&wanted, name, of_process);
	q = requests_find(c->answers, &wanted);
	request_clear(&wanted);
	if (!q || q->answer == ANSWER_NONE)
		return undecided(c, KIND_INTERNAL, what, "was not looked at");
	if (q->answer == ANSWER_PROBLEM)
		return undecided(c, q->kind, what, q->problem ? q->problem : "could not be read");
	if (expected && q->secret)
		return undecided(
			c, KIND_PARAMETER, what,
			"is the source of a secret, whose text is not kept; use set: [PARAMETER]");
	if (expected)
		return judge_env(c, name, q->answer == ANSWER_FOUND ? q->text : NULL, expected);
	return finding(q->answer == ANSWER_FOUND ? CONDITION_TRUE : CONDITION_FALSE, "%s is %s",
		       what, q->answer == ANSWER_FOUND ? "set" : "not set");
}

static struct finding decide_env(struct deciding *c, const struct node *env,
				 const struct node *of_process)
{
	const char *process =
		of_process && of_process->type == NODE_SCALAR ? of_process->text : NULL;
	struct finding sum = finding(CONDITION_TRUE, "%s", "");

	if (env->type == NODE_SCALAR) {
		struct finding one = decide_variable(c, env->text, process, NULL);

		join(&sum, &one, CONDITION_FALSE);
	}
	for (size_t i = 0; env->type == NODE_MAP && i < env->count; i++) {
		struct finding one =
			decide_variable(c, env->pairs[i].key->text, process, env->pairs[i].value);

		join(&sum, &one, CONDITION_FALSE);
	}
	return sum;
}

/* A pattern of a shell (`*`, `?`, `[…]`) on the host's name, whole or up to its first dot. */
static struct finding decide_host(struct deciding *c, const char *pattern)
{
	bool asked, holds;
	json_t *host = host_of_answers(c->answers, &asked);
	const char *seen = json_string_value(json_object_get(host, "name"));
	auto_free char *name = asked ? xstrdup(seen ? seen : "") : host_look_name();
	auto_free char *first = xmemdup0(name, strcspn(name, "."));
	const bool looked = !asked || host;

	json_decref(host);
	if (!looked)
		return undecided(c, KIND_INTERNAL, "host", "was not looked at");
	holds = fnmatch(pattern, name, FNM_CASEFOLD) == 0 ||
		fnmatch(pattern, first, FNM_CASEFOLD) == 0;
	return holds ? finding(CONDITION_TRUE, "the host is called '%s'", name)
		     : finding(CONDITION_FALSE, "the host is not called '%s'", pattern);
}

static struct finding decide_param(struct deciding *c, const struct node *name)
{
	const struct param *p =
		name->type == NODE_SCALAR ? scope_param(c->scope, name->text) : NULL;
	auto_free char *what = xasprintf("parameter %s", p ? p->name : "");

	if (!p)
		return undecided(c, KIND_PARAMETER, "set", "no such parameter");
	if (p->problem)
		return undecided(c, p->problem_kind, what, p->problem);
	return finding(p->layer == LAYER_NONE ? CONDITION_FALSE : CONDITION_TRUE, "%s %s", what,
		       p->layer == LAYER_NONE ? "has no value" : "has a value");
}

static struct finding decide_set(struct deciding *c, const struct node *names,
				 enum condition decisive)
{
	struct finding sum =
		finding(decisive == CONDITION_FALSE ? CONDITION_TRUE : CONDITION_FALSE, "%s", "");
	size_t count = names->type == NODE_LIST ? names->count : 1;

	for (size_t i = 0; i < count; i++) {
		struct finding one =
			decide_param(c, names->type == NODE_LIST ? names->items[i] : names);

		join(&sum, &one, decisive);
	}
	return sum;
}

static struct finding member_all_of(struct deciding *c, const struct node *when,
				    const struct node *v)
{
	(void)when;
	return decide_list(c, v, CONDITION_FALSE);
}

static struct finding member_any_of(struct deciding *c, const struct node *when,
				    const struct node *v)
{
	(void)when;
	return decide_list(c, v, CONDITION_TRUE);
}

static struct finding member_any_set(struct deciding *c, const struct node *when,
				     const struct node *v)
{
	(void)when;
	return decide_set(c, v, CONDITION_TRUE);
}

static struct finding member_env(struct deciding *c, const struct node *when, const struct node *v)
{
	return decide_env(c, v, node_get(when, "of_process"));
}

static struct finding member_file(struct deciding *c, const struct node *when, const struct node *v)
{
	(void)when;
	return decide_file(c, v->text ? v->text : "");
}

static struct finding member_host(struct deciding *c, const struct node *when, const struct node *v)
{
	(void)when;
	return decide_host(c, v->text ? v->text : "");
}

static struct finding member_not(struct deciding *c, const struct node *when, const struct node *v)
{
	(void)when;
	return decide_not(c, v);
}

static struct finding member_set(struct deciding *c, const struct node *when, const struct node *v)
{
	(void)when;
	return decide_set(c, v, CONDITION_FALSE);
}

/* The members of a condition that decide something; their shapes were checked at load. */
static const struct member {
	const char *name;
	struct finding (*decide)(struct deciding *c, const struct node *when,
				 const struct node *value);
} members[] = {
	{ "all_of", member_all_of }, { "any_of", member_any_of }, { "any_set", member_any_set },
	{ "env", member_env },       { "file", member_file },     { "host", member_host },
	{ "not", member_not },       { "set", member_set },
};

static const struct member *member_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

/* A map of several members: all of them. */
static struct finding decide(struct deciding *c, const struct node *when)
{
	struct finding sum = finding(CONDITION_TRUE, "%s", "");

	for (size_t i = 0; when->type == NODE_MAP && i < when->count; i++) {
		const struct member *m = member_find(when->pairs[i].key->text);
		struct finding one;

		if (!m)
			continue;
		one = m->decide(c, when, when->pairs[i].value);
		join(&sum, &one, CONDITION_FALSE);
	}
	return sum;
}

enum condition condition_decide(const struct node *when, const struct scope *scope,
				const struct requests *answers, char **why, enum kind *kind)
{
	struct deciding c = { .scope = scope, .answers = answers, .kind = KIND_NONE };
	struct finding f = decide(&c, when);

	if (why)
		*why = buf_take(&f.why);
	else
		buf_free(&f.why);
	if (kind)
		*kind = f.is == CONDITION_UNDECIDED ? c.kind : KIND_NONE;
	return f.is;
}
