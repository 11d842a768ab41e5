/*
 * nagios - what a monitoring plugin says by its exit status and its output. Judges nothing.
 */
#include "checks/command/nagios.h"

#include <stdbool.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/number.h"
#include "engine/base/text.h"

#define LABELS_MAX 200

static const char *const states[] = { "ok", "warning", "critical", "unknown" };

/* What is there to read. */
struct reader {
	const char *at, *end;
};

static bool reader_more(const struct reader *r)
{
	return r->at < r->end;
}

static void set_text(json_t *map, const char *key, const char *bytes, size_t len)
{
	auto_buf struct buf clean = BUF_INIT(SIZE_MAX);

	text_clean(&clean, bytes, len);
	json_object_set_new(map, key, json_stringn(buf_text(&clean), clean.len));
}

static void set_number(json_t *map, const char *key, const char *text)
{
	double value;

	if (number_real(text, &value) == 0)
		json_object_set_new(map, key, json_real(value));
}

/* A label: 'with spaces and ''quotes''' or bare, up to the '='. false: none. */
static bool read_label(struct reader *r, struct buf *label)
{
	bool quoted = reader_more(r) && *r->at == '\'';

	r->at += quoted;
	for (; reader_more(r); r->at++) {
		if (quoted && *r->at == '\'') {
			if (r->end - r->at < 2 || r->at[1] != '\'')
				break;
			r->at++;
		} else if (!quoted && (*r->at == '=' || *r->at == ' ')) {
			break;
		}
		buf_addc(label, *r->at);
	}
	r->at += quoted && reader_more(r);
	if (!reader_more(r) || *r->at != '=' || !label->len)
		return false;
	r->at++;
	return true;
}

/* Up to the next ';' or blank. */
static void read_part(struct reader *r, struct buf *part)
{
	buf_clear(part);
	for (; reader_more(r) && !strchr("; \n", *r->at); r->at++)
		buf_addc(part, *r->at);
}

/* "1.5s" is 1.5 and "s". false: no number. */
static bool split_unit(const char *text, json_t *into)
{
	size_t digits = strspn(text, "+-.0123456789");
	auto_free char *number = strndup(text, digits);
	double value;

	if (!number || number_real(number, &value) < 0)
		return false;
	json_object_set_new(into, "value", json_real(value));
	if (text[digits])
		set_text(into, "unit", text + digits, strlen(text + digits));
	return true;
}

/* "value[unit];[warn];[crit];[min];[max]"; warn and crit are ranges, so they stay text. NULL:
 * malformed. */
static json_t *read_values(struct reader *r)
{
	static const char *const names[] = { NULL, "warn", "crit", "min", "max" };
	auto_buf struct buf part = BUF_INIT(100);
	json_t *entry = json_object();
	bool fine;

	read_part(r, &part);
	fine = split_unit(buf_text(&part), entry);
	for (size_t i = 1; reader_more(r) && *r->at == ';'; i++) {
		r->at++;
		read_part(r, &part);
		if (i >= 3 && i < 5)
			set_number(entry, names[i], buf_text(&part));
		else if (i < 3 && part.len)
			set_text(entry, names[i], buf_text(&part), part.len);
	}
	if (fine)
		return entry;
	json_decref(entry);
	return NULL;
}

static void read_perfdata(json_t *into, const char *text, size_t len)
{
	struct reader r = { text, text + len };

	while (reader_more(&r) && json_object_size(into) < LABELS_MAX) {
		auto_buf struct buf label = BUF_INIT(200);
		json_t *entry = NULL;

		if (strchr(" \t\r\n", *r.at)) {
			r.at++;
			continue;
		}
		if (read_label(&r, &label))
			entry = read_values(&r);
		if (entry && text_valid(buf_text(&label), label.len) == label.len)
			json_object_set(into, buf_text(&label), entry);
		json_decref(entry);
		while (reader_more(&r) && !strchr(" \n", *r.at))
			r.at++;
	}
}

json_t *nagios_read(int exit_status, const char *output, size_t len)
{
	json_t *facts = json_object();
	json_t *perfdata = json_object();
	const char *end = memchr(output, '\n', len);
	size_t line = end ? (size_t)(end - output) : len;
	const char *bar = memchr(output, '|', line);
	size_t message = bar ? (size_t)(bar - output) : line;

	while (message && strchr(" \r", output[message - 1]))
		message--;
	json_object_set_new(
		facts, "state",
		json_string(states[exit_status >= 0 && exit_status < 3 ? exit_status : 3]));
	set_text(facts, "message", output, message);
	if (bar)
		read_perfdata(perfdata, bar + 1, line - (size_t)(bar - output) - 1);
	/* of the long text, what follows its own '|' is performance data too */
	bar = end ? memchr(end, '|', len - line) : NULL;
	if (bar)
		read_perfdata(perfdata, bar + 1, len - (size_t)(bar - output) - 1);
	json_object_set_new(facts, "perfdata", perfdata);
	return facts;
}
