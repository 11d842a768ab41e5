#include "engine/store/state_file.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/log.h"

#define FILE_MAX_BYTES ((size_t)64 * 1024 * 1024)

json_t *state_file_read(const char *path, const char *format, const char *lost, struct log *log)
{
	auto_buf struct buf text = BUF_INIT(FILE_MAX_BYTES);
	auto_err struct err *e = NULL;
	json_t *file;
	const char *found;

	if (io_read_file(path, &text, &e) < 0) {
		if (err_code(e) != ERR_NOT_FOUND)
			log_say(log, LOG_WARNING, "%s: %s is not known", err_text(e), lost);
		return NULL;
	}
	file = json_loadb(buf_text(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
	found = json_string_value(json_object_get(file, "format"));
	if (found && !strcmp(found, format))
		return file;
	json_decref(file);
	log_say(log, LOG_WARNING, "'%s' is damaged: %s is not known", path, lost);
	return NULL;
}

static int write_text(const char *path, const char *text, size_t len, struct err **e)
{
	struct io_file *f = NULL;

	if (io_file_open(path, &f, e) < 0)
		return -1;
	if (io_file_write(f, text, len, e) < 0) {
		io_file_abort(f);
		return -1;
	}
	return io_file_commit(f, e);
}

int state_file_write(const char *path, const json_t *file, struct err **e)
{
	auto_free char *text = json_dumps(file, JSON_INDENT(1) | JSON_SORT_KEYS);
	const size_t len = text ? strlen(text) : 0;

	if (!text)
		return err_set(e, ERR_CREATE, "its state cannot be told as JSON");
	if (len > FILE_MAX_BYTES)
		return err_set(e, ERR_CREATE, "its state would be %zu bytes; at most %zu are kept",
			       len, FILE_MAX_BYTES);
	return write_text(path, text, len, e);
}
