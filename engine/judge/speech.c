/*
 * speech - expectations and values in words: masked first, then cleaned, then cut.
 */
#include "engine/judge/speech.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/number.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

/* What is masked at all: a secret (64 KiB at most) that starts within SPEECH_MAX ends within this.
 */
#define LOOK_MAX ((size_t)128 * 1024)
#define ELLIPSIS "\xe2\x80\xa6"

void speech_say(struct speech *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(s->out, fmt, ap);
	va_end(ap);
}

/* Masking comes before everything that could tear a secret apart. */
static void say_masked(struct speech *s, const char *text, size_t len)
{
	auto_buf struct buf masked = BUF_INIT(2 * LOOK_MAX);

	if (len > LOOK_MAX)
		len = LOOK_MAX;
	if (!s->secrets) {
		text_clean_line(s->out, text, len, 0);
		return;
	}
	secrets_mask(s->secrets, &masked, text, len);
	text_clean_line(s->out, buf_text(&masked), masked.len, 0);
}

void speech_quote(struct speech *s, const char *text, size_t len)
{
	buf_addc(s->out, '\'');
	say_masked(s, text, len);
	buf_addc(s->out, '\'');
}

static void say_number(struct speech *s, const json_t *v)
{
	char digits[64];

	if (json_is_integer(v)) {
		speech_say(s, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		return;
	}
	number_format(json_real_value(v), digits, sizeof(digits));
	buf_adds(s->out, digits);
}

/* To the microsecond, which means nothing beyond some thirty years. */
static double micro(double seconds)
{
	if (!(seconds > -1e9 && seconds < 1e9))
		return seconds;
	return (double)(int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5)) / 1e6;
}

/* Seconds: "0.25s", "12m34s", "3d4h". */
static void say_duration(struct speech *s, double seconds)
{
	static const struct {
		uint64_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	char digits[64];
	uint64_t left;
	int parts = 0;

	if (seconds < 60 || seconds > 1e12) {
		number_format(micro(seconds), digits, sizeof(digits));
		speech_say(s, "%ss", digits);
		return;
	}
	left = (uint64_t)seconds;
	for (size_t i = 0; i < ARRAY_SIZE(units) && parts < 2; i++) {
		if (left >= units[i].seconds)
			speech_say(s, "%" PRIu64 "%c", left / units[i].seconds, units[i].unit);
		parts += parts || left >= units[i].seconds;
		left %= units[i].seconds;
	}
}

static int keep(const char *bytes, size_t len, void *ctx)
{
	return buf_add(ctx, bytes, len) ? 0 : -1;
}

static void say_json(struct speech *s, const json_t *v)
{
	auto_buf struct buf text = BUF_INIT(LOOK_MAX);

	json_dump_callback(v, keep, &text,
			   JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
	say_masked(s, buf_text(&text), text.len);
}

static bool is_mode(const json_t *v)
{
	uint32_t bits;

	return json_is_string(v) && !number_octal(json_string_value(v), &bits);
}

void speech_value(struct speech *s, enum fact_type type, const json_t *v)
{
	if (!v)
		buf_adds(s->out, "nothing");
	else if (type == FACT_MODE && is_mode(v))
		speech_say(s, "%s", json_string_value(v));
	else if (json_is_string(v))
		speech_quote(s, json_string_value(v), json_string_length(v));
	else if (json_is_number(v) && type == FACT_DURATION)
		say_duration(s, json_number_value(v));
	else if (json_is_integer(v) && type == FACT_SIZE)
		speech_say(s, "%" JSON_INTEGER_FORMAT " bytes", json_integer_value(v));
	else if (json_is_number(v))
		say_number(s, v);
	else
		say_json(s, v);
}

const char *speech_kind(const json_t *v)
{
	static const char *const kinds_of_json[] = {
		[JSON_OBJECT] = "a map",        [JSON_ARRAY] = "a list",
		[JSON_STRING] = "a text",       [JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",       [JSON_TRUE] = "true or false",
		[JSON_FALSE] = "true or false", [JSON_NULL] = "null",
	};

	return v ? kinds_of_json[json_typeof(v)] : "nothing";
}

char *speech_take(struct speech *s)
{
	size_t len = s->out->len;
	char *text = buf_take(s->out);

	if (len <= SPEECH_MAX)
		return text;
	len = SPEECH_MAX - strlen(ELLIPSIS);
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	memcpy(text + len, ELLIPSIS, sizeof(ELLIPSIS));
	return text;
}
