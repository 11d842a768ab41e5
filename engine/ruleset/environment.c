/*
 * environment - variables of this process, of PID 1 and of others, by /proc/PID/environ (proc(5)).
 */
#include "engine/ruleset/environment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

#define ENVIRON_MAX (4 * 1024 * 1024)

/* The value in NAME=value texts that NULs end; NULL when it is not there. */
static char *find_variable(const struct buf *b, const char *name)
{
	size_t n = strlen(name);
	const char *s = buf_text(b), *end = s + b->len;

	while (s < end) {
		size_t len = strnlen(s, (size_t)(end - s));

		if (len > n && s[n] == '=' && memcmp(s, name, n) == 0)
			return xmemdup0(s + n + 1, len - n - 1);
		s += len + 1;
	}
	return NULL;
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
}

/* The variable of one process: 1, 0, -1. */
static int get_of_pid(uint64_t pid, const char *name, char **value, struct err **e)
{
	auto_buf struct buf b = BUF_SECRET(ENVIRON_MAX);
	auto_free char *path = xasprintf("/proc/%llu/environ", (unsigned long long)pid);

	if (io_read_proc(AT_FDCWD, path, &b) < 0)
		return err_errno(e, errno == ENOENT || errno == ESRCH ? ERR_NOT_FOUND : ERR_SYSTEM,
				 "'%s'", path);
	*value = find_variable(&b, name);
	wipe(&b);
	return *value ? 1 : 0;
}

int environment_own(const char *name, char **value, char **origin)
{
	const char *own = getenv(name);

	if (!own)
		return 0;
	*value = xstrdup(own);
	*origin = xstrdup("environment");
	return 1;
}

int environment_look(const char *name, char **value, char **origin, struct err **e)
{
	int rc;

	if (environment_own(name, value, origin))
		return 1;
	rc = get_of_pid(1, name, value, e);
	if (rc > 0)
		*origin = xstrdup("environment of PID 1");
	if (rc < 0)
		err_wrap(e, "the variable '%s' is not set here, and PID 1's cannot be read", name);
	return rc;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool program_is(const char *dir, const char *process)
{
	auto_free char *path = xasprintf("%s/exe", dir);
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	char *gone;

	if (n < 0)
		return false;
	target[n] = '\0';
	gone = strstr(target, " (deleted)");
	if (gone)
		*gone = '\0';
	return strcmp(base_name(target), process) == 0;
}

/* Its program, its own name for itself, or its first argument; comm holds 15 bytes at most. */
static bool process_is(uint64_t pid, const char *process)
{
	auto_free char *dir = xasprintf("/proc/%llu", (unsigned long long)pid);
	auto_free char *comm_path = xasprintf("%s/comm", dir),
		       *arguments_path = xasprintf("%s/cmdline", dir);
	auto_buf struct buf comm = BUF_INIT(64), arguments = BUF_INIT(4096);

	if (program_is(dir, process))
		return true;
	if (io_read_proc(AT_FDCWD, comm_path, &comm) >= 0 && comm.len) {
		comm.data[strcspn(comm.data, "\n")] = '\0';
		if (strcmp(comm.data, process) == 0)
			return true;
	}
	return io_read_proc(AT_FDCWD, arguments_path, &arguments) >= 0 && arguments.len &&
	       strcmp(base_name(arguments.data), process) == 0;
}

static uint64_t find_process(const char *process)
{
	auto_dir DIR *proc = opendir("/proc");
	uint64_t found = 0, own = (uint64_t)getpid(), pid;
	const struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (number_uint(entry->d_name, &pid) == 0 && pid != own &&
		    (!found || pid < found) && process_is(pid, process))
			found = pid;
	return found;
}

int environment_get_of(const char *name, const char *process, char **value, char **origin,
		       struct err **e)
{
	uint64_t pid = find_process(process);
	int rc;

	if (!pid)
		return err_set(e, ERR_NOT_FOUND, "no process '%s' is running", process);
	rc = get_of_pid(pid, name, value, e);
	if (rc > 0)
		*origin =
			xasprintf("environment of %s (PID %llu)", process, (unsigned long long)pid);
	return rc;
}
