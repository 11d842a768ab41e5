/*
 * siblings - the files beside a log that rotation has made of it: app.log.1, app.log-20260928.gz,
 * app.2026-09-28.0.log.gz, …
 */
#ifndef CHECKS_LOG_SIBLINGS_H
#define CHECKS_LOG_SIBLINGS_H

#include <stdbool.h>
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
/* How names tell that a file was made of a log. */
struct kinship {
	ino_t inode;   /* a file with it is one, whatever its name; 0: none */
	bool numbered; /* one whose name differs in its digits alone is one, too */
};

/* Whether a file of this name was made of a log of that name: it begins with it and '.', '-' or
 * '_', or has a date (or, compressed, a number) before the extension. */
bool siblings_are(const char *name, const char *log, bool numbered);
/* Add the regular files beside `path`, not itself, that are its kin; each file once, and of too
 * many the newest. -1 with errno when we may not look. */
int siblings_find(const struct root *r, const char *path, const struct kinship *k,
		  struct siblings *out);
/* Add this one, where it is there. */
void siblings_add(const struct root *r, const char *path, struct siblings *out);
/* The oldest first. */
void siblings_sort(struct siblings *s);

#endif
