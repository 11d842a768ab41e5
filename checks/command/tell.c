/*
 * tell - what became of a command, as facts, evidence and findings.
 */
#include "checks/command/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/check.h"
#include "checks/command/environment.h"
#include "checks/command/nagios.h"
#include "checks/command/spawn.h"

/* The names of signal(7), without SIG; real-time ones by number. */
static const char *signal_text(int signum, char *number, size_t size)
{
	static const char *const names[] = {
		[SIGHUP] = "HUP",   [SIGINT] = "INT",       [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
		[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",     [SIGBUS] = "BUS",   [SIGFPE] = "FPE",
		[SIGKILL] = "KILL", [SIGUSR1] = "USR1",     [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
		[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",     [SIGTERM] = "TERM", [SIGXCPU] = "XCPU",
		[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGSYS] = "SYS",
	};

	if (signum >= 0 && (size_t)signum < ARRAY_SIZE(names) && names[signum])
		return names[signum];
	snprintf(number, size, "%d", signum);
	return number;
}

static void record_status(const struct command *c)
{
	struct observer *o = c->probe->observer;
	const char *name;
	char number[16];

	if (WIFEXITED(c->status)) {
		if (!c->late)
			observer_set_int(o, "exit_status", WEXITSTATUS(c->status));
		observer_trace(o, "exited with status %d", WEXITSTATUS(c->status));
		return;
	}
	name = signal_text(WTERMSIG(c->status), number, sizeof(number));
	if (!c->late)
		observer_set_string(o, "signal", name);
	observer_trace(o, "ended by signal %s", name);
}

static void record_json(struct observer *o, const struct buf *text)
{
	json_error_t error;
	json_t *value = json_loadb(buf_text(text), text->len,
				   JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);

	if (value) {
		observer_set(o, "json", value);
		return;
	}
	auto_free char *why = xasprintf("not JSON: %s (line %d, column %d)", error.text, error.line,
					error.column);

	observer_evidence(o, "json", why, strlen(why));
}

/* What it wrote on one of its outputs: a fact, evidence, and a finding when somebody asks for what
 * was cut. */
static void record_output(const struct command *c, const struct output *out)
{
	struct observer *o = c->probe->observer;
	bool judged = observer_wants(o, out->name);
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);

	window_print(&out->window, &text);
	if (judged)
		observer_set_text(o, out->name, buf_text(&text), text.len);
	if (text.len)
		observer_evidence(o, out->name, buf_text(&text), text.len);
	if (out == &c->outputs[0]) {
		judged = judged || observer_wants(o, "json") || observer_wants(o, "found");
		if (observer_wants(o, "json") && c->ended)
			record_json(o, &text);
		if (c->query->protocol == PROTOCOL_NAGIOS && c->ended)
			observer_set(o, "nagios",
				     nagios_read(WIFEXITED(c->status) ? WEXITSTATUS(c->status) : -1,
						 buf_text(&text), text.len));
	}
	/* what is not there cannot be judged: "does not contain ERROR" would be a false green */
	if (judged && window_cut(&out->window))
		observer_trouble(o, KIND_TOO_LARGE,
				 "%s is %llu bytes long, more than the 64 KiB that are kept",
				 out->name, (unsigned long long)out->window.total);
}

void command_record(const struct command *c)
{
	if (c->ended)
		record_status(c);
	for (int i = 0; i < 2; i++)
		record_output(c, &c->outputs[i]);
}

void command_spawn_trouble(const struct command *c, const struct spawned *how, const char *program,
			   const struct strings *environment)
{
	struct observer *o = c->probe->observer;
	const char *why = strerror(how->errnum);
	const char *path = environment_get(environment, "PATH");
	bool gone = how->errnum == ENOENT || how->errnum == ENOTDIR;

	if (how->step == SPAWN_FORK)
		observer_trouble(o, KIND_RESOURCE, "no process could be started: %s", why);
	else if (how->step == SPAWN_IDENTITY)
		observer_trouble(o, KIND_PERMISSION, "it could not become the user '%s': %s",
				 c->query->user, why);
	else if (how->step == SPAWN_CWD)
		observer_trouble(o, gone ? KIND_NOT_FOUND : KIND_PERMISSION,
				 "cannot go to the folder '%s': %s", c->query->cwd, why);
	else if (gone && !strchr(program, '/') && !path[strspn(path, ":")])
		observer_trouble(o, KIND_NOT_FOUND,
				 "there is no program '%s': PATH names no folder", program);
	else if (gone && !strchr(program, '/'))
		observer_trouble(o, KIND_NOT_FOUND, "there is no program '%s' in %s", program,
				 path);
	else if (gone && access(program, F_OK) == 0)
		observer_trouble(o, KIND_NOT_FOUND,
				 "the interpreter that '%s' asks for does not exist", program);
	else if (gone)
		observer_trouble(o, KIND_NOT_FOUND, "there is no program '%s'", program);
	else if (how->errnum == EACCES || how->errnum == EPERM)
		observer_trouble(o, KIND_PERMISSION, "'%s' may not be executed: %s", program, why);
	else if (how->errnum == ENOEXEC)
		observer_trouble(o, KIND_CORRUPT,
				 "'%s' is no program that this machine can execute", program);
	else
		observer_trouble(o, KIND_RESOURCE, "'%s' could not be executed: %s", program, why);
}
