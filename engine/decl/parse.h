/*
 * parse - the door through which checks reach the readers of other people's formats (they stand on
 * decl and base alone).
 */
#ifndef ENGINE_DECL_PARSE_H
#define ENGINE_DECL_PARSE_H

#include <stddef.h>

#include <jansson.h>

struct err;

/* Read bytes of this format ("ini", "json", "properties", "toml", "yaml"): a new reference, or
 * NULL. */
json_t *parse_format(const char *format, const char *bytes, size_t len, struct err **e);

#endif
