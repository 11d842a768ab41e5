/*
 * regex - PCRE2 behind one door.
 *
 * A pattern is interpreted at first, since compiling to machine code costs more than most checks
 * match; one that has seen JIT_AFTER bytes of subjects (a log) is compiled. Nothing here bounds
 * time: that is the kill of the process.
 */
#include "engine/base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define JIT_AFTER ((size_t)256 * 1024)
/* KiB of heap for backtracking: more is a pattern gone wild, and the worker has other things to
 * hold. */
#define HEAP_LIMIT (64 * 1024)

/* What matching changes, apart, so that a regex can be const. */
struct regex_state {
	pcre2_match_data *match;
	pcre2_match_context *context;
	size_t seen;
	bool jit_tried;
};

struct regex {
	pcre2_code *code;
	struct regex_state *state;
	unsigned groups;
};

/* The number, from 1, of the character at this byte. */
static size_t character_at(const char *s, size_t offset)
{
	size_t at = 0, count = 1;
	uint32_t c;

	while (at < offset) {
		size_t n = text_decode(s + at, offset - at, &c);

		at += n ? n : 1;
		count++;
	}
	return count;
}

static int compile_failed(const char *pattern, int code, size_t offset, struct err **e)
{
	char reason[256] = "";
	size_t len = strlen(pattern);

	pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof(reason));
	return err_set(e, ERR_DATA, "%s at character %zu", reason,
		       character_at(pattern, offset < len ? offset : len));
}

static struct regex_state *state_new(const pcre2_code *code)
{
	struct regex_state *state = xcalloc(1, sizeof(*state));

	state->match = pcre2_match_data_create_from_pattern(code, NULL);
	state->context = pcre2_match_context_create(NULL);
	if (!state->match || !state->context)
		xalloc_failed();
	pcre2_set_heap_limit(state->context, HEAP_LIMIT);
	return state;
}

struct regex *regex_compile(const char *pattern, struct err **e)
{
	/* \C splits characters, which no one who writes a ruleset wants. */
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE offset = 0;
	uint32_t groups = 0;
	struct regex *r;
	int code = 0;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options,
					     &code, &offset, NULL);

	if (!compiled) {
		compile_failed(pattern, code, offset, e);
		return NULL;
	}
	pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
	r = xcalloc(1, sizeof(*r));
	r->code = compiled;
	r->groups = groups;
	r->state = state_new(compiled);
	return r;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_data_free(r->state->match);
	pcre2_match_context_free(r->state->context);
	pcre2_code_free(r->code);
	free(r->state);
	free(r);
}

void regex_cleanup(struct regex **r)
{
	regex_free(*r);
	*r = NULL;
}

unsigned regex_groups(const struct regex *r)
{
	return r->groups;
}

static void consider_jit(const struct regex *r, size_t len)
{
	struct regex_state *state = r->state;

	if (state->jit_tried)
		return;
	state->seen += len;
	if (state->seen < JIT_AFTER || state->seen == len)
		return; /* one long subject is most often a single one */
	state->jit_tried = true;
	/* Where memory must not be both written and run this fails, and matching stays interpreted.
	 */
	(void)pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
}

static int match_failed(int code, struct err **e)
{
	char reason[256] = "";

	pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof(reason));
	return err_set(e, ERR_DATA, "the pattern could not be matched: %s", reason);
}

int regex_match(const struct regex *r, const char *subject, size_t len, size_t offset,
		unsigned group, size_t *from, size_t *to, struct err **e)
{
	const PCRE2_SIZE *ovector;
	PCRE2_SPTR s = (PCRE2_SPTR)(subject ? subject : "");
	int n;

	if (offset > len)
		return 0;
	consider_jit(r, len - offset);
	n = pcre2_match(r->code, s, len, offset, 0, r->state->match, r->state->context);
	/* The machine code's stack is 32 KiB; the interpreter uses the heap. */
	if (n == PCRE2_ERROR_JIT_STACKLIMIT)
		n = pcre2_match(r->code, s, len, offset, PCRE2_NO_JIT, r->state->match,
				r->state->context);
	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
	if (n < 0)
		return match_failed(n, e);
	ovector = pcre2_get_ovector_pointer(r->state->match);
	if (group > r->groups || ovector[2 * group] == PCRE2_UNSET) {
		if (from)
			*from = SIZE_MAX;
		if (to)
			*to = SIZE_MAX;
		return 1;
	}
	/* \K in a lookahead can put the start behind the end. */
	if (from)
		*from = ovector[2 * group] < ovector[2 * group + 1] ? ovector[2 * group]
								    : ovector[2 * group + 1];
	if (to)
		*to = ovector[2 * group + 1];
	return 1;
}

int regex_test(const struct regex *r, const char *subject, size_t len, struct err **e)
{
	return regex_match(r, subject, len, 0, 0, NULL, NULL, e);
}
