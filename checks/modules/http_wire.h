/*
 * http_wire - libcurl's transfers on the lane's loop, by its multi socket interface.
 */
#ifndef CHECKS_MODULES_HTTP_WIRE_H
#define CHECKS_MODULES_HTTP_WIRE_H

#include <curl/curl.h>

#include "engine/decl/observer.h"

struct err;
struct trust;
struct wire;

extern const struct lane_object wire_object;

/* result: CURLE_OK, or what went wrong; the handle has left the wire. */
typedef void wire_fn(void *ctx, CURLcode result);

/* Who owns a transfer: CURLOPT_PRIVATE of its handle. */
struct wire_end {
	wire_fn *fn;
	void *ctx;
};

/* Start the transfer; end is told later, never from within this call. */
int wire_add(struct wire *w, CURL *easy, struct wire_end *end, struct err **e);
/* Stop it; fine when it has ended. */
void wire_remove(struct wire *w, CURL *easy);
struct trust *wire_trust(struct wire *w);

#endif
