#include "checks/net/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/xalloc.h"

void url_decode(char *text)
{
	char *to = text;

	for (const char *s = text; *s; s++) {
		char digits[3] = "";
		uint64_t byte;

		if (*s == '%' && s[1] && s[2]) {
			memcpy(digits, s + 1, 2);
			if (number_hex(digits, &byte) == 0 && byte) {
				*to++ = (char)byte;
				s += 2;
				continue;
			}
		}
		*to++ = *s;
	}
	*to = '\0';
}

static char *decoded(const char *text, size_t len)
{
	char *s = xmemdup0(text, len);

	url_decode(s);
	return s;
}

/* The '@' that ends the userinfo: the last one before the members, or after a '?' that begins no
 * member. */
static const char *userinfo_end(const char *s)
{
	const char *end = s + strcspn(s, "?");
	const char *at = memrchr(s, '@', (size_t)(end - s));

	if (!at && *end) {
		at = strrchr(end, '@');
		if (at && memchr(end, '=', (size_t)(at - end)))
			at = NULL;
	}
	return at;
}

static void parse_userinfo(const char *s, const char *end, struct url *out)
{
	const char *colon = memchr(s, ':', (size_t)(end - s));

	out->user = decoded(s, (size_t)((colon ? colon : end) - s));
	if (colon)
		out->password = decoded(colon + 1, (size_t)(end - colon - 1));
}

int url_parse(const char *text, struct url *out, struct err **e)
{
	const char *rest = strstr(text, "://"), *at;
	size_t len;

	*out = (struct url){ 0 };
	if (!rest || rest == text)
		return err_set(e, ERR_DATA, "this is no URL: 'scheme://' is missing");
	out->scheme = xmemdup0(text, (size_t)(rest - text));
	for (char *c = out->scheme; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	rest += 3;
	at = userinfo_end(rest);
	if (at) {
		parse_userinfo(rest, at, out);
		rest = at + 1;
	}
	len = strcspn(rest, "/?");
	out->hosts = xmemdup0(rest, len);
	rest += len;
	if (*rest == '/') {
		len = strcspn(++rest, "?");
		out->path = xmemdup0(rest, len);
		rest += len;
	}
	if (*rest == '?')
		out->members = xstrdup(rest + 1);
	return 0;
}

void url_release(struct url *u)
{
	if (u->password)
		explicit_bzero(u->password, strlen(u->password));
	if (u->members)
		explicit_bzero(u->members, strlen(u->members));
	free(u->scheme);
	free(u->user);
	free(u->password);
	free(u->hosts);
	free(u->path);
	free(u->members);
	*u = (struct url){ 0 };
}

/* Where the host ends and what comes then: ":port" or nothing. */
static int split_host(const char *text, const char **name, size_t *len, const char **rest,
		      struct err **e)
{
	const char *close;

	*name = text;
	if (*text != '[') {
		*len = strcspn(text, ":");
		*rest = text + *len;
		if (**rest && strchr(*rest + 1, ':'))
			return err_set(e, ERR_DATA, "an IPv6 address needs brackets: '[%s]'", text);
		return 0;
	}
	close = strchr(text, ']');
	if (!close)
		return err_set(e, ERR_DATA, "'[' without ']' in the host");
	*name = text + 1;
	*len = (size_t)(close - text - 1);
	*rest = close + 1;
	if (**rest && **rest != ':')
		return err_set(e, ERR_DATA, "'%s' after the host", *rest);
	return 0;
}

int url_host(const char *text, char **host, uint16_t *port, struct err **e)
{
	const char *name, *rest;
	uint64_t number = 0;
	size_t len;

	if (split_host(text, &name, &len, &rest, e) < 0)
		return -1;
	if (!len)
		return err_set(e, ERR_DATA, "a host is missing");
	if (*rest == ':' && rest[1] &&
	    (number_uint(rest + 1, &number) || number < 1 || number > 65535))
		return err_set(e, ERR_DATA, "'%s' is not a port number from 1 to 65535", rest + 1);
	*host = xmemdup0(name, len);
	*port = (uint16_t)number;
	return 0;
}

char *url_member(const struct url *u, const char *name)
{
	const size_t len = strlen(name);

	for (const char *s = u->members; s && *s; s += strspn(s, "&")) {
		const size_t item = strcspn(s, "&");

		if (item > len && s[len] == '=' && !strncasecmp(s, name, len))
			return decoded(s + len + 1, item - len - 1);
		s += item;
	}
	return NULL;
}
