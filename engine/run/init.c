/*
 * init - what must be true of our process before anything else; as PID 1, a small init that waits
 * for the real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "engine/base/clock.h"
#include "engine/base/scratch.h"
#include "engine/run/run.h"

/* Reap whatever falls to us, until the main child is gone: its status. */
static int init_wait(pid_t child, const sigset_t *awaited)
{
	for (;;) {
		int status = 0, sig = sigwaitinfo(awaited, NULL);
		pid_t gone;

		if (sig > 0 && sig != SIGCHLD)
			kill(child, sig);
		while ((gone = waitpid(-1, &status, WNOHANG)) > 0)
			if (gone == child)
				return status;
	}
}

/* Signals without a handler do not reach PID 1, and the kernel kills the namespace when it ends.
 * Returns in the child. */
static void become_init(void)
{
	const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };
	sigset_t awaited, old;
	pid_t child;
	int status;

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&awaited, forwarded[i]);
	sigprocmask(SIG_BLOCK, &awaited, &old);
	child = fork();
	if (child == 0)
		sigprocmask(SIG_SETMASK, &old, NULL);
	if (child <= 0)
		return; /* without a fork we do what we can as PID 1 */
	status = init_wait(child, &awaited);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		/* The lowest free one is taken: exactly the one that is closed. Standard output
		 * gets one that cannot be written: who closed it must not be told that a report is
		 * there. */
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(71);
}

/* What was observed, captured or answered may hold secrets, and workers inherit our memory. */
static void free_wiped(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* So that nobody can make keys that all fall together; 0 leaves it to jansson, which opens a
 * file. */
static void seed_objects(void)
{
	size_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = 0;
	json_object_seed(seed);
}

void run_prepare(void)
{
	const struct rlimit none = { 0, 0 };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	json_set_alloc_funcs(malloc, free_wiped);
	seed_objects();
	open_standard_descriptors();
	if (getpid() == 1)
		become_init();
	sigaction(SIGPIPE, &ignore, NULL);
	/* a report that is larger than files may be is one that could not be written */
	sigaction(SIGXFSZ, &ignore, NULL);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* One of these signals, or the end of the patience. */
static void await(const sigset_t *signals, int64_t end)
{
	const int64_t left = end - clock_mono();
	const struct timespec most = { .tv_nsec = left > 0 ? left : 0 };

	sigtimedwait(signals, NULL, &most);
}

void run_end(bool cut)
{
	const int64_t end = clock_mono() + 300 * NS_PER_MS;
	sigset_t ended;

	/* blocked, the signal stays for us, also of one that ends between the two calls */
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, NULL);
	for (;;) {
		int status = 0;
		pid_t gone = waitpid(-1, &status, WNOHANG);

		/* it may have been killed with a clone half done */
		if (cut && gone > 0 && WIFSIGNALED(status))
			scratch_remove_of(gone);
		if ((gone < 0 && errno != EINTR) || clock_mono() >= end)
			return;
		if (gone == 0)
			await(&ended, end);
	}
}
