/*
 * secret_region - memory that children do not inherit and that no core dump holds.
 */
#include "engine/base/secret_region.h"

#include <string.h>
#include <sys/mman.h>

#include "engine/base/xalloc.h"

#define REGION_MARK 0x5ec2e75UL
#define REGION_ALIGN 16
#define REGION_UNIT ((size_t)65536)

static size_t round_up(size_t size, size_t unit)
{
	size_t sum;

	if (__builtin_add_overflow(size, unit - 1, &sum))
		xalloc_failed();
	return sum / unit * unit;
}

void secret_region_init(struct secret_region *r, size_t size)
{
	size_t whole = round_up(round_up(size, REGION_ALIGN) + REGION_ALIGN, REGION_UNIT);
	void *p = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		xalloc_failed();
	/* Both are of Linux 4.14 and 3.4. Without the first, secrets_after_fork() does its work. */
#ifdef MADV_WIPEONFORK
	(void)madvise(p, whole, MADV_WIPEONFORK);
#endif
	(void)madvise(p, whole, MADV_DONTDUMP);
	*r = (struct secret_region){ .base = p, .size = whole, .used = REGION_ALIGN };
	*(unsigned long *)p = REGION_MARK;
}

void *secret_region_take(struct secret_region *r, size_t size)
{
	size_t whole = round_up(size, REGION_ALIGN);
	void *p;

	if (!r->base || r->size - r->used < whole)
		return NULL;
	p = r->base + r->used;
	r->used += whole;
	return p;
}

bool secret_region_is_live(const struct secret_region *r)
{
	return r->base && *(const unsigned long *)(const void *)r->base == REGION_MARK;
}

void secret_region_wipe(struct secret_region *r)
{
	if (r->base)
		explicit_bzero(r->base, r->used);
	secret_region_drop(r);
}

void secret_region_drop(struct secret_region *r)
{
	if (r->base)
		munmap(r->base, r->size);
	*r = (struct secret_region){ 0 };
}
