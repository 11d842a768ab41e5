#include "engine/cli/command.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/cli/say.h"

const struct command *command_find(const char *name)
{
	for (const struct command *const *c = command_registry; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

static int operands_count_check(const struct command *c, const struct words_given *operands,
				struct err **e)
{
	if (operands->count > c->max_operands)
		return err_set(e, ERR_USAGE, "unexpected operand '%s'",
			       operands->items[c->max_operands]);
	if (operands->count < c->min_operands)
		return err_set(e, ERR_USAGE, "an operand is missing: %s", c->operands);
	return 0;
}

static int help_print(const struct command *c)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	help_command(c, &out);
	return say_out(buf_text(&out));
}

int command_run(const struct command *c, int argc, char **argv, bool as_plugin)
{
	auto_err struct err *mistake = NULL;
	auto_free void *args = xcalloc(1, c->args_size ? c->args_size : 1);
	struct words_given operands = { 0 };
	bool help = false;
	int rc;

	options_default(c->options, args);
	if (!options_parse(c->options, args, argc, argv, &operands, &help, &mistake) && !help)
		operands_count_check(c, &operands, &mistake);
	if (mistake) {
		say_error("%s: %s", c->name, err_text(mistake));
		say_error("try 'rounds %s --help'", c->name);
	}
	if (help && !mistake)
		rc = help_print(c);
	else if (mistake && !c->takes_mistakes)
		rc = ERR_USAGE;
	else
		rc = c->run(&(struct invocation){ .args = args,
						  .operands = operands.items,
						  .operand_count = operands.count,
						  .as_plugin = as_plugin,
						  .mistake = mistake });
	options_free(c->options, args);
	words_free(&operands);
	return rc;
}
