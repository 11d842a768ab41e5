#include "engine/run/run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/log.h"
#include "engine/base/loop.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/run/exports.h"
#include "engine/run/keep.h"
#include "engine/run/lanes.h"
#include "engine/run/sample.h"
#include "engine/run/schedule.h"
#include "engine/run/signals.h"
#include "engine/run/supervisor.h"

#define DEFAULT_JOBS 64
/* Besides the isolated workers: local ones, loops, lane parents, and those that are left. */
#define OTHER_WORKERS 96
#define PROGRESS_EVERY (100 * NS_PER_MS)

/* One run_execute. */
struct execution {
	const struct plan *plan;
	const struct run_options *options;
	struct run *run;
	struct supervisor sv;
	struct lanes lanes;
	struct schedule *schedule;
	struct exports *exports;
	struct loop *loop;
	uint64_t seq;
	size_t failed;
	const char *cut; /* why the run is cut short */
	int signals;
	sigset_t awaited;
	struct loop_fd *signal_watch;
	struct loop_timer *deadline, *progress;
};

static void enter(struct execution *x, struct job *j)
{
	j->attempt++;
	if (check_is_sustained(j->check)) {
		auto_free char *id = keep_id(j, x->options->secrets);

		if (!j->sampling)
			j->sampling = sampling_new(j->check, id, x->options->failing);
		sampling_begin(j->sampling, clock_mono());
	}
	lanes_add(&x->lanes, j);
}

static void on_pause_over(void *ctx)
{
	struct job *j = ctx;

	j->pause = NULL;
	enter(j->owner, j);
}

/* The same check again at this time. */
static void pause_until(struct execution *x, struct job *j, int64_t when)
{
	j->owner = x;
	j->pause = loop_timer_add(x->loop, when, on_pause_over, j);
}

static void retry(struct execution *x, struct job *j, struct outcome *o)
{
	array_grow(j->tries, j->try_count, j->try_cap);
	j->tries[j->try_count++] = (struct try_row){
		.status = o->status,
		.message = o->message ? xstrdup(o->message) : NULL,
		.duration = o->duration,
	};
	outcome_release(o);
	pause_until(x, j, clock_mono() + j->check->retry_every);
}

/* A sample of a check that is sustained; true when another is to come. */
static bool sample(struct execution *x, struct job *j, struct outcome *o)
{
	int64_t next;

	if (!sampling_add(j->sampling, o, &next)) {
		sampling_end(j->sampling, o);
		return false;
	}
	outcome_release(o);
	pause_until(x, j, next);
	return true;
}

/* A job has its last outcome: its result is made and told. */
static void end(struct execution *x, struct job *j, struct outcome *o)
{
	struct result *r = schedule_result(x->schedule, j);

	keep_result(j, o, x->options->secrets);
	j->exports = TAKE(o->exports);
	outcome_release(o);
	r->seq = ++x->seq;
	x->failed += r->status == STATUS_FAIL || r->status == STATUS_ERROR;
	schedule_over(x->schedule, j);
	if (x->options->on_result)
		x->options->on_result(x->options->ctx, r);
}

/* What came of it was known without a worker. */
static void end_decided(struct execution *x, struct job *j)
{
	end(x, j, j->known);
	free(TAKE(j->known));
}

static void on_finish(void *ctx, struct job *j, struct outcome *o)
{
	struct execution *x = ctx;

	free(j->sighting);
	j->sighting = NULL;
	if (j->sampling && !x->cut && sample(x, j, o))
		return;
	if (!j->sampling && o->status == STATUS_FAIL && j->attempt < j->check->tries && !x->cut)
		retry(x, j, o);
	else
		end(x, j, o);
}

/* Everything that has become free goes to its lane, or ends at once. */
static void take_free(struct execution *x)
{
	struct job *j;

	while ((j = schedule_next(x->schedule))) {
		if (j->known)
			end_decided(x, j);
		else
			enter(x, j);
	}
}

static void end_as(struct execution *x, struct job *j, const struct ending *as)
{
	struct outcome o = outcome_make(j->check, as->status, as->kind, as->reason);

	loop_timer_remove(j->pause);
	j->pause = NULL;
	if (j->sampling)
		sampling_cut(j->sampling, &o);
	end(x, j, &o);
}

/* What runs and what waits is given up and ends like this; all of it is told. */
static void give_up(struct execution *x, const char *why, const struct ending *as)
{
	size_t count = schedule_count(x->schedule);

	if (x->cut)
		return;
	x->cut = why;
	lanes_drop(&x->lanes);
	schedule_cut(x->schedule, as);
	for (size_t i = 0; i < count; i++) {
		struct job *j = schedule_job(x->schedule, (uint32_t)i);

		if (!j->over && !j->known)
			end_as(x, j, as);
	}
	for (struct job *j; (j = schedule_next(x->schedule));) {
		if (j->over)
			continue;
		if (j->known)
			end_decided(x, j);
		else
			end_as(x, j, as);
	}
}

static void cut_short(struct execution *x, const char *why)
{
	static const struct ending interrupted = { STATUS_SKIP, KIND_NONE, "interrupted" };

	give_up(x, why, &interrupted);
}

static void on_deadline(void *ctx)
{
	struct execution *x = ctx;

	x->deadline = NULL;
	cut_short(x, "deadline");
}

static const char *name_of_signal(uint32_t sig)
{
	if (sig == SIGHUP)
		return "SIGHUP";
	return sig == SIGTERM ? "SIGTERM" : "SIGINT";
}

static void on_signal(void *ctx, uint32_t events)
{
	struct execution *x = ctx;
	struct signalfd_siginfo info;

	(void)events;
	while (read(x->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			supervisor_reap(&x->sv);
		else
			cut_short(x, name_of_signal(info.ssi_signo));
	}
}

static void on_progress(void *ctx)
{
	struct execution *x = ctx;
	struct progress p = { .done = x->seq,
			      .total = x->seq + schedule_open(x->schedule),
			      .failed = x->failed };
	int64_t now = clock_mono(), oldest = INT64_MAX;

	for (const struct worker *w = x->sv.workers; w; w = w->next) {
		bool loops = w->role == ROLE_NETWORK || w->role == ROLE_COMMAND;

		for (const struct job *j = w->jobs.first; j; j = loops ? j->next : NULL) {
			if (loops && !j->begun)
				continue;
			p.running++;
			if (j->given < oldest) {
				oldest = j->given;
				p.slowest = j->check->id;
			}
		}
	}
	p.slowest_seconds = p.slowest ? (double)(now - oldest) / (double)NS_PER_S : 0;
	x->options->on_progress(x->options->ctx, &p);
	x->progress = loop_timer_add(x->loop, now + PROGRESS_EVERY, on_progress, x);
}

static int watch_signals(struct execution *x, struct err **e)
{
	signals_of_interruption(&x->awaited);
	sigaddset(&x->awaited, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &x->awaited, NULL) < 0)
		return err_errno(e, ERR_SYSTEM, "signals");
	x->signals = signalfd(-1, &x->awaited, SFD_CLOEXEC | SFD_NONBLOCK);
	if (x->signals < 0) {
		err_errno_(e, ERR_SYSTEM, "signalfd");
		sigprocmask(SIG_UNBLOCK, &x->awaited, NULL);
		return -1;
	}
	x->signal_watch = loop_fd_add(x->loop, x->signals, EPOLLIN, on_signal, x, e);
	return x->signal_watch ? 0 : -1;
}

static bool has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

static int open_execution(struct execution *x, struct err **e)
{
	unsigned jobs = x->options->jobs ? x->options->jobs : DEFAULT_JOBS;

	x->signals = -1;
	x->exports = exports_new(x->plan);
	x->schedule = schedule_new(x->plan);
	x->sv = (struct supervisor){
		.shop = { .plan = x->plan,
			  .exports = x->exports,
			  .module_path = x->options->module_path,
			  .place = x->options->place,
			  .secrets = x->options->secrets,
			  .supervisor = getpid() },
		.log = x->options->log,
		.orphans_are_ours = !has_children(),
	};
	x->lanes = (struct lanes){ .secrets = x->options->secrets,
				   .states = x->options->states,
				   .schedule = x->schedule,
				   .jobs = jobs,
				   .finish = on_finish,
				   .ctx = x };
	lanes_init(&x->lanes, &x->sv);
	x->loop = x->sv.loop = loop_new(e);
	if (!x->loop)
		return -1;
	x->sv.shop.slots = slots_new(jobs + OTHER_WORKERS, e);
	return x->sv.shop.slots ? watch_signals(x, e) : -1;
}

static void close_execution(struct execution *x)
{
	supervisor_end(&x->sv);
	lanes_release(&x->lanes);
	schedule_free(x->schedule);
	exports_free(x->exports);
	slots_free(x->sv.shop.slots);
	loop_free(x->loop);
	if (x->signals >= 0) {
		close(x->signals);
		sigprocmask(SIG_UNBLOCK, &x->awaited, NULL);
	}
}

static int turn_until_done(struct execution *x, struct err **e)
{
	for (take_free(x); schedule_open(x->schedule) > 0; take_free(x)) {
		lanes_feed(&x->lanes);
		if (x->lanes.fatal) {
			*e = TAKE(x->lanes.fatal);
			return -1;
		}
		/* feeding may have ended the last ones, or freed what waited for them */
		if (schedule_has_next(x->schedule))
			continue;
		if (schedule_open(x->schedule) > 0 && loop_turn(x->loop, INT64_MAX, e) < 0)
			return -1;
	}
	return 0;
}

static void collect(struct execution *x)
{
	struct run *r = x->run;

	r->results = schedule_take_results(x->schedule, &r->count);
	r->cut_short = x->cut;
	r->complete = !x->cut;
}

/* The engine itself is at its end: no check is lost by it. */
static void fail_all(struct execution *x, struct err **e)
{
	auto_free char *reason = xasprintf("the run could not go on: %s",
					   e ? err_text(*e) : "no more is known");
	const struct ending failed = { STATUS_ERROR, KIND_RESOURCE, reason };

	give_up(x, "an error of rounds itself", &failed);
}

int run_execute(const struct plan *plan, const struct run_options *options, struct run *run,
		struct err **e)
{
	struct execution x = { .plan = plan, .options = options, .run = run };
	int done = open_execution(&x, e);

	if (done == 0) {
		if (options->deadline)
			x.deadline = loop_timer_add(x.loop, options->deadline, on_deadline,
						    &x);
		if (options->on_progress)
			on_progress(&x);
		done = turn_until_done(&x, e);
	}
	if (done < 0)
		fail_all(&x, e);
	collect(&x);
	close_execution(&x);
	return done;
}
