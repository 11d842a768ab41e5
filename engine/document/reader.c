/*
 * reader - the formats that we read, and the way to a value in them.
 */
#include "engine/document/reader.h"

#include <stdint.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/document/readers.h"

#define LOOKUP_DEPTH 32

const struct reader readers[] = {
	{ "ini", "Sections of 'key = value' lines.", ini_read, ini_line_of },
	{ "json", "JSON (RFC 8259).", json_read, json_line_of },
	{ "properties", "Java properties.", properties_read, properties_line_of },
	{ "toml", "TOML 1.0; dates are texts.", toml_read, toml_line_of },
	{ "yaml", "YAML, one document without tags.", yaml_read, yaml_line_of },
	{ .name = NULL },
};

const struct reader *reader_find(const char *name)
{
	for (const struct reader *r = readers; r->name; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

static const json_t *lookup(const json_t *v, const char *rest, unsigned depth);

static const json_t *lookup_index(const json_t *v, const char *rest, unsigned depth)
{
	uint64_t index;
	const char *end = number_scan(rest + 1, &index);

	if (!json_is_array(v) || !end || *end != ']')
		return NULL;
	end++;
	return lookup(json_array_get(v, (size_t)index), *end == '.' ? end + 1 : end, depth + 1);
}

/* The longest first part of `rest` that is a member and leads on wins. */
static const json_t *lookup_member(const json_t *v, const char *rest, unsigned depth)
{
	const json_t *found = json_object_get(v, rest);

	for (size_t i = strlen(rest); !found && i-- > 1;) {
		char part[1024];
		const json_t *member;

		if ((rest[i] != '.' && rest[i] != '[') || i >= sizeof(part))
			continue;
		memcpy(part, rest, i);
		part[i] = '\0';
		member = json_object_get(v, part);
		if (member)
			found = lookup(member, rest[i] == '.' ? rest + i + 1 : rest + i, depth + 1);
	}
	return found;
}

static const json_t *lookup(const json_t *v, const char *rest, unsigned depth)
{
	if (!v || depth > LOOKUP_DEPTH)
		return NULL;
	if (!*rest)
		return v;
	return *rest == '[' ? lookup_index(v, rest, depth) : lookup_member(v, rest, depth);
}

json_t *reader_lookup(const json_t *value, const char *key)
{
	const json_t *found = *key ? lookup(value, key, 0) : NULL;

	/* borrowed from a tree that the caller may change: jansson's own accessors do the same */
	return (json_t *)(uintptr_t)found;
}

unsigned reader_line_of(const char *bytes, size_t len, const char *format, const char *key)
{
	const struct reader *r = reader_find(format);

	if (!r || !*key)
		return 0;
	reader_skip_mark(&bytes, &len);
	return r->line_of(bytes, len, key);
}

void reader_skip_mark(const char **bytes, size_t *len)
{
	if (*len < 3 || memcmp(*bytes, "\xef\xbb\xbf", 3) != 0)
		return;
	*bytes += 3;
	*len -= 3;
}

static unsigned line_at(const char *bytes, size_t at)
{
	unsigned line = 1;

	for (const char *s = bytes; (s = memchr(s, '\n', at - (size_t)(s - bytes))); s++)
		line++;
	return line;
}

int reader_check_text(const char *bytes, size_t len, struct err **e)
{
	size_t valid = text_valid(bytes, len);
	const char *nul = memchr(bytes, '\0', valid);

	if (nul)
		return err_set(e, ERR_DATA, "line %u: a NUL byte",
			       line_at(bytes, (size_t)(nul - bytes)));
	if (valid < len)
		return err_set(e, ERR_DATA, "line %u: byte 0x%02x is not UTF-8",
			       line_at(bytes, valid), (unsigned)(unsigned char)bytes[valid]);
	return 0;
}

/* The next place from `at` on where the word stands as asked; SIZE_MAX when there is none. */
static size_t find_word(const char *bytes, size_t len, size_t at, const char *word, size_t n,
			char quote, const char *after)
{
	for (; at + n <= len; at++) {
		const char *s = memmem(bytes + at, len - at, word, n);
		size_t end;

		if (!s)
			break;
		at = (size_t)(s - bytes);
		end = at + n;
		if (quote ? at == 0 || s[-1] != quote || end >= len || bytes[end] != quote
			  : at > 0 && !strchr(" \t\n.[{,", s[-1]))
			continue;
		end += quote != '\0';
		while (end < len && (bytes[end] == ' ' || bytes[end] == '\t'))
			end++;
		if (end < len && bytes[end] && strchr(after, bytes[end]))
			return at;
	}
	return SIZE_MAX;
}

unsigned reader_find_words(const char *bytes, size_t len, const char *key, char quote,
			   const char *after)
{
	size_t at = find_word(bytes, len, 0, key, strlen(key), quote, after);

	if (strchr(key, '['))
		return 0; /* which item a line belongs to cannot be told from words */
	if (at != SIZE_MAX)
		return line_at(bytes, at);
	at = 0;
	for (const char *s = key; *s;) {
		size_t n = strcspn(s, ".");

		if (n)
			at = find_word(bytes, len, at, s, n, quote, after);
		if (at == SIZE_MAX)
			return 0;
		s += n;
		s += *s == '.';
	}
	return line_at(bytes, at);
}
