/*
 * fact - what a check type yields: look-ups in the declared tables, and words for messages.
 */
#include "engine/decl/fact.h"

#include <stddef.h>
#include <string.h>

static const struct fact error_facts[] = {
	{ .name = "kind",
	  .type = FACT_TEXT,
	  .doc = "What kind of trouble it was, as in 'refused'." },
	{ .name = "text", .type = FACT_TEXT, .doc = "The trouble in one line." },
	{ .name = NULL },
};

const struct fact common_facts[] = {
	{ .name = "error",
	  .type = FACT_MAP,
	  .of = error_facts,
	  .doc = "What went wrong, where something did." },
	{ .name = "found", .type = FACT_MAP, .doc = "A list of texts for each name of extract." },
	{ .name = "time", .type = FACT_DURATION, .doc = "How long the observation took." },
	{ .name = NULL },
};

static const char *const type_names[] = {
	[FACT_BOOL] = "true or false",
	[FACT_INT] = "a whole number",
	[FACT_NUMBER] = "a number",
	[FACT_DURATION] = "a duration",
	[FACT_SIZE] = "a size",
	[FACT_MODE] = "a file mode",
	[FACT_TIME] = "a time",
	[FACT_VERSION] = "a version",
	[FACT_TEXT] = "a text",
	[FACT_LIST] = "a list",
	[FACT_MAP] = "a map",
	[FACT_OPEN] = "a value of any type",
};

const struct fact *fact_find(const struct fact *facts, const char *name)
{
	for (const struct fact *f = facts; f && f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

const char *fact_type_name(enum fact_type type)
{
	return type_names[type];
}
