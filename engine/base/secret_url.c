/*
 * secret_url - where URLs, DSNs and names of things hold secrets.
 *
 * Generous on purpose: what is taken for a password by mistake is hidden, what is missed is shown.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "engine/base/secret.h"
#include "engine/base/xalloc.h"

/* A user name alone is a token when it is as long as one: https://ghp_0123…@host/ */
#define TOKEN_LEAST 16

struct finder {
	void (*found)(void *ctx, const char *start, size_t len);
	void *ctx;
};

static void find(const struct finder *f, const char *start, const char *end)
{
	if (start && end > start)
		f->found(f->ctx, start, (size_t)(end - start));
}

static const char *last_of(const char *s, const char *end, char c)
{
	return end > s ? memrchr(s, c, (size_t)(end - s)) : NULL;
}

static const char *first_of(const char *s, const char *end, char c)
{
	return end > s ? memchr(s, c, (size_t)(end - s)) : NULL;
}

static bool scheme_is_web(const char *url)
{
	static const char *const schemes[] = { "http:", "https:", "ws:", "wss:", "ftp:" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(schemes); i++)
		if (!strncasecmp(url, schemes[i], strlen(schemes[i])))
			return true;
	return false;
}

/* The '@' that ends the userinfo at s. In a web address it is in the authority; in a DSN it is the
 * last one before the members, since passwords hold '/' and '@' there, or after a '?' that begins
 * no member. */
static const char *userinfo_end(const char *s, bool web)
{
	const char *end = s + (web ? strcspn(s, "/?#") : strcspn(s, "?"));
	const char *at = last_of(s, end, '@');

	if (!at && !web && *end) {
		at = strchr(end, '@');
		if (at && first_of(end, at, '='))
			at = NULL;
	}
	return at;
}

static void in_authority(const struct finder *f, const char *s, bool web)
{
	const char *at = userinfo_end(s, web);
	const char *colon = at ? first_of(s, at, ':') : NULL;

	if (colon)
		find(f, colon + 1, at);
	else if (at && web && at - s >= TOKEN_LEAST)
		find(f, s, at);
}

/* user:password@tcp(host)/db, user:password@host; user/password@ of Oracle's jdbc:oracle:thin: form
 */
static void in_plain_dsn(const struct finder *f, const char *s)
{
	const char *oracle = strncasecmp(s, "jdbc:oracle:", 12) == 0 ? strchr(s + 12, ':') : NULL;
	const char *at = userinfo_end(s, false), *start;

	if (!at || !strncasecmp(s, "mailto:", 7))
		return;
	start = oracle ? first_of(oracle, at, '/') : first_of(s, at, ':');
	if (start)
		find(f, start + 1, at);
}

static bool contains_word(const char *name, const char *word)
{
	return strcasestr(name, word) != NULL;
}

int secrets_name_is_sensitive(const char *name)
{
	static const char *const words[] = {
		"authorization", "cookie", "token",      "password",   "passwd",
		"passphrase",    "pwd",    "secret",     "credential", "api-key",
		"api_key",       "apikey", "access-key", "access_key", "accesskey",
	};
	const char *private = strcasestr(name, "private");
	size_t i;

	/* The shell's working folders. */
	if (!strcmp(name, "PWD") || !strcmp(name, "OLDPWD"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (contains_word(name, words[i]))
			return 1;
	return private && contains_word(private, "key");
}

/* Members of a URL have a few short names besides. */
static bool member_is_sensitive(const char *start, size_t len)
{
	static const char *const names[] = { "auth", "key", "pass", "pwd", "sig", "signature" };
	char name[64] = "";
	size_t i;

	if (!len || len >= sizeof(name))
		return false;
	memcpy(name, start, len);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return secrets_name_is_sensitive(name) || contains_word(name, "signature");
}

/* Where a value ends depends on what began its member. */
static const char *value_end(char before, const char *value)
{
	switch (before) {
	case '?':
	case '&':
		return value + strcspn(value, "&# \t\r\n");
	case '(':
		return value + strcspn(value, ")");
	case ',':
		return value + strcspn(value, ",)&");
	default:
		break;
	}
	if (*value == '\'' || *value == '"' || *value == '{') {
		const char *close = strchr(value + 1, *value == '{' ? '}' : *value);

		if (close)
			return close;
	}
	return value + strcspn(value, "; \t\r\n");
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '[' ||
	       c == ']';
}

static void in_members(const struct finder *f, const char *s)
{
	const char *equal;

	for (equal = strchr(s, '='); equal; equal = strchr(equal + 1, '=')) {
		const char *name = equal, *value = equal + 1, *end;

		while (name > s && in_name(name[-1]))
			name--;
		if (!member_is_sensitive(name, (size_t)(equal - name)))
			continue;
		end = value_end(name > s ? name[-1] : ';', value);
		if (*value == '\'' || *value == '"' || *value == '{')
			value++;
		find(f, value, end);
	}
}

void secrets_in_url(const char *url, void (*found)(void *ctx, const char *start, size_t len),
		    void *ctx)
{
	struct finder f = { .found = found, .ctx = ctx };
	const char *authority = strstr(url, "://");

	if (authority)
		in_authority(&f, authority + 3, scheme_is_web(url));
	else
		in_plain_dsn(&f, url);
	in_members(&f, url);
}
