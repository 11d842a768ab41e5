#include "engine/run/keep.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/clock.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/ruleset/plan.h"
#include "engine/run/job.h"

static char *masked(const struct secrets *secrets, const char *text)
{
	struct buf out = BUF_INIT(SIZE_MAX);

	if (!text || !secrets || !secrets_count(secrets))
		return text ? xstrdup(text) : NULL;
	secrets_mask(secrets, &out, text, strlen(text));
	return buf_take(&out);
}

static void mask_value(const struct secrets *secrets, json_t *value);

static json_t *mask_item(const struct secrets *secrets, json_t *value)
{
	auto_free char *text = NULL;

	if (!json_is_string(value)) {
		mask_value(secrets, value);
		return NULL;
	}
	text = masked(secrets, json_string_value(value));
	return strcmp(text, json_string_value(value)) ? json_string(text) : NULL;
}

/* Every text of a tree, in place; keys are our own words or were masked by the worker. */
static void mask_value(const struct secrets *secrets, json_t *value)
{
	json_t *item, *changed;
	const char *key;
	size_t i;

	json_array_foreach(value, i, item)
	{
		changed = mask_item(secrets, item);
		if (changed)
			json_array_set_new(value, i, changed);
	}
	if (!json_is_object(value))
		return;
	json_object_foreach(value, key, item)
	{
		changed = mask_item(secrets, item);
		if (changed)
			json_object_set_new(value, key, changed);
	}
}

/* Most details hold no secret, which one look at the whole text proves; only others are taken
 * apart. */
static bool holds_secret(const struct secrets *secrets, const char *text)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);

	return secrets && secrets_count(secrets) &&
	       secrets_mask(secrets, &out, text, strlen(text)) > 0;
}

static void add_try(json_t *tries, enum status status, const char *message, int64_t duration)
{
	json_t *row = json_object();

	json_object_set_new(row, "status", json_string(status_name(status)));
	json_object_set_new(row, "message", message ? json_string(message) : json_null());
	json_object_set_new(row, "duration_ms", json_integer(duration / NS_PER_MS));
	json_array_append_new(tries, row);
}

static json_t *tell_tries(const struct job *j, const struct outcome *o)
{
	json_t *tries = json_array();

	for (size_t i = 0; i < j->try_count; i++)
		add_try(tries, j->tries[i].status, j->tries[i].message, j->tries[i].duration);
	add_try(tries, o->status, o->message, o->duration);
	return tries;
}

static char *keep_details(const struct job *j, struct outcome *o, const struct secrets *secrets)
{
	const char *text = o->details ? o->details : "{}";
	bool secret = holds_secret(secrets, text);
	json_t *details;
	char *kept;

	if (!j->try_count && !secret)
		return TAKE(o->details);
	details = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(details)) {
		json_decref(details);
		return NULL;
	}
	if (j->try_count)
		json_object_set_new(details, "tries", tell_tries(j, o));
	mask_value(secrets, details);
	kept = json_dumps(details, JSON_COMPACT);
	json_decref(details);
	return kept;
}

/* A worker's message has been cleaned by it; what a broken one sent is cleaned here. */
static char *keep_message(const struct outcome *o, const struct secrets *secrets)
{
	auto_free char *text = masked(secrets, o->message);
	struct buf line = BUF_INIT(SIZE_MAX);

	if (!text)
		return NULL;
	text_clean_line(&line, text, strlen(text), 0);
	return buf_take(&line);
}

char *keep_id(const struct job *j, const struct secrets *secrets)
{
	return j->item_id ? masked(secrets, j->item_id) : xstrdup(j->check->id);
}

static void keep_names(struct job *j, const struct secrets *secrets)
{
	auto_free char *en = NULL, *zh = NULL;

	if (!j->item) {
		j->result->id = j->check->id;
		j->result->id_borrowed = true;
		return;
	}
	j->result->id = keep_id(j, secrets);
	check_item_title(j->check, j->item, &en, &zh);
	j->result->title_en = masked(secrets, en);
	j->result->title_zh = masked(secrets, zh);
}

void keep_result(struct job *j, struct outcome *o, const struct secrets *secrets)
{
	*j->result = (struct result){
		.check = j->check,
		.status = o->status,
		.severity = o->severity,
		.kind = o->kind,
		.flaky = o->status == STATUS_PASS && j->try_count > 0,
		.attempts = j->known || !o->started ? (unsigned)j->try_count : j->attempt,
		.started = o->started,
		.duration = o->duration,
		.message = keep_message(o, secrets),
		.details = keep_details(j, o, secrets),
		.state = o->state ? xstrdup(o->state) : NULL,
		.pending = o->pending,
		.pending_of = o->pending_of,
		.entries = o->entries ? xstrdup(o->entries) : NULL,
		.not_configured = o->status == STATUS_SKIP && o->message &&
				  text_starts_with(o->message, "not configured"),
	};
	keep_names(j, secrets);
}
