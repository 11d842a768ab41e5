/*
 * process_columns - what is read of a process only when somebody asks: arguments, program, user,
 * namespace, and names made of them.
 */
#include "checks/snapshot/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "checks/snapshot/proc_read.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

/* Command lines may be long (a Java class path), but not endless. */
#define ARGS_MAX ((size_t)256 * 1024)
#define DELETED " (deleted)"

static enum column column_of_errno(void)
{
	return errno == EACCES || errno == EPERM ? COLUMN_DENIED : COLUMN_GONE;
}

static enum column args_load(const struct process_table *t, struct process *p)
{
	char path[PROC_PATH_MAX], text[4096];
	auto_buf struct buf whole = BUF_INIT(ARGS_MAX);
	ssize_t n;

	process_path(p, "cmdline", path, sizeof(path));
	n = proc_read_small(t->proc, path, text, sizeof(text));
	if (n < 0)
		return column_of_errno();
	if ((size_t)n + 1 < sizeof(text))
		buf_add(&whole, text, (size_t)n);
	else if (io_read_proc(t->proc, path, &whole) < 0)
		return column_of_errno();
	p->args_len = whole.len;
	p->args = buf_take(&whole);
	return COLUMN_READ;
}

enum column process_read_args(const struct process_table *t, struct process *p)
{
	if (p->args_state == COLUMN_UNREAD)
		p->args_state = args_load(t, p);
	return p->args_state;
}

enum column process_read_command(const struct process_table *t, struct process *p)
{
	if (process_read_args(t, p) == COLUMN_READ && !p->command) {
		p->command = xmemdup0(p->args, p->args_len);
		p->command_len = args_join(p->command, p->args_len);
	}
	return p->args_state;
}

static enum column program_load(const struct process_table *t, struct process *p)
{
	char path[PROC_PATH_MAX];
	char *slash;

	process_path(p, "exe", path, sizeof(path));
	p->program_path = proc_read_link(t->proc, path);
	if (!p->program_path)
		return column_of_errno();
	if (text_ends_with(p->program_path, DELETED))
		p->program_path[strlen(p->program_path) - strlen(DELETED)] = '\0';
	slash = strrchr(p->program_path, '/');
	p->program = slash ? slash + 1 : p->program_path;
	return COLUMN_READ;
}

enum column process_read_program(const struct process_table *t, struct process *p)
{
	if (p->program_state == COLUMN_UNREAD)
		p->program_state = program_load(t, p);
	return p->program_state;
}

/* The folder of a process belongs to its effective user, also when the rest of it does not (see
 * proc(5)). */
enum column process_read_uid(const struct process_table *t, struct process *p)
{
	char path[PROC_PATH_MAX];
	struct stat st;

	if (p->uid_state != COLUMN_UNREAD)
		return p->uid_state;
	snprintf(path, sizeof(path), "%d", p->pid);
	if (fstatat(t->proc, path, &st, 0) < 0)
		return p->uid_state = column_of_errno();
	p->uid = st.st_uid;
	return p->uid_state = COLUMN_READ;
}

static const char *program_or_comm(const struct process_table *t, struct process *p)
{
	return process_read_program(t, p) == COLUMN_READ ? p->program : p->stat.comm;
}

struct span process_name(const struct process_table *t, struct process *p)
{
	const char *comm = p->stat.comm;

	if (strlen(comm) != PROC_COMM_MAX || process_read_args(t, p) != COLUMN_READ)
		return (struct span){ comm, strlen(comm) };
	return args_full_name(comm, program_or_comm(t, p), p->args, p->args_len);
}

static struct span exe_find(const struct process_table *t, struct process *p)
{
	const char *program = program_or_comm(t, p);
	struct span script;

	if (process_read_args(t, p) == COLUMN_READ) {
		script = args_script(program, p->args, p->args_len);
		if (script.len)
			return script;
	}
	if (p->program_state == COLUMN_READ)
		return (struct span){ program, strlen(program) };
	return process_name(t, p);
}

struct span process_exe(const struct process_table *t, struct process *p)
{
	if (!p->exe.at)
		p->exe = exe_find(t, p);
	return p->exe;
}

/* The link tells exactly but may be forbidden; the number of namespaces that see the process is for
 * everybody. */
static bool namespace_is_own(const struct process_table *t, const struct process *p)
{
	char path[PROC_PATH_MAX], text[4096];
	auto_free char *theirs = NULL;
	unsigned depth;

	process_path(p, "ns/pid", path, sizeof(path));
	theirs = proc_read_link(t->proc, path);
	if (t->namespace && theirs)
		return !strcmp(t->namespace, theirs);
	if (proc_read_small(t->proc, "self/status", text, sizeof(text)) < 0)
		return true;
	depth = proc_status_depth(text);
	process_path(p, "status", path, sizeof(path));
	if (proc_read_small(t->proc, path, text, sizeof(text)) < 0)
		return true;
	return depth == proc_status_depth(text);
}

bool process_own_namespace(const struct process_table *t, struct process *p)
{
	if (p->own_namespace < 0)
		p->own_namespace = namespace_is_own(t, p);
	return p->own_namespace;
}
