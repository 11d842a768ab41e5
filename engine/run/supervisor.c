#include "engine/run/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/log.h"
#include "engine/base/loop.h"
#include "engine/base/scratch.h"
#include "engine/base/xalloc.h"
#include "engine/run/children.h"
#include "engine/run/isolated.h"
#include "engine/run/place.h"

/* A killed worker that cannot be reaped after this waits in the kernel: it is left. */
#define PATIENCE NS_PER_S
/* What a worker says on standard output and error: this much of each is logged, the rest is read
 * and dropped. */
#define OUTPUT_LOGGED ((size_t)16 * 1024)
#define OUTPUT_TAIL ((size_t)2048)

typedef void transition_fn(struct worker *w);

static void worker_free(struct worker *w, bool reaped)
{
	struct supervisor *sv = w->sv;
	struct worker **at = &sv->workers;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	loop_fd_remove(w->watch);
	loop_fd_remove(w->output_watch);
	loop_timer_remove(w->clock);
	wire_release(&w->wire);
	if (w->output >= 0)
		close(w->output);
	buf_free(&w->output_tail);
	if (reaped)
		slots_give_back(sv->shop.slots, (size_t)w->slot_index);
	free(w);
}

static void read_output(struct worker *w)
{
	char chunk[16384];
	ssize_t n;
	size_t keep;

	do {
		n = read(w->output, chunk, sizeof(chunk));
	} while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		loop_fd_remove(w->output_watch);
		w->output_watch = NULL;
	}
	if (n <= 0)
		return;
	if (w->output_seen < OUTPUT_LOGGED)
		log_say(w->sv->log, LOG_INFO, "%s %d: %.*s", role_name(w->role), (int)w->pid,
			(int)n, chunk);
	w->output_seen += (size_t)n;
	keep = (size_t)n < OUTPUT_TAIL ? (size_t)n : OUTPUT_TAIL;
	if (w->output_tail.len + keep > OUTPUT_TAIL)
		buf_shift(&w->output_tail, w->output_tail.len + keep - OUTPUT_TAIL);
	buf_add(&w->output_tail, chunk + n - keep, keep);
}

static void on_output(void *ctx, uint32_t events)
{
	(void)events;
	read_output(ctx);
}

static void on_wire(void *ctx, uint32_t events)
{
	struct worker *w = ctx;
	auto_err struct err *e = NULL;

	if (events & EPOLLOUT)
		worker_flush(w);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	if (wire_read(&w->wire, &e) == 1)
		worker_event(w, EVENT_HEARD);
	else
		worker_event(w, EVENT_WIRE_END);
}

static void on_clock(void *ctx)
{
	struct worker *w = ctx;

	w->clock = NULL;
	worker_event(w, EVENT_CLOCK);
}

void worker_clock(struct worker *w, int64_t when)
{
	loop_timer_remove(w->clock);
	w->clock = loop_timer_add(w->sv->loop, when, on_clock, w);
}

void worker_flush(struct worker *w)
{
	int left = wire_flush(&w->wire, NULL);

	/* a broken wire is told by its end */
	if (w->watch)
		loop_fd_change(w->watch, EPOLLIN | (left == 1 ? (uint32_t)EPOLLOUT : 0U));
}

/* Both ends of everything that a worker is connected by. */
struct ends {
	int wire[2], output[2];
};

static void ends_close(struct ends *x)
{
	for (int i = 0; i < 2; i++) {
		if (x->wire[i] >= 0)
			close(x->wire[i]);
		if (x->output[i] >= 0)
			close(x->output[i]);
		x->wire[i] = x->output[i] = -1;
	}
}

static int ends_make(struct ends *x, struct err **e)
{
	*x = (struct ends){ { -1, -1 }, { -1, -1 } };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, x->wire) < 0)
		return err_errno(e, ERR_SYSTEM, "a worker's wire");
	if (pipe2(x->output, O_CLOEXEC) < 0 || io_set_nonblocking(x->wire[0]) < 0 ||
	    io_set_nonblocking(x->output[0]) < 0) {
		err_errno_(e, ERR_SYSTEM, "a worker's output");
		ends_close(x);
		return -1;
	}
	return 0;
}

static int worker_birth(struct worker *w, struct worker *parent, const struct seat *seat,
			struct err **e)
{
	if (parent) {
		w->state = WORKER_STARTING;
		return isolated_ask(parent->wire.fd, w->id, (uint32_t)seat->slot, seat->wire,
				    seat->output, e);
	}
	w->state = WORKER_WORKING;
	w->pid = worker_fork(&w->sv->shop, seat, e);
	return w->pid < 0 ? -1 : 0;
}

static int worker_watch(struct worker *w, struct err **e)
{
	w->watch = loop_fd_add(w->sv->loop, w->wire.fd, EPOLLIN, on_wire, w, e);
	w->output_watch =
		w->watch ? loop_fd_add(w->sv->loop, w->output, EPOLLIN, on_output, w, e) : NULL;
	return w->output_watch ? 0 : -1;
}

struct worker *supervisor_start(struct supervisor *sv, struct pool *pool, enum role role,
				struct worker *parent, const struct check_type *type,
				struct err **e)
{
	struct ends x;
	struct worker *w;
	struct seat seat = { .role = role };
	int slot = slots_take(sv->shop.slots);

	if (slot < 0) {
		err_set(e, ERR_SYSTEM, "no room for another worker");
		return NULL;
	}
	if (ends_make(&x, e) < 0) {
		slots_give_back(sv->shop.slots, (size_t)slot);
		return NULL;
	}
	seat.slot = (size_t)slot;
	seat.wire = x.wire[1];
	seat.output = x.output[1];
	seat.module = type ? type->module : NULL;
	seat.package = type ? type->package : NULL;
	w = xcalloc(1, sizeof(*w));
	*w = (struct worker){ .sv = sv,
			      .pool = pool,
			      .role = role,
			      .id = sv->worker_ids++,
			      .slot_index = slot,
			      .slot = slots_at(sv->shop.slots, (size_t)slot),
			      .output = fd_take(&x.output[0]),
			      .output_tail = BUF_INIT(OUTPUT_TAIL),
			      .heard = clock_mono(),
			      .next = sv->workers };
	sv->workers = w;
	wire_init(&w->wire, fd_take(&x.wire[0]), role);
	if (worker_birth(w, parent, &seat, e) < 0 || worker_watch(w, e) < 0) {
		if (w->pid > 0)
			kill(w->pid, SIGKILL);
		worker_free(w, true);
		w = NULL;
	}
	ends_close(&x);
	return w;
}

static struct worker *worker_of_id(const struct supervisor *sv, uint32_t id)
{
	struct worker *w = sv->workers;

	while (w && w->id != id)
		w = w->next;
	return w;
}

static void take_exit(struct worker *w, int status)
{
	w->status = status;
	worker_event(w, EVENT_EXIT);
}

/* The lane parent has answered: the worker's number is known, or that there is none. */
static int take_spawned(struct supervisor *sv, const struct wire_message *m)
{
	struct worker *w = worker_of_id(sv, m->header.job);
	uint32_t pid;

	memcpy(&pid, m->bytes, sizeof(pid));
	if (!w || w->state != WORKER_STARTING || w->pid)
		return w ? -1 : 0;
	w->pid = (pid_t)pid;
	worker_event(w, EVENT_SPAWNED);
	for (size_t i = 0; pid && i < sv->early_count; i++) {
		if (sv->early[i].pid == (pid_t)pid) {
			int status = sv->early[i].status;

			sv->early[i] = sv->early[--sv->early_count];
			take_exit(w, status);
			break;
		}
	}
	return 0;
}

static void conclude(struct worker *w, bool left)
{
	struct supervisor *sv = w->sv;
	bool command = w->role == ROLE_COMMAND;

	/* one that did not end well may have left a clone half done */
	if (w->role == ROLE_ISOLATED && w->pid > 0 && !left && w->status)
		scratch_remove_of(w->pid);
	sv->gone(w, left);
	worker_free(w, !left);
	if (command && sv->orphans_are_ours)
		supervisor_end_orphans(sv);
}

static void hear(struct worker *w)
{
	auto_err struct err *e = NULL;
	struct wire_message m;
	int found;

	w->heard = clock_mono();
	while ((found = wire_next(&w->wire, &m, &e)) == 1) {
		int taken = m.header.type == WIRE_SPAWNED ? take_spawned(w->sv, &m)
							  : w->sv->heard(w, &m);

		if (taken < 0) {
			err_set(&e, ERR_BUG, "message %u out of turn", m.header.type);
			found = -1;
			break;
		}
	}
	if (found < 0) {
		log_say(w->sv->log, LOG_ERROR, "%s %d: %s: ended", role_name(w->role), (int)w->pid,
			err_text(e));
		loop_fd_remove(w->watch);
		w->watch = NULL; /* nothing more of it is believed */
		w->distrusted = true;
		if (w->state == WORKER_WORKING)
			worker_kill(w, KIND_CRASHED);
	}
}

static void on_wire_end(struct worker *w)
{
	loop_fd_remove(w->watch);
	w->watch = NULL;
	w->state = WORKER_ENDING;
	worker_clock(w, clock_mono() + PATIENCE / 10); /* by itself, or it is helped */
}

static void on_spawned(struct worker *w)
{
	if (!w->pid) {
		w->why = KIND_RESOURCE;
		conclude(w, false);
		return;
	}
	w->state = WORKER_WORKING;
	loop_timer_remove(w->clock); /* of its birth */
	w->clock = NULL;
	if (w->distrusted)
		worker_kill(w, KIND_CRASHED);
	else if (!w->watch)
		on_wire_end(w);
	else
		w->sv->clock(w);
}

/* What is still in the wire counts; it ends when there is no more. */
static void drain(struct worker *w)
{
	read_output(w);
	while (w->watch && wire_read(&w->wire, NULL) == 1) {
		size_t before = w->wire.in.len - w->wire.taken;

		hear(w);
		if (w->wire.in.len - w->wire.taken == before)
			break;
	}
}

static void on_exit_(struct worker *w)
{
	drain(w);
	conclude(w, false);
}

/* It was never forked, since its lane parent has died; else what the parent says is awaited. */
static void on_early_end(struct worker *w)
{
	loop_fd_remove(w->watch);
	w->watch = NULL;
	if (w->parent_gone)
		conclude(w, false);
}

static void on_ladder(struct worker *w)
{
	bool gone = w->pid > 0 && kill(w->pid, w->steps++ == 0 ? SIGKILL : 0) < 0 && errno == ESRCH;

	if (gone) {
		conclude(w, false); /* reaped unseen */
		return;
	}
	if (w->steps == 1) {
		worker_clock(w, clock_mono() + PATIENCE);
		return;
	}
	log_say(w->sv->log, LOG_WARNING, "%s %d cannot be ended: left", role_name(w->role),
		(int)w->pid);
	conclude(w, true);
}

static void on_working_clock(struct worker *w)
{
	w->sv->clock(w);
}

static void on_slow_birth(struct worker *w)
{
	conclude(w, false);
}

static void lose_wire(struct worker *w)
{
	loop_fd_remove(w->watch);
	w->watch = NULL;
}

static transition_fn *const transitions[WORKER_STATES][WORKER_EVENTS] = {
	[WORKER_STARTING] = { [EVENT_SPAWNED] = on_spawned,
			      [EVENT_HEARD] = hear,
			      [EVENT_WIRE_END] = on_early_end,
			      [EVENT_EXIT] = on_exit_,
			      [EVENT_CLOCK] = on_slow_birth },
	[WORKER_WORKING] = { [EVENT_HEARD] = hear,
			     [EVENT_WIRE_END] = on_wire_end,
			     [EVENT_EXIT] = on_exit_,
			     [EVENT_CLOCK] = on_working_clock },
	[WORKER_ENDING] = { [EVENT_HEARD] = hear,
			    [EVENT_WIRE_END] = lose_wire,
			    [EVENT_EXIT] = on_exit_,
			    [EVENT_CLOCK] = on_ladder },
};

void worker_event(struct worker *w, enum worker_event event)
{
	transition_fn *fn = transitions[w->state][event];

	if (fn)
		fn(w);
}

/* Whose work is done by a child inside another process' namespaces: it ends the child and, with it,
 * itself. Killed at once it would be gone, though the child waits in the kernel. */
static bool is_parent_of_one(const struct worker *w)
{
	const struct place *place = w->sv->shop.place;

	return w->role != ROLE_PARENT && place && place->entrance;
}

void worker_kill(struct worker *w, enum kind why)
{
	if (w->state == WORKER_ENDING)
		return;
	w->state = WORKER_ENDING;
	w->why = why;
	/* a keeper ends what the runner's commands have started before it ends itself */
	w->steps = w->role == ROLE_COMMAND ? 0 : 1;
	if (w->pid > 0)
		kill(w->pid, w->role == ROLE_COMMAND || is_parent_of_one(w) ? SIGTERM : SIGKILL);
	worker_clock(w, clock_mono() + PATIENCE);
}

void worker_retire(struct worker *w)
{
	w->retired = true;
	w->state = WORKER_ENDING;
	shutdown(w->wire.fd, SHUT_WR);
	worker_clock(w, clock_mono() + PATIENCE);
}

static struct worker *worker_of_pid(const struct supervisor *sv, pid_t pid)
{
	struct worker *w = sv->workers;

	while (w && w->pid != pid)
		w = w->next;
	return w;
}

/* A worker whose lane parent has not yet said its number, or what a command left behind: then there
 * may be more of it. */
static void take_unknown(struct supervisor *sv, pid_t pid, int status)
{
	const struct worker *w = sv->workers;

	while (w && w->state != WORKER_STARTING)
		w = w->next;
	if (!w)
		sv->early_count = 0;
	else if (sv->early_count < ARRAY_SIZE(sv->early))
		sv->early[sv->early_count++] = (struct early_exit){ pid, status };
	if (sv->orphans_are_ours)
		supervisor_end_orphans(sv);
}

void supervisor_reap(struct supervisor *sv)
{
	for (;;) {
		int status = 0;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		struct worker *w;

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid <= 0)
			return;
		w = worker_of_pid(sv, pid);
		if (w)
			take_exit(w, status);
		else
			take_unknown(sv, pid, status);
	}
}

static bool is_worker(const void *ctx, pid_t pid)
{
	return worker_of_pid(ctx, pid) != NULL;
}

void supervisor_end_orphans(struct supervisor *sv)
{
	const struct worker *w = sv->workers;

	/* one whose number is not known yet must not be taken for an orphan */
	while (w && w->pid)
		w = w->next;
	if (!w)
		children_kill(is_worker, sv);
}

/* What ends others before it ends itself. */
static bool is_keeper(const void *ctx, pid_t pid)
{
	const struct worker *w = worker_of_pid(ctx, pid);

	return w && w->role == ROLE_COMMAND;
}

void supervisor_listen(struct supervisor *sv)
{
	for (struct worker *w = sv->workers; w; w = w->next)
		if (w->role != ROLE_PARENT && w->watch && wire_read(&w->wire, NULL) == 1)
			hear(w);
}

void supervisor_end(struct supervisor *sv)
{
	bool unknown = false;

	for (struct worker *w = sv->workers; w; w = w->next) {
		if (w->pid > 0 && !(w->state == WORKER_ENDING && w->role == ROLE_COMMAND))
			kill(w->pid, w->role == ROLE_COMMAND ? SIGTERM : SIGKILL);
		if (w->pid)
			continue;
		/* forked perhaps, and not told yet: it shall not begin what it was given */
		slot_take_back(w->slot, w->serial);
		unknown = true;
	}
	if (unknown && sv->orphans_are_ours)
		children_kill(is_keeper, sv);
	while (sv->workers)
		worker_free(sv->workers, false);
}

bool worker_was_made(const struct worker *w)
{
	return w->pid &&
	       !(WIFEXITED(w->status) && WEXITSTATUS(w->status) == WORKER_NOT_MADE);
}

char *worker_how_it_ended(const struct worker *w)
{
	int sig = WTERMSIG(w->status);

	if (!worker_was_made(w))
		return xstrdup("could not be started: no more processes are allowed; see ulimit -u "
			       "and the cgroup's pids.max");
	if (WIFSIGNALED(w->status) && sig == SIGKILL)
		return xasprintf("was killed by signal %d (KILL; the kernel's out-of-memory killer "
				 "does that)",
				 sig);
	if (WIFSIGNALED(w->status))
		return xasprintf("was ended by signal %d (%s)", sig, strsignal(sig));
	return xasprintf("ended with code %d", WEXITSTATUS(w->status));
}
