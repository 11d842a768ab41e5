/*
 * main - where the program starts: prepare the process, find the command, run it.
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/cli/say.h"
#include "engine/run/run.h"

/* Under this name the program is a Nagios plugin: `rounds run --exit=nagios`. */
#define PLUGIN_NAME "check_rounds"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int command_unknown(const char *word)
{
	struct words_given known = { 0 };
	const char *near;

	for (const struct command *const *c = command_registry; *c; c++)
		if (!(*c)->hidden)
			words_add(&known, (*c)->name);
	near = text_nearest(word, known.items);
	if (near)
		say_error("unknown command '%s'; did you mean '%s'?", word, near);
	else
		say_error("unknown command '%s'; 'rounds --help' shows them", word);
	words_free(&known);
	return ERR_USAGE;
}

static int program_help(void)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	help_program(&out);
	return say_out(buf_text(&out));
}

static int program_run(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		say_error("a command is missing; 'rounds --help' shows them");
		return ERR_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return program_help();
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return say_out(PACKAGE_STRING "\n");
	c = command_find(argv[1]);
	return c ? command_run(c, argc - 2, argv + 2, false) : command_unknown(argv[1]);
}

static int plugin_run(int argc, char **argv)
{
	const int skip = argc > 1 && !strcmp(argv[1], "run") ? 2 : 1;

	return command_run(command_find("run"), argc - skip, argv + skip, true);
}

int main(int argc, char **argv)
{
	run_prepare();
	if (argc > 0 && !strcmp(base_name(argv[0]), PLUGIN_NAME))
		return plugin_run(argc, argv);
	return program_run(argc, argv);
}
