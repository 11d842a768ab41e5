/*
 * number - the one module that turns text into numbers: strict, no white space, no locale.
 *
 * All functions read the whole string and return 0, or -1 when it is not exactly such a number
 * or out of range. Nothing else in the project calls the strtol family.
 */
#ifndef ENGINE_BASE_NUMBER_H
#define ENGINE_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a hexadecimal digit counts, 0 to 15; 16 when it is none. */
int number_digit(char c);
int number_int(const char *s, int64_t *out);    /* -?[0-9]+ */
int number_uint(const char *s, uint64_t *out);  /* [0-9]+ */
int number_octal(const char *s, uint32_t *out); /* [0-7]+, at most 07777 */
int number_hex(const char *s, uint64_t *out);   /* [0-9a-fA-F]+, no prefix */
/* A JSON number (RFC 8259, section 6): -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?; finite. */
int number_real(const char *s, double *out);
bool number_is_json(const char *s);
/* Digits at the start of s (as in /proc files); returns the first byte after them, NULL when none.
 */
const char *number_scan(const char *s, uint64_t *out);

/* "300ms", "5s", "1m", "2h", "1d", "1m30s" to nanoseconds. -1 when malformed, or longer than 100
 * years, which no clock could be added to; -2 when the unit is missing. */
int number_duration(const char *s, int64_t *ns);
/* "512", "64K", "64KiB" (1024), "1MB" (1000), "1.5G", "2TiB", "2g" (as Java has it) to bytes. */
int number_size(const char *s, uint64_t *bytes);
/* Compare dotted versions part by part ("1.10.2" > "1.9"; "1.0-rc1" < "1.0"); <0, 0, >0. */
int number_version_compare(const char *a, const char *b);
/* Whether s looks like a version: starts with a digit (or v and a digit), at least that. */
bool number_is_version(const char *s);

/* Whether it has no fraction; false for what is no number. */
bool number_is_whole(double v);
/* Print a real so that it reads back as the same, shortest, with '.', never an exponent below 1e15.
 */
void number_format(double v, char *out, size_t size);

#endif
