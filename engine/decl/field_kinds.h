/*
 * field_kinds - the table of field kinds: how each is read, described, released. For engine/decl
 * alone.
 */
#ifndef ENGINE_DECL_FIELD_KINDS_H
#define ENGINE_DECL_FIELD_KINDS_H

#include "engine/decl/field.h"

struct buf;
struct diagnostics;
struct node;

struct field_kind_row {
	/* Read a value that is not deferred into the cleared member; 0, or -1 and a diagnostic. */
	int (*read)(const struct field *f, void *member, const struct node *value,
		    struct diagnostics *d);
	void (*clear)(void *member); /* release what the member owns and zero it */
	const char *noun; /* for messages, "a duration"; NULL where field_describe makes it */
};

extern const struct field_kind_row field_kind_rows[];

static inline void *field_member(const struct field *f, void *owner)
{
	return (char *)owner + f->offset;
}

/* Append a duration as it is written in a ruleset: "90s", "2m", "300ms". */
void field_print_duration(struct buf *out, int64_t ns);

#endif
