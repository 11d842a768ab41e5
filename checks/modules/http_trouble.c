/*
 * http_trouble - what libcurl's error codes mean, in words for people.
 */
#include "checks/modules/http_trouble.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "checks/net/connect.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/decl/observer.h"

/* The errno behind a failed connect, send or receive, 0 when libcurl does not say. */
static int errno_of(const struct failed *f)
{
	long errnum = 0;

	if (strstr(f->text, "Connection reset"))
		return ECONNRESET;
	curl_easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &errnum);
	return (int)errnum;
}

static void connect_trouble(struct observer *o, const struct failed *f)
{
	int errnum = errno_of(f);

	if (f->socket_errno)
		net_trouble(o, f->socket_errno, f->peer);
	else if (errnum)
		net_trouble(o, errnum, f->peer);
	else
		observer_trouble(o, KIND_UNREACHABLE, "no connection to %s: %s", f->peer, f->text);
}

static void tls_trouble(struct observer *o, const struct failed *f)
{
	if (f->certificate)
		observer_trouble(o, KIND_TLS, "%s", f->certificate);
	else if (errno_of(f) == ECONNRESET)
		observer_trouble(o, KIND_RESET, "connection reset by %s in the TLS handshake",
				 f->peer);
	else if (strstr(f->text, "wrong version number") || strstr(f->text, "http request"))
		observer_trouble(o, KIND_TLS, "%s does not speak TLS on this port", f->peer);
	else if (strstr(f->text, "unexpected eof") || strstr(f->text, "SSL_ERROR_SYSCALL"))
		observer_trouble(o, KIND_CLOSED, "connection closed by %s in the TLS handshake",
				 f->peer);
	else
		observer_trouble(o, KIND_TLS, "TLS with %s failed: %s", f->peer, f->text);
}

static void receive_trouble(struct observer *o, const struct failed *f)
{
	/* Of another attempt to connect it may be still: nothing that was connected is refused. */
	int errnum = errno_of(f) == ECONNREFUSED ? 0 : errno_of(f);

	if (strstr(f->text, "Too large response headers"))
		observer_trouble(o, KIND_TOO_LARGE, "%s sends headers without end", f->peer);
	else if (strstr(f->text, "alert certificate required"))
		observer_trouble(o, KIND_TLS, "%s wants a certificate, and none is given (cert)",
				 f->peer);
	else if (strstr(f->text, " routines:"))
		observer_trouble(o, KIND_TLS, "TLS with %s broke: %s", f->peer, f->text);
	else if (errnum)
		net_trouble(o, errnum, f->peer);
	else if (strstr(f->text, "unexpected eof"))
		observer_trouble(o, KIND_CLOSED, "connection closed by %s in its answer", f->peer);
	else
		observer_trouble(o, KIND_PROTOCOL, "the answer of %s broke off: %s", f->peer,
				 f->text);
}

static void partial_trouble(struct observer *o, const struct failed *f)
{
	curl_off_t announced = -1, came = 0;

	curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	curl_easy_getinfo(f->easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
	if (announced >= 0)
		observer_trouble(o, KIND_CLOSED,
				 "connection closed by %s after %" CURL_FORMAT_CURL_OFF_T
				 " of %" CURL_FORMAT_CURL_OFF_T " bytes of the body",
				 f->peer, came, announced);
	else
		observer_trouble(o, KIND_CLOSED,
				 "connection closed by %s in the middle of the body", f->peer);
}

/* One row a code that needs no more than its sentence. */
static const struct {
	CURLcode code;
	enum kind kind;
	const char *before, *after; /* of the peer */
} sentences[] = {
	{ CURLE_GOT_NOTHING, KIND_CLOSED, "connection closed by ", " without an answer" },
	{ CURLE_OPERATION_TIMEDOUT, KIND_TIMEOUT, "no answer from ", "" },
	{ CURLE_WEIRD_SERVER_REPLY, KIND_PROTOCOL, "", " does not answer in HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, KIND_PROTOCOL, "", " does not answer in HTTP" },
	{ CURLE_BAD_CONTENT_ENCODING, KIND_PROTOCOL, "the body from ",
	  " is not encoded as it says" },
	{ CURLE_OUT_OF_MEMORY, KIND_RESOURCE, "no memory is left for the answer of ", "" },
};

static void other_trouble(struct observer *o, const struct failed *f)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		if (sentences[i].code != f->result)
			continue;
		observer_trouble(o, sentences[i].kind, "%s%s%s", sentences[i].before, f->peer,
				 sentences[i].after);
		return;
	}
	observer_trouble(o, KIND_PROTOCOL, "%s: %s", f->peer,
			 *f->text ? f->text : curl_easy_strerror(f->result));
}

/* A proxy was asked to connect to the host, and does not. Whether it is that. */
static bool proxy_trouble(struct observer *o, const struct failed *f)
{
	long status = 0;

	if (curl_easy_getinfo(f->easy, CURLINFO_HTTP_CONNECTCODE, &status) != CURLE_OK ||
	    status < 300)
		return false;
	if (status == 407)
		observer_trouble(o, KIND_AUTH,
				 "the proxy %s wants a user and a password, or other ones (407)",
				 f->peer);
	else if (status >= 500)
		observer_trouble(o, KIND_UNREACHABLE, "the proxy %s did not reach %s (%ld)",
				 f->peer, f->host, status);
	else
		observer_trouble(o, KIND_FORBIDDEN, "the proxy %s does not connect to %s (%ld)",
				 f->peer, f->host, status);
	return true;
}

void http_trouble(struct observer *o, const struct failed *f)
{
	if (proxy_trouble(o, f))
		return;
	switch (f->result) {
	case CURLE_COULDNT_CONNECT:
		connect_trouble(o, f);
		break;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		observer_trouble(o, KIND_DNS, "%s",
				 *f->text ? f->text : curl_easy_strerror(f->result));
		break;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CIPHER:
		tls_trouble(o, f);
		break;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_URL_MALFORMAT:
		observer_trouble(o, KIND_PARAMETER, "%s",
				 *f->text ? f->text : curl_easy_strerror(f->result));
		break;
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		receive_trouble(o, f);
		break;
	case CURLE_PARTIAL_FILE:
		partial_trouble(o, f);
		break;
	default:
		other_trouble(o, f);
	}
}

static bool reached(CURL *easy, CURLINFO what)
{
	curl_off_t us = 0;

	return curl_easy_getinfo(easy, what, &us) == CURLE_OK && us > 0;
}

void http_late(struct observer *o, const struct failed *f, bool connected, const char *host,
	       const char *took)
{
	const char *peer = f->peer;
	CURL *easy = f->easy;
	const char *scheme = "";
	curl_off_t came = 0;

	curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
	curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
	if (!*peer)
		observer_trouble(o, KIND_TIMEOUT, "the name '%s' was not resolved in %s", host,
				 took);
	else if (!connected && !reached(easy, CURLINFO_CONNECT_TIME_T))
		observer_trouble(o, KIND_TIMEOUT, "no answer to SYN from %s for %s", peer, took);
	else if (scheme && !strcasecmp(scheme, "https") &&
		 !reached(easy, CURLINFO_APPCONNECT_TIME_T))
		observer_trouble(o, KIND_TIMEOUT,
				 "connected to %s, but the TLS handshake did not end in %s", peer,
				 took);
	else if (!reached(easy, CURLINFO_STARTTRANSFER_TIME_T))
		observer_trouble(o, KIND_TIMEOUT, "%s took the request, but did not answer in %s",
				 peer, took);
	else
		observer_trouble(
			o, KIND_TIMEOUT,
			"%s began its answer, but did not end it in %s (%" CURL_FORMAT_CURL_OFF_T
			" bytes of the body came)",
			peer, took, came);
}
