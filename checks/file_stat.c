/*
 * file_stat - whether a file is there, and what its inode tells.
 */
#include "checks/file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "checks/snapshot/users.h"

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
	ssize_t n = readlink(path, target, sizeof(target));

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
	observer_trouble(o, kind_of_errno(errnum), "'%s': %s", path, strerror(errnum));
}

/* Why stat(2) failed. What stands in the way of looking is trouble; that nothing is there is a
 * fact. */
static int look_failed(const char *path, int errnum, struct observer *o)
{
	struct stat st;

	switch (errnum) {
	case ENOENT:
		if (!lstat(path, &st) && S_ISLNK(st.st_mode))
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
	return stat(path, &seen->st) < 0 ? look_failed(path, errno, o) : 1;
}

static int64_t modified_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec;
}

json_t *file_stat_json(const struct file_seen *f, struct observer *o, struct err **e)
{
	const struct user_table *users = observer_table(o, &users_table, e);
	const struct stat *st = &f->st;
	char modified[32], mode[8];
	json_t *facts;

	if (!users)
		return NULL;
	clock_rfc3339(modified_ns(st), modified, sizeof(modified));
	snprintf(mode, sizeof(mode), "%04o", (unsigned)(st->st_mode & 07777));
	facts = json_object();
	json_object_set_new(facts, "type", json_string(file_type_name(st->st_mode)));
	json_object_set_new(facts, "mode", json_string(mode));
	json_object_set_new(facts, "owner", json_string(user_name(users, st->st_uid)));
	json_object_set_new(facts, "group", json_string(group_name(users, st->st_gid)));
	json_object_set_new(facts, "size", json_integer(st->st_size));
	json_object_set_new(facts, "modified", json_string(modified));
	json_object_set_new(facts, "age",
			    json_real((double)(clock_real() - modified_ns(st)) / (double)NS_PER_S));
	return facts;
}

int file_tell_stat(const struct file_seen *f, struct observer *o, struct err **e)
{
	json_t *facts = file_stat_json(f, o, e), *value;
	const char *name;

	if (!facts)
		return -1;
	json_object_foreach(facts, name, value)
		observer_set(o, name, json_incref(value));
	json_decref(facts);
	return 0;
}
