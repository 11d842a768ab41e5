/*
 * registry - the subcommands, sorted by name.
 */
#include "engine/cli/command.h"

extern const struct command command_explain;
extern const struct command command_lint;
extern const struct command command_list;
extern const struct command command_man;
extern const struct command command_run_rulesets;
extern const struct command command_schema;
extern const struct command command_show;
extern const struct command command_verify_rules;

const struct command *const command_registry[] = {
	&command_explain,
	&command_lint,
	&command_list,
	&command_man,
	&command_run_rulesets,
	&command_schema,
	&command_show,
	&command_verify_rules,
	NULL,
};
