/*
 * payload - the bytes that a check sends: written as text or, where they are none, as hex digits.
 */
#ifndef CHECKS_NET_PAYLOAD_H
#define CHECKS_NET_PAYLOAD_H

#include <stddef.h>

#include "engine/base/buf.h"

struct err;

/* Append the bytes of "1b00 00:FF": pairs of hex digits, with white space or colons between them.
 * -1: e says what is wrong. */
int payload_hex(const char *text, struct buf *out, struct err **e);
/* Append what is to be sent: of the field `send` (text) or `send_hex` (hex digits); both may be
 * NULL. -1: e says what is wrong. */
int payload_add(const char *text, const char *hex, struct buf *out, struct err **e);
/* Rules over a value of send_hex (or NULL), for validate: hex digits of 1 to `most` bytes. */
int payload_validate(const char *hex, size_t most, struct err **e);
/* Append the bytes as hex digits, two each. */
void payload_print_hex(const void *bytes, size_t len, struct buf *out);

#endif
