/*
 * man - the manual page rounds(1), made from the tables while the program is built.
 */
#include <stdint.h>
#include <string.h>

#include "checks/registry.h"
#include "engine/base/buf.h"
#include "engine/cli/command.h"
#include "engine/cli/explain.h"
#include "engine/cli/say.h"
#include "engine/decl/check_type.h"
#include "engine/result/report_format.h"
#include "reports/registry.h"

static const struct option_row man_options[] = { { .name = NULL } };

/* Text as man(7) wants it: a backslash, and a dot or a quote at the start of a line, are not
 * commands; a '-' is one to type; a terminal of the C locale has no '…'. */
static void put(struct buf *out, const char *text)
{
	static const char dots[] = "…";

	if (*text == '.' || *text == '\'')
		buf_adds(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			buf_adds(out, "\\e");
		else if (*text == '-')
			buf_adds(out, "\\-");
		else if (strncmp(text, dots, strlen(dots)) == 0) {
			buf_adds(out, "...");
			text += strlen(dots) - 1;
		} else
			buf_addc(out, *text);
	}
}

static void section(struct buf *out, const char *title)
{
	buf_printf(out, ".SH %s\n", title);
}

/* A term in bold and what it means. */
static void item(struct buf *out, const char *term, const char *meaning)
{
	buf_adds(out, ".TP\n\\fB");
	put(out, term);
	buf_adds(out, "\\fR\n");
	put(out, meaning);
	buf_addc(out, '\n');
}

static void command_section(struct buf *out, const struct command *c)
{
	buf_adds(out, ".SS \"rounds ");
	put(out, c->name);
	buf_printf(out, "%s%s\"\n", c->operands ? " " : "", c->operands ? c->operands : "");
	for (const char *text = c->description; *text;
	     text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n')) {
		auto_buf struct buf one = BUF_INIT(SIZE_MAX);

		buf_add(&one, text, strcspn(text, "\n"));
		put(out, buf_text(&one));
		buf_adds(out, "\n.PP\n");
	}
	for (const struct option_row *row = c->options; row->name; row++) {
		auto_buf struct buf name = BUF_INIT(SIZE_MAX);
		auto_buf struct buf doc = BUF_INIT(SIZE_MAX);

		help_option_name(row, &name);
		help_option_doc(row, &doc);
		item(out, buf_text(&name), buf_text(&doc));
	}
}

static void fact_item(void *ctx, const char *path, const struct fact *f)
{
	auto_buf struct buf doc = BUF_INIT(SIZE_MAX);

	buf_printf(&doc, "%s (%s)", f->doc, fact_type_name(f->type));
	item(ctx, path, buf_text(&doc));
}

static void type_section(struct buf *out, const struct check_type *type)
{
	auto_buf struct buf holds = BUF_INIT(SIZE_MAX);

	buf_printf(out, ".SS %s\n", type->name);
	put(out, type->summary);
	buf_adds(out, "\n.PP\nFields:\n");
	for (const struct field *f = type->fields; f->name; f++) {
		auto_buf struct buf about = BUF_INIT(SIZE_MAX);
		auto_buf struct buf doc = BUF_INIT(SIZE_MAX);

		explain_field(f, &about);
		buf_printf(&doc, "%s (%s)", f->doc, buf_text(&about));
		item(out, f->name, buf_text(&doc));
	}
	buf_adds(out, ".PP\nFacts:\n");
	explain_facts(type->facts, fact_item, out);
	explain_default(type, &holds);
	if (holds.len) {
		buf_adds(out, ".PP\nHolds unless expect says otherwise:\n.PP\n.nf\n");
		put(out, buf_text(&holds));
		buf_adds(out, "\n.fi\n");
	}
}

static void head(struct buf *out)
{
	buf_adds(out,
		 ".\\\" Made by `rounds man`; do not edit.\n.TH ROUNDS 1 \"\" \"" PACKAGE_STRING
		 "\"\n");
	section(out, "NAME");
	buf_adds(out, "rounds \\- inspect machines and services by declarative rulesets\n");
	section(out, "SYNOPSIS");
	for (const struct command *const *c = command_registry; *c; c++)
		if (!(*c)->hidden)
			buf_printf(out, ".B rounds %s\n[OPTION ...]%s%s\n.br\n", (*c)->name,
				   (*c)->operands ? " " : "", (*c)->operands ? (*c)->operands : "");
	section(out, "DESCRIPTION");
	put(out, "Reads rulesets in YAML, carries their checks out in parallel in worker "
		 "processes, judges what they observed, and reports it. It changes nothing on "
		 "what it inspects.");
	buf_addc(out, '\n');
}

static void exit_section(struct buf *out)
{
	section(out, "EXIT STATUS");
	item(out, "0", "The gate passed.");
	item(out, "1", "The gate failed: a check at or above --fail-on failed.");
	item(out, "2", "No verdict: a check ended as an error, or the run was cut short.");
	item(out, "3",
	     "Passed, but checks below the gate failed, or some were flaky or pending; only "
	     "with --warn-exit.");
	item(out, "4", "Nothing was inspected, or a ruleset that was named does not apply.");
	item(out, "64, 65, 66, 70, 73, 75, 77, 78",
	     "As in sysexits.h: usage, an invalid ruleset or value, not found, a bug, a report "
	     "that could not be written, another run holds the lock, trust refused, bad "
	     "configuration.");
}

static void environment_section(struct buf *out)
{
	section(out, "ENVIRONMENT");
	item(out, "ROUNDS_PARAM_NAME", "The value of the parameter NAME.");
	item(out, "ROUNDS_RULESETS", "Folders to look for rulesets in first, parted by colons.");
	item(out, "ROUNDS_CONFIG",
	     "The folder of the site's settings instead of " ROUNDS_SYSCONFDIR ".");
	item(out, "ROUNDS_MODULES", "The folder of the loadable modules.");
	item(out, "NO_COLOR",
	     "When set and not empty, no colours are used unless --color=always is given.");
	section(out, "FILES");
	item(out, ROUNDS_SYSCONFDIR "/params.d/*.yaml", "The site's parameters.");
	item(out, ROUNDS_SYSCONFDIR "/rulesets", "The site's own rulesets.");
	item(out, ROUNDS_DATADIR "/rulesets", "The rulesets that ship.");
}

static int man_run(const struct invocation *in)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	(void)in;
	head(&out);
	section(&out, "COMMANDS");
	for (const struct command *const *c = command_registry; *c; c++)
		if (!(*c)->hidden)
			command_section(&out, *c);
	section(&out, "CHECK TYPES");
	for (const struct check_type *const *type = check_registry; *type; type++)
		type_section(&out, *type);
	section(&out, "FACTS OF EVERY TYPE");
	explain_facts(common_facts, fact_item, &out);
	section(&out, "KINDS OF TROUBLE");
	for (int k = KIND_NONE + 1; k < KIND_COUNT; k++)
		item(&out, kinds[k].name, kinds[k].en);
	section(&out, "REPORT FORMATS");
	for (const struct report_format *const *f = report_registry; *f; f++)
		item(&out, (*f)->name, (*f)->summary);
	exit_section(&out);
	environment_section(&out);
	return say_out(buf_text(&out));
}

const struct command command_man = {
	.name = "man",
	.summary = "print the manual page",
	.description = "Prints the manual page, made from the tables.",
	.options = man_options,
	.hidden = true,
	.run = man_run,
};
