/*
 * path - reading the way to a fact: `.name`, `[n]`, `[*]`, `["any key"]`.
 */
#include "engine/judge/path.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/judge/path_step.h"

#define NAME_ENDS ".[]\"' \t\r\n"
#define KEY_MAX 1024

static struct path_step *step_add(struct path *p, enum step_kind kind)
{
	if (p->count == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 2;
		p->steps = xrealloc(p->steps, p->cap, sizeof(*p->steps));
	}
	p->steps[p->count] = (struct path_step){ .kind = kind };
	return &p->steps[p->count++];
}

/* A name up to the next '.' or '['; *at moves behind it. */
static int parse_name(struct path *p, const char **at, struct err **e)
{
	size_t len = strcspn(*at, NAME_ENDS);

	if (!len)
		return err_set(e, ERR_DATA, "a name is missing at '%s'", **at ? *at : "the end");
	step_add(p, STEP_NAME)->name = xmemdup0(*at, len);
	*at += len;
	return 0;
}

/* The inside of ["…"] or ['…'] with \ before a quote or a \; *at stands on the opening quote. */
static int parse_key(struct path *p, const char **at, struct err **e)
{
	auto_buf struct buf key = BUF_INIT(KEY_MAX);
	const char quote = **at;
	const char *s = *at + 1;

	for (; *s && *s != quote; s++) {
		if (*s == '\\' && (s[1] == quote || s[1] == '\\'))
			s++;
		if (!buf_addc(&key, *s))
			return err_set(e, ERR_DATA, "the key in brackets is longer than %d bytes",
				       KEY_MAX);
	}
	if (!*s || s[1] != ']')
		return err_set(e, ERR_DATA, "'%s' lacks its closing %c]", *at, quote);
	step_add(p, STEP_KEY)->name = buf_take(&key);
	*at = s + 2;
	return 0;
}

static int parse_index(struct path *p, const char **at, struct err **e)
{
	uint64_t n;
	const char *end = number_scan(*at, &n);

	if (!end || *end != ']' || n > INT32_MAX)
		return err_set(e, ERR_DATA,
			       "'[%s': a number from 0, * or a key in quotes is needed in brackets",
			       *at);
	step_add(p, STEP_INDEX)->index = (size_t)n;
	*at = end + 1;
	return 0;
}

/* *at stands behind the '['. */
static int parse_brackets(struct path *p, const char **at, struct err **e)
{
	if ((*at)[0] == '*' && (*at)[1] == ']') {
		step_add(p, STEP_ALL);
		*at += 2;
		return 0;
	}
	if (**at == '"' || **at == '\'')
		return parse_key(p, at, e);
	return parse_index(p, at, e);
}

static int parse_step(struct path *p, const char **at, struct err **e)
{
	if (p->count == PATH_STEPS_MAX)
		return err_set(e, ERR_DATA, "more than %d steps", PATH_STEPS_MAX);
	if (**at == '[') {
		++*at;
		return parse_brackets(p, at, e);
	}
	if (**at == '.')
		++*at;
	else if (p->count)
		return err_set(e, ERR_DATA, "'%s': a '.' or a '[' is needed between steps", *at);
	return parse_name(p, at, e);
}

struct path *path_parse(const char *text, struct err **e)
{
	struct path *p = xcalloc(1, sizeof(*p));
	const char *at = text;

	p->text = xstrdup(text);
	do {
		if (parse_step(p, &at, e)) {
			path_free(p);
			err_wrap(e, "not a path");
			return NULL;
		}
	} while (*at);
	return p;
}

void path_free(struct path *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		free(p->steps[i].name);
	free(p->steps);
	free(p->text);
	free(p);
}

const char *path_first(const struct path *p)
{
	return p->steps[0].name ? p->steps[0].name : "";
}

const char *path_text(const struct path *p)
{
	return *p->text == '.' ? p->text + 1 : p->text;
}
