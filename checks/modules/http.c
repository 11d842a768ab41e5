/*
 * http - the code of check type http: one request, and those that redirects ask for, by libcurl on
 * the lane's loop.
 *
 * Names come from our resolver and sockets from us, so that nothing here waits. Redirects are
 * followed one by one, since credentials must not leave the host that they are for. The
 * environment's proxies count only when asked for.
 */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/check.h"
#include "checks/modules/http_state.h"
#include "checks/modules/http_trouble.h"
#include "engine/base/number.h"

#define REDIRECTS_MAX 10

static void http_free(struct http *h)
{
	names_drop(&h->lookup);
	if (h->under_way)
		wire_remove(h->wire, h->easy);
	curl_easy_cleanup(h->easy);
	curl_url_cleanup(h->url);
	curl_free(h->host);
	curl_free(h->port);
	curl_free(h->scheme);
	free(h->origin);
	curl_free(h->user);
	curl_free(h->password);
	curl_slist_free_all(h->headers);
	curl_slist_free_all(h->resolve);
	buf_free(&h->peer);
	certificate_free(&h->certificate);
	certificate_free(&h->proxy);
	answer_free(&h->answer);
	free(h);
}

static char *http_url(const struct http *h)
{
	char *url = NULL;

	return curl_url_get(h->url, CURLUPART_URL, &url, 0) == CURLUE_OK ? url : NULL;
}

static void http_record(struct http *h, bool whole)
{
	struct observer *o = h->probe->observer;
	char *url = observer_wants(o, "url") ? http_url(h) : NULL;
	long status = 0;

	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	answer_record(&h->answer, o, status, whole);
	observer_set_int(o, "redirects", h->redirects);
	if (h->certificate.facts)
		observer_set(o, "tls", json_incref(h->certificate.facts));
	if (url)
		observer_set_string(o, "url", url);
	curl_free(url);
}

static void http_end(struct http *h, bool whole)
{
	struct probe *p = h->probe;

	http_record(h, whole);
	p->state = NULL;
	http_free(h);
	probe_done(p);
}

/* Trouble that is not the server's. */
static void http_fail(struct http *h, enum kind kind, const char *why)
{
	observer_trouble(h->probe->observer, kind, "%s", why);
	http_end(h, false);
}

/* The addresses are known: send the request of this hop. */
static void hop_send(struct http *h)
{
	auto_err struct err *e = NULL;

	if (!strcasecmp(h->scheme, "https") || strcmp(h->query->proxy, "none") != 0) {
		h->store = trust_store(wire_trust(h->wire), h->query->ca, &e);
		if (!h->store) {
			http_fail(h, KIND_PARAMETER, err_text(e));
			return;
		}
	}
	http_prepare(h);
	if (wire_add(h->wire, h->easy, &h->end, &e) < 0)
		http_fail(h, KIND_INTERNAL, err_text(e));
	else
		h->under_way = true;
}

static void hop_resolved(struct http *h, const struct addresses *found)
{
	auto_buf struct buf entry = BUF_INIT(1024);
	struct address to[ADDRESSES_TRIED];
	size_t count = addresses_pick(found, 0, to);

	buf_printf(&entry, "%s:%s:", h->host, h->port);
	for (size_t i = 0; i < count; i++) {
		bool v6 = to[i].any.sa_family == AF_INET6;

		buf_adds(&entry, i ? v6 ? ",[" : "," : v6 ? "[" : "");
		address_print(&to[i], &entry);
		buf_adds(&entry, v6 ? "]" : "");
	}
	names_trace(found, h->host, h->probe->observer);
	h->resolve = curl_slist_append(h->resolve, buf_text(&entry));
	hop_send(h);
}

static void on_found(void *ctx, const struct addresses *found, enum kind kind, const char *why)
{
	struct http *h = ctx;

	if (found)
		hop_resolved(h, found);
	else
		http_fail(h, kind, why);
}

/* The address that the check itself gives for a host, or NULL. */
static const char *http_own_address(const struct http *h)
{
	const struct text_map *own = &h->query->resolve;

	for (size_t i = 0; i < own->count; i++)
		if (!strcasecmp(own->keys[i], h->host))
			return own->values[i];
	return NULL;
}

/* The host as DNS has it. Returns why there is none, or NULL. */
static const char *hop_host(struct http *h)
{
	CURLUcode code;

#ifdef CURLU_PUNYCODE
	code = curl_url_get(h->url, CURLUPART_HOST, &h->host, CURLU_PUNYCODE);
	/* that it is told as a lack of memory by 7.88 helps nobody */
	if (code == CURLUE_OUT_OF_MEMORY || code == CURLUE_LACKS_IDN)
		return "its host name is not ASCII, and no form of it for DNS was found: write it "
		       "as in xn--fiqs8s.example";
#else
	code = curl_url_get(h->url, CURLUPART_HOST, &h->host, 0);
#endif
	return code == CURLUE_OK ? NULL : curl_url_strerror(code);
}

/* Take the URL apart. Returns why it cannot be used, or NULL. */
static const char *hop_parse(struct http *h)
{
	CURLUcode code;
	const char *wrong;

	curl_free(TAKE(h->host));
	curl_free(TAKE(h->port));
	curl_free(TAKE(h->scheme));
	code = curl_url_get(h->url, CURLUPART_SCHEME, &h->scheme, 0);
	if (code == CURLUE_OK && strcasecmp(h->scheme, "http") != 0 &&
	    strcasecmp(h->scheme, "https") != 0)
		return "its scheme is neither http nor https";
	wrong = code == CURLUE_OK ? hop_host(h) : NULL;
	if (wrong)
		return wrong;
	if (code == CURLUE_OK)
		code = curl_url_get(h->url, CURLUPART_PORT, &h->port, CURLU_DEFAULT_PORT);
	return code == CURLUE_OK ? NULL : curl_url_strerror(code);
}

/* Have libcurl use this address for the host, should it connect to it itself. */
static void hop_point(struct http *h, const char *address)
{
	const bool bare = strchr(address, ':') && *address != '[';
	auto_free char *entry = xasprintf("%s:%s:%s%s%s", h->host, h->port, bare ? "[" : "",
					  address, bare ? "]" : "");

	h->resolve = curl_slist_append(h->resolve, entry);
}

/* Find the addresses of this hop's host. -1: nobody can be asked. */
static int hop_start(struct http *h, struct err **e)
{
	char *url = http_url(h);
	struct address numeric;
	const char *own;

	observer_trace(h->probe->observer, "%s %s", h->method, url ? url : "?");
	curl_free(url);
	curl_slist_free_all(TAKE(h->resolve));
	own = http_own_address(h);
	/* a proxy resolves names itself; but where the environment names none, it is our address */
	if (own && strcmp(h->query->proxy, "none") != 0)
		hop_point(h, own);
	if (strcmp(h->query->proxy, "none") != 0 || (!own && address_parse(h->host, &numeric))) {
		hop_send(h);
		return 0;
	}
	return names_ask(h->probe, own ? own : h->host, &h->lookup, on_found, h, e);
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* What the next request is, as browsers and curl do it: RFC 9110, section 15.4. */
static void redirect_method(struct http *h, long status)
{
	bool post = !strcmp(h->method, "POST");

	if (status == 303 ? strcmp(h->method, "HEAD") != 0
			  : post && (status == 301 || status == 302)) {
		h->method = "GET";
		h->body = NULL;
	}
}

/* Go where the server says. Returns why that cannot be, or NULL. */
static const char *hop_turn(struct http *h, const char *to)
{
	/* as browsers do it: a blank in it is no mistake that matters */
	CURLUcode code = curl_url_set(h->url, CURLUPART_URL, to,
				      CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE);

	if (code != CURLUE_OK)
		return curl_url_strerror(code);
	curl_url_set(h->url, CURLUPART_USER, NULL, 0);
	curl_url_set(h->url, CURLUPART_PASSWORD, NULL, 0);
	return hop_parse(h);
}

static void hop_redirect(struct http *h, long status, const char *to)
{
	auto_err struct err *e = NULL;
	auto_free char *why = NULL;
	const char *wrong;

	if (h->redirects == REDIRECTS_MAX) {
		http_fail(h, KIND_PROTOCOL, "more than 10 redirects");
		return;
	}
	if (!h->origin)
		h->origin = http_origin(h);
	h->redirects++;
	redirect_method(h, status);
	wrong = hop_turn(h, to);
	if (wrong) {
		why = xasprintf("redirected to '%.500s': %s", to, wrong);
		http_fail(h, KIND_PROTOCOL, why);
	} else if (h->body && !http_at_home(h)) {
		http_fail(h, KIND_FORBIDDEN,
			  "redirected to another host, which must not get the body");
	} else if (hop_start(h, &e) < 0) {
		http_fail(h, KIND_MODULE, err_text(e));
	}
}

static void trace_answer(struct http *h, long status)
{
	curl_off_t us = 0;
	char took[32];

	http_trace_connection(h);
	if (status <= 0)
		return;
	curl_easy_getinfo(h->easy, CURLINFO_STARTTRANSFER_TIME_T, &us);
	clock_human(us * 1000, took, sizeof(took));
	observer_trace(h->probe->observer, "answered %ld after %s, %llu bytes of body", status,
		       took, (unsigned long long)h->answer.body_bytes);
}

/* The transfer broke off: by us, since it is enough or too much, or by the other side. */
static void hop_failed(struct http *h, CURLcode result)
{
	struct observer *o = h->probe->observer;
	auto_free char *proxy = h->proxy.why ? xasprintf("the proxy's %s", h->proxy.why) : NULL;
	const char *certificate = h->certificate.why ? h->certificate.why : proxy;
	const struct failed f = {
		.easy = h->easy,
		.result = result,
		.text = h->error,
		.peer = h->peer.len ? buf_text(&h->peer) : h->host,
		.certificate = h->query->verify ? certificate : NULL,
		.host = h->host,
		.socket_errno = h->socket_errno,
	};

	if (h->answer.headers_too_large)
		observer_trouble(o, KIND_TOO_LARGE, "%s sends more than 256 KiB of headers",
				 f.peer);
	else if (h->answer.body_too_large && h->answer.wanted)
		observer_trouble(o, KIND_TOO_LARGE,
				 "the body from %s is longer than the 1 MiB that is read", f.peer);
	else if (h->answer.body_too_large)
		observer_trace(o, "stopped reading the body after 1 MiB");
	else
		http_trouble(o, &f);
	http_end(h, false);
}

static void on_hop_end(void *ctx, CURLcode result)
{
	struct http *h = ctx;
	auto_free char *why = NULL;
	long status = 0;
	char *to = NULL;

	h->under_way = false;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	trace_answer(h, status);
	if (h->certificate.why && !h->query->verify)
		observer_trace(h->probe->observer, "not verified: %s", h->certificate.why);
	if (h->answer.switching && h->answer.head_ended) { /* libcurl would wait for another one */
		http_end(h, true);
		return;
	}
	if (result != CURLE_OK) {
		hop_failed(h, result);
		return;
	}
	if (status > 0 && !h->answer.head_ended) {
		why = xasprintf("connection closed by %s in the middle of its headers",
				h->peer.len ? buf_text(&h->peer) : h->host);
		http_fail(h, KIND_CLOSED, why);
		return;
	}
	if (h->query->follow && is_redirect(status) &&
	    curl_easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to) {
		auto_free char *target = xstrdup(to);

		hop_redirect(h, status, target);
		return;
	}
	http_end(h, true);
}

/* Methods are told apart by case (RFC 9110, 9.1), and nobody means another one by "get". */
static const char *http_method(const char *method)
{
	static const char *const usual[] = { "DELETE", "GET",   "HEAD", "OPTIONS",
					     "PATCH",  "POST", "PUT",  NULL };

	for (const char *const *m = usual; *m; m++)
		if (!strcasecmp(method, *m))
			return *m;
	return method;
}

/* The first URL: its user and password are taken out of it, so that they are told nobody. */
static const char *http_parse(struct http *h)
{
	CURLUcode code = curl_url_set(h->url, CURLUPART_URL, h->query->url, 0);
	const char *wrong;
	uint64_t port;

	if (code != CURLUE_OK)
		return curl_url_strerror(code);
	wrong = hop_parse(h);
	if (wrong)
		return wrong;
	if (!number_uint(h->port, &port))
		observer_target(h->probe->observer, h->host, (unsigned)port);
	curl_url_get(h->url, CURLUPART_USER, &h->user, CURLU_URLDECODE);
	curl_url_get(h->url, CURLUPART_PASSWORD, &h->password, CURLU_URLDECODE);
	curl_url_set(h->url, CURLUPART_USER, NULL, 0);
	curl_url_set(h->url, CURLUPART_PASSWORD, NULL, 0);
	return NULL;
}

static int http_begin(const void *query, struct probe *p, struct err **e)
{
	struct wire *wire = probe_object(p, &wire_object, e);
	auto_free char *why = NULL;
	const char *wrong;
	struct http *h;

	if (!wire)
		return -1;
	h = xcalloc(1, sizeof(*h));
	*h = (struct http){ .probe = p,
			    .query = query,
			    .wire = wire,
			    .easy = curl_easy_init(),
			    .url = curl_url(),
			    .peer = BUF_INIT(1024) };
	h->end = (struct wire_end){ on_hop_end, h };
	h->method = http_method(h->query->method);
	h->body = h->query->body;
	p->state = h;
	wrong = http_parse(h);
	if (wrong) {
		why = xasprintf("the URL cannot be used: %s", wrong);
		http_fail(h, KIND_PARAMETER, why);
		return 0;
	}
	if (hop_start(h, e) == 0)
		return 0;
	p->state = NULL;
	http_free(h);
	return -1;
}

static void http_cancel(struct probe *p)
{
	struct http *h = p->state;
	const struct failed f = { .easy = h->easy, .peer = buf_text(&h->peer) };
	char took[32];

	clock_human(clock_mono() - p->started, took, sizeof(took));
	http_trace_connection(h);
	http_late(p->observer, &f, reach_connected(&h->reach), h->host, took);
	http_record(h, false);
	p->state = NULL;
	http_free(h);
}

static int http_init(struct err **e)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const curl_version_info_data *version;

	/* host names that are not ASCII are read in the encoding of the locale */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* libcurl is told not to touch signals, so it is on us that a closed connection raises none
	 */
	if (sigaction(SIGPIPE, &ignore, NULL) < 0)
		return err_errno(e, ERR_SYSTEM, "sigaction");
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		return err_set(e, ERR_UNAVAILABLE, "libcurl could not be initialised");
	version = curl_version_info(CURLVERSION_NOW);
	if (!version->ssl_version || strncmp(version->ssl_version, "OpenSSL/", 8) != 0)
		return err_set(e, ERR_UNAVAILABLE,
			       "libcurl speaks TLS by %s here, and OpenSSL is needed",
			       version->ssl_version ? version->ssl_version : "nothing");
	return 0;
}

static const struct check_type http_code = {
	.name = "http",
	.begin = http_begin,
	.cancel = http_cancel,
};

static const struct check_type *const types[] = { &http_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
	.init = http_init,
};
