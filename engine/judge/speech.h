/*
 * speech - expectations and values in words: masked first, then cleaned, then cut. For engine/judge
 * alone.
 */
#ifndef ENGINE_JUDGE_SPEECH_H
#define ENGINE_JUDGE_SPEECH_H

#include <stddef.h>

#include <jansson.h>

#include "engine/decl/fact.h"

struct buf;
struct secrets;

#define SPEECH_MAX 400 /* bytes of an expected or actual text */

struct speech {
	struct buf *out;
	const struct secrets *secrets; /* NULL: nothing is masked */
};

/* Plain words of ours. */
void speech_say(struct speech *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text of others in single quotes. */
void speech_quote(struct speech *s, const char *text, size_t len);
/* A value as people read it: 'text', 5, [1, 2], "12m34s" for a duration. NULL: "nothing". */
void speech_value(struct speech *s, enum fact_type type, const json_t *v);
/* "the text", "a number", "a list" for messages about types. */
const char *speech_kind(const json_t *v);
/* Hand the text over, cut to SPEECH_MAX bytes with "…" at a character. */
char *speech_take(struct speech *s);

#endif
