/*
 * reader_json - JSON, by jansson; a duplicate member is an error.
 */
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/document/readers.h"

json_t *json_read(const char *bytes, size_t len, struct err **e)
{
	json_error_t error;
	json_t *v;

	reader_skip_mark(&bytes, &len);
	v = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!v) {
		/* jansson quotes the text near the mistake, which may be a secret */
		error.text[strcspn(error.text, "'")] = '\0';
		if (text_ends_with(error.text, " near "))
			error.text[strlen(error.text) - strlen(" near ")] = '\0';
		err_set(e, ERR_DATA, "line %d: %s", error.line > 0 ? error.line : 1, error.text);
	}
	return v;
}

unsigned json_line_of(const char *bytes, size_t len, const char *key)
{
	return reader_find_words(bytes, len, key, '"', ":");
}
