#include "checks/modules/ssh/key.h"

#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "engine/base/io.h"
#include "engine/base/text.h"

#define KEY_MAX ((size_t)64 * 1024)

char *key_read(const char *given, struct observer *o, int *failed)
{
	auto_err struct err *e = NULL;
	auto_buf struct buf b = BUF_INIT(KEY_MAX);

	*failed = 0;
	if (!given)
		return NULL;
	if (*given !=
	    '/') /* a key that came through one line of an environment lacks its last line end */
		return text_ends_with(given, "\n") ? xstrdup(given) : xasprintf("%s\n", given);
	if (io_read_file(given, &b, &e) == 0)
		return buf_take(&b);
	observer_trouble(o, err_code(e) == ERR_PERMISSION ? KIND_PERMISSION : KIND_PARAMETER,
			 "key: %s", err_text(e));
	*failed = -1;
	return NULL;
}

void key_wipe(char *key)
{
	if (key)
		explicit_bzero(key, strlen(key));
	free(key);
}
