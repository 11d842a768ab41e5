/*
 * diagnostic - collects mistakes with their places and prints them with the source line and a
 * caret.
 *
 * What one hostile file can make it keep is bounded: sources are cut around the place, and after
 * DIAGNOSTICS_MAX mistakes only their number is kept.
 */
#include "engine/document/diagnostic.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/node.h"

#define DIAGNOSTICS_MAX 2000
#define MESSAGE_MAX 2048
#define SOURCE_CHARS 140 /* of a longer line so many code points are shown */
#define SOURCE_BEFORE 60 /* so many of them before the place */

void diagnostics_free(struct diagnostics *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->items[i].file);
		free(d->items[i].message);
		free(d->items[i].source);
	}
	free(d->items);
	*d = (struct diagnostics){ 0 };
}

/* Skip n code points (a malformed byte counts as one) of s; returns the bytes. */
static size_t skip_chars(const char *s, size_t len, size_t n)
{
	size_t at = 0;
	uint32_t cp;

	while (n-- > 0 && at < len) {
		size_t used = text_decode(s + at, len - at, &cp);

		at += used ? used : 1;
	}
	return at;
}

/* Keep the part of the line around the place; x->caret is its column in what is kept. */
static void keep_source(struct diagnostic *x, const char *source, size_t len)
{
	size_t before = 0, from, kept;
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	x->caret = x->column;
	if (skip_chars(source, len, SOURCE_CHARS) < len && x->column > SOURCE_BEFORE + 1)
		before = x->column - 1 - SOURCE_BEFORE;
	from = skip_chars(source, len, before);
	kept = skip_chars(source + from, len - from, SOURCE_CHARS);
	if (before) {
		buf_adds(&out, "…");
		x->caret = x->column - (unsigned)before + 1;
	}
	buf_add(&out, source + from, kept);
	if (from + kept < len)
		buf_adds(&out, "…");
	x->source = buf_take(&out);
}

static int add(struct diagnostics *d, struct diagnostic x, const char *file, const char *source,
	       size_t source_len, const char *fmt, va_list ap)
	__attribute__((format(printf, 6, 0)));

static int add(struct diagnostics *d, struct diagnostic x, const char *file, const char *source,
	       size_t source_len, const char *fmt, va_list ap)
{
	auto_buf struct buf raw = BUF_INIT(MESSAGE_MAX);
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	if (!x.warning)
		d->errors++;
	if (d->count >= DIAGNOSTICS_MAX) {
		d->dropped++;
		return -1;
	}
	buf_vprintf(&raw, fmt, ap);
	text_clean_line(&clean, buf_text(&raw), raw.len, 0);
	x.message = buf_take(&clean);
	x.file = xstrdup(file);
	if (source)
		keep_source(&x, source, source_len);
	array_grow(d->items, d->count, d->cap);
	d->items[d->count++] = x;
	return -1;
}

static void add_at_node(struct diagnostics *d, bool warning, const struct node *at, const char *fmt,
			va_list ap) __attribute__((format(printf, 4, 0)));

static void add_at_node(struct diagnostics *d, bool warning, const struct node *at, const char *fmt,
			va_list ap)
{
	struct diagnostic x = { .warning = warning };
	const char *file = "", *source = NULL;
	size_t len = 0;

	if (at) {
		x.line = at->line;
		x.column = at->column;
		x.width = at->width;
	}
	if (at && at->document) {
		file = document_name(at->document);
		if (at->line)
			source = document_line(at->document, at->line, &len);
	}
	add(d, x, file, source, len, fmt, ap);
}

int diagnose(struct diagnostics *d, const struct node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_at_node(d, false, at, fmt, ap);
	va_end(ap);
	return -1;
}

int diagnose_warning(struct diagnostics *d, const struct node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_at_node(d, true, at, fmt, ap);
	va_end(ap);
	return -1;
}

int diagnose_at(struct diagnostics *d, const char *file, unsigned line, unsigned column,
		unsigned width, const char *source, const char *fmt, ...)
{
	struct diagnostic x = { .line = line, .column = column, .width = width };
	va_list ap;

	va_start(ap, fmt);
	add(d, x, file, source, source ? strlen(source) : 0, fmt, ap);
	va_end(ap);
	return -1;
}

int diagnose_warning_at(struct diagnostics *d, const char *file, unsigned line, unsigned column,
			unsigned width, const char *source, const char *fmt, ...)
{
	struct diagnostic x = { .warning = true, .line = line, .column = column, .width = width };
	va_list ap;

	va_start(ap, fmt);
	add(d, x, file, source, source ? strlen(source) : 0, fmt, ap);
	va_end(ap);
	return -1;
}

/* " (U+0430 is not ASCII)" for the first such character: homoglyphs look right and are not. */
static void add_code_point(struct buf *out, const char *word)
{
	size_t len = strlen(word), at = 0;
	uint32_t cp = 0;

	while (at < len && (unsigned char)word[at] < 0x80)
		at++;
	if (at < len && text_decode(word + at, len - at, &cp))
		buf_printf(out, " (U+%04X is not ASCII)", cp);
}

int diagnose_unknown(struct diagnostics *d, const struct node *at, const char *what,
		     const char *where, const char *word, const char *const *known)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);
	const char *near = known ? text_nearest(word, known) : NULL;

	buf_printf(&b, "unknown %s ", what);
	text_quote(&b, word, strlen(word));
	if (where)
		buf_printf(&b, " %s %s", strcmp(what, "fact") == 0 ? "of" : "in", where);
	add_code_point(&b, word);
	if (near)
		buf_printf(&b, "; did you mean '%s'?", near);
	return diagnose(d, at, "%s", buf_text(&b));
}

void diagnostics_move(struct diagnostics *to, struct diagnostics *from)
{
	for (size_t i = 0; i < from->count; i++) {
		array_grow(to->items, to->count, to->cap);
		to->items[to->count++] = from->items[i];
	}
	to->errors += from->errors;
	to->dropped += from->dropped;
	free(from->items);
	*from = (struct diagnostics){ 0 };
}

int diagnose_unknown_choice(struct diagnostics *d, const struct node *at, const char *what,
			    const char *word, const char *const *choices)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);

	if (text_nearest(word, choices))
		return diagnose_unknown(d, at, what, NULL, word, choices);
	for (size_t i = 0; choices[i]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", choices[i]);
	return diagnose(d, at, "unknown %s '%s': one of %s is needed", what, word, buf_text(&b));
}

struct sort_key {
	size_t file, index;
	const struct diagnostic *x;
};

static int compare_keys(const void *pa, const void *pb)
{
	const struct sort_key *a = pa, *b = pb;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->x->line != b->x->line)
		return a->x->line < b->x->line ? -1 : 1;
	if (a->x->column != b->x->column)
		return a->x->column < b->x->column ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* The number of the first diagnostic of the same file. */
static size_t first_of_file(const struct diagnostics *d, size_t i)
{
	size_t first = 0;

	while (strcmp(d->items[first].file, d->items[i].file) != 0)
		first++;
	return first;
}

static bool same(const struct diagnostic *a, const struct diagnostic *b)
{
	return a->warning == b->warning && a->line == b->line && a->column == b->column &&
	       strcmp(a->file, b->file) == 0 && strcmp(a->message, b->message) == 0;
}

static void drop(struct diagnostics *d, struct diagnostic *x)
{
	if (!x->warning)
		d->errors--;
	free(x->file);
	free(x->message);
	free(x->source);
}

/* Whether one of those kept at the same place says the same. */
static bool repeats(const struct diagnostic *sorted, size_t kept, const struct diagnostic *x)
{
	for (size_t i = kept; i > 0; i--) {
		const struct diagnostic *y = &sorted[i - 1];

		if (y->line != x->line || y->column != x->column)
			return false;
		if (same(y, x))
			return true;
	}
	return false;
}

void diagnostics_sort(struct diagnostics *d)
{
	auto_free struct sort_key *keys = xcalloc(d->count + 1, sizeof(*keys));
	struct diagnostic *sorted = xcalloc(d->count + 1, sizeof(*sorted));
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++)
		keys[i] = (struct sort_key){ first_of_file(d, i), i, &d->items[i] };
	qsort(keys, d->count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < d->count; i++) {
		struct diagnostic x = *keys[i].x;

		if (repeats(sorted, kept, &x))
			drop(d, &x);
		else
			sorted[kept++] = x;
	}
	free(d->items);
	d->cap = d->count + 1;
	d->items = sorted;
	d->count = kept;
}

/* Mask a text in place; whether there was something. */
static bool mask(char **text, const struct secrets *secrets)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	if (!*text || !secrets_mask(secrets, &out, *text, strlen(*text)))
		return false;
	free(*text);
	*text = buf_take(&out);
	return true;
}

void diagnostics_mask(struct diagnostics *d, const struct secrets *secrets)
{
	for (size_t i = 0; i < d->count; i++) {
		mask(&d->items[i].message, secrets);
		if (!mask(&d->items[i].source, secrets))
			continue;
		free(d->items[i].source);
		d->items[i].source = NULL;
	}
}

static void print_place(struct buf *out, const struct diagnostic *x)
{
	if (*x->file)
		buf_adds(out, x->file);
	if (*x->file && x->line)
		buf_printf(out, ":%u:%u", x->line, x->column);
	if (*x->file)
		buf_adds(out, ":");
}

void diagnostic_print_line(struct buf *out, const struct diagnostic *x)
{
	print_place(out, x);
	if (*x->file)
		buf_adds(out, " ");
	if (x->warning)
		buf_adds(out, "warning: ");
	buf_adds(out, x->message);
}

/* Blanks as wide as the source before the place; its tabs stay tabs, so that any tab width fits. */
static void print_indent(struct buf *out, const char *s, size_t len)
{
	uint32_t cp;

	for (size_t at = 0; at < len;) {
		size_t used = text_decode(s + at, len - at, &cp);
		int width = used ? text_char_width(cp) : 1;

		if (cp < 0x20 && cp != '\t')
			width = 1; /* shown as a control picture */
		if (used && cp == '\t')
			buf_addc(out, '\t');
		for (int i = 0; i < width; i++)
			buf_addc(out, ' ');
		at += used ? used : 1;
	}
}

/* An escape is shown and not taken for the start of a sequence: all that follows it must stay in
 * its column. */
static void print_text(struct buf *out, const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *escape = memchr(s + at, '\033', len - at);
		size_t end = escape ? (size_t)(escape - s) : len;

		text_clean(out, s + at, end - at);
		if (escape)
			buf_adds(out, "\xe2\x90\x9b");
		at = end + 1;
	}
}

static void print_source(struct buf *out, const struct diagnostic *x, bool color)
{
	size_t len = strlen(x->source),
	       start = skip_chars(x->source, len, x->caret ? x->caret - 1 : 0);
	size_t end = start + skip_chars(x->source + start, len - start, x->width ? x->width : 1);
	size_t carets = text_width(x->source + start, end - start);
	char number[16];
	auto_buf struct buf digits = BUF_INIT(sizeof(number));

	buf_printf(&digits, "%u", x->line);
	buf_printf(out, "%*s |\n%s | ", (int)digits.len, "", buf_text(&digits));
	print_text(out, x->source, len);
	buf_printf(out, "\n%*s | ", (int)digits.len, "");
	print_indent(out, x->source, start);
	if (color)
		buf_adds(out, x->warning ? "\033[33m" : "\033[31m");
	for (size_t i = 0; i < (carets ? carets : 1); i++)
		buf_addc(out, '^');
	buf_printf(out, "%s\n", color ? "\033[0m" : "");
}

void diagnostic_print(struct buf *out, const struct diagnostic *x, bool color)
{
	const char *word = x->warning ? "warning:" : "error:";

	if (color)
		buf_adds(out, "\033[1m");
	print_place(out, x);
	if (*x->file)
		buf_adds(out, " ");
	if (color)
		buf_printf(out, "\033[%dm%s\033[0m ", x->warning ? 33 : 31, word);
	else
		buf_printf(out, "%s ", word);
	buf_printf(out, "%s\n", x->message);
	if (x->source && x->line)
		print_source(out, x, color);
}
