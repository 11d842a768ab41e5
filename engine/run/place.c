#include "engine/run/place.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/err.h"
#include "engine/base/root.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/plan.h"

size_t place_limit(const struct place *p, struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; p->root && i < plan->count; i++) {
		struct check *c = &plan->checks[i];

		if (c->type->rooted || c->decided != DECIDED_NOT)
			continue;
		c->decided = DECIDED_SKIP;
		c->reason = xasprintf("not applicable: %s looks at a running system, and below "
				      "--root there are only files",
				      c->type->name);
		n++;
	}
	return n;
}

#define ANSWER_LIMIT (5 * NS_PER_S)
/* More than we have open this early. */
#define DESCRIPTORS 64

/* In the child, whose end says that there was an answer: it may stay for ever, and whoever reads
 * what we write shall not wait for it. */
static void __attribute__((noreturn)) look_and_end(const char *folder, int telling)
{
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (fd != telling)
			close(fd);
	root_free(root_open(folder, NULL));
	_exit(0);
}

static bool ends_in_time(int told)
{
	const int64_t until = clock_mono() + ANSWER_LIMIT;
	struct pollfd p = { .fd = told, .events = POLLIN };
	int r;

	do {
		const int64_t left = until - clock_mono();

		r = poll(&p, 1, left > 0 ? (int)(left / NS_PER_MS) + 1 : 0);
	} while (r < 0 && errno == EINTR);
	return r > 0;
}

int place_answers(const char *folder, struct err **e)
{
	int ends[2];
	pid_t child;
	bool ended;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, ERR_SYSTEM, "pipe");
	child = fork();
	if (child == 0)
		look_and_end(folder, ends[1]);
	close(ends[1]);
	ended = child > 0 && ends_in_time(ends[0]);
	close(ends[0]);
	if (child < 0)
		return err_errno(e, ERR_SYSTEM, "fork");
	kill(child, SIGKILL);
	if (!ended)
		return err_set(e, ERR_UNAVAILABLE, "the file system at '%s' does not answer",
			       folder);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}
