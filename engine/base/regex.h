/*
 * regex - PCRE2 behind one door: UTF-8 where the subject is, compiled once.
 *
 * A match is bounded by nothing but the kill of its process (the library's limits are per start
 * offset), so it must never run in the supervisor or in the network loop.
 */
#ifndef ENGINE_BASE_REGEX_H
#define ENGINE_BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct regex;

/* Compile a pattern; the error says what and at which offset (code points, from 1). */
struct regex *regex_compile(const char *pattern, struct err **e);
void regex_free(struct regex *r);
void regex_cleanup(struct regex **r);
#define auto_regex __attribute__((cleanup(regex_cleanup)))
/* The number of capturing groups. */
unsigned regex_groups(const struct regex *r);
/* 1 on a match, 0 on none, -1 when the match could not be decided (limits). Subjects that are not
 * UTF-8 are matched by MATCH_INVALID_UTF. start..end of group `group` go to *from, *to (may be
 * NULL; group 0: all; SIZE_MAX both when the group took no part). ^ and $ are the ends of the
 * subject; a pattern that means lines says (?m). */
int regex_match(const struct regex *r, const char *subject, size_t len, size_t offset,
		unsigned group, size_t *from, size_t *to, struct err **e);
/* Only: does it match anywhere? Same results. */
int regex_test(const struct regex *r, const char *subject, size_t len, struct err **e);

#endif
