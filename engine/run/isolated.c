#include "engine/run/isolated.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/run/wire.h"
#include "engine/run/worker.h"

/* A spawn message as it stands on the wire; sent and received whole, since the descriptors ride on
 * it. */
struct spawn {
	struct wire_header header;
	uint32_t slot;
};

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(2 * sizeof(int))];
};

int isolated_ask(int parent_fd, uint32_t id, uint32_t slot, int wire, int output, struct err **e)
{
	struct spawn s = { .header = { .type = WIRE_SPAWN, .length = sizeof(s.slot), .job = id },
			   .slot = slot };
	struct iovec io = { .iov_base = &s, .iov_len = sizeof(s) };
	const int fds[2] = { wire, output };
	union control control;
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t n;

	memset(&control, 0, sizeof(control));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	do {
		n = sendmsg(parent_fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(s))
		return err_errno(e, ERR_SYSTEM, "ask for a worker");
	return 0;
}

/* One spawn message with its descriptors: 1; 0 when the supervisor is gone. */
static int spawn_receive(int fd, struct spawn *s, int fds[2])
{
	struct iovec io = { .iov_base = s, .iov_len = sizeof(*s) };
	union control control;
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	const struct cmsghdr *c;
	ssize_t n;

	do {
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | MSG_WAITALL);
	} while (n < 0 && errno == EINTR);
	c = n == (ssize_t)sizeof(*s) ? CMSG_FIRSTHDR(&m) : NULL;
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return 0;
	memcpy(fds, CMSG_DATA(c), 2 * sizeof(int));
	return 1;
}

static void spawn_answer(struct desk *d, const struct spawn *s, const int fds[2])
{
	const struct seat seat = {
		.role = ROLE_ISOLATED, .slot = s->slot, .wire = fds[0], .output = fds[1]
	};
	pid_t pid = worker_fork_sibling(d, &seat, NULL);
	uint32_t answer = pid > 0 ? (uint32_t)pid : 0;

	close(fds[0]);
	close(fds[1]);
	wire_send(&d->wire, WIRE_SPAWNED, s->header.job, 0, &answer, sizeof(answer));
	if (wire_flush(&d->wire, NULL) < 0)
		_exit(1);
}

void parent_main(struct desk *d)
{
	struct spawn s;
	int fds[2];

	/* a failure is remembered, and each worker tells it of its check */
	if (d->module)
		modules_load(d->modules, d->module, d->package, NULL);
	while (spawn_receive(d->wire.fd, &s, fds))
		spawn_answer(d, &s, fds);
}
