/*
 * http_answer - what a server has answered so far, in bounded memory, and as facts.
 */
#ifndef CHECKS_MODULES_HTTP_ANSWER_H
#define CHECKS_MODULES_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "engine/base/buf.h"

struct observer;

#define BODY_MAX ((size_t)1024 * 1024)
#define HEADERS_MAX ((size_t)256 * 1024)

struct answer {
	json_t *headers;  /* lists of values by lower-case name; NULL: nobody wants them */
	json_t *last;     /* the list that a folded line goes on with; borrowed */
	bool head_ended;  /* the empty line after the headers has come */
	bool switching;   /* this head is of 101, after which no HTTP comes */
	size_t header_bytes;
	struct buf body; /* all of it when it is wanted, else its head */
	uint64_t body_bytes;
	bool wanted; /* the body, by an expectation */
	bool headers_too_large, body_too_large;
};

/* Begin anew (a redirect): forgets what was answered. o says what is wanted of it. */
void answer_begin(struct answer *a, const struct observer *o);
/* One line of the head, or of what comes after the body, with its end. false: too much, or all
 * that there will be (switching, head_ended). */
bool answer_header(struct answer *a, const char *line, size_t len);
/* A part of the body. false: enough, more than BODY_MAX. */
bool answer_body(struct answer *a, const char *bytes, size_t len);
/* Facts and evidence. whole: the body has ended as it should. */
void answer_record(const struct answer *a, struct observer *o, long status, bool whole);
void answer_free(struct answer *a);

#endif
