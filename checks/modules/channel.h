/*
 * channel - a connection in a worker that may wait: plain, in TLS, or to a local socket; every call
 * ends at the check's deadline, however slowly the other side trickles.
 */
#ifndef CHECKS_MODULES_CHANNEL_H
#define CHECKS_MODULES_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct observer;
struct channel;

struct channel_options {
	const char *host; /* NULL: path is a local socket */
	uint16_t port;
	const char *path;
	bool tls;
	const char *ca; /* a file; NULL: the system's authorities */
	int64_t deadline;
};

/* Connect. NULL: the observer knows why. */
struct channel *channel_open(struct observer *o, const struct channel_options *options);
/* At least one byte; 0: the other side closed; -1: the observer knows why. */
ssize_t channel_read(struct channel *s, void *bytes, size_t room);
/* As channel_read, without waiting: CHANNEL_AGAIN when there is nothing yet. */
#define CHANNEL_AGAIN (-2)
ssize_t channel_read_now(struct channel *s, void *bytes, size_t room);
/* To poll(2) for more, after a CHANNEL_AGAIN. */
int channel_fd(const struct channel *s);
/* All of them, or -1: the observer knows why. */
int channel_write(struct channel *s, const void *bytes, size_t len);
/* "127.0.0.1:6379" or the local socket, for messages. */
const char *channel_peer(const struct channel *s);
void channel_close(struct channel *s); /* NULL is fine */

#endif
