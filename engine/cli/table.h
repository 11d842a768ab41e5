/*
 * table - columns of text whose widths come from what is in them, by display width.
 */
#ifndef ENGINE_CLI_TABLE_H
#define ENGINE_CLI_TABLE_H

#include <stddef.h>

struct buf;
struct table;

struct table *table_new(size_t columns);
void table_free(struct table *t);
/* Add the next cell, row by row; the text is copied. NULL is an empty cell. */
void table_cell(struct table *t, const char *text);
/* Append the rows, each indented; the last column is wrapped at 79 columns where there is room for
 * that. */
void table_print(const struct table *t, size_t indent, struct buf *out);

/* Append text to a line whose cursor stands at `column`, wrapped at 79 columns; its further lines
 * start at `indent`. */
void page_wrap(struct buf *out, const char *text, size_t column, size_t indent);

#endif
