/*
 * lint - say everything that is wrong with rulesets, and run nothing.
 */
#include <stdint.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/cli/book.h"
#include "engine/cli/command.h"
#include "engine/cli/say.h"

struct lint_args {
	int color;
	bool quiet;
};

static const struct option_row lint_options[] = {
	OPTION_CHOICE(struct lint_args, color, .name = "color", .argument = "WHEN",
		      .choices = color_names, .dflt = "auto", .doc = "When to use colours."),
	OPTION_FLAG(struct lint_args, quiet, .name = "quiet", .letter = 'q',
		    .doc = "Print nothing but mistakes."),
	{ .name = NULL },
};

static size_t rule_count(const struct rulebook *book)
{
	size_t n = 0;

	for (size_t i = 0; i < book->count; i++)
		n += book->rulesets[i]->rule_count;
	return n;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static int summary_print(const struct book *b)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	const size_t warnings = b->mistakes.count - b->mistakes.errors;
	const size_t rules = rule_count(b->rulebook);

	buf_printf(&out, "%zu ruleset%s, %zu check%s: %zu mistake%s", b->rulebook->count,
		   plural(b->rulebook->count), rules, plural(rules), b->mistakes.errors,
		   plural(b->mistakes.errors));
	if (warnings)
		buf_printf(&out, ", %zu warning%s", warnings, plural(warnings));
	buf_addc(&out, '\n');
	return say_out(buf_text(&out));
}

static int lint_book(struct book *b, const struct invocation *in)
{
	const struct lint_args *a = in->args;
	auto_err struct err *e = NULL;
	int broken;

	if (book_find(b, in->operands, in->operand_count, &e)) {
		say_error("lint: %s", err_text(e));
		return err_code(e);
	}
	broken = book_load(b);
	if (say_diagnostics(&b->mistakes, STDOUT_FILENO, a->color) ||
	    (!a->quiet && summary_print(b)))
		return ERR_CREATE;
	return broken ? ERR_DATA : 0;
}

static int lint_run(const struct invocation *in)
{
	struct book b;
	int code;

	book_init(&b);
	code = lint_book(&b, in);
	book_release(&b);
	return code;
}

const struct command command_lint = {
	.name = "lint",
	.summary = "say all mistakes of rulesets at once",
	.description = "Reads rulesets and says everything that is wrong with them, each as "
		       "file:line:column with the source line. Nothing is run. Exit code: 65 when "
		       "there is a mistake; warnings are none.",
	.operands = "PATH|NAME ...",
	.min_operands = 1,
	.max_operands = SIZE_MAX,
	.options = lint_options,
	.args_size = sizeof(struct lint_args),
	.run = lint_run,
};
