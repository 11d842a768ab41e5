/*
 * signals - those that cut a run short: what hears them, and what holds them back.
 */
#ifndef ENGINE_RUN_SIGNALS_H
#define ENGINE_RUN_SIGNALS_H

#include <signal.h>

/* SIGINT, SIGTERM, and SIGHUP unless it is ignored (nohup(1)). */
void signals_of_interruption(sigset_t *set);

#endif
