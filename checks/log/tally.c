#include "checks/log/tally.h"

#include <string.h>

#include "checks/log/patterns.h"
#include "checks/log/redact.h"
#include "checks/log/stats.h"

/* Of bad records so many of the first and of the last are shown. */
#define SAMPLES 5
#define SAMPLE_MAX ((size_t)1024)
/* So much of each is kept: a secret that is cut off would not be known as one. */
#define HEAD_MAX (4 * SAMPLE_MAX)
#define NEWEST 5
#define TEXT_KEPT ((size_t)1024 * 1024)
/* A time so far ahead is of another zone than ours, or of a wrong clock. */
#define AHEAD_MAX (5 * 60 * NS_PER_S)

/* The last few texts. */
struct ring {
	char *texts[SAMPLES];
	size_t count; /* ever */
};

struct tally {
	struct patterns bad, good, ignore;
	struct redaction *redaction;
	struct stats *stats;
	struct stamps stamps;
	int64_t cutoff, stamp, lag;
	bool zoned; /* the time did say its zone */
	bool heads; /* times stand at the heads of lines */
	bool seen;
	enum match seen_as;
	/* the record under way */
	bool left_out, ignored, is_bad, is_good;
	struct buf head;
	/* what came of all */
	uint64_t total, bad_count, good_count;
	int64_t last_bad, last_good; /* STAMP_NONE: not known */
	bool last_bad_zoned;
	enum match last;
	bool open;
	int64_t open_at;
	enum match open_as;
	char *first_bad[SAMPLES];
	struct ring last_bad_texts, newest;
	bool keeps_text;
	struct buf text;
};

static const char *const match_names[] = { "none", "good", "bad" };

const char *match_name(enum match m)
{
	return match_names[m];
}

enum match match_find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(match_names); i++)
		if (!strcmp(match_names[i], name))
			return (enum match)i;
	return MATCH_NONE;
}

static int compile_list(struct patterns *p, const struct text_list *list, struct err **e)
{
	return patterns_compile(p, (const char *const *)list->items, list->count, e);
}

struct tally *tally_new(const struct log_query *q, const struct log_split *split, struct err **e)
{
	struct tally *t = xcalloc(1, sizeof(*t));

	t->cutoff = t->stamp = t->last_bad = t->last_good = STAMP_NONE;
	t->stamps = (struct stamps){ .now = clock_real(), .hour = INT64_MIN };
	t->head = BUF_INIT(HEAD_MAX);
	t->text = BUF_INIT(TEXT_KEPT);
	t->stats = split->count ? stats_new(split) : NULL;
	t->redaction = redaction_new(&q->redact, e);
	if (t->redaction && !compile_list(&t->bad, &q->bad, e) &&
	    !compile_list(&t->good, &q->good, e) && !compile_list(&t->ignore, &q->ignore, e))
		return t;
	tally_free(t);
	return NULL;
}

static void free_texts(char **texts)
{
	for (size_t i = 0; i < SAMPLES; i++)
		free(texts[i]);
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	patterns_release(&t->bad);
	patterns_release(&t->good);
	patterns_release(&t->ignore);
	redaction_free(t->redaction);
	stats_free(t->stats);
	free_texts(t->first_bad);
	free_texts(t->last_bad_texts.texts);
	free_texts(t->newest.texts);
	buf_free(&t->head);
	buf_free(&t->text);
	free(t);
}

void tally_since(struct tally *t, int64_t cutoff)
{
	t->cutoff = cutoff;
}

void tally_assume(struct tally *t, int64_t stamp)
{
	t->stamp = stamp;
}

void tally_lag(struct tally *t, int64_t lag)
{
	t->lag = lag;
}

void tally_seen(struct tally *t, enum match as)
{
	t->seen = true;
	t->seen_as = as;
}

void tally_keep_text(struct tally *t)
{
	t->keeps_text = true;
}

struct stamps *tally_stamps(struct tally *t)
{
	return &t->stamps;
}

static void ring_add(struct ring *r, const struct buf *text)
{
	char **place = &r->texts[r->count++ % SAMPLES];

	free(*place);
	*place = xmemdup0(buf_text(text), text->len);
}

static void keep_text(struct tally *t, const struct record *r)
{
	if (t->text.len + r->len + 1 > TEXT_KEPT) /* the newest matter */
		buf_clear(&t->text);
	buf_add(&t->text, r->text, r->len);
	buf_addc(&t->text, '\n');
}

/* A record without a time is of the time of the one before. So is one that tells of an older time
 * amid its text, in a log whose lines begin with theirs. */
static void take_time(struct tally *t, const struct record *r)
{
	bool zoned = false;
	const int64_t stamp = stamp_find(&t->stamps, r->text, r->len, &zoned);

	if (stamp == STAMP_NONE || (t->heads && !t->stamps.at_head && stamp < t->stamp))
		return;
	t->heads |= t->stamps.at_head;
	t->stamp = stamp;
	t->zoned = zoned;
}

/* The head of the first piece, so that what is shown is the beginning of the record. */
static void begin(struct tally *t, const struct record *r)
{
	take_time(t, r);
	t->left_out = t->cutoff != STAMP_NONE && t->stamp != STAMP_NONE && t->stamp < t->cutoff;
	t->ignored = t->is_bad = t->is_good = false;
	buf_clear(&t->head);
	buf_add(&t->head, r->text, r->len < HEAD_MAX ? r->len : HEAD_MAX);
}

/* Look for the patterns in a piece. */
static int look(struct tally *t, const struct record *r, struct err **e)
{
	int rc = patterns_match(&t->ignore, r->text, r->len, e);

	if (rc > 0)
		t->ignored = true;
	if (rc != 0 || t->is_bad)
		return rc < 0 ? -1 : 0;
	rc = patterns_match(&t->bad, r->text, r->len, e);
	if (rc > 0)
		t->is_bad = true;
	if (rc != 0 || t->is_good)
		return rc < 0 ? -1 : 0;
	rc = patterns_match(&t->good, r->text, r->len, e);
	t->is_good |= rc > 0;
	return rc < 0 ? -1 : 0;
}

static void count_bad(struct tally *t)
{
	if (t->bad_count < SAMPLES)
		t->first_bad[t->bad_count] = xmemdup0(buf_text(&t->head), t->head.len);
	else
		ring_add(&t->last_bad_texts, &t->head);
	t->bad_count++;
	t->last_bad = t->stamp;
	t->last_bad_zoned = t->zoned;
}

/* What is both is bad. The newest that is either decides. */
static enum match class_of(const struct tally *t)
{
	return t->is_bad ? MATCH_BAD : t->is_good ? MATCH_GOOD
						  : MATCH_NONE;
}

static void count(struct tally *t, const struct record *r, enum match m, bool again)
{
	t->total += !again;
	ring_add(&t->newest, &t->head);
	if (again && m == t->seen_as)
		return;
	if (m == MATCH_BAD) {
		count_bad(t);
	} else if (m == MATCH_GOOD) {
		t->good_count++;
		t->last_good = t->stamp;
	}
	if (m != MATCH_NONE)
		t->last = m;
	if (t->stats && !again)
		stats_add(t->stats, r->first ? r->text : buf_text(&t->head),
			  r->first ? r->len : t->head.len);
	if (t->keeps_text && !again)
		keep_text(t, r);
}

int tally_record(void *ctx, const struct record *r, struct err **e)
{
	struct tally *t = ctx;
	bool again = t->seen;
	enum match m;

	if (r->first)
		begin(t, r);
	if (!t->left_out && !t->ignored && look(t, r, e) < 0)
		return -1;
	if (!r->last)
		return 0;
	t->seen = false;
	m = t->left_out || t->ignored ? MATCH_NONE : class_of(t);
	t->open = r->open;
	t->open_at = r->at;
	t->open_as = m;
	if (!t->left_out && !t->ignored && (r->len || !r->first))
		count(t, r, m, again);
	return 0;
}

bool tally_open(const struct tally *t, int64_t *at, enum match *as)
{
	*at = t->open_at;
	*as = t->open_as;
	return t->open;
}

int64_t tally_stamp(const struct tally *t)
{
	return t->stamp;
}

static void redacted(const struct tally *t, const char *text, struct buf *out)
{
	auto_buf struct buf whole = BUF_INIT(3 * HEAD_MAX + 64);

	redact(t->redaction, text, strlen(text), &whole);
	buf_add(out, buf_text(&whole), whole.len < SAMPLE_MAX ? whole.len : SAMPLE_MAX);
}

static void add_sample(const struct tally *t, const char *text, json_t *list)
{
	auto_buf struct buf shown = BUF_INIT(3 * SAMPLE_MAX);

	redacted(t, text, &shown);
	json_array_append_new(list, observer_text(buf_text(&shown), shown.len));
}

static size_t ring_kept(const struct ring *r)
{
	return r->count < SAMPLES ? r->count : SAMPLES;
}

static const char *ring_at(const struct ring *r, size_t i)
{
	return r->texts[(r->count - ring_kept(r) + i) % SAMPLES];
}

static void tell_samples(const struct tally *t, struct observer *o)
{
	const struct ring *last = &t->last_bad_texts;
	json_t *list = json_array();

	for (size_t i = 0; i < SAMPLES && t->first_bad[i]; i++)
		add_sample(t, t->first_bad[i], list);
	for (size_t i = 0; i < ring_kept(last); i++)
		add_sample(t, ring_at(last, i), list);
	observer_set(o, "samples", list);
}

/* What stands in the report when the check does not pass. */
static void tell_evidence(const struct tally *t, struct observer *o)
{
	const struct ring *last = &t->last_bad_texts;
	auto_buf struct buf lines = BUF_INIT(32 * SAMPLE_MAX);
	size_t left_out = last->count - ring_kept(last);

	for (size_t i = 0; i < SAMPLES && t->first_bad[i]; i++) {
		redacted(t, t->first_bad[i], &lines);
		buf_addc(&lines, '\n');
	}
	if (left_out)
		buf_printf(&lines, "[%zu more]\n", left_out);
	for (size_t i = 0; i < ring_kept(last); i++) {
		redacted(t, ring_at(last, i), &lines);
		buf_addc(&lines, '\n');
	}
	if (t->bad_count) {
		observer_evidence(o, "bad", buf_text(&lines), lines.len);
		return;
	}
	for (size_t i = 0; i < ring_kept(&t->newest); i++) {
		redacted(t, ring_at(&t->newest, i), &lines);
		buf_addc(&lines, '\n');
	}
	if (lines.len)
		observer_evidence(o, "newest", buf_text(&lines), lines.len);
}

/* No age is told that cannot be known: a path to nothing fails. */
static void tell_age(const struct tally *t, const char *fact, bool any, int64_t stamp,
		     struct observer *o)
{
	char when[32];

	if (!any)
		return;
	if (stamp == STAMP_NONE) {
		observer_trace(o, "there is no %s: no line bears a time", fact);
		return;
	}
	clock_rfc3339(stamp, when, sizeof(when));
	if (stamp > t->stamps.now + AHEAD_MAX)
		observer_trace(o, "there is no %s: the time of the line, %s, lies ahead", fact,
			       when);
	else
		observer_set_real(o, fact, (double)(t->stamps.now - stamp) / (double)NS_PER_S);
}

void tally_tell(const struct tally *t, struct observer *o)
{
	int64_t last_bad = t->last_bad;

	if (t->cutoff != STAMP_NONE && t->stamp == STAMP_NONE && t->total)
		observer_trace(o, "no line bears a time that is known: all of them count");
	observer_set_int(o, "total", (int64_t)t->total);
	/* where only good is asked for, no record cannot be a pass */
	if (t->bad.count || !t->good.count)
		observer_set_int(o, "bad_count", (int64_t)t->bad_count);
	observer_set_int(o, "good_count", (int64_t)t->good_count);
	observer_set_string(o, "last_match", match_name(t->last));
	/* of two zones that it may be of: what is bad is new, what is good is old */
	if (t->last_bad != STAMP_NONE && !t->last_bad_zoned)
		last_bad += t->lag;
	tell_age(t, "last_bad_age", t->bad_count > 0, last_bad, o);
	tell_age(t, "last_good_age", t->good_count > 0, t->last_good, o);
	tell_samples(t, o);
	tell_evidence(t, o);
	if (t->stats) {
		observer_set(o, "stats", stats_tell(t->stats));
		stats_trace(t->stats, o);
	}
	if (t->keeps_text) {
		auto_buf struct buf shown = BUF_INIT(3 * TEXT_KEPT + 64);

		redact(t->redaction, buf_text(&t->text), t->text.len, &shown);
		observer_set_text(o, "content", buf_text(&shown), shown.len);
	}
}
