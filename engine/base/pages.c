#include "engine/base/pages.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/xalloc.h"

/* No more than this is kept. */
#define KEPT_MAX ((size_t)1024 * 1024)
/* Less is not worth a system call. */
#define AHEAD_MIN ((size_t)64 * 1024)
#define AHEAD_MAX ((size_t)1024 * 1024)
/* What is so large malloc(3) maps by itself, and moves without a copy when it grows. */
#define MAPPED_FROM ((size_t)256 * 1024)
/* Since Linux 5.14; others refuse it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* What was given back, and by which process: in its children it is not there. */
static struct {
	char *memory;
	size_t size;
	pid_t owner;
} kept;

static size_t whole(size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (size > SIZE_MAX - page)
		xalloc_failed();
	return (size + page - 1) / page * page;
}

static size_t kept_here(void)
{
	return kept.owner == getpid() ? kept.size : 0;
}

static void *take_kept(size_t size)
{
	char *memory = kept.memory;

	if (kept_here() < size)
		return NULL;
	kept.memory += size;
	kept.size -= size;
	return memset(memory, 0, size);
}

void *pages_take(size_t size)
{
	const size_t want = whole(size ? size : 1);
	void *memory = take_kept(want);

	if (memory)
		return memory;
	memory = mmap(NULL, want, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		xalloc_failed();
	madvise(memory, want, MADV_DONTFORK);
	return memory;
}

void pages_give(void *memory, size_t size)
{
	const size_t have = whole(size ? size : 1), before = kept_here();
	size_t keep = have < KEPT_MAX ? have : KEPT_MAX;

	if (!memory)
		return;
	if (before >= keep) {
		keep = 0;
	} else {
		if (before)
			munmap(kept.memory, before);
		kept.memory = memory;
		kept.size = keep;
		kept.owner = getpid();
	}
	if (have > keep)
		munmap((char *)memory + keep, have - keep);
}

void pages_ahead(size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t want = size < AHEAD_MAX ? size : AHEAD_MAX;
	char *memory;
	size_t skip;

	if (want < AHEAD_MIN)
		return;
	/* so that it comes from the heap, and stays there when it is free */
	mallopt(M_MMAP_THRESHOLD, (int)(2 * AHEAD_MAX));
	mallopt(M_TRIM_THRESHOLD, (int)(8 * AHEAD_MAX));
	memory = xmalloc(want);
	skip = page - (uintptr_t)memory % page;
	madvise(memory + skip, (want - skip) / page * page, MADV_POPULATE_WRITE);
	free(memory);
	mallopt(M_MMAP_THRESHOLD, (int)MAPPED_FROM);
}
