#include "checks/modules/ssh/string.h"

#include "engine/base/buf.h"

struct string_view string_view_of(const struct buf *b, size_t at)
{
	return (struct string_view){ b->data, b->len, at };
}

int string_take_number(struct string_view *v, size_t *n)
{
	const unsigned char *p;

	if (v->at > v->len || v->len - v->at < 4)
		return -1;
	p = (const unsigned char *)v->data + v->at;
	*n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	v->at += 4;
	return 0;
}

int string_take(struct string_view *v, const char **text, size_t *len)
{
	size_t size;

	if (string_take_number(v, &size) || size > v->len - v->at)
		return -1;
	*text = v->data + v->at;
	*len = size;
	v->at += size;
	return 0;
}

void string_add_number(struct buf *out, size_t n)
{
	const unsigned char bytes[] = { (unsigned char)(n >> 24), (unsigned char)(n >> 16),
					(unsigned char)(n >> 8), (unsigned char)n };

	buf_add(out, bytes, sizeof(bytes));
}

void string_add(struct buf *out, const void *bytes, size_t len)
{
	string_add_number(out, len);
	buf_add(out, bytes, len);
}
