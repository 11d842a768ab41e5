/*
 * text - what people and readers of reports get to see: UTF-8, width, cleaning, near misses.
 */
#ifndef ENGINE_BASE_TEXT_H
#define ENGINE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Decode one code point of strict UTF-8 (RFC 3629: no overlong forms, no surrogates, <= U+10FFFF).
 * Returns the bytes used, or 0 when malformed. */
size_t text_decode(const char *s, size_t len, uint32_t *code_point);
/* Bytes up to the first malformed one; len when all is well. */
size_t text_valid(const char *s, size_t len);
/* Columns on a terminal: East Asian wide is 2, combining is 0. Control characters count 0. */
int text_char_width(uint32_t code_point);
size_t text_width(const char *s, size_t len);

/* Append s so that any reader may have it: ANSI CSI and OSC sequences are stripped, malformed bytes
 * become U+FFFD, C0 (but \t and \n) and DEL become control pictures U+2400+n (DEL: U+2421),
 * U+FFFE/FFFF and bidi controls (U+202A-202E, U+2066-2069) become U+FFFD, CR LF becomes LF. Returns
 * how many characters were changed. */
size_t text_clean(struct buf *out, const char *s, size_t len);
/* Whether it is printable ASCII, tabs and line ends: text_clean would change nothing. */
bool text_is_plain(const char *s, size_t len);
/* As text_clean on one line: line ends and tabs become single spaces; at most `columns` wide,
 * cut at a character with "…". columns 0: no limit. */
void text_clean_line(struct buf *out, const char *s, size_t len, size_t columns);
/* Keep head and tail of cleaned text: at most max bytes with "[… N bytes cut …]" between, cut at
 * code points. Returns whether it was cut. */
bool text_head_tail(struct buf *out, const char *s, size_t len, size_t max);

/* Append s padded with spaces to `columns` of display width (never cut). */
void text_pad(struct buf *out, const char *s, size_t columns);
/* Append s wrapped at `columns` of display width, every line after the first indented by `indent`
 * spaces. Chinese text may break between any two ideographs. */
void text_wrap(struct buf *out, const char *s, size_t columns, size_t indent);

/* The Damerau-Levenshtein distance in code points, at most `limit + 1`. */
size_t text_distance(const char *a, const char *b, size_t limit);
/* The candidate (of a NULL-ended list) nearest to `word` within max(1, length/3), or NULL. Its
 * address is the list's. */
const char *text_nearest(const char *word, const char *const *candidates);

/* Whether s consists of [A-Za-z0-9._-] alone and is not empty. */
bool text_is_label(const char *s);
bool text_starts_with(const char *s, const char *prefix);
/* Whether these bytes begin with the byte order mark of UTF-16 or UTF-32 (the Unicode standard,
 * 23.8): no pattern of bytes would match in them. */
bool text_is_wide(const char *s, size_t len);
bool text_ends_with(const char *s, const char *suffix);
/* Whether the list ("a,b,c") has this item of len bytes. */
bool text_list_has(const char *list, const char *item, size_t len);

/* Append s in single quotes fit for a message: cleaned, one line, at most 200 columns. */
void text_quote(struct buf *out, const char *s, size_t len);

/* Append as the inside of a JSON string (RFC 8259), XML text (1.0; '>' as &gt;, quotes too),
 * percent-encoded (RFC 3986 unreserved stay), or a quoted regex (PCRE2 meta characters escaped). */
void text_json(struct buf *out, const char *s, size_t len);
void text_xml(struct buf *out, const char *s, size_t len);
void text_percent(struct buf *out, const char *s, size_t len);
void text_regex_quote(struct buf *out, const char *s, size_t len);
/* Append as base64 (RFC 4648, 4), with padding; and the bytes of such a text: whether it is one. */
void text_base64(struct buf *out, const char *s, size_t len);
bool text_unbase64(struct buf *out, const char *s, size_t len);

#endif
