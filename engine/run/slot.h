/*
 * slot - the page that a worker shares with the supervisor: which check's code is running, and
 * since when.
 *
 * Whatever stands in it when the worker dies is the culprit. `next` is the serial of the job that
 * may be started next: the worker takes a job by moving it on, the supervisor takes back all that
 * is not started by moving it past them.
 */
#ifndef ENGINE_RUN_SLOT_H
#define ENGINE_RUN_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* Bytes of a slot; what its own fields leave is the outbox. */
#define SLOT_SIZE 16384

struct slot {
	_Atomic uint32_t next;
	_Atomic uint32_t
		job; /* number + 1 of the job whose code runs; 0: none, or it is not known whose */
	_Atomic int64_t since; /* clock_mono when that code began; 0: no code of a check runs */
	/* Messages that are not sent yet: a check that hangs must not hold back what was done
	 * before it, and a write for each result costs more than many checks. */
	_Atomic uint32_t sending; /* odd while the outbox is being sent: it comes by the wire */
	_Atomic uint32_t outbox_len;
	char outbox[];
};

/* A row of slots in memory that children share, each in a page of its own. */
struct slots;
struct slots *slots_new(size_t count, struct err **e);
void slots_free(struct slots *s);
/* A free one, emptied, or -1. */
int slots_take(struct slots *s);
/* Nothing of what lies in its outbox is left. */
void slots_give_back(struct slots *s, size_t index);
struct slot *slots_at(const struct slots *s, size_t index);
/* In a worker: unmap all the others, so that a wild write cannot touch them. */
void slots_keep_only(const struct slots *s, size_t index);

/* In the worker: start the job with this serial? false: it was taken back. */
bool slot_take(struct slot *s, uint32_t serial);
void slot_enter(struct slot *s, uint32_t job);
/* Code that belongs to no single job. */
void slot_enter_unknown(struct slot *s);
void slot_leave(struct slot *s);
/* In the supervisor: take back all jobs from the next to `last`; the serial of the first of them
 * (last + 1: none). */
uint32_t slot_take_back(struct slot *s, uint32_t last);
/* What runs: true when something does. *job is number + 1 or 0. */
bool slot_look(const struct slot *s, uint32_t *job, int64_t *since);

/* In the worker: put a message there; false when it does not fit. */
bool slot_post(struct slot *s, const void *header, size_t header_len, const void *bytes,
	       size_t len);
/* Around the sending of the outbox's bytes; after it, it is empty and wiped: captures of others may
 * need what nobody else shall see. */
void slot_send_begin(struct slot *s);
void slot_send_end(struct slot *s);
/* In the supervisor: a copy of what is not sent yet. false: it is being sent just now (never of a
 * worker that is dead: then it is what may not have come). */
bool slot_outbox(const struct slot *s, bool dead, struct buf *out);

#endif
