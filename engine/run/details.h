/*
 * details - what a result tells besides its status: masked, cleaned, cut, as JSON text (result.h
 * says which members).
 */
#ifndef ENGINE_RUN_DETAILS_H
#define ENGINE_RUN_DETAILS_H

#include <jansson.h>

#include "engine/judge/expect.h"

struct check;
struct secrets;

struct telling {
	const struct check *check;
	const struct secrets *secrets;    /* of this check, or NULL */
	const json_t *facts;              /* with `error` where there was trouble */
	const json_t *evidences, *traces; /* NULL for a pass */
	const struct verdict *verdict;    /* or NULL: nothing was judged */
	const char *expected, *actual;    /* of the worst failure, or NULL */
	const char *message;              /* already told, or NULL */
	const char *target;               /* the host and port that it needs, or NULL */
};
/* The caller's. */
char *details_make(const struct telling *t);

/* Mask, clean, and keep head and tail of at most max bytes. The caller's. */
char *tell_text(const struct secrets *secrets, const char *text, size_t max);
/* The same on one line. */
char *tell_line(const struct secrets *secrets, const char *text);

#endif
