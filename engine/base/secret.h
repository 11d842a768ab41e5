/*
 * secret - the one place where secret texts live, and their masking.
 *
 * The arena is not inherited by children (MADV_WIPEONFORK; the fallback wipes it in
 * secrets_after_fork) and not dumped (MADV_DONTDUMP). A worker is given the secrets of its own
 * check by the wire (secrets_load) and forgets them after it (secrets_clear). Texts are found by a
 * number that is the same in supervisor and worker.
 */
#ifndef ENGINE_BASE_SECRET_H
#define ENGINE_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct secrets;

struct secrets *secrets_new(void);
void secrets_free(struct secrets *s);
/* Keep a text; returns its number, from 1. The same text has the same number. 0: longer than 64
 * KiB, not kept. */
uint32_t secrets_add(struct secrets *s, const char *text, size_t len);
/* Keep a text under a number that the supervisor chose (in a worker). */
void secrets_load(struct secrets *s, uint32_t number, const char *text, size_t len);
/* Forget all: overwritten, not only freed. */
void secrets_clear(struct secrets *s);
/* To be called first in every child: forgets what fork(2) copied. */
void secrets_after_fork(struct secrets *s);
/* The text, NUL after it; NULL when this process does not hold it. */
const char *secrets_text(const struct secrets *s, uint32_t number, size_t *len);
/* How many there are: numbers 1 to count. */
uint32_t secrets_count(const struct secrets *s);

/* Append `text` to out with every secret replaced by "***": the value, its URL-, JSON-, XML- and
 * backslash-escaped forms (one in another, too), its base64 at all three alignments (also
 * base64url), its hexadecimal digits, and each line of 16 bytes or more of one of several lines;
 * texts under 4 characters only as a whole word and in no other form. White space around a secret
 * does not count. Secrets that touch or overlap become one "***". Linear in len. Returns the number
 * of places. Cleaning joins what control sequences held apart: mask before it and after it. */
size_t secrets_mask(const struct secrets *s, struct buf *out, const char *text, size_t len);

/* The userinfo password and the password-like members (password, passwd, pwd, token, secret, key,
 * private_token, access_token…) of a URL, DSN or JDBC URL: calls found(ctx, start, len) for each,
 * as written in it (secrets_mask finds the percent-decoded form by itself). No match is fine. */
void secrets_in_url(const char *url, void (*found)(void *ctx, const char *start, size_t len),
		    void *ctx);
/* Whether a header, environment variable or member of this name usually holds a secret
 * (authorization, cookie, *token*, *password*, *passwd*, *pwd*, *secret*, *api[-_]key*,
 * *private*key*, *credential*, …), case-insensitive; PWD and OLDPWD are the shell's folders and no
 * secrets. */
int secrets_name_is_sensitive(const char *name);

#endif
