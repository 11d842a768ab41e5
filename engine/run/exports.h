/*
 * exports - which values of each check's observation others capture, known before the workers are
 * forked.
 */
#ifndef ENGINE_RUN_EXPORTS_H
#define ENGINE_RUN_EXPORTS_H

#include <stddef.h>

#include <jansson.h>

struct exports;
struct plan;

struct exports *exports_new(const struct plan *plan);
void exports_free(struct exports *x);
/* { path: value } of those that the facts have; NULL when nobody captures from this check. A new
 * reference. */
json_t *exports_take(const struct exports *x, size_t check, const json_t *facts);

#endif
