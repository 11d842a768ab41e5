/*
 * wire - a DNS message from outside, read step by step within its bounds.
 */
#ifndef CHECKS_DNS_WIRE_H
#define CHECKS_DNS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct buf;

/* Where we are in a message. Once something did not fit, `broken` says what, and all is 0. */
struct dns_cursor {
	const unsigned char *bytes;
	size_t len, at;
	const char *broken;
};

/* One record of the answer, as it is on the wire. */
struct dns_record {
	uint16_t type;
	uint32_t ttl;
	size_t data, data_len; /* where its data lies */
};

/* The longest name as text: 255 bytes, each perhaps as \ddd. */
#define DNS_NAME_TEXT_MAX 1024

uint16_t dns_read16(struct dns_cursor *c);
uint32_t dns_read32(struct dns_cursor *c);
/* Append a name as text, without the dot at the end; the root is ".". */
void dns_read_name(struct dns_cursor *c, struct buf *out);
/* Append the name of a type: "MX", "TYPE65". */
void dns_type_print(uint16_t type, struct buf *out);
/* Set the members that a record's type has, and `value`, on a map. c stands at its data, and its
 * end is that of the data (names may still point before it). */
void dns_record_members(struct dns_cursor *c, const struct dns_record *r, json_t *map);

#endif
