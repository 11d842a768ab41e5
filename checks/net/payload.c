#include "checks/net/payload.h"

#include <stdint.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/number.h"

int payload_hex(const char *text, struct buf *out, struct err **e)
{
	const char *p = text;

	while (*p) {
		int high, low = 16;

		if (strchr(" \t\r\n:", *p)) {
			p++;
			continue;
		}
		high = number_digit(p[0]);
		if (high < 16)
			low = number_digit(p[1]);
		if (low == 16)
			return err_set(e, ERR_DATA, "'%.20s' does not begin with two hex digits",
				       p);
		buf_addc(out, (char)(high << 4 | low));
		p += 2;
	}
	return 0;
}

int payload_add(const char *text, const char *hex, struct buf *out, struct err **e)
{
	if (text)
		buf_adds(out, text);
	else if (hex && payload_hex(hex, out, e) < 0)
		return err_wrap(e, "send_hex");
	return 0;
}

int payload_validate(const char *hex, size_t most, struct err **e)
{
	auto_buf struct buf bytes = BUF_INIT(SIZE_MAX);

	if (payload_add(NULL, hex, &bytes, e) < 0)
		return -1;
	if (hex && !bytes.len)
		return err_set(e, ERR_DATA, "send_hex: there are no hex digits");
	if (bytes.len > most)
		return err_set(e, ERR_DATA, "send_hex: %zu bytes are more than the %zu that can "
			       "be sent", bytes.len, most);
	return 0;
}

void payload_print_hex(const void *bytes, size_t len, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *b = bytes;

	for (size_t i = 0; i < len; i++) {
		buf_addc(out, digits[b[i] >> 4]);
		buf_addc(out, digits[b[i] & 15]);
	}
}
