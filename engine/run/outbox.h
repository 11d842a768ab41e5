/*
 * outbox - results on their way out of a worker: several go in one write, and until then they lie
 * in the slot, where the supervisor finds them should the worker hang or die.
 */
#ifndef ENGINE_RUN_OUTBOX_H
#define ENGINE_RUN_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/run/worker.h"

/* Keep a result there. Where it does not fit, or the outbox is being sent just now, it is queued on
 * the wire instead: false, then the caller sends soon. The bytes are copied. */
bool outbox_keep(struct desk *d, uint32_t job, uint32_t serial, const struct buf *bytes);
bool outbox_is_empty(const struct desk *d);
/* Write what is queued on the wire, and what is kept behind it: 0 all is written, 1 some is left
 * (call again), -1 broken. */
int outbox_send(struct desk *d);

#endif
