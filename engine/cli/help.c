/*
 * help - the help texts, made from the tables of commands and options.
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/cli/command.h"
#include "engine/cli/table.h"

enum { LEFT = 28 };

/* A row of two columns; a long left side has its line alone. */
static void row_add(struct buf *out, const char *left, const char *right)
{
	const size_t width = strlen(left) + 4;

	if (width > LEFT)
		buf_printf(out, "  %s\n%*s", left, LEFT, "");
	else
		buf_printf(out, "  %-*s", LEFT - 2, left);
	page_wrap(out, right, LEFT, LEFT);
	buf_addc(out, '\n');
}

void help_option_name(const struct option_row *row, struct buf *out)
{
	if (row->letter)
		buf_printf(out, "-%c, ", row->letter);
	buf_printf(out, "--%s", row->name);
	if (row->argument)
		buf_printf(out, row->when_bare ? "[=%s]" : " %s", row->argument);
}

void help_option_doc(const struct option_row *row, struct buf *out)
{
	buf_adds(out, row->doc);
	if (row->choices && row->choices[0]) {
		buf_adds(out, " One of");
		for (const char *const *c = row->choices; *c; c++)
			buf_printf(out, "%s %s", c == row->choices ? "" : ",", *c);
		buf_addc(out, '.');
	}
	if (row->dflt)
		buf_printf(out, " Default: %s.", row->dflt);
	if (row->kind == OPTION_KIND_WORDS)
		buf_adds(out, " May be repeated.");
}

static void options_add(struct buf *out, const struct option_row *rows)
{
	buf_adds(out, "\nOptions:\n");
	for (const struct option_row *row = rows; row->name; row++) {
		auto_buf struct buf name = BUF_INIT(SIZE_MAX);
		auto_buf struct buf doc = BUF_INIT(SIZE_MAX);

		help_option_name(row, &name);
		help_option_doc(row, &doc);
		row_add(out, buf_text(&name), buf_text(&doc));
	}
	row_add(out, "-h, --help", "Print this help.");
}

/* Paragraphs are parted by line ends. */
static void paragraphs_add(struct buf *out, const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");
		auto_buf struct buf one = BUF_INIT(SIZE_MAX);

		buf_add(&one, text, len);
		buf_addc(out, '\n');
		page_wrap(out, buf_text(&one), 0, 0);
		buf_addc(out, '\n');
		text += len + strspn(text + len, "\n");
	}
}

void help_command(const struct command *c, struct buf *out)
{
	buf_printf(out, "Usage: rounds %s [OPTION ...]%s%s\n", c->name, c->operands ? " " : "",
		   c->operands ? c->operands : "");
	paragraphs_add(out, c->description);
	options_add(out, c->options);
}

void help_program(struct buf *out)
{
	buf_adds(out, "Usage: rounds COMMAND [OPTION ...] [OPERAND ...]\n");
	paragraphs_add(out, "Makes the night watchman's rounds: reads rulesets in YAML, carries "
			    "their checks out in parallel on real systems, and reports what it "
			    "found. It changes nothing on what it inspects.");
	buf_adds(out, "\nCommands:\n");
	for (const struct command *const *c = command_registry; *c; c++)
		if (!(*c)->hidden)
			row_add(out, (*c)->name, (*c)->summary);
	buf_adds(out, "\nOptions:\n");
	row_add(out, "-h, --help", "Print this help; after a command, the help of that command.");
	row_add(out, "-V, --version", "Print the version.");
	paragraphs_add(out, "Exit codes of run: 0 passed, 1 failed, 2 no verdict, 3 passed with "
			    "warnings (--warn-exit), 4 nothing was inspected, 64 and up as in "
			    "sysexits.h.");
}
