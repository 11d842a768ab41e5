/*
 * mountinfo - the kernel's list of mounts. To read it never touches what is mounted, so it never
 * hangs.
 */
#ifndef ENGINE_BASE_MOUNTINFO_H
#define ENGINE_BASE_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/* A line of /proc/PID/mountinfo (proc(5)), escapes put back. */
struct mount {
	uint64_t id, parent;
	uint64_t major, minor; /* of the device that stat(2) tells of files there */
	char *root;            /* folder of the file system that is mounted */
	char *point;
	char *options; /* of the mount */
	char *fstype;
	char *source;
	char *super_options; /* of the file system */
};

struct mount_table {
	struct mount *rows; /* as the kernel lists them, which need not be the order of mounting */
	size_t count, cap;
};

/* Read such a file; NULL when it cannot be read. */
struct mount_table *mounts_read(const char *path, struct err **e);
/* Read the text of such a file; what is no such line is left out. */
struct mount_table *mounts_parse(const char *mountinfo);
void mounts_free(void *table);
/* The mount at exactly this path that is in sight: of several the one on top. NULL: none. */
const struct mount *mounts_at(const struct mount_table *t, const char *path);
/* The mount that a path lies on by its text alone; NULL: none. */
const struct mount *mounts_over(const struct mount_table *t, const char *path);
/* One that shows files of this device, at the shortest path; NULL: none. */
const struct mount *mounts_of_device(const struct mount_table *t, dev_t device);
/* Whether another mount hides it: one on top at the same point, or one over a folder above. */
bool mount_is_hidden(const struct mount_table *t, const struct mount *m);
/* Whether looking there asks somebody else (a server, a program), who may never answer. */
bool mount_is_remote(const struct mount *m);
/* Whether a word stands in a list that commas part. */
bool mount_has_option(const char *options, const char *word);
/* Nothing can be written: for the mount, for the whole file system, or after an error of it. */
bool mount_is_read_only(const struct mount *m);

#endif
