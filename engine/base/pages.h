/*
 * pages - memory for large arrays that this process alone has: children do not inherit it.
 *
 * What a child shares is copied, a page at a time, once either of the two writes to it. And a page
 * that is touched for the first time costs more than all that is then done with it: what is given
 * back is kept for who takes next.
 */
#ifndef ENGINE_BASE_PAGES_H
#define ENGINE_BASE_PAGES_H

#include <stddef.h>

/* Zeroed memory of at least so many bytes, never NULL (xalloc.h); an old kernel that cannot keep it
 * from children (madvise(2), MADV_DONTFORK) leaves us the copies. */
void *pages_take(size_t size) __attribute__((returns_nonnull));
/* Give it back, all of it; NULL is nothing. It is not wiped. */
void pages_give(void *memory, size_t size);

#endif
