#include "engine/run/signals.h"

#include <stdbool.h>

#include "engine/run/run.h"

/* nohup(1) and its like ask for it to be ignored, which a blocked signal is not by itself. */
static bool is_ignored(int sig)
{
	struct sigaction action;

	return sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void signals_of_interruption(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	if (!is_ignored(SIGHUP))
		sigaddset(set, SIGHUP);
}

void run_hold_signals(void)
{
	sigset_t set;

	signals_of_interruption(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}
