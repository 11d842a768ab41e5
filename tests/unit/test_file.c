/*
 * file against files of every kind.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "engine/base/io.h"
#include "tests/unit/observe.h"

static int setup(void **state)
{
	char *dir = xstrdup("/tmp/rounds-file-XXXXXX");

	*state = dir;
	return mkdtemp(dir) && !chmod(dir, 0755) ? 0 : -1;
}

static void empty_folder(int fd)
{
	auto_dir DIR *dir = fdopendir(fd);
	const struct dirent *d;

	while (dir && (d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (d->d_type == DT_DIR) {
			fchmodat(dirfd(dir), d->d_name, 0700, 0);
			empty_folder(
				openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		}
		unlinkat(dirfd(dir), d->d_name, d->d_type == DT_DIR ? AT_REMOVEDIR : 0);
	}
}

static int teardown(void **state)
{
	char *dir = *state;

	empty_folder(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	rmdir(dir);
	free(dir);
	return 0;
}

static void put(const char *dir, const char *name, const char *bytes, size_t len)
{
	auto_free char *path = xasprintf("%s/%s", dir, name);
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(io_write_all(fd, bytes, len, NULL), 0);
}

static void puts_in(const char *dir, const char *name, const char *text)
{
	put(dir, name, text, strlen(text));
}

/* Observe "path: DIR/NAME" with more fields behind it. */
static struct seen look(const char *dir, const char *name, const char *more)
{
	auto_free char *yaml = xasprintf("{ path: '%s/%s'%s }", dir, name, more);

	return see("file", yaml);
}

static void a_file_is_told(void **state)
{
	const char *dir = *state;

	puts_in(dir, "hello", "hello\nworld\r\nlast");
	{
		auto_seen struct seen s = look(dir, "hello", "");

		assert_null(s.mistake);
		assert_fact(&s, "exists", "true");
		assert_fact(&s, "type", "\"file\"");
		assert_fact(&s, "mode", "\"0644\"");
		assert_fact(&s, "size", "17");
		assert_fact(&s, "empty", "false");
		assert_fact(&s, "readable", "true");
		assert_fact(&s, "searchable", "nothing");
		assert_fact(&s, "content", "\"hello\\nworld\\r\\nlast\"");
		assert_fact(&s, "lines", "[\"hello\",\"world\",\"last\"]");
		/* by sha256sum(1) */
		assert_fact(&s, "sha256",
			    "\"5948f3d2a1a34b5f91e0dffdfb885ae3f9f82ee4a285b4cf94b9a9f22b01da86\"");
	}
}

static void formats_are_read(void **state)
{
	static const struct {
		const char *name, *text, *fact, *expected;
	} rows[] = {
		{ "json", "{\"a\":[1,true]}", "json", "{\"a\":[1,true]}" },
		{ "yaml", "a: 1\nb: [x, 0644]\n", "yaml", "{\"a\":1,\"b\":[\"x\",\"0644\"]}" },
		{ "properties", "a.b=c d\n", "properties", "{\"a.b\":\"c d\"}" },
		{ "no-json", "{\"a\":", "json", "nothing" },
		{ "no-yaml", "a: [\n", "yaml", "nothing" },
		{ "empty", "", "json", "nothing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		puts_in(*state, rows[i].name, rows[i].text);
		{
			auto_seen struct seen s = look(*state, rows[i].name, "");

			assert_null(s.mistake);
			assert_fact(&s, rows[i].fact, rows[i].expected);
		}
	}
}

static void what_does_not_parse_says_why(void **state)
{
	puts_in(*state, "bad.json", "{\"a\": }");
	{
		static const char *const wants[] = { "json", NULL };
		auto_free char *yaml = xasprintf("path: '%s/bad.json'", (char *)*state);
		auto_seen struct seen s = see_with("file", yaml, wants, NULL);
		auto_free char *traces = seen_traces(&s);

		assert_fact(&s, "error", "nothing");
		assert_non_null(strstr(traces, "bad.json' is no json: "));
	}
}

static void bytes_are_made_text(void **state)
{
	put(*state, "bytes", "a\0b\xff", 4);
	{
		auto_seen struct seen s = look(*state, "bytes", "");

		assert_string_equal(json_string_value(json_object_get(s.facts, "content")),
				    "a\xe2\x90\x80"
				    "b\xef\xbf\xbd");
	}
}

static void large_content_is_a_finding_and_not_cut(void **state)
{
	const size_t len = 2 * 1024 * 1024 + 1;
	auto_free char *line = xmalloc(len);

	memset(line, 'x', len);
	put(*state, "line", line, len);
	{
		auto_seen struct seen whole = look(*state, "line", ""),
				      cut = look(*state, "line", ", max_bytes: 2MiB");

		assert_fact(&whole, "error", "nothing");
		assert_int_equal(json_string_length(json_object_get(whole.facts, "content")), len);
		assert_int_equal(json_array_size(json_object_get(whole.facts, "lines")), 1);
		assert_int_equal(observer_kind(cut.observer), KIND_TOO_LARGE);
		assert_fact(&cut, "content", "nothing");
		assert_fact(&cut, "lines", "nothing");
		assert_fact(&cut, "size", "2097153");
	}
}

static void sparse_files_are_cheap(void **state)
{
	static const char *const wants[] = { "size", "empty", "content", NULL };
	auto_free char *path = xasprintf("%s/sparse", (char *)*state),
		       *yaml = xasprintf("path: '%s'", path);
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_int_equal(ftruncate(fd, (off_t)10 << 30), 0);
	{
		auto_seen struct seen s = see_with("file", yaml, wants, NULL);

		assert_fact(&s, "size", "10737418240");
		assert_fact(&s, "empty", "false");
		assert_fact(&s, "content", "nothing");
		assert_int_equal(observer_kind(s.observer), KIND_TOO_LARGE);
	}
}

static void folders_are_told(void **state)
{
	const char *dir = *state;
	auto_free char *path = xasprintf("%s/folder", dir);

	assert_int_equal(mkdir(path, 0755), 0);
	{
		auto_seen struct seen s = look(dir, "folder", "");

		assert_fact(&s, "type", "\"directory\"");
		assert_fact(&s, "empty", "true");
		assert_fact(&s, "entries", "[]");
		assert_fact(&s, "searchable", "true");
		assert_fact(&s, "content", "nothing");
		assert_fact(&s, "sha256", "nothing");
	}
	puts_in(dir, "folder/b", "");
	puts_in(dir, "folder/.a", "");
	{
		auto_seen struct seen s = look(dir, "folder", "");

		assert_fact(&s, "empty", "false");
		assert_fact(&s, "entries", "[\".a\",\"b\"]");
	}
}

/* None of these is opened, so none blocks. */
static void special_files_have_no_content(void **state)
{
	const char *dir = *state;
	auto_free char *fifo = xasprintf("%s/fifo", dir);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static const struct {
		const char *yaml, *type;
	} rows[] = { { "path: /dev/zero", "\"char_device\"" },
		     { "path: /dev/tty", "\"char_device\"" } };

	assert_int_equal(mkfifo(fifo, 0644), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	{
		auto_seen struct seen pipe = look(dir, "fifo", ""), sock = look(dir, "socket", "");
		auto_free char *traces = seen_traces(&pipe);

		assert_fact(&pipe, "type", "\"fifo\"");
		assert_fact(&pipe, "content", "nothing");
		assert_fact(&pipe, "empty", "nothing");
		assert_non_null(strstr(traces, "is a fifo: there is no content to read"));
		assert_fact(&sock, "type", "\"socket\"");
		assert_fact(&sock, "sha256", "nothing");
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_seen struct seen s = see("file", rows[i].yaml);

		assert_fact(&s, "type", rows[i].type);
		assert_fact(&s, "content", "nothing");
	}
}

static void proc_files_are_not_empty(void **state)
{
	auto_seen struct seen s = see("file", "path: /proc/self/status");

	(void)state;
	assert_fact(&s, "size", "0");
	assert_fact(&s, "empty", "false");
}

static void what_is_not_there_is_a_fact(void **state)
{
	const char *dir = *state;
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ "missing", "" },
		{ "dangling", "is a link to 'nowhere', which is not there" },
		{ "loop", "leads nowhere" },
		{ "file/below", "leads nowhere" },
	};
	auto_free char *dangling = xasprintf("%s/dangling", dir), *loop = xasprintf("%s/loop", dir);

	assert_int_equal(symlink("nowhere", dangling), 0);
	assert_int_equal(symlink("loop", loop), 0);
	puts_in(dir, "file", "x");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_seen struct seen s = look(dir, rows[i].name, "");
		auto_free char *traces = seen_traces(&s);

		assert_null(s.mistake);
		assert_fact(&s, "exists", "false");
		assert_fact(&s, "count", "0");
		assert_fact(&s, "error", "nothing");
		assert_fact(&s, "type", "nothing");
		assert_non_null(strstr(traces, rows[i].why));
	}
}

static void globs_find_the_newest(void **state)
{
	const char *dir = *state;
	auto_free char *old = xasprintf("%s/a.log", dir),
		       *yaml = xasprintf("glob: '%s/*.{log,txt}'", dir);
	auto_free char *none = xasprintf("glob: '%s/*.none'", dir),
		       *plain = xasprintf("glob: '%s/a.log'", dir);
	const struct timespec past[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };

	puts_in(dir, "a.log", "old");
	puts_in(dir, "b.txt", "newest");
	puts_in(dir, ".hidden.log", "x");
	puts_in(dir, "c.other", "x");
	assert_int_equal(utimensat(AT_FDCWD, old, past, 0), 0);
	{
		auto_seen struct seen s = see("file", yaml), n = see("file", none),
				      p = see("file", plain);
		const json_t *first = json_array_get(json_object_get(s.facts, "files"), 0);

		assert_fact(&s, "count", "2");
		assert_fact(&s, "content", "\"newest\"");
		assert_string_equal(json_string_value(json_object_get(first, "path")), old);
		assert_string_equal(json_string_value(json_object_get(first, "modified")),
				    "2001-09-09T01:46:40Z");
		assert_fact(&n, "count", "0");
		assert_fact(&n, "exists", "false");
		assert_fact(&n, "files", "[]");
		assert_fact(&p, "count", "1");
		assert_fact(&p, "content", "\"old\"");
	}
}

/* Run the test as somebody without rights, in a child: the test itself may be root. */
static void as_nobody(void (*fn)(const char *dir), const char *dir)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(1);
		fn(dir);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* In a child a failed assertion must show as its status. */
#define expect(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static void closed_folder_is_blind(const char *dir)
{
	auto_free char *glob = xasprintf("glob: '%s/closed/*'", dir),
		       *behind = xasprintf("glob: '%s/*/file'", dir);
	auto_seen struct seen s = look(dir, "closed/file", ""), g = see("file", glob),
			      b = see("file", behind);

	expect(observer_kind(s.observer) == KIND_PERMISSION);
	expect(!json_object_get(s.facts, "exists"));
	expect(observer_kind(g.observer) == KIND_PERMISSION);
	expect(observer_kind(b.observer) == KIND_PERMISSION);
}

static void closed_file_is_there_but_blind_inside(const char *dir)
{
	static const char *const wants[] = { "exists", "mode", "readable", NULL };
	auto_free char *yaml = xasprintf("path: '%s/secret'", dir);
	auto_seen struct seen all = see("file", yaml), some = see_with("file", yaml, wants, NULL);

	expect(observer_kind(all.observer) == KIND_PERMISSION);
	expect(observer_kind(some.observer) == KIND_NONE);
	expect(json_is_false(json_object_get(some.facts, "readable")));
	expect(json_is_true(json_object_get(some.facts, "exists")));
}

static void other_eyes_need_root(const char *dir)
{
	auto_seen struct seen s = look(dir, "secret", ", as_user: root");
	static const char *const wants[] = { "mode", NULL };
	auto_free char *yaml = xasprintf("{ path: '%s/secret', as_user: root }", dir);
	auto_seen struct seen unasked = see_with("file", yaml, wants, NULL);

	expect(observer_kind(s.observer) == KIND_PERMISSION);
	expect(observer_kind(unasked.observer) == KIND_NONE);
}

static void what_we_may_not_see_is_an_error(void **state)
{
	const char *dir = *state;
	auto_free char *closed = xasprintf("%s/closed", dir), *secret = xasprintf("%s/secret", dir);

	if (geteuid()) {
		print_message("needs root to become somebody else\n");
		skip();
	}
	assert_int_equal(mkdir(closed, 0755), 0);
	puts_in(dir, "closed/file", "x");
	puts_in(dir, "secret", "x");
	assert_int_equal(chmod(closed, 0700), 0);
	assert_int_equal(chmod(secret, 0600), 0);
	as_nobody(closed_folder_is_blind, dir);
	as_nobody(closed_file_is_there_but_blind_inside, dir);
	as_nobody(other_eyes_need_root, dir);
}

static void rights_are_those_of_the_user(void **state)
{
	const char *dir = *state;
	auto_free char *closed = xasprintf("%s/closed", dir),
		       *open_path = xasprintf("%s/open", dir);

	if (geteuid()) {
		print_message("needs root to become somebody else\n");
		skip();
	}
	assert_int_equal(mkdir(closed, 0700), 0);
	puts_in(dir, "closed/file", "x"); /* 0644, but behind a closed folder */
	puts_in(dir, "open", "x");
	assert_int_equal(chown(open_path, 65534, 65534), 0);
	{
		auto_seen struct seen behind = look(dir, "closed/file", ", as_user: '65534'"),
				      own = look(dir, "open", ", as_user: '65534'");
		auto_seen struct seen root = look(dir, "closed/file", ", as_user: root"),
				      folder = look(dir, "closed", ", as_user: '65534'");
		auto_seen struct seen nobody = look(dir, "open", ", as_user: no-such-user");

		assert_fact(&behind, "readable", "false");
		assert_fact(&behind, "content", "\"x\""); /* read by us */
		assert_fact(&own, "readable", "true");
		assert_fact(&own, "writable", "true");
		assert_fact(&root, "readable", "true");
		assert_fact(&folder, "searchable", "false");
		assert_fact(&nobody, "readable", "nothing");
	}
}

static void mistakes_are_told(void **state)
{
	static const struct {
		const char *yaml, *mistake;
	} rows[] = {
		{ "{}", "needs a path or a glob" },
		{ "{ path: /a, glob: /b }", "takes path or glob, not both" },
		{ "as_user: root", "needs a path or a glob" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_seen struct seen s = see("file", rows[i].yaml);

		assert_non_null(s.mistake);
		assert_string_equal(s.mistake, rows[i].mistake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(formats_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(what_does_not_parse_says_why, setup, teardown),
		cmocka_unit_test_setup_teardown(bytes_are_made_text, setup, teardown),
		cmocka_unit_test_setup_teardown(large_content_is_a_finding_and_not_cut, setup,
						teardown),
		cmocka_unit_test_setup_teardown(sparse_files_are_cheap, setup, teardown),
		cmocka_unit_test_setup_teardown(folders_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(special_files_have_no_content, setup, teardown),
		cmocka_unit_test(proc_files_are_not_empty),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_a_fact, setup, teardown),
		cmocka_unit_test_setup_teardown(globs_find_the_newest, setup, teardown),
		cmocka_unit_test_setup_teardown(what_we_may_not_see_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(rights_are_those_of_the_user, setup, teardown),
		cmocka_unit_test(mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
