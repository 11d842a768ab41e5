#include "checks/log/scope.h"

#include <errno.h>
#include <string.h>

#include "checks/file.h"
#include "checks/glob.h"
#include "checks/log/siblings.h"
#include "engine/base/number.h"

/* How far one step back goes, and how much is looked at for a time there. */
#define STEP ((int64_t)1024 * 1024)
#define LOOK ((size_t)64 * 1024)
#define TAIL ((size_t)8 * 1024)
/* What lies further ahead is no time of this log, or one of another zone. */
#define AHEAD (5 * 60 * NS_PER_S)
/* File times are so coarse, times of lines whole seconds. */
#define FILE_TIME_STEP (10 * NS_PER_MS)
#define LINE_TIME_STEP (2 * NS_PER_S)
/* Zones are half hours apart; a line is written in its second, or a while later from a buffer. */
#define ZONE_STEP (30 * 60 * NS_PER_S)
#define ZONE_MAX (14 * 3600 * NS_PER_S)
#define WRITTEN_EARLY (5 * NS_PER_S)
#define WRITTEN_LATE (60 * NS_PER_S)

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

/* A time amid a line is a log's own only where none stands at the head of lines. */
struct newest {
	int64_t stamp;
	bool zoned;
};

/* The newest time, but for those that lie ahead, in these bytes, of lines that begin in them. */
static struct newest newest_stamp(struct stamps *stamps, const char *bytes, size_t len, bool torn)
{
	const char *end = bytes + len, *line = bytes;
	struct newest head = { STAMP_NONE, false }, any = { STAMP_NONE, false };

	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((stop ? stop : end) - line);
		bool zoned = false;
		int64_t stamp = torn ? STAMP_NONE : stamp_find(stamps, line, n, &zoned);

		torn = false;
		line += n + 1;
		if (stamp == STAMP_NONE || stamp > stamps->now + AHEAD)
			continue;
		if (stamp > any.stamp)
			any = (struct newest){ stamp, zoned };
		if (stamps->at_head && stamp > head.stamp)
			head = (struct newest){ stamp, zoned };
	}
	return head.stamp == STAMP_NONE ? any : head;
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
		/* not the first one: a line that came late, or tells of old times, is no border */
		stamp = newest_stamp(stamps, bytes, (size_t)n, at > 0).stamp;
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

/* Times without a zone that are whole hours before the file was written are of another zone than
 * ours: all that would be taken for old is then looked at. Those that lie ahead count anyway. */
static void learn_zone(struct scope *s, struct stream *stream, struct stamps *stamps,
		       struct observer *o)
{
	char bytes[TAIL];
	int64_t at = stream_size(stream) - (int64_t)TAIL, late;
	struct newest last;
	ssize_t n;

	if (stream_is_gzip(stream))
		return;
	at = at > 0 ? at : 0;
	n = stream_read(stream, &at, bytes, TAIL);
	if (n <= 0)
		return;
	last = newest_stamp(stamps, bytes, (size_t)n, at > 0);
	if (last.stamp == STAMP_NONE || last.zoned)
		return;
	late = mtime_of(stream_stat(stream)) - last.stamp + WRITTEN_EARLY;
	if (late < ZONE_STEP || late > ZONE_MAX + WRITTEN_EARLY + WRITTEN_LATE ||
	    late % ZONE_STEP > WRITTEN_EARLY + WRITTEN_LATE)
		return;
	s->lag = late - late % ZONE_STEP;
	observer_trace(o,
		       "the newest time has no zone, and is %g hours before the log was "
		       "written: as of another zone than ours, lines count as so much newer",
		       (double)s->lag / (3600.0 * (double)NS_PER_S));
}

static int limit_by_time(struct scope *s, struct part *p, int64_t cutoff, const struct log_query *q,
			 struct stamps *stamps, struct observer *o)
{
	p->cutoff = cutoff - s->lag;
	if (stream_is_gzip(p->stream))
		return 0;
	return go_back(s, p, stamps, (int64_t)q->max_bytes.bytes, o);
}

/* Whether a pattern has found the log: then those before it have another number or date. */
static bool by_pattern(const struct log_query *q, const char *log)
{
	return log ? strcmp(log, q->path) != 0 : glob_is_pattern(q->path);
}

/* What was written since a time: in the log, and in what was made of it since then. */
static int scope_ago(const struct log_query *q, const char *log, int64_t cutoff,
		     struct stamps *stamps, struct scope *s, struct observer *o)
{
	const struct kinship kin = { .numbered = by_pattern(q, log) };
	auto_stream struct stream *mine = stream_open(observer_root(o), log, s->deadline);
	auto_siblings struct siblings older = { 0 };
	struct part *p;

	if (!mine || siblings_find(observer_root(o), log, &kin, &older) < 0) {
		scope_trouble(log, errno, o);
		return 0;
	}
	learn_zone(s, mine, stamps, o);
	siblings_sort(&older);
	for (size_t i = 0; i < older.count; i++) {
		if (mtime_of(&older.items[i].st) < cutoff)
			continue;
		p = open_part(s, older.items[i].path, o);
		if (!p || limit_by_time(s, p, cutoff, q, stamps, o) < 0)
			return 0;
	}
	p = add_part(s, log, TAKE(mine));
	limit_by_time(s, p, cutoff, q, stamps, o);
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
	s->continued = s->count == 1;
}

/* What a search is about. */
struct search {
	const struct log_query *q;
	const char *log; /* NULL: there is none now */
	const struct cursor *c;
	struct stamps *stamps;
	struct siblings all; /* the oldest first */
	size_t which;        /* of them the one that the cursor was set in */
};

/* Whether the file was written on after the last run. */
static bool is_since(const struct cursor *c, const struct stat *st)
{
	return c->time > 0 && mtime_of(st) + FILE_TIME_STEP >= c->time;
}

/* Of a file that may have been there at the last run, what is newer than that. */
static int limit_by_run(const struct search *f, struct scope *s, struct part *p, struct observer *o)
{
	return limit_by_time(s, p, f->c->time - LINE_TIME_STEP, f->q, f->stamps, o);
}

/* Whether it does not matter that it could not be opened: what nothing here reads, and nobody wrote
 * to since the last run. Of one second both may be. */
static bool is_bygone(const struct cursor *c, const struct sibling *one, int errnum)
{
	return (errnum == ENOTSUP || errnum == EILSEQ) &&
	       one->st.st_mtim.tv_sec < c->time / NS_PER_S;
}

/* The candidate that the cursor was set in: by its inode, which costs nothing, or by its bytes.
 * Adds its part. 1, 0 when there is none, -1. */
static int add_predecessor(struct search *f, bool by_inode, struct scope *s, struct observer *o)
{
	for (size_t i = 0; i < f->all.count; i++) {
		const struct sibling *one = &f->all.items[i];
		auto_stream struct stream *stream = NULL;
		int rc;

		if (((uint64_t)one->st.st_ino == f->c->inode) != by_inode)
			continue;
		stream = stream_open(observer_root(o), one->path, s->deadline);
		if (!stream && is_bygone(f->c, one, errno))
			continue;
		if (!stream) {
			scope_trouble(one->path, errno, o);
			return -1;
		}
		rc = fits(f->c, one->path, stream, o);
		if (rc < 0)
			return -1;
		if (!rc)
			continue;
		resume(s, add_part(s, one->path, TAKE(stream)), f->c);
		f->which = i;
		return 1;
	}
	return 0;
}

/* Generations between the one that was read last and the log: whole, but for copies of it. */
static int add_between(const struct search *f, struct scope *s, struct observer *o)
{
	for (size_t i = f->which + 1; i < f->all.count; i++) {
		const struct sibling *one = &f->all.items[i];
		struct part *p = open_part(s, one->path, o);
		int copy = p ? fits(f->c, one->path, p->stream, o) : -1;

		if (copy < 0)
			return -1;
		if (copy) {
			struct part *last = &s->parts[--s->count];

			free(last->path);
			stream_close(last->stream);
		} else if (by_pattern(f->q, f->log) && limit_by_run(f, s, p, o) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Where nothing tells what the last run read, because there was nothing: what was written on since
 * then, or copied from what was. */
static int add_since(const struct search *f, struct scope *s, struct observer *o)
{
	for (size_t i = 0; i < f->all.count; i++) {
		const struct sibling *one = &f->all.items[i];
		struct part *p;

		if (!is_since(f->c, &one->st))
			continue;
		p = open_part(s, one->path, o);
		if (!p)
			return -1;
		/* what is compressed is not written on: it is all new */
		learn_zone(s, p->stream, f->stamps, o);
		if (!stream_is_gzip(p->stream) && limit_by_run(f, s, p, o) < 0)
			return -1;
		observer_trace(o, "'%s' was written since the last run", one->path);
	}
	return 0;
}

static int look_beside(const char *path, const struct kinship *kin, struct siblings *out,
		       struct observer *o)
{
	if (siblings_find(observer_root(o), path, kin, out) == 0 || errno == ENOENT ||
	    errno == ENOTDIR)
		return 0;
	scope_trouble(path, errno, o);
	return -1;
}

static void leave_out(struct siblings *all, const struct stat *st)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (all->items[i].st.st_dev == st->st_dev && all->items[i].st.st_ino == st->st_ino)
			free(all->items[i].path);
		else
			all->items[kept++] = all->items[i];
	}
	all->count = kept;
}

/* All files that may hold what was written after the last run, but the log itself. */
static int find_candidates(struct search *f, const struct stream *mine, struct observer *o)
{
	const struct kinship kin = { .inode = (ino_t)f->c->inode,
				     .numbered = by_pattern(f->q, f->log) };
	const char *log = f->log ? f->log : by_pattern(f->q, NULL) ? NULL
								   : f->q->path;
	const char *file = f->c->file && (!log || strcmp(log, f->c->file)) ? f->c->file : NULL;

	if ((log && look_beside(log, &kin, &f->all, o) < 0) ||
	    (file && look_beside(file, &kin, &f->all, o) < 0))
		return -1;
	if (file)
		siblings_add(observer_root(o), file, &f->all);
	if (mine)
		leave_out(&f->all, stream_stat(mine));
	siblings_sort(&f->all);
	return 0;
}

/* The log, where its inode is another than it was but its bytes are the same: it was replaced by a
 * copy of itself, or its file system is mounted anew. */
static int is_same_by_bytes(const struct search *f, struct stream *mine, struct observer *o)
{
	if (!mine || cursor_same_inode(f->c, mine))
		return 0;
	return fits(f->c, f->log, mine, o);
}

static void tell_rotated(const struct search *f, const struct part *found, struct observer *o)
{
	const char *log = f->log ? f->log : f->q->path;

	observer_trace(o, "'%s' is not the file that the last run read%s%s%s", log,
		       found ? "; that is '" : ", which is gone with what was written to it since",
		       found ? found->path : "", found ? "' now" : "");
}

/* The log is not what the last run read, was emptied since, or is gone. */
static void scope_rotated(struct search *f, struct stream *stream, struct scope *s,
			  struct observer *o)
{
	auto_stream struct stream *mine = stream;
	bool lives = false;
	struct part *p;
	int found = 0, same = 0;

	if (!f->c->absent)
		found = add_predecessor(f, true, s, o);
	if (!f->c->absent && !found)
		same = is_same_by_bytes(f, mine, o);
	if (!f->c->absent && !found && !same)
		found = add_predecessor(f, false, s, o);
	if (found < 0 || same < 0)
		return;
	if (same) {
		resume(s, add_part(s, f->log, TAKE(mine)), f->c);
		return;
	}
	if (!f->c->absent)
		tell_rotated(f, found ? &s->parts[0] : NULL, o);
	lives = found && !strcmp(s->parts[0].path, f->c->file);
	if ((found ? add_between(f, s, o) : add_since(f, s, o)) < 0 || !mine)
		return;
	p = add_part(s, f->log, TAKE(mine));
	/* a pattern has found another log: of that, what is newer than the last run */
	if (lives && by_pattern(f->q, f->log))
		limit_by_run(f, s, p, o);
}

/* The log is what it was; but of one that held next to nothing nobody can tell whether it was
 * copied and emptied meanwhile. */
static void scope_same(struct search *f, struct stream *stream, struct scope *s, struct observer *o)
{
	auto_stream struct stream *mine = stream;

	if (f->c->head_bytes < PRINT_MIN &&
	    (find_candidates(f, mine, o) < 0 || add_since(f, s, o) < 0))
		return;
	resume(s, add_part(s, f->log, TAKE(mine)), f->c);
}

static int scope_last_run(const struct log_query *q, const char *log, const struct cursor *c,
			  struct stamps *stamps, struct scope *s, struct observer *o)
{
	auto_stream struct stream *mine =
		log ? stream_open(observer_root(o), log, s->deadline) : NULL;
	struct search f = { .q = q, .log = log, .c = c, .stamps = stamps };
	int same = 0;

	if (log && !mine) {
		scope_trouble(log, errno, o);
		return 0;
	}
	if (mine)
		learn_zone(s, mine, stamps, o);
	if (mine && !c->absent && cursor_same_inode(c, mine))
		same = fits(c, log, mine, o);
	if (same > 0)
		scope_same(&f, TAKE(mine), s, o);
	else if (same == 0 && find_candidates(&f, mine, o) == 0)
		scope_rotated(&f, TAKE(mine), s, o);
	siblings_release(&f.all);
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
	} else if (log) {
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
