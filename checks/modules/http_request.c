/*
 * http_request - sets a request up for libcurl: what is sent, to whom, and who is told of what
 * comes back.
 */
#include "checks/modules/http_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "checks/check.h"

/* A connection that came no further, so that libcurl has not counted it. */
static void trace_peer(struct http *h)
{
	auto_buf struct buf peer = BUF_INIT(128);

	if (!reach_connected(&h->reach))
		return;
	h->told = true;
	observer_phase(h->probe->observer, strcasecmp(h->scheme, "https") ? "answer" : "tls");
	address_print_port(&h->reach.peer, &peer);
	observer_trace(h->probe->observer, "connected to %s", buf_text(&peer));
}

void http_trace_connection(struct http *h)
{
	const struct curl_tlssessioninfo *session = NULL;
	curl_off_t us = 0;
	char took[32];

	if (h->told)
		return;
	observer_phase(h->probe->observer, "connect");
	if (curl_easy_getinfo(h->easy, CURLINFO_CONNECT_TIME_T, &us) != CURLE_OK || us <= 0) {
		trace_peer(h);
		return;
	}
	h->told = true;
	clock_human(us * 1000, took, sizeof(took));
	observer_trace(h->probe->observer, "connected to %s in %s", buf_text(&h->peer), took);
	observer_phase(h->probe->observer, "answer");
	if (curl_easy_getinfo(h->easy, CURLINFO_TLS_SSL_PTR, &session) == CURLE_OK && session &&
	    session->internals && session->backend == CURLSSLBACKEND_OPENSSL)
		observer_trace(h->probe->observer, "%s, %s", SSL_get_version(session->internals),
			       SSL_get_cipher_name(session->internals));
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
	struct http *h = ctx;

	http_trace_connection(h);
	return answer_header(&h->answer, line, size * count) ? size * count : 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct http *h = ctx;

	return answer_body(&h->answer, bytes, size * count) ? size * count : 0;
}

/* Who is tried, for messages; the number of the errors of sockets that libcurl would hide. */
static curl_socket_t on_open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http *h = ctx;
	struct address a = { 0 };
	int fd = socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);

	(void)purpose;
	if (fd < 0)
		h->socket_errno = errno;
	else
		reach_open(&h->reach, fd);
	if (to->addrlen > sizeof(a) || (to->family != AF_INET && to->family != AF_INET6))
		return fd < 0 ? CURL_SOCKET_BAD : fd;
	memcpy(&a, &to->addr, to->addrlen);
	if (h->peer.len)
		buf_adds(&h->peer, ", ");
	address_print_port(&a, &h->peer);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Whether it is a proxy that shows its certificate, by the name that it was asked for: there are
 * two handshakes then, and none has the other's name. */
static bool is_proxy(const struct http *h, const SSL *ssl)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	struct address numeric;

	if (!strcmp(h->query->proxy, "none"))
		return false;
	if (strcasecmp(h->scheme, "https") != 0)
		return true;
	if (!name) /* it is asked for by its address */
		return !address_parse(h->host, &numeric) ||
		       (!h->proxy.facts && !strncasecmp(h->query->proxy, "https:", 6));
	return strlen(name) != certificate_name_len(h->host) ||
	       strncasecmp(name, h->host, strlen(name)) != 0;
}

/* The name that a proxy must have, or its address. */
static int verify_proxy(struct http *h, X509_STORE_CTX *ctx, const SSL *ssl)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	auto_buf struct buf address = BUF_INIT(128);

	if (!name && reach_connected(&h->reach))
		address_print(&h->reach.peer, &address);
	return certificate_verify(&h->proxy, ctx, h->store, name ? name : buf_text(&address)) ||
	       !h->query->verify;
}

static int on_certificate(X509_STORE_CTX *ctx, void *own)
{
	struct http *h = own;
	const SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());

	if (is_proxy(h, ssl))
		return verify_proxy(h, ctx, ssl);
	return certificate_verify(&h->certificate, ctx, h->store, h->host) || !h->query->verify;
}

/* Verification against our own store, read once a file; libcurl would read it anew for every
 * handle, or share one between handles that trust different authorities. */
static CURLcode on_ssl_ctx(CURL *easy, void *ssl_ctx, void *own)
{
	struct http *h = own;

	(void)easy;
	SSL_CTX_set_cert_verify_callback(ssl_ctx, on_certificate, h);
	return CURLE_OK;
}

char *http_origin(const struct http *h)
{
	return xasprintf("%s://%s:%s", h->scheme, h->host, h->port);
}

bool http_at_home(const struct http *h)
{
	auto_free char *here = h->origin ? http_origin(h) : NULL;

	return !here || !strcasecmp(here, h->origin);
}

/* What may go to any host. Others may hold secrets under any name. */
static bool header_is_harmless(const char *name)
{
	static const char *const harmless[] = {
		"accept",        "accept-encoding", "accept-language",
		"cache-control", "content-type",    "pragma",
		"range",         "user-agent",      NULL
	};

	for (const char *const *n = harmless; *n; n++)
		if (!strcasecmp(name, *n))
			return true;
	return false;
}

static void header_set(struct http *h, const char *name, const char *value)
{
	/* "Name;" is how libcurl is told of a header without value */
	auto_free char *line = *value ? xasprintf("%s: %s", name, value) : xasprintf("%s;", name);

	h->headers = curl_slist_append(h->headers, line);
}

static void http_set_headers(struct http *h, bool at_home)
{
	const struct text_map *own = &h->query->headers;
	bool typed = false;

	curl_slist_free_all(TAKE(h->headers));
	h->headers = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < own->count; i++) {
		typed = typed || !strcasecmp(own->keys[i], "content-type");
		if (at_home || header_is_harmless(own->keys[i]))
			header_set(h, own->keys[i], own->values[i]);
	}
	if (!h->body && !typed) /* else libcurl says that nothing is a form */
		h->headers = curl_slist_append(h->headers, "Content-Type:");
	if (h->body && !typed && strchr("{[", *h->body) && *h->body)
		header_set(h, "Content-Type", "application/json");
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
}

static void http_set_credentials(struct http *h)
{
	const struct http_query *q = h->query;

	if (q->token) {
		curl_easy_setopt(h->easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		curl_easy_setopt(h->easy, CURLOPT_XOAUTH2_BEARER, q->token);
	} else if (q->user || h->user) {
		curl_easy_setopt(h->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(h->easy, CURLOPT_USERNAME, q->user ? q->user : h->user);
		curl_easy_setopt(h->easy, CURLOPT_PASSWORD, q->user ? q->password : h->password);
	}
	if (q->cert)
		curl_easy_setopt(h->easy, CURLOPT_SSLCERT, q->cert);
	if (q->cert)
		curl_easy_setopt(h->easy, CURLOPT_SSLKEY, q->key ? q->key : q->cert);
}

/* Of these a server wants to know that nothing comes, and some answer 411 otherwise: RFC 9110,
 * 8.6. */
static bool takes_body(const char *method)
{
	return !strcmp(method, "POST") || !strcmp(method, "PUT") || !strcmp(method, "PATCH");
}

static void http_set_request(struct http *h)
{
	CURL *easy = h->easy;

	curl_easy_setopt(easy, CURLOPT_CURLU, h->url);
	if (!strcasecmp(h->method, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, h->method);
	if (!h->body && takes_body(h->method))
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
	if (h->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(h->body));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, h->body);
	}
	curl_easy_setopt(easy, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
}

static void http_set_connection(struct http *h)
{
	CURL *easy = h->easy;
	const char *proxy = h->query->proxy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, h);
	reach_watch(&h->reach, easy);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, h->resolve);
#if LIBCURL_VERSION_NUM >= 0x075700
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
#endif
	if (strcmp(proxy, "env") != 0) {
		curl_easy_setopt(easy, CURLOPT_PROXY, strcmp(proxy, "none") != 0 ? proxy : "");
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	}
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/* a resumed session shows no certificate: one check would trust what another one did */
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, h->query->verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, h->query->verify ? 2L : 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, h->query->verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, h->query->verify ? 2L : 0L);
	if (h->store) {
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, h);
	}
}

static void http_set_callbacks(struct http *h)
{
	CURL *easy = h->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, h);
}

void http_prepare(struct http *h)
{
	const bool at_home = http_at_home(h);

	if (h->origin)
		curl_easy_reset(h->easy);
	h->reach = (struct reach){ 0 };
	h->error[0] = '\0';
	h->told = false;
	buf_clear(&h->peer);
	certificate_free(&h->certificate);
	certificate_free(&h->proxy);
	answer_begin(&h->answer, h->probe->observer);
	http_set_request(h);
	http_set_connection(h);
	http_set_headers(h, at_home);
	http_set_callbacks(h);
	if (at_home)
		http_set_credentials(h);
}
