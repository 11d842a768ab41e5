/*
 * file_content - what stands in a regular file or a folder, read no further than somebody asks.
 */
#include "checks/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "engine/base/digest.h"
#include "engine/base/io.h"
#include "engine/base/root.h"
#include "engine/base/text.h"
#include "engine/decl/parse.h"

#define CHUNK ((size_t)64 * 1024)
#define HEAD ((size_t)2048)
#define ENTRIES_MAX 10000

/* Facts that are the content read as a format of the same name. */
static const char *const formats[] = { "ini", "json", "properties", "toml", "yaml", NULL };

/* Opened so that nothing blocks, and still the regular file that was seen: what it has become in
 * between has no content. */
static int content_open(const struct file_seen *f, struct observer *o)
{
	auto_fd int fd = root_openat(observer_root(o), f->path,
				     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		file_trouble(f->path, errno, o);
		return -1;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		observer_trace(o, "'%s' is no regular file any more", f->path);
		return -1;
	}
	return fd_take(&fd);
}

static ssize_t read_some(int fd, void *out, size_t size)
{
	ssize_t n;

	do
		n = read(fd, out, size);
	while (n < 0 && errno == EINTR);
	return n;
}

/* As a stream: the file may be larger than memory. Only the check's timeout bounds it. */
static void tell_sha256(const struct file_seen *f, struct observer *o)
{
	auto_fd int fd = content_open(f, o);
	auto_free uint8_t *chunk = xmalloc(CHUNK);
	char hex[DIGEST_TEXT_SIZE];
	struct sha256_ctx hash;
	ssize_t n;

	if (fd < 0)
		return;
	sha256_init(&hash);
	while ((n = read_some(fd, chunk, CHUNK)) > 0)
		sha256_update(&hash, (size_t)n, chunk);
	if (n < 0) {
		file_trouble(f->path, errno, o);
		return;
	}
	digest_text(&hash, hex);
	observer_set_string(o, "sha256", hex);
}

static void tell_lines(const char *text, size_t len, struct observer *o)
{
	json_t *lines = json_array();
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);

		json_array_append_new(lines,
				      observer_text(text, n && text[n - 1] == '\r' ? n - 1 : n));
		text += n + (stop != NULL);
	}
	observer_set(o, "lines", lines);
}

/* What does not parse has no such fact; the reason is shown beside the expectation that then fails.
 */
static void tell_formats(const struct file_seen *f, const char *text, size_t len,
			 struct observer *o)
{
	for (const char *const *format = formats; *format; format++) {
		auto_err struct err *problem = NULL;
		json_t *value;

		if (!observer_wants(o, *format))
			continue;
		value = parse_format(*format, text, len, &problem);
		if (value)
			observer_set(o, *format, value);
		else if (err_code(problem) == ERR_UNAVAILABLE)
			observer_trouble(o, KIND_MODULE, "%s", err_text(problem));
		else
			observer_trace(o, "'%s' is no %s: %s", f->path, *format, err_text(problem));
	}
}

static bool wants_content(const struct observer *o)
{
	bool wanted = observer_wants(o, "content") || observer_wants(o, "lines");

	for (const char *const *format = formats; *format; format++)
		wanted |= observer_wants(o, *format);
	return wanted;
}

/* Cut content would let `not_contains` pass: of more than max_bytes there is no content, only a
 * look at its head. */
static void tell_too_large(const struct file_query *q, const struct file_seen *f, const char *head,
			   size_t len, struct observer *o)
{
	observer_evidence(o, "head", head, len < HEAD ? len : HEAD);
	observer_trouble(o, KIND_TOO_LARGE,
			 "'%s' is larger than the %llu bytes that are read of it (max_bytes)",
			 f->path, (unsigned long long)q->max_bytes.bytes);
}

static void tell_text(const struct file_query *q, const struct file_seen *f, struct observer *o)
{
	const bool large = (uint64_t)f->st.st_size > q->max_bytes.bytes;
	auto_fd int fd = content_open(f, o);
	auto_buf struct buf text = BUF_INIT(large ? HEAD : q->max_bytes.bytes);
	auto_err struct err *problem = NULL;
	int more;

	if (fd < 0)
		return;
	more = io_read_all(fd, &text, &problem);
	if (more < 0) {
		file_trouble(f->path, err_errno_of(problem), o);
		return;
	}
	if (more) {
		tell_too_large(q, f, buf_text(&text), text.len, o);
		return;
	}
	if (text_is_wide(buf_text(&text), text.len)) {
		file_trouble(f->path, EILSEQ, o);
		return;
	}
	observer_set_text(o, "content", buf_text(&text), text.len);
	if (observer_wants(o, "lines"))
		tell_lines(buf_text(&text), text.len, o);
	tell_formats(f, buf_text(&text), text.len, o);
}

/* Files of /proc and /sys say 0 bytes and have some: only reading tells. */
static void tell_empty(const struct file_seen *f, struct observer *o)
{
	auto_fd int fd = -1;
	ssize_t n = 1;
	char byte;

	if (!f->st.st_size) {
		fd = content_open(f, o);
		if (fd < 0)
			return;
		n = read_some(fd, &byte, 1);
	}
	if (n < 0)
		file_trouble(f->path, errno, o);
	else
		observer_set_bool(o, "empty", !n);
}

void file_tell_content(const struct file_query *q, const struct file_seen *f, struct observer *o)
{
	if (observer_wants(o, "empty"))
		tell_empty(f, o);
	if (wants_content(o))
		tell_text(q, f, o);
	if (observer_wants(o, "sha256"))
		tell_sha256(f, o);
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t names_read(DIR *dir, char **names, size_t max)
{
	const struct dirent *d;
	size_t count = 0;

	while (count < max && (d = readdir(dir)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			names[count++] = xstrdup(d->d_name);
	return count;
}

static void tell_entries(const struct file_seen *f, DIR *dir, size_t max, struct observer *o)
{
	auto_free char **names = xcalloc(max, sizeof(*names));
	size_t count = names_read(dir, names, max);
	json_t *entries = json_array();

	observer_set_bool(o, "empty", !count);
	if (count)
		qsort(names, count, sizeof(*names), name_compare);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(entries, observer_text(names[i], strlen(names[i])));
		free(names[i]);
	}
	if (observer_wants(o, "entries"))
		observer_set(o, "entries", entries);
	else
		json_decref(entries);
	if (count > ENTRIES_MAX)
		observer_trouble(o, KIND_TOO_LARGE, "'%s' has more than %d entries", f->path,
				 ENTRIES_MAX);
}

void file_tell_folder(const struct file_seen *f, struct observer *o)
{
	bool entries = observer_wants(o, "entries");
	auto_dir DIR *dir = NULL;

	if (!entries && !observer_wants(o, "empty"))
		return;
	dir = root_opendir(observer_root(o), f->path);
	if (!dir)
		file_trouble(f->path, errno, o);
	else
		tell_entries(f, dir, entries ? ENTRIES_MAX + 1 : 1, o);
}
