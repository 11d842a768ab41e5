#include "checks/snapshot/kernel_threads.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "checks/snapshot/proc_read.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

#define CHILDREN_MAX ((size_t)1024 * 1024)

static int compare(const void *a, const void *b)
{
	const pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

void kernel_threads_read(struct kernel_threads *k, int proc)
{
	auto_buf struct buf list = BUF_INIT(CHILDREN_MAX);
	char path[PROC_PATH_MAX];
	const char *at;
	uint64_t pid;

	snprintf(path, sizeof(path), "%d/task/%d/children", KTHREADD, KTHREADD);
	if (io_read_proc(proc, path, &list) < 0)
		return;
	for (at = buf_text(&list); (at = number_scan(at, &pid)) != NULL; at += *at == ' ') {
		array_grow(k->children, k->count, k->cap);
		k->children[k->count++] = (pid_t)pid;
	}
	if (k->count)
		qsort(k->children, k->count, sizeof(*k->children), compare);
}

bool kernel_threads_have(struct kernel_threads *k, int proc, pid_t pid)
{
	char path[PROC_PATH_MAX], target;

	if (!k->count || !bsearch(&pid, k->children, k->count, sizeof(pid), compare))
		return false;
	snprintf(path, sizeof(path), "%d/exe", pid);
	if (readlinkat(proc, path, &target, sizeof(target)) >= 0)
		return false;
	if (errno != ENOENT)
		k->count = 0; /* it costs, and tells nothing */
	return errno == ENOENT;
}

void kernel_threads_free(struct kernel_threads *k)
{
	free(k->children);
	*k = (struct kernel_threads){ 0 };
}
