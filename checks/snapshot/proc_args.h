/*
 * proc_args - names out of the arguments of a process (the bytes of /proc/PID/cmdline, NUL after
 * each). Pure.
 */
#ifndef CHECKS_SNAPSHOT_PROC_ARGS_H
#define CHECKS_SNAPSHOT_PROC_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a longer text. */
struct span {
	const char *at; /* NULL: none */
	size_t len;
};

bool span_is(struct span s, const char *text);
/* The base name: what follows the last '/'. */
struct span span_base(struct span path);

/* Join the arguments by blanks in place, drop what is empty at the end (setproctitle(3) leaves
 * much); returns the length. The text is NUL-ended: args has room for len + 1 bytes. */
size_t args_join(char *args, size_t len);
/* The name by which the process says that it was started: base name of the first argument, without
 * the '-' of login shells; of a text made by setproctitle(3) ("nginx: master process",
 * "redis-server *:6379") its first word without the ':'. comm, the kernel's (cut) name, tells a
 * title from a program's name with blanks. */
struct span args_name(const char *comm, const char *args, size_t len);
/* The base name of the script, when `program` (a base name) is an interpreter and was given one;
 * else none. */
struct span args_script(const char *program, const char *args, size_t len);
/* A name whose first bytes the kernel kept as `comm`: the longer one of the arguments that begins
 * with it, else comm itself. */
struct span args_full_name(const char *comm, const char *program, const char *args, size_t len);

#endif
