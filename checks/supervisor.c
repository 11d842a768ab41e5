/*
 * supervisor - do the programs of this machine's supervisord run, and since when?
 *
 * This is the declaration; the code is the module `supervisor`. Only its list is read; nothing is
 * started or stopped.
 */
#include "checks/supervisor.h"

#include "checks/check.h"

static const struct field supervisor_fields[] = {
	FIELD_PATH(struct supervisor_query, config,
		   .doc = "Its configuration; else /etc/supervisord.conf and other usual places."),
	FIELD_TEXT(struct supervisor_query, program, .filled = true,
		   .doc = "A program in any group, group:program, or a whole group; else all."),
	{ .name = NULL },
};

static const struct fact program_facts[] = {
	{ .name = "exit_status", .type = FACT_INT, .doc = "Exit status of its last end." },
	{ .name = "group", .type = FACT_TEXT, .doc = "Group of the program." },
	{ .name = "name", .type = FACT_TEXT, .doc = "Name of the program." },
	{ .name = "pid", .type = FACT_INT, .doc = "Its process, while it runs." },
	{ .name = "state", .type = FACT_TEXT, .doc = "Its state, such as RUNNING or FATAL." },
	{ .name = "uptime", .type = FACT_DURATION, .doc = "How long it has run, while it runs." },
	{ .name = NULL },
};

static const struct fact supervisor_facts[] = {
	{ .name = "exit_status",
	  .type = FACT_INT,
	  .doc = "Exit status of the last end of the program that state tells of." },
	{ .name = "pid", .type = FACT_INT, .doc = "Process of the program, while it runs." },
	{ .name = "programs",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = program_facts,
	  .doc = "The programs that were asked for, in supervisord's order." },
	{ .name = "state",
	  .type = FACT_TEXT,
	  .doc = "State of the program; of several the first that is not RUNNING." },
	{ .name = "uptime",
	  .type = FACT_DURATION,
	  .doc = "How long the program has run; of several the shortest." },
	{ .name = NULL },
};

const struct check_type check_supervisor = {
	.name = "supervisor",
	.summary = "programs under supervisord run",
	.lane = LANE_ISOLATED,
	.module = "supervisor",
	.package = "expat, OpenSSL",
	.fields = supervisor_fields,
	.query_size = sizeof(struct supervisor_query),
	.facts = supervisor_facts,
	.default_expect = "{ state: RUNNING }",
};
