/*
 * judge_world - a check type made up for the tests of expectations, with a fact of each type.
 */
#ifndef TESTS_UNIT_JUDGE_WORLD_H
#define TESTS_UNIT_JUDGE_WORLD_H

#include "engine/decl/check_type.h"

static const struct fact world_member_facts[] = {
	{ .name = "host", .type = FACT_TEXT, .doc = "Its name." },
	{ .name = "lag", .type = FACT_DURATION, .doc = "How far it is behind." },
	{ .name = "self", .type = FACT_BOOL, .doc = "Whether it is the one asked." },
	{ .name = "state", .type = FACT_TEXT, .doc = "Its state." },
	{ .name = NULL },
};

static const struct fact world_facts[] = {
	{ .name = "age", .type = FACT_DURATION, .doc = "A duration." },
	{ .name = "body", .type = FACT_TEXT, .doc = "A text." },
	{ .name = "cpu", .type = FACT_NUMBER, .doc = "A number." },
	{ .name = "exit", .type = FACT_INT, .doc = "A whole number." },
	{ .name = "full", .type = FACT_NUMBER, .doc = "A share.", .range = RANGE_PERCENT },
	{ .name = "headers", .type = FACT_MAP, .doc = "An open map." },
	{ .name = "json", .type = FACT_OPEN, .doc = "Anything." },
	{ .name = "members",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = world_member_facts,
	  .doc = "A list of maps." },
	{ .name = "mode", .type = FACT_MODE, .doc = "A mode." },
	{ .name = "pids", .type = FACT_LIST, .doc = "A list of whole numbers.", .item = FACT_INT },
	{ .name = "ready", .type = FACT_BOOL, .doc = "True or false." },
	{ .name = "rows", .type = FACT_LIST, .doc = "A list of anything." },
	{ .name = "since", .type = FACT_TIME, .doc = "A time." },
	{ .name = "size", .type = FACT_SIZE, .doc = "A size." },
	{ .name = "temperature", .type = FACT_INT, .doc = "A number.", .range = RANGE_SIGNED },
	{ .name = "version", .type = FACT_VERSION, .doc = "A version." },
	{ .name = NULL },
};

static const struct check_type world_type = {
	.name = "world",
	.summary = "the world is as expected",
	.facts = world_facts,
};

/* The same with defaults. */
static const struct check_type world_default_type = {
	.name = "world",
	.summary = "the world is as expected",
	.facts = world_facts,
	.default_expect = "{ ready: true, exit: { between: [ 0, 3 ] } }",
};

#endif
