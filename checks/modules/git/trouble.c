/*
 * trouble - what went wrong with a remote: by the words of the server, of the platform before it
 * and of libgit2.
 */
#include <stdlib.h>
#include <string.h>

#include <git2.h>

#include "checks/check.h"
#include "checks/modules/git/session.h"
#include "engine/base/number.h"
#include "engine/base/text.h"

int session_stop(struct git_session *s)
{
	(void)s;
	git_error_set_str(GIT_ERROR_NET, "stopped");
	return GIT_EUSER;
}

int session_received(struct git_session *s, const char *bytes, size_t len)
{
	buf_add(s->head, bytes, len); /* what does not fit is not looked at */
	s->received += len;
	if (s->received <= s->query->max_bytes.bytes)
		return 0;
	observer_trouble(s->o, KIND_TOO_LARGE, "more than max_bytes (%llu) received",
			 (unsigned long long)s->query->max_bytes.bytes);
	return session_stop(s);
}

/* What a platform before Git says, and what it means. The first that is found counts. */
static const struct {
	const char *words;
	enum kind kind;
} refusals[] = {
	{ "not found", KIND_NOT_FOUND },
	{ "does not appear to be a git repository", KIND_NOT_FOUND },
	{ "could not be found", KIND_NOT_FOUND },
	{ "does not exist", KIND_NOT_FOUND },
	{ "no such", KIND_NOT_FOUND },
	{ "不存在", KIND_NOT_FOUND },
	{ "未找到", KIND_NOT_FOUND },
	{ "denied", KIND_FORBIDDEN },
	{ "forbidden", KIND_FORBIDDEN },
	{ "not allowed", KIND_FORBIDDEN },
	{ "unauthorized", KIND_FORBIDDEN },
	{ "permission", KIND_FORBIDDEN },
	{ "权限", KIND_FORBIDDEN },
	{ "无权", KIND_FORBIDDEN },
	{ "拒绝", KIND_FORBIDDEN },
	{ "repository corruption", KIND_CORRUPT }, /* upload-pack's own */
};

void session_refused(struct git_session *s, const char *words, size_t len)
{
	auto_buf struct buf line = BUF_INIT(1024);
	enum kind kind = KIND_PROTOCOL;

	while (len && (unsigned char)words[len - 1] <= ' ') /* a NUL of upload-pack's */
		len--;
	text_clean_line(&line, words, len, 300);
	for (size_t i = 0; i < ARRAY_SIZE(refusals) && kind == KIND_PROTOCOL; i++)
		if (strcasestr(buf_text(&line), refusals[i].words))
			kind = refusals[i].kind;
	observer_trouble(s->o, kind, "the server says: %s", buf_text(&line));
}

/* What the remote said, without the lines by which it counts. */
static void plain_words(const struct git_session *s, struct buf *told)
{
	static const char *const counting[] = { "Enumerating ", "Counting ", "Compressing ",
						"Total ", "Receiving " };
	const char *line = buf_text(s->remote_words);

	for (size_t len; *line; line += len + (line[len] != '\0')) {
		bool counts = false;

		len = strcspn(line, "\r\n");
		for (size_t i = 0; i < ARRAY_SIZE(counting); i++)
			counts = counts || text_starts_with(line, counting[i]);
		if (len && !counts) {
			buf_add(told, line, len);
			buf_addc(told, '\n');
		}
	}
}

/* --- what the answer began with --- */

/* The length of a packet line by its four digits (gitprotocol-common(5)), 0 for the special ones;
 * -1: that is none. */
static long packet_len(const char *at, size_t left)
{
	char digits[5] = "";
	uint64_t len;

	if (left < 4)
		return -1;
	memcpy(digits, at, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4 || number_hex(digits, &len))
		return -1;
	return len < 4 ? 0 : (long)len;
}

/* The server's last words, as a packet "ERR …" or on the third band: where the library has not kept
 * them. Whether there are any. */
static bool head_refuses(struct git_session *s)
{
	const char *at = buf_text(s->head);
	size_t left = s->head->len;
	long len;

	for (; (len = packet_len(at, left)) >= 0; at += len, left -= (size_t)len) {
		len = len ? len : 4;
		if ((size_t)len > left)
			return false;
		if (len > 8 && memcmp(at + 4, "ERR ", 4) == 0) {
			session_refused(s, at + 8, (size_t)len - 8);
			return true;
		}
		if (len > 5 && at[4] == '\3') {
			session_refused(s, at + 5, (size_t)len - 5);
			return true;
		}
	}
	return false;
}

/* What libgit2 cannot read, as the server tells it in its list of refs. */
static const struct {
	const char *mark, *sentence;
} dialects[] = {
	{ "object-format=sha256", "the names of the repository's objects are SHA-256, which the "
				  "libgit2 of this machine cannot read" },
	{ "000eversion 2", "the server speaks version 2 of Git's protocol without being asked, "
			   "which libgit2 does not" },
	{ "000eversion 1", "the server speaks version 1 of Git's protocol without being asked, "
			   "which libgit2 does not" },
	{ "0035shallow ", "the repository on the server is shallow (a clone with --depth): its "
			  "history is not whole, and libgit2 does not clone from it" },
};

static bool head_is_dialect(struct git_session *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(dialects); i++) {
		if (!memmem(buf_text(s->head), s->head->len, dialects[i].mark,
			    strlen(dialects[i].mark)))
			continue;
		observer_trouble(s->o, KIND_PROTOCOL, "%s", dialects[i].sentence);
		return true;
	}
	return false;
}

bool session_foreign(struct git_session *s)
{
	auto_buf struct buf line = BUF_INIT(1024);
	const long first = packet_len(buf_text(s->head), s->head->len);
	const bool empty = first == 0 && s->head->len > 4; /* and yet there is more */

	if (s->head->len < 4 || (first > 0 || (first == 0 && !empty)))
		return false;
	text_clean_line(&line, buf_text(s->head), s->head->len, 160);
	observer_trouble(s->o, KIND_PROTOCOL,
			 s->url.scheme == GIT_SCHEME_SSH
				 ? "the answer is not Git's: before it, or instead of it, the "
				   "server's shell writes '%s'"
				 : "the answer is not Git's: it begins with '%s'",
			 buf_text(&line));
	return true;
}

static bool is_listing(const struct git_session *s)
{
	return strcmp(s->phase, "refs") == 0 || strcmp(s->phase, "connect") == 0;
}

/* Whether the answer itself tells what is wrong. */
static bool head_tells(struct git_session *s)
{
	if (!s->head->len || head_refuses(s))
		return s->head->len > 0;
	return is_listing(s) && (head_is_dialect(s) || session_foreign(s));
}

/* --- what the library says --- */

void session_cut(struct git_session *s, const char *how)
{
	auto_buf struct buf told = BUF_INIT(s->remote_words->max), line = BUF_INIT(1024);

	if (observer_kind(s->o) || head_tells(s))
		return;
	plain_words(s, &told);
	text_clean_line(&line, buf_text(&told), told.len, 300);
	observer_trouble(s->o, KIND_CLOSED, "the server %s in the middle of %s%s%s", how,
			 s->phase, line.len ? "; it says: " : "", buf_text(&line));
}

/* Before the remote is asked, only this machine can be at fault (a sandbox, say, that forbids what
 * the C library's realpath(3) asks): never a finding about the repository. */
static enum kind own_trouble(const char *words)
{
	return strstr(words, "not permitted") || strstr(words, "denied") ? KIND_PERMISSION
									 : KIND_RESOURCE;
}

void session_trouble(struct git_session *s, int code)
{
	const git_error *g = git_error_last();
	const char *words = g && g->message ? g->message : "no reason given";
	enum kind kind = KIND_PROTOCOL;

	if (observer_kind(s->o) || head_tells(s))
		return;
	if (s->url.scheme != GIT_SCHEME_FILE && strstr(words, "early EOF")) {
		session_cut(s, "ended its answer");
		return;
	}
	if (g && g->klass == GIT_ERROR_OS && !strcmp(s->phase, PHASE_SETUP))
		kind = own_trouble(words);
	else if (g && (g->klass == GIT_ERROR_INDEXER || g->klass == GIT_ERROR_ODB ||
		       g->klass == GIT_ERROR_ZLIB || g->klass == GIT_ERROR_OBJECT ||
		       g->klass == GIT_ERROR_TREE || g->klass == GIT_ERROR_SHA))
		kind = KIND_CORRUPT;
	else if (g && (g->klass == GIT_ERROR_OS || g->klass == GIT_ERROR_FILESYSTEM))
		kind = strstr(words, "space left") ? KIND_RESOURCE : KIND_NOT_FOUND;
	else if (g && g->klass == GIT_ERROR_NOMEMORY)
		kind = KIND_RESOURCE;
	else if (code == GIT_ENOTFOUND || strstr(words, "could not find repository"))
		kind = KIND_NOT_FOUND;
	observer_trouble(s->o, kind, "%s: %s", s->phase, words);
}

void session_tell(struct git_session *s)
{
	auto_buf struct buf told = BUF_INIT(s->remote_words->max);

	plain_words(s, &told);
	if (told.len)
		observer_evidence(s->o, "remote", told.data, told.len);
}
