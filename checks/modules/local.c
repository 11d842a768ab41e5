#include "checks/modules/local.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "checks/check.h"
#include "checks/net/connect.h"

/* Whoever listens there accepts at once, or its queue is full and nothing tells when it is not.
 * Returns the errno; ETIME at the deadline. */
static int try_to(int fd, const struct sockaddr_un *to, int64_t deadline)
{
	while (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return errno;
		if (clock_mono() >= deadline)
			return ETIME;
		if (errno == EAGAIN)
			poll(NULL, 0, 5);
	}
	return 0;
}

static void tell(struct observer *o, int errnum, const char *path, int64_t started)
{
	auto_free char *peer = xasprintf("'%s'", path);
	char waited[32];

	switch (errnum) {
	case ETIME:
		clock_human(clock_mono() - started, waited, sizeof(waited));
		observer_trouble(o, KIND_TIMEOUT, "no answer from %s in %s (connect)", peer,
				 waited);
		break;
	case EACCES:
	case EPERM:
		observer_trouble(o, KIND_PERMISSION, "%s may not be connected to: %s", peer,
				 strerror(errnum));
		break;
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		observer_trouble(o, KIND_REFUSED, "nothing listens on %s: %s", peer,
				 strerror(errnum));
		break;
	case EPROTOTYPE:
		observer_trouble(o, KIND_PROTOCOL, "%s is no stream socket", peer);
		break;
	default:
		net_trouble(o, errnum, peer);
	}
}

int local_connect(struct observer *o, const char *path, int64_t deadline)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int64_t started = clock_mono();
	auto_fd int fd = -1;
	int errnum;

	if (strlen(path) >= sizeof(to.sun_path)) {
		observer_trouble(o, KIND_PARAMETER, "'%s' is too long for a local socket", path);
		return -1;
	}
	observer_phase(o, "connect");
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	errnum = fd < 0 ? errno : try_to(fd, &to, deadline);
	if (errnum) {
		tell(o, errnum, path, started);
		return -1;
	}
	observer_trace(o, "connected to '%s'", path);
	return fd_take(&fd);
}
