/*
 * rpm_ndb - the packages in Packages.db, rpm's own format ndb (SUSE; lib/backend/ndb/rpmpkg.c of
 * rpm): pages of slots, each of which says where the header of one package lies, with a check sum.
 */
#include <string.h>
#include <zlib.h>

#include "checks/snapshot/rpm_list.h"
#include "engine/base/late.h"

#define PAGE 4096
#define BLOCK 16
#define FIRST_SLOT 32 /* what lies before is the head of the file */
#define BLOB_HEAD 16
#define BLOB_TAIL 12

/* The check sum, of zlib. */
static __typeof__(&adler32_z) adler;

struct slot {
	uint32_t package, at, count; /* at and count in blocks; at 0: it is free */
};

static bool is_word4(const uint8_t *p, const char *magic)
{
	return !memcmp(p, magic, 4);
}

/* Number, time and length; the header, filled up; check sum, length again. */
static int read_blob(const uint8_t *blob, const struct slot *s, struct rpm_list *list)
{
	const uint64_t size = (uint64_t)s->count * BLOCK;
	const uint8_t *tail = blob + size - BLOB_TAIL;
	const uint64_t len = rpm_le32(blob + 12);

	if (!is_word4(blob, "BlbS") || !is_word4(tail + 8, "BlbE") ||
	    rpm_le32(blob + 4) != s->package || rpm_le32(tail + 4) != len)
		return -1;
	if (len > RPM_HEADER_MAX || (BLOB_HEAD + len + BLOB_TAIL + BLOCK - 1) / BLOCK != s->count ||
	    rpm_le32(tail) != adler(1, blob, (size_t)size - BLOB_TAIL))
		return -1;
	return rpm_list_add(list, s->package, blob + BLOB_HEAD, (size_t)len);
}

bool rpm_is_ndb(const uint8_t *bytes, size_t len)
{
	return len >= FIRST_SLOT && is_word4(bytes, "RpmP");
}

int rpm_ndb_read(const uint8_t *bytes, size_t len, struct rpm_list *list)
{
	static const struct late_symbol symbols[] = { { "adler32_z", &adler }, { NULL, NULL } };
	const uint64_t pages = rpm_le32(bytes + 12), blocks = len / BLOCK;
	uint64_t taken = 0;

	if (late_load(LATE_ZLIB, symbols, NULL) < 0) {
		list->why = "zlib, which has its check sums, cannot be loaded: install zlib1g";
		return -1;
	}
	if (rpm_le32(bytes + 4) != 0) {
		list->why = "it is of a version of the format ndb that rounds does not know";
		return -1;
	}
	if (!pages || pages > len / PAGE)
		return -1;
	for (size_t at = FIRST_SLOT; at < pages * PAGE; at += BLOCK) {
		const struct slot s = { rpm_le32(bytes + at + 4), rpm_le32(bytes + at + 8),
					rpm_le32(bytes + at + 12) };

		if (!is_word4(bytes + at, "Slot"))
			return -1;
		if (!s.at)
			continue;
		/* no block is of two packages: more than there are would be read for ever */
		taken += s.count;
		if (!s.package || s.count < 2 || s.at < pages * (PAGE / BLOCK) ||
		    (uint64_t)s.at + s.count > blocks || taken > blocks)
			return -1;
		if (read_blob(bytes + (size_t)s.at * BLOCK, &s, list) < 0)
			return -1;
	}
	return 0;
}
