/*
 * pages - memory by whole pages: for large arrays that this process alone has, and for the heap.
 *
 * What a child shares is copied, a page at a time, once either of the two writes to it; the arrays
 * here are not inherited. And a page that is touched for the first time costs more than all that is
 * then done with it: what is given back is kept for who takes next, and what the heap will need is
 * touched in one system call.
 */
#ifndef ENGINE_BASE_PAGES_H
#define ENGINE_BASE_PAGES_H

#include <stddef.h>

/* Zeroed memory of at least so many bytes, never NULL (xalloc.h); an old kernel that cannot keep it
 * from children (madvise(2), MADV_DONTFORK) leaves us the copies. */
void *pages_take(size_t size) __attribute__((returns_nonnull));
/* Give it back, all of it; NULL is nothing. It is not wiped. */
void pages_give(void *memory, size_t size);
/* At least so much will be allocated soon in small pieces: touch the heap's pages now, in one
 * system call (madvise(2), MADV_POPULATE_WRITE), instead of one fault each. No more than a MiB at
 * once; where the kernel cannot, nothing is done. */
void pages_ahead(size_t size);

#endif
