/*
 * test_io - whole reads and writes; files that appear whole or not at all.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

struct place {
	char folder[64];
	char path[128];
};

static int setup(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));

	snprintf(p->folder, sizeof(p->folder), "/tmp/rounds-io-XXXXXX");
	if (!mkdtemp(p->folder))
		return -1;
	snprintf(p->path, sizeof(p->path), "%s/report", p->folder);
	*state = p;
	return 0;
}

/* How many entries the folder has; with `remove` they are gone after it. */
static size_t entries(const struct place *p, bool remove_them)
{
	auto_dir DIR *d = opendir(p->folder);
	const struct dirent *x;
	size_t count = 0;

	assert_non_null(d);
	while ((x = readdir(d))) {
		if (!strcmp(x->d_name, ".") || !strcmp(x->d_name, ".."))
			continue;
		count++;
		if (remove_them && unlinkat(dirfd(d), x->d_name, 0) < 0)
			unlinkat(dirfd(d), x->d_name, AT_REMOVEDIR);
	}
	return count;
}

static int teardown(void **state)
{
	struct place *p = *state;

	entries(p, true);
	rmdir(p->folder);
	free(p);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text), NULL), 0);
}

static void assert_content(const char *path, const char *text)
{
	auto_buf struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(io_read_file(path, &b, NULL), 0);
	assert_string_equal(buf_text(&b), text);
}

static void reads_up_to_the_maximum(void **state)
{
	const struct place *p = *state;
	auto_buf struct buf fits = BUF_INIT(5), small = BUF_INIT(4);
	auto_err struct err *e = NULL;

	write_file(p->path, "12345");
	assert_int_equal(io_read_file(p->path, &fits, &e), 0);
	assert_string_equal(buf_text(&fits), "12345");
	assert_int_equal(io_read_file(p->path, &small, &e), -1);
	assert_non_null(strstr(err_text(e), "is larger than 4 bytes"));
	assert_int_equal(err_code(e), ERR_DATA);
}

static void reads_only_regular_files(void **state)
{
	const struct place *p = *state;
	char name[128];
	struct {
		const char *path, *text;
		int code;
	} cases[] = {
		{ p->folder, "is a directory, not a regular file", ERR_DATA },
		{ name, "is a FIFO, not a regular file", ERR_DATA },
		{ "/dev/zero", "is a device, not a regular file", ERR_DATA },
		{ "/nonexistent/x", "No such file or directory", ERR_NOT_FOUND },
		{ "/dev/null/x", "Not a directory", ERR_NOT_FOUND },
	};
	size_t i;

	snprintf(name, sizeof(name), "%s/fifo", p->folder);
	assert_int_equal(mkfifo(name, 0600), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf b = BUF_INIT(100);
		auto_err struct err *e = NULL;

		assert_int_equal(io_read_file(cases[i].path, &b, &e), -1);
		assert_int_equal(err_code(e), cases[i].code);
		if (!strstr(err_text(e), cases[i].text))
			fail_msg("%s", err_text(e));
	}
}

static void reads_proc(void **state)
{
	auto_buf struct buf b = BUF_INIT(4096), cut = BUF_INIT(3);

	(void)state;
	assert_int_equal(io_read_proc(AT_FDCWD, "/proc/self/comm", &b), 0);
	assert_string_equal(buf_text(&b), "test_io\n");
	assert_int_equal(io_read_proc(AT_FDCWD, "/proc/self/comm", &cut), 0);
	assert_string_equal(buf_text(&cut), "tes");
	assert_true(cut.lost > 0);
	errno = 0;
	assert_int_equal(io_read_proc(AT_FDCWD, "/proc/self/nothing", &b), -1);
	assert_int_equal(errno, ENOENT);
}

/* A socket that is full: the writer waits until the other side has read it all. */
static void write_waits_for_a_slow_reader(void **state)
{
	enum { SIZE = 1 << 20 };
	auto_free char *bytes = xmalloc(SIZE);
	auto_buf struct buf got = BUF_INIT(SIZE);
	int ends[2], status = 0;
	pid_t pid;

	(void)state;
	memset(bytes, 'x', SIZE);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(io_set_nonblocking(ends[0]), 0);
	assert_int_equal(io_set_cloexec(ends[0]), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(ends[1]);
		_exit(io_write_all(ends[0], bytes, SIZE, NULL) == 0 ? 0 : 1);
	}
	close(ends[0]);
	assert_int_equal(io_read_all(ends[1], &got, NULL), 0);
	assert_int_equal(got.len, SIZE);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	close(ends[1]);
}

static void read_all_tells_of_more(void **state)
{
	auto_buf struct buf b = BUF_INIT(3), none = BUF_INIT(10);
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(io_write_all(ends[1], "12345", 5, NULL), 0);
	close(ends[1]);
	assert_int_equal(io_read_all(ends[0], &b, NULL), 1);
	assert_string_equal(buf_text(&b), "123");
	close(ends[0]);
	assert_int_equal(io_read_all(-1, &none, NULL), -1);
}

static void appears_at_the_commit(void **state)
{
	const struct place *p = *state;
	struct io_file *f = NULL;
	struct stat st;
	mode_t mask = umask(022);

	assert_int_equal(io_file_open(p->path, &f, NULL), 0);
	assert_int_equal(io_file_write(f, "whole\n", 6, NULL), 0);
	assert_int_not_equal(access(p->path, F_OK), 0);
	assert_int_equal(io_file_commit(f, NULL), 0);
	umask(mask);
	assert_content(p->path, "whole\n");
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(entries(p, false), 1);
}

static void replaces_and_keeps_the_mode(void **state)
{
	const struct place *p = *state;
	struct io_file *f = NULL;
	struct stat st;

	write_file(p->path, "old");
	assert_int_equal(chmod(p->path, 0604), 0);
	assert_int_equal(io_file_open(p->path, &f, NULL), 0);
	assert_int_equal(io_file_write(f, "new", 3, NULL), 0);
	assert_content(p->path, "old");
	assert_int_equal(io_file_commit(f, NULL), 0);
	assert_content(p->path, "new");
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
}

static void abort_leaves_nothing(void **state)
{
	const struct place *p = *state;
	struct io_file *f = NULL;

	assert_int_equal(io_file_open(p->path, &f, NULL), 0);
	assert_int_equal(io_file_write(f, "x", 1, NULL), 0);
	io_file_abort(f);
	io_file_abort(NULL);
	assert_int_equal(entries(p, false), 0);
}

static void large_files_are_whole(void **state)
{
	const struct place *p = *state;
	auto_buf struct buf all = BUF_INIT(SIZE_MAX), got = BUF_INIT(1 << 22);
	struct io_file *f = NULL;
	size_t size;

	assert_int_equal(io_file_open(p->path, &f, NULL), 0);
	for (size = 1; size < 200000; size = size * 3 + 1) {
		auto_free char *part = xmalloc(size);

		memset(part, (int)('a' + size % 26), size);
		buf_add(&all, part, size);
		assert_int_equal(io_file_write(f, part, size, NULL), 0);
	}
	assert_int_equal(io_file_commit(f, NULL), 0);
	assert_int_equal(io_read_file(p->path, &got, NULL), 0);
	assert_int_equal(got.len, all.len);
	assert_memory_equal(got.data, all.data, all.len);
}

static void follows_links(void **state)
{
	const struct place *p = *state;
	struct io_file *f = NULL;
	struct stat st;
	char link[128];

	snprintf(link, sizeof(link), "%s/link", p->folder);
	write_file(p->path, "old");
	assert_int_equal(symlink("report", link), 0);
	assert_int_equal(io_file_open(link, &f, NULL), 0);
	assert_int_equal(io_file_write(f, "new", 3, NULL), 0);
	assert_int_equal(io_file_commit(f, NULL), 0);
	assert_content(p->path, "new");
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void devices_are_streams(void **state)
{
	struct io_file *f = NULL;
	auto_err struct err *e = NULL;

	(void)state;
	assert_int_equal(io_file_open("/dev/null", &f, NULL), 0);
	assert_int_equal(io_file_write(f, "x", 1, NULL), 0);
	assert_int_equal(io_file_commit(f, NULL), 0);
	assert_int_equal(io_file_open("/dev/full", &f, NULL), 0);
	assert_int_equal(io_file_write(f, "x", 1, &e), -1);
	assert_string_equal(err_text(e), "cannot write '/dev/full': No space left on device");
	assert_int_equal(err_code(e), ERR_CREATE);
	io_file_abort(f);
}

static void places_that_cannot_be_written(void **state)
{
	const struct place *p = *state;
	char slash[80], fifo[80], link[80], long_name[400];
	struct {
		const char *path, *text;
	} cases[] = {
		{ p->folder, "it is a directory" },
		{ slash, "no file name" },
		{ "", "no file name" },
		{ "/nonexistent/folder/x", "No such file or directory" },
		{ "/dev/null/x", "Not a directory" },
		{ "/proc/x", "" },
		{ fifo, "No such device or address" },
		{ link, "it is a directory" },
		{ long_name, "File name too long" },
	};
	size_t i;

	snprintf(slash, sizeof(slash), "%s/x/", p->folder);
	snprintf(fifo, sizeof(fifo), "%s/fifo", p->folder);
	snprintf(link, sizeof(link), "%s/link", p->folder);
	memset(long_name, 'x', sizeof(long_name));
	long_name[0] = '/';
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink(p->folder, link), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_err struct err *e = NULL;
		struct io_file *f = NULL;

		if (io_file_open(cases[i].path, &f, &e) == 0)
			fail_msg("'%s' could be opened", cases[i].path);
		assert_null(f);
		assert_int_equal(err_code(e), ERR_CREATE);
		if (!strstr(err_text(e), cases[i].text) || !strstr(err_text(e), "cannot write '"))
			fail_msg("%s", err_text(e));
	}
	assert_int_equal(entries(p, false), 2);
}

/* In a child, since a privilege that is given up does not come back. */
static void folders_of_others(void **state)
{
	const struct place *p = *state;
	int status = 0;
	pid_t pid;

	if (geteuid() != 0) {
		skip();
		return;
	}
	assert_int_equal(chmod(p->folder, 0555), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct err *e = NULL;
		struct io_file *f = NULL;

		if (setuid(65534) < 0)
			_exit(9);
		if (io_file_open(p->path, &f, &e) == 0)
			_exit(1);
		_exit(err_code(e) == ERR_CREATE && text_ends_with(err_text(e), "Permission denied")
			      ? 0
			      : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(entries(p, false), 0);
}

/* The size limit makes a write fail in the middle, as a disk that fills up does. */
static void disk_full_in_the_middle(void **state)
{
	const struct place *p = *state;
	int status = 0;
	pid_t pid;

	write_file(p->path, "old");
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		const struct rlimit limit = { 100000, 100000 };
		const struct sigaction ignore = { .sa_handler = SIG_IGN };
		static char bytes[300000];
		struct err *e = NULL;
		struct io_file *f = NULL;

		if (sigaction(SIGXFSZ, &ignore, NULL) < 0 || setrlimit(RLIMIT_FSIZE, &limit) < 0 ||
		    io_file_open(p->path, &f, &e) < 0)
			_exit(9);
		if (io_file_write(f, bytes, sizeof(bytes), &e) == 0)
			_exit(1);
		io_file_abort(f);
		_exit(err_errno_of(e) == EFBIG && err_code(e) == ERR_CREATE ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_content(p->path, "old");
	assert_int_equal(entries(p, false), 1);
}

/* A real one, where we may mount: small writes are buffered, so that it is the commit that fails.
 */
static void disk_full_at_the_commit(void **state)
{
	const struct place *p = *state;
	static char bytes[60000];
	auto_err struct err *e = NULL;
	struct io_file *f = NULL;

	if (mount("tmpfs", p->folder, "tmpfs", 0, "size=16k,mode=0700") < 0) {
		skip();
		return;
	}
	assert_int_equal(io_file_open(p->path, &f, &e), 0);
	assert_int_equal(io_file_write(f, bytes, sizeof(bytes), &e), 0);
	assert_int_equal(io_file_commit(f, &e), -1);
	assert_non_null(strstr(err_text(e), "No space left on device"));
	assert_int_equal(entries(p, false), 0);
	assert_int_equal(umount(p->folder), 0);
}

#define IO_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IO_TEST(reads_up_to_the_maximum),
		IO_TEST(reads_only_regular_files),
		IO_TEST(reads_proc),
		IO_TEST(write_waits_for_a_slow_reader),
		IO_TEST(read_all_tells_of_more),
		IO_TEST(appears_at_the_commit),
		IO_TEST(replaces_and_keeps_the_mode),
		IO_TEST(abort_leaves_nothing),
		IO_TEST(large_files_are_whole),
		IO_TEST(follows_links),
		IO_TEST(devices_are_streams),
		IO_TEST(places_that_cannot_be_written),
		IO_TEST(folders_of_others),
		IO_TEST(disk_full_in_the_middle),
		IO_TEST(disk_full_at_the_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
