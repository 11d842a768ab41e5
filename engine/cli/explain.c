#include "engine/cli/explain.h"

#include <stdint.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/cli/table.h"
#include "engine/decl/check_type.h"
#include "engine/document/diagnostic.h"
#include "engine/judge/expect.h"

/* Facts are declared by us, so this bounds a mistake of ours, not of a user. */
enum { DEPTH_MAX = 8 };

void explain_field(const struct field *f, struct buf *out)
{
	field_describe(f, out);
	if (f->required)
		buf_adds(out, "; required");
	else if (f->dflt)
		buf_printf(out, "; default %s", f->dflt);
}

struct fact_walk {
	void (*fn)(void *ctx, const char *path, const struct fact *f);
	void *ctx;
};

static void walk(const struct fact *facts, const char *prefix, unsigned depth,
		 const struct fact_walk *w)
{
	for (const struct fact *f = facts; f && f->name; f++) {
		auto_free char *path = xasprintf("%s%s", prefix, f->name);
		auto_free char *inner = xasprintf("%s%s.", path, f->type == FACT_LIST ? "[*]" : "");

		w->fn(w->ctx, path, f);
		if (f->of && depth < DEPTH_MAX)
			walk(f->of, inner, depth + 1, w);
	}
}

void explain_facts(const struct fact *facts,
		   void (*fn)(void *ctx, const char *path, const struct fact *f), void *ctx)
{
	walk(facts, "", 0, &(struct fact_walk){ fn, ctx });
}

void explain_default(const struct check_type *type, struct buf *out)
{
	auto_diagnostics struct diagnostics d = { 0 };
	struct expect *x;

	if (!type->default_expect)
		return;
	x = expect_compile(NULL, type, &d);
	if (x)
		expect_print(x, out);
	expect_free(x);
}

static void fields_table(const struct field *fields, struct buf *out)
{
	struct table *t = table_new(2);

	for (const struct field *f = fields; f->name; f++) {
		auto_buf struct buf about = BUF_INIT(SIZE_MAX);
		auto_buf struct buf cell = BUF_INIT(SIZE_MAX);

		explain_field(f, &about);
		buf_printf(&cell, "%s (%s)", f->doc, buf_text(&about));
		table_cell(t, f->name);
		table_cell(t, buf_text(&cell));
	}
	table_print(t, 2, out);
	table_free(t);
}

static void fact_row(void *ctx, const char *path, const struct fact *f)
{
	struct table *t = ctx;
	auto_free char *cell = xasprintf("%s (%s)", f->doc, fact_type_name(f->type));

	table_cell(t, path);
	table_cell(t, cell);
}

static void facts_table(const struct fact *facts, struct buf *out)
{
	struct table *t = table_new(2);

	explain_facts(facts, fact_row, t);
	table_print(t, 2, out);
	table_free(t);
}

static void indented(const char *text, struct buf *out)
{
	for (const char *c = text; *c; c++) {
		if (c == text || c[-1] == '\n')
			buf_adds(out, "  ");
		buf_addc(out, *c);
	}
	if (*text && out->data[out->len - 1] != '\n')
		buf_addc(out, '\n');
}

void explain_type(const struct check_type *type, struct buf *out)
{
	auto_buf struct buf holds = BUF_INIT(SIZE_MAX);
	auto_buf struct buf lane = BUF_INIT(SIZE_MAX);

	buf_printf(out, "%s - %s\n\n", type->name, type->summary);
	buf_printf(&lane, "Lane: %s", lane_name(type->lane));
	if (type->module)
		buf_printf(&lane, "; in the module '%s', which needs %s", type->module,
			   type->package);
	page_wrap(out, buf_text(&lane), 0, 0);
	buf_adds(out, "\n\nFields:\n");
	fields_table(type->fields, out);
	if (type->extract_from)
		buf_printf(out,
			   "  extract: NAME: 'regex with one group', searched in the fact %s.\n",
			   type->extract_from);
	buf_adds(out, "\nFacts:\n");
	facts_table(type->facts, out);
	buf_adds(out, "\nFacts of every type:\n");
	facts_table(common_facts, out);
	explain_default(type, &holds);
	buf_adds(out, holds.len ? "\nHolds unless expect says otherwise:\n"
				: "\nNothing holds unless expect says so.\n");
	indented(buf_text(&holds), out);
}
