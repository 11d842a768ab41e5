#include "checks/snapshot/rpm_database.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

#define MAGIC "SQLite format 3"
#define DEPTH_MAX 20
#define PAYLOAD_MAX ((uint64_t)64 * 1024 * 1024)
#define PAGE_INTERIOR 5
#define PAGE_LEAF 13

/* Tags and types of a header: lib/rpmtag.h of rpm. */
enum { TAG_NAME = 1000,
       TAG_VERSION = 1001,
       TAG_RELEASE = 1002,
       TAG_EPOCH = 1003,
       TAG_ARCH = 1022 };
enum { TYPE_INT32 = 4,
       TYPE_STRING = 6 };

struct database {
	const uint8_t *bytes;
	size_t len, page, usable, pages;
	size_t visited; /* a tree has no page twice */
	/* what to do with a row; -1 ends it */
	int (*row)(struct database *d, const uint8_t *record, size_t len);
	uint32_t packages; /* root page of the table */
	char **told;
	size_t count, cap;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Bytes that it took; 0: the end came first. */
static size_t varint(const uint8_t *p, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 9 && i < len; i++) {
		if (i == 8) {
			*out = v << 8 | p[i];
			return 9;
		}
		v = v << 7 | (p[i] & 0x7f);
		if (!(p[i] & 0x80)) {
			*out = v;
			return i + 1;
		}
	}
	return 0;
}

static const uint8_t *page_at(const struct database *d, uint32_t number)
{
	return number && number <= d->pages ? d->bytes + (number - 1) * d->page : NULL;
}

/*
 * Records: the header says what follows it.
 */

/* The column of a record: its bytes and what kind they are; -1: there is none. */
static int column(const uint8_t *r, size_t len, size_t which, const uint8_t **at, size_t *size,
		  uint64_t *serial)
{
	static const uint8_t sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };
	uint64_t header, type, body;
	size_t n = varint(r, len, &header), used = n;

	if (!n || header > len)
		return -1;
	body = header;
	for (size_t i = 0; used < header; i++) {
		n = varint(r + used, header - used, &type);
		if (!n)
			return -1;
		used += n;
		*size = type < 12 ? sizes[type] : (size_t)((type - 12) / 2);
		if (type > 2 * PAYLOAD_MAX || *size > len - body)
			return -1;
		*at = r + body;
		*serial = type;
		if (i == which)
			return 0;
		body += *size;
	}
	return -1;
}

/* A row of the schema: type, name, table, root page, SQL. */
static int schema_row(struct database *d, const uint8_t *record, size_t len)
{
	const uint8_t *name, *root;
	size_t n, size;
	uint64_t serial, number = 0;

	if (column(record, len, 1, &name, &n, &serial) < 0 || n != 8 || memcmp(name, "Packages", 8))
		return 0;
	if (column(record, len, 3, &root, &size, &serial) < 0 || serial > 6)
		return -1;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | root[i];
	/* 8 and 9 are the numbers 0 and 1 themselves: no root page of a table of rpm's */
	d->packages = (uint32_t)number;
	return 0;
}

/*
 * Headers of packages.
 */

struct header {
	const char *text[5]; /* name, version, release, architecture */
	uint32_t epoch;
};

static const uint32_t text_tags[] = { TAG_NAME, TAG_VERSION, TAG_RELEASE, TAG_ARCH };

static void take_entry(struct header *h, const uint8_t *entry, const uint8_t *data, size_t len)
{
	const uint32_t tag = be32(entry), type = be32(entry + 4), at = be32(entry + 8);

	if (tag == TAG_EPOCH && type == TYPE_INT32 && at <= len && len - at >= 4)
		h->epoch = be32(data + at);
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

static int package_row(struct database *d, const uint8_t *record, size_t len)
{
	struct header h = { .epoch = 0 };
	auto_buf struct buf told = BUF_INIT(65536);
	const uint8_t *blob;
	uint64_t serial;
	size_t size, entries, data;

	if (column(record, len, 1, &blob, &size, &serial) < 0 || serial < 12 || size < 8)
		return -1;
	entries = be32(blob);
	data = be32(blob + 4);
	if (entries > (size - 8) / 16 || data > size - 8 - entries * 16)
		return -1;
	for (size_t i = 0; i < entries; i++)
		take_entry(&h, blob + 8 + i * 16, blob + 8 + entries * 16, data);
	if (!is_word(h.text[0]) || !is_word(h.text[1]) || !is_word(h.text[2]))
		return -1;
	buf_printf(&told, "Package: %s\nVersion: ", h.text[0]);
	if (h.epoch)
		buf_printf(&told, "%u:", h.epoch);
	buf_printf(&told, "%s-%s\n", h.text[1], h.text[2]);
	if (is_word(h.text[3]))
		buf_printf(&told, "Architecture: %s\n", h.text[3]);
	array_grow(d->told, d->count, d->cap);
	d->told[d->count++] = buf_take(&told);
	return 0;
}

/*
 * The tree.
 */

/* What of a payload stands in the page itself. */
static size_t local_size(const struct database *d, uint64_t payload)
{
	const size_t most = d->usable - 35, least = (d->usable - 12) * 32 / 255 - 23;
	const size_t k = least + (size_t)((payload - least) % (d->usable - 4));

	if (payload <= most)
		return (size_t)payload;
	return k <= most ? k : least;
}

/* The rest of a payload stands in a chain of pages. */
static int add_overflow(struct database *d, uint32_t number, uint64_t left, struct buf *out)
{
	for (size_t i = 0; left && i <= d->pages; i++) {
		const uint8_t *page = page_at(d, number);
		const uint64_t n = left < d->usable - 4 ? left : d->usable - 4;

		if (!page)
			return -1;
		buf_add(out, page + 4, (size_t)n);
		left -= n;
		number = be32(page);
	}
	return left ? -1 : 0;
}

static int leaf_cell(struct database *d, const uint8_t *page, size_t at)
{
	auto_buf struct buf record = BUF_INIT(PAYLOAD_MAX);
	uint64_t payload, id;
	size_t n = varint(page + at, d->usable - at, &payload), local;

	if (!n || payload > PAYLOAD_MAX)
		return -1;
	at += n;
	n = varint(page + at, d->usable - at, &id);
	at += n;
	local = local_size(d, payload);
	if (!n || local > d->usable - at)
		return -1;
	if (local == payload)
		return d->row(d, page + at, local);
	if (d->usable - at - local < 4)
		return -1;
	buf_add(&record, page + at, local);
	if (add_overflow(d, be32(page + at + local), payload - local, &record) < 0)
		return -1;
	return d->row(d, (const uint8_t *)record.data, record.len);
}

static int walk(struct database *d, uint32_t number, unsigned depth)
{
	const uint8_t *page = page_at(d, number), *head;
	size_t cells, first;

	if (!page || depth > DEPTH_MAX || ++d->visited > d->pages)
		return -1;
	head = page + (number == 1 ? 100 : 0); /* the file's own header */
	if (head[0] != PAGE_LEAF && head[0] != PAGE_INTERIOR)
		return -1;
	cells = be16(head + 3);
	first = (size_t)(head - page) + (head[0] == PAGE_LEAF ? 8 : 12);
	if (cells > (d->usable - first) / 2)
		return -1;
	for (size_t i = 0; i < cells; i++) {
		const size_t at = be16(page + first + 2 * i);

		if (at > d->usable - 4)
			return -1;
		if (head[0] == PAGE_LEAF ? leaf_cell(d, page, at) < 0
					 : walk(d, be32(page + at), depth + 1) < 0)
			return -1;
	}
	return head[0] == PAGE_LEAF ? 0 : walk(d, be32(head + 8), depth + 1);
}

static int open_database(struct database *d)
{
	if (d->len < 512 || memcmp(d->bytes, MAGIC, sizeof(MAGIC)))
		return -1;
	d->page = be16(d->bytes + 16) == 1 ? 65536 : be16(d->bytes + 16);
	if (d->page < 512 || d->page & (d->page - 1) || d->bytes[20] > d->page - 480)
		return -1;
	d->usable = d->page - d->bytes[20];
	d->pages = d->len / d->page;
	/* cut: what is missing need not be of the table, but who knows */
	return be32(d->bytes + 28) <= d->pages ? 0 : -1;
}

static int read_all(struct database *d)
{
	if (open_database(d) < 0)
		return -1;
	d->row = schema_row;
	if (walk(d, 1, 0) < 0 || !d->packages)
		return -1;
	d->row = package_row;
	d->visited = 0;
	return walk(d, d->packages, 0);
}

int rpm_database_tell(const void *bytes, size_t len, struct buf *out, struct err **e)
{
	struct database d = { .bytes = bytes, .len = len };
	const int rc = read_all(&d);

	for (size_t i = d.count; i > 0; i--) {
		if (rc == 0)
			buf_printf(out, "%s\n", d.told[i - 1]);
		free(d.told[i - 1]);
	}
	free(d.told);
	return rc < 0 ? err_set(e, ERR_DATA, "it is damaged, or no data base of rpm's") : 0;
}
