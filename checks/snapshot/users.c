/*
 * users - names of users and groups, each looked up once a generation; below a root those of its
 * own files.
 */
#include "checks/snapshot/users.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>

#include "checks/snapshot/accounts.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

#define FILE_MAX ((size_t)16 * 1024 * 1024)

struct entry {
	uint32_t id;
	char *name;
};

struct names {
	struct entry *items;
	size_t count, cap;
};

/* The table is const to its readers; what they look up is remembered behind these pointers. */
struct user_table {
	struct names *users, *groups;
	/* below a root: its own /etc/passwd and /etc/group */
	struct buf passwd, group;
	bool below;
};

/* A tree without such a file has no names. */
static int read_names(const struct root *r, const char *path, struct buf *out, struct err **e)
{
	auto_err struct err *why = NULL;

	if (accounts_read(r, path, out, &why) == 0 || err_code(why) == ERR_NOT_FOUND)
		return 0;
	return err_set(e, err_code(why), "%s", err_text(why));
}

static void users_free(void *table);

static void *users_read(const struct root *r, struct err **e)
{
	struct user_table *t = xcalloc(1, sizeof(*t));

	t->below = r != NULL;
	t->passwd = BUF_INIT(FILE_MAX);
	t->group = BUF_INIT(FILE_MAX);
	t->users = xcalloc(1, sizeof(*t->users));
	t->groups = xcalloc(1, sizeof(*t->groups));
	if (r && (read_names(r, "/etc/passwd", &t->passwd, e) < 0 ||
		  read_names(r, "/etc/group", &t->group, e) < 0)) {
		users_free(t);
		return NULL;
	}
	return t;
}

static void names_free(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->items[i].name);
	free(n->items);
	free(n);
}

static void users_free(void *table)
{
	struct user_table *t = table;

	names_free(t->users);
	names_free(t->groups);
	buf_free(&t->passwd);
	buf_free(&t->group);
	free(t);
}

const struct shared_table users_table = {
	.name = "users", .read_below = users_read, .free = users_free
};

static const char *names_find(const struct names *n, uint32_t id)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->items[i].id == id)
			return n->items[i].name;
	return NULL;
}

static const char *names_add(struct names *n, uint32_t id, const char *name)
{
	array_grow(n->items, n->count, n->cap);
	n->items[n->count] = (struct entry){ id, name ? xstrdup(name) : xasprintf("%u", id) };
	return n->items[n->count++].name;
}

/* In both files the number is the third field, and the name the first. */
static const char *names_add_below(struct names *n, const struct buf *file, uint32_t id)
{
	auto_record struct record r = { 0 };
	char number[16];

	snprintf(number, sizeof(number), "%u", id);
	if (!record_find(buf_text(file), PASSWD_UID, number, PASSWD_UID + 1, &r))
		return names_add(n, id, NULL);
	return names_add(n, id, r.fields[PASSWD_NAME]);
}

const char *user_name(const struct user_table *t, uid_t uid)
{
	const char *name = names_find(t->users, uid);
	const struct passwd *pw;

	if (name)
		return name;
	if (t->below)
		return names_add_below(t->users, &t->passwd, uid);
	pw = getpwuid(uid);
	return names_add(t->users, uid, pw ? pw->pw_name : NULL);
}

const char *group_name(const struct user_table *t, gid_t gid)
{
	const char *name = names_find(t->groups, gid);
	const struct group *gr;

	if (name)
		return name;
	if (t->below)
		return names_add_below(t->groups, &t->group, gid);
	gr = getgrgid(gid);
	return names_add(t->groups, gid, gr ? gr->gr_name : NULL);
}

/* getpwnam(3) may leave any of these when there is no such user. */
static bool means_absent(int errnum)
{
	return !errnum || errnum == ENOENT || errnum == ESRCH || errnum == EBADF || errnum == EPERM;
}

int user_find(const char *name, uid_t *uid, struct err **e)
{
	const struct passwd *pw;
	uint64_t number;

	if (!number_uint(name, &number) && number < UINT32_MAX) {
		*uid = (uid_t)number;
		return 1;
	}
	errno = 0;
	pw = getpwnam(name);
	if (pw) {
		*uid = pw->pw_uid;
		return 1;
	}
	return means_absent(errno)
		       ? 0
		       : err_errno(e, ERR_SYSTEM, "user '%s' cannot be looked up", name);
}
