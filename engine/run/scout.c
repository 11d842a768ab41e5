/*
 * scout - look at what is asked for before the plan (files, environments) in a worker that can be
 * killed.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/log.h"
#include "engine/base/loop.h"
#include "engine/base/root.h"
#include "engine/base/secret.h"
#include "engine/base/xalloc.h"
#include "engine/run/place.h"
#include "engine/run/run.h"
#include "engine/run/signals.h"
#include "engine/run/supervisor.h"

#define ANSWER_LIMIT (5 * NS_PER_S)

struct scouting {
	struct supervisor sv;
	struct requests *requests;
	size_t next;                 /* the request whose answer is awaited */
	const char *cut;             /* why the rest is not looked at */
	int children, interruptions; /* descriptors of signals */
};

/* In the worker. What cannot be looked at below its root has no answer but that. */
static void answer_at(const struct place *place, struct request *r)
{
	auto_err struct err *e = NULL;
	const char *below = place ? place->root : NULL;
	struct root *root = below ? root_open(below, &e) : NULL;

	if (below && !root) {
		r->answer = ANSWER_PROBLEM;
		r->kind = KIND_INTERNAL;
		r->problem = xasprintf("--root %s", err_text(e));
		return;
	}
	r->root = root;
	request_answer(r);
	r->root = NULL;
	root_free(root);
}

/* In the worker. */
void scout_main(struct desk *d)
{
	struct requests *r = d->shop->requests;
	struct wire_message m = { .bytes = "" };
	int found;

	while ((found = wire_next(&d->wire, &m, NULL)) == 0 && wire_read(&d->wire, NULL) == 1)
		;
	if (found != 1 || m.header.type != WIRE_ASK)
		return;
	for (size_t i = m.header.job; i < r->count; i++) {
		json_t *answer;
		auto_free char *text = NULL;

		slot_enter(d->slot, (uint32_t)i);
		answer_at(d->shop->place, &r->items[i]);
		answer = request_answer_json(&r->items[i]);
		text = json_dumps(answer, JSON_COMPACT);
		json_decref(answer);
		slot_leave(d->slot);
		wire_send(&d->wire, WIRE_ANSWER, (uint32_t)i, 0, text, text ? strlen(text) : 0);
		if (wire_flush(&d->wire, NULL) < 0)
			return;
	}
}

static struct scouting *scouting_of(const struct worker *w)
{
	return w->sv->owner;
}

static void give_problem(struct scouting *s, enum kind kind, const char *problem)
{
	struct request *r = &s->requests->items[s->next++];

	r->answer = ANSWER_PROBLEM;
	r->kind = kind;
	r->problem = xstrdup(problem);
}

static int on_heard(struct worker *w, const struct wire_message *m)
{
	struct scouting *s = scouting_of(w);
	auto_err struct err *e = NULL;
	json_t *answer;
	int taken;

	if (m->header.job != s->next || s->next >= s->requests->count)
		return -1;
	answer = json_loadb(m->bytes, m->header.length, JSON_ALLOW_NUL, NULL);
	taken = answer ? request_answer_take(&s->requests->items[s->next], answer, &e) : -1;
	json_decref(answer);
	if (taken < 0)
		return -1;
	s->next++;
	worker_clock(w, clock_mono() + ANSWER_LIMIT);
	return 0;
}

static void on_clock(struct worker *w)
{
	worker_kill(w, KIND_KILLED);
}

static void on_gone(struct worker *w, bool left)
{
	struct scouting *s = scouting_of(w);

	if (s->next >= s->requests->count)
		return;
	if (left)
		give_problem(s, KIND_BLOCKED,
			     "it cannot be read: the kernel does not answer (a dead mount?)");
	else if (w->why == KIND_KILLED)
		give_problem(s, KIND_KILLED, "it could not be read within 5 s");
	else
		give_problem(s, KIND_CRASHED, "the worker that read it died");
}

static void on_child(void *ctx, uint32_t events)
{
	struct scouting *s = ctx;
	struct signalfd_siginfo info;

	(void)events;
	while (read(s->children, &info, sizeof(info)) == (ssize_t)sizeof(info))
		supervisor_reap(&s->sv);
}

/* It is not read: whoever comes after us shall find it. */
static void on_interruption(void *ctx, uint32_t events)
{
	struct scouting *s = ctx;

	(void)events;
	s->cut = "it was not looked at: the run was interrupted";
}

static int send_scout(struct scouting *s, struct err **e)
{
	struct worker *w = supervisor_start(&s->sv, NULL, ROLE_SCOUT, NULL, NULL, e);

	if (!w)
		return -1;
	wire_send(&w->wire, WIRE_ASK, (uint32_t)s->next, 0, NULL, 0);
	worker_flush(w);
	worker_clock(w, clock_mono() + ANSWER_LIMIT);
	return 0;
}

static int scout_all(struct scouting *s, int64_t deadline, struct err **e)
{
	while (s->next < s->requests->count && !s->cut) {
		if (!s->sv.workers && send_scout(s, e) < 0)
			return -1;
		if (loop_turn(s->sv.loop, deadline ? deadline : INT64_MAX, e) < 0)
			return -1;
		if (deadline && clock_mono() >= deadline)
			s->cut = "it was not looked at: the run had no time left";
	}
	while (s->next < s->requests->count)
		give_problem(s, KIND_KILLED, s->cut);
	return 0;
}

static int watch(struct scouting *s, const sigset_t *set, loop_fd_fn *heard, struct err **e)
{
	const int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);

	if (fd < 0)
		return err_errno(e, ERR_SYSTEM, "signalfd");
	if (loop_fd_add(s->sv.loop, fd, EPOLLIN, heard, s, e))
		return fd;
	close(fd);
	return -1;
}

static int scout_open(struct scouting *s, const sigset_t *child, const sigset_t *interruption,
		      struct err **e)
{
	s->sv.owner = s;
	s->sv.heard = on_heard;
	s->sv.clock = on_clock;
	s->sv.gone = on_gone;
	s->sv.loop = loop_new(e);
	if (!s->sv.loop)
		return -1;
	s->sv.shop.slots = slots_new(s->requests->count < 64 ? 8 : 64, e);
	if (!s->sv.shop.slots)
		return -1;
	s->children = watch(s, child, on_child, e);
	if (s->children < 0)
		return -1;
	s->interruptions = watch(s, interruption, on_interruption, e);
	return s->interruptions < 0 ? -1 : 0;
}

void run_scout(struct requests *requests, const struct scout_options *options)
{
	struct scouting s = { .requests = requests, .children = -1, .interruptions = -1 };
	auto_err struct err *e = NULL;
	sigset_t child, interruption, old;

	if (!requests->count)
		return;
	s.sv.log = options->log;
	s.sv.shop.requests = requests;
	s.sv.shop.place = options->place;
	s.sv.shop.secrets = options->secrets;
	s.sv.shop.supervisor = getpid();
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	signals_of_interruption(&interruption);
	sigprocmask(SIG_BLOCK, &child, &old);
	sigprocmask(SIG_BLOCK, &interruption, NULL);
	if (scout_open(&s, &child, &interruption, &e) < 0 ||
	    scout_all(&s, options->deadline, &e) < 0) {
		while (s.next < requests->count)
			give_problem(&s, KIND_RESOURCE, err_text(e));
	}
	supervisor_end(&s.sv);
	loop_free(s.sv.loop);
	slots_free(s.sv.shop.slots);
	if (s.children >= 0)
		close(s.children);
	if (s.interruptions >= 0)
		close(s.interruptions);
	sigprocmask(SIG_SETMASK, &old, NULL);
}
