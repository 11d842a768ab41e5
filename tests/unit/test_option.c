/*
 * test_option - the parser of the command line, mistake by mistake with the very line that users
 * read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/cli/option.h"

static const char *const sizes[] = { "large", "medium", "small", NULL };

struct args {
	bool quiet;
	const char *path;
	struct words_given tags, limited;
	int size, at_least;
	uint64_t jobs;
	int64_t timeout;
};

static const struct option_row rows[] = {
	OPTION_CHOICE(struct args, at_least, .name = "at-least", .argument = "SIZE",
		      .when_bare = "small", .choices = sizes, .doc = "Bare or not."),
	OPTION_UINT(struct args, jobs, .name = "jobs", .argument = "N", .min = 1, .max = 99,
		    .doc = "A number."),
	OPTION_WORDS(struct args, limited, .name = "limited", .argument = "SIZE", .choices = sizes,
		     .doc = "Some of these."),
	OPTION_TEXT(struct args, path, .name = "path", .argument = "PATH", .doc = "A text."),
	OPTION_FLAG(struct args, quiet, .name = "quiet", .letter = 'q', .doc = "A flag."),
	OPTION_CHOICE(struct args, size, .name = "size", .argument = "SIZE", .choices = sizes,
		      .dflt = "medium", .doc = "One of these."),
	OPTION_WORDS(struct args, tags, .name = "tag", .argument = "TAG", .doc = "Texts."),
	OPTION_DURATION(struct args, timeout, .name = "timeout", .argument = "DURATION",
			.doc = "A duration."),
	{ .name = NULL },
};

/* One command line, parsed. */
struct parsed {
	struct args args;
	struct words_given operands;
	bool help;
	int rc;
	struct err *e;
	char *argv[16]; /* what was given points into it */
	int argc;
};

static void parse(struct parsed *p, const char *const *words)
{
	*p = (struct parsed){ 0 };
	for (; words[p->argc]; p->argc++)
		p->argv[p->argc] = xstrdup(words[p->argc]);
	options_default(rows, &p->args);
	p->rc = options_parse(rows, &p->args, p->argc, p->argv, &p->operands, &p->help, &p->e);
}

static void release(struct parsed *p)
{
	options_free(rows, &p->args);
	words_free(&p->operands);
	err_free(p->e);
	for (int i = 0; i < p->argc; i++)
		free(p->argv[i]);
}

struct mistake {
	const char *words[4];
	const char *message;
};

static const struct mistake mistakes[] = {
	{ { "--quite" }, "unknown option '--quite'; did you mean '--quiet'?" },
	{ { "--zebra" }, "unknown option '--zebra'" },
	{ { "--zebra=1" }, "unknown option '--zebra'" },
	{ { "-x" }, "unknown option '-x'" },
	{ { "-qx" }, "unknown option '-qx'" },
	{ { "--quiet=yes" }, "--quiet takes no argument" },
	{ { "--path" }, "--path needs an argument: PATH" },
	{ { "--size", "smal" }, "--size: unknown 'smal'; did you mean 'small'?" },
	{ { "--size=tremendous" },
	  "--size: unknown 'tremendous'; it is one of large, medium, small" },
	{ { "--size=" }, "--size: unknown ''; it is one of large, medium, small" },
	{ { "--limited", "lagre" }, "--limited: unknown 'lagre'; did you mean 'large'?" },
	{ { "--jobs", "0" }, "--jobs: '0' is not a number from 1 to 99" },
	{ { "--jobs=100" }, "--jobs: '100' is not a number from 1 to 99" },
	{ { "--jobs=-1" }, "--jobs: '-1' is not a number from 1 to 99" },
	{ { "--jobs=1x" }, "--jobs: '1x' is not a number from 1 to 99" },
	{ { "--timeout", "5" }, "--timeout: '5' needs a unit: ms, s, m, h or d" },
	{ { "--timeout", "soon" }, "--timeout: 'soon' is not a duration like 10s or 5m" },
	{ { "--timeout", "0s" }, "--timeout: '0s' is not a duration like 10s or 5m" },
	{ { "--at-least=smal" }, "--at-least: unknown 'smal'; did you mean 'small'?" },
};

static void mistakes_say_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct parsed p;

		parse(&p, mistakes[i].words);
		assert_int_equal(p.rc, -1);
		assert_string_equal(err_text(p.e), mistakes[i].message);
		assert_int_equal(err_code(p.e), ERR_USAGE);
		release(&p);
	}
}

static void every_kind_is_read(void **state)
{
	static const char *const words[] = { "--jobs=7", "--path", "x=y",          "-q",
					     "--size",   "large",  "--timeout=2m", "--tag",
					     "a",        "one",    "--tag=b",      NULL };
	struct parsed p;

	(void)state;
	parse(&p, words);
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.args.jobs, 7);
	assert_string_equal(p.args.path, "x=y");
	assert_true(p.args.quiet);
	assert_int_equal(p.args.size, 0);
	assert_true(p.args.timeout == INT64_C(120000000000));
	assert_int_equal(p.args.tags.count, 2);
	assert_string_equal(p.args.tags.items[1], "b");
	assert_null(p.args.tags.items[2]);
	assert_int_equal(p.operands.count, 1);
	assert_string_equal(p.operands.items[0], "one");
	release(&p);
}

static void defaults_and_bare_options(void **state)
{
	static const char *const nothing[] = { NULL };
	static const char *const bare[] = { "--at-least", "large", NULL };
	struct parsed p;

	(void)state;
	parse(&p, nothing);
	assert_int_equal(p.args.size, 1);
	assert_int_equal(p.args.at_least, -1);
	assert_null(p.args.tags.items);
	release(&p);
	parse(&p, bare);
	assert_int_equal(p.args.at_least, 2);
	assert_string_equal(p.operands.items[0], "large");
	release(&p);
}

static void dashes(void **state)
{
	static const char *const words[] = { "-", "--", "--quiet", "-q", NULL };
	struct parsed p;

	(void)state;
	parse(&p, words);
	assert_int_equal(p.rc, 0);
	assert_false(p.args.quiet);
	assert_int_equal(p.operands.count, 3);
	assert_string_equal(p.operands.items[0], "-");
	assert_string_equal(p.operands.items[1], "--quiet");
	release(&p);
}

static void the_rest_is_read_after_a_mistake(void **state)
{
	static const char *const words[] = { "--zebra", "--tag", "a", "--jobs=x", "-h", NULL };
	struct parsed p;

	(void)state;
	parse(&p, words);
	assert_int_equal(p.rc, -1);
	assert_string_equal(err_text(p.e), "unknown option '--zebra'");
	assert_int_equal(p.args.tags.count, 1);
	assert_true(p.help);
	release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_say_what_is_wrong),
		cmocka_unit_test(every_kind_is_read),
		cmocka_unit_test(defaults_and_bare_options),
		cmocka_unit_test(dashes),
		cmocka_unit_test(the_rest_is_read_after_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
