/*
 * reader_toml - TOML 1.0 by recursive descent: tables, arrays of tables, inline tables, arrays, all
 * strings, numbers, booleans.
 *
 * Dates and times stay texts, and so do inf and nan, which JSON has not. Nesting is bounded.
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/document/readers.h"

#define DEPTH_MAX 32

struct toml {
	const char *s, *end; /* what is left; a NUL stands at end */
	unsigned line;
	unsigned depth;
	json_t *root;
	json_t *table;  /* borrowed: where pairs go */
	json_t *closed; /* a set of addresses: [tables] that were opened by their header, inline
			   tables, arrays that are values */
	struct err **e;
};

static json_t *read_value(struct toml *t);
static int read_pair(struct toml *t, json_t *table);

static int fail(struct toml *t, const char *what)
{
	return err_set(t->e, ERR_DATA, "line %u: %s", t->line, what);
}

static void mark_closed(struct toml *t, const json_t *v)
{
	char address[32];
	struct buf b = BUF_INIT(sizeof(address));

	buf_printf(&b, "%p", (const void *)v);
	json_object_set_new(t->closed, buf_text(&b), json_true());
	buf_free(&b);
}

static bool is_closed(const struct toml *t, const json_t *v)
{
	auto_buf struct buf b = BUF_INIT(64);

	buf_printf(&b, "%p", (const void *)v);
	return json_object_get(t->closed, buf_text(&b)) != NULL;
}

/*
 * Blanks
 */

static void skip_blanks(struct toml *t)
{
	while (*t->s == ' ' || *t->s == '\t')
		t->s++;
}

static void skip_comment(struct toml *t)
{
	if (*t->s == '#')
		while (t->s < t->end && *t->s != '\n')
			t->s++;
}

static bool skip_break(struct toml *t)
{
	const char *s = t->s + (*t->s == '\r');

	if (*s != '\n')
		return false;
	t->s = s + 1;
	t->line++;
	return true;
}

/* Blanks, comments and ends of lines. */
static void skip_all(struct toml *t)
{
	do {
		skip_blanks(t);
		skip_comment(t);
	} while (skip_break(t));
}

/* After a pair or a header nothing may follow on its line. */
static int end_line(struct toml *t)
{
	skip_blanks(t);
	skip_comment(t);
	if (t->s == t->end || skip_break(t))
		return 0;
	return fail(t, "something follows the value on its line");
}

/*
 * Strings
 */

static void add_code_point(struct buf *out, uint32_t cp)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	unsigned n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	if (n == 1) {
		buf_addc(out, (char)cp);
		return;
	}
	buf_addc(out, (char)(lead[n] | cp >> 6 * (n - 1)));
	while (--n)
		buf_addc(out, (char)(0x80 | (cp >> 6 * (n - 1) & 0x3f)));
}

static int read_unicode(struct toml *t, size_t digits, struct buf *out)
{
	char hex[9] = "";
	uint64_t cp;

	if ((size_t)(t->end - t->s) < digits)
		return fail(t, "an escape is cut off");
	memcpy(hex, t->s, digits);
	if (number_hex(hex, &cp) || cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return fail(t, "an escape is no character");
	t->s += digits;
	add_code_point(out, (uint32_t)cp);
	return 0;
}

/* A backslash at the end of a line of """…""": all white space goes. */
static bool skip_folded(struct toml *t)
{
	const char *s = t->s;

	while (*s == ' ' || *s == '\t' || *s == '\r')
		s++;
	if (*s != '\n')
		return false;
	do {
		skip_blanks(t);
	} while (skip_break(t));
	return true;
}

static int read_escape(struct toml *t, bool multi, struct buf *out)
{
	static const char from[] = "btnfr\"\\e", to[] = "\b\t\n\f\r\"\\\033";
	const char *known;

	if (multi && skip_folded(t))
		return 0;
	if (t->s == t->end)
		return fail(t, "the text is never closed");
	if (*t->s == 'u' || *t->s == 'U')
		return read_unicode(t, *t->s++ == 'u' ? 4 : 8, out);
	known = strchr(from, *t->s);
	if (!known)
		return fail(t, "unknown escape in a text");
	buf_addc(out, to[known - from]);
	t->s++;
	return 0;
}

/* A closing """ may have up to two quotes of the text before it. */
static void close_multi(struct toml *t, char quote, struct buf *out)
{
	while (t->s[0] == quote && t->s[1] == quote && t->s[2] == quote && t->s[3] == quote)
		buf_addc(out, *t->s++);
	t->s += 3;
}

static bool at_triple(const struct toml *t, char quote)
{
	return t->end - t->s >= 3 && t->s[0] == quote && t->s[1] == quote && t->s[2] == quote;
}

static int read_multi(struct toml *t, char quote, struct buf *out)
{
	t->s += 3;
	skip_break(t);
	while (!at_triple(t, quote)) {
		if (t->s == t->end)
			return fail(t, "the text is never closed");
		if (*t->s == '\\' && quote == '"') {
			t->s++;
			if (read_escape(t, true, out))
				return -1;
		} else if (skip_break(t)) {
			buf_addc(out, '\n');
		} else {
			buf_addc(out, *t->s++);
		}
	}
	close_multi(t, quote, out);
	return 0;
}

static int read_single(struct toml *t, char quote, struct buf *out)
{
	for (t->s++; *t->s != quote;) {
		if (t->s == t->end || *t->s == '\n')
			return fail(t, "the text is never closed");
		if (*t->s == '\\' && quote == '"') {
			t->s++;
			if (read_escape(t, false, out))
				return -1;
		} else {
			buf_addc(out, *t->s++);
		}
	}
	t->s++;
	return 0;
}

static int read_string(struct toml *t, bool may_be_multi, struct buf *out)
{
	char quote = *t->s;

	return may_be_multi && at_triple(t, quote) ? read_multi(t, quote, out)
						   : read_single(t, quote, out);
}

/*
 * Values
 */

/* Without underscores, which must stand between digits. */
static int clean_number(struct toml *t, const char *s, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '_')
			buf_addc(out, s[i]);
		else if (i == 0 || i + 1 == len || !strchr("0123456789abcdefABCDEF", s[i - 1]) ||
			 !strchr("0123456789abcdefABCDEF", s[i + 1]))
			return fail(t, "'_' must stand between digits");
	}
	return 0;
}

/* 0x, 0o, 0b. */
static json_t *read_radix(struct toml *t, const char *digits, unsigned radix)
{
	uint64_t v = 0;

	for (const char *s = digits; *s; s++) {
		static const char all[] = "0123456789abcdef";
		const char *digit = strchr(all, *s >= 'A' && *s <= 'F' ? *s + ('a' - 'A') : *s);

		if (!digit || digit - all >= (int)radix ||
		    v > (INT64_MAX - (uint64_t)(digit - all)) / radix) {
			fail(t, "not a number that fits in 64 bits");
			return NULL;
		}
		v = v * radix + (uint64_t)(digit - all);
	}
	if (*digits)
		return json_integer((json_int_t)v);
	fail(t, "a number without digits");
	return NULL;
}

static json_t *read_number(struct toml *t, const char *s, size_t len)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);
	const char *text;
	int64_t whole;
	double real;

	if (clean_number(t, s, len, &b))
		return NULL;
	text = buf_text(&b);
	if (text[0] == '0' && text[1] && strchr("xob", text[1]))
		return read_radix(t, text + 2, text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 2);
	if (*text == '+')
		text++;
	if (!number_is_json(text))
		fail(t, "not a value: texts need quotes");
	else if (!strpbrk(text, ".eE") && number_int(text, &whole) == 0)
		return json_integer(whole);
	else if (strpbrk(text, ".eE") && number_real(text, &real) == 0)
		return json_real(real);
	else
		fail(t, "not a number that fits in 64 bits");
	return NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 1979-05-27 or 07:32:00 */
static bool looks_dated(const char *s, size_t len)
{
	return (len >= 10 && s[4] == '-' && s[7] == '-' && is_digit(*s)) ||
	       (len >= 8 && s[2] == ':' && is_digit(*s));
}

/* A value without quotes: boolean, number, date. */
static json_t *read_bare(struct toml *t)
{
	const char *s = t->s;
	size_t len =
		strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-_.:");

	if (len == 10 && looks_dated(s, len) && s[len] == ' ' && is_digit(s[len + 1]))
		len += 1 + strspn(s + len + 1, "0123456789:.+-Z");
	t->s += len;
	if (len == 4 && memcmp(s, "true", 4) == 0)
		return json_true();
	if (len == 5 && memcmp(s, "false", 5) == 0)
		return json_false();
	if (looks_dated(s, len) ||
	    (len >= 3 && len <= 4 &&
	     (memcmp(s + len - 3, "inf", 3) == 0 || memcmp(s + len - 3, "nan", 3) == 0)))
		return json_stringn(s, len);
	return read_number(t, s, len);
}

static int read_items(struct toml *t, json_t *list)
{
	for (;;) {
		json_t *item;

		skip_all(t);
		if (*t->s == ']') {
			t->s++;
			return 0;
		}
		item = read_value(t);
		if (!item || json_array_append_new(list, item))
			return -1;
		skip_all(t);
		if (*t->s == ',')
			t->s++;
		else if (*t->s != ']')
			return fail(t, "expected ',' or ']'");
	}
}

static int read_members(struct toml *t, json_t *table)
{
	skip_blanks(t);
	if (*t->s == '}') {
		t->s++;
		return 0;
	}
	for (;;) {
		skip_blanks(t);
		if (read_pair(t, table))
			return -1;
		skip_blanks(t);
		if (*t->s == '}') {
			t->s++;
			return 0;
		}
		if (*t->s++ != ',')
			return fail(t, "expected ',' or '}'");
	}
}

static json_t *read_nested(struct toml *t)
{
	bool list = *t->s++ == '[';
	json_t *v = list ? json_array() : json_object();
	int rc;

	if (t->depth == DEPTH_MAX) {
		rc = fail(t, "nested too deep");
	} else {
		t->depth++;
		rc = list ? read_items(t, v) : read_members(t, v);
		t->depth--;
	}
	if (rc == 0) {
		mark_closed(t, v);
		return v;
	}
	json_decref(v);
	return NULL;
}

static json_t *read_value(struct toml *t)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);

	if (*t->s == '"' || *t->s == '\'')
		return read_string(t, true, &text) ? NULL : json_stringn(buf_text(&text), text.len);
	if (*t->s == '[' || *t->s == '{')
		return read_nested(t);
	return read_bare(t);
}

/*
 * Keys and tables
 */

static int read_key(struct toml *t, struct buf *out)
{
	size_t len =
		strspn(t->s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");

	buf_clear(out);
	if (*t->s == '"' || *t->s == '\'')
		return read_string(t, false, out);
	if (!len)
		return fail(t, "expected a key");
	buf_add(out, t->s, len);
	t->s += len;
	return 0;
}

/* The table of this name in `in`: of an array of tables its last; made when it is not there. NULL:
 * it is something else, or closed. */
static json_t *step_into(struct toml *t, json_t *in, const char *key)
{
	json_t *next = json_object_get(in, key);

	if (!next) {
		next = json_object();
		json_object_set_new(in, key, next);
		return next;
	}
	if (json_is_array(next) && !is_closed(t, next))
		next = json_array_get(next, json_array_size(next) - 1);
	if (json_is_object(next))
		return next;
	fail(t, "a key is a value and a table at once");
	return NULL;
}

/* A dotted key: *in becomes the table of its last part, which is left in `last`. */
static int read_dotted(struct toml *t, json_t **in, struct buf *last)
{
	unsigned parts = 0;

	for (;;) {
		skip_blanks(t);
		if (read_key(t, last))
			return -1;
		skip_blanks(t);
		if (*t->s != '.')
			return 0;
		t->s++;
		if (++parts > DEPTH_MAX)
			return fail(t, "nested too deep");
		*in = step_into(t, *in, buf_text(last));
		if (!*in)
			return -1;
	}
}

static int read_pair(struct toml *t, json_t *table)
{
	auto_buf struct buf key = BUF_INIT(SIZE_MAX);
	json_t *in = table, *value;

	if (read_dotted(t, &in, &key))
		return -1;
	if (*t->s != '=')
		return fail(t, "expected '=' after a key");
	t->s++;
	skip_blanks(t);
	if (json_object_get(in, buf_text(&key)))
		return fail(t, "a key is defined twice");
	if (in != table && is_closed(t, in))
		return fail(t, "a table is defined twice");
	value = read_value(t);
	if (!value)
		return -1;
	json_object_set_new(in, buf_text(&key), value);
	return 0;
}

/* [[name]] */
static int open_array(struct toml *t, json_t *in, const char *name)
{
	json_t *list = json_object_get(in, name);

	if (!list) {
		list = json_array();
		json_object_set_new(in, name, list);
	}
	if (!json_is_array(list) || is_closed(t, list))
		return fail(t, "a key is a value and an array of tables at once");
	t->table = json_object();
	json_array_append_new(list, t->table);
	return 0;
}

/* [name] */
static int open_table(struct toml *t, json_t *in, const char *name)
{
	t->table = step_into(t, in, name);
	if (!t->table)
		return -1;
	if (is_closed(t, t->table))
		return fail(t, "a table is defined twice");
	mark_closed(t, t->table);
	return 0;
}

static int read_header(struct toml *t)
{
	auto_buf struct buf name = BUF_INIT(SIZE_MAX);
	bool array = t->s[1] == '[';
	json_t *in = t->root;

	t->s += 1 + array;
	if (read_dotted(t, &in, &name))
		return -1;
	if (*t->s != ']' || (array && t->s[1] != ']'))
		return fail(t, array ? "expected ']]'" : "expected ']'");
	t->s += 1 + array;
	return array ? open_array(t, in, buf_text(&name)) : open_table(t, in, buf_text(&name));
}

static int read_all(struct toml *t)
{
	for (;;) {
		skip_all(t);
		if (t->s == t->end)
			return 0;
		if (*t->s == '[' ? read_header(t) : read_pair(t, t->table))
			return -1;
		if (end_line(t))
			return -1;
	}
}

json_t *toml_read(const char *bytes, size_t len, struct err **e)
{
	auto_free char *copy = NULL;
	struct toml t = { .line = 1, .e = e };
	int rc;

	reader_skip_mark(&bytes, &len);
	if (reader_check_text(bytes, len, e))
		return NULL;
	copy = xmemdup0(bytes, len);
	t.s = copy;
	t.end = copy + len;
	t.root = t.table = json_object();
	t.closed = json_object();
	rc = read_all(&t);
	json_decref(t.closed);
	if (rc == 0)
		return t.root;
	json_decref(t.root);
	return NULL;
}

unsigned toml_line_of(const char *bytes, size_t len, const char *key)
{
	return reader_find_words(bytes, len, key, '\0', "=].");
}
