/*
 * keep - make the result of a job that has its last outcome: masked again with all secrets before
 * it is kept.
 */
#ifndef ENGINE_RUN_KEEP_H
#define ENGINE_RUN_KEEP_H

struct job;
struct outcome;
struct secrets;

/* Under which id its result is told; the caller's. */
char *keep_id(const struct job *j, const struct secrets *secrets);
/* Fills j->result from the last outcome, whose details it takes, and from its tries; `secrets` may
 * be NULL. */
void keep_result(struct job *j, struct outcome *o, const struct secrets *secrets);

#endif
