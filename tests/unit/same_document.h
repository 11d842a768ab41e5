/*
 * same_document - whether the quick reader of YAML makes of a text what libyaml's events make of
 * it.
 */
#ifndef TESTS_UNIT_SAME_DOCUMENT_H
#define TESTS_UNIT_SAME_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

/* NULL, or the first difference (mistakes in words, a node with its place); the caller's. */
char *document_difference(const char *bytes, size_t len);
/* Whether the quick reader takes this valid document, and does not leave it to libyaml. */
bool document_is_plain(const char *bytes, size_t len);

#endif
