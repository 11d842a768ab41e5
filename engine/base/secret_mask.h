/*
 * secret_mask - finds many texts in one at once, in all the forms in which they may appear.
 */
#ifndef ENGINE_BASE_SECRET_MASK_H
#define ENGINE_BASE_SECRET_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/secret_region.h"

struct buf;
struct masker;

/* How a form counts where it is found. */
enum form_kind {
	FORM_WORD = 1,   /* only between characters that belong to no word */
	FORM_BEFORE = 2, /* the base64 digit before it holds bits of the secret, too */
	FORM_AFTER = 4,  /* the one after it */
};

typedef void form_fn(void *ctx, const char *bytes, size_t len, unsigned kind);
/* Calls fn for each form of a secret that is looked for as it is: the text, its lines, base64, hex.
 * Escaped forms are found by undoing the escapes of what is searched. */
void secret_forms(const char *text, size_t len, form_fn *fn, void *ctx);

/* A copy of a text with escapes undone, and where each of its bytes was in the first text. */
struct secret_view {
	char *text;
	size_t *origin; /* len + 1 of them; NULL: the text itself */
	size_t len;
};
#define SECRET_VIEW_PERCENT 0
#define SECRET_VIEWS 4
/* Undo escapes of kind `which`; false when there are none. */
bool secret_view_decode(unsigned which, const struct secret_view *from, struct secret_view *to);
void secret_view_free(struct secret_view *v);

struct secret_text {
	const char *text;
	size_t len;
};
/* The automaton for these texts, made inside a region of its own. */
struct masker *masker_new(struct secret_region *region, const struct secret_text *texts,
			  size_t count);
size_t masker_mask(const struct masker *m, struct buf *out, const char *text, size_t len);

#endif
