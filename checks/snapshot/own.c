/*
 * own - which processes are rounds itself, and who only carries its arguments.
 *
 * A rule that looks for 'linkc' must not find `rounds run linkc.yaml`, nor the `sh -c`, sudo,
 * timeout, cron or ssh that started it: that would be green with linkc dead.
 */
#include "checks/snapshot/own.h"

#include <string.h>

#include "checks/snapshot/processes.h"

/* No process has that many ancestors; a bound in case that a vanished one makes a circle. */
#define ANCESTORS_MAX 4096

static struct span called_name(const struct process_table *t, struct process *p)
{
	if (process_read_args(t, p) != COLUMN_READ)
		return (struct span){ NULL, 0 };
	return args_name(p->stat.comm, p->args, p->args_len);
}

/* Workers write another command line than the supervisor's, so the program's file decides. Without
 * core dumps it may be closed even to ourselves: then the names do. */
static bool is_rounds(const struct process_table *t, struct process *self, struct process *p)
{
	struct span ours, theirs;

	if (process_read_program(t, self) == COLUMN_READ &&
	    process_read_program(t, p) == COLUMN_READ)
		return !strcmp(self->program_path, p->program_path);
	ours = called_name(t, self);
	theirs = called_name(t, p);
	return ours.len && ours.len == theirs.len && !memcmp(ours.at, theirs.at, ours.len) &&
	       !strcmp(self->stat.comm, p->stat.comm);
}

/* As PID 1 rounds stays a small init: what else was started in the container is below it, too, and
 * is not ours. */
pid_t own_tree(const struct process_table *t)
{
	struct process *self = process_find(t, t->self), *top = self, *parent;

	while (top && (parent = process_find(t, top->ppid)) && parent->pid != 1 &&
	       is_rounds(t, self, parent))
		top = parent;
	return top ? top->pid : 0;
}

static bool is_below(const struct process_table *t, const struct process *p, pid_t top)
{
	for (int i = 0; p && i < ANCESTORS_MAX; i++) {
		if (p->pid == top)
			return true;
		p = process_find(t, p->ppid);
	}
	return false;
}

static bool is_word_end(char c)
{
	return !c || strchr(" \t\n'\";&|()<>=", c);
}

/* Where the word stands in the text as a word of its own (a shell would see), after a blank, a
 * quote, '/' …; NULL: nowhere. */
static const char *find_word(const char *text, size_t len, const char *word, size_t word_len)
{
	const char *at = text, *end = text + len;

	while (word_len && (at = memmem(at, (size_t)(end - at), word, word_len))) {
		bool starts = at == text || at[-1] == '/' || is_word_end(at[-1]);

		if (starts && (at + word_len == end || is_word_end(at[word_len])))
			return at;
		at++;
	}
	return NULL;
}

bool command_has_program(struct span carrier, struct span args)
{
	const struct span program = span_base((struct span){ args.at, strnlen(args.at, args.len) });

	return find_word(carrier.at, carrier.len, program.at, program.len);
}

bool command_has_arguments(struct span carrier, struct span args)
{
	const char *at = carrier.at, *end = carrier.at + carrier.len;
	size_t pos = strnlen(args.at, args.len) + 1, words = 0;

	while (pos < args.len) {
		size_t n = strnlen(args.at + pos, args.len - pos);

		if (n && !(at = find_word(at, (size_t)(end - at), args.at + pos, n)))
			return false;
		at += n;
		pos += n + 1;
		words += n > 0;
	}
	/* one word ("run") proves nothing */
	return words >= 2;
}

/* Ancestors carry us as `sh -c`, sudo or cron do; a stranger must show all of it, as an ssh client
 * that waits for us does. */
static bool carries(const struct process_table *t, struct process *p, struct process *supervisor)
{
	struct span carrier, args = { supervisor->args, supervisor->args_len };
	bool program, arguments;

	if (process_read_command(t, p) != COLUMN_READ || !args.len)
		return false;
	carrier = (struct span){ p->command, p->command_len };
	program = command_has_program(carrier, args);
	arguments = command_has_arguments(carrier, args);
	if (is_below(t, supervisor, p->pid))
		return program || arguments;
	return program && arguments;
}

static bool belongs_to_us(const struct process_table *t, struct process *p)
{
	struct process *self = process_find(t, t->self), *supervisor = process_find(t, t->tree);

	if (!self || !supervisor)
		return p->pid == t->self;
	if (is_below(t, p, supervisor->pid))
		return true;
	/* another run of rounds, of whatever rulesets, is no more what a rule looks for than this
	 * one */
	if (is_rounds(t, self, p))
		return true;
	return process_read_args(t, supervisor) == COLUMN_READ && carries(t, p, supervisor);
}

bool process_is_ours(const struct process_table *t, struct process *p)
{
	if (p->ours < 0)
		p->ours = (signed char)belongs_to_us(t, p);
	return p->ours;
}
