/*
 * test_find - which files a word of the command line means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/load.h"

static const char *const files[] = {
	"etc/web.yaml",           "etc/.hidden.yaml",    "ship/antcode/web.yaml",
	"ship/antcode/shard.yml", "ship/other/web.yaml", "ship/other/notes.txt",
	"ship/params.yaml",       "ship/broken.yaml",
};

static const char *const texts[] = {
	"format: 1\nruleset: site-web\nchecks: []\n",
	"ruleset: hidden\n",
	"# first\nruleset: 'antcode-web' # a name\n",
	"ruleset: \"antcode-shard\"\n",
	"ruleset: other-web\n",
	"ruleset: notes\n",
	"port: 80\nrulesets: { a: { b: c } }\n",
	"checks: [\n",
};

static const char *const folders[] = { "etc", "ship", "ship/antcode", "ship/other", "empty" };

static int enter_folder(void **state)
{
	static char folder[] = "/tmp/rounds-test-XXXXXX";

	*state = mkdtemp(folder);
	if (!*state || chdir(*state))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (mkdir(folders[i], 0700))
			return -1;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		auto_file FILE *f = fopen(files[i], "we");

		if (!f || fputs(texts[i], f) < 0)
			return -1;
	}
	return mkfifo("ship/fifo.yaml", 0600);
}

static int leave_folder(void **state)
{
	unlink("ship/fifo.yaml");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(files[i]);
	for (size_t i = ARRAY_SIZE(folders); i > 0; i--)
		rmdir(folders[i - 1]);
	return chdir("/") || rmdir(*state);
}

struct find_case {
	const char *what, *found; /* "a b", or the error with "!" before it */
};

static const struct find_case cases[] = {
	{ "ship/antcode/web.yaml", "ship/antcode/web.yaml" },
	{ "ship/params.yaml", "ship/params.yaml" }, /* named: the loader says what it lacks */
	{ "ship",
	  "ship/antcode/shard.yml ship/antcode/web.yaml ship/broken.yaml ship/other/web.yaml" },
	{ "ship/",
	  "ship/antcode/shard.yml ship/antcode/web.yaml ship/broken.yaml ship/other/web.yaml" },
	{ "antcode-web", "ship/antcode/web.yaml" },
	{ "shard", "ship/antcode/shard.yml" },
	{ "web", "etc/web.yaml" }, /* the first folder wins */
	{ "site-web", "etc/web.yaml" },
	{ "broken", "ship/broken.yaml" },
	{ "empty", "!no ruleset in 'empty'" },
	{ "shrad", "!no ruleset 'shrad'; did you mean 'shard'?" },
	{ "mongodb", "!no ruleset 'mongodb'; 'rounds list' shows them" },
	{ "params", "!no ruleset 'params'; 'rounds list' shows them" },
	{ "./nowhere.yaml", "!'./nowhere.yaml': No such file or directory" },
	{ "nowhere.yaml", "!'nowhere.yaml': No such file or directory" },
};

static char *find(const char *what, char **search, size_t count)
{
	struct text_list in = { search, count }, paths = { 0 };
	auto_err struct err *e = NULL;
	struct buf out = BUF_INIT(1 << 16);

	if (ruleset_find(what, &in, &paths, &e)) {
		assert_int_equal(err_code(e), ERR_NOT_FOUND);
		buf_printf(&out, "!%s", err_text(e));
	}
	for (size_t i = 0; i < paths.count; i++) {
		buf_printf(&out, "%s%s", i ? " " : "", paths.items[i]);
		free(paths.items[i]);
	}
	free(paths.items);
	return buf_take(&out);
}

static void words_mean_files(void **state)
{
	char etc[] = "etc", ship[] = "ship", *search[] = { etc, ship };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_free char *found = find(cases[i].what, search, 2);

		assert_string_equal(found, cases[i].found);
	}
}

static void two_of_one_name_are_not_guessed(void **state)
{
	char ship[] = "ship", *search[] = { ship };
	auto_free char *found = find("web", search, 1);

	(void)state;
	assert_string_equal(found, "!'web' is more than one ruleset: 'ship/antcode/web.yaml' and "
				   "'ship/other/web.yaml'; give a path");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_mean_files),
		cmocka_unit_test(two_of_one_name_are_not_guessed),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
