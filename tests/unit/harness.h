/*
 * harness - carries checks of the network and command lanes out in a test program, with modules of
 * the build folder.
 */
#ifndef TESTS_UNIT_HARNESS_H
#define TESTS_UNIT_HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "engine/decl/check_type.h"

struct harness;
struct loop;

/* What came of one check. */
struct sighting {
	json_t *facts; /* with error { kind, text } */
	json_t *traces;
	json_t *evidences;
	char *error; /* why it could not begin, or NULL */
	bool timed_out;
};

struct harness *harness_new(void);
void harness_free(struct harness *l);
struct loop *harness_loop(struct harness *l);
/* Start a check with these fields (YAML); *out is filled when it ends. wants: NULL-ended, or NULL
 * for everything. */
void harness_start(struct harness *l, const struct check_type *type, const char *fields,
		   const char *const *wants, int64_t timeout, struct sighting *out);
/* Until all that were started have ended. */
void harness_wait(struct harness *l);
/* Both. */
void harness_observe(struct harness *l, const struct check_type *type, const char *fields,
		     int64_t timeout, struct sighting *out);
void sighting_free(struct sighting *s);
/* A fact as text for assertions: a string itself, others as JSON, "-" when there is none; owned by
 * the sighting's facts or by a static buffer that the next call overwrites. "error.kind" is a path
 * of two steps. */
const char *sighting_fact(const struct sighting *s, const char *fact);
/* Whether any trace or evidence holds this text. */
bool sighting_tells(const struct sighting *s, const char *text);

#endif
