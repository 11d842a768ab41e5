/*
 * process_match - which processes a process check means: cheap questions first, so that little of
 * /proc is read.
 */
#include "checks/process_match.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "checks/check.h"
#include "checks/snapshot/proc_read.h"
#include "checks/snapshot/processes.h"
#include "checks/snapshot/users.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/regex.h"

#define PIDFILE_MAX 4096

/* UNSURE: it may be, but what would tell is forbidden to us. */
enum match { MATCH_NO, MATCH_YES, MATCH_UNSURE };

struct matcher {
	const struct process_query *q;
	const struct process_table *table;
	struct regex *command;
	bool by_user, by_pid;
	uid_t uid;
	pid_t pid;
	size_t same_exe; /* how many had the right program but failed another condition */
	struct process *unsure;
};

/* Whether `path` of this process' own root is the very file that it runs. */
static bool is_same_file(const struct process_table *t, const struct process *p, const char *path)
{
	char exe[PROC_PATH_MAX];
	auto_free char *seen = xasprintf("%d/root%s", p->pid, path);
	struct stat a, b;

	process_path(p, "exe", exe, sizeof(exe));
	return !fstatat(t->proc, exe, &a, 0) && !fstatat(t->proc, seen, &b, 0) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* A link in the program's own folder or on the usual path leads to it: Debian's redis-server is a
 * link to redis-check-rdb. */
static bool is_link_to(const struct process_table *t, const struct process *p, const char *name)
{
	static const char *const folders[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					       "/usr/bin",        "/sbin",          "/bin" };
	auto_free char *beside =
		xasprintf("%.*s%s", (int)(p->program - p->program_path), p->program_path, name);

	if (is_same_file(t, p, beside))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		auto_free char *path = xasprintf("%s/%s", folders[i], name);

		if (is_same_file(t, p, path))
			return true;
	}
	return false;
}

/* The kernel cuts the name that it keeps. */
static bool is_cut_name(const char *comm, const char *name)
{
	return !strncmp(comm, name, PROC_COMM_MAX) && strlen(comm) == strnlen(name, PROC_COMM_MAX);
}

/* The name that it was called by: of a link, the program's file is another. The first argument may
 * lie, so the file must prove it. */
static bool is_called(const struct process_table *t, struct process *p, const char *name)
{
	struct span first = { NULL, 0 };

	if (process_read_args(t, p) == COLUMN_READ)
		first = (struct span){ p->args, strnlen(p->args, p->args_len) };
	if (first.len && first.at[0] == '/' && span_is(span_base(first), name) &&
	    is_same_file(t, p, p->args))
		return true;
	return is_cut_name(p->stat.comm, name) && is_link_to(t, p, name);
}

/* The program's file is closed to us: its name counts when the kernel's name and the process' own
 * agree. */
static enum match exe_by_name(const struct process_table *t, struct process *p, const char *name)
{
	bool comm = is_cut_name(p->stat.comm, name), own;
	struct span script;

	if (process_read_args(t, p) != COLUMN_READ)
		return comm ? MATCH_UNSURE : MATCH_NO;
	script = args_script(p->stat.comm, p->args, p->args_len);
	if (!script.at && comm) {
		/* `#!`: the kernel's name is the script's, the first argument is the interpreter */
		struct span interpreter = args_name("", p->args, p->args_len);
		auto_free char *text =
			xmemdup0(interpreter.at ? interpreter.at : "", interpreter.len);

		script = args_script(text, p->args, p->args_len);
	}
	own = span_is(script, name) || span_is(args_name(p->stat.comm, p->args, p->args_len), name);
	if (span_is(script, name) && !comm)
		return MATCH_YES;
	return comm && own ? MATCH_YES : comm || own ? MATCH_UNSURE : MATCH_NO;
}

static enum match match_exe(const struct process_table *t, struct process *p, const char *name)
{
	if (!process_alive(p) || process_read_program(t, p) == COLUMN_GONE)
		return is_cut_name(p->stat.comm, name) ? MATCH_YES : MATCH_NO;
	if (p->program_state == COLUMN_DENIED)
		return exe_by_name(t, p, name);
	if (!strcmp(p->program, name) || span_is(process_exe(t, p), name))
		return MATCH_YES;
	return is_called(t, p, name) ? MATCH_YES : MATCH_NO;
}

/* Of one of processes_named(): a name as ps shows it, cut, is the name, too. */
static enum match match_name(const struct process_table *t, struct process *p, const char *name)
{
	if (!strcmp(p->stat.comm, name))
		return MATCH_YES;
	return span_is(process_name(t, p), name) ? MATCH_YES : MATCH_NO;
}

static enum match match_parent(const struct process_table *t, const struct process *p,
			       const char *parent)
{
	struct process *above = process_find(t, p->ppid);
	uint64_t pid;

	if (!number_uint(parent, &pid))
		return (uint64_t)p->ppid == pid ? MATCH_YES : MATCH_NO;
	return above ? match_exe(t, above, parent) : MATCH_NO;
}

/* -1 when the pattern gave up. */
static int match_command(const struct matcher *m, struct process *p, struct err **e)
{
	switch (process_read_command(m->table, p)) {
	case COLUMN_READ:
		return p->command_len ? regex_test(m->command, p->command, p->command_len, e)
				      : MATCH_NO;
	case COLUMN_DENIED:
		return MATCH_UNSURE;
	default:
		return MATCH_NO;
	}
}

/* Conditions without a pattern, cheapest first. */
static enum match match_plain(struct matcher *m, struct process *p)
{
	const struct process_query *q = m->q;
	enum match exe = MATCH_YES, parent = MATCH_YES;

	if (m->by_pid && p->pid != m->pid)
		return MATCH_NO;
	if (q->name && match_name(m->table, p, q->name) == MATCH_NO)
		return MATCH_NO;
	if (q->exe && (exe = match_exe(m->table, p, q->exe)) == MATCH_NO)
		return MATCH_NO;
	m->same_exe += process_alive(p);
	if (m->by_user && (process_read_uid(m->table, p) != COLUMN_READ || p->uid != m->uid))
		return MATCH_NO;
	if (q->parent && (parent = match_parent(m->table, p, q->parent)) == MATCH_NO)
		return MATCH_NO;
	return exe == MATCH_UNSURE || parent == MATCH_UNSURE ? MATCH_UNSURE : MATCH_YES;
}

/* All conditions; those that cost most, or concern few, come last. */
static int match_row(struct matcher *m, struct process *p, struct err **e)
{
	enum match plain = match_plain(m, p);
	int command = MATCH_YES;

	if (plain == MATCH_NO)
		return MATCH_NO;
	if (m->command && (command = match_command(m, p, e)) <= MATCH_NO)
		return command;
	if (m->q->namespace == NAMESPACE_OWN && !process_own_namespace(m->table, p))
		return MATCH_NO;
	if (process_is_ours(m->table, p))
		return MATCH_NO;
	return plain == MATCH_UNSURE || command == MATCH_UNSURE ? MATCH_UNSURE : MATCH_YES;
}

/* The user that is asked for. 0: nobody can match. */
static int prepare_user(struct matcher *m, struct observer *o, struct err **e)
{
	int found;

	if (!m->q->user)
		return 1;
	m->by_user = true;
	found = user_find(m->q->user, &m->uid, e);
	if (!found)
		observer_trace(o, "there is no user '%s' here", m->q->user);
	return found;
}

/* The pid that the file holds. 0: nobody can match. */
static int prepare_pidfile(struct matcher *m, struct observer *o, struct err **e)
{
	auto_buf struct buf text = BUF_INIT(PIDFILE_MAX);
	const char *digits;
	uint64_t pid;

	if (!m->q->pidfile)
		return 1;
	m->by_pid = true;
	if (io_read_file(m->q->pidfile, &text, e) < 0)
		return -1;
	digits = buf_text(&text) + strspn(buf_text(&text), " \t\r\n");
	if (!number_scan(digits, &pid) || !pid || pid > INT_MAX) {
		observer_trace(o, "pidfile '%s' holds no process id", m->q->pidfile);
		return 0;
	}
	m->pid = (pid_t)pid;
	if (!process_find(m->table, m->pid))
		observer_trace(o, "pidfile '%s' names process %d, which does not run",
			       m->q->pidfile, m->pid);
	return 1;
}

/* Why a pid file tells nothing: of one that is there but could not be read, storage is broken. */
static enum kind pidfile_kind(const struct err *why)
{
	if (err_code(why) == ERR_PERMISSION)
		return KIND_PERMISSION;
	return err_code(why) == ERR_SYSTEM && err_errno_of(why) != ELOOP ? KIND_UNREACHABLE
									 : KIND_NONE;
}

/* A pid file that is not there is a fact (nothing runs by it); one that we cannot read is not. */
static int prepare(struct matcher *m, struct observer *o, struct err **e)
{
	auto_err struct err *problem = NULL;
	int may = prepare_pidfile(m, o, &problem);

	if (may < 0 && pidfile_kind(problem) != KIND_NONE) {
		observer_trouble(o, pidfile_kind(problem), "pidfile %s", err_text(problem));
		return 0;
	}
	if (may < 0)
		observer_trace(o, "pidfile: %s", err_text(problem));
	if (may <= 0)
		return 0;
	may = prepare_user(m, o, e);
	if (may <= 0 || !m->q->command)
		return may;
	m->command = regex_compile(m->q->command, e);
	return m->command ? 1 : -1;
}

static void tell_blindness(const struct matcher *m, struct observer *o)
{
	if (m->table->hidden)
		observer_trouble(
			o, KIND_PERMISSION,
			"/proc hides the processes of other users from us (mount option hidepid)");
	else if (m->table->denied)
		observer_trouble(o, KIND_PERMISSION,
				 "/proc/PID/stat of %zu processes may not be read",
				 m->table->denied);
	else if (m->unsure)
		observer_trouble(o, KIND_PERMISSION,
				 "process %d ('%.200s') may be one, but which program it runs may "
				 "not be read",
				 m->unsure->pid, m->unsure->stat.comm);
}

static int match_all(struct matcher *m, struct process ***found, size_t *count, struct err **e)
{
	const struct process_table *t = m->table;
	size_t cap = 0, rows = t->count;
	struct process *const *named = m->q->name ? processes_named(t, m->q->name, &rows) : NULL;

	for (size_t i = 0; i < rows; i++) {
		struct process *p = named ? named[i] : &t->rows[i];
		int match = match_row(m, p, e);

		if (match < 0)
			return -1;
		if (match == MATCH_UNSURE)
			m->unsure = p;
		if (match != MATCH_YES)
			continue;
		array_grow(*found, *count, cap);
		(*found)[(*count)++] = p;
	}
	return 0;
}

int process_match(const struct process_query *q, const struct process_table *t, struct observer *o,
		  struct process ***found, size_t *count, struct err **e)
{
	struct matcher m = { .q = q, .table = t };
	int may = prepare(&m, o, e);

	*found = NULL;
	*count = 0;
	if (may > 0)
		may = match_all(&m, found, count, e);
	regex_free(m.command);
	if (may < 0)
		return -1;
	tell_blindness(&m, o);
	if (!*count && m.same_exe && (q->exe || q->name))
		observer_trace(o, "%zu of this name run, but none meets the other conditions",
			       m.same_exe);
	return 0;
}
