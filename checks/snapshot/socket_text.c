/*
 * socket_text - the sockets in the text of /proc/net/{tcp,tcp6,udp,udp6}. Pure.
 */
#include "checks/snapshot/sockets.h"

#include <string.h>
#include <sys/socket.h>

#include "engine/base/number.h"

/* The next word of a line, blanks before it skipped; empty at the end. */
static const char *word_next(const char *s, char *out, size_t size)
{
	size_t n;

	s += strspn(s, " \t");
	n = strcspn(s, " \t\n");
	memcpy(out, s, n < size ? n : size - 1);
	out[n < size ? n : size - 1] = '\0';
	return s + n;
}

static int hex_read(const char *s, size_t digits, uint64_t *out)
{
	char text[17] = "";

	if (digits >= sizeof(text) || strnlen(s, digits) < digits)
		return -1;
	memcpy(text, s, digits);
	return number_hex(text, out);
}

/* Each 32 bits of the address are a number in the byte order of the machine. */
static int address_read(struct socket_row *row, const char *text)
{
	size_t words = row->family == AF_INET ? 1 : 4;
	uint64_t v;

	for (size_t i = 0; i < words; i++, text += 8) {
		uint32_t word;

		if (hex_read(text, 8, &v) < 0)
			return -1;
		word = (uint32_t)v;
		memcpy(row->address + 4 * i, &word, 4);
	}
	if (*text != ':' || number_hex(text + 1, &v) < 0 || v > UINT16_MAX)
		return -1;
	row->port = (uint16_t)v;
	return 0;
}

/* The columns: sl local remote state tx:rx timer retransmits uid timeout inode. 1: a row, 0: of
 * another state, -1. */
static int line_read(struct socket_row *row, unsigned state, const char *line)
{
	enum { LOCAL = 1, STATE = 3, QUEUES = 4, INODE = 9 };
	char word[64];
	uint64_t v;

	for (int column = 0; column <= INODE; column++) {
		line = word_next(line, word, sizeof(word));
		if (column == LOCAL && address_read(row, word) < 0)
			return -1;
		if (column == STATE && (number_hex(word, &v) < 0 || v != state))
			return number_hex(word, &v) < 0 ? -1 : 0;
		if (column == QUEUES &&
		    !hex_read(word + strcspn(word, ":") + (strchr(word, ':') != NULL), 8, &v))
			row->waiting = (uint32_t)v;
		if (column == INODE && number_uint(word, &row->inode) < 0)
			return -1;
	}
	return 1;
}

size_t socket_text_read(struct socket_table *t, int family, unsigned state, const char *text)
{
	const char *line = strchr(text, '\n'); /* the first one names the columns */
	size_t bad = 0;

	while (line && line[1]) {
		struct socket_row row = { .family = family };
		int taken = line_read(&row, state, ++line);

		bad += taken < 0;
		if (taken > 0 && row.port)
			socket_table_add(t, &row);
		line = strchr(line, '\n');
	}
	return bad;
}
