#include "engine/cli/say.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/document/diagnostic.h"

const char *const color_names[] = { "always", "auto", "never", NULL };
const char *const language_names[] = { "en", "zh", NULL };

enum { LINE_MAX_BYTES = 64 * 1024 };

/* Nothing can be done about a standard error that cannot be written to. */
static void say_trouble(const char *text, size_t len)
{
	auto_err struct err *e = NULL;

	(void)io_write_all(STDERR_FILENO, text, len, &e);
}

void say_error(const char *fmt, ...)
{
	auto_buf struct buf raw = BUF_INIT(LINE_MAX_BYTES);
	auto_buf struct buf line = BUF_INIT(SIZE_MAX);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&raw, fmt, ap);
	va_end(ap);
	buf_adds(&line, "rounds: ");
	text_clean_line(&line, buf_text(&raw), raw.len, 0);
	buf_addc(&line, '\n');
	say_trouble(line.data, line.len);
}

int say_out(const char *text)
{
	auto_err struct err *e = NULL;

	if (!io_write_all(STDOUT_FILENO, text, strlen(text), &e))
		return 0;
	say_error("standard output: %s", err_text(e));
	return ERR_CREATE;
}

bool terminal_obeys(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && !(term && !strcmp(term, "dumb"));
}

bool color_wanted(int color, int fd)
{
	const char *no_color = getenv("NO_COLOR");

	if (color == COLOR_ALWAYS || color == COLOR_NEVER)
		return color == COLOR_ALWAYS;
	return terminal_obeys(fd) && !(no_color && *no_color);
}

size_t terminal_columns(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* The first of them that is set decides, as in setlocale(3). */
static const char *locale_of_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return value;
	}
	return "";
}

const char *language(int option)
{
	if (option >= 0)
		return language_names[option];
	return text_starts_with(locale_of_environment(), "zh") ? "zh" : "en";
}

int say_diagnostics(struct diagnostics *d, int fd, int color)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	auto_err struct err *e = NULL;

	diagnostics_sort(d);
	for (size_t i = 0; i < d->count; i++)
		diagnostic_print(&out, &d->items[i], color_wanted(color, fd));
	if (fd == STDOUT_FILENO)
		return say_out(buf_text(&out));
	return io_write_all(fd, buf_text(&out), out.len, &e) ? ERR_CREATE : 0;
}
