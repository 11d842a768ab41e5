/*
 * service - are the units of this machine's systemd as they should be?
 *
 * This is the declaration; the code is the module `service`. Units are only asked for; nothing is
 * started or stopped.
 */
#include "checks/service.h"

#include <string.h>

#include "checks/check.h"

/* systemd's UNIT_NAME_MAX. */
#define NAME_MAX_BYTES 255

static const struct field service_fields[] = {
	FIELD_PATH(struct service_query, socket,
		   .doc = "Socket of a D-Bus on which systemd answers (or its own: one named "
			  "private); else its own for root, the system bus for others."),
	FIELD_TEXT(struct service_query, unit, .required = true,
		   .doc = "A unit, as in nginx, nginx.service or backup.timer; with * and ? all "
			  "that are loaded and match."),
	{ .name = NULL },
};

static const struct fact unit_facts[] = {
	{ .name = "active", .type = FACT_BOOL, .doc = "Whether it is active or reloading." },
	{ .name = "description", .type = FACT_TEXT, .doc = "What it calls itself." },
	{ .name = "load_state",
	  .type = FACT_TEXT,
	  .doc = "Whether its file could be read: loaded, masked, not-found or error." },
	{ .name = "name", .type = FACT_TEXT, .doc = "Name with its ending." },
	{ .name = "state",
	  .type = FACT_TEXT,
	  .doc = "Its state, such as active, inactive, failed or activating." },
	{ .name = "sub_state",
	  .type = FACT_TEXT,
	  .doc = "The state by its type, such as running, exited, dead or waiting." },
	{ .name = NULL },
};

static const struct fact service_facts[] = {
	{ .name = "active", .type = FACT_BOOL, .doc = "Whether it is active or reloading." },
	{ .name = "count", .type = FACT_INT, .doc = "How many units match a pattern." },
	{ .name = "description", .type = FACT_TEXT, .doc = "What it calls itself." },
	{ .name = "enabled",
	  .type = FACT_BOOL,
	  .doc = "Whether it is started with the machine (enabled or enabled-runtime)." },
	{ .name = "exists", .type = FACT_BOOL, .doc = "Whether systemd has such a unit." },
	{ .name = "exit_status",
	  .type = FACT_INT,
	  .doc = "Exit status of its main process, when that has exited." },
	{ .name = "last_trigger", .type = FACT_TIME, .doc = "Of a timer: when it last ran out." },
	{ .name = "load_state",
	  .type = FACT_TEXT,
	  .doc = "Whether its file could be read: loaded, masked, not-found or error." },
	{ .name = "memory", .type = FACT_SIZE, .doc = "Memory in use, where it is accounted." },
	{ .name = "name", .type = FACT_TEXT, .doc = "The unit that these facts are of." },
	{ .name = "next_trigger", .type = FACT_TIME, .doc = "Of a timer: when it runs out next." },
	{ .name = "pid", .type = FACT_INT, .doc = "Its main process, while it runs." },
	{ .name = "reload_needed",
	  .type = FACT_BOOL,
	  .doc = "Whether its file has changed since systemd read it." },
	{ .name = "restarts",
	  .type = FACT_INT,
	  .doc = "How often systemd has started it again by itself." },
	{ .name = "result",
	  .type = FACT_TEXT,
	  .doc = "How it last ended, such as success, exit-code, signal or oom-kill." },
	{ .name = "signal",
	  .type = FACT_INT,
	  .doc = "Signal that ended its main process, when one did." },
	{ .name = "since", .type = FACT_TIME, .doc = "Since when it has been in its state." },
	{ .name = "state",
	  .type = FACT_TEXT,
	  .doc = "Its state, such as active, inactive, failed or activating." },
	{ .name = "status_text", .type = FACT_TEXT, .doc = "What the service says of itself." },
	{ .name = "sub_state",
	  .type = FACT_TEXT,
	  .doc = "The state by its type, such as running, exited, dead or waiting." },
	{ .name = "tasks", .type = FACT_INT, .doc = "Processes and threads, where accounted." },
	{ .name = "unit_file_state",
	  .type = FACT_TEXT,
	  .doc = "What its installation says, such as enabled, disabled, static or masked." },
	{ .name = "units",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = unit_facts,
	  .doc = "The units that were asked for, by name, at most 1000; the other facts are those "
		 "of the one in the worst state." },
	{ .name = "uptime", .type = FACT_DURATION, .doc = "How long it has been active." },
	{ .name = NULL },
};

static int service_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			    const void *ctx, struct err **e)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789:-_.\\@*?[]!";
	const struct service_query *q = query;

	if (!given(ctx, "unit") || !q->unit)
		return 0;
	if (!*q->unit || strlen(q->unit) > NAME_MAX_BYTES ||
	    q->unit[strspn(q->unit, characters)])
		return err_set(e, ERR_DATA,
			       "unit: '%s' is no name of a unit: letters, digits and :-_.\\@, at "
			       "most %d of them",
			       q->unit, NAME_MAX_BYTES);
	return 0;
}

const struct check_type check_service = {
	.name = "service",
	.summary = "a unit of systemd is active",
	.lane = LANE_ISOLATED,
	.module = "service",
	.package = "libsystemd",
	.fields = service_fields,
	.query_size = sizeof(struct service_query),
	.facts = service_facts,
	.default_expect = "{ active: true }",
	.validate = service_validate,
};
