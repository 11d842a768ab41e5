#include "checks/modules/curl_trouble.h"

#include <errno.h>
#include <string.h>

#include "checks/check.h"
#include "checks/net/connect.h"

struct code_kind {
	CURLcode code;
	enum kind kind;
};

/* libcurl-errors(3) */
static const struct code_kind code_kinds[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, KIND_DNS },
	{ CURLE_GOT_NOTHING, KIND_CLOSED },
	{ CURLE_OPERATION_TIMEDOUT, KIND_TIMEOUT },
	{ CURLE_PARTIAL_FILE, KIND_CLOSED },
	{ CURLE_PEER_FAILED_VERIFICATION, KIND_TLS },
	{ CURLE_SEND_ERROR, KIND_CLOSED },
	{ CURLE_SSL_CACERT_BADFILE, KIND_PARAMETER },
	{ CURLE_SSL_CERTPROBLEM, KIND_TLS },
	{ CURLE_SSL_CIPHER, KIND_TLS },
	{ CURLE_SSL_CONNECT_ERROR, KIND_TLS },
	{ CURLE_SSL_INVALIDCERTSTATUS, KIND_TLS },
	{ CURLE_SSL_ISSUER_ERROR, KIND_TLS },
	{ CURLE_OUT_OF_MEMORY, KIND_RESOURCE },
	{ CURLE_FAILED_INIT, KIND_INTERNAL },
};

static enum kind kind_of(CURL *easy, CURLcode code, const char *words)
{
	long os_errno = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
	/* Both are how a connection that was cut in the middle ends. */
	if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
	    code == CURLE_SSL_CONNECT_ERROR) {
		if (os_errno == ECONNRESET || strstr(words, "reset by peer") ||
		    strstr(words, "errno 104"))
			return KIND_RESET;
		if (strstr(words, "unexpected eof"))
			return KIND_CLOSED;
		if (strstr(words, "bad record mac") || strstr(words, "wrong version") ||
		    strstr(words, " routines:"))
			return KIND_TLS;
		if (code == CURLE_RECV_ERROR && (strstr(words, "chunk") || strstr(words, "hexa")))
			return KIND_PROTOCOL;
		if (code == CURLE_RECV_ERROR)
			return strstr(words, "header") ? KIND_TOO_LARGE : KIND_CLOSED;
	}
	if (code == CURLE_COULDNT_CONNECT && os_errno)
		return net_kind((int)os_errno);
	for (size_t i = 0; i < ARRAY_SIZE(code_kinds); i++)
		if (code_kinds[i].code == code)
			return code_kinds[i].kind;
	return KIND_PROTOCOL;
}

void curl_trouble(struct observer *o, CURL *easy, CURLcode code, const char *words, int64_t since)
{
	const char *what = *words ? words : curl_easy_strerror(code);
	char took[32];

	clock_human(clock_mono() - since, took, sizeof(took));
	observer_trouble(o, kind_of(easy, code, what), "after %s: %s", took, what);
}
