/*
 * query_print - the fields of a check as they would be run: defaults and parameters put in, secrets
 * hidden.
 */
#ifndef ENGINE_CLI_QUERY_PRINT_H
#define ENGINE_CLI_QUERY_PRINT_H

struct buf;
struct field;

/* Append the value that a bound struct holds in this field, on one line. Returns whether there is
 * one (an empty text or list is none, as is a number that was not given: 0 without a default). */
int query_print_field(const struct field *f, const void *query, struct buf *out);

#endif
