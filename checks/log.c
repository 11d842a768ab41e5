/*
 * log - what was written to a log since the last run, since a time, or from the start?
 *
 * Remembers how far it has read, so that rotation, truncation and compression lose nothing; reads a
 * bounded part, the newest, and says when there was more.
 */
#include "checks/log/log.h"

#include <errno.h>
#include <string.h>

#include "checks/file.h"
#include "checks/glob.h"
#include "checks/log/cursor.h"
#include "checks/log/records.h"
#include "checks/log/scope.h"
#include "checks/log/tally.h"
#include "engine/base/regex.h"

#define CHUNK ((size_t)256 * 1024)
#define FILES_MAX 10000
/* A record that has not ended for so long is not read again at the next run. */
#define OPEN_MAX ((int64_t)RECORD_PIECE)

static const char *const missing_choices[] = { [MISSING_FAIL] = "fail", [MISSING_OK] = "ok", NULL };

static const struct field log_fields[] = {
	FIELD_REGEXES(struct log_query, bad, .doc = "A record that one of these matches is bad."),
	FIELD_TEXT(struct log_query, first, .dflt = "1d",
		   .doc = "From where on 'since: last_run' counts when there was no last run: end, "
			  "start or a duration."),
	FIELD_REGEXES(struct log_query, good,
		      .doc = "A record that one of these matches, and that is not bad, is good."),
	FIELD_REGEXES(struct log_query, ignore,
		      .doc = "A record that one of these matches does not count at all."),
	FIELD_SIZE(struct log_query, max_bytes, .dflt = "256MiB",
		   .doc = "So much is read, the newest; that there was more is the finding "
			  "too_large."),
	FIELD_ENUM(struct log_query, missing, .choices = missing_choices, .dflt = "fail",
		   .doc = "Whether a log that is not there is the finding not_found, or one "
			  "without records."),
	FIELD_PATH(struct log_query, path, .required = true,
		   .doc = "The log, or a pattern (*, ?, [a-z], {a,b}) whose newest file it is; of "
			  "files whose names differ in digits alone none is passed over."),
	FIELD_REGEX(struct log_query, record,
		    .doc = "How a record begins; lines that it does not match belong to the record "
			   "before (without it each line is one), and ^ and $ of all patterns are "
			   "the ends of the whole record, or with (?m) of its lines."),
	FIELD_REGEXES(struct log_query, redact,
		      .doc = "What these match (their first group, where they have one) is shown "
			     "as ***."),
	FIELD_TEXT(struct log_query, since, .dflt = "last_run",
		   .doc = "From where on records count: last_run (of the task), start, or a "
			  "duration back by the records' own times."),
	FIELD_JSON(struct log_query, split,
		   .doc = "Fields of a record, as '{ by: \";\", names: [time, result, cost] }'."),
	FIELD_JSON(
		struct log_query, stats,
		.doc = "What to count of the fields, as '{ slow: { of: cost, gt: 500ms } }': eq, "
		       "matches, ge, gt, or just of; 'per: count' divides each by that field."),
	{ .name = NULL },
};

static const struct fact log_facts[] = {
	{ .name = "bad_count", .type = FACT_INT, .doc = "How many records are bad." },
	{ .name = "content",
	  .type = FACT_TEXT,
	  .doc = "Text of the records that count, for extract; the newest 1 MiB." },
	{ .name = "exists", .type = FACT_BOOL, .doc = "Whether the log is there." },
	{ .name = "good_count", .type = FACT_INT, .doc = "How many records are good." },
	{ .name = "last_bad_age",
	  .type = FACT_DURATION,
	  .range = RANGE_SIGNED,
	  .doc = "Time since the newest bad record, by its own time." },
	{ .name = "last_good_age",
	  .type = FACT_DURATION,
	  .range = RANGE_SIGNED,
	  .doc = "Time since the newest good record, by its own time." },
	{ .name = "last_match",
	  .type = FACT_TEXT,
	  .doc = "What the newest record that is either is: bad, good, or none." },
	{ .name = "samples",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "The first and the last five of the bad records." },
	{ .name = "stats",
	  .type = FACT_MAP,
	  .doc = "For each name of stats: total and unread, matched and percent where anything "
		 "was read, and of numbers min, median, p95, max, mean (durations in "
		 "seconds)." },
	{ .name = "total",
	  .type = FACT_INT,
	  .doc = "How many records count, be they good, bad or neither." },
	{ .name = NULL },
};

static bool is_newer(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

static int find_newest(const char *pattern, char **found, struct observer *o)
{
	auto_glob struct glob_found g = { 0 };
	struct file_seen newest = { .path = NULL };

	glob_find(observer_root(o), pattern, FILES_MAX, &g);
	if (g.errnum) {
		file_trouble(g.blocked_path, g.errnum, o);
		return -1;
	}
	if (g.more) {
		observer_trouble(o, KIND_TOO_LARGE, "'%s' finds more than %d files", pattern,
				 FILES_MAX);
		return -1;
	}
	for (size_t i = 0; i < g.count; i++) {
		struct file_seen f;
		int there = file_look(g.paths[i], &f, o);

		if (there < 0)
			return -1;
		if (there && S_ISREG(f.st.st_mode) && (!newest.path || is_newer(&f.st, &newest.st)))
			newest = f;
	}
	if (!newest.path)
		return 0;
	observer_trace(o, "the newest of %zu is '%s'", g.count, newest.path);
	*found = xstrdup(newest.path);
	return 1;
}

int log_find(const char *path, char **found, struct observer *o)
{
	struct file_seen f;
	int there = file_look(path, &f, o);

	if (!there && glob_is_pattern(path))
		return find_newest(path, found, o);
	if (there > 0)
		*found = xstrdup(path);
	return there;
}

/* One observation. */
struct reading {
	const struct log_query *q;
	struct scope scope;
	struct tally *tally;
	struct records *records;
	int64_t left; /* bytes that may be read */
	int64_t end;  /* offset behind what was read of the last part */
	char *chunk;
};

/* What stands behind the first line end, when the line was cut by us. */
static size_t behind_line_end(const char *bytes, size_t len)
{
	const char *stop = memchr(bytes, '\n', len);

	return stop ? (size_t)(stop - bytes) + 1 : len;
}

static int read_chunk(struct reading *r, struct part *p, int64_t *at, struct observer *o,
		      struct err **e)
{
	size_t want = p->size - *at < (int64_t)CHUNK ? (size_t)(p->size - *at) : CHUNK, skip = 0;
	ssize_t n = stream_read(p->stream, at, r->chunk, want);

	if (n < 0) {
		scope_trouble(p->path, errno, o);
		return -1;
	}
	if (n > p->size - *at) /* what came while we read is of the next run */
		n = p->size > *at ? (ssize_t)(p->size - *at) : 0;
	if (!n) {
		if (!stream_is_gzip(p->stream))
			*at = p->size;
		return 0;
	}
	if (p->torn) {
		skip = behind_line_end(r->chunk, (size_t)n);
		p->torn = skip == (size_t)n && r->chunk[n - 1] != '\n';
	}
	if (records_feed(r->records, r->chunk + skip, (size_t)n - skip, *at + (int64_t)skip, e) < 0)
		return -1;
	*at += n;
	r->left -= n;
	return 1;
}

static int read_part(struct reading *r, struct part *p, bool last, struct observer *o,
		     struct err **e)
{
	int64_t at = p->from;
	int rc = 1;

	tally_since(r->tally, p->cutoff);
	if (p->assume != STAMP_NONE)
		tally_assume(r->tally, p->assume);
	while (rc > 0 && at < p->size) {
		if (r->left <= 0) {
			r->scope.skipped += stream_is_gzip(p->stream) ? 1 : p->size - at;
			break;
		}
		rc = read_chunk(r, p, &at, o, e);
	}
	r->end = at;
	/* when time is up, what was read is told, and the next run goes on behind it */
	if (rc < 0 && !(last && observer_kind(o) == KIND_TIMEOUT))
		return -1;
	return records_end(r->records, last, e);
}

static int read_all(struct reading *r, struct observer *o, struct err **e)
{
	/* a part begins amid a chunk, and holes are not counted: some room above */
	r->left = (int64_t)r->q->max_bytes.bytes + (int64_t)CHUNK;
	for (size_t i = 0; i < r->scope.count; i++)
		if (read_part(r, &r->scope.parts[i], i + 1 == r->scope.count, o, e) < 0)
			return -1;
	return 0;
}

/* Where the next run goes on: before a record that may grow still. */
static void keep_cursor(const struct reading *r, struct observer *o)
{
	const struct part *p = &r->scope.parts[r->scope.count - 1];
	const struct stat *st = stream_stat(p->stream);
	struct cursor c = { .path = r->q->path,
			    .file = p->path,
			    .device = (uint64_t)st->st_dev,
			    .inode = (uint64_t)st->st_ino,
			    .offset = r->end,
			    .time = tally_stamps(r->tally)->now,
			    .stamp = tally_stamp(r->tally) };
	enum match as;
	int64_t at;

	if (tally_open(r->tally, &at, &as) && r->end - at <= OPEN_MAX) {
		c.offset = at;
		c.open_as = (char *)(uintptr_t)match_name(as);
	}
	if (cursor_take_prints(&c, p->stream) == 0)
		observer_keep(o, cursor_tell(&c));
}

static bool follows(const struct log_query *q)
{
	return !strcmp(q->since, "last_run");
}

static void tell_skipped(const struct reading *r, struct observer *o)
{
	if (r->scope.skipped)
		observer_trouble(o, KIND_TOO_LARGE,
				 "there is more than the newest %llu bytes that are read "
				 "(max_bytes): %lld bytes went unseen",
				 (unsigned long long)r->q->max_bytes.bytes,
				 (long long)r->scope.skipped);
}

static void tell_missing(const struct log_query *q, struct observer *o)
{
	observer_set_bool(o, "exists", false);
	if (q->missing == MISSING_FAIL)
		observer_trouble(o, KIND_NOT_FOUND,
				 glob_is_pattern(q->path) ? "nothing matches '%s'"
							  : "'%s' is not there",
				 q->path);
}

/* A log that is not there has no records; whether that may be is for `missing` to say. */
static void observe_absent(const struct log_query *q, struct observer *o)
{
	struct cursor c = { .path = q->path, .absent = true, .time = clock_real() };

	observer_set_int(o, "bad_count", 0);
	observer_set_int(o, "good_count", 0);
	observer_set_int(o, "total", 0);
	observer_set_string(o, "last_match", match_name(MATCH_NONE));
	observer_set(o, "samples", json_array());
	tell_missing(q, o);
	if (follows(q))
		observer_keep(o, cursor_tell(&c));
}

/* `log` may be NULL: there is none, but perhaps what rotation has made of it. */
static int read_log(struct reading *r, const char *log, const struct cursor *cursor,
		    struct observer *o, struct err **e)
{
	if (log)
		observer_set_bool(o, "exists", true);
	scope_make(r->q, log, cursor, tally_stamps(r->tally), &r->scope, o);
	if (observer_kind(o) != KIND_NONE)
		return 0;
	if (!r->scope.count) {
		observe_absent(r->q, o);
		return 0;
	}
	tally_lag(r->tally, r->scope.lag);
	if (r->scope.continued && cursor->open_as)
		tally_seen(r->tally, match_find(cursor->open_as));
	if (read_all(r, o, e) < 0)
		return observer_kind(o) == KIND_NONE ? -1 : 0;
	tally_tell(r->tally, o);
	tell_skipped(r, o);
	if (!log && observer_kind(o) == KIND_NONE)
		tell_missing(r->q, o);
	if (follows(r->q))
		keep_cursor(r, o);
	return 0;
}

static int observe_log(const struct log_query *q, const char *log, const struct cursor *cursor,
		       struct observer *o, struct err **e)
{
	auto_split struct log_split split = { 0 };
	auto_regex struct regex *start = NULL;
	struct reading r = { .q = q };
	int rc = -1;

	if (log_split_read(q->split, q->stats, &split, e) < 0)
		return -1;
	if (q->record && !(start = regex_compile(q->record, e)))
		return -1;
	r.tally = tally_new(q, &split, e);
	if (!r.tally)
		return -1;
	if (observer_wants(o, "content"))
		tally_keep_text(r.tally);
	r.records = records_new(start, tally_record, r.tally);
	r.chunk = xmalloc(CHUNK);
	rc = read_log(&r, log, cursor, o, e);
	free(r.chunk);
	records_free(r.records);
	tally_free(r.tally);
	scope_release(&r.scope);
	return rc;
}

static int check_from(const char *name, const char *text, bool first, struct err **e)
{
	enum log_from from = LOG_FROM_START;
	int64_t ago;

	if (text && log_from_read(text, &from, &ago) == 0 &&
	    from != (first ? LOG_FROM_LAST_RUN : LOG_FROM_END))
		return 0;
	return err_set(e, ERR_DATA, "%s: '%s' is not %s or a duration such as 10m", name,
		       text ? text : "", first ? "end, start" : "last_run, start");
}

static int log_observe(const void *query, struct observer *o, struct err **e)
{
	const struct log_query *q = query;
	auto_cursor struct cursor cursor = { 0 };
	auto_free char *log = NULL;
	bool known = cursor_read(observer_state(o), q->path, &cursor);
	int there;

	known = known && follows(q);
	/* what came from a parameter was not there to be validated at load */
	if (check_from("since", q->since, false, e) < 0 ||
	    check_from("first", q->first, true, e) < 0)
		return -1;
	there = log_find(q->path, &log, o);
	if (there < 0)
		return 0;
	if (there || known)
		return observe_log(q, log, known ? &cursor : NULL, o, e);
	observe_absent(q, o);
	return 0;
}

static int log_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	const struct log_query *q = query;
	auto_split struct log_split split = { 0 };

	if (given(ctx, "since") && q->since && check_from("since", q->since, false, e) < 0)
		return -1;
	if (given(ctx, "first") && q->first && check_from("first", q->first, true, e) < 0)
		return -1;
	if (!given(ctx, "bad") && !given(ctx, "good") && !given(ctx, "stats"))
		return err_set(e, ERR_DATA,
			       "needs bad, good, or split and stats: what to look for");
	return log_split_read(q->split, q->stats, &split, e);
}

const struct check_type check_log = {
	.name = "log",
	.summary = "a log has no bad records, or newer good ones",
	.lane = LANE_LOCAL,
	.rooted = true,
	.fields = log_fields,
	.query_size = sizeof(struct log_query),
	.facts = log_facts,
	.default_expect = "{ any_of: [ { bad_count: 0 }, { last_match: good } ] }",
	.extract_from = "content",
	.validate = log_validate,
	.observe = log_observe,
};
