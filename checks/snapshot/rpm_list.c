#include "checks/snapshot/rpm_list.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"

/* Tags and types of a header: lib/rpmtag.h of rpm. */
enum { TAG_NAME = 1000,
       TAG_VERSION = 1001,
       TAG_RELEASE = 1002,
       TAG_EPOCH = 1003,
       TAG_ARCH = 1022 };
enum { TYPE_INT32 = 4,
       TYPE_STRING = 6 };

struct rpm_row {
	uint32_t number;
	char *text;
};

struct header {
	const char *text[4]; /* name, version, release, architecture */
	uint32_t epoch;
};

static const uint32_t text_tags[] = { TAG_NAME, TAG_VERSION, TAG_RELEASE, TAG_ARCH };

uint32_t rpm_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t rpm_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void take_entry(struct header *h, const uint8_t *entry, const uint8_t *data, size_t len)
{
	const uint32_t tag = rpm_be32(entry), type = rpm_be32(entry + 4);
	const uint32_t at = rpm_be32(entry + 8);

	if (tag == TAG_EPOCH && type == TYPE_INT32 && at <= len && len - at >= 4)
		h->epoch = rpm_be32(data + at);
	for (size_t i = 0; i < ARRAY_SIZE(text_tags); i++)
		if (tag == text_tags[i] && type == TYPE_STRING && at < len &&
		    memchr(data + at, '\0', len - at))
			h->text[i] = (const char *)data + at;
}

/* A word as it stands in a paragraph: what is no line is none of rpm's. */
static bool is_word(const char *s)
{
	return s && *s && !strpbrk(s, "\n ");
}

int rpm_list_add(struct rpm_list *l, uint32_t number, const uint8_t *header, size_t size)
{
	struct header h = { .epoch = 0 };
	auto_buf struct buf told = BUF_INIT(65536);
	size_t entries, data;

	if (size < 8)
		return -1;
	entries = rpm_be32(header);
	data = rpm_be32(header + 4);
	if (entries > (size - 8) / 16 || data > size - 8 - entries * 16)
		return -1;
	for (size_t i = 0; i < entries; i++)
		take_entry(&h, header + 8 + i * 16, header + 8 + entries * 16, data);
	if (!is_word(h.text[0]) || !is_word(h.text[1]) || !is_word(h.text[2]))
		return -1;
	buf_printf(&told, "Package: %s\nVersion: ", h.text[0]);
	if (h.epoch)
		buf_printf(&told, "%u:", h.epoch);
	buf_printf(&told, "%s-%s\n", h.text[1], h.text[2]);
	if (is_word(h.text[3]))
		buf_printf(&told, "Architecture: %s\n", h.text[3]);
	array_grow(l->rows, l->count, l->cap);
	l->rows[l->count++] = (struct rpm_row){ number, buf_take(&told) };
	return 0;
}

static int row_later(const void *a, const void *b)
{
	const struct rpm_row *one = a, *other = b;

	return (one->number < other->number) - (one->number > other->number);
}

void rpm_list_print(struct rpm_list *l, struct buf *out)
{
	if (l->count)
		qsort(l->rows, l->count, sizeof(*l->rows), row_later);
	for (size_t i = 0; i < l->count; i++)
		buf_printf(out, "%s\n", l->rows[i].text);
}

void rpm_list_free(struct rpm_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->rows[i].text);
	free(l->rows);
	*l = (struct rpm_list){ 0 };
}
