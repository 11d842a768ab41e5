/*
 * secret_region - memory that children do not inherit and that no core dump holds.
 *
 * Whether it is still ours is told by its first word: in a child of fork(2) it is 0.
 */
#ifndef ENGINE_BASE_SECRET_REGION_H
#define ENGINE_BASE_SECRET_REGION_H

#include <stdbool.h>
#include <stddef.h>

struct secret_region {
	char *base; /* NULL: none */
	size_t size;
	size_t used;
};

/* At least `size` bytes, zeroed. Ends the process when there is no memory. */
void secret_region_init(struct secret_region *r, size_t size);
/* `size` bytes of it, aligned for any type; NULL when they do not fit. */
void *secret_region_take(struct secret_region *r, size_t size);
/* Whether its content is there: false after a fork. */
bool secret_region_is_live(const struct secret_region *r);
/* Overwrite and give back. */
void secret_region_wipe(struct secret_region *r);
/* Give back without touching it: in a child. */
void secret_region_drop(struct secret_region *r);

#endif
