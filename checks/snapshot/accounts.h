/*
 * accounts - what /etc/passwd, /etc/group and /etc/shadow say, as pure functions over their text.
 * See passwd(5), group(5), shadow(5).
 */
#ifndef CHECKS_SNAPSHOT_ACCOUNTS_H
#define CHECKS_SNAPSHOT_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* The fields of one line; all point into `line`. */
#define RECORD_FIELDS 9
struct record {
	char *line; /* owned */
	const char *fields[RECORD_FIELDS];
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

/* The first line whose field `which` is `value` and that has at least `least` fields. */
bool record_find(const char *text, size_t which, const char *value, size_t least,
		 struct record *out);
/* A password that nobody can log in with: "!…", "*…". */
bool password_is_locked(const char *password);
/* All groups of a user, sorted by name: the one of passwd and those that list it. */
json_t *groups_of_user(const char *group, const char *user, const char *gid);
/* All users of a group, sorted: those listed and those whose own group it is. */
json_t *members_of_group(const char *passwd, const struct record *group);

#endif
