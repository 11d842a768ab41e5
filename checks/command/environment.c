/*
 * environment - what a command is given: who it is, its environment, and where its program may lie.
 */
#include "checks/command/environment.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define GROUPS_MAX 65536

/* Room for one more and the NULL behind it. */
static void strings_end(struct strings *s)
{
	if (s->count + 1 >= s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->items = xrealloc(s->items, s->cap, sizeof(*s->items));
	}
	s->items[s->count] = NULL;
}

void strings_add(struct strings *s, char *text)
{
	strings_end(s);
	s->items[s->count++] = text;
	s->items[s->count] = NULL;
}

void strings_free(struct strings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->items[i]);
	free(s->items);
	*s = (struct strings){ 0 };
}

static void identity_groups(struct identity *id, const char *user)
{
	int count = 64;

	id->groups = xcalloc((size_t)count, sizeof(*id->groups));
	while (getgrouplist(user, id->gid, id->groups, &count) < 0 && count <= GROUPS_MAX)
		id->groups = xrealloc(id->groups, (size_t)count, sizeof(*id->groups));
	id->group_count = count;
}

int identity_find(const char *user, struct identity *id, char **home, struct err **e)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(user);
	if (!pw && errno && errno != ENOENT && errno != ESRCH)
		return err_errno(e, ERR_SYSTEM, "look up the user '%s'", user);
	if (!pw)
		return err_set(e, ERR_NOT_FOUND, "there is no user '%s'", user);
	*home = xstrdup(pw->pw_dir);
	if (pw->pw_uid == geteuid())
		return 0;
	if (geteuid() != 0)
		return err_set(e, ERR_PERMISSION, "only root can run a command as '%s'", user);
	*id = (struct identity){ .change = true, .uid = pw->pw_uid, .gid = pw->pw_gid };
	identity_groups(id, user);
	return 0;
}

void identity_free(struct identity *id)
{
	free(id->groups);
	*id = (struct identity){ 0 };
}

const char *environment_get(const struct strings *environment, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < environment->count; i++)
		if (!strncmp(environment->items[i], name, len) && environment->items[i][len] == '=')
			return environment->items[i] + len + 1;
	return NULL;
}

static void inherit(struct strings *out, const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	if (environment_get(out, name))
		return;
	if (!value || !*value)
		value = otherwise;
	if (value)
		strings_add(out, xasprintf("%s=%s", name, value));
}

void environment_make(struct strings *out, const struct text_map *own, const char *home, char *mark)
{
	for (size_t i = 0; i < own->count; i++)
		strings_add(out, xasprintf("%s=%s", own->keys[i], own->values[i]));
	inherit(out, "PATH", DEFAULT_PATH);
	if (home && !environment_get(out, "HOME"))
		strings_add(out, xasprintf("HOME=%s", home));
	inherit(out, "HOME", "/");
	inherit(out, "LANG", NULL);
	strings_add(out, mark);
}

void programs_find(struct strings *out, const char *program, const char *path)
{
	strings_end(out);
	if (strchr(program, '/')) {
		strings_add(out, xstrdup(program));
		return;
	}
	for (path = path ? path : DEFAULT_PATH; *path; path += *path == ':') {
		size_t len = strcspn(path, ":");

		/* an empty entry means the working directory: nobody wants that of an inspection */
		if (len)
			strings_add(out, xasprintf("%.*s/%s", (int)len, path, program));
		path += len;
	}
}
