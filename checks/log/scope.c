#include "checks/log/scope.h"

#include <errno.h>
#include <string.h>

#include "checks/file.h"
#include "checks/log/siblings.h"
#include "engine/base/number.h"

/* How far one step back goes, and how much is looked at for a time there. */
#define STEP ((int64_t)1024 * 1024)
#define LOOK ((size_t)64 * 1024)

void scope_release(struct scope *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->parts[i].path);
		stream_close(s->parts[i].stream);
	}
	free(s->parts);
	*s = (struct scope){ 0 };
}

int log_from_read(const char *text, enum log_from *from, int64_t *ago)
{
	static const char *const words[] = { "last_run", "start", "end" };

	*ago = 0;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(text, words[i]))
			continue;
		*from = (enum log_from)i;
		return 0;
	}
	*from = LOG_FROM_AGO;
	return number_duration(text, ago) == 0 && *ago > 0 ? 0 : -1;
}

void scope_trouble(const char *path, int errnum, struct observer *o)
{
	switch (errnum) {
	case EINVAL:
		observer_trouble(o, KIND_NOT_FOUND, "'%s' is no regular file", path);
		break;
	case EBADMSG:
		observer_trouble(o, KIND_CORRUPT,
				 "'%s' is damaged, cut off or not yet whole: gzip cannot read it "
				 "to its end",
				 path);
		break;
	case ESPIPE:
		observer_trouble(o, KIND_PARAMETER,
				 "'%s' is made as it is read, and no log that is written on; look "
				 "at it with a file check",
				 path);
		break;
	case EILSEQ:
		observer_trouble(o, KIND_PARAMETER,
				 "'%s' is UTF-16 or UTF-32, in which no pattern would match: have "
				 "it written as UTF-8",
				 path);
		break;
	case ENOTSUP:
		observer_trouble(o, KIND_PARAMETER,
				 "'%s' is neither text nor gzip: what it holds was not seen", path);
		break;
	case ELIBACC:
		observer_trouble(o, KIND_MODULE,
				 "'%s' is compressed, and zlib cannot be loaded: install zlib1g",
				 path);
		break;
	case ETIMEDOUT:
		observer_trouble(o, KIND_TIMEOUT,
				 "'%s' could not be read within the time of the check", path);
		break;
	default:
		file_trouble(path, errnum, o);
	}
}

static struct part *add_part(struct scope *s, const char *path, struct stream *stream)
{
	struct part *p;

	array_grow(s->parts, s->count, s->cap);
	p = &s->parts[s->count++];
	*p = (struct part){
		.path = xstrdup(path),
		.stream = stream,
		.size = stream_size(stream),
		.cutoff = STAMP_NONE,
		.assume = STAMP_NONE,
	};
	return p;
}

/* NULL when it cannot be opened; the observer knows. */
static struct part *open_part(struct scope *s, const char *path, struct observer *o)
{
	struct stream *stream = stream_open(observer_root(o), path, s->deadline);

	if (stream)
		return add_part(s, path, stream);
	scope_trouble(path, errno, o);
	return NULL;
}

/* The first time in these bytes, of a line that begins in them. */
static int64_t first_stamp(struct stamps *stamps, const char *bytes, size_t len, bool torn)
{
	const char *end = bytes + len, *line = bytes;

	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((stop ? stop : end) - line);
		int64_t stamp = torn ? STAMP_NONE : stamp_find(stamps, line, n, NULL);

		if (stamp != STAMP_NONE)
			return stamp;
		torn = false;
		line += n + 1;
	}
	return STAMP_NONE;
}

/* From the end backwards to where what is asked for begins. */
static int go_back(struct scope *s, struct part *p, struct stamps *stamps, int64_t max,
		   struct observer *o)
{
	auto_free char *bytes = xmalloc(LOOK);
	int64_t pos = p->size, at, seen = 0;

	while (pos > 0 && seen < max) {
		int64_t before = pos;
		int64_t stamp;
		ssize_t n;

		pos = pos > STEP ? pos - STEP : 0;
		at = pos;
		n = stream_read(p->stream, &at, bytes, LOOK);
		if (n < 0) {
			scope_trouble(p->path, errno, o);
			return -1;
		}
		seen += at < before ? before - pos : 0; /* a hole costs nothing */
		stamp = first_stamp(stamps, bytes, (size_t)n, at > 0);
		if (stamp == STAMP_NONE || stamp >= p->cutoff)
			continue;
		p->assume = stamp;
		break;
	}
	if (pos > 0 && p->assume == STAMP_NONE)
		s->skipped += pos;
	p->from = pos;
	p->torn = pos > 0;
	return 0;
}

static int64_t mtime_of(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec;
}

static int limit_by_time(struct scope *s, struct part *p, int64_t cutoff, const struct log_query *q,
			 struct stamps *stamps, struct observer *o)
{
	p->cutoff = cutoff;
	if (stream_is_gzip(p->stream))
		return 0;
	return go_back(s, p, stamps, (int64_t)q->max_bytes.bytes, o);
}

/* What was written since a time: in the log, and in what was made of it since then. */
static int scope_ago(const struct log_query *q, const char *log, int64_t cutoff,
		     struct stamps *stamps, struct scope *s, struct observer *o)
{
	auto_siblings struct siblings older = { 0 };
	struct part *p;

	if (siblings_find(observer_root(o), log, 0, &older) < 0) {
		scope_trouble(log, errno, o);
		return 0;
	}
	siblings_sort(&older);
	for (size_t i = 0; i <= older.count; i++) {
		const char *path = i < older.count ? older.items[i].path : log;

		if (i < older.count && mtime_of(&older.items[i].st) < cutoff)
			continue;
		p = open_part(s, path, o);
		if (!p || limit_by_time(s, p, cutoff, q, stamps, o) < 0)
			return 0;
	}
	return 0;
}

/* Whether the cursor was set in these bytes; -1: the observer knows why that cannot be known. */
static int fits(const struct cursor *c, const char *path, struct stream *stream, struct observer *o)
{
	int rc = cursor_fits(c, stream);

	if (rc < 0)
		scope_trouble(path, errno, o);
	return rc;
}

/* Take the part up where the last run left it. */
static void resume(struct scope *s, struct part *p, const struct cursor *c)
{
	p->from = c->offset;
	p->assume = c->stamp;
	s->continued = true;
}

/* Whether it does not matter that it could not be opened: what nothing here reads, and nobody wrote
 * to since the last run. Of one second both may be. */
static bool is_bygone(const struct cursor *c, const struct sibling *one, int errnum)
{
	return (errnum == ENOTSUP || errnum == EILSEQ) &&
	       one->st.st_mtim.tv_sec < c->time / NS_PER_S;
}

/* The candidate that the cursor was set in: by its inode first, which costs nothing, then by its
 * bytes. Adds its part. 1, 0 when there is none, -1. */
static int add_predecessor(const struct cursor *c, const struct siblings *all, size_t *which,
			   struct scope *s, struct observer *o)
{
	for (int by_inode = 1; by_inode >= 0; by_inode--) {
		for (size_t i = 0; i < all->count; i++) {
			const struct sibling *one = &all->items[i];
			auto_stream struct stream *stream = NULL;
			int rc;

			if (((uint64_t)one->st.st_ino == c->inode) != by_inode)
				continue;
			stream = stream_open(observer_root(o), one->path, s->deadline);
			if (!stream && is_bygone(c, one, errno))
				continue;
			if (!stream) {
				scope_trouble(one->path, errno, o);
				return -1;
			}
			rc = fits(c, one->path, stream, o);
			if (rc < 0)
				return -1;
			if (!rc)
				continue;
			resume(s, add_part(s, one->path, TAKE(stream)), c);
			*which = i;
			return 1;
		}
	}
	return 0;
}

/* Generations between the one that was read last and the log: whole, but for copies of it. */
static int add_between(const struct cursor *c, const struct siblings *all, size_t which,
		       struct scope *s, struct observer *o)
{
	for (size_t i = which + 1; i < all->count; i++) {
		const struct sibling *one = &all->items[i];
		const struct part *p;
		int copy;

		if (one->st.st_mtim.tv_sec < all->items[which].st.st_mtim.tv_sec)
			continue;
		p = open_part(s, one->path, o);
		if (!p)
			return -1;
		copy = fits(c, one->path, p->stream, o);
		if (copy < 0)
			return -1;
		if (copy) {
			struct part *last = &s->parts[--s->count];

			free(last->path);
			stream_close(last->stream);
		}
	}
	return 0;
}

/* All files that may hold what was written after the last run, but the log itself. */
static int find_candidates(const struct cursor *c, const char *log, const struct stat *st,
			   struct siblings *out, struct observer *o)
{
	const struct root *root = observer_root(o);
	size_t kept = 0;

	if (siblings_find(root, log, (ino_t)c->inode, out) < 0 ||
	    (strcmp(log, c->file) && siblings_find(root, c->file, (ino_t)c->inode, out) < 0 &&
	     errno != ENOENT)) {
		scope_trouble(log, errno, o);
		return -1;
	}
	if (strcmp(log, c->file))
		siblings_add(observer_root(o), c->file, out);
	for (size_t i = 0; i < out->count; i++) {
		if (out->items[i].st.st_dev == st->st_dev && out->items[i].st.st_ino == st->st_ino)
			free(out->items[i].path);
		else
			out->items[kept++] = out->items[i];
	}
	out->count = kept;
	siblings_sort(out);
	return 0;
}

/* The log is not what the last run read, or was emptied since. */
static int scope_rotated(const struct log_query *q, const char *log, const struct cursor *c,
			 struct stream *stream, struct stamps *stamps, struct scope *s,
			 struct observer *o)
{
	auto_stream struct stream *mine = stream;
	auto_siblings struct siblings all = { 0 };
	size_t which = 0;
	bool lives;
	struct part *p;
	int found;

	if (find_candidates(c, log, stream_stat(mine), &all, o) < 0)
		return 0;
	found = add_predecessor(c, &all, &which, s, o);
	if (found < 0 || (found && add_between(c, &all, which, s, o) < 0))
		return 0;
	lives = found && !strcmp(s->parts[0].path, c->file);
	p = add_part(s, log, TAKE(mine));
	observer_trace(o, "'%s' is not the file that the last run read%s%s%s", log,
		       found ? "; that is '" : ", which is gone with what was written to it since",
		       found ? s->parts[0].path : "", found ? "' now" : "");
	/* a pattern has found another log: of that, what is newer than the last run */
	if (lives && strcmp(log, c->file))
		limit_by_time(s, p, c->time, q, stamps, o);
	return 0;
}

static int scope_last_run(const struct log_query *q, const char *log, const struct cursor *c,
			  struct stamps *stamps, struct scope *s, struct observer *o)
{
	auto_stream struct stream *stream = stream_open(observer_root(o), log, s->deadline);
	int same;

	if (!stream) {
		scope_trouble(log, errno, o);
		return 0;
	}
	if (c->absent) {
		add_part(s, log, TAKE(stream));
		return 0;
	}
	same = cursor_same_inode(c, stream) ? fits(c, log, stream, o) : 0;
	if (same < 0)
		return 0;
	if (!same)
		return scope_rotated(q, log, c, TAKE(stream), stamps, s, o);
	resume(s, add_part(s, log, TAKE(stream)), c);
	return 0;
}

/* The newest bytes are read first of all; what is more than may be read is skipped, and said. */
static void bound(struct scope *s, int64_t max)
{
	for (size_t i = s->count; i-- > 0;) {
		struct part *p = &s->parts[i];
		int64_t held = (int64_t)stream_stat(p->stream)->st_blocks * 512,
			want = stream_is_gzip(p->stream) ? stream_stat(p->stream)->st_size
							 : p->size - p->from;

		if (want > held + STEP && !stream_is_gzip(p->stream))
			want = held + STEP; /* holes cost nothing */
		if (want > max) {
			s->skipped += want - max;
			if (stream_is_gzip(p->stream)) {
				p->size = 0;
			} else {
				p->from = p->size - max;
				p->torn = p->from > 0;
				if (i == 0)
					s->continued = false;
			}
			want = max;
		}
		max -= want;
	}
}

int scope_make(const struct log_query *q, const char *log, const struct cursor *cursor,
	       struct stamps *stamps, struct scope *s, struct observer *o)
{
	enum log_from from = LOG_FROM_START;
	int64_t ago = 0;
	struct part *p;

	log_from_read(q->since, &from, &ago);
	s->deadline = observer_deadline(o);
	if (from == LOG_FROM_LAST_RUN && cursor) {
		scope_last_run(q, log, cursor, stamps, s, o);
	} else {
		if (from == LOG_FROM_LAST_RUN) {
			observer_trace(o, "there was no last run: from '%s' on", q->first);
			log_from_read(q->first, &from, &ago);
		}
		if (from == LOG_FROM_AGO) {
			scope_ago(q, log, stamps->now - ago, stamps, s, o);
		} else {
			p = open_part(s, log, o);
			if (p && from == LOG_FROM_END)
				p->from = stream_is_gzip(p->stream) ? 0 : p->size;
		}
	}
	if (observer_kind(o) == KIND_NONE)
		bound(s, (int64_t)q->max_bytes.bytes);
	return 0;
}
