/*
 * siblings - the files beside a log that rotation has made of it: app.log.1, app.log-20260928.gz, …
 */
#ifndef CHECKS_LOG_SIBLINGS_H
#define CHECKS_LOG_SIBLINGS_H

#include <stddef.h>
#include <sys/stat.h>

struct root;

struct sibling {
	char *path;
	struct stat st;
};

struct siblings {
	struct sibling *items;
	size_t count, cap;
};

void siblings_release(struct siblings *s);
#define auto_siblings __attribute__((cleanup(siblings_release)))
/* Add the regular files beside `path`, not itself, whose names begin with its name and '.', '-' or
 * '_', or that have this inode (0: none); each file once. -1 with errno when we may not look. */
int siblings_find(const struct root *r, const char *path, ino_t inode, struct siblings *out);
/* Add this one, where it is there. */
void siblings_add(const struct root *r, const char *path, struct siblings *out);
/* The oldest first. */
void siblings_sort(struct siblings *s);

#endif
