#include "checks/log/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/auto.h"
#include "engine/base/clock.h"
#include "engine/base/late.h"
#include "engine/base/root.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define SKIP_SIZE ((size_t)128 * 1024)

/* The functions of zlib; loaded with the first log that is compressed. */
static struct {
	__typeof__(&gzdopen) dopen;
	__typeof__(&gzread) read;
	__typeof__(&gzrewind) rewind;
	__typeof__(&gzerror) error;
	__typeof__(&gzclose) close;
} gz;

static const struct late_symbol gz_symbols[] = {
	{ "gzdopen", &gz.dopen }, { "gzread", &gz.read },   { "gzrewind", &gz.rewind },
	{ "gzerror", &gz.error }, { "gzclose", &gz.close }, { NULL, NULL },
};

struct stream {
	int fd;
	struct stat st;
	int64_t deadline;
	bool gzip;
	int64_t pos; /* gzip: of the decompressed bytes */
	gzFile gz;
};

#define MAGIC(bytes) bytes, sizeof(bytes) - 1
#define GZIP_MAGIC MAGIC("\x1f\x8b")
#define MAGIC_MAX 8

/* How files begin that are no text: bzip2, lz4, xz, zip, zstd and the journal of systemd. */
static const struct {
	const char *bytes;
	size_t len;
} binaries[] = {
	{ MAGIC("BZh") },	       { MAGIC("\x04\x22\x4d\x18") }, { MAGIC("\xfd" "7zXZ") },
	{ MAGIC("PK\x03\x04") }, { MAGIC("\x28\xb5\x2f\xfd") }, { MAGIC("LPKSHHRH") },
};

static bool begins(const char *head, size_t have, const char *magic, size_t len)
{
	return have >= len && !memcmp(head, magic, len);
}

/* What it is, by how it begins. -1 with errno: also of what patterns match nothing in. */
static int tell_format(struct stream *s)
{
	char head[MAGIC_MAX];
	ssize_t n;

	do
		n = pread(s->fd, head, sizeof(head), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	s->gzip = begins(head, (size_t)n, GZIP_MAGIC);
	errno = text_is_wide(head, (size_t)n) ? EILSEQ : 0;
	for (size_t i = 0; i < ARRAY_SIZE(binaries); i++)
		if (begins(head, (size_t)n, binaries[i].bytes, binaries[i].len))
			errno = ENOTSUP;
	return errno ? -1 : 0;
}

/* Whether a file of no bytes is one. Those of /proc, which are made as they are read, all say so: a
 * log there would never hold anything. -1 with errno. */
static int check_empty(struct stream *s)
{
	char byte;
	ssize_t n;

	do
		n = pread(s->fd, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return (int)n;
	/* it may have grown just now */
	if (fstat(s->fd, &s->st) < 0)
		return -1;
	errno = ESPIPE;
	return s->st.st_size ? 0 : -1;
}

static int open_gzip(struct stream *s)
{
	int fd;

	if (late_load(LATE_ZLIB, gz_symbols, NULL) < 0) {
		errno = ELIBACC;
		return -1;
	}
	fd = fcntl(s->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -1;
	s->gz = gz.dopen(fd, "rb");
	if (s->gz)
		return 0;
	close(fd);
	errno = ENOMEM;
	return -1;
}

struct stream *stream_open(const struct root *r, const char *path, int64_t deadline)
{
	auto_stream struct stream *s = xcalloc(1, sizeof(*s));

	s->deadline = deadline;
	s->fd = root_openat(r, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (s->fd < 0 || fstat(s->fd, &s->st) < 0)
		return NULL;
	if (!S_ISREG(s->st.st_mode)) {
		errno = EINVAL;
		return NULL;
	}
	if (!s->st.st_size && check_empty(s) < 0)
		return NULL;
	if (tell_format(s) < 0 || (s->gzip && open_gzip(s) < 0))
		return NULL;
	return TAKE(s);
}

void stream_close(struct stream *s)
{
	int errnum = errno;

	if (!s)
		return;
	if (s->gz)
		gz.close(s->gz);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
	errno = errnum;
}

void stream_cleanup(struct stream **s)
{
	stream_close(*s);
}

const struct stat *stream_stat(const struct stream *s)
{
	return &s->st;
}

bool stream_is_gzip(const struct stream *s)
{
	return s->gzip;
}

int64_t stream_size(const struct stream *s)
{
	return s->gzip ? INT64_MAX : s->st.st_size;
}

static int in_time(const struct stream *s)
{
	if (clock_mono() < s->deadline)
		return 0;
	errno = ETIMEDOUT;
	return -1;
}

static ssize_t gzip_some(struct stream *s, void *bytes, size_t size)
{
	int n, code;

	if (in_time(s) < 0)
		return -1;
	n = gz.read(s->gz, bytes, (unsigned)size);
	if (n <= 0) {
		gz.error(s->gz, &code);
		/* at the end of a file that is cut off gzread says no more than "0 bytes" */
		if (n < 0 || code == Z_BUF_ERROR) {
			errno = code == Z_ERRNO ? errno : EBADMSG;
			return -1;
		}
	}
	s->pos += n;
	return n;
}

static ssize_t gzip_read(struct stream *s, int64_t at, void *bytes, size_t size)
{
	auto_free void *skipped = NULL;
	ssize_t n;

	if (s->pos > at) {
		if (gz.rewind(s->gz) < 0) {
			errno = EIO;
			return -1;
		}
		s->pos = 0;
	}
	if (s->pos < at)
		skipped = xmalloc(SKIP_SIZE);
	while (s->pos < at) {
		size_t left = (size_t)(at - s->pos);

		n = gzip_some(s, skipped, left < SKIP_SIZE ? left : SKIP_SIZE);
		if (n <= 0)
			return n;
	}
	return gzip_some(s, bytes, size);
}

static ssize_t plain_read(const struct stream *s, int64_t at, void *bytes, size_t size)
{
	ssize_t n;

	if (in_time(s) < 0)
		return -1;
	do
		n = pread(s->fd, bytes, size, at);
	while (n < 0 && errno == EINTR);
	return n;
}

ssize_t stream_read(struct stream *s, int64_t *at, void *bytes, size_t size)
{
	off_t data;

	if (s->gzip)
		return gzip_read(s, *at, bytes, size);
	data = lseek(s->fd, *at, SEEK_DATA);
	if (data > *at)
		*at = data;
	else if (data < 0 && errno == ENXIO)
		return 0; /* nothing but a hole, or the end */
	return plain_read(s, *at, bytes, size);
}

int stream_print(struct stream *s, int64_t from, size_t len, char print[PRINT_SIZE])
{
	uint8_t bytes[1024];
	struct sha256_ctx hash;

	sha256_init(&hash);
	while (len) {
		size_t want = len < sizeof(bytes) ? len : sizeof(bytes);
		ssize_t n = s->gzip ? gzip_read(s, from, bytes, want)
				    : plain_read(s, from, bytes, want);

		if (n <= 0)
			return -1;
		sha256_update(&hash, (size_t)n, bytes);
		from += n;
		len -= (size_t)n;
	}
	digest_text(&hash, print);
	return 0;
}
