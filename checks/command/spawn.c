/*
 * spawn - start a program by vfork(2) and execve(2), and know whether it was really started.
 *
 * Between the two the child runs in our memory: only system calls, nothing that allocates or locks.
 */
#include "checks/command/spawn.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct failure {
	enum spawn_step step;
	int errnum;
};

static void __attribute__((noreturn)) child_fail(int report, enum spawn_step step, int errnum)
{
	const struct failure f = { step, errnum };
	ssize_t written;

	do
		written = write(report, &f, sizeof(f));
	while (written < 0 && errno == EINTR);
	_exit(127);
}

static int child_identity(const struct identity *id)
{
	if (!id->change)
		return 0;
	if (setgroups((size_t)id->group_count, id->groups) < 0 ||
	    setresgid(id->gid, id->gid, id->gid) < 0)
		return -1;
	return setresuid(id->uid, id->uid, id->uid);
}

/* Whether another program may be looked for. */
static bool is_elsewhere(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == EACCES;
}

/* An execve(2) that fails costs several times as much, and PATH may name many folders. */
static bool is_missing(const char *program)
{
	struct stat unused;

	return stat(program, &unused) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Like execvp(3): what is not there is passed over, and what may not be run is told only when
 * nothing else is there. Which one is tried is said before: nothing can be after. (Where vfork(2)
 * is a fork, as in valgrind, nobody hears of it and all are tried.) */
static int child_exec(const struct spawn *s)
{
	volatile size_t *found = s->found;
	int errnum = ENOENT;

	if (*found)
		execve(s->programs[*found], s->argv, s->envp);
	if (*found && !is_elsewhere(errno))
		return errno;
	for (size_t i = 0; s->programs[i]; i++) {
		if (s->programs[i + 1] && is_missing(s->programs[i]))
			continue;
		*found = i;
		execve(s->programs[i], s->argv, s->envp);
		if (!is_elsewhere(errno))
			return errno;
		if (errno == EACCES)
			errnum = EACCES;
	}
	*found = 0;
	return errnum;
}

/* Job control would stop a command in our session, and no shell is there to let it go on. (Of
 * sessions of their own the kernel drops these.) */
static void child_signals(void)
{
	static const int stopping[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	const struct sigaction normal = { .sa_handler = SIG_DFL };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	sigaction(SIGPIPE, &normal, NULL);
	for (size_t i = 0; i < sizeof(stopping) / sizeof(*stopping); i++)
		sigaction(stopping[i], &ignore, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn, noinline))
child_run(const struct spawn *s, pid_t parent, int report)
{
	setpgid(0, 0);
	if (child_identity(&s->identity) < 0)
		child_fail(report, SPAWN_IDENTITY, errno);
	/* after the change of identity, which clears it; the parent may have died before it was set
	 */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() != parent)
		_exit(127);
	if (s->cwd && chdir(s->cwd) < 0)
		child_fail(report, SPAWN_CWD, errno);
	if ((s->in >= 0 && dup2(s->in, 0) < 0) || dup2(s->out, 1) < 0 || dup2(s->err, 2) < 0)
		child_fail(report, SPAWN_FORK, errno);
	child_signals();
	child_fail(report, SPAWN_EXEC, child_exec(s));
}

struct spawned spawn_start(const struct spawn *s, const int report[2])
{
	struct failure f;
	pid_t parent = getpid();
	pid_t pid = vfork();
	ssize_t n;

	if (pid == 0)
		child_run(s, parent, report[1]);
	if (pid < 0)
		return (struct spawned){ .pid = -1, .step = SPAWN_FORK, .errnum = errno };
	/* vfork(2) returns here when the program runs or the child has said why not */
	do
		n = read(report[0], &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(f))
		return (struct spawned){ .pid = pid };
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return (struct spawned){ .pid = -1, .step = f.step, .errnum = f.errnum };
}
