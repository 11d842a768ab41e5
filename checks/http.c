/*
 * http - what does a URL answer? The declaration; the module `http` (libcurl) carries it out.
 */
#include "checks/http.h"

#include <string.h>
#include <strings.h>

#include "checks/check.h"
#include "checks/net/address.h"
#include "checks/net/certificate_facts.h"

static const struct field http_fields[] = {
	FIELD_TEXT(struct http_query, body,
		   .doc = "Text to send; as JSON when it begins like it, else as a form, unless a "
			  "header says otherwise."),
	FIELD_PATH(struct http_query, ca,
		   .doc = "File of the authorities to trust (PEM); without it the system's."),
	FIELD_PATH(struct http_query, cert,
		   .doc = "File of the certificate to show to the server (PEM)."),
	FIELD_BOOL(struct http_query, follow, .dflt = "false",
		   .doc = "Whether to follow redirects, at most 10; no credentials go to another "
			  "host."),
	FIELD_MAP(struct http_query, headers, .doc = "Headers to send, by name."),
	FIELD_PATH(struct http_query, key,
		   .doc = "File of the key of cert (PEM); without it, it is in cert."),
	FIELD_TEXT(struct http_query, method, .dflt = "GET", .doc = "Method of the request."),
	FIELD_SECRET(struct http_query, password, .doc = "Password for user."),
	FIELD_TEXT(struct http_query, proxy, .dflt = "none",
		   .doc = "Proxy to use: its URL, none, or env for what the environment names."),
	FIELD_MAP(struct http_query, resolve,
		  .doc = "Addresses to use for host names instead of those that they resolve to; "
			 "a proxy asks for them itself."),
	FIELD_SECRET(struct http_query, token, .doc = "Bearer token."),
	FIELD_URL(struct http_query, url, .required = true,
		  .doc = "URL to ask for, http or https."),
	FIELD_TEXT(struct http_query, user, .doc = "User name for basic authentication."),
	FIELD_BOOL(struct http_query, verify, .dflt = "true",
		   .doc = "Whether the certificate must be valid, trusted and for this host."),
	{ .name = NULL },
};

static const struct fact tls_facts[] = {
	CERTIFICATE_FACTS_CHAIN,
	CERTIFICATE_FACTS_DAYS,
	CERTIFICATE_FACT_PROBLEM,
	CERTIFICATE_FACTS_REST,
	CERTIFICATE_FACT_TRUSTED,
	{ .name = NULL },
};

static const struct fact http_facts[] = {
	{ .name = "body", .type = FACT_TEXT, .doc = "The body, at most 1 MiB." },
	{ .name = "headers",
	  .type = FACT_MAP,
	  .doc = "Headers by lower-case name; of several with one name, joined by commas." },
	{ .name = "json",
	  .type = FACT_OPEN,
	  .doc = "The body read as JSON; absent when it is none, or has a name twice." },
	{ .name = "redirects", .type = FACT_INT, .doc = "How many redirects were followed." },
	{ .name = "status", .type = FACT_INT, .doc = "The status code." },
	{ .name = "tls", .type = FACT_MAP, .of = tls_facts, .doc = "The server's certificate." },
	{ .name = "url", .type = FACT_TEXT, .doc = "The URL that answered in the end." },
	{ .name = NULL },
};

static bool is_token(const char *s)
{
	return *s && !s[strspn(s, "!#$%&'*+-.^_`|~0123456789"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")];
}

static bool starts_with_scheme(const char *url, const char *scheme)
{
	size_t len = strlen(scheme);

	return !strncasecmp(url, scheme, len) && !strncmp(url + len, "://", 3) && url[len + 3];
}

static int validate_url(const char *url, struct err **e)
{
	const char *end = strstr(url, "://");

	if (starts_with_scheme(url, "http") || starts_with_scheme(url, "https"))
		return 0;
	if (!end) /* without the text: it may hold a password */
		return err_set(e, ERR_DATA, "url: does not begin with http:// or https://");
	if (!end[3])
		return err_set(e, ERR_DATA, "url: '%s' names no host", url);
	return err_set(e, ERR_DATA, "url: '%.*s' is no scheme for http: only http and https are",
		       (int)(end - url), url);
}

static int validate_headers(const struct text_map *headers, struct err **e)
{
	for (size_t i = 0; i < headers->count; i++) {
		if (!is_token(headers->keys[i]))
			return err_set(e, ERR_DATA, "headers: '%s' cannot be the name of one",
				       headers->keys[i]);
		if (headers->values[i] && strpbrk(headers->values[i], "\r\n"))
			return err_set(e, ERR_DATA,
				       "headers: the value of '%s' has more than one line",
				       headers->keys[i]);
	}
	return 0;
}

static int validate_resolve(const struct text_map *resolve, struct err **e)
{
	struct address a;

	for (size_t i = 0; i < resolve->count; i++)
		if (resolve->values[i] && !address_parse(resolve->values[i], &a))
			return err_set(e, ERR_DATA, "resolve: '%s' is no address",
				       resolve->values[i]);
	return 0;
}

static int validate_proxy(const char *proxy, struct err **e)
{
	static const char *const schemes[] = { "http", "https", "socks4", "socks4a",
					       "socks5", "socks5h", NULL };

	if (!strcmp(proxy, "none") || !strcmp(proxy, "env"))
		return 0;
	for (const char *const *s = schemes; *s; s++)
		if (starts_with_scheme(proxy, *s))
			return 0;
	return err_set(e, ERR_DATA,
		       "proxy: '%s' is none: write none, env, or a URL of http, https or socks5",
		       proxy);
}

typedef bool given_fn(const void *ctx, const char *field);

static int validate_credentials(given_fn *given, const void *ctx, struct err **e)
{
	if (given(ctx, "token") && given(ctx, "user"))
		return err_set(e, ERR_DATA, "'token' and 'user' exclude each other");
	if (given(ctx, "password") && !given(ctx, "user"))
		return err_set(e, ERR_DATA, "'password' needs 'user'");
	if (given(ctx, "key") && !given(ctx, "cert"))
		return err_set(e, ERR_DATA, "'key' needs 'cert'");
	return 0;
}

static int http_validate(const void *query, given_fn *given, const void *ctx, struct err **e)
{
	const struct http_query *q = query;

	if (q->url && validate_url(q->url, e) < 0)
		return -1;
	if (q->method && !is_token(q->method))
		return err_set(e, ERR_DATA, "method: '%s' cannot be one", q->method);
	if (q->body && q->method && !strcasecmp(q->method, "HEAD"))
		return err_set(e, ERR_DATA, "body: a HEAD request has none");
	if (q->proxy && validate_proxy(q->proxy, e) < 0)
		return -1;
	if (validate_headers(&q->headers, e) < 0 || validate_resolve(&q->resolve, e) < 0)
		return -1;
	return validate_credentials(given, ctx, e);
}

const struct check_type check_http = {
	.name = "http",
	.summary = "a URL answers as expected",
	.lane = LANE_NETWORK,
	.module = "http",
	.package = "libcurl",
	.fields = http_fields,
	.query_size = sizeof(struct http_query),
	.facts = http_facts,
	.default_expect = "{ status: { between: [200, 299] } }",
	.extract_from = "body",
	.validate = http_validate,
};
