/*
 * schema - print the JSON Schema of ruleset files, for editors.
 */
#include <stdlib.h>

#include <jansson.h>

#include "checks/registry.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/cli/command.h"
#include "engine/cli/say.h"
#include "engine/ruleset/load.h"

static const struct option_row schema_options[] = { { .name = NULL } };

static int schema_run(const struct invocation *in)
{
	json_t *schema = ruleset_schema(check_registry);
	auto_free char *text = json_dumps(schema, JSON_INDENT(2));
	auto_free char *lines = NULL;

	(void)in;
	json_decref(schema);
	if (!text) {
		say_error("schema: it cannot be printed");
		return ERR_BUG;
	}
	lines = xasprintf("%s\n", text);
	return say_out(lines);
}

const struct command command_schema = {
	.name = "schema",
	.summary = "print the JSON Schema of ruleset files",
	.description = "Prints the JSON Schema (draft-07) of ruleset files, made from the field "
		       "tables of the check types: for completion and checking in editors.",
	.options = schema_options,
	.run = schema_run,
};
