/*
 * accounts - what /etc/passwd, /etc/group and /etc/shadow say: passwd(5), group(5), shadow(5). All
 * but the reading is pure.
 */
#ifndef CHECKS_SNAPSHOT_ACCOUNTS_H
#define CHECKS_SNAPSHOT_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct buf;
struct err;
struct root;

/* The fields of one line; all point into `line`. */
#define RECORD_FIELDS 9
struct record {
	char *line;                        /* owned */
	const char *fields[RECORD_FIELDS]; /* "" from count on */
	size_t count;
};
void record_free(struct record *r);
#define auto_record __attribute__((cleanup(record_free)))

/* Of a file with one record a line, its fields parted by colons. */
enum passwd_field { PASSWD_NAME,
		    PASSWD_PASSWORD,
		    PASSWD_UID,
		    PASSWD_GID,
		    PASSWD_GECOS,
		    PASSWD_HOME,
		    PASSWD_SHELL };
enum group_field { GROUP_NAME,
		   GROUP_PASSWORD,
		   GROUP_GID,
		   GROUP_MEMBERS };
enum shadow_field { SHADOW_NAME,
		    SHADOW_PASSWORD,
		    SHADOW_CHANGED };

/* The text of such a file into a buffer that is empty so far. -1: it cannot be read, or is larger
 * than the buffer may be. */
int accounts_read(const struct root *r, const char *path, struct buf *out, struct err **e);
/* The first line whose field `which` is `value` (numbers by what they mean) and that has at least
 * `least` fields; of these the third and later ones must be numbers. */
bool record_find(const char *text, size_t which, const char *value, size_t least,
		 struct record *out);
/* The number of a user or a group; false: the field holds none. */
bool record_number(const struct record *r, size_t which, int64_t *number);
/* A password that nobody can log in with: "!…", "*…". */
bool password_is_locked(const char *password);
/* All groups of a user, sorted by name: the one of passwd and those that list it. */
json_t *groups_of_user(const char *group, const char *user, const char *gid);
/* All users of a group, sorted: those listed and those whose own group it is. */
json_t *members_of_group(const char *passwd, const struct record *group);

#endif
