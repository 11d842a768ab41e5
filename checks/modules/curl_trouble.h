/*
 * curl_trouble - what an outcome of libcurl means in our table of trouble.
 */
#ifndef CHECKS_MODULES_CURL_TROUBLE_H
#define CHECKS_MODULES_CURL_TROUBLE_H

#include <stdint.h>

#include <curl/curl.h>

struct observer;

/* Say why a transfer that began at `since` (clock_mono) ended with `code`; words: of
 * CURLOPT_ERRORBUFFER, may be "". */
void curl_trouble(struct observer *o, CURL *easy, CURLcode code, const char *words, int64_t since);

#endif
