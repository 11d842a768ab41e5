/*
 * outcome - what one try of a check ended as: made by a worker (or by the supervisor for one that
 * died), kept as a result.
 */
#ifndef ENGINE_RUN_OUTCOME_H
#define ENGINE_RUN_OUTCOME_H

#include <jansson.h>

#include "engine/result/result.h"

struct buf;
struct err;

struct outcome {
	enum status status : 8;
	enum kind kind : 8;
	enum severity severity : 8;
	int64_t started;  /* clock_real; 0: never begun */
	int64_t duration; /* ns */
	char *message;    /* one line, or NULL for a pass */
	char *details;    /* JSON text of an object (result.h), or NULL */
	char *state;      /* JSON text: what it leaves to the next run of its task; or NULL */
	char *sample;     /* JSON text of sample_make(), of a check that is sustained; or NULL */
	json_t *exports;  /* { path: value } for the captures of others, or NULL: no observation */
	/* Set by the supervisor alone, of what is sustained over runs (result.h). */
	unsigned pending, pending_of;
	char *entries;
};

void outcome_release(struct outcome *o);
/* An outcome without an observation: error or skip. `message` is copied. */
struct outcome outcome_make(const struct check *c, enum status status, enum kind kind,
			    const char *message);
/* Everything of it anew. */
struct outcome outcome_copy(const struct outcome *o);
void outcome_pack(const struct outcome *o, struct buf *out);
/* -1 when the bytes are not one: the worker that sent them is to be distrusted. */
int outcome_unpack(const char *bytes, size_t len, struct outcome *out, struct err **e);

#endif
