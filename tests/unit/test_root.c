/*
 * Paths below a root: no '..', no link and no rename leads out of it, whether the kernel walks or
 * we do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/root.h"
#include "engine/base/xalloc.h"

static char tree[] = "/tmp/rounds-root-XXXXXX";

static void put_file(const char *name, const char *text)
{
	auto_free char *path = xasprintf("%s/%s", tree, name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void put_folder(const char *name)
{
	auto_free char *path = xasprintf("%s/%s", tree, name);

	assert_int_equal(mkdir(path, 0755), 0);
}

static void put_link(const char *name, const char *target)
{
	auto_free char *path = xasprintf("%s/%s", tree, name);

	assert_int_equal(symlink(target, path), 0);
}

/* outside is what nobody may see; in is the root. */
static int make_tree(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(tree));
	put_file("outside", "outside\n");
	put_folder("in");
	put_folder("in/etc");
	put_folder("in/a");
	put_folder("in/a/b");
	put_file("in/etc/name", "inside\n");
	put_file("in/outside", "decoy\n");
	put_link("in/absolute", "/etc/name");
	put_link("in/relative", "a/../etc/name");
	put_link("in/up", "../../../../../outside");
	put_link("in/a/b/up", "../../../outside");
	put_link("in/chain", "absolute");
	put_link("in/folder", "/etc");
	put_link("in/loop", "loop");
	put_link("in/nowhere", "/none");
	put_link("in/top", "/");
	return 0;
}

static int remove_tree(void **state)
{
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(execlp("rm", "rm", "-rf", tree, (char *)NULL));
	return child > 0 && waitpid(child, NULL, 0) == child ? 0 : -1;
}

static struct root *open_in(bool walk)
{
	auto_free char *path = xasprintf("%s/in", tree);
	struct root *r = root_open(path, NULL);

	assert_non_null(r);
	if (walk)
		root_walk_always(r);
	return r;
}

static const struct {
	const char *path, *text;
	int errnum;
} files[] = {
	{ "/etc/name", "inside\n", 0 },
	{ "etc/name", "inside\n", 0 },
	{ "//etc//./name", "inside\n", 0 },
	{ "/../../etc/name", "inside\n", 0 },
	{ "/a/b/../../etc/name", "inside\n", 0 },
	{ "/absolute", "inside\n", 0 },
	{ "/relative", "inside\n", 0 },
	{ "/chain", "inside\n", 0 },
	{ "/folder/name", "inside\n", 0 },
	{ "/top/top/etc/name", "inside\n", 0 },
	{ "/top/../outside", "decoy\n", 0 },
	{ "/up", "decoy\n", 0 },
	{ "/a/b/up", "decoy\n", 0 },
	{ "/../outside", "decoy\n", 0 },
	{ "/nowhere", NULL, ENOENT },
	{ "/none/../etc/name", NULL, ENOENT },
	{ "/etc/name/x", NULL, ENOTDIR },
	{ "/etc/name/../name", NULL, ENOTDIR },
	{ "/loop", NULL, ELOOP },
	{ "", NULL, ENOENT },
};

static void check_files(bool walk)
{
	struct root *r = open_in(walk);

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		auto_buf struct buf text = BUF_INIT(100);
		auto_fd int fd = root_openat(r, files[i].path, O_RDONLY);

		if (fd < 0 ? errno != files[i].errnum : files[i].errnum)
			fail_msg("%s: %s", files[i].path, fd < 0 ? strerror(errno) : "is there");
		if (fd < 0)
			continue;
		assert_int_equal(io_read_all(fd, &text, NULL), 0);
		assert_string_equal(buf_text(&text), files[i].text);
	}
	root_free(r);
}

static void nothing_leads_out(void **state)
{
	(void)state;
	check_files(false);
	check_files(true);
}

static void check_calls(bool walk)
{
	struct root *r = open_in(walk);
	auto_dir DIR *dir = root_opendir(r, "/folder"), *none = root_opendir(r, "/absolute");
	char target[64] = "";
	struct stat st;

	assert_int_equal(root_lstat(r, "/absolute", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(root_stat(r, "/absolute", &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(root_stat(r, "/", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(root_stat(r, "/a/..", &st), 0);
	assert_int_equal(root_readlink(r, "/absolute", target, sizeof(target)), 9);
	assert_string_equal(target, "/etc/name");
	assert_int_equal(root_access(r, "/folder/name", R_OK), 0);
	assert_int_equal(root_access(r, "/up/none", F_OK), -1);
	assert_non_null(dir);
	assert_null(none);
	root_free(r);
}

static void calls_are_those_of_their_names(void **state)
{
	(void)state;
	check_calls(false);
	check_calls(true);
}

/* A folder that is moved out while somebody stands in it: '..' of it is where we came from. */
static void moved_folders_lead_nowhere_else(void **state)
{
	struct root *r = open_in(true);
	auto_free char *from = xasprintf("%s/in/a", tree), *to = xasprintf("%s/a", tree);

	(void)state;
	assert_int_equal(rename(from, to), 0);
	for (int i = 0; i < 3; i++) {
		auto_fd int fd = root_openat(r, "/a/b/up", O_RDONLY);

		assert_int_equal(fd, -1);
		assert_int_equal(errno, ENOENT);
	}
	assert_int_equal(rename(to, from), 0);
	root_free(r);
}

static void long_paths_are_refused(void **state)
{
	struct root *r = open_in(true);
	char path[8192], name[300];

	(void)state;
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(root_openat(r, path, O_RDONLY), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(root_openat(r, name, O_RDONLY), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	root_free(r);
}

static void a_root_is_a_folder(void **state)
{
	auto_err struct err *none = NULL, *file = NULL;

	(void)state;
	assert_null(root_open("/none/none", &none));
	assert_int_equal(err_code(none), ERR_NOT_FOUND);
	assert_null(root_open("/etc/passwd", &file));
	assert_int_equal(err_code(file), ERR_DATA);
	assert_null(root_folder(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_leads_out),
		cmocka_unit_test(calls_are_those_of_their_names),
		cmocka_unit_test(moved_folders_lead_nowhere_else),
		cmocka_unit_test(long_paths_are_refused),
		cmocka_unit_test(a_root_is_a_folder),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
