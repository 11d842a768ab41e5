#include "checks/modules/guard.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "engine/base/clock.h"

/* A signal handler can be told things by statics alone. */
static volatile sig_atomic_t guarded = -1, also = -1;
static volatile sig_atomic_t struck;

static void strike(int signal_number)
{
	const int saved = errno;

	(void)signal_number;
	struck = 1;
	if (guarded >= 0)
		shutdown(guarded, SHUT_RDWR);
	if (also >= 0)
		shutdown(also, SHUT_RDWR);
	errno = saved;
}

static void arm(int64_t ns)
{
	const struct itimerval when = {
		.it_value = { .tv_sec = ns / NS_PER_S, .tv_usec = ns % NS_PER_S / 1000 },
		/* Struck again, should the library have slipped into another wait. */
		.it_interval = { .tv_usec = ns ? 100 * 1000 : 0 },
	};

	setitimer(ITIMER_REAL, &when, NULL);
}

void guard_set(int fd, int64_t deadline)
{
	const struct sigaction action = { .sa_handler = strike }; /* no SA_RESTART: waits end */
	const int64_t left = deadline - clock_mono();

	arm(0);
	guarded = fd;
	also = -1;
	struck = 0;
	sigaction(SIGALRM, &action, NULL);
	if (deadline != INT64_MAX)
		arm(left > 1000 ? left : 1000);
}

void guard_also(int fd)
{
	also = fd;
}

void guard_clear(void)
{
	arm(0);
	guarded = -1;
	also = -1;
}

bool guard_struck(void)
{
	return struck;
}
