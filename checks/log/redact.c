#include "checks/log/redact.h"

#include <stdint.h>

#include "checks/log/patterns.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/decl/field.h"

#define MASK "***"

/* What gives a secret away wherever it is logged; what the engine knows as a secret it masks
 * itself. */
static const char *const always[] = {
	("(?i)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|private-token)"
	 "[\"']?\\s*[=:]\\s*[\"']?([^\\s\"',;&]+)"),
	"(?i)authorization[\"']?\\s*[=:]\\s*[\"']?((?:basic|bearer|digest)\\s+[^\\s\"',;]+)",
	"[a-z][a-z0-9+.-]*://[^\\s/@:]*:([^\\s/@]+)@",
};

struct redaction {
	struct patterns always, own;
};

struct redaction *redaction_new(const struct text_list *own, struct err **e)
{
	struct redaction *r = xcalloc(1, sizeof(*r));

	if (patterns_compile(&r->always, always, ARRAY_SIZE(always), e) == 0 &&
	    patterns_compile(&r->own, (const char *const *)own->items, own->count, e) == 0)
		return r;
	redaction_free(r);
	return NULL;
}

void redaction_free(struct redaction *r)
{
	if (!r)
		return;
	patterns_release(&r->always);
	patterns_release(&r->own);
	free(r);
}

static void redact_one(const struct regex *r, const char *text, size_t len, struct buf *out)
{
	const unsigned group = regex_groups(r) ? 1 : 0;
	size_t at = 0, told = 0, start, end, from, to;
	int rc;

	while (at <= len && (rc = regex_match(r, text, len, at, 0, &start, &end, NULL)) != 0) {
		if (rc < 0 || regex_match(r, text, len, at, group, &from, &to, NULL) < 0) {
			buf_adds(out, MASK);
			return;
		}
		if (from != SIZE_MAX && from >= told && to > from) {
			buf_add(out, text + told, from - told);
			buf_adds(out, MASK);
			told = to;
		}
		at = end > at ? end : at + 1;
	}
	buf_add(out, text + told, len - told);
}

static void redact_by(const struct patterns *p, struct buf *text)
{
	for (size_t i = 0; i < p->count; i++) {
		struct buf out = BUF_INIT(text->max);

		redact_one(p->regexes[i], buf_text(text), text->len, &out);
		buf_free(text);
		*text = out;
	}
}

void redact(const struct redaction *r, const char *text, size_t len, struct buf *out)
{
	auto_buf struct buf work = BUF_INIT(3 * len + 64);

	buf_add(&work, text, len);
	redact_by(&r->own, &work);
	redact_by(&r->always, &work);
	buf_add(out, buf_text(&work), work.len);
}
