/*
 * verify-rules - name the checks that nothing could turn red, and run nothing.
 */
#include <stdint.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/cli/book.h"
#include "engine/cli/command.h"
#include "engine/cli/say.h"
#include "engine/ruleset/verify.h"

struct verify_args {
	int color;
	bool quiet;
};

static const struct option_row verify_options[] = {
	OPTION_CHOICE(struct verify_args, color, .name = "color", .argument = "WHEN",
		      .choices = color_names, .dflt = "auto", .doc = "When to use colours."),
	OPTION_FLAG(struct verify_args, quiet, .name = "quiet", .letter = 'q',
		    .doc = "Print nothing but what was found."),
	{ .name = NULL },
};

static int summary_print(const struct book *b, const struct verified *v)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	buf_printf(&out, "%zu ruleset%s, %zu check%s: %zu that nothing can turn red",
		   b->rulebook->count, b->rulebook->count == 1 ? "" : "s", v->checks,
		   v->checks == 1 ? "" : "s", v->vacuous);
	if (v->unknown)
		buf_printf(&out, ", %zu known at run time only", v->unknown);
	buf_addc(&out, '\n');
	return say_out(buf_text(&out));
}

static int verify_book(struct book *b, const struct invocation *in)
{
	const struct verify_args *a = in->args;
	auto_err struct err *e = NULL;
	struct verified v = { 0 };
	int broken;

	if (book_find(b, in->operands, in->operand_count, &e)) {
		say_error("verify-rules: %s", err_text(e));
		return err_code(e);
	}
	broken = book_load(b);
	if (!broken)
		rulebook_verify(b->rulebook, &v, &b->mistakes);
	if (say_diagnostics(&b->mistakes, STDOUT_FILENO, a->color) ||
	    (!a->quiet && !broken && summary_print(b, &v)))
		return ERR_CREATE;
	return broken ? ERR_DATA : v.vacuous ? 1
					     : 0;
}

static int verify_run(const struct invocation *in)
{
	struct book b;
	int code;

	book_init(&b);
	code = verify_book(&b, in);
	book_release(&b);
	return code;
}

const struct command command_verify_rules = {
	.name = "verify-rules",
	.summary = "name the checks that nothing could turn red",
	.description =
		"Tries the expectation of each check on observations that are made up: each fact "
		"missing, zero, empty, of another type, and beside what the expectation names. A "
		"check whose expectation holds for all of them can only be green, and is named; a "
		"part of an expectation that always holds beside others is a warning. Parameters "
		"have their defaults; nothing is looked up or run. Exit code: 0 when every check "
		"can turn red, 1 when one cannot, 65 when a ruleset is invalid.",
	.operands = "PATH|NAME ...",
	.min_operands = 1,
	.max_operands = SIZE_MAX,
	.options = verify_options,
	.args_size = sizeof(struct verify_args),
	.run = verify_run,
};
