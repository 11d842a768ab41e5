/*
 * readers - what each format's file gives to the registry, and what they share. Inside
 * engine/document only.
 */
#ifndef ENGINE_DOCUMENT_READERS_H
#define ENGINE_DOCUMENT_READERS_H

#include <stddef.h>

#include <jansson.h>

struct err;

json_t *ini_read(const char *bytes, size_t len, struct err **e);
unsigned ini_line_of(const char *bytes, size_t len, const char *key);
json_t *json_read(const char *bytes, size_t len, struct err **e);
unsigned json_line_of(const char *bytes, size_t len, const char *key);
json_t *properties_read(const char *bytes, size_t len, struct err **e);
unsigned properties_line_of(const char *bytes, size_t len, const char *key);
json_t *toml_read(const char *bytes, size_t len, struct err **e);
unsigned toml_line_of(const char *bytes, size_t len, const char *key);
json_t *yaml_read(const char *bytes, size_t len, struct err **e);
unsigned yaml_line_of(const char *bytes, size_t len, const char *key);

/* The text is UTF-8 without NUL; else -1 with "line 3: …". */
int reader_check_text(const char *bytes, size_t len, struct err **e);
/* Skip a byte order mark. */
void reader_skip_mark(const char **bytes, size_t *len);
/* The line on which the words of a dotted key follow each other, each of them with `quote` around
 * it ('\0': none) and with one of the characters of `after` behind it (blanks between); 0 when they
 * do not. */
unsigned reader_find_words(const char *bytes, size_t len, const char *key, char quote,
			   const char *after);

#endif
