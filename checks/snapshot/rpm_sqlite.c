/*
 * rpm_sqlite - the packages in rpmdb.sqlite (rpm 4.16 and later): the format of a SQLite file
 * (sqlite.org, "Database File Format") as far as its table Packages needs it.
 */
#include <stdbool.h>
#include <string.h>

#include "checks/snapshot/rpm_list.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"

#define MAGIC "SQLite format 3"
#define DEPTH_MAX 20
#define PAYLOAD_MAX ((uint64_t)64 * 1024 * 1024)
#define PAGE_INTERIOR 5
#define PAGE_LEAF 13

struct database {
	const uint8_t *bytes;
	size_t len, page, usable, pages;
	size_t visited; /* neither tree nor chain has a page twice */
	/* what to do with a row; -1 ends it */
	int (*row)(struct database *d, const uint8_t *record, size_t len);
	uint32_t packages; /* root page of the table */
	struct rpm_list *list;
	uint32_t told; /* rows come in the order of their numbers */
};

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

static int package_row(struct database *d, const uint8_t *record, size_t len)
{
	const uint8_t *blob;
	uint64_t serial;
	size_t size;

	if (column(record, len, 1, &blob, &size, &serial) < 0 || serial < 12)
		return -1;
	return rpm_list_add(d->list, ++d->told, blob, size);
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
	while (left) {
		const uint8_t *page = page_at(d, number);
		const uint64_t n = left < d->usable - 4 ? left : d->usable - 4;

		if (!page || ++d->visited > d->pages)
			return -1;
		buf_add(out, page + 4, (size_t)n);
		left -= n;
		number = rpm_be32(page);
	}
	return 0;
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
	if (add_overflow(d, rpm_be32(page + at + local), payload - local, &record) < 0)
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
					 : walk(d, rpm_be32(page + at), depth + 1) < 0)
			return -1;
	}
	return head[0] == PAGE_LEAF ? 0 : walk(d, rpm_be32(head + 8), depth + 1);
}

static int open_database(struct database *d)
{
	d->page = be16(d->bytes + 16) == 1 ? 65536 : be16(d->bytes + 16);
	if (d->page < 512 || d->page & (d->page - 1) || d->bytes[20] > d->page - 480)
		return -1;
	d->usable = d->page - d->bytes[20];
	d->pages = d->len / d->page;
	/* cut: what is missing need not be of the table, but who knows */
	return rpm_be32(d->bytes + 28) <= d->pages ? 0 : -1;
}

bool rpm_is_sqlite(const uint8_t *bytes, size_t len)
{
	return len >= 512 && !memcmp(bytes, MAGIC, sizeof(MAGIC));
}

int rpm_sqlite_read(const uint8_t *bytes, size_t len, struct rpm_list *list)
{
	struct database d = { .bytes = bytes, .len = len, .list = list };

	if (open_database(&d) < 0)
		return -1;
	d.row = schema_row;
	if (walk(&d, 1, 0) < 0 || !d.packages)
		return -1;
	d.row = package_row;
	d.visited = 0;
	return walk(&d, d.packages, 0);
}
