/*
 * hole - a ${name} in a text: where it starts and ends, and where that is in the file.
 */
#include "engine/ruleset/hole.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/base/xalloc.h"

void hole_clear(struct hole *h)
{
	free(h->name);
	h->name = NULL;
}

const char *hole_name_end(const char *s)
{
	bool quoted = false;

	for (; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == '}' && !quoted)
			return s;
	}
	return NULL;
}

enum next_hole hole_next(const char *text, size_t at, struct hole *h)
{
	const char *s = text + at, *end;

	for (; *s; s++) {
		if (strncmp(s, "$${", 3) == 0) {
			s += 2;
			continue;
		}
		if (strncmp(s, "${", 2) != 0)
			continue;
		h->from = (size_t)(s - text);
		end = hole_name_end(s + 2);
		if (!end)
			return HOLE_BROKEN;
		h->to = (size_t)(end - text) + 1;
		h->name = xmemdup0(s + 2, (size_t)(end - s) - 2);
		return HOLE_FOUND;
	}
	return HOLE_NONE;
}

/* Bytes of the character at s; a malformed one is one byte. */
static size_t char_bytes(const char *s, size_t len)
{
	uint32_t cp;
	size_t used = text_decode(s, len, &cp);

	return used ? used : 1;
}

static unsigned count_chars(const char *s, size_t len)
{
	unsigned count = 0;

	for (size_t i = 0; i < len; count++)
		i += char_bytes(s + i, len - i);
	return count;
}

struct node hole_place(const struct node *n, size_t from, size_t to)
{
	struct node at = *n;
	size_t len = 0, skip = 0;
	const char *line = n->document ? document_line(n->document, n->line, &len) : "";
	unsigned quote;

	for (unsigned i = 1; i < n->column && skip < len; i++)
		skip += char_bytes(line + skip, len - skip);
	quote = !n->plain && skip < len && (line[skip] == '"' || line[skip] == '\'');
	if (len < skip + quote + n->len || memcmp(line + skip + quote, n->text, n->len) != 0)
		return at;
	at.column += quote + count_chars(n->text, from);
	at.width = count_chars(n->text + from, to - from);
	return at;
}
