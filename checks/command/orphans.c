/*
 * orphans - who is a child of this process, and what can be told of it.
 *
 * The kernel's list of children (CONFIG_PROC_CHILDREN) costs three system calls when it is held
 * open; without it all of /proc is walked.
 */
#include "checks/command/orphans.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define CHILDREN_MAX ((size_t)1024 * 1024)
#define ENVIRON_MAX ((size_t)256 * 1024)

static void orphans_add(struct orphans *o, uint64_t pid)
{
	array_grow(o->pids, o->count, o->cap);
	o->pids[o->count++] = (pid_t)pid;
}

void orphans_open(struct orphans *o)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	*o = (struct orphans){ .list = open(path, O_RDONLY | O_CLOEXEC) };
}

void orphans_close(struct orphans *o)
{
	if (o->list >= 0)
		close(o->list);
	free(o->pids);
}

/* "12 345 6 " */
static bool list_from_kernel(struct orphans *o)
{
	auto_buf struct buf list = BUF_INIT(CHILDREN_MAX);
	const char *at;
	uint64_t pid;

	if (o->list < 0 || lseek(o->list, 0, SEEK_SET) < 0 ||
	    io_read_all(o->list, &list, NULL) != 0)
		return false;
	for (at = buf_text(&list); (at = number_scan(at, &pid)) != NULL; at += *at == ' ')
		orphans_add(o, pid);
	return true;
}

/* The parent of a process, after the last ')' of its stat; 0: gone. */
static uint64_t parent_of(int proc, const char *pid)
{
	auto_buf struct buf stat = BUF_INIT(4096);
	char path[64];
	const char *at;
	uint64_t parent;

	snprintf(path, sizeof(path), "%.20s/stat", pid);
	if (io_read_proc(proc, path, &stat) < 0)
		return 0;
	at = strrchr(buf_text(&stat), ')');
	if (!at || strlen(at) < 5 || !number_scan(at + 4, &parent))
		return 0;
	return parent;
}

static void list_from_proc(struct orphans *o)
{
	auto_dir DIR *proc = opendir("/proc");
	const struct dirent *entry;
	uint64_t pid;

	while (proc && (entry = readdir(proc)) != NULL) {
		if (number_uint(entry->d_name, &pid) == 0 &&
		    parent_of(dirfd(proc), entry->d_name) == (uint64_t)getpid())
			orphans_add(o, pid);
	}
}

void orphans_list(struct orphans *o)
{
	o->count = 0;
	if (!list_from_kernel(o))
		list_from_proc(o);
}

uint64_t orphan_mark(const char *block, size_t len, pid_t runner)
{
	for (const char *at = block, *end = block + len; at < end;) {
		size_t line = strnlen(at, (size_t)(end - at));
		uint64_t pid, number;
		const char *dot;

		if (line < (size_t)(end - at) && text_starts_with(at, ORPHAN_MARK)) {
			dot = number_scan(at + strlen(ORPHAN_MARK), &pid);
			if (dot && *dot == '.' && pid == (uint64_t)runner &&
			    number_scan(dot + 1, &number))
				return number;
		}
		at += line + 1;
	}
	return 0;
}

bool orphan_read(pid_t pid, struct orphan *o)
{
	auto_buf struct buf block = BUF_INIT(ENVIRON_MAX);
	char path[64];

	*o = (struct orphan){ .group = getpgid(pid) };
	if (o->group < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	if (io_read_proc(AT_FDCWD, path, &block) == 0)
		o->mark = orphan_mark(buf_text(&block), block.len, getpid());
	return true;
}
