/*
 * fuzz_text_clean - cleaning, cutting, escaping and masking of what a hostile server says.
 *
 * The input is lines of secrets, an empty line, and the text.
 */
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/regex.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define SECRETS_MAX 20

struct input {
	const char *secrets[SECRETS_MAX];
	size_t lengths[SECRETS_MAX];
	size_t count;
	const char *text;
	size_t len;
};

static void input_split(struct input *in, const char *data, size_t size)
{
	const char *end = data + size;

	memset(in, 0, sizeof(*in));
	while (in->count < SECRETS_MAX && data < end && *data != '\n') {
		const char *newline = memchr(data, '\n', (size_t)(end - data));

		if (!newline)
			break;
		in->secrets[in->count] = data;
		in->lengths[in->count++] = (size_t)(newline - data);
		data = newline + 1;
	}
	if (data < end && *data == '\n')
		data++;
	in->text = data;
	in->len = (size_t)(end - data);
}

static bool is_clean(const struct buf *b, bool one_line)
{
	const char *s = buf_text(b);
	size_t i;

	if (text_valid(s, b->len) != b->len)
		return false;
	for (i = 0; i < b->len; i++) {
		if (s[i] == 0x7f ||
		    ((unsigned char)s[i] < 0x20 && (one_line || (s[i] != '\n' && s[i] != '\t'))))
			return false;
	}
	return true;
}

static void check_clean(const char *text, size_t len)
{
	auto_buf struct buf once = BUF_INIT(SIZE_MAX), twice = BUF_INIT(SIZE_MAX),
			    small = BUF_INIT(50);
	size_t changed = text_clean(&once, text, len);

	promise(is_clean(&once, false));
	promise(changed || (once.len == len && !memcmp(buf_text(&once), text, len)));
	promise(text_clean(&twice, buf_text(&once), once.len) == 0);
	promise(twice.len == once.len);
	text_clean(&small, text, len);
	promise(is_clean(&small, false));
}

static void check_line(const char *text, size_t len, size_t columns)
{
	auto_buf struct buf line = BUF_INIT(SIZE_MAX), padded = BUF_INIT(SIZE_MAX),
			    wrapped = BUF_INIT(SIZE_MAX);

	text_clean_line(&line, text, len, columns);
	promise(is_clean(&line, true));
	promise(!columns || text_width(buf_text(&line), line.len) <= columns);
	text_pad(&padded, buf_text(&line), columns);
	promise(text_width(buf_text(&padded), padded.len) >= columns);
	text_wrap(&wrapped, buf_text(&line), columns + 1, columns / 2);
	promise(text_valid(buf_text(&wrapped), wrapped.len) == wrapped.len);
}

static void check_cut(const char *text, size_t len, size_t max)
{
	auto_buf struct buf cleaned = BUF_INIT(SIZE_MAX), cut = BUF_INIT(SIZE_MAX);

	text_clean(&cleaned, text, len);
	promise(text_head_tail(&cut, buf_text(&cleaned), cleaned.len, max) == (cleaned.len > max));
	promise(cut.len <= max);
	promise(is_clean(&cut, false));
}

static void check_escapes(const char *text, size_t len)
{
	auto_buf struct buf json = BUF_INIT(SIZE_MAX), xml = BUF_INIT(SIZE_MAX),
			    url = BUF_INIT(SIZE_MAX);
	json_t *value;

	buf_addc(&json, '"');
	text_json(&json, text, len);
	buf_addc(&json, '"');
	value = json_loadb(json.data, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	promise(json_is_string(value));
	json_decref(value);
	text_xml(&xml, text, len);
	promise(is_clean(&xml, false) || memchr(text, 0x7f, len));
	promise(!strpbrk(buf_text(&xml), "<>\"'"));
	text_percent(&url, text, len);
	promise(strspn(buf_text(&url),
		       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") ==
		url.len);
}

/* A quoted text is a pattern that finds the text. */
static void check_quoted(const char *text, size_t len)
{
	auto_buf struct buf pattern = BUF_INIT(SIZE_MAX);
	auto_regex struct regex *r = NULL;
	size_t from = 1, to = 0;

	if (len > 500 || text_valid(text, len) < len)
		return;
	text_regex_quote(&pattern, text, len);
	r = regex_compile(buf_text(&pattern), NULL);
	promise(r);
	promise(regex_match(r, text, len, 0, 0, &from, &to, NULL) == 1);
	promise(from == 0 && to == len);
}

static bool is_blank(char c)
{
	return strchr(" \t\n\v\f\r", c) != NULL;
}

/* A secret that must be gone: not so short that it counts as a word only, and not made of what
 * masks it. */
static bool must_be_gone(const char *secret, size_t len)
{
	return len >= 13 && !memchr(secret, '*', len) && !memchr(secret, '\0', len) &&
	       !is_blank(secret[0]) && !is_blank(secret[len - 1]);
}

static void check_mask(const struct input *in)
{
	struct secrets *s = secrets_new();
	auto_buf struct buf masked = BUF_INIT(SIZE_MAX);
	size_t i, places;

	for (i = 0; i < in->count; i++)
		promise(secrets_add(s, in->secrets[i], in->lengths[i]) > 0 ||
			in->lengths[i] > 65536);
	places = secrets_mask(s, &masked, in->text, in->len);
	promise(places || masked.len == in->len);
	for (i = 0; i < in->count; i++) {
		if (!must_be_gone(in->secrets[i], in->lengths[i]))
			continue;
		promise(!memmem(buf_text(&masked), masked.len, in->secrets[i], in->lengths[i]));
	}
	secrets_free(s);
}

struct span {
	const char *start;
	size_t len;
};

static void check_found(void *ctx, const char *start, size_t len)
{
	const struct span *whole = ctx;

	promise(start >= whole->start && len && start + len <= whole->start + whole->len);
}

static void check_url(const char *text, size_t len)
{
	auto_free char *url = xmemdup0(text, len);
	struct span whole = { url, strlen(url) };

	secrets_in_url(url, check_found, &whole);
	(void)secrets_name_is_sensitive(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;

	input_split(&in, (const char *)data, size);
	check_clean(in.text, in.len);
	check_line(in.text, in.len, in.len % 40);
	check_cut(in.text, in.len, in.len / 2 + in.count);
	check_escapes(in.text, in.len);
	check_quoted(in.text, in.len);
	check_mask(&in);
	check_url(in.text, in.len);
	return 0;
}
