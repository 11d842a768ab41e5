#include "engine/cli/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

enum { PAGE_COLUMNS = 79, LAST_COLUMN_MIN = 24, GAP = 2 };

struct table {
	size_t columns, count, cap; /* cells */
	char **cells;
};

struct table *table_new(size_t columns)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->columns = columns;
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}

void table_cell(struct table *t, const char *text)
{
	struct buf clean = BUF_INIT(SIZE_MAX);

	if (text)
		text_clean_line(&clean, text, strlen(text), 0);
	array_grow(t->cells, t->count, t->cap);
	t->cells[t->count++] = buf_take(&clean);
}

static size_t column_width(const struct table *t, size_t column)
{
	size_t widest = 0;

	for (size_t i = column; i < t->count; i += t->columns) {
		const size_t width = text_width(t->cells[i], strlen(t->cells[i]));

		if (width > widest)
			widest = width;
	}
	return widest;
}

void page_wrap(struct buf *out, const char *text, size_t column, size_t indent)
{
	auto_buf struct buf padded = BUF_INIT(SIZE_MAX);
	auto_buf struct buf wrapped = BUF_INIT(SIZE_MAX);

	if (indent + LAST_COLUMN_MIN > PAGE_COLUMNS) {
		buf_adds(out, text);
		return;
	}
	/* text_wrap() counts from the start of the line. */
	text_pad(&padded, "", column);
	buf_adds(&padded, text);
	text_wrap(&wrapped, buf_text(&padded), PAGE_COLUMNS, indent);
	if (wrapped.len > column)
		buf_add(out, wrapped.data + column, wrapped.len - column);
}

static void trim(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

void table_print(const struct table *t, size_t indent, struct buf *out)
{
	size_t at = indent;

	for (size_t i = 0; i < t->count; i++) {
		const size_t column = i % t->columns;

		if (column == 0) {
			text_pad(out, "", indent);
			at = indent;
		}
		if (column + 1 < t->columns) {
			const size_t width = column_width(t, column) + GAP;

			text_pad(out, t->cells[i], width);
			at += width;
		} else {
			page_wrap(out, t->cells[i], at, at);
			trim(out);
			buf_addc(out, '\n');
		}
	}
}
