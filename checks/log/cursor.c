#include "checks/log/cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/xalloc.h"

void cursor_release(struct cursor *c)
{
	free(c->path);
	free(c->file);
	free(c->open_as);
	*c = (struct cursor){ 0 };
}

static char *text_of(const json_t *state, const char *key)
{
	const char *text = json_string_value(json_object_get(state, key));

	return text ? xstrdup(text) : NULL;
}

static bool read_print(const json_t *state, const char *key, const char *bytes_key,
		       char print[PRINT_SIZE], size_t *bytes)
{
	const char *text = json_string_value(json_object_get(state, key));
	json_int_t n = json_integer_value(json_object_get(state, bytes_key));

	if (!text || strlen(text) != PRINT_SIZE - 1 || n < 0 || n > PRINT_BYTES)
		return false;
	memcpy(print, text, PRINT_SIZE);
	*bytes = (size_t)n;
	return true;
}

static bool read_place(const json_t *state, struct cursor *c)
{
	c->file = text_of(state, "file");
	c->device = (uint64_t)json_integer_value(json_object_get(state, "device"));
	c->inode = (uint64_t)json_integer_value(json_object_get(state, "inode"));
	c->offset = json_integer_value(json_object_get(state, "offset"));
	c->stamp = json_is_integer(json_object_get(state, "stamp"))
			   ? json_integer_value(json_object_get(state, "stamp"))
			   : INT64_MIN;
	c->open_as = text_of(state, "open");
	return c->file && c->offset >= 0 &&
	       read_print(state, "head", "head_bytes", c->head, &c->head_bytes) &&
	       read_print(state, "last", "last_bytes", c->last, &c->last_bytes) &&
	       (int64_t)c->head_bytes <= c->offset && (int64_t)c->last_bytes <= c->offset;
}

bool cursor_read(const json_t *state, const char *path, struct cursor *out)
{
	struct cursor c = { .path = text_of(state, "path") };

	c.absent = json_is_true(json_object_get(state, "absent"));
	c.time = json_integer_value(json_object_get(state, "time"));
	if (!c.path || strcmp(c.path, path) || (!c.absent && !read_place(state, &c))) {
		cursor_release(&c);
		return false;
	}
	*out = c;
	return true;
}

json_t *cursor_tell(const struct cursor *c)
{
	json_t *state;

	if (c->absent)
		return json_pack("{s:s, s:b, s:I}", "path", c->path, "absent", 1, "time",
				 (json_int_t)c->time);
	state = json_pack("{s:s, s:s, s:I, s:I, s:I, s:s, s:I, s:s, s:I, s:I}", "path", c->path,
			  "file", c->file, "device", (json_int_t)c->device, "inode",
			  (json_int_t)c->inode, "offset", (json_int_t)c->offset, "head", c->head,
			  "head_bytes", (json_int_t)c->head_bytes, "last", c->last, "last_bytes",
			  (json_int_t)c->last_bytes, "time", (json_int_t)c->time);
	if (state && c->stamp != INT64_MIN)
		json_object_set_new(state, "stamp", json_integer(c->stamp));
	if (state && c->open_as)
		json_object_set_new(state, "open", json_string(c->open_as));
	return state;
}

int cursor_take_prints(struct cursor *c, struct stream *s)
{
	c->head_bytes = c->last_bytes =
		c->offset < PRINT_BYTES ? (size_t)c->offset : (size_t)PRINT_BYTES;
	if (stream_print(s, 0, c->head_bytes, c->head) < 0)
		return -1;
	return stream_print(s, c->offset - (int64_t)c->last_bytes, c->last_bytes, c->last);
}

bool cursor_same_inode(const struct cursor *c, const struct stream *s)
{
	const struct stat *st = stream_stat(s);

	return (uint64_t)st->st_dev == c->device && (uint64_t)st->st_ino == c->inode;
}

int cursor_fits(const struct cursor *c, struct stream *s)
{
	char print[PRINT_SIZE];

	errno = 0;
	if (stream_size(s) < c->offset || (c->head_bytes < PRINT_MIN && !cursor_same_inode(c, s)))
		return 0;
	if (stream_print(s, 0, c->head_bytes, print) < 0)
		return errno == ETIMEDOUT ? -1 : 0;
	if (strcmp(print, c->head))
		return 0;
	if (stream_print(s, c->offset - (int64_t)c->last_bytes, c->last_bytes, print) < 0)
		return errno == ETIMEDOUT ? -1 : 0;
	return !strcmp(print, c->last);
}
