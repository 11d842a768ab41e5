/*
 * users - names of users and groups, each looked up once a generation (a directory service may be
 * slow).
 */
#ifndef CHECKS_SNAPSHOT_USERS_H
#define CHECKS_SNAPSHOT_USERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "engine/decl/observer.h"

struct err;
struct user_table;

extern const struct shared_table users_table;

/* The name, or the number as text where it has none. Owned by the table. */
const char *user_name(const struct user_table *t, uid_t uid);
const char *group_name(const struct user_table *t, gid_t gid);
/* The number of a user given by name or number. 1: found; 0: there is no such user; -1: could not
 * be found out. */
int user_find(const char *name, uid_t *uid, struct err **e);

#endif
