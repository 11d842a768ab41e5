/*
 * judge_world - a check type made up for the tests of expectations, with a fact of each type.
 */
#ifndef TESTS_UNIT_JUDGE_WORLD_H
#define TESTS_UNIT_JUDGE_WORLD_H

#include "engine/decl/check_type.h"

static const struct fact world_member_facts[] = {
	{ "host", FACT_TEXT, "Its name.", NULL, FACT_OPEN },
	{ "lag", FACT_DURATION, "How far it is behind.", NULL, FACT_OPEN },
	{ "self", FACT_BOOL, "Whether it is the one asked.", NULL, FACT_OPEN },
	{ "state", FACT_TEXT, "Its state.", NULL, FACT_OPEN },
	{ .name = NULL },
};

static const struct fact world_facts[] = {
	{ "age", FACT_DURATION, "A duration.", NULL, FACT_OPEN },
	{ "body", FACT_TEXT, "A text.", NULL, FACT_OPEN },
	{ "cpu", FACT_NUMBER, "A number.", NULL, FACT_OPEN },
	{ "exit", FACT_INT, "A whole number.", NULL, FACT_OPEN },
	{ "headers", FACT_MAP, "An open map.", NULL, FACT_OPEN },
	{ "json", FACT_OPEN, "Anything.", NULL, FACT_OPEN },
	{ "members", FACT_LIST, "A list of maps.", world_member_facts, FACT_MAP },
	{ "mode", FACT_MODE, "A mode.", NULL, FACT_OPEN },
	{ "pids", FACT_LIST, "A list of whole numbers.", NULL, FACT_INT },
	{ "ready", FACT_BOOL, "True or false.", NULL, FACT_OPEN },
	{ "rows", FACT_LIST, "A list of anything.", NULL, FACT_OPEN },
	{ "since", FACT_TIME, "A time.", NULL, FACT_OPEN },
	{ "size", FACT_SIZE, "A size.", NULL, FACT_OPEN },
	{ "version", FACT_VERSION, "A version.", NULL, FACT_OPEN },
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
