/*
 * environment - what a command is given: who it is, its environment, and where its program may lie.
 */
#ifndef CHECKS_COMMAND_ENVIRONMENT_H
#define CHECKS_COMMAND_ENVIRONMENT_H

#include "checks/command/spawn.h"
#include "engine/decl/field.h"

struct err;

/* A NULL-ended array of strings, all owned. */
struct strings {
	char **items;
	size_t count, cap;
};
void strings_add(struct strings *s, char *text); /* takes the text */
void strings_free(struct strings *s);
#define auto_strings __attribute__((cleanup(strings_free)))

/* Look a user up; 0, or -1: no such user (ERR_NOT_FOUND), or we may not become it (ERR_PERMISSION).
 * *home: its home, a new string. */
int identity_find(const char *user, struct identity *id, char **home, struct err **e);
void identity_free(struct identity *id);

/* PATH, HOME, LANG of ours and `own`, which wins; nothing else. home: instead of our HOME, or NULL.
 * mark: added last, taken. */
void environment_make(struct strings *out, const struct text_map *own, const char *home,
		      char *mark);
/* Where `program` may lie: itself when it has a '/', else below each folder of `path` (NULL: the
 * usual ones). */
void programs_find(struct strings *out, const char *program, const char *path);
/* The value of NAME in an environment, or NULL. */
const char *environment_get(const struct strings *environment, const char *name);

#endif
