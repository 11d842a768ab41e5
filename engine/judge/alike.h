/*
 * alike - expectations that read alike, so that they are compiled once. For engine/judge alone.
 *
 * Alike are trees of the same words, laid out in the same way: then each part stands as far from
 * the start of one as of the other, and messages can name its place.
 */
#ifndef ENGINE_JUDGE_ALIKE_H
#define ENGINE_JUDGE_ALIKE_H

#include <stddef.h>
#include <stdint.h>

struct expect_form;
struct node;

struct alike_row {
	uint64_t hash;           /* 0: the row is free */
	const struct node *node; /* of the first one; borrowed. NULL: of no words */
	struct expect_form *form;
};

/* All forms of one check type. */
struct alike {
	struct alike_row *rows;
	size_t count, cap; /* cap: a power of two, or 0 */
};

/* Never 0. `node` may be NULL. */
uint64_t alike_hash(const struct node *node);
/* The form of words that read like these, or NULL. */
struct expect_form *alike_find(const struct alike *a, const struct node *node, uint64_t hash);
/* Takes a share of the form; the node must outlive `a`. */
void alike_add(struct alike *a, const struct node *node, uint64_t hash, struct expect_form *form);
void alike_release(struct alike *a);

#endif
