/*
 * reader_ini - sections of `key = value` lines, as my.cnf, supervisord.conf and git's config write
 * them.
 *
 * One object a section; what stands before the first section is at the top. Values are texts; of a
 * repeated key the last wins. A line that is indented deeper than its key goes on with the value
 * (as Python's configparser has it).
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/document/readers.h"

struct ini {
	json_t *root;
	json_t *section;    /* borrowed: where pairs go */
	char *section_name; /* "" at the top */
	char *key;          /* the last one, not yet stored; NULL: none yet in this section */
	struct buf value;   /* of it */
	size_t indent;      /* of its line */
	unsigned line;
	const char *wanted; /* "section.key": its line goes to found */
	unsigned found;
	struct err **e;
};

static void trim(const char **s, size_t *len)
{
	while (*len && strchr(" \t\r", **s)) {
		(*s)++;
		(*len)--;
	}
	while (*len && strchr(" \t\r", (*s)[*len - 1]))
		(*len)--;
}

/* The length up to a comment, which stands behind a blank or at the start. */
static size_t before_comment(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((s[i] == ';' || s[i] == '#') && (i == 0 || s[i - 1] == ' ' || s[i - 1] == '\t'))
			return i;
	return len;
}

/* Without a comment, and without quotes around the whole. */
static void clean_value(const char **s, size_t *len)
{
	const char *close = NULL, *rest;
	size_t rest_len;

	trim(s, len);
	if (*len && (**s == '"' || **s == '\''))
		close = memchr(*s + 1, **s, *len - 1);
	if (close) {
		rest = close + 1;
		rest_len = (size_t)(*s + *len - rest);
		rest_len = before_comment(rest, rest_len);
		trim(&rest, &rest_len);
	}
	if (close && !rest_len) {
		(*s)++;
		*len = (size_t)(close - *s);
		return;
	}
	*len = before_comment(*s, *len);
	trim(s, len);
}

/* The pair is complete. */
static void store(struct ini *p)
{
	if (p->key)
		json_object_set_new(p->section, p->key,
				    json_stringn(buf_text(&p->value), p->value.len));
	free(p->key);
	p->key = NULL;
	buf_clear(&p->value);
}

static int open_section(struct ini *p, const char *s, size_t len)
{
	const char *close = memchr(s, ']', len);

	if (!close)
		return err_set(p->e, ERR_DATA, "line %u: '[' without ']'", p->line);
	s++;
	len = (size_t)(close - s);
	trim(&s, &len);
	free(p->section_name);
	p->section_name = xmemdup0(s, len);
	store(p);
	p->section = json_object_get(p->root, p->section_name);
	if (!json_is_object(p->section)) {
		p->section = json_object();
		json_object_set_new(p->root, p->section_name, p->section);
	}
	return 0;
}

static void note_line(struct ini *p)
{
	size_t n = strlen(p->section_name);

	if (!p->wanted)
		return;
	if (n == 0 ? strcmp(p->wanted, p->key) == 0
		   : strncmp(p->wanted, p->section_name, n) == 0 && p->wanted[n] == '.' &&
			     strcmp(p->wanted + n + 1, p->key) == 0)
		p->found = p->line;
}

static int read_pair(struct ini *p, const char *s, size_t len, size_t indent)
{
	size_t n = 0;
	const char *key = s, *value;
	size_t key_len, value_len;

	while (n < len && s[n] != '=' && s[n] != ':')
		n++;
	key_len = n;
	value = n < len ? s + n + 1 : s + n;
	value_len = n < len ? len - n - 1 : 0;
	trim(&key, &key_len);
	clean_value(&value, &value_len);
	if (!key_len)
		return err_set(p->e, ERR_DATA, "line %u: no key before '%c'", p->line, s[n]);
	store(p);
	p->key = xmemdup0(key, key_len);
	p->indent = indent;
	note_line(p);
	buf_add(&p->value, value, value_len);
	return 0;
}

static void continue_value(struct ini *p, const char *s, size_t len)
{
	clean_value(&s, &len);
	if (p->value.len)
		buf_addc(&p->value, '\n');
	buf_add(&p->value, s, len);
}

static int read_line(struct ini *p, const char *s, size_t len)
{
	size_t indent = 0;

	while (indent < len && (s[indent] == ' ' || s[indent] == '\t'))
		indent++;
	trim(&s, &len);
	if (!len || *s == ';' || *s == '#')
		return 0;
	if (p->key && indent > p->indent) {
		continue_value(p, s, len);
		return 0;
	}
	return *s == '[' ? open_section(p, s, len) : read_pair(p, s, len, indent);
}

static int read_all(struct ini *p, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	if (reader_check_text(bytes, len, p->e))
		return -1;
	while (bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));

		if (!stop)
			stop = end;
		p->line++;
		if (read_line(p, bytes, (size_t)(stop - bytes)))
			return -1;
		bytes = stop < end ? stop + 1 : end;
	}
	store(p);
	return 0;
}

static json_t *read_ini(const char *bytes, size_t len, const char *wanted, unsigned *found,
			struct err **e)
{
	json_t *root = json_object();
	struct ini p = { .root = root,
			 .section = root,
			 .section_name = xstrdup(""),
			 .value = BUF_INIT(SIZE_MAX),
			 .wanted = wanted,
			 .e = e };
	int rc = read_all(&p, bytes, len);

	free(p.section_name);
	free(p.key);
	buf_free(&p.value);
	if (found)
		*found = p.found;
	if (rc == 0)
		return root;
	json_decref(root);
	return NULL;
}

json_t *ini_read(const char *bytes, size_t len, struct err **e)
{
	reader_skip_mark(&bytes, &len);
	return read_ini(bytes, len, NULL, NULL, e);
}

unsigned ini_line_of(const char *bytes, size_t len, const char *key)
{
	unsigned found = 0;

	json_decref(read_ini(bytes, len, key, &found, NULL));
	return found;
}
