/*
 * op_size - empty, length, unique: how much there is in a text or a list.
 */
#include "engine/judge/ops.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

#define ON_SIZED "texts and lists"
#define NEEDS_SIZED "a text or a list"

static size_t characters(const char *s, size_t len)
{
	size_t n = 0;

	/* JSON strings are valid UTF-8: each byte that does not go on starts one */
	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

/* Characters of a text, items of a list; -1 for anything else. */
static json_int_t length_of(const json_t *v)
{
	if (json_is_string(v))
		return (json_int_t)characters(json_string_value(v), json_string_length(v));
	return json_is_array(v) ? (json_int_t)json_array_size(v) : -1;
}

static int compile_empty(struct compiler *c, struct test *t, const struct shape *shape,
			 const struct node *operand, const char *label)
{
	(void)shape;
	t->deferred = operand_is_deferred(operand);
	return t->deferred ? 0 : operand_bool(c, operand, label, &t->flag);
}

static enum truth hold_empty(const struct test *t, const json_t *v, struct judging *j)
{
	json_int_t length = length_of(v);

	(void)j;
	if (length < 0)
		return TRUTH_VOID;
	return (length == 0) == t->flag ? TRUTH_HOLDS : TRUTH_FAILS;
}

static void print_empty(const struct test *t, struct speech *s)
{
	speech_say(s, t->flag ? "empty" : "not empty");
}

static int compile_length(struct compiler *c, struct test *t, const struct shape *shape,
			  const struct node *operand, const char *label)
{
	const struct shape number = shape_simple(FACT_INT);
	auto_free char *inner = xasprintf("%s: length", label);

	(void)shape;
	test_add(t, compile(c, operand, &number, inner));
	return t->count ? 0 : -1;
}

static enum truth hold_length(const struct test *t, const json_t *v, struct judging *j)
{
	json_int_t length = length_of(v);
	enum truth truth;
	json_t *n;

	if (length < 0)
		return TRUTH_VOID;
	n = json_integer(length);
	truth = test_hold(t->subs[0], n, j);
	json_decref(n);
	return truth;
}

static void print_length(const struct test *t, struct speech *s)
{
	speech_say(s, "length ");
	test_print(t->subs[0], s);
}

static void actual_length(const struct test *t, const json_t *v, struct speech *s)
{
	(void)t;
	if (length_of(v) < 0)
		return;
	speech_say(s, "length %" JSON_INTEGER_FORMAT ": ", length_of(v));
	speech_value(s, FACT_OPEN, v);
}

static int compile_unique(struct compiler *c, struct test *t, const struct shape *shape,
			  const struct node *operand, const char *label)
{
	(void)shape;
	t->deferred = operand_is_deferred(operand);
	if (t->deferred)
		return 0;
	if (operand_bool(c, operand, label, &t->flag))
		return -1;
	return t->flag ? 0 : diagnose(c->d, operand, "%s: unique can only be true", label);
}

/* An item as text that is the same for the same items, and where it stands. */
struct printed {
	char *text;
	size_t index;
};

/* A new reference to the value, in which 1.0 is 1, as it is for eq. */
static json_t *with_plain_numbers(const json_t *v)
{
	const double real = json_real_value(v);
	json_t *copy, *item;
	const char *key;
	size_t i;

	if (json_is_real(v) && real >= -0x1p63 && real < 0x1p63 &&
	    real == (double)(json_int_t)real)
		return json_integer((json_int_t)real);
	if (json_is_array(v)) {
		copy = json_array();
		json_array_foreach(v, i, item)
			json_array_append_new(copy, with_plain_numbers(item));
		return copy;
	}
	if (!json_is_object(v))
		return json_incref((json_t *)(uintptr_t)v);
	copy = json_object();
	json_object_foreach((json_t *)(uintptr_t)v, key, item)
		json_object_set_new_nocheck(copy, key, with_plain_numbers(item));
	return copy;
}

static char *printed_text(const json_t *item)
{
	json_t *plain = with_plain_numbers(item);
	char *text = json_dumps(plain, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(plain);
	return text ? text : xstrdup("");
}

static int printed_compare(const void *a, const void *b)
{
	const struct printed *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* The first item that is there twice (by its second place), or the number of items. */
static size_t first_repeated(const json_t *list, size_t *earlier)
{
	size_t n = json_array_size(list), found = n;
	struct printed *items = xcalloc(n + 1, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = (struct printed){ .text = printed_text(json_array_get(list, i)),
					     .index = i };
	qsort(items, n, sizeof(*items), printed_compare);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(items[i - 1].text, items[i].text) && items[i].index < found) {
			found = items[i].index;
			*earlier = items[i - 1].index;
		}
	for (size_t i = 0; i < n; i++)
		free(items[i].text);
	free(items);
	return found;
}

static enum truth hold_unique(const struct test *t, const json_t *v, struct judging *j)
{
	size_t earlier;

	(void)t;
	(void)j;
	if (!json_is_array(v))
		return TRUTH_VOID;
	return first_repeated(v, &earlier) == json_array_size(v) ? TRUTH_HOLDS : TRUTH_FAILS;
}

static void print_unique(const struct test *t, struct speech *s)
{
	(void)t;
	speech_say(s, "all items different");
}

static void actual_unique(const struct test *t, const json_t *v, struct speech *s)
{
	size_t earlier = 0;
	size_t later = first_repeated(v, &earlier);

	(void)t;
	if (later < json_array_size(v)) {
		speech_say(s, "items %zu and %zu of %zu are both ", earlier, later,
			   json_array_size(v));
		speech_value(s, FACT_OPEN, json_array_get(v, later));
	}
}

const struct operator op_empty = {
	.name = "empty",
	.doc = "Whether the text or the list has nothing in it.",
	.on = ON_SIZED,
	.fits = FITS_TEXT | FITS_LIST,
	.takes = TAKES_BOOL,
	.needs = NEEDS_SIZED,
	.compile = compile_empty,
	.hold = hold_empty,
	.print = print_empty,
};

const struct operator op_length = {
	.name = "length",
	.doc = "The number of characters of a text, or of items of a list, is as expected.",
	.on = ON_SIZED,
	.fits = FITS_TEXT | FITS_LIST,
	.takes = TAKES_LENGTH,
	.needs = NEEDS_SIZED,
	.compile = compile_length,
	.hold = hold_length,
	.print = print_length,
	.actual = actual_length,
};

const struct operator op_unique = {
	.name = "unique",
	.doc = "No item of the list is there twice.",
	.on = "lists",
	.fits = FITS_LIST,
	.takes = TAKES_TRUE,
	.needs = "a list",
	.compile = compile_unique,
	.hold = hold_unique,
	.print = print_unique,
	.actual = actual_unique,
};
