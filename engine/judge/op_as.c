/*
 * op_as - as: convert a text before the other operators of its map see it. What does not convert
 * fails.
 */
#include "engine/judge/ops.h"

#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"
#include "engine/judge/moment.h"

const char *const convert_names[] = {
	"duration", "json", "number", "size", "time", "version", NULL
};
static const enum fact_type convert_types[] = { FACT_DURATION, FACT_OPEN, FACT_NUMBER,
						FACT_SIZE,     FACT_TIME, FACT_VERSION };

int convert_find(const char *name)
{
	for (size_t i = 0; convert_names[i]; i++)
		if (!strcmp(convert_names[i], name))
			return (int)convert_types[i];
	return -1;
}

static json_t *convert_number(const char *s)
{
	int64_t whole;
	double real;

	if (number_real(s, &real))
		return NULL;
	return number_int(s, &whole) ? json_real(real) : json_integer(whole);
}

static json_t *convert_duration(const char *s)
{
	int64_t ns;

	return number_duration(s, &ns) ? NULL : json_real((double)ns / (double)NS_PER_S);
}

static json_t *convert_size(const char *s)
{
	uint64_t bytes;

	return number_size(s, &bytes) || bytes > INT64_MAX ? NULL : json_integer((json_int_t)bytes);
}

static json_t *convert_text(enum fact_type to, const json_t *v)
{
	const char *s = json_string_value(v);
	size_t len = json_string_length(v);
	int64_t ns;

	switch (to) {
	case FACT_NUMBER:
		return convert_number(s);
	case FACT_DURATION:
		return convert_duration(s);
	case FACT_SIZE:
		return convert_size(s);
	case FACT_TIME:
		return moment_parse(s, &ns) ? NULL : json_stringn_nocheck(s, len);
	case FACT_VERSION:
		return number_is_version(s) ? json_stringn_nocheck(s, len) : NULL;
	default:
		return json_loadb(s, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	}
}

/* The end of a command's output is no part of the number in it. */
static json_t *trimmed(const json_t *v)
{
	const char *s = json_string_value(v);
	size_t len = json_string_length(v);

	for (; len && strchr(" \t\r\n", *s); s++)
		len--;
	while (len && strchr(" \t\r\n", s[len - 1]))
		len--;
	/* a NUL inside ends what the readers of numbers see: such a text is none */
	return memchr(s, '\0', len) ? NULL : json_stringn_nocheck(s, len);
}

json_t *convert_as(enum fact_type to, const json_t *v)
{
	json_t *text, *value;

	if (json_is_string(v)) {
		text = trimmed(v);
		value = text ? convert_text(to, text) : NULL;
		json_decref(text);
		return value;
	}
	if (json_is_number(v) && (to == FACT_NUMBER || to == FACT_DURATION || to == FACT_SIZE))
		return json_incref((json_t *)(uintptr_t)v);
	return to == FACT_OPEN ? json_incref((json_t *)(uintptr_t)v) : NULL;
}

static int compile_as(struct compiler *c, struct test *t, const struct shape *shape,
		      const struct node *operand, const char *label)
{
	int to = operand->type == NODE_SCALAR ? convert_find(operand->text) : -1;

	(void)shape;
	if (operand->type != NODE_SCALAR)
		return diagnose(c->d, operand,
				"%s: as takes one of duration, json, number, size, time, version",
				label);
	if (to < 0)
		return diagnose_unknown(c->d, operand, "conversion", "as", operand->text,
					convert_names);
	t->to = (enum fact_type)to;
	return 0;
}

static enum truth hold_as(const struct test *t, const json_t *v, struct judging *j)
{
	json_t *value;
	enum truth truth;

	/* nothing stays nothing, so that `exists: false` may be said of it */
	if (!v || json_is_null(v))
		return op_every.hold(t, NULL, j);
	value = convert_as(t->to, v);
	truth = value ? op_every.hold(t, value, j) : TRUTH_VOID;
	json_decref(value);
	return truth;
}

static const char *convert_name(enum fact_type to)
{
	for (size_t i = 0; convert_names[i]; i++)
		if (convert_types[i] == to)
			return convert_names[i];
	return "";
}

static void print_as(const struct test *t, struct speech *s)
{
	speech_say(s, "as %s: ", convert_name(t->to));
	op_every.print(t, s);
}

static void actual_as(const struct test *t, const json_t *v, struct speech *s)
{
	json_t *value = v ? convert_as(t->to, v) : NULL;

	if (value) {
		speech_value(s, t->to, value);
	} else {
		speech_value(s, FACT_OPEN, v);
		speech_say(s, " (cannot be read as %s)", convert_name(t->to));
	}
	json_decref(value);
}

const struct operator op_as = {
	.name = "as",
	.doc = "Convert a text first, into what the other operators beside it are for.",
	.on = "texts",
	.fits = FITS(FACT_TEXT) | FITS(FACT_VERSION),
	.takes = TAKES_TYPE,
	.compile = compile_as,
	.hold = hold_as,
	.print = print_as,
	.actual = actual_as,
};
