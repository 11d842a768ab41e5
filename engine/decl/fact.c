/*
 * fact - what a check type yields: look-ups in the declared tables, and words for messages.
 */
#include "engine/decl/fact.h"

#include <stddef.h>
#include <string.h>

static const struct fact error_facts[] = {
	{ "kind", FACT_TEXT, "What kind of trouble it was, as in 'refused'.", NULL, FACT_OPEN },
	{ "text", FACT_TEXT, "The trouble in one line.", NULL, FACT_OPEN },
	{ .name = NULL },
};

const struct fact common_facts[] = {
	{ "error", FACT_MAP, "What went wrong, where something did.", error_facts, FACT_OPEN },
	{ "found", FACT_MAP, "A list of texts for each name of extract.", NULL, FACT_OPEN },
	{ "time", FACT_DURATION, "How long the observation took.", NULL, FACT_OPEN },
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
