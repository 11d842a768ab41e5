/*
 * secret_forms - the ways in which a secret is written that cannot be undone in the text that is
 * searched.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/secret_mask.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define WORD_BELOW 4 /* characters */
#define LINE_LEAST 16

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct forms {
	const char *text;
	size_t len;
	form_fn *fn;
	void *ctx;
	char *scratch; /* 2 * len + 8 bytes */
};

/* The 6 bits of base64 digit `index` when the text begins `shift` bytes after the start. */
static unsigned six_bits(const struct forms *f, size_t index, size_t shift)
{
	unsigned value = 0;
	size_t bit;

	for (bit = index * 6; bit < index * 6 + 6; bit++) {
		size_t byte = bit / 8 - shift;

		value = value << 1 | (((unsigned char)f->text[byte] >> (7 - bit % 8)) & 1u);
	}
	return value;
}

/* The digits that are wholly of the secret's bits, when `shift` bytes of something else come before
 * it. */
static void form_base64(const struct forms *f, size_t shift)
{
	size_t first = (8 * shift + 5) / 6, end = 8 * (shift + f->len) / 6;
	unsigned kind = 0;
	bool url = false;
	size_t i, n = 0;

	if (8 * shift % 6)
		kind |= FORM_BEFORE;
	if (8 * (shift + f->len) % 6)
		kind |= FORM_AFTER;
	for (i = first; i < end; i++) {
		f->scratch[n] = base64_digits[six_bits(f, i, shift)];
		url = url || f->scratch[n] == '+' || f->scratch[n] == '/';
		n++;
	}
	f->fn(f->ctx, f->scratch, n, kind);
	for (i = 0; url && i < n; i++)
		f->scratch[i] = f->scratch[i] == '+'   ? '-'
				: f->scratch[i] == '/' ? '_'
						       : f->scratch[i];
	if (url)
		f->fn(f->ctx, f->scratch, n, kind);
}

static void form_hex(const struct forms *f, const char *digits)
{
	size_t i;

	for (i = 0; i < f->len; i++) {
		f->scratch[2 * i] = digits[(unsigned char)f->text[i] >> 4];
		f->scratch[2 * i + 1] = digits[(unsigned char)f->text[i] & 15];
	}
	f->fn(f->ctx, f->scratch, 2 * f->len, 0);
}

static void trim(const char **text, size_t *len)
{
	while (*len && isspace((unsigned char)**text)) {
		++*text;
		--*len;
	}
	while (*len && isspace((unsigned char)(*text)[*len - 1]))
		--*len;
}

/* Of a private key that is shown indented, quoted or in part, each line counts; "-----BEGIN …" is
 * no secret. */
static void form_lines(const struct forms *f)
{
	const char *p = f->text, *end = f->text + f->len;

	if (!memchr(p, '\n', f->len))
		return;
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *line = p;
		size_t len = (size_t)((newline ? newline : end) - p);

		trim(&line, &len);
		if (len >= LINE_LEAST && memcmp(line, "-----", 5) != 0)
			f->fn(f->ctx, line, len, 0);
		p = newline ? newline + 1 : end;
	}
}

static bool is_short(const char *text, size_t len)
{
	size_t at = 0, count = 0;
	uint32_t c;

	while (at < len) {
		size_t n = text_decode(text + at, len - at, &c);

		at += n ? n : 1;
		if (++count >= WORD_BELOW)
			return false;
	}
	return true;
}

static void forms_of(const char *text, size_t len, form_fn *fn, void *ctx)
{
	struct forms f = { .text = text, .len = len, .fn = fn, .ctx = ctx };
	size_t shift;

	if (is_short(text, len)) {
		fn(ctx, text, len, FORM_WORD);
		return;
	}
	f.scratch = xmalloc(2 * len + 8);
	fn(ctx, text, len, 0);
	for (shift = 0; shift < 3; shift++)
		form_base64(&f, shift);
	form_hex(&f, "0123456789abcdef");
	form_hex(&f, "0123456789ABCDEF");
	form_lines(&f);
	explicit_bzero(f.scratch, 2 * len + 8);
	free(f.scratch);
}

void secret_forms(const char *text, size_t len, form_fn *fn, void *ctx)
{
	struct secret_view whole = { 0 }, decoded;

	/* Line ends around a secret come from the file that it was in. */
	trim(&text, &len);
	if (!len)
		return;
	forms_of(text, len, fn, ctx);
	/* A password in a URL is written with escapes there and without elsewhere: p%40ss is p@ss.
	 */
	whole.text = xmemdup0(text, len);
	whole.len = len;
	if (secret_view_decode(SECRET_VIEW_PERCENT, &whole, &decoded)) {
		forms_of(decoded.text, decoded.len, fn, ctx);
		secret_view_free(&decoded);
	}
	secret_view_free(&whole);
}
