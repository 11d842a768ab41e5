/*
 * assignment - a job as it travels to a worker: the check, and what only this try of it may know.
 */
#ifndef ENGINE_RUN_ASSIGNMENT_H
#define ENGINE_RUN_ASSIGNMENT_H

#include <stdint.h>

#include <jansson.h>

struct buf;
struct check;
struct err;
struct plan;
struct secrets;
struct wire_message;

/* What the supervisor sends; texts may be NULL. */
struct assignment_parts {
	const struct check *check;
	unsigned attempt;
	const char *captures;          /* JSON: { "checks.x.path": value } */
	const char *item;              /* JSON: of a runtime item */
	const char *state;             /* JSON: what it left at the last run */
	const char *sighting;          /* JSON of sighting_pack: only judge it */
	const struct secrets *secrets; /* those of the check are taken */
};
void assignment_pack(const struct assignment_parts *p, struct buf *out);

struct assignment {
	uint32_t job, serial;
	const struct check *check;
	unsigned attempt;
	json_t *captures, *item, *state;
	struct secrets *secrets; /* those of this check alone; NULL: it has none */
	json_t *sighting;
};
/* -1: malformed. */
int assignment_unpack(const struct wire_message *m, const struct plan *plan, struct assignment *out,
		      struct err **e);
void assignment_release(struct assignment *a);

#endif
