/*
 * process - is a program running, as whom, how many of it, since when?
 *
 * Reads the process table once for all checks. Never counts rounds itself, what it started, or who
 * carries its arguments.
 */
#include <string.h>

#include "checks/check.h"
#include "checks/process_facts.h"
#include "checks/process_match.h"
#include "checks/snapshot/processes.h"

static const char *const namespaces[] = {
	[NAMESPACE_OWN] = "own",
	[NAMESPACE_ANY] = "any",
	NULL,
};

static const struct field process_fields[] = {
	FIELD_REGEX(struct process_query, command,
		    .doc = "Pattern somewhere in the whole command line (the arguments joined by "
			   "blanks)."),
	FIELD_TEXT(struct process_query, exe, .filled = true,
		   .doc = "Base name of the program, by its file or the link that it was called "
			  "by, or of the script that an interpreter runs."),
	FIELD_TEXT(
		struct process_query, name, .filled = true,
		.doc = "Name that the kernel keeps of the process; longer than 15 bytes is fine."),
	FIELD_ENUM(struct process_query, namespace, .choices = namespaces, .dflt = "own",
		   .doc = "Only processes of this PID namespace, or also those of the containers "
			  "of this machine."),
	FIELD_TEXT(struct process_query, parent, .filled = true,
		   .doc = "Process id, or base name of the program, of the parent."),
	FIELD_PATH(struct process_query, pidfile, .doc = "File that holds the process id."),
	FIELD_TEXT(struct process_query, user, .filled = true,
		   .doc = "Effective user, by name or number."),
	{ .name = NULL },
};

static int process_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			    const void *ctx, struct err **e)
{
	static const char *const conditions[] = { "exe",  "command", "name",
						  "user", "pidfile", "parent" };

	(void)query;
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++)
		if (given(ctx, conditions[i]))
			return 0;
	return err_set(e, ERR_DATA,
		       "needs at least one of exe, command, name, user, pidfile, parent");
}

/* Anywhere in anybody's command line is a wide net: an editor of the configuration, a pager of the
 * log. */
static int process_lint(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	static const char *const narrower[] = { "exe", "name", "user", "pidfile", "parent" };
	const struct process_query *q = query;

	if (!q->command || q->command[0] == '^' || !strncmp(q->command, "\\A", 2))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(narrower); i++)
		if (given(ctx, narrower[i]))
			return 0;
	return err_set(e, ERR_DATA,
		       "command alone may match an editor or a pager, too: add exe, or begin the "
		       "pattern with '^'");
}

static int process_observe(const void *query, struct observer *o, struct err **e)
{
	const struct process_table *t = observer_table(o, &processes_table, e);
	auto_free struct process **found = NULL;
	size_t count;

	if (!t || process_match(query, t, o, &found, &count, e) < 0)
		return -1;
	return process_tell(t, found, count, o, e);
}

const struct check_type check_process = {
	.name = "process",
	.summary = "a program is running",
	.lane = LANE_LOCAL,
	.table = "processes",
	.fields = process_fields,
	.query_size = sizeof(struct process_query),
	.facts = process_facts,
	.default_expect = "{ count: { ge: 1 } }",
	.validate = process_validate,
	.lint = process_lint,
	.observe = process_observe,
};
