/*
 * list - what there is: rulesets, their checks, check types, report formats.
 */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "checks/registry.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/cli/book.h"
#include "engine/cli/command.h"
#include "engine/cli/say.h"
#include "engine/cli/table.h"
#include "engine/result/report_format.h"
#include "reports/registry.h"

struct list_args {
	int color, lang;
	bool checks, reports, types;
};

static const struct option_row list_options[] = {
	OPTION_FLAG(struct list_args, checks, .name = "checks",
		    .doc = "List the checks of the rulesets."),
	OPTION_CHOICE(struct list_args, color, .name = "color", .argument = "WHEN",
		      .choices = color_names, .dflt = "auto",
		      .doc = "When to use colours in mistakes."),
	OPTION_CHOICE(struct list_args, lang, .name = "lang", .argument = "LANGUAGE",
		      .choices = language_names,
		      .doc = "The language of titles; the locale's unless given."),
	OPTION_FLAG(struct list_args, reports, .name = "reports",
		    .doc = "List the report formats."),
	OPTION_FLAG(struct list_args, types, .name = "types", .doc = "List the check types."),
	{ .name = NULL },
};

/* A list of options or types: two columns. */
static int pairs_print(struct table *t)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	table_print(t, 0, &out);
	table_free(t);
	return say_out(buf_text(&out));
}

static int reports_list(void)
{
	struct table *t = table_new(2);

	for (const struct report_format *const *f = report_registry; *f; f++) {
		table_cell(t, (*f)->name);
		table_cell(t, (*f)->summary);
	}
	return pairs_print(t);
}

static int types_list(void)
{
	struct table *t = table_new(2);

	for (const struct check_type *const *type = check_registry; *type; type++) {
		table_cell(t, (*type)->name);
		table_cell(t, (*type)->summary);
	}
	return pairs_print(t);
}

static void ruleset_row(struct table *t, const struct ruleset *r, const char *lang)
{
	auto_free char *count = xasprintf("%zu", r->rule_count);
	const char *title = words_in(&r->title, lang);
	auto_free char *marked = xasprintf(
		"%s%s", title ? title : "",
		strcmp(lang, "zh") ? " (only when named)" : "（指定名称时才运行）");

	table_cell(t, r->name);
	table_cell(t, r->version);
	table_cell(t, count);
	table_cell(t, r->on_demand ? marked : title);
	table_cell(t, r->document ? document_name(r->document) : "");
}

static int rulesets_list(const struct rulebook *book, const char *lang)
{
	static const char *const heads[] = { "RULESET", "VERSION", "CHECKS", "TITLE", "FILE" };
	struct table *t = table_new(ARRAY_SIZE(heads));

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		table_cell(t, heads[i]);
	for (size_t i = 0; i < book->count; i++)
		ruleset_row(t, book->rulesets[i], lang);
	return pairs_print(t);
}

static void rule_row(struct table *t, const struct rule *r, const char *lang)
{
	auto_free char *id = xasprintf("%s/%s%s", r->ruleset->name, r->id, r->for_each ? "[]" : "");
	const struct node *title = r->title;

	if (title && title->type == NODE_MAP)
		title = node_get(r->title, lang) ? node_get(r->title, lang)
						 : node_get(r->title, "en");
	table_cell(t, id);
	table_cell(t, r->type->name);
	table_cell(t, severity_name(r->severity));
	table_cell(t, title && title->type == NODE_SCALAR ? title->text : "");
}

static int checks_list(const struct rulebook *book, const char *lang)
{
	struct table *t = table_new(4);

	for (size_t i = 0; i < book->count; i++)
		for (size_t k = 0; k < book->rulesets[i]->rule_count; k++)
			rule_row(t, book->rulesets[i]->rules[k], lang);
	return pairs_print(t);
}

static int book_list(struct book *b, const struct invocation *in)
{
	const struct list_args *a = in->args;
	auto_err struct err *e = NULL;

	if (book_find(b, in->operands, in->operand_count, &e)) {
		say_error("list: %s", err_text(e));
		return err_code(e);
	}
	if (book_load(b)) {
		say_diagnostics(&b->mistakes, STDERR_FILENO, a->color);
		return ERR_DATA;
	}
	return a->checks ? checks_list(b->rulebook, language(a->lang))
			 : rulesets_list(b->rulebook, language(a->lang));
}

static int list_run(const struct invocation *in)
{
	const struct list_args *a = in->args;
	struct book b;
	int code;

	if (a->reports)
		return reports_list();
	if (a->types)
		return types_list();
	book_init(&b);
	code = book_list(&b, in);
	book_release(&b);
	return code;
}

const struct command command_list = {
	.name = "list",
	.summary = "what there is: rulesets, checks, check types, report formats",
	.description =
		"Lists the rulesets that are installed or shipped, or those of the operands.",
	.operands = "[PATH|NAME ...]",
	.max_operands = SIZE_MAX,
	.options = list_options,
	.args_size = sizeof(struct list_args),
	.run = list_run,
};
