/*
 * explain - what a check type takes and yields, or what a kind of trouble means.
 */
#include <stdint.h>

#include "checks/registry.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/cli/explain.h"
#include "engine/cli/say.h"
#include "engine/cli/table.h"

static const struct option_row explain_options[] = { { .name = NULL } };

static void types_list(struct buf *out)
{
	struct table *t = table_new(2);

	buf_adds(out, "Check types:\n");
	for (const struct check_type *const *type = check_registry; *type; type++) {
		table_cell(t, (*type)->name);
		table_cell(t, (*type)->summary);
	}
	table_print(t, 2, out);
	table_free(t);
}

static void kinds_list(bool blind, struct buf *out)
{
	struct table *t = table_new(2);

	for (int k = KIND_NONE + 1; k < KIND_COUNT; k++) {
		if (kinds[k].blind != blind)
			continue;
		table_cell(t, kinds[k].name);
		table_cell(t, kinds[k].en);
	}
	table_print(t, 2, out);
	table_free(t);
}

static void everything(struct buf *out)
{
	types_list(out);
	buf_adds(out, "\nFindings (error.kind of a fail):\n");
	kinds_list(false, out);
	buf_adds(out, "\nBlind (error.kind of an error):\n");
	kinds_list(true, out);
}

static void kind_explain(enum kind k, struct buf *out)
{
	buf_printf(out, "%s - %s\n  %s\n  %s\n", kinds[k].name,
		   kinds[k].blind ? "an error: no verdict" : "a finding: a fail", kinds[k].en,
		   kinds[k].zh);
}

static int unknown(const char *word)
{
	struct words_given known = { 0 };
	const char *near;

	for (const struct check_type *const *type = check_registry; *type; type++)
		words_add(&known, (*type)->name);
	for (int k = KIND_NONE + 1; k < KIND_COUNT; k++)
		words_add(&known, kinds[k].name);
	near = text_nearest(word, known.items);
	if (near)
		say_error("explain: there is no check type or kind '%s'; did you mean '%s'?", word,
			  near);
	else
		say_error(
			"explain: there is no check type or kind '%s'; 'rounds explain' shows them",
			word);
	words_free(&known);
	return ERR_NOT_FOUND;
}

static int explain_run(const struct invocation *in)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	if (!in->operand_count)
		everything(&out);
	for (size_t i = 0; i < in->operand_count; i++) {
		const struct check_type *type = check_type_find(check_registry, in->operands[i]);
		const enum kind kind = kind_find(in->operands[i]);

		if (!type && kind == KIND_NONE)
			return unknown(in->operands[i]);
		if (i)
			buf_addc(&out, '\n');
		if (type)
			explain_type(type, &out);
		else
			kind_explain(kind, &out);
	}
	return say_out(buf_text(&out));
}

const struct command command_explain = {
	.name = "explain",
	.summary = "a check type with its fields and facts; a kind of trouble",
	.description = "Prints what a check type takes, what it yields, and what holds of it "
		       "without an expect. The name of a kind of trouble (refused, timeout, ...) "
		       "prints what it means. Without an operand: the lists of both.",
	.operands = "[TYPE|KIND ...]",
	.max_operands = SIZE_MAX,
	.options = explain_options,
	.run = explain_run,
};
