/*
 * parse - the door through which checks reach the readers of other people's formats.
 */
#include "engine/decl/parse.h"

#include "engine/base/err.h"
#include "engine/document/reader.h"

json_t *parse_format(const char *format, const char *bytes, size_t len, struct err **e)
{
	const struct reader *reader = reader_find(format);

	if (reader)
		return reader->read(bytes, len, e);
	err_set(e, ERR_BUG, "there is no reader of the format '%s'", format);
	return NULL;
}
