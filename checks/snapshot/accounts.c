/*
 * accounts - what /etc/passwd, /etc/group and /etc/shadow say.
 *
 * Lines are read as the C library reads them, careless ones too: what it takes for a user is one.
 */
#include "checks/snapshot/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

#define BLANKS " \t\v\f\r"
/* From here on, fields that a record must have are numbers. */
#define NUMBERS PASSWD_UID

int accounts_read(const struct root *r, const char *path, struct buf *out, struct err **e)
{
	if (io_read_file_below(r, path, out, e) < 0)
		return -1;
	/* a line with a NUL in it is nobody's, but those after it are */
	for (size_t i = 0; i < out->len; i++)
		if (!out->data[i])
			out->data[i] = '\1';
	return 0;
}

void record_free(struct record *r)
{
	free(r->line);
	*r = (struct record){ 0 };
}

/* The last field keeps what colons it has; those that are not there are empty. */
static void record_split(const char *line, size_t len, struct record *out)
{
	char *s = xmemdup0(line, len), *end = s + len;

	*out = (struct record){ .line = s };
	while (s && out->count < RECORD_FIELDS) {
		out->fields[out->count++] = s;
		s = out->count < RECORD_FIELDS ? strchr(s, ':') : NULL;
		if (s)
			*s++ = '\0';
	}
	for (size_t i = out->count; i < RECORD_FIELDS; i++)
		out->fields[i] = end;
}

static bool number_of(const char *text, uint64_t *number)
{
	const char *end = number_scan(text + strspn(text, BLANKS), number);

	return end && !*end && *number <= UINT32_MAX;
}

bool record_number(const struct record *r, size_t which, int64_t *number)
{
	uint64_t n;

	if (!number_of(r->fields[which], &n))
		return false;
	*number = (int64_t)n;
	return true;
}

/* The record of the line, if it is one, and where the next line begins. Comments, and the lines
 * with which NIS is mixed in, are nobody. */
static const char *record_next(const char *line, size_t least, struct record *out)
{
	const size_t len = strcspn(line, "\n"), blanks = strspn(line, BLANKS);
	uint64_t number;

	*out = (struct record){ 0 };
	if (blanks < len && !strchr("#+-", line[blanks]))
		record_split(line + blanks, len - blanks, out);
	for (size_t i = NUMBERS; out->line && i < least; i++)
		if (!number_of(out->fields[i], &number))
			record_free(out);
	if (out->count < least)
		record_free(out);
	return line + len + (line[len] == '\n');
}

static bool field_is(const struct record *r, size_t which, const char *value)
{
	uint64_t a, b;

	if (which < NUMBERS)
		return !strcmp(r->fields[which], value);
	return number_of(r->fields[which], &a) && number_of(value, &b) && a == b;
}

bool record_find(const char *text, size_t which, const char *value, size_t least,
		 struct record *out)
{
	for (const char *line = text; *line;) {
		line = record_next(line, least, out);
		if (out->line && field_is(out, which, value))
			return true;
		record_free(out);
	}
	*out = (struct record){ 0 };
	return false;
}

bool password_is_locked(const char *password)
{
	return password[0] == '!' || password[0] == '*';
}

/* The next name of a list that commas part; its length, or 0 at the end. */
static const char *name_next(const char **list, size_t *len)
{
	const char *name = *list + strspn(*list, BLANKS ",");

	*len = strcspn(name, ",");
	*list = name + *len;
	return name;
}

static bool names_have(const char *list, const char *name)
{
	const size_t n = strlen(name);
	const char *one;
	size_t len;

	while ((one = name_next(&list, &len), len))
		if (len == n && !strncmp(one, name, n))
			return true;
	return false;
}

static int by_text(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;

	return strcmp(json_string_value(*x), json_string_value(*y));
}

/* Sorted, each once; takes the list. */
static json_t *sorted(json_t *list)
{
	size_t count = json_array_size(list);
	json_t **items = xcalloc(count + 1, sizeof(json_t *)), *out = json_array();

	for (size_t i = 0; i < count; i++)
		items[i] = json_array_get(list, i);
	qsort(items, count, sizeof(json_t *), by_text);
	for (size_t i = 0; i < count; i++)
		if (!i || !json_equal(items[i - 1], items[i]))
			json_array_append(out, items[i]);
	free(items);
	json_decref(list);
	return out;
}

static void add_name(json_t *list, const char *name, size_t len)
{
	if (len)
		json_array_append_new(list, observer_text(name, len));
}

json_t *groups_of_user(const char *group, const char *user, const char *gid)
{
	json_t *list = json_array();

	for (const char *line = group; *line;) {
		auto_record struct record r = { 0 };

		line = record_next(line, GROUP_GID + 1, &r);
		if (r.line && (field_is(&r, GROUP_GID, gid) ||
			       names_have(r.fields[GROUP_MEMBERS], user)))
			add_name(list, r.fields[GROUP_NAME], strlen(r.fields[GROUP_NAME]));
	}
	return sorted(list);
}

json_t *members_of_group(const char *passwd, const struct record *group)
{
	const char *listed = group->fields[GROUP_MEMBERS], *name;
	json_t *list = json_array();
	size_t len;

	while ((name = name_next(&listed, &len), len))
		add_name(list, name, len);
	for (const char *line = passwd; *line;) {
		auto_record struct record r = { 0 };

		line = record_next(line, PASSWD_GID + 1, &r);
		if (r.line && field_is(&r, PASSWD_GID, group->fields[GROUP_GID]))
			add_name(list, r.fields[PASSWD_NAME], strlen(r.fields[PASSWD_NAME]));
	}
	return sorted(list);
}
