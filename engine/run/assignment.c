#include "engine/run/assignment.h"

#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/secret.h"
#include "engine/ruleset/ruleset.h"
#include "engine/run/wire.h"

enum { HAS_CAPTURES = 1, HAS_ITEM = 2, HAS_SECRETS = 4, HAS_SIGHTING = 8, HAS_STATE = 16 };

static void pack_secrets(const struct check *c, const struct secrets *secrets, struct buf *out)
{
	pack_u32(out, (uint32_t)c->secret_count);
	for (size_t i = 0; i < c->secret_count; i++) {
		size_t len = 0;
		const char *text = secrets_text(secrets, c->secrets[i], &len);

		pack_u32(out, c->secrets[i]);
		pack_bytes(out, text, text ? len : 0);
	}
}

static void pack_json(const char *text, struct buf *out)
{
	if (text)
		pack_bytes(out, text, strlen(text));
}

static size_t text_size(const char *text)
{
	return sizeof(uint32_t) + (text ? strlen(text) : 0);
}

static size_t assignment_size(const struct assignment_parts *p)
{
	size_t size = 4 * sizeof(uint32_t) + text_size(p->captures) + text_size(p->item) +
		      text_size(p->sighting) + text_size(p->state);

	for (size_t i = 0; i < p->check->secret_count; i++) {
		size_t len = 0;

		secrets_text(p->secrets, p->check->secrets[i], &len);
		size += 2 * sizeof(uint32_t) + len;
	}
	return size;
}

void assignment_pack(const struct assignment_parts *p, struct buf *out)
{
	pack_reserve(out, assignment_size(p));
	pack_u32(out, (uint32_t)p->check->index);
	pack_u32(out, p->attempt);
	pack_u32(out, (p->captures ? HAS_CAPTURES : 0) | (p->item ? HAS_ITEM : 0) |
			      (p->check->secret_count ? HAS_SECRETS : 0) |
			      (p->sighting ? HAS_SIGHTING : 0) | (p->state ? HAS_STATE : 0));
	pack_json(p->captures, out);
	pack_json(p->item, out);
	if (p->check->secret_count)
		pack_secrets(p->check, p->secrets, out);
	pack_json(p->sighting, out);
	pack_json(p->state, out);
}

static json_t *unpack_json(struct unpack *u)
{
	size_t len;
	const char *bytes = unpack_bytes(u, &len);
	json_t *value = json_loadb(bytes, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	if (!value)
		u->bad = true;
	return value;
}

static struct secrets *unpack_secrets(struct unpack *u)
{
	struct secrets *s = secrets_new();

	for (uint32_t left = unpack_u32(u); left && !u->bad; left--) {
		uint32_t number = unpack_u32(u);
		size_t len;
		const char *text = unpack_bytes(u, &len);

		if (!u->bad)
			secrets_load(s, number, text, len);
	}
	return s;
}

int assignment_unpack(const struct wire_message *m, const struct plan *plan, struct assignment *out,
		      struct err **e)
{
	struct unpack u = { .at = m->bytes, .left = m->header.length };
	struct assignment a = { .job = m->header.job, .serial = m->header.serial };
	uint32_t index = unpack_u32(&u), has;

	a.attempt = unpack_u32(&u);
	has = unpack_u32(&u);
	if (has & HAS_CAPTURES)
		a.captures = unpack_json(&u);
	if (has & HAS_ITEM)
		a.item = unpack_json(&u);
	if (has & HAS_SECRETS)
		a.secrets = unpack_secrets(&u);
	if (has & HAS_SIGHTING)
		a.sighting = unpack_json(&u);
	if (has & HAS_STATE)
		a.state = unpack_json(&u);
	if (u.bad || u.left || index >= plan->count ||
	    (has & HAS_SIGHTING && !json_is_object(a.sighting))) {
		assignment_release(&a);
		return err_set(e, ERR_BUG, "a malformed job");
	}
	a.check = &plan->checks[index];
	*out = a;
	return 0;
}

void assignment_release(struct assignment *a)
{
	json_decref(a->captures);
	json_decref(a->item);
	json_decref(a->sighting);
	json_decref(a->state);
	secrets_free(a->secrets);
	*a = (struct assignment){ 0 };
}
