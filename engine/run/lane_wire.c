/*
 * lane_wire - what workers tell of their jobs: begun, observed, ended.
 */
#include <stdlib.h>

#include "engine/base/clock.h"
#include "engine/base/xalloc.h"
#include "engine/run/lanes.h"
#include "engine/run/schedule.h"

/* The job that a message is about, if this worker may speak of it now. */
static struct job *job_of(const struct worker *w, const struct wire_message *m)
{
	struct job *j = schedule_job(w->pool->lanes->schedule, m->header.job);

	if (!j || j->worker != w || j->serial != m->header.serial ||
	    j->serial >= atomic_load(&w->slot->next))
		return NULL;
	return j;
}

static void job_back(struct worker *w, struct job *j)
{
	job_list_remove(j);
	j->worker = NULL;
	w->done++;
	w->pool->deaths = 0;
	if (w->stuck) {
		w->stuck = false;
		worker_clock(w, lanes_first_look(w, clock_mono()));
	}
}

static int take_result(struct worker *w, struct job *j, const struct wire_message *m)
{
	struct outcome o;

	if (outcome_unpack(m->bytes, m->header.length, &o, NULL) < 0)
		return -1;
	job_back(w, j);
	/* a check may notice by itself that its file system does not answer */
	if (o.kind == KIND_BLOCKED)
		lanes_block_mount(w->pool->lanes, j);
	w->pool->lanes->finish(w->pool->lanes->ctx, j, &o);
	return 0;
}

/* Results that lie in the worker's outbox: it may be held up, or dead, before it could send them.
 */
bool lanes_take_outbox(struct worker *w, bool dead)
{
	auto_buf struct buf box = BUF_SECRET(SLOT_SIZE);
	struct wire_message m;
	size_t at = 0, used = 0;

	if ((w->role != ROLE_LOCAL && w->role != ROLE_COMMAND) || w->distrusted)
		return true;
	if (!slot_outbox(w->slot, dead, &box))
		return false;
	while (wire_parse(buf_text(&box) + at, box.len - at, w->role, &m, &used, NULL) == 1) {
		struct job *j = m.header.type == WIRE_RESULT ? job_of(w, &m) : NULL;

		at += used;
		if (j && take_result(w, j, &m) < 0)
			break;
	}
	w->taken_back = true; /* it will send them again */
	return true;
}

int lanes_heard(struct worker *w, const struct wire_message *m)
{
	struct job *j = job_of(w, m);

	if (w->pool->lanes->dropped)
		return 0;
	if (!j)
		return w->taken_back && m->header.serial < w->serial ? 0 : -1;
	switch (m->header.type) {
	case WIRE_STARTED:
		if (j->begun)
			return -1;
		j->begun = true;
		j->given = clock_mono();
		return 0;
	case WIRE_OBSERVED:
		job_back(w, j);
		free(j->sighting);
		j->sighting = xmemdup0(m->bytes, m->header.length);
		lanes_add(w->pool->lanes, j);
		return 0;
	default:
		return take_result(w, j, m);
	}
}
