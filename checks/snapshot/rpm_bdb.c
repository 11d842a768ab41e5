/*
 * rpm_bdb - the packages in Packages, a hash of Berkeley DB (rpm before 4.16, as in CentOS 7): its
 * pages are all looked through, since each of them says what it is (dbinc/db_page.h of Berkeley
 * DB).
 *
 * Keys are the numbers of packages, data their headers; number 0 holds no package.
 */
#include <string.h>

#include "checks/snapshot/rpm_list.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"

#define META_SIZE 128
#define PAGE_HEAD 26
#define HASH_MAGIC 0x061561
/* Versions of the format since Berkeley DB 3.1; the pages of headers are the same in all. */
#define VERSION_MIN 7
#define VERSION_MAX 10
#define HAS_SUMS 1 /* pages with check sums have longer heads */

enum { PAGE_HASH_UNSORTED = 2,
       PAGE_OVERFLOW = 7,
       PAGE_HASHMETA = 8,
       PAGE_HASH = 13 };
enum { ITEM_HERE = 1,
       ITEM_ELSEWHERE = 3 };

struct file {
	const uint8_t *bytes;
	size_t page, pages;
	size_t followed; /* pages of chains: none is in two */
	bool swapped;    /* written by a machine of the other byte order */
	struct rpm_list *list;
};

/* An item of a page without the byte of its type. */
struct item {
	uint8_t type;
	const uint8_t *at;
	size_t size;
};

static uint32_t get32(const struct file *f, const uint8_t *p)
{
	return f->swapped ? rpm_be32(p) : rpm_le32(p);
}

static uint16_t get16(const struct file *f, const uint8_t *p)
{
	return (uint16_t)(f->swapped ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

/* Items lie one below the other, the first at the end of the page. */
static int item_get(const struct file *f, const uint8_t *page, size_t i, struct item *out)
{
	const uint8_t *offsets = page + PAGE_HEAD;
	const size_t at = get16(f, offsets + 2 * i);
	const size_t end = i ? get16(f, offsets + 2 * (i - 1)) : f->page;

	if (at < PAGE_HEAD || at >= end || end > f->page)
		return -1;
	*out = (struct item){ page[at], page + at + 1, end - at - 1 };
	return 0;
}

/* Data that lies in a chain of pages of its own: 3 bytes unused, its first page, its length. */
static int chain_read(struct file *f, const struct item *item, struct buf *out)
{
	uint32_t number, left;

	if (item->size < 11)
		return -1;
	number = get32(f, item->at + 3);
	left = get32(f, item->at + 7);
	if (left > RPM_HEADER_MAX)
		return -1;
	while (left) {
		const uint8_t *page;
		size_t here;

		if (!number || number >= f->pages || ++f->followed > f->pages)
			return -1;
		page = f->bytes + number * f->page;
		here = get16(f, page + 22);
		if (page[25] != PAGE_OVERFLOW || !here || here > left || here > f->page - PAGE_HEAD)
			return -1;
		buf_add(out, page + PAGE_HEAD, here);
		left -= (uint32_t)here;
		number = get32(f, page + 16);
	}
	return 0;
}

static int pair_read(struct file *f, const struct item *key, const struct item *data)
{
	auto_buf struct buf header = BUF_INIT(RPM_HEADER_MAX);
	uint32_t number;

	if (key->type != ITEM_HERE || key->size != 4)
		return -1;
	number = get32(f, key->at);
	if (!number)
		return 0;
	if (data->type == ITEM_HERE)
		return rpm_list_add(f->list, number, data->at, data->size);
	if (data->type != ITEM_ELSEWHERE || chain_read(f, data, &header) < 0)
		return -1;
	return rpm_list_add(f->list, number, (const uint8_t *)buf_text(&header), header.len);
}

static int page_read(struct file *f, const uint8_t *page)
{
	const size_t count = get16(f, page + 20);

	if (count % 2 || count > (f->page - PAGE_HEAD) / 2)
		return -1;
	for (size_t i = 0; i < count; i += 2) {
		struct item key, data;

		if (item_get(f, page, i, &key) < 0 || item_get(f, page, i + 1, &data) < 0 ||
		    pair_read(f, &key, &data) < 0)
			return -1;
	}
	return 0;
}

static int file_open(struct file *f, size_t len)
{
	const uint32_t version = get32(f, f->bytes + 16);

	f->page = get32(f, f->bytes + 20);
	if (f->bytes[24] || f->bytes[26] & HAS_SUMS || version < VERSION_MIN ||
	    version > VERSION_MAX) {
		f->list->why = "it is encrypted, has check sums or is of a version of Berkeley DB "
			       "that rounds does not know";
		return -1;
	}
	if (f->page < 512 || f->page > 65536 || f->page & (f->page - 1) ||
	    f->bytes[25] != PAGE_HASHMETA)
		return -1;
	f->pages = len / f->page;
	/* cut: what is missing may be a package */
	return get32(f, f->bytes + 32) < f->pages ? 0 : -1;
}

bool rpm_is_bdb(const uint8_t *bytes, size_t len)
{
	return len >= META_SIZE &&
	       (rpm_le32(bytes + 12) == HASH_MAGIC || rpm_be32(bytes + 12) == HASH_MAGIC);
}

int rpm_bdb_read(const uint8_t *bytes, size_t len, struct rpm_list *list)
{
	struct file f = { .bytes = bytes,
			  .swapped = rpm_be32(bytes + 12) == HASH_MAGIC,
			  .list = list };

	if (file_open(&f, len) < 0)
		return -1;
	for (size_t i = 1; i < f.pages; i++) {
		const uint8_t *page = bytes + i * f.page;

		if ((page[25] == PAGE_HASH || page[25] == PAGE_HASH_UNSORTED) &&
		    page_read(&f, page) < 0)
			return -1;
	}
	return 0;
}
