#include "reports/plain.h"

#include <string.h>

/* Levels of lists and objects; details have four. */
#define DEPTH_MAX 8
/* Such a number fits into the 64 bits that a parser has for it. */
#define DIGITS_MAX 18

static const char *skip_value(const char *s, unsigned depth);

/* All of these answer with what follows, or NULL: it is not plain. A text ends with a NUL, which is
 * plain nowhere. */

static const char *skip_text(const char *s)
{
	if (*s++ != '"')
		return NULL;
	while (*s >= 0x20 && *s < 0x7f && *s != '"' && *s != '\\')
		s++;
	return *s == '"' ? s + 1 : NULL;
}

static const char *skip_number(const char *s)
{
	size_t digits;

	if (*s == '-')
		s++;
	digits = strspn(s, "0123456789");
	if (!digits || digits > DIGITS_MAX || (*s == '0' && digits > 1))
		return NULL;
	return s + digits;
}

static const char *skip_word(const char *s)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strncmp(s, words[i], strlen(words[i])))
			return s + strlen(words[i]);
	return NULL;
}

static const char *skip_name(const char *s)
{
	s = skip_text(s);
	return s && *s == ':' ? s + 1 : NULL;
}

/* What stands between the brackets, and the closing one. */
static const char *skip_items(const char *s, char end, unsigned depth)
{
	if (*s == end)
		return s + 1;
	for (;;) {
		if (end == '}')
			s = skip_name(s);
		if (s)
			s = skip_value(s, depth);
		if (!s || *s == end)
			return s ? s + 1 : NULL;
		if (*s++ != ',')
			return NULL;
	}
}

static const char *skip_value(const char *s, unsigned depth)
{
	switch (*s) {
	case '"':
		return skip_text(s);
	case '{':
		return depth ? skip_items(s + 1, '}', depth - 1) : NULL;
	case '[':
		return depth ? skip_items(s + 1, ']', depth - 1) : NULL;
	case 't':
	case 'f':
	case 'n':
		return skip_word(s);
	default:
		return skip_number(s);
	}
}

static void keep_member(const char *name, size_t name_len, struct plain_member member,
			const char *const *names, size_t count, struct plain_member *found)
{
	for (size_t i = 0; i < count; i++)
		if (*names[i] == *name && !strncmp(names[i], name, name_len) &&
		    !names[i][name_len])
			found[i] = member;
}

bool plain_find(const char *text, const char *const *names, size_t count,
		struct plain_member *found)
{
	const char *s = text;

	memset(found, 0, count * sizeof(*found));
	if (*s++ != '{')
		return false;
	if (*s == '}')
		return !s[1];
	for (;;) {
		const char *const name = s + 1;
		const char *const value = skip_name(s);

		s = value ? skip_value(value, DEPTH_MAX) : NULL;
		if (!s)
			return false;
		keep_member(name, (size_t)(value - name) - 2,
			    (struct plain_member){ value, (size_t)(s - value) }, names, count,
			    found);
		if (*s == '}')
			return !s[1];
		if (*s++ != ',')
			return false;
	}
}
