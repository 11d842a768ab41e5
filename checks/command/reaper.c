/*
 * reaper - the processes of one command runner: told when they end, and gone with all that they
 * left behind.
 *
 * A child that has ended stays a zombie until it is released: its number cannot mean somebody else
 * meanwhile, so that signals to its group always hit the right ones.
 */
#include "checks/command/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/command/orphans.h"
#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/loop.h"
#include "engine/base/xalloc.h"

#define SWEEP_AGAIN_NS (10 * NS_PER_MS)
#define SWEEPS_AT_ONCE 16
/* At the end of the runner: who is not gone by then hangs in the kernel. */
#define FAREWELL_NS NS_PER_S

struct child {
	struct reaper *reaper;
	struct child *next, **at;
	pid_t pid;
	uint64_t mark;
	child_fn *fn; /* NULL: told, or released */
	void *ctx;
	struct loop_timer *again; /* released, but not gone yet */
};

struct reaper {
	struct loop *loop;
	struct child *children;
	int signals;
	struct loop_fd *watch;
	struct loop_timer *again;
	struct orphans orphans;
	int report[2];
	uint64_t marks;
};

static void reaper_sweep(struct reaper *r);

char *reaper_mark(struct reaper *r, const char *id)
{
	return xasprintf(ORPHAN_MARK "%d.%llu.%s", (int)getpid(), (unsigned long long)++r->marks,
			 id);
}

static void child_forget(struct child *c)
{
	loop_timer_remove(c->again);
	*c->at = c->next;
	if (c->next)
		c->next->at = c->at;
	free(c);
}

/* Take the zombie's status: its number is free from here on. false: it has not ended yet. */
static bool child_bury(struct child *c)
{
	pid_t pid;

	do
		pid = waitpid(c->pid, NULL, WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return false;
	child_forget(c);
	return true;
}

void child_signal(struct child *c, int signum)
{
	kill(-c->pid, signum);
}

void child_kill_leftovers(struct child *c)
{
	struct reaper *r = c->reaper;

	kill(-c->pid, SIGKILL);
	c->mark = 0; /* whoever bears it has no command any more */
	reaper_sweep(r);
}

static void on_not_gone(void *ctx)
{
	struct child *c = ctx;

	c->again = NULL;
	child_release(c);
}

void child_release(struct child *c)
{
	struct reaper *r = c->reaper;

	kill(-c->pid, SIGKILL);
	c->fn = NULL;
	c->mark = 0;
	loop_timer_remove(TAKE(c->again));
	/* one that hangs in the kernel may take its time, but not ours */
	if (!child_bury(c))
		c->again = loop_timer_add(r->loop, clock_mono() + SWEEP_AGAIN_NS, on_not_gone, c);
	reaper_sweep(r);
}

/* Whether it has ended; it stays a zombie. */
static bool child_ended(const struct child *c, int *status)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
		return false;
	*status = info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : info.si_status;
	return true;
}

/* Tell one that has ended; its callback may change the list. Returns whether there was one. */
static bool reaper_tell_one(struct reaper *r)
{
	for (struct child *c = r->children; c; c = c->next) {
		child_fn *fn = c->fn;
		int status;

		if (!fn || !child_ended(c, &status))
			continue;
		c->fn = NULL;
		fn(c->ctx, status);
		return true;
	}
	return false;
}

static void on_signal(void *ctx, uint32_t events)
{
	struct reaper *r = ctx;
	struct signalfd_siginfo info;
	ssize_t n;
	bool told = false;

	(void)events;
	do
		n = read(r->signals, &info, sizeof(info));
	while (n > 0 || (n < 0 && errno == EINTR));
	while (reaper_tell_one(r))
		told = true;
	if (!told)
		reaper_sweep(r); /* somebody who was left to us has ended */
}

/* Whose is this process that is our child, though we did not start it? */
static bool orphan_is_wanted(const struct reaper *r, pid_t pid)
{
	struct orphan o;
	bool busy = false;

	if (!orphan_read(pid, &o))
		return false;
	for (const struct child *c = r->children; c; c = c->next) {
		if (!c->mark) /* its time is over */
			continue;
		busy = true;
		if (o.group == c->pid || o.mark == c->mark)
			return true;
	}
	return busy && !o.mark;
}

static bool reaper_knows(const struct reaper *r, pid_t pid)
{
	for (const struct child *c = r->children; c; c = c->next)
		if (c->pid == pid)
			return true;
	return false;
}

/* One look at everybody who was left to us. *left: some still live whose death is on its way.
 * Returns whether somebody was reaped. */
static bool reaper_sweep_once(struct reaper *r, bool *left)
{
	bool reaped = false;

	*left = false;
	orphans_list(&r->orphans);
	for (size_t i = 0; i < r->orphans.count; i++) {
		pid_t pid = r->orphans.pids[i];

		if (reaper_knows(r, pid))
			continue;
		if (waitpid(pid, NULL, WNOHANG) == pid) {
			reaped = true; /* its own children are ours now */
			continue;
		}
		if (orphan_is_wanted(r, pid))
			continue;
		kill(pid, SIGKILL);
		*left = true;
	}
	return reaped;
}

static void on_again(void *ctx)
{
	struct reaper *r = ctx;

	r->again = NULL;
	reaper_sweep(r);
}

static void reaper_sweep(struct reaper *r)
{
	bool left = true;

	for (int i = 0; i < SWEEPS_AT_ONCE && left; i++) {
		if (reaper_sweep_once(r, &left))
			left = true;
		else
			break;
	}
	if (left && !r->again)
		r->again = loop_timer_add(r->loop, clock_mono() + SWEEP_AGAIN_NS, on_again, r);
}

struct child *reaper_spawn(struct reaper *r, const struct spawn *s, child_fn *fn, void *ctx,
			   struct spawned *how)
{
	struct child *c;

	*how = spawn_start(s, r->report);
	if (how->step != SPAWN_STARTED)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	*c = (struct child){ .reaper = r,
			     .next = r->children,
			     .at = &r->children,
			     .pid = how->pid,
			     .mark = r->marks,
			     .fn = fn,
			     .ctx = ctx };
	if (c->next)
		c->next->at = &c->next;
	r->children = c;
	return c;
}

/* Kill everybody, until nobody is left: what was a child's child is ours by then. */
static void reaper_last_kill(struct reaper *r)
{
	int64_t end = clock_mono() + FAREWELL_NS;

	do {
		for (struct child *c = r->children, *next; c; c = next) {
			next = c->next;
			kill(-c->pid, SIGKILL);
			c->mark = 0;
			child_bury(c);
		}
		reaper_sweep(r);
		if (!r->children && waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		poll(NULL, 0, 1);
	} while (clock_mono() < end);
}

static void reaper_free(void *object)
{
	struct reaper *r = object;

	reaper_last_kill(r);
	while (r->children)
		child_forget(r->children);
	loop_timer_remove(r->again);
	loop_fd_remove(r->watch);
	for (int i = 0; i < 2; i++)
		if (r->report[i] >= 0)
			close(r->report[i]);
	if (r->signals >= 0)
		close(r->signals);
	orphans_close(&r->orphans);
	free(r);
}

static int reaper_open(struct reaper *r, struct err **e)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigaction(SIGPIPE, &ignore, NULL) < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return err_errno(e, ERR_SYSTEM, "prepare for commands");
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->signals < 0)
		return err_errno(e, ERR_SYSTEM, "signalfd");
	if (pipe2(r->report, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_errno(e, ERR_SYSTEM, "pipe");
	r->watch = loop_fd_add(r->loop, r->signals, EPOLLIN, on_signal, r, e);
	return r->watch ? 0 : -1;
}

static void *reaper_create(struct loop *loop, struct err **e)
{
	struct reaper *r = xcalloc(1, sizeof(*r));

	*r = (struct reaper){ .loop = loop, .signals = -1, .report = { -1, -1 } };
	orphans_open(&r->orphans);
	if (reaper_open(r, e) == 0)
		return r;
	reaper_free(r);
	return NULL;
}

const struct lane_object reaper_object = {
	.name = "reaper",
	.create = reaper_create,
	.free = reaper_free,
};
