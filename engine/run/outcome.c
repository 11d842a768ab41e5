#include "engine/run/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/run/wire.h"

void outcome_release(struct outcome *o)
{
	free(o->message);
	free(o->details);
	free(o->state);
	free(o->sample);
	free(o->entries);
	json_decref(o->exports);
	*o = (struct outcome){ 0 };
}

static char *copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

struct outcome outcome_copy(const struct outcome *o)
{
	struct outcome copy = *o;

	copy.message = copy_text(o->message);
	copy.details = copy_text(o->details);
	copy.state = copy_text(o->state);
	copy.sample = copy_text(o->sample);
	copy.entries = copy_text(o->entries);
	copy.exports = json_incref(o->exports);
	return copy;
}

static char *details_of_error(enum kind kind, const char *message)
{
	json_t *error = json_pack("{s:{s:s, s:s}, s:s}", "error", "kind", kinds[kind].name, "text",
				  message, "message", message);
	char *text = error ? json_dumps(error, JSON_COMPACT) : NULL;

	json_decref(error);
	return text;
}

struct outcome outcome_make(const struct check *c, enum status status, enum kind kind,
			    const char *message)
{
	return (struct outcome){
		.status = status,
		.kind = kind,
		.severity = c->severity,
		.message = xstrdup(message),
		.details = kind == KIND_NONE ? NULL : details_of_error(kind, message),
	};
}

/* A text that may be NULL: length + 1, or 0. */
static void pack_text(struct buf *out, const char *text)
{
	pack_u32(out, text != NULL);
	if (text)
		pack_bytes(out, text, strlen(text));
}

static char *unpack_text(struct unpack *u)
{
	size_t len;
	const char *bytes;

	if (!unpack_u32(u))
		return NULL;
	bytes = unpack_bytes(u, &len);
	return xmemdup0(bytes, len);
}

void outcome_pack(const struct outcome *o, struct buf *out)
{
	auto_free char *exports = o->exports ? json_dumps(o->exports, JSON_COMPACT) : NULL;

	pack_u32(out, (uint32_t)o->status);
	pack_u32(out, (uint32_t)o->kind);
	pack_u32(out, (uint32_t)o->severity);
	pack_i64(out, o->started);
	pack_i64(out, o->duration);
	pack_text(out, o->message);
	pack_text(out, o->details);
	pack_text(out, exports);
	pack_text(out, o->state);
	pack_text(out, o->sample);
}

static bool outcome_bounded(const struct outcome *o)
{
	return o->status < STATUS_COUNT && o->kind < KIND_COUNT && o->severity >= SEVERITY_INFO &&
	       o->severity <= SEVERITY_CRITICAL && (o->message || o->status == STATUS_PASS);
}

int outcome_unpack(const char *bytes, size_t len, struct outcome *out, struct err **e)
{
	struct unpack u = { .at = bytes, .left = len };
	auto_free char *exports = NULL;
	struct outcome o = { 0 };

	o.status = unpack_u32(&u);
	o.kind = unpack_u32(&u);
	o.severity = (enum severity)unpack_u32(&u);
	o.started = unpack_i64(&u);
	o.duration = unpack_i64(&u);
	o.message = unpack_text(&u);
	o.details = unpack_text(&u);
	exports = unpack_text(&u);
	o.state = unpack_text(&u);
	o.sample = unpack_text(&u);
	if (exports)
		o.exports = json_loads(exports, JSON_DECODE_ANY, NULL);
	if (u.bad || u.left || !outcome_bounded(&o) || (exports && !json_is_object(o.exports))) {
		outcome_release(&o);
		return err_set(e, ERR_BUG, "a malformed result");
	}
	*out = o;
	return 0;
}
