#include "checks/modules/ssh/libssh2_memory.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/xalloc.h"

enum {
	MSG_EXT_INFO = 7,         /* RFC 8308, 2.3 */
	MSG_CHANNEL_REQUEST = 98, /* RFC 4254, 9 */
};

#define EXTENSIONS_MAX 64
#define ALGORITHMS_MAX ((size_t)4096)

struct block {
	size_t size;
	max_align_t bytes[];
};

/* --- what shows in packets --- */

struct cursor {
	const unsigned char *at;
	size_t left;
};

static bool take_uint32(struct cursor *c, uint32_t *out)
{
	if (c->left < 4)
		return false;
	*out = (uint32_t)c->at[0] << 24 | (uint32_t)c->at[1] << 16 | (uint32_t)c->at[2] << 8 |
	       c->at[3];
	c->at += 4;
	c->left -= 4;
	return true;
}

/* An SSH string (RFC 4251, 5). */
static bool take_string(struct cursor *c, const char **text, size_t *len)
{
	uint32_t size;

	if (!take_uint32(c, &size) || size > c->left)
		return false;
	*text = (const char *)c->at;
	*len = size;
	c->at += size;
	c->left -= size;
	return true;
}

static bool is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

static void notice_extensions(struct packets_seen *seen, struct cursor c)
{
	const char *name, *value;
	size_t name_len, len;
	uint32_t count;

	if (!take_uint32(&c, &count) || count > EXTENSIONS_MAX)
		return;
	while (count-- && take_string(&c, &name, &name_len) && take_string(&c, &value, &len)) {
		if (!is(name, name_len, "server-sig-algs") || len > ALGORITHMS_MAX)
			continue;
		free(seen->signature_algorithms); /* the last word counts (RFC 8308, 2.4) */
		seen->signature_algorithms = xmemdup0(value, len);
	}
}

static void notice_request(struct packets_seen *seen, struct cursor c)
{
	const char *name;
	uint32_t channel;
	size_t len;

	if (take_uint32(&c, &channel) && take_string(&c, &name, &len) &&
	    is(name, len, "exit-status") && c.left >= 5) /* no reply wanted; the status */
		seen->exit_status = true;
}

static void notice(struct packets_seen *seen, const struct block *b)
{
	const unsigned char *bytes = (const unsigned char *)b->bytes;
	struct cursor c = { bytes + 1, b->size - 1 };

	if (b->size < 1 || !seen)
		return;
	if (*bytes == MSG_EXT_INFO)
		notice_extensions(seen, c);
	else if (*bytes == MSG_CHANNEL_REQUEST)
		notice_request(seen, c);
}

/* --- the library's allocator --- */

static struct block *block_of(void *bytes)
{
	return (struct block *)((char *)bytes - offsetof(struct block, bytes));
}

static void *on_alloc(size_t size, void **abstract)
{
	struct block *b = size < SIZE_MAX / 2 ? malloc(sizeof(*b) + size) : NULL;

	(void)abstract;
	if (!b)
		return NULL;
	b->size = size;
	return b->bytes;
}

static void wipe(struct block *b)
{
	explicit_bzero(b->bytes, b->size);
	free(b);
}

static void on_free(void *bytes, void **abstract)
{
	if (!bytes)
		return;
	notice(*abstract, block_of(bytes));
	wipe(block_of(bytes));
}

static void *on_realloc(void *bytes, size_t size, void **abstract)
{
	void *larger = on_alloc(size, abstract);

	if (larger && bytes) {
		struct block *b = block_of(bytes);

		memcpy(larger, bytes, b->size < size ? b->size : size);
		wipe(b);
	}
	return larger;
}

LIBSSH2_SESSION *libssh2_memory_session(struct packets_seen *abstract)
{
	return libssh2_session_init_ex(on_alloc, on_free, on_realloc, abstract);
}

unsigned char *libssh2_memory_bytes(const void *bytes, size_t len)
{
	unsigned char *copy = on_alloc(len, NULL);

	if (copy)
		memcpy(copy, bytes, len);
	return copy;
}

char *libssh2_memory_copy(const char *text)
{
	return (char *)libssh2_memory_bytes(text, strlen(text) + 1);
}
