/*
 * lane_clocks - the supervisor's clock: how long a worker's slot may show the same check.
 */
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/lanes.h"
#include "engine/run/schedule.h"

/* A local check that runs longer than this must not hold up the rest of its batch. */
#define MOVE_AFTER (250 * NS_PER_MS)
/* The supervisor's clock beyond a check's own. */
#define GRACE (700 * NS_PER_MS)
#define JUDGE_LIMIT (5 * NS_PER_S)
/* One callback may hold a loop for this long. */
#define CALLBACK_LIMIT NS_PER_S
#define LOOP_LOOK (500 * NS_PER_MS)
/* On a machine that has no processor to spare a callback may wait for one: it may use so much of it
 * after it was first seen, and never wait longer than this. */
#define CALLBACK_CPU (300 * NS_PER_MS)
#define STARVED_LIMIT (10 * NS_PER_S)
/* Nothing heard for so long beyond every timeout: the worker is stopped or has lost its way. */
#define SILENCE (2 * NS_PER_S)

int64_t lanes_limit(const struct job *j)
{
	return j->sighting ? JUDGE_LIMIT : j->check->timeout + GRACE;
}

static bool is_serial(const struct worker *w)
{
	return w->role == ROLE_LOCAL || w->role == ROLE_ISOLATED;
}

int64_t lanes_first_look(const struct worker *w, int64_t now)
{
	return now + (is_serial(w) ? MOVE_AFTER : LOOP_LOOK);
}

/* The rest of a batch goes to another worker: back to the front of the queue, in its order. */
static void move_rest(struct worker *w, const struct job *busy)
{
	struct job *j, *prev;

	slot_take_back(w->slot, w->serial - 1);
	for (j = w->jobs.last; j; j = prev) {
		prev = j->prev;
		if (j == busy)
			continue;
		job_list_remove(j);
		j->worker = NULL;
		job_list_add_first(j->check->type->table && !j->sighting ? &w->pool->tabled
									 : &w->pool->ready,
				   j);
	}
	w->stuck = w->taken_back = true;
}

/* A worker that looks at one thing after the other: how long has it been at this one? */
static void clock_serial(struct worker *w)
{
	const struct lanes *l = w->pool->lanes;
	int64_t since, now = clock_mono(), next = now + MOVE_AFTER;
	uint32_t number;
	const struct job *j = NULL;

	if (!w->jobs.count)
		return;
	if (slot_look(w->slot, &number, &since) && number)
		j = schedule_job(l->schedule, number - 1);
	if (j && j->worker == w) {
		int64_t limit = since + lanes_limit(j);

		if (now >= limit) {
			worker_kill(w, KIND_KILLED);
			return;
		}
		if (w->role == ROLE_LOCAL && now - since >= MOVE_AFTER && !w->stuck)
			lanes_take_outbox(w, false);
		if (w->role == ROLE_LOCAL && now - since >= MOVE_AFTER && !w->stuck &&
		    j->worker == w)
			move_rest(w, j);
		next = w->stuck || w->role == ROLE_ISOLATED || since + MOVE_AFTER > limit
			       ? limit
			       : since + MOVE_AFTER;
	} else if (now - w->heard > 5 * SILENCE) {
		worker_kill(w, KIND_KILLED);
		return;
	}
	worker_clock(w, next > now ? next : now + NS_PER_MS);
}

static int64_t longest_timeout(const struct worker *w)
{
	int64_t longest = 0;

	for (const struct job *j = w->jobs.first; j; j = j->next)
		if (j->check->timeout > longest)
			longest = j->check->timeout;
	return longest;
}

/* Processor time that the worker has used; 0 when it cannot be told. */
static int64_t cpu_of(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Whether it could go on, if it got a processor: state R of proc(5), behind the name. */
static bool is_runnable(pid_t pid)
{
	auto_buf struct buf stat = BUF_INIT(4096);
	auto_free char *path = xasprintf("/proc/%d/stat", (int)pid);
	const char *end;

	if (io_read_proc(AT_FDCWD, path, &stat) < 0)
		return false;
	end = strrchr(buf_text(&stat), ')');
	return end && end[1] == ' ' && end[2] == 'R';
}

/* Remember what it had used when a callback was first seen. */
static void note_busy(struct worker *w, int64_t since)
{
	if (w->busy_since == since)
		return;
	w->busy_since = since;
	w->busy_cpu = cpu_of(w->pid);
}

/* A callback that has run for its time: does it go on for ever, or has it not been let run? */
static bool is_starved(const struct worker *w, int64_t since, int64_t now)
{
	return now - since < STARVED_LIMIT && cpu_of(w->pid) - w->busy_cpu < CALLBACK_CPU &&
	       is_runnable(w->pid);
}

/* A loop keeps its checks' timeouts itself; it is held up only by a callback that does not return,
 * or by being stopped. */
static void clock_of_loop(struct worker *w)
{
	int64_t since, now = clock_mono(), next = now + LOOP_LOOK;
	uint32_t number;
	bool busy;

	if (!w->jobs.count)
		return;
	busy = slot_look(w->slot, &number, &since);
	if (busy)
		note_busy(w, since);
	if ((busy && now - since >= CALLBACK_LIMIT && !is_starved(w, since, now)) ||
	    now - w->heard > longest_timeout(w) + SILENCE) {
		worker_kill(w, KIND_KILLED);
		return;
	}
	if (busy && since + CALLBACK_LIMIT < next)
		next = since + CALLBACK_LIMIT > now ? since + CALLBACK_LIMIT
						    : now + MOVE_AFTER;
	worker_clock(w, next);
}

void lanes_clock(struct worker *w)
{
	if (is_serial(w))
		clock_serial(w);
	else if (w->role != ROLE_PARENT)
		clock_of_loop(w);
}
