/*
 * xalloc - allocation that ends the process when memory is gone (exit code XALLOC_EXIT).
 *
 * Allowed because every buffer that outsiders can fill has a maximum from birth, and because
 * a dead worker is one result. Sizes are multiplied with an overflow check.
 */
#ifndef ENGINE_BASE_XALLOC_H
#define ENGINE_BASE_XALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* The exit code of a process that ran out of memory: EX_OSERR of sysexits.h. The supervisor
 * turns it into the blind error "resource". */
#define XALLOC_EXIT 71

/* What happens when memory is gone, for those who get it elsewhere than from malloc(3). */
void xalloc_failed(void) __attribute__((noreturn));
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
/* A copy of len bytes with a NUL after them. */
char *xmemdup0(const void *p, size_t len) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 0)));

/* The texts one after the other, up to a NULL. */
char *xconcat(const char *first, ...) __attribute__((malloc, returns_nonnull, sentinel));

/* Grow an array so that it holds at least `count + 1` items: items, count, cap are lvalues. */
#define array_grow(items, count, cap) \
	do { \
		if ((count) >= (cap)) { \
			(cap) = (cap) ? (cap) * 2 : 2; \
			(items) = xrealloc((items), (cap), sizeof(*(items))); \
		} \
	} while (0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
