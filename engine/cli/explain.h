/*
 * explain - what the tables say of a check type: for `rounds explain` and for the man page.
 */
#ifndef ENGINE_CLI_EXPLAIN_H
#define ENGINE_CLI_EXPLAIN_H

struct buf;
struct check_type;
struct fact;
struct field;

/* "a duration, default 10s", "one of tcp, udp, required". */
void explain_field(const struct field *f, struct buf *out);
/* Calls fn for every fact of a table and for the members of each: "status", "tls.days_left",
 * "files[*].path". */
void explain_facts(const struct fact *facts,
		   void (*fn)(void *ctx, const char *path, const struct fact *f), void *ctx);
/* What holds of this type without an `expect`, one line each; nothing when that is nothing. */
void explain_default(const struct check_type *type, struct buf *out);
/* The type whole, as text of at most 80 columns. */
void explain_type(const struct check_type *type, struct buf *out);

#endif
