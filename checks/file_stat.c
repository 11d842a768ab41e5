/*
 * file_stat - whether a file is there, and what its inode tells.
 */
#include "checks/file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "checks/snapshot/users.h"
#include "engine/base/root.h"

const char *file_type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "socket";
	case S_IFBLK:
		return "block_device";
	case S_IFCHR:
		return "char_device";
	default:
		return "link";
	}
}

static void tell_link(const char *path, struct observer *o)
{
	char target[PATH_MAX];
	ssize_t n = root_readlink(observer_root(o), path, target, sizeof(target));

	observer_trace(o, "'%s' is a link to '%.*s', which is not there", path, n > 0 ? (int)n : 0,
		       target);
}

static enum kind kind_of_errno(int errnum)
{
	switch (errnum) {
	case EACCES:
	case EPERM:
		return KIND_PERMISSION;
	case EIO:
		return KIND_CORRUPT;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return KIND_RESOURCE;
	default: /* a dead or stale mount */
		return KIND_UNREACHABLE;
	}
}

void file_trouble(const char *path, int errnum, struct observer *o)
{
	if (errnum == EILSEQ)
		observer_trouble(o, KIND_PARAMETER,
				 "'%s' is UTF-16 or UTF-32, in which no pattern would match: have "
				 "it written as UTF-8",
				 path);
	else
		observer_trouble(o, kind_of_errno(errnum), "'%s': %s", path, strerror(errnum));
}

/* Why stat(2) failed. What stands in the way of looking is trouble; that nothing is there is a
 * fact. */
static int look_failed(const char *path, int errnum, struct observer *o)
{
	struct stat st;

	switch (errnum) {
	case ENOENT:
		if (!root_lstat(observer_root(o), path, &st) && S_ISLNK(st.st_mode))
			tell_link(path, o);
		return 0;
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
		observer_trace(o, "'%s' leads nowhere: %s", path, strerror(errnum));
		return 0;
	default:
		file_trouble(path, errnum, o);
		return -1;
	}
}

int file_look(const char *path, struct file_seen *seen, struct observer *o)
{
	seen->path = path;
	if (root_stat(observer_root(o), path, &seen->st) < 0)
		return look_failed(path, errno, o);
	return 1;
}

static int64_t modified_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec;
}

static json_t *type_json(const struct stat *st)
{
	return json_string(file_type_name(st->st_mode));
}

static json_t *mode_json(const struct stat *st)
{
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", (unsigned)(st->st_mode & 07777));
	return json_string(mode);
}

static json_t *size_json(const struct stat *st)
{
	return json_integer(st->st_size);
}

static json_t *modified_json(const struct stat *st)
{
	char modified[32];

	clock_rfc3339(modified_ns(st), modified, sizeof(modified));
	return json_string(modified);
}

static json_t *age_json(const struct stat *st)
{
	return json_real((double)(clock_real() - modified_ns(st)) / (double)NS_PER_S);
}

static const struct {
	const char *name;
	json_t *(*make)(const struct stat *st);
} stat_facts[] = {
	{ "type", type_json },         { "mode", mode_json }, { "size", size_json },
	{ "modified", modified_json }, { "age", age_json },
};

json_t *file_stat_json(const struct file_seen *f, struct observer *o, struct err **e)
{
	const struct user_table *users = observer_table(o, &users_table, e);
	json_t *facts;

	if (!users)
		return NULL;
	facts = json_object();
	for (size_t i = 0; i < ARRAY_SIZE(stat_facts); i++)
		json_object_set_new(facts, stat_facts[i].name, stat_facts[i].make(&f->st));
	json_object_set_new(facts, "owner", json_string(user_name(users, f->st.st_uid)));
	json_object_set_new(facts, "group", json_string(group_name(users, f->st.st_gid)));
	return facts;
}

/* A name may have to be asked for at a directory server: only when somebody wants it. */
int file_tell_stat(const struct file_seen *f, struct observer *o, struct err **e)
{
	const bool owner = observer_wants(o, "owner"), group = observer_wants(o, "group");
	const struct user_table *users = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(stat_facts); i++)
		if (observer_wants(o, stat_facts[i].name))
			observer_set(o, stat_facts[i].name, stat_facts[i].make(&f->st));
	if (owner || group)
		users = observer_table(o, &users_table, e);
	if ((owner || group) && !users)
		return -1;
	if (owner)
		observer_set_string(o, "owner", user_name(users, f->st.st_uid));
	if (group)
		observer_set_string(o, "group", group_name(users, f->st.st_gid));
	return 0;
}
