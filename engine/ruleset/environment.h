/*
 * environment - variables of this process, of PID 1 and of others. Runs in a worker.
 */
#ifndef ENGINE_RULESET_ENVIRONMENT_H
#define ENGINE_RULESET_ENVIRONMENT_H

struct err;

/* The value of a variable in the own environment: 1 or 0; as below. */
int environment_own(const char *name, char **value, char **origin);
/* The value of a variable in the own environment, else in PID 1's (cron has not the container's):
 * 1, 0 when it is in neither, -1 when PID 1's cannot be read (ERR_PERMISSION). *value and *origin
 * ("environment", "environment of PID 1") are the caller's. */
int environment_look(const char *name, char **value, char **origin, struct err **e);
/* In the environment of the process of this name (of its program, or of its first argument): the
 * one with the lowest PID. -1 also when there is no such process (ERR_NOT_FOUND). */
int environment_get_of(const char *name, const char *process, char **value, char **origin,
		       struct err **e);

#endif
