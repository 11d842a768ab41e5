#include "engine/run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/late.h"
#include "engine/base/number.h"
#include "engine/base/secret.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/plan.h"
#include "engine/run/children.h"
#include "engine/run/enter.h"
#include "engine/run/place.h"

/* How much more than at its birth a worker may map: an eater dies alone, long before the machine
 * suffers. */
#define MEMORY_MARGIN ((rlim_t)1024 * 1024 * 1024)
#define WIRE_FD 3

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||                         \
	__has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static const struct role_row {
	void (*main)(struct desk *d);
	bool keeper;    /* what it starts must die with the supervisor, too */
	bool unlimited; /* its limits would be its children's */
	bool all_slots; /* hands slots on */
} role_rows[ROLE_COUNT] = {
	[ROLE_LOCAL] = { .main = local_main },
	[ROLE_NETWORK] = { .main = loop_main },
	[ROLE_COMMAND] = { .main = loop_main, .keeper = true, .unlimited = true },
	[ROLE_ISOLATED] = { .main = local_main },
	[ROLE_PARENT] = { .main = parent_main, .all_slots = true },
	[ROLE_SCOUT] = { .main = scout_main },
};

/* PDEATHSIG alone loses the race against a parent that dies right after the fork. */
static void die_with(pid_t parent, int sig)
{
	if (prctl(PR_SET_PDEATHSIG, sig) < 0 || getppid() != parent)
		_exit(1);
}

static void signals_reset(bool executes)
{
	sigset_t none;

	/* of real-time signals none of our own makes use; but what is executed may */
	for (int sig = 1; sig < (executes ? NSIG : SIGRTMIN); sig++) {
		/* a server that hangs up must not end the worker; what it executes gets the default
		 * back */
		struct sigaction action = { .sa_handler = sig == SIGPIPE ? SIG_IGN : SIG_DFL };

		sigaction(sig, &action, NULL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_above_by_list(int last)
{
	struct rlimit limit = { .rlim_cur = 1024 };
	auto_dir DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t fd;

	while (dir && (entry = readdir(dir)))
		if (number_uint(entry->d_name, &fd) == 0 && (int)fd > last && (int)fd != dirfd(dir))
			close((int)fd);
	if (dir)
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	for (fd = (uint64_t)last + 1; fd < limit.rlim_cur && fd < 65536; fd++)
		close((int)fd);
}

/* Descriptors 0 to 3: nothing to read, the output pipe twice, the wire; all others closed. */
static void descriptors_arrange(const struct seat *seat)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (dup2(seat->output, STDOUT_FILENO) < 0 || dup2(seat->output, STDERR_FILENO) < 0)
		_exit(1);
	if (null >= 0 ? dup2(null, STDIN_FILENO) < 0 : close(STDIN_FILENO) < 0)
		_exit(1);
	if (seat->wire != WIRE_FD && dup3(seat->wire, WIRE_FD, O_CLOEXEC) < 0)
		_exit(1);
#ifdef SYS_close_range
	if (syscall(SYS_close_range, WIRE_FD + 1, UINT_MAX, 0) == 0)
		return;
#endif
	close_above_by_list(WIRE_FD);
}

/* The kernel's out-of-memory killer shall take a worker (or what a command runs), not the product
 * that is inspected. */
static void memory_tame(bool unlimited)
{
	auto_buf struct buf statm = BUF_INIT(256);
	auto_fd int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	struct rlimit limit;
	uint64_t pages;

	if (score >= 0 && write(score, "500", 3) < 0)
		errno = 0; /* a sandbox forbids it: no reason not to work */
	if (unlimited || SANITIZED || io_read_proc(AT_FDCWD, "/proc/self/statm", &statm) < 0 ||
	    !number_scan(buf_text(&statm), &pages) || getrlimit(RLIMIT_AS, &limit) < 0)
		return;
	pages = pages * (uint64_t)sysconf(_SC_PAGESIZE) + MEMORY_MARGIN;
	if (limit.rlim_cur == RLIM_INFINITY || pages < limit.rlim_cur)
		limit.rlim_cur = pages;
	setrlimit(RLIMIT_AS, &limit);
}

static void secrecy(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

/* End as the runner ended, so that the supervisor sees what happened to it. */
static void end_alike(int status)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	if (WIFSIGNALED(status)) {
		sigaction(WTERMSIG(status), &action, NULL);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		raise(WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Wait until the runner is gone, or until we shall end it: SIGTERM from the supervisor, or by its
 * death. */
static int keeper_wait(pid_t runner, const sigset_t *awaited, int on_term, bool leave)
{
	for (;;) {
		int status = 0, sig = sigwaitinfo(awaited, NULL);
		pid_t gone;

		if (sig == SIGTERM) {
			kill(runner, on_term);
			if (leave)
				return SIGKILL;
		}
		while ((gone = waitpid(-1, &status, WNOHANG)) > 0)
			if (gone == runner)
				return status;
	}
}

/*
 * A keeper stands between the supervisor and a command runner. It outlives both just long enough to
 * end what the runner's commands left behind, also what has made a session of its own: that falls
 * to it as the nearest subreaper. The runner returns from here.
 */
static void keeper_stand(pid_t parent)
{
	pid_t self = getpid(), runner;
	sigset_t awaited;
	int status;

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_SETMASK, &awaited, NULL);
	die_with(parent, SIGTERM);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	runner = fork();
	if (runner == 0) {
		setsid(); /* what it starts has no terminal to ask at */
		sigprocmask(SIG_UNBLOCK, &awaited, NULL);
		die_with(self, SIGKILL);
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		return;
	}
	if (runner < 0)
		_exit(WORKER_NOT_MADE);
	for (int fd = STDIN_FILENO; fd <= WIRE_FD; fd++)
		close(fd);
	status = keeper_wait(runner, &awaited, SIGKILL, true);
	children_end(NS_PER_S);
	end_alike(status);
}

static void say_and_end(const char *what)
{
	if (write(STDERR_FILENO, what, strlen(what)) < 0)
		_exit(1);
	_exit(1);
}

/*
 * Into the namespaces of another process. A process namespace takes children alone, so the worker
 * is a child from here on, and its parent stays outside under the number that the supervisor knows:
 * what ends one ends the other. Returns inside, with the parent's number as it is seen from there
 * (0: not at all).
 */
static pid_t step_inside(const struct entrance *x, const struct role_row *row)
{
	auto_err struct err *e = NULL;
	sigset_t awaited, old;
	pid_t inside;
	int status;

	if (enter_join(x, &e) < 0)
		say_and_end(err_text(e));
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, &old);
	inside = fork();
	if (inside == 0) {
		setpgid(0, 0);
		sigprocmask(SIG_SETMASK, &old, NULL);
		die_with(getppid(), row->keeper ? SIGTERM : SIGKILL);
		enter_trust_nothing(row->keeper);
		return getppid();
	}
	if (inside < 0)
		say_and_end("no process can be made inside");
	for (int fd = STDIN_FILENO; fd <= WIRE_FD; fd++)
		close(fd);
	/* joining has made us forget whose death is ours */
	prctl(PR_SET_PDEATHSIG, row->keeper ? SIGTERM : SIGKILL);
	/* what waits in the kernel has not ended, and we with it: it is known by that */
	status = keeper_wait(inside, &awaited, row->keeper ? SIGTERM : SIGKILL, false);
	end_alike(status);
	_exit(1);
}

/* All that may have to be loaded has to be before: inside there may be nothing. */
static void load_modules(const struct shop *shop, struct desk *d)
{
	static const char *const helpers[] = { "resolver", "tls" };
	const struct plan *p = shop->plan;

	if (d->role != ROLE_NETWORK)
		return;
	for (size_t i = 0; p && i < p->count; i++)
		if (p->checks[i].type->lane == LANE_NETWORK && p->checks[i].type->module)
			modules_load(d->modules, p->checks[i].type->module,
				     p->checks[i].type->package, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		modules_load(d->modules, helpers[i], NULL, NULL);
}

static void worker_enter(const struct shop *shop, const struct seat *seat, struct modules *modules)
{
	const struct role_row *row = &role_rows[seat->role];
	struct desk desk = { .shop = shop,
			     .role = seat->role,
			     .slot = slots_at(shop->slots, seat->slot) };
	pid_t parent = shop->supervisor;

	secrets_after_fork(shop->secrets);
	setpgid(0, 0);
	signals_reset(row->keeper);
	if (row->keeper)
		die_with(shop->supervisor, SIGTERM);
	else
		die_with(shop->supervisor, SIGKILL);
	descriptors_arrange(seat);
	memory_tame(row->unlimited);
	secrecy();
	desk.modules = modules ? modules : modules_new(shop->module_path);
	if (shop->place && shop->place->entrance && seat->role != ROLE_PARENT) {
		load_modules(shop, &desk);
		late_close();
		parent = step_inside(shop->place->entrance, row);
		if (seat->role == ROLE_ISOLATED)
			enter_scratch();
	}
	if (row->keeper)
		keeper_stand(parent);
	if (!row->all_slots)
		slots_keep_only(shop->slots, seat->slot);
	wire_init(&desk.wire, WIRE_FD, ROLE_SUPERVISOR);
	desk.module = seat->module;
	desk.package = seat->package;
	row->main(&desk);
	_exit(0);
}

pid_t worker_fork(const struct shop *shop, const struct seat *seat, struct err **e)
{
	pid_t pid = fork();

	if (pid == 0)
		worker_enter(shop, seat, NULL);
	if (pid < 0)
		return err_errno(e, ERR_SYSTEM, "fork a %s", role_name(seat->role));
	return pid;
}

/* clone(2) with CLONE_PARENT alone: as fork, but the child is the supervisor's, which reaps and
 * kills it. */
pid_t worker_fork_sibling(const struct desk *parent, const struct seat *seat, struct err **e)
{
	long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		worker_enter(parent->shop, seat, parent->modules);
	if (pid < 0)
		return err_errno(e, ERR_SYSTEM, "fork a %s", role_name(seat->role));
	return (pid_t)pid;
}
