/*
 * process against real processes: copies of this very program under awkward names, orphaned so that
 * they are not its own children.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "checks/snapshot/processes.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "tests/unit/observe.h"

#define CHILDREN_MAX 32

struct world {
	char dir[64];
	pid_t pids[CHILDREN_MAX];
	size_t count;
};

/* What a started copy does: tell its pid, take a new title or name, leave a zombie, wait. */
static int act(int argc, char **argv)
{
	pid_t pid = getpid();
	auto_fd int fd = -1;

	if (argc > 4 && !strcmp(argv[3], "--name"))
		prctl(PR_SET_NAME, argv[4]);
	if (argc > 4 && !strcmp(argv[3], "--title")) {
		/* as setproctitle(3): over all arguments; the title is no longer than they were */
		size_t room = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) - argv[0]);
		auto_free char *title = xstrdup(argv[4]);

		memset(argv[0], 0, room);
		memcpy(argv[0], title, strlen(title) < room ? strlen(title) : room);
	}
	if (argc > 3 && !strcmp(argv[3], "--zombie")) {
		siginfo_t ended;

		if (!fork())
			_exit(0);
		/* WNOWAIT leaves it a zombie */
		if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) < 0)
			return 1;
	}
	if (argc > 4 && !strcmp(argv[3], "--hold")) {
		int held = open(argv[4], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		if (held < 0 || ftruncate(held, 0) < 0 ||
		    write(held, argv[4], strlen(argv[4])) < 0 || unlink(argv[4]) < 0)
			return 1;
	}
	fd = 9; /* the pipe's end, by agreement */
	if (write(fd, &pid, sizeof(pid)) != sizeof(pid))
		return 1;
	close(fd_take(&fd));
	alarm(120); /* a test that died must leave nothing behind */
	for (;;)
		pause();
}

/* '@' in names becomes the pid of this test: another build of it may run beside it. */
static char *own(const char *text)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	for (; *text; text++)
		if (*text == '@')
			buf_printf(&out, "%d", getpid());
		else
			buf_addc(&out, *text);
	return buf_take(&out);
}

static struct seen look(const char *yaml)
{
	auto_free char *text = own(yaml);

	return see("process", text);
}

static void copy_self(const char *path)
{
	auto_buf struct buf self = BUF_INIT(SIZE_MAX);
	auto_fd int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_fd int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	assert_int_equal(io_read_all(in, &self, NULL), 0);
	assert_int_equal(io_write_all(out, buf_text(&self), self.len, NULL), 0);
}

/* In the first child: the second one is what is wanted; it loses its parent and belongs to us no
 * more. */
static void orphan(int fd, const char *path, char *const argv[])
{
	if (fork())
		_exit(0);
	setsid();
	if (dup2(fd, 9) < 0)
		_exit(1);
	execv(path, argv);
	_exit(127);
}

/* Start `path` with these arguments; returns when it has set itself up. */
static pid_t start(struct world *w, const char *path, char *const argv[])
{
	int ends[2], status;
	pid_t first, pid = 0;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	first = fork();
	assert_true(first >= 0);
	if (!first)
		orphan(ends[1], path, argv);
	close(ends[1]);
	assert_int_equal(waitpid(first, &status, 0), first);
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	close(ends[0]);
	assert_true(w->count < CHILDREN_MAX);
	w->pids[w->count++] = pid;
	return pid;
}

/* A copy of this program named `name`, started by its own path. */
static pid_t start_copy(struct world *w, const char *name, const char *option, const char *value)
{
	auto_free char *base = own(name), *path = xasprintf("%s/%s", w->dir, base),
		       *opt = option ? xstrdup(option) : NULL;
	auto_free char *val = value ? own(value) : NULL;
	char act_word[] = "--act",
	     pad[] = "................................................................";
	char *argv[] = { path, act_word, pad, opt, val, NULL };

	if (access(path, F_OK))
		copy_self(path);
	return start(w, path, argv);
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	snprintf(w->dir, sizeof(w->dir), "/tmp/rounds-process-XXXXXX");
	*state = w;
	return mkdtemp(w->dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;
	auto_dir DIR *dir = opendir(w->dir);
	const struct dirent *d;

	for (size_t i = 0; i < w->count; i++)
		kill(w->pids[i], SIGKILL);
	while (dir && (d = readdir(dir)))
		unlinkat(dirfd(dir), d->d_name, 0);
	rmdir(w->dir);
	free(w);
	return 0;
}

static void names_are_found(void **state)
{
	struct world *w = *state;
	auto_free char *fifteen = xasprintf("f%014d", getpid());
	const char *const names[] = { "plain-rt1@", "with blanks rt2@", "odd) S 1 (rt3@",
				      "much-longer-than-fifteen-bytes-rt4@", fifteen };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		pid_t pid = start_copy(w, names[i], NULL, NULL);
		auto_free char *exe = xasprintf("exe: '%s'", names[i]),
			       *name = xasprintf("name: '%s'", names[i]);
		auto_free char *pids = xasprintf("[%d]", pid);
		auto_seen struct seen by_exe = look(exe), by_name = look(name);

		assert_null(by_exe.mistake);
		assert_fact(&by_exe, "pids", pids);
		assert_fact(&by_name, "pids", pids);
	}
}

static void cut_name_is_a_name_but_no_program(void **state)
{
	struct world *w = *state;

	auto_free char *whole = own("cut@-name-of-a-program");
	auto_free char *by_name = xasprintf("name: %.15s", whole),
		       *by_exe = xasprintf("exe: %.15s", whole);

	start_copy(w, whole, NULL, NULL);
	{
		auto_seen struct seen name = look(by_name), exe = look(by_exe);

		assert_fact(&name, "count", "1");
		assert_fact(&exe, "count", "0");
	}
}

/* What a process says of itself makes it no other program. */
static void liars_are_not_believed(void **state)
{
	struct world *w = *state;
	auto_free char *path = xasprintf("%s/honest-rt5-%d", w->dir, getpid()),
		       *liar = own("liar-rt5@");
	char act_word[] = "--act", pad[] = "x";
	char *argv[] = { liar, act_word, pad, NULL };

	copy_self(path);
	start(w, path, argv);
	start_copy(w, "honest-rt6@", "--name", "liar-rt6@");
	{
		auto_seen struct seen first = look("exe: liar-rt5@"),
				      second = look("exe: liar-rt6@");
		auto_seen struct seen name = look("name: liar-rt6@"),
				      honest = look("exe: honest-rt6@");

		assert_fact(&first, "count", "0");
		assert_fact(&second, "count", "0");
		assert_fact(&name, "count", "1");
		assert_fact(&honest, "count", "1");
	}
}

static void links_are_followed_to_the_program(void **state)
{
	struct world *w = *state;
	auto_free char *name = own("target-rt7@"), *alias_name = own("alias-of-target-rt7@");
	auto_free char *target = xasprintf("%s/%s", w->dir, name),
		       *link_path = xasprintf("%s/%s", w->dir, alias_name);

	copy_self(target);
	assert_int_equal(symlink(name, link_path), 0);
	start_copy(w, "alias-of-target-rt7@", NULL, NULL);
	{
		auto_seen struct seen alias = look("exe: alias-of-target-rt7@"),
				      file = look("exe: target-rt7@");

		assert_fact(&alias, "count", "1");
		assert_fact(&file, "count", "1");
	}
}

static void titles_are_commands(void **state)
{
	struct world *w = *state;

	start_copy(w, "titled-rt8@", "--title", "titled-rt8@: master of nothing");
	{
		auto_free char *commands = own("[\"titled-rt8@: master of nothing\"]");
		auto_seen struct seen s =
			look("{ exe: titled-rt8@, command: '^titled-rt8@: master of nothing$' }");

		assert_fact(&s, "count", "1");
		assert_fact(&s, "commands", commands);
	}
}

static void zombies_show_in_states_alone(void **state)
{
	struct world *w = *state;

	/* a name of this very run: what an earlier one left may still wait for a lazy init */
	auto_free char *name = xasprintf("rt9-%d", getpid()), *yaml = xasprintf("name: %s", name);

	start_copy(w, name, "--zombie", "x");
	{
		auto_seen struct seen s = look(yaml);

		assert_fact(&s, "count", "1");
		assert_fact(&s, "states.Z", "1");
		assert_fact(&s, "states.T", "0");
	}
}

static void sums_and_items_are_told(void **state)
{
	struct world *w = *state;
	auto_free char *held = xasprintf("%s/held", w->dir), *name = own("summed-rt10@");
	pid_t first = start_copy(w, "summed-rt10@", NULL, NULL),
	      second = start_copy(w, "summed-rt10@", "--hold", held);
	auto_seen struct seen s = look("exe: summed-rt10@");
	auto_free char *pids = xasprintf("[%d,%d]", first < second ? first : second,
					 first < second ? second : first);
	const json_t *item = json_array_get(json_object_get(s.facts, "processes"), 0);

	assert_fact(&s, "count", "2");
	assert_fact(&s, "pids", pids);
	assert_true(json_integer_value(json_object_get(s.facts, "rss")) > 4096);
	assert_true(json_integer_value(json_object_get(s.facts, "threads")) >= 2);
	assert_true(json_integer_value(json_object_get(s.facts, "open_files")) >= 2);
	assert_true(json_integer_value(json_object_get(s.facts, "deleted_open_bytes")) >= 512);
	assert_true(json_real_value(json_object_get(s.facts, "age")) >= -0.02);
	assert_int_equal(strlen(json_string_value(json_object_get(s.facts, "started"))),
			 strlen("2026-11-22T03:10:00Z"));
	assert_string_equal(json_string_value(json_object_get(item, "exe")), name);
	assert_non_null(strstr("RS", json_string_value(json_object_get(item, "state"))));
}

/* Of none there is no sum, no age: nothing may pass for want of processes. */
static void nothing_is_told_of_none(void **state)
{
	auto_seen struct seen s = look("exe: no-such-program-rt11@");

	(void)state;
	assert_null(s.mistake);
	assert_fact(&s, "count", "0");
	assert_fact(&s, "pids", "[]");
	assert_fact(&s, "rss", "nothing");
	assert_fact(&s, "age", "nothing");
	assert_fact(&s, "open_files", "nothing");
}

static void pid_files_are_read(void **state)
{
	struct world *w = *state;
	auto_free char *path = xasprintf("%s/pid", w->dir), *fifo = xasprintf("%s/fifo", w->dir);
	auto_free char *yaml = xasprintf("pidfile: %s", path),
		       *both = xasprintf("{ pidfile: %s, exe: other-rt12@ }", path);
	auto_free char *at_fifo = xasprintf("pidfile: %s", fifo);
	pid_t pid = start_copy(w, "by-pid-rt12@", NULL, NULL);
	auto_free char *text = xasprintf(" %d\n", pid);
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	{
		auto_seen struct seen s = look(yaml);
		auto_free char *traces = seen_traces(&s);

		assert_fact(&s, "count", "0");
		assert_non_null(strstr(traces, "holds no process id"));
	}
	assert_int_equal(io_write_all(fd, text, strlen(text), NULL), 0);
	assert_int_equal(mkfifo(fifo, 0644), 0);
	{
		auto_seen struct seen s = look(yaml), stale = look(both), pipe = look(at_fifo);

		assert_fact(&s, "count", "1");
		assert_fact(&stale, "count", "0");
		assert_fact(&pipe, "count", "0");
	}
}

static void parents_and_users_are_matched(void **state)
{
	struct world *w = *state;
	auto_free char *by_user = xasprintf("{ exe: of-user-rt13@, user: '%u' }", geteuid());
	auto_free char *by_other = xasprintf("{ exe: of-user-rt13@, user: '%u' }", geteuid() + 1);
	auto_free char *by_parent = NULL;
	pid_t pid = start_copy(w, "of-user-rt13@", "--zombie", "x");

	by_parent = xasprintf("{ parent: '%d' }", pid);
	{
		auto_seen struct seen user = look(by_user), other = look(by_other);
		auto_seen struct seen nobody = look("{ exe: of-user-rt13@, user: no-such-user }");
		auto_seen struct seen parent = look(by_parent),
				      named = look("{ parent: of-user-rt13@ }");

		assert_fact(&user, "count", "1");
		assert_fact(&other, "count", "0");
		assert_fact(&nobody, "count", "0");
		assert_fact(&parent, "count", "0"); /* its only child is a zombie */
		assert_fact(&parent, "states.S", "0");
		assert_fact(&named, "count", "0");
	}
}

static void assert_not_found(const struct seen *s, pid_t pid)
{
	const json_t *found;
	size_t i;

	assert_null(s->mistake);
	json_array_foreach(json_object_get(s->facts, "pids"), i, found)
		assert_int_not_equal(json_integer_value(found), pid);
}

/* Neither this process nor its children; another build of this test may run beside it. */
static void we_are_not_counted(void **state)
{
	pid_t child = fork();

	(void)state;
	if (!child) {
		execlp("sleep", "sleep", "98", NULL);
		_exit(127);
	}
	{
		auto_free char *yaml = xasprintf("parent: '%d'", getpid());
		auto_seen struct seen self = look("exe: test_process");
		auto_seen struct seen all = look("command: 'test_process'");
		auto_seen struct seen children = look(yaml);

		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		assert_not_found(&self, getpid());
		assert_not_found(&all, getpid());
		assert_fact(&children, "count", "0");
	}
}

/* -1: it is gone; 1: a thread of the kernel. */
static int is_kernel_thread(pid_t pid)
{
	auto_buf struct buf text = BUF_INIT(4096);
	auto_free char *path = xasprintf("/proc/%d/stat", pid);
	struct proc_stat st;

	if (io_read_proc(AT_FDCWD, path, &text) < 0 ||
	    proc_parse_stat(buf_text(&text), text.len, &st) < 0)
		return -1;
	return st.kernel_thread;
}

/* Threads of the kernel are told apart without reading of each: nobody else may be lost by that. */
static void the_table_lacks_threads_of_the_kernel_alone(void **state)
{
	auto_dir DIR *dir = opendir("/proc");
	struct process_table *t;
	pid_t pids[4096];
	size_t count = 0;
	const struct dirent *d;
	uint64_t pid;

	(void)state;
	while (count < ARRAY_SIZE(pids) && (d = readdir(dir)))
		if (!number_uint(d->d_name, &pid) && is_kernel_thread((pid_t)pid) == 0)
			pids[count++] = (pid_t)pid;
	t = processes_table.read(NULL);
	assert_non_null(t);
	for (size_t i = 0; i < count; i++)
		assert_true(process_find(t, pids[i]) || is_kernel_thread(pids[i]) < 0);
	for (size_t i = 0; i < t->count; i++)
		assert_int_not_equal(is_kernel_thread(t->rows[i].pid), 1);
	processes_table.free(t);
}

static void mistakes_are_told(void **state)
{
	static const struct {
		const char *yaml, *mistake;
	} rows[] = {
		{ "{}", "needs at least one of exe, command, name, user, pidfile, parent" },
		{ "namespace: any",
		  "needs at least one of exe, command, name, user, pidfile, parent" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_seen struct seen s = look(rows[i].yaml);

		assert_non_null(s.mistake);
		assert_string_equal(s.mistake, rows[i].mistake);
	}
}

/* Only what is asked for is there; what costs is not read unasked. */
static void unasked_facts_are_not_read(void **state)
{
	static const char *const wants[] = { "count", NULL };
	auto_seen struct seen s = see_with("process", "command: '^/sbin/init'", wants, NULL);

	(void)state;
	assert_null(s.mistake);
	assert_fact(&s, "open_files", "nothing");
	assert_fact(&s, "deleted_open_bytes", "nothing");
	assert_fact(&s, "processes", "nothing");
	assert_fact(&s, "commands", "nothing");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_name_is_a_name_but_no_program, setup, teardown),
		cmocka_unit_test_setup_teardown(liars_are_not_believed, setup, teardown),
		cmocka_unit_test_setup_teardown(links_are_followed_to_the_program, setup, teardown),
		cmocka_unit_test_setup_teardown(titles_are_commands, setup, teardown),
		cmocka_unit_test_setup_teardown(zombies_show_in_states_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(sums_and_items_are_told, setup, teardown),
		cmocka_unit_test(nothing_is_told_of_none),
		cmocka_unit_test_setup_teardown(pid_files_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(parents_and_users_are_matched, setup, teardown),
		cmocka_unit_test(we_are_not_counted),
		cmocka_unit_test(the_table_lacks_threads_of_the_kernel_alone),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(unasked_facts_are_not_read),
	};

	if (argc > 1 && !strcmp(argv[1], "--act"))
		return act(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
