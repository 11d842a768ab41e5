/*
 * rpm_list - the packages of a data base of rpm's, and who reads which of its three formats.
 *
 * The readers take any bytes for what they are: sizes, offsets and chains are held against the
 * file, and a page or block is read once. No library of rpm's, SQLite's or Berkeley DB's is used.
 */
#ifndef CHECKS_SNAPSHOT_RPM_LIST_H
#define CHECKS_SNAPSHOT_RPM_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* No header of a package is larger: rpm itself takes 256 MB, of which the largest known use 10. */
#define RPM_HEADER_MAX ((size_t)64 * 1024 * 1024)

struct rpm_list {
	struct rpm_row *rows;
	size_t count, cap;
	const char *why; /* what is wrong other than damage; NULL: nothing, or damage */
};

/* Add a package by its header as data bases hold it (without its magic; rpm's manual, "RPM V4
 * Package format", Header). `number` grows with each installation. -1: it is none. */
int rpm_list_add(struct rpm_list *l, uint32_t number, const uint8_t *header, size_t size);
/* As paragraphs, what was installed last first. */
void rpm_list_print(struct rpm_list *l, struct buf *out);
void rpm_list_free(struct rpm_list *l);

/* Numbers as rpm's headers and SQLite have them, and as ndb has them. */
uint32_t rpm_be32(const uint8_t *p);
uint32_t rpm_le32(const uint8_t *p);

/* By the magic at the start. */
bool rpm_is_sqlite(const uint8_t *bytes, size_t len);
bool rpm_is_ndb(const uint8_t *bytes, size_t len);
bool rpm_is_bdb(const uint8_t *bytes, size_t len);

/* All packages of a file of the format. -1: damaged, or as list->why says. */
int rpm_sqlite_read(const uint8_t *bytes, size_t len, struct rpm_list *list);
int rpm_ndb_read(const uint8_t *bytes, size_t len, struct rpm_list *list);
int rpm_bdb_read(const uint8_t *bytes, size_t len, struct rpm_list *list);

#endif
