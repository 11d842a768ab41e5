#include "checks/net/git_url.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

static const struct {
	const char *prefix;
	enum git_scheme scheme;
} schemes[] = {
	{ "http://", GIT_SCHEME_HTTP }, { "https://", GIT_SCHEME_HTTPS },
	{ "ssh://", GIT_SCHEME_SSH },   { "git+ssh://", GIT_SCHEME_SSH },
	{ "file://", GIT_SCHEME_FILE },
};

/* Undo %XX in place (RFC 3986, 2.1); a lone % stays. */
static void percent_decode(char *s)
{
	char *to = s;

	for (; *s; s++) {
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

static int parse_port(const char *text, struct git_url *out, struct err **e)
{
	uint64_t port;

	if (!*text)
		return 0;
	if (number_uint(text, &port) || port < 1 || port > 65535)
		return err_set(e, ERR_DATA, "'%s' is not a port number from 1 to 65535", text);
	out->port = (uint16_t)port;
	return 0;
}

static void parse_userinfo(const char *text, size_t len, struct git_url *out)
{
	const char *colon = memchr(text, ':', len);

	out->user = xmemdup0(text, colon ? (size_t)(colon - text) : len);
	percent_decode(out->user);
	if (!colon)
		return;
	out->password = xmemdup0(colon + 1, len - (size_t)(colon + 1 - text));
	percent_decode(out->password);
}

/* "user:pw@[::1]:22" */
static int parse_authority(const char *text, size_t len, struct git_url *out, struct err **e)
{
	auto_free char *authority = xmemdup0(text, len);
	char *host = authority, *at = strrchr(authority, '@'), *end;

	if (at) {
		parse_userinfo(authority, (size_t)(at - authority), out);
		host = at + 1;
	}
	if (*host == '[') {
		end = strchr(host, ']');
		if (!end)
			return err_set(e, ERR_DATA, "'[' without ']' in the host");
		*end++ = '\0';
		host++;
		if (*end && *end != ':')
			return err_set(e, ERR_DATA, "'%s' after the host", end);
	} else {
		end = strchr(host, ':');
	}
	if (end && *end == ':') {
		*end++ = '\0';
		if (parse_port(end, out, e))
			return -1;
	}
	if (!*host)
		return err_set(e, ERR_DATA, "a host is missing");
	out->host = xstrdup(host);
	return 0;
}

static int parse_scheme(const char *rest, struct git_url *out, struct err **e)
{
	const size_t len = strcspn(rest, "/");

	if (out->scheme == GIT_SCHEME_FILE) {
		if (*rest != '/')
			return err_set(e, ERR_DATA, "file:// needs an absolute path");
		out->path = xstrdup(rest);
		return 0;
	}
	if (parse_authority(rest, len, out, e))
		return -1;
	if (strlen(rest + len) < 2)
		return err_set(e, ERR_DATA, "a path to the repository is missing after the host");
	out->path = xstrdup(rest + len);
	/* "/~user/x" is the home of user to the server (git-clone(1)). */
	if (out->scheme == GIT_SCHEME_SSH && text_starts_with(out->path, "/~"))
		memmove(out->path, out->path + 1, strlen(out->path));
	return 0;
}

/* "user@host:path", "user@[::1]:path"; a slash before the colon makes it a path. */
static int parse_scp(const char *text, struct git_url *out, struct err **e)
{
	const char *at = strchr(text, '@');
	const char *host = at ? at + 1 : text;
	const char *close = *host == '[' ? strchr(host, ']') : NULL;
	const char *colon = strchr(close ? close : host, ':');
	const char *slash = strchr(text, '/');

	if (!colon || (slash && slash < colon))
		return err_set(e, ERR_DATA,
			       "this is no URL of a repository: http://, https://, ssh://, "
			       "user@host:path or an absolute path");
	if (at)
		parse_userinfo(text, (size_t)(at - text), out);
	out->scheme = GIT_SCHEME_SSH;
	if (close)
		out->host = xmemdup0(host + 1, (size_t)(close - host - 1));
	else
		out->host = xmemdup0(host, (size_t)(colon - host));
	if (!*out->host)
		return err_set(e, ERR_DATA, "a host is missing before ':'");
	if (!colon[1])
		return err_set(e, ERR_DATA, "a path to the repository is missing after ':'");
	out->path = xstrdup(colon + 1);
	return 0;
}

static int parse(const char *text, struct git_url *out, struct err **e)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (!text_starts_with(text, schemes[i].prefix))
			continue;
		out->scheme = schemes[i].scheme;
		return parse_scheme(text + strlen(schemes[i].prefix), out, e);
	}
	if (strstr(text, "://"))
		return err_set(e, ERR_DATA,
			       "this scheme is not supported: http, https, ssh or file");
	if (*text == '/') {
		out->scheme = GIT_SCHEME_FILE;
		out->path = xstrdup(text);
		return 0;
	}
	return parse_scp(text, out, e);
}

/* Such a host or user would be read as an option by the programs behind it (CVE-2017-1000117). */
static int refuse_options(const struct git_url *u, struct err **e)
{
	if ((u->host && *u->host == '-') || (u->user && *u->user == '-'))
		return err_set(e, ERR_DATA, "a host or user that starts with '-' is refused");
	for (const char *c = u->path; *c; c++)
		if ((unsigned char)*c < ' ')
			return err_set(e, ERR_DATA, "a control character in the path");
	return 0;
}

int git_url_parse(const char *text, struct git_url *out, struct err **e)
{
	*out = (struct git_url){ 0 };
	if (parse(text, out, e) == 0 && refuse_options(out, e) == 0)
		return 0;
	git_url_release(out);
	return -1;
}

void git_url_release(struct git_url *u)
{
	free(u->user);
	if (u->password)
		explicit_bzero(u->password, strlen(u->password));
	free(u->password);
	free(u->host);
	free(u->path);
	*u = (struct git_url){ 0 };
}
