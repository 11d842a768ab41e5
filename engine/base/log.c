/*
 * log - what the engine says about itself, on standard error.
 */
#include "engine/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/secret.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define LOG_LINE_MAX 16384

struct log {
	int fd;
	enum log_level level;
	const struct secrets *secrets;
};

struct log *log_new(int fd, enum log_level level, const struct secrets *secrets)
{
	struct log *l = xcalloc(1, sizeof(*l));

	l->fd = fd;
	l->level = level;
	l->secrets = secrets;
	return l;
}

void log_free(struct log *l)
{
	free(l);
}

/* Cleaning can join what a control sequence held apart, so it is masked before and after. */
static void add_fit(const struct log *l, struct buf *out, const struct buf *raw)
{
	auto_buf struct buf masked = BUF_INIT(SIZE_MAX);
	auto_buf struct buf cleaned = BUF_INIT(SIZE_MAX);

	if (!l->secrets) {
		text_clean_line(out, buf_text(raw), raw->len, 0);
		return;
	}
	secrets_mask(l->secrets, &masked, buf_text(raw), raw->len);
	text_clean_line(&cleaned, buf_text(&masked), masked.len, 0);
	secrets_mask(l->secrets, out, buf_text(&cleaned), cleaned.len);
}

/* One write, so that lines of several processes do not mix. A log that cannot be written is no
 * reason to fail or to wait. */
static void write_line(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

void log_say(struct log *l, enum log_level level, const char *fmt, ...)
{
	static const char *const words[] = { "error: ", "warning: ", "", "debug: " };
	auto_buf struct buf raw = BUF_INIT(LOG_LINE_MAX);
	auto_buf struct buf line = BUF_INIT((size_t)4 * LOG_LINE_MAX);
	va_list ap;

	if (!l || level > l->level)
		return;
	va_start(ap, fmt);
	buf_vprintf(&raw, fmt, ap);
	va_end(ap);
	buf_printf(&line, "rounds: %s", words[level]);
	add_fit(l, &line, &raw);
	buf_addc(&line, '\n');
	write_line(l->fd, buf_text(&line), line.len);
}
