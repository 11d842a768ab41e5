/*
 * line - a stream for libmongoc over a channel of ours: troubles and deadlines as everywhere.
 */
#ifndef CHECKS_MODULES_MONGO_LINE_H
#define CHECKS_MODULES_MONGO_LINE_H

#include <mongoc/mongoc.h>

struct channel_options;
struct observer;

/* Connect. NULL: the observer knows why. */
mongoc_stream_t *line_open(struct observer *o, const struct channel_options *options);

#endif
