/*
 * secret - the one place where secret texts live.
 *
 * Texts, and what is made of them for masking, lie in regions that a fork wipes; only numbers and
 * lengths lie outside.
 */
#include "engine/base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/secret_mask.h"
#include "engine/base/secret_region.h"
#include "engine/base/xalloc.h"

#define SECRET_MAX ((size_t)65536)
#define SECRET_NUMBERS ((uint32_t)1 << 20)
#define REGION_SIZE ((size_t)4 * 65536)

struct vault {
	struct secret_text *texts; /* number - 1; the bytes are in the regions */
	size_t count, cap;
	struct secret_region *regions;
	size_t region_count, region_cap;
	struct secret_region masker_region;
	struct masker *masker; /* NULL: to be made */
};

/* The handle can be const while a masker is made behind it. */
struct secrets {
	struct vault *vault;
};

struct secrets *secrets_new(void)
{
	struct secrets *s = xcalloc(1, sizeof(*s));

	s->vault = xcalloc(1, sizeof(*s->vault));
	return s;
}

static void forget(struct vault *v, void (*give_back)(struct secret_region *))
{
	size_t i;

	for (i = 0; i < v->region_count; i++)
		give_back(&v->regions[i]);
	give_back(&v->masker_region);
	free(v->regions);
	free(v->texts);
	*v = (struct vault){ 0 };
}

void secrets_clear(struct secrets *s)
{
	forget(s->vault, secret_region_wipe);
}

void secrets_after_fork(struct secrets *s)
{
	/* Not overwritten: that would copy the parent's pages first. */
	forget(s->vault, secret_region_drop);
}

void secrets_free(struct secrets *s)
{
	if (!s)
		return;
	secrets_clear(s);
	free(s->vault);
	free(s);
}

/* Whether a fork has emptied the regions; nobody may read them then. */
static bool is_live(const struct vault *v)
{
	return v->region_count && secret_region_is_live(&v->regions[0]);
}

/* Each text has a NUL after it. */
static char *vault_take(struct vault *v, size_t size)
{
	char *p = NULL;

	if (v->region_count)
		p = secret_region_take(&v->regions[v->region_count - 1], size);
	if (p)
		return p;
	array_grow(v->regions, v->region_count, v->region_cap);
	secret_region_init(&v->regions[v->region_count], size > REGION_SIZE ? size : REGION_SIZE);
	p = secret_region_take(&v->regions[v->region_count++], size);
	if (!p)
		xalloc_failed();
	return p;
}

static void vault_put(struct vault *v, uint32_t number, const char *text, size_t len)
{
	char *copy = vault_take(v, len + 1);

	memcpy(copy, text, len);
	while (v->count < number) {
		array_grow(v->texts, v->count, v->cap);
		v->texts[v->count++] = (struct secret_text){ 0 };
	}
	v->texts[number - 1] = (struct secret_text){ .text = copy, .len = len };
	secret_region_wipe(&v->masker_region);
	v->masker = NULL;
}

uint32_t secrets_add(struct secrets *s, const char *text, size_t len)
{
	struct vault *v = s->vault;
	uint32_t i;

	if (len > SECRET_MAX)
		return 0;
	if (v->region_count && !is_live(v))
		secrets_after_fork(s);
	for (i = 0; i < v->count; i++)
		if (v->texts[i].text && v->texts[i].len == len &&
		    !memcmp(v->texts[i].text, text, len))
			return i + 1;
	if (v->count >= SECRET_NUMBERS)
		return 0;
	vault_put(v, (uint32_t)v->count + 1, text, len);
	return (uint32_t)v->count;
}

void secrets_load(struct secrets *s, uint32_t number, const char *text, size_t len)
{
	size_t have = 0;
	const char *old = secrets_text(s, number, &have);

	if (!number || number > SECRET_NUMBERS || len > SECRET_MAX)
		return;
	if (old && have == len && !memcmp(old, text, len))
		return;
	if (s->vault->region_count && !is_live(s->vault))
		secrets_after_fork(s);
	vault_put(s->vault, number, text, len);
}

const char *secrets_text(const struct secrets *s, uint32_t number, size_t *len)
{
	const struct vault *v = s->vault;

	if (!number || number > v->count || !v->texts[number - 1].text || !is_live(v))
		return NULL;
	if (len)
		*len = v->texts[number - 1].len;
	return v->texts[number - 1].text;
}

uint32_t secrets_count(const struct secrets *s)
{
	return (uint32_t)s->vault->count;
}

size_t secrets_mask(const struct secrets *s, struct buf *out, const char *text, size_t len)
{
	struct vault *v = s->vault;

	if (!v->count || !is_live(v)) {
		buf_add(out, text, len);
		return 0;
	}
	if (!v->masker)
		v->masker = masker_new(&v->masker_region, v->texts, v->count);
	return masker_mask(v->masker, out, text, len);
}
