/*
 * processes - the process table: who is there from one walk over /proc, everything else read when
 * somebody asks for it.
 *
 * A row is filled in as it is asked: pass a pointer into the table's rows. What has vanished in
 * between is COLUMN_GONE.
 */
#ifndef CHECKS_SNAPSHOT_PROCESSES_H
#define CHECKS_SNAPSHOT_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "checks/snapshot/proc_args.h"
#include "checks/snapshot/proc_text.h"
#include "engine/decl/observer.h"

enum column { COLUMN_UNREAD, COLUMN_READ, COLUMN_GONE, COLUMN_DENIED };

struct process {
	pid_t pid, ppid;
	struct proc_stat stat;
	/* filled by the functions below */
	enum column args_state, program_state, uid_state;
	char *args; /* as /proc/PID/cmdline has them, NUL after each */
	size_t args_len;
	char *command; /* joined by blanks; made by process_command() */
	size_t command_len;
	char *program; /* base name of the program's file */
	char *program_path;
	struct span exe; /* of process_exe(); none: not yet asked */
	uid_t uid;
	signed char own_namespace, ours; /* -1: not yet asked */
};

struct process_table {
	struct process *rows; /* by pid */
	size_t count;
	int proc;        /* /proc, for openat(2) */
	pid_t self;      /* our pid as this /proc numbers us */
	bool hidden;     /* /proc hides processes from us (hidepid) */
	size_t denied;   /* rows whose stat we may not read */
	int64_t boot;    /* clock_real at boot, ns */
	int64_t now;     /* clock_real when the table was read, ns */
	int64_t tick_ns; /* of a clock tick */
	int64_t page;    /* bytes */
	char *namespace; /* our PID namespace; NULL: it may not be read */
	struct process **by_comm; /* the rows by comm, then pid; see processes_named() */
	pid_t tree;      /* the top of what belongs to us: the supervisor; 0 unknown */
};

extern const struct shared_table processes_table;

/* The row of this pid, or NULL. */
struct process *process_find(const struct process_table *t, pid_t pid);

/* The rows whose comm is `name`, or as much of it as the kernel keeps, by pid: *count of them. */
struct process *const *processes_named(const struct process_table *t, const char *name,
				       size_t *count);

/* Read a column. The result is kept. */
enum column process_read_args(const struct process_table *t, struct process *p);
enum column process_read_program(const struct process_table *t, struct process *p);
/* The effective user. */
enum column process_read_uid(const struct process_table *t, struct process *p);
/* The whole command line, joined by blanks; "" when there is none. */
enum column process_read_command(const struct process_table *t, struct process *p);

/* It counts as alive: no zombie. (A dead main thread with others that live on is a zombie by its
 * state only.) */
bool process_alive(const struct process *p);
/* comm, or the longer name that it was cut from. */
struct span process_name(const struct process_table *t, struct process *p);
/* The base name of the program, or of the script of an interpreter, as far as it can be known; comm
 * at worst. */
struct span process_exe(const struct process_table *t, struct process *p);
/* When it was started, clock_real ns. */
int64_t process_started(const struct process_table *t, const struct process *p);
/* Whether it lives in our own PID namespace, not in that of a container below. */
bool process_own_namespace(const struct process_table *t, struct process *p);
/* The path of a file of this process, below /proc: "123/exe". */
void process_path(const struct process *p, const char *name, char *out, size_t size);

/* Whether it is rounds itself, one of its descendants, or somebody who only carries rounds' own
 * arguments (sh -c, sudo, timeout, ssh …). */
bool process_is_ours(const struct process_table *t, struct process *p);

/* Pure, for process_is_ours. `args` are our own arguments, NUL after each. Whether the command line
 * holds the base name of our program as a word; whether it holds all arguments after it, in their
 * order, as words (false for fewer than two). */
bool command_has_program(struct span carrier, struct span args);
bool command_has_arguments(struct span carrier, struct span args);

#endif
