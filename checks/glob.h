/*
 * glob - the files that a pattern finds: *, ?, [a-z] within one step of the path, {a,b} anywhere.
 *
 * Unlike glob(3) it tells what it was not permitted to see, also behind a step without a pattern,
 * and is bounded.
 */
#ifndef CHECKS_GLOB_H
#define CHECKS_GLOB_H

#include <stdbool.h>
#include <stddef.h>

struct root;

struct glob_found {
	char **paths; /* sorted, each once */
	size_t count, cap;
	bool more;          /* there were more than max */
	int errnum;         /* the first thing that kept us from looking, or 0 */
	char *blocked_path; /* where */
};

#define auto_glob __attribute__((cleanup(glob_found_free)))

/* Whether a path holds what makes it a pattern. */
bool glob_is_pattern(const char *path);
/* Find at most max paths below the root (root.h; NULL: of the machine). What is not there finds
 * nothing and is no error. A name that begins with '.' must be asked for. */
void glob_find(const struct root *r, const char *pattern, size_t max, struct glob_found *found);
void glob_found_free(struct glob_found *found);

#endif
