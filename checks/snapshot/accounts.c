/*
 * accounts - what /etc/passwd, /etc/group and /etc/shadow say, as pure functions over their text.
 */
#include "checks/snapshot/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/xalloc.h"
#include "engine/decl/observer.h"

void record_free(struct record *r)
{
	free(r->line);
	*r = (struct record){ 0 };
}

/* The last field keeps what colons it has. */
static void record_split(const char *line, size_t len, struct record *out)
{
	char *s = xmemdup0(line, len);

	*out = (struct record){ .line = s };
	while (s && out->count < RECORD_FIELDS) {
		out->fields[out->count++] = s;
		s = out->count < RECORD_FIELDS ? strchr(s, ':') : NULL;
		if (s)
			*s++ = '\0';
	}
}

/* Comments, and the lines with which NIS is mixed in, are nobody. */
static bool is_record(const char *line)
{
	return !strchr("#+-\n", *line);
}

bool record_find(const char *text, size_t which, const char *value, size_t least,
		 struct record *out)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		struct record r = { 0 };

		if (is_record(line)) {
			record_split(line, len, &r);
			if (r.count >= least && r.count > which &&
			    !strcmp(r.fields[which], value)) {
				*out = r;
				return true;
			}
		}
		record_free(&r);
		line += len + (line[len] == '\n');
	}
	*out = (struct record){ 0 };
	return false;
}

bool password_is_locked(const char *password)
{
	return password[0] == '!' || password[0] == '*';
}

static bool names_have(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = list; *s;) {
		size_t len = strcspn(s, ",");

		if (len == n && !strncmp(s, name, n))
			return true;
		s += len + (s[len] == ',');
	}
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
		size_t len = strcspn(line, "\n");
		struct record r = { 0 };

		if (is_record(line))
			record_split(line, len, &r);
		if (r.count > GROUP_GID &&
		    (!strcmp(r.fields[GROUP_GID], gid) ||
		     (r.count > GROUP_MEMBERS && names_have(r.fields[GROUP_MEMBERS], user))))
			add_name(list, r.fields[GROUP_NAME], strlen(r.fields[GROUP_NAME]));
		record_free(&r);
		line += len + (line[len] == '\n');
	}
	return sorted(list);
}

json_t *members_of_group(const char *passwd, const struct record *group)
{
	json_t *list = json_array();
	const char *listed = group->count > GROUP_MEMBERS ? group->fields[GROUP_MEMBERS] : "";

	for (const char *s = listed; *s;) {
		size_t len = strcspn(s, ",");

		add_name(list, s, len);
		s += len + (s[len] == ',');
	}
	for (const char *line = passwd; *line;) {
		size_t len = strcspn(line, "\n");
		struct record r = { 0 };

		if (is_record(line))
			record_split(line, len, &r);
		if (r.count > PASSWD_GID &&
		    !strcmp(r.fields[PASSWD_GID], group->fields[GROUP_GID]))
			add_name(list, r.fields[PASSWD_NAME], strlen(r.fields[PASSWD_NAME]));
		record_free(&r);
		line += len + (line[len] == '\n');
	}
	return sorted(list);
}
