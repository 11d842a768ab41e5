/*
 * patterns - a list of regexes, one of which is to match.
 */
#ifndef CHECKS_LOG_PATTERNS_H
#define CHECKS_LOG_PATTERNS_H

#include <stddef.h>

#include "engine/base/regex.h"

struct err;

struct patterns {
	struct regex **regexes;
	size_t count;
};

/* Into a zeroed struct; -1 for one that does not compile. */
int patterns_compile(struct patterns *p, const char *const *texts, size_t count, struct err **e);
void patterns_release(struct patterns *p);
/* 1 when one matches, 0 when none does, -1 when it could not be decided. */
int patterns_match(const struct patterns *p, const char *text, size_t len, struct err **e);

#endif
