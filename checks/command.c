/*
 * command - what does a program say, and how does it end?
 *
 * Runs on the lane's loop, several at once. Its output is drained whatever its length and kept in
 * part; when it has ended, or its time is over, everything that it started is gone too. Runs no
 * shell unless `shell` asks for one.
 */
#include "checks/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/command/command.h"
#include "checks/command/environment.h"
#include "checks/command/lookup.h"
#include "checks/command/reaper.h"
#include "engine/base/io.h"
#include "engine/base/loop.h"

/* With the line that tells of a cut, what evidence may be. */
#define OUTPUT_MAX ((size_t)64 * 1024 - 64)
#define CHUNK ((size_t)64 * 1024)
#define CHUNKS_A_TURN 4
/* Between TERM and KILL. */
#define KILL_AFTER_NS (300 * NS_PER_MS)
/* How long after its end grandchildren may hold its output open. */
#define GRACE_NS (200 * NS_PER_MS)
/* From when on its outputs are watched: most commands have ended by then and said less than a pipe
 * holds, and one look at their end is enough. */
#define WATCH_AFTER_NS (10 * NS_PER_MS)

static const char *const protocols[] = { "exit", "nagios", NULL };

static const struct field command_fields[] = {
	FIELD_LIST(struct command_query, argv,
		   .doc = "Program and arguments, run without a shell."),
	FIELD_PATH(struct command_query, cwd,
		   .doc = "Folder to run it in; without it that of rounds."),
	FIELD_MAP(struct command_query, env, .doc = "Environment, besides PATH, HOME and LANG."),
	FIELD_ENUM(struct command_query, protocol, .choices = protocols, .dflt = "exit",
		   .doc = "How to read it: by its exit status, or as a plugin of Nagios."),
	FIELD_SHELL(struct command_query, shell,
		    .doc = "Command line for /bin/sh, instead of argv."),
	FIELD_TEXT(struct command_query, stdin, .doc = "Text that it reads on its standard input."),
	FIELD_TEXT(struct command_query, user, .doc = "User to run it as; needs root."),
	{ .name = NULL },
};

static const struct fact nagios_facts[] = {
	{ .name = "message",
	  .type = FACT_TEXT,
	  .doc = "The first line of its output, without performance data." },
	{ .name = "perfdata",
	  .type = FACT_OPEN,
	  .doc = "By label: value, unit, warn, crit, min, max." },
	{ .name = "state",
	  .type = FACT_TEXT,
	  .doc = "By exit status 0, 1, 2, other: ok, warning, critical, unknown." },
	{ .name = NULL },
};

static const struct fact command_facts[] = {
	{ .name = "exit_status",
	  .type = FACT_INT,
	  .doc = "Its exit status; absent when a signal ended it." },
	{ .name = "json",
	  .type = FACT_OPEN,
	  .doc = "Its standard output read as JSON; absent when it is none, or has a name twice." },
	{ .name = "nagios",
	  .type = FACT_MAP,
	  .of = nagios_facts,
	  .doc = "What it says as a plugin (protocol: nagios)." },
	{ .name = "signal",
	  .type = FACT_TEXT,
	  .doc = "The signal that ended it (TERM); absent when it exited." },
	{ .name = "stderr",
	  .type = FACT_OPEN,
	  .doc = "Its standard error, head and tail, 64 KiB at most." },
	{ .name = "stdout",
	  .type = FACT_OPEN,
	  .doc = "Its standard output, head and tail, 64 KiB at most." },
	{ .name = NULL },
};

static void output_close(struct output *o)
{
	loop_fd_remove(TAKE(o->watch));
	if (o->fd >= 0)
		close(fd_take(&o->fd));
}

static void input_close(struct command *c)
{
	loop_fd_remove(TAKE(c->input_watch));
	if (c->input >= 0)
		close(fd_take(&c->input));
}

static void command_free(struct command *c)
{
	loop_timer_remove(c->clock);
	loop_timer_remove(c->grace);
	loop_timer_remove(c->unwatched);
	input_close(c);
	for (int i = 0; i < 2; i++) {
		output_close(&c->outputs[i]);
		window_free(&c->outputs[i].window);
	}
	free(c);
}

static void command_end(struct command *c)
{
	struct probe *p = c->probe;
	struct child *child = TAKE(c->child);

	command_record(c);
	p->state = NULL;
	command_free(c);
	child_release(child);
	probe_done(p);
}

static bool command_silent(const struct command *c)
{
	return c->outputs[0].fd < 0 && c->outputs[1].fd < 0;
}

/* Read what is there, at most a few chunks; closes the output at its end. */
static void output_read(struct output *o, int chunks)
{
	char bytes[CHUNK];

	while (o->fd >= 0 && chunks-- > 0) {
		ssize_t n = read(o->fd, bytes, sizeof(bytes));

		if (n > 0) {
			window_add(&o->window, bytes, (size_t)n);
			if ((size_t)n < sizeof(bytes))
				chunks = 0;
		} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
			output_close(o);
		} else if (errno == EAGAIN) {
			return;
		}
	}
}

static void on_output(void *ctx, uint32_t events)
{
	struct output *o = ctx;
	struct command *c = o->command;

	(void)events;
	output_read(o, CHUNKS_A_TURN);
	if (c->ended && command_silent(c))
		command_end(c);
}

static void on_unwatched(void *ctx);

static void command_watch_later(struct command *c)
{
	c->unwatched = loop_timer_add(c->probe->loop, clock_mono() + WATCH_AFTER_NS, on_unwatched,
				      c);
}

/* Where the kernel has no room for a watch, its output is looked at again and again. */
static void on_unwatched(void *ctx)
{
	struct command *c = ctx;
	bool watched = true;

	c->unwatched = NULL;
	for (int i = 0; i < 2; i++) {
		struct output *o = &c->outputs[i];

		if (o->fd < 0 || o->watch)
			continue;
		o->watch = loop_fd_add(c->probe->loop, o->fd, EPOLLIN, on_output, o, NULL);
		if (!o->watch)
			output_read(o, CHUNKS_A_TURN);
		watched &= o->watch != NULL;
	}
	if (watched)
		return;
	if (c->ended && command_silent(c))
		command_end(c);
	else
		command_watch_later(c);
}

/* It has ended, but somebody whom it started holds its output open. */
static void command_cut_off(struct command *c)
{
	observer_trace(c->probe->observer,
		       "it left processes behind that held its output open; they were killed");
	child_kill_leftovers(c->child);
	for (int i = 0; i < 2; i++)
		output_read(&c->outputs[i], 64);
	command_end(c);
}

static void on_grace(void *ctx)
{
	struct command *c = ctx;

	c->grace = NULL;
	command_cut_off(c);
}

static void on_kill(void *ctx)
{
	struct command *c = ctx;

	c->clock = NULL;
	child_signal(c->child, SIGKILL);
}

static void on_deadline(void *ctx)
{
	struct command *c = ctx;
	char took[32];

	c->clock = NULL;
	if (c->ended) {
		command_cut_off(c);
		return;
	}
	c->late = true;
	clock_human(clock_mono() - c->probe->started, took, sizeof(took));
	observer_trouble(c->probe->observer, KIND_TIMEOUT, "it did not end in %s and was killed",
			 took);
	input_close(c);
	child_signal(c->child, SIGTERM);
	c->clock = loop_timer_add(c->probe->loop, clock_mono() + KILL_AFTER_NS, on_kill, c);
}

static void on_exit_status(void *ctx, int status)
{
	struct command *c = ctx;

	c->ended = true;
	c->status = status;
	input_close(c);
	for (int i = 0; i < 2; i++) {
		output_read(&c->outputs[i], 1);
		/* a short read tells nothing about the end: once more */
		output_read(&c->outputs[i], 1);
	}
	if (command_silent(c))
		command_end(c);
	else if (c->late)
		command_cut_off(c);
	else
		c->grace = loop_timer_add(c->probe->loop, clock_mono() + GRACE_NS, on_grace, c);
}

static void on_input(void *ctx, uint32_t events)
{
	struct command *c = ctx;
	const char *text = c->query->stdin;
	size_t len = strlen(text);

	(void)events;
	while (c->written < len) {
		ssize_t n = write(c->input, text + c->written, len - c->written);

		if (n >= 0)
			c->written += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			break; /* it does not want the rest */
	}
	input_close(c);
}

/* The pipes, ours first: out, err, in. */
struct pipes {
	int out[2], err[2], in[2];
};

static void pipes_close(struct pipes *p)
{
	int *const all[] = { p->out, p->err, p->in };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(all); i++)
		if (all[i / 2][i % 2] >= 0)
			close(fd_take(&all[i / 2][i % 2]));
}

static int pipes_open(struct pipes *p, bool input)
{
	*p = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (pipe2(p->out, O_CLOEXEC) == 0 && pipe2(p->err, O_CLOEXEC) == 0 &&
	    (!input || pipe2(p->in, O_CLOEXEC) == 0) && io_set_nonblocking(p->out[0]) == 0 &&
	    io_set_nonblocking(p->err[0]) == 0 && (!input || io_set_nonblocking(p->in[1]) == 0))
		return 0;
	pipes_close(p);
	return -1;
}

/* The child has its ends; ours go to the loop. */
static int command_watch(struct command *c, struct pipes *p, struct err **e)
{
	c->outputs[0].fd = fd_take(&p->out[0]);
	c->outputs[1].fd = fd_take(&p->err[0]);
	command_watch_later(c);
	if (p->in[1] < 0)
		return 0;
	c->input = fd_take(&p->in[1]);
	c->input_watch = loop_fd_add(c->probe->loop, c->input, EPOLLOUT, on_input, c, e);
	return c->input_watch ? 0 : -1;
}

/* The user that it runs as; trouble is in the observer when it fails for a reason that is one. */
static int command_identity(const struct command *c, struct identity *id, char **home,
			    struct err **e)
{
	auto_err struct err *why = NULL;

	if (!c->query->user || identity_find(c->query->user, id, home, &why) == 0)
		return 0;
	if (err_code(why) == ERR_NOT_FOUND)
		observer_trouble(c->probe->observer, KIND_NOT_FOUND, "%s", err_text(why));
	else
		err_set(e, (enum err_code)err_code(why), "%s", err_text(why));
	return -1;
}

/* Start it. -1: e or the observer's trouble says why. */
static int command_start(struct command *c, struct reaper *r, struct programs *l, struct err **e)
{
	const struct command_query *q = c->query;
	char dash_c[] = "-c", sh[] = "/bin/sh";
	char *shell_argv[] = { sh, dash_c, q->shell, NULL };
	auto_strings struct strings argv = { 0 }, environment = { 0 };
	auto_free char *home = NULL;
	struct spawn s = { .cwd = q->cwd, .argv = shell_argv };
	struct spawned how;
	struct pipes p;

	if (command_identity(c, &s.identity, &home, e) < 0)
		return -1;
	for (size_t i = 0; i < q->argv.count; i++)
		strings_add(&argv, xstrdup(q->argv.items[i]));
	if (!q->shell)
		s.argv = argv.items;
	environment_make(&environment, &q->env, home, reaper_mark(r, c->probe->id));
	s.envp = environment.items;
	lookup_programs(l, &s, &environment);
	if (pipes_open(&p, q->stdin) < 0) {
		identity_free(&s.identity);
		return err_errno(e, ERR_SYSTEM, "pipe");
	}
	s.in = p.in[0];
	s.out = p.out[1];
	s.err = p.err[1];
	c->child = reaper_spawn(r, &s, on_exit_status, c, &how);
	identity_free(&s.identity);
	if (!c->child)
		command_spawn_trouble(c, &how, s.argv[0], &environment);
	else if (command_watch(c, &p, e) < 0)
		child_release(TAKE(c->child));
	pipes_close(&p);
	return c->child ? 0 : -1;
}

static int command_begin(const void *query, struct probe *p, struct err **e)
{
	struct command *c;
	struct reaper *r = probe_object(p, &reaper_object, e);
	struct programs *l = r ? probe_object(p, &lookup_object, e) : NULL;

	if (!l)
		return -1;
	c = xcalloc(1, sizeof(*c));
	*c = (struct command){ .probe = p, .query = query, .input = -1 };
	for (int i = 0; i < 2; i++)
		c->outputs[i] = (struct output){ .command = c,
						 .name = i ? "stderr" : "stdout",
						 .fd = -1,
						 .window = WINDOW_INIT(OUTPUT_MAX) };
	p->state = c;
	if (command_start(c, r, l, e) == 0) {
		c->clock = loop_timer_add(p->loop, p->deadline, on_deadline, c);
		return 0;
	}
	p->state = NULL;
	command_free(c);
	if (observer_kind(p->observer) == KIND_NONE)
		return -1;
	probe_done(p);
	return 0;
}

/* Interrupted, or not to be killed: no time is left for anything. */
static void command_cancel(struct probe *p)
{
	struct command *c = p->state;

	for (int i = 0; i < 2; i++)
		output_read(&c->outputs[i], CHUNKS_A_TURN);
	c->late = true;
	observer_trouble(p->observer, KIND_TIMEOUT, "it did not end, and could not be ended");
	command_record(c);
	child_release(c->child);
	p->state = NULL;
	command_free(c);
}

static bool is_variable_name(const char *name)
{
	size_t len =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");

	return *name && !name[len] && (*name < '0' || *name > '9');
}

/* A program with its arguments as one word; the path of a program may hold blanks. */
static bool is_command_line(const char *word)
{
	const size_t len = strcspn(word, " ");

	return word[len] && !memchr(word, '/', len);
}

static int command_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			    const void *ctx, struct err **e)
{
	const struct command_query *q = query;

	if (given(ctx, "argv") && given(ctx, "shell"))
		return err_set(e, ERR_DATA, "'argv' and 'shell' exclude each other");
	if (!given(ctx, "argv") && !given(ctx, "shell"))
		return err_set(e, ERR_DATA, "'argv' or 'shell' is needed");
	if (q->argv.count && !*q->argv.items[0])
		return err_set(e, ERR_DATA, "argv: the program is empty");
	if (q->argv.count == 1 && is_command_line(q->argv.items[0]))
		return err_set(e, ERR_DATA,
			       "argv: '%s' would be the name of one program: write a list, "
			       "as in [ ls, -l ]",
			       q->argv.items[0]);
	for (size_t i = 0; i < q->env.count; i++)
		if (!is_variable_name(q->env.keys[i]))
			return err_set(e, ERR_DATA, "env: '%s' cannot be the name of a variable",
				       q->env.keys[i]);
	return 0;
}

const struct check_type check_command = {
	.name = "command",
	.summary = "a program ends and says what it should",
	.lane = LANE_COMMAND,
	.fields = command_fields,
	.query_size = sizeof(struct command_query),
	.facts = command_facts,
	.default_expect = "{ exit_status: 0 }",
	.ends_itself = true,
	.extract_from = "stdout",
	.validate = command_validate,
	.begin = command_begin,
	.cancel = command_cancel,
};
