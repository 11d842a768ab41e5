/*
 * op_text - matches, not_matches, starts_with, ends_with: for texts.
 */
#include "engine/judge/ops.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/regex.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

#define A_TEXT "a text"

/* The text that an operator takes: never empty, since every text has an empty one in it. */
static int take_text(struct compiler *c, struct test *t, const struct node *operand,
		     const char *label)
{
	t->deferred = operand_is_deferred(operand);
	if (t->deferred)
		return 0;
	if (operand->type != NODE_SCALAR)
		return diagnose(c->d, operand, "%s: %s takes a text, not %s", label, t->op->name,
				node_kind(operand));
	if (!operand->len)
		return diagnose(c->d, operand, "%s: %s needs a text that is not empty", label,
				t->op->name);
	t->value = json_stringn(operand->text, operand->len);
	return 0;
}

static int compile_text(struct compiler *c, struct test *t, const struct shape *shape,
			const struct node *operand, const char *label)
{
	(void)shape;
	return take_text(c, t, operand, label);
}

static int compile_pattern(struct compiler *c, struct test *t, const struct shape *shape,
			   const struct node *operand, const char *label)
{
	auto_err struct err *e = NULL;

	(void)shape;
	c->has_pattern = true;
	if (take_text(c, t, operand, label))
		return -1;
	if (t->deferred)
		return 0;
	t->regex = regex_compile(operand->text, &e);
	return t->regex ? 0
			: diagnose(c->d, operand, "%s: %s: %s", label, t->op->name, err_text(e));
}

static enum truth match(const struct test *t, const json_t *v, struct judging *j, int wanted)
{
	int found;

	if (!json_is_string(v))
		return TRUTH_VOID;
	found = regex_test(t->regex, json_string_value(v), json_string_length(v),
			   j->undecided ? NULL : j->e);
	if (found < 0) {
		j->undecided = true;
		return TRUTH_VOID;
	}
	return found == wanted ? TRUTH_HOLDS : TRUTH_FAILS;
}

static enum truth hold_matches(const struct test *t, const json_t *v, struct judging *j)
{
	return match(t, v, j, 1);
}

static enum truth hold_not_matches(const struct test *t, const json_t *v, struct judging *j)
{
	return match(t, v, j, 0);
}

static enum truth hold_starts_with(const struct test *t, const json_t *v, struct judging *j)
{
	size_t len = json_string_length(t->value);

	(void)j;
	if (!json_is_string(v))
		return TRUTH_VOID;
	return json_string_length(v) >= len &&
			       !memcmp(json_string_value(v), json_string_value(t->value), len)
		       ? TRUTH_HOLDS
		       : TRUTH_FAILS;
}

static enum truth hold_ends_with(const struct test *t, const json_t *v, struct judging *j)
{
	size_t len = json_string_length(t->value), all = json_string_length(v);

	(void)j;
	if (!json_is_string(v))
		return TRUTH_VOID;
	return all >= len && !memcmp(json_string_value(v) + all - len, json_string_value(t->value),
				     len)
		       ? TRUTH_HOLDS
		       : TRUTH_FAILS;
}

static void print_words(const struct test *t, struct speech *s, const char *words)
{
	speech_say(s, "%s ", words);
	speech_operand(t, s);
}

static void print_matches(const struct test *t, struct speech *s)
{
	print_words(t, s, "matches");
}

static void print_not_matches(const struct test *t, struct speech *s)
{
	print_words(t, s, "does not match");
}

static void print_starts_with(const struct test *t, struct speech *s)
{
	print_words(t, s, "starts with");
}

static void print_ends_with(const struct test *t, struct speech *s)
{
	print_words(t, s, "ends with");
}

#define TEXT_OPERATOR(word, reader, sentence)                                                      \
	{                                                                                          \
		.name = #word, .doc = sentence, .on = "texts", .fits = FITS_TEXT,                  \
		.takes = TAKES_TEXT, .needs = A_TEXT, .compile = reader, .hold = hold_##word,      \
		.print = print_##word                                                              \
	}

const struct operator op_matches = TEXT_OPERATOR(
	matches, compile_pattern, "The pattern (PCRE2) is found somewhere in the text.");
const struct operator op_not_matches = TEXT_OPERATOR(
	not_matches, compile_pattern,
	"There is a text, and the pattern (PCRE2) is found nowhere in it.");
const struct operator op_starts_with = TEXT_OPERATOR(starts_with, compile_text,
						     "The text starts with this one.");
const struct operator op_ends_with = TEXT_OPERATOR(ends_with, compile_text,
						   "The text ends with this one.");
