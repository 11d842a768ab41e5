/*
 * http_state - one check of type http under way: shared by the parts of the module.
 */
#ifndef CHECKS_MODULES_HTTP_STATE_H
#define CHECKS_MODULES_HTTP_STATE_H

#include <curl/curl.h>
#include <openssl/x509.h>

#include "checks/http.h"
#include "checks/modules/certificate.h"
#include "checks/modules/http_answer.h"
#include "checks/modules/http_reach.h"
#include "checks/modules/http_wire.h"
#include "checks/net/names.h"

struct http {
	struct probe *probe;
	const struct http_query *query;
	struct wire *wire;
	struct wire_end end;
	CURL *easy;
	bool under_way; /* the handle is on the wire */
	char error[CURL_ERROR_SIZE];
	/* where to */
	CURLU *url;
	char *host, *port, *scheme;
	char *origin; /* of the first request: credentials go nowhere else; NULL: this is it */
	char *user, *password;
	struct lookup lookup;
	/* what is sent */
	const char *method;
	const char *body;
	struct curl_slist *headers, *resolve;
	int redirects;
	/* what came of it */
	struct buf peer;
	int socket_errno;
	bool told; /* the trace of its connection */
	struct reach reach;
	X509_STORE *store;
	struct certificate certificate;
	struct certificate proxy; /* of a proxy that speaks TLS itself */
	struct answer answer;
};

/* Where the request goes: scheme, host and port; the caller's. */
char *http_origin(const struct http *h);
/* Whether the request goes where the first one went: credentials go nowhere else. */
bool http_at_home(const struct http *h);
/* Set everything of the request on the handle; the answer is begun anew. */
void http_prepare(struct http *h);
/* Trace the connection, once, when it has been made. */
void http_trace_connection(struct http *h);

#endif
