/*
 * command - a check of type command under way: shared by its parts.
 */
#ifndef CHECKS_COMMAND_COMMAND_H
#define CHECKS_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "checks/command/window.h"
#include "engine/decl/field.h"
#include "engine/decl/observer.h"

struct child;
struct loop_fd;
struct loop_timer;
struct spawned;
struct strings;

enum protocol { PROTOCOL_EXIT, PROTOCOL_NAGIOS };

struct command_query {
	struct text_list argv;
	char *cwd;
	struct text_map env;
	int protocol;
	char *shell;
	char *stdin;
	char *user;
};

struct command;

/* One of its two outputs. */
struct output {
	struct command *command;
	const char *name;
	int fd; /* -1: ended */
	struct loop_fd *watch;
	struct window window;
};

struct command {
	struct probe *probe;
	const struct command_query *query;
	struct child *child;
	struct output outputs[2]; /* stdout, stderr */
	int input;                /* -1: nothing more to write */
	struct loop_fd *input_watch;
	size_t written;
	bool ended;
	int status;
	bool late;                /* its time is over: TERM was sent */
	struct loop_timer *clock; /* for its deadline, then for the KILL */
	struct loop_timer *grace;
	struct loop_timer *unwatched; /* its outputs are not watched yet */
};

/* What it wrote and how it ended, so far. */
void command_record(const struct command *c);
/* Why it did not start, as a finding where it is one. */
void command_spawn_trouble(const struct command *c, const struct spawned *how, const char *program,
			   const struct strings *environment);

#endif
