#include "checks/log/records.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/regex.h"
#include "engine/base/xalloc.h"

struct records {
	const struct regex *start;
	record_fn *fn;
	void *ctx;
	/* the line that has no end yet */
	struct buf line;
	int64_t line_at;
	bool line_pieces;
	/* the record that is being put together */
	struct buf text;
	int64_t text_at;
	bool begun, pieces;
};

struct records *records_new(const struct regex *start, record_fn *fn, void *ctx)
{
	struct records *r = xcalloc(1, sizeof(*r));

	r->start = start;
	r->fn = fn;
	r->ctx = ctx;
	r->line = BUF_INIT(2 * RECORD_PIECE);
	r->text = BUF_INIT(4 * RECORD_PIECE);
	return r;
}

void records_free(struct records *r)
{
	if (!r)
		return;
	buf_free(&r->line);
	buf_free(&r->text);
	free(r);
}

static int hand_over(struct records *r, bool last, bool open, struct err **e)
{
	const struct record record = {
		.text = buf_text(&r->text),
		.len = r->text.len,
		.at = r->text_at,
		.first = !r->pieces,
		.last = last,
		.open = open,
	};

	return r->fn(r->ctx, &record, e);
}

static int finish(struct records *r, bool open, struct err **e)
{
	int rc = r->begun ? hand_over(r, true, open, e) : 0;

	buf_clear(&r->text);
	r->begun = r->pieces = false;
	return rc;
}

static int starts(const struct records *r, const char *text, size_t len, struct err **e)
{
	if (!r->start || !r->begun)
		return 1;
	return regex_test(r->start, text, len, e);
}

static int begin(struct records *r, int64_t at, struct err **e)
{
	if (finish(r, false, e) < 0)
		return -1;
	r->begun = true;
	r->text_at = at;
	return 0;
}

static int append(struct records *r, const char *text, size_t len, struct err **e)
{
	buf_add(&r->text, text, len);
	if (r->text.len < RECORD_PIECE)
		return 0;
	if (hand_over(r, false, false, e) < 0)
		return -1;
	r->pieces = true;
	buf_shift(&r->text, r->text.len - RECORD_OVERLAP);
	return 0;
}

struct line {
	const char *text;
	size_t len;
	int64_t at;
	bool first, last; /* piece */
	bool ended;       /* by a line end */
};

/* The usual case: no copy is made. */
static int whole_line(struct records *r, const struct line *l, bool open, struct err **e)
{
	const struct record record = { .text = l->text,
				       .len = l->len,
				       .at = l->at,
				       .first = true,
				       .last = true,
				       .open = open };

	return r->fn(r->ctx, &record, e);
}

static int take_line(struct records *r, const struct line *l, struct err **e)
{
	int start = l->first ? starts(r, l->text, l->len, e) : 0;

	if (start < 0)
		return -1;
	if (!r->start && l->first && l->last)
		return whole_line(r, l, !l->ended, e);
	if (start && begin(r, l->at, e) < 0)
		return -1;
	if (l->first && !start && buf_addc(&r->text, '\n') == false)
		return -1;
	if (append(r, l->text, l->len, e) < 0)
		return -1;
	return !r->start && l->last ? finish(r, !l->ended, e) : 0;
}

static int end_line(struct records *r, const char *text, size_t len, int64_t at, bool ended,
		    struct err **e)
{
	struct line l = { .at = at, .first = !r->line_pieces, .last = true, .ended = ended };
	int rc;

	/* copytruncate under a writer that does not append leaves NULs where the old text was */
	while (l.first && len && !*text)
		text++, len--;
	if (len && text[len - 1] == '\r')
		len--;
	l.text = text;
	l.len = len;
	rc = take_line(r, &l, e);
	r->line_pieces = false;
	return rc;
}

/* The end of the line has not come: what of it is too long goes on. */
static int keep(struct records *r, const char *bytes, size_t len, int64_t at, struct err **e)
{
	if (!r->line.len && !r->line_pieces)
		r->line_at = at;
	while (len) {
		size_t room = RECORD_PIECE - r->line.len, n = len < room ? len : room;
		struct line l = { .at = r->line_at, .first = !r->line_pieces };

		buf_add(&r->line, bytes, n);
		bytes += n;
		len -= n;
		if (r->line.len < RECORD_PIECE)
			return 0;
		l.text = buf_text(&r->line);
		l.len = r->line.len;
		if (take_line(r, &l, e) < 0)
			return -1;
		r->line_pieces = true;
		buf_shift(&r->line, r->line.len - RECORD_OVERLAP);
	}
	return 0;
}

int records_feed(struct records *r, const char *bytes, size_t len, int64_t at, struct err **e)
{
	const char *end = bytes + len;

	while (bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t n = (size_t)((stop ? stop : end) - bytes);
		int rc;

		if (!stop)
			return keep(r, bytes, n, at, e);
		if (r->line.len || r->line_pieces) {
			if (keep(r, bytes, n, at, e) < 0)
				return -1;
			rc = end_line(r, buf_text(&r->line), r->line.len, r->line_at, true, e);
			buf_clear(&r->line);
		} else {
			rc = end_line(r, bytes, n, at, true, e);
		}
		if (rc < 0)
			return -1;
		bytes += n + 1;
		at += (int64_t)n + 1;
	}
	return 0;
}

int records_end(struct records *r, bool open, struct err **e)
{
	int rc = 0;

	if (r->line.len || r->line_pieces)
		rc = end_line(r, buf_text(&r->line), r->line.len, r->line_at, !open, e);
	buf_clear(&r->line);
	return rc < 0 ? rc : finish(r, open, e);
}
