#include "checks/modules/ssh/known_hosts.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <nettle/hmac.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define SSH_PORT 22

struct span {
	const char *at;
	size_t len;
};

struct line {
	struct span marker, hosts, type, key;
};

static bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static struct span next_word(const char **at, const char *end)
{
	struct span s;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	s.at = *at;
	while (*at < end && **at != ' ' && **at != '\t' && **at != '\r')
		(*at)++;
	s.len = (size_t)(*at - s.at);
	return s;
}

/* Whether there is a line; one that says nothing has no key. */
static bool next_line(const char **text, struct line *out)
{
	const char *at = *text, *end = at + strcspn(at, "\n");

	if (!*at)
		return false;
	*text = *end ? end + 1 : end;
	*out = (struct line){ 0 };
	out->hosts = next_word(&at, end);
	if (out->hosts.len && *out->hosts.at == '#')
		return true;
	if (out->hosts.len && *out->hosts.at == '@') {
		out->marker = out->hosts;
		out->hosts = next_word(&at, end);
	}
	out->type = next_word(&at, end);
	out->key = next_word(&at, end);
	return true;
}

/* --- whose line is it? --- */

/* * and ? (ssh_config(5), PATTERNS); letter case does not count. One star is remembered, so that
 * the time is bounded by the product of the lengths. */
static bool matches(const char *pattern, size_t len, const char *name)
{
	const char *end = pattern + len, *star = NULL, *retry = NULL;

	while (*name) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			retry = name;
		} else if (pattern < end &&
			   (*pattern == '?' || strncasecmp(pattern, name, 1) == 0)) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

/* A comma-separated list; what begins with ! excludes, whatever else matches. */
static bool list_matches(struct span hosts, const char *name)
{
	const char *at = hosts.at, *end = hosts.at + hosts.len;
	bool found = false;

	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end;
		const bool negated = *at == '!';

		if (matches(at + negated, (size_t)(stop - at) - negated, name)) {
			if (negated)
				return false;
			found = true;
		}
		at = stop + 1;
	}
	return found;
}

/* What |1|SALT|HASH holds: an HMAC with SHA-1 (RFC 2104), in base64. */
static bool hash_matches(struct span hosts, const char *name)
{
	const char *salt = hosts.at + 3, *bar = memchr(salt, '|', hosts.len - 3);
	auto_buf struct buf raw = BUF_INIT(SHA1_BLOCK_SIZE), hash = BUF_INIT(64);
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct hmac_sha1_ctx hmac;

	if (!bar || !text_unbase64(&raw, salt, (size_t)(bar - salt)))
		return false;
	hmac_sha1_set_key(&hmac, raw.len, (const uint8_t *)buf_text(&raw));
	hmac_sha1_update(&hmac, strlen(name), (const uint8_t *)name);
	hmac_sha1_digest(&hmac, sizeof(digest), digest);
	text_base64(&hash, (const char *)digest, sizeof(digest));
	return span_is((struct span){ bar + 1, (size_t)(hosts.at + hosts.len - bar - 1) },
		       buf_text(&hash));
}

static bool is_of(const struct line *l, const char *name)
{
	if (!l->key.len)
		return false;
	if (l->hosts.len > 3 && memcmp(l->hosts.at, "|1|", 3) == 0)
		return hash_matches(l->hosts, name);
	return list_matches(l->hosts, name);
}

/* The name that lines have for it, in small letters, as they are hashed. */
static char *name_of(const char *host, uint16_t port)
{
	char *name = port == SSH_PORT ? xstrdup(host) : xasprintf("[%s]:%u", host, port);

	for (char *c = name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return name;
}

/* --- the answers --- */

static enum known look(const char *text, const char *name, const char *type, const char *key)
{
	enum known found = KNOWN_NOT;
	struct line l;

	while (next_line(&text, &l)) {
		if (!is_of(&l, name))
			continue;
		if (l.marker.len) {
			if (span_is(l.marker, "@revoked") && span_is(l.key, key))
				return KNOWN_REVOKED;
			continue;
		}
		if (found == KNOWN_SAME)
			continue; /* only a revocation counts now */
		if (span_is(l.key, key))
			found = KNOWN_SAME;
		else if (span_is(l.type, type))
			found = KNOWN_CHANGED;
		else if (found == KNOWN_NOT)
			found = KNOWN_OTHER_TYPE;
	}
	return found;
}

enum known known_hosts_look(const char *text, const char *host, uint16_t port, const char *type,
			    const char *key)
{
	auto_free char *name = name_of(host, port);
	const enum known found = look(text, name, type, key);

	if (found == KNOWN_NOT && port != SSH_PORT) {
		auto_free char *bare = name_of(host, SSH_PORT);
		const enum known there = look(text, bare, type, key);

		if (there == KNOWN_SAME || there == KNOWN_REVOKED)
			return there;
	}
	return found;
}

bool known_hosts_certify(const char *text, const char *host, uint16_t port)
{
	auto_free char *name = name_of(host, port), *bare = name_of(host, SSH_PORT);
	struct line l;

	while (next_line(&text, &l))
		if (span_is(l.marker, "@cert-authority") && (is_of(&l, name) || is_of(&l, bare)))
			return true;
	return false;
}

void known_hosts_types(const char *text, const char *host, uint16_t port, struct buf *out)
{
	auto_free char *name = name_of(host, port), *bare = name_of(host, SSH_PORT);
	struct line l;

	while (next_line(&text, &l)) {
		if (l.marker.len || !(is_of(&l, name) || is_of(&l, bare)) ||
		    text_list_has(buf_text(out), l.type.at, l.type.len))
			continue;
		if (out->len)
			buf_addc(out, ',');
		buf_add(out, l.type.at, l.type.len);
	}
}
