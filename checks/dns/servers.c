#include "checks/dns/servers.h"

#include <string.h>

#include "checks/net/address.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/xalloc.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_MAX ((size_t)64 * 1024)
#define BLANKS " \t\r"

/* "nameserver 10.0.0.1": others, and what is no address, are passed over as the C library does. */
static void line_parse(const char *line, size_t len, struct addresses *out)
{
	static const char word[] = "nameserver";
	auto_free char *copy = xmemdup0(line, len);
	char *value = copy + sizeof(word) - 1;

	if (strncmp(copy, word, sizeof(word) - 1) != 0 || !*value || !strchr(BLANKS, *value))
		return;
	value += strspn(value, BLANKS);
	value[strcspn(value, BLANKS)] = '\0';
	if (out->count < ADDRESSES_MAX && address_parse(value, &out->items[out->count]))
		out->count++;
}

void servers_parse(const char *text, struct addresses *out)
{
	out->count = 0;
	while (*text) {
		size_t len = strcspn(text, "\n");

		line_parse(text, len, out);
		text += len + (text[len] == '\n');
	}
	if (!out->count && address_parse("127.0.0.1", &out->items[0]))
		out->count = 1;
}

int servers_read(struct addresses *out, struct err **e)
{
	auto_buf struct buf text = BUF_INIT(RESOLV_CONF_MAX);
	struct err *why = NULL;

	if (io_read_file(RESOLV_CONF, &text, &why) < 0 && err_code(why) != ERR_NOT_FOUND) {
		if (e)
			*e = why;
		else
			err_free(why);
		return -1;
	}
	err_free(why);
	servers_parse(buf_text(&text), out);
	return 0;
}
