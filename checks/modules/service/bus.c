#include "checks/modules/service/bus.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "checks/check.h"

#define SYSTEMD "org.freedesktop.systemd1"

struct answer {
	sd_bus_message *reply;
	bool over;
};

static int say_late(const struct bus_link *l)
{
	observer_trouble(l->observer, KIND_TIMEOUT, "no answer from systemd at '%s' in time",
			 l->path);
	return -1;
}

int bus_trouble(const struct bus_link *l, int error)
{
	switch (-error) {
	case ECONNRESET:
	case ENOTCONN:
	case EPIPE:
	case ESHUTDOWN:
		observer_trouble(l->observer, KIND_CLOSED, "'%s' closed the connection", l->path);
		break;
	case ETIMEDOUT:
		say_late(l);
		break;
	case ENOMEM:
		observer_trouble(l->observer, KIND_RESOURCE, "'%s': out of memory", l->path);
		break;
	default:
		/* the library answers a server that speaks something else with EPERM, too */
		observer_trouble(l->observer, KIND_PROTOCOL,
				 "what answers at '%s' is no D-Bus (%s)", l->path,
				 strerror(-error));
	}
	return -1;
}

static int say_no_connection(const struct bus_link *l, int number)
{
	enum kind kind = KIND_UNREACHABLE;

	if (number == ECONNREFUSED || number == ENOENT || number == EAGAIN)
		kind = KIND_REFUSED;
	else if (number == EACCES || number == EPERM)
		kind = KIND_PERMISSION;
	observer_trouble(l->observer, kind, "no connection to '%s': %s", l->path, strerror(number));
	return -1;
}

/* A socket of a local server; -1 when nobody is there. It never waits: who does not take the
 * connection at once has a queue that is full. */
static int connect_socket(const struct bus_link *l)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int taken;

	if (fd < 0)
		return say_no_connection(l, errno);
	if (strlen(l->path) >= sizeof(address.sun_path))
		return say_no_connection(l, ENAMETOOLONG);
	memcpy(address.sun_path, l->path, strlen(l->path));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return say_no_connection(l, errno);
	taken = fd;
	fd = -1;
	return taken;
}

/* One step of the connection; waits until there is something to do. -1: it is over. */
static int bus_turn(struct bus_link *l)
{
	struct pollfd p = { .fd = sd_bus_get_fd(l->bus) };
	const int events = sd_bus_get_events(l->bus);
	const int done = sd_bus_process(l->bus, NULL);
	int64_t left;

	if (done < 0)
		return bus_trouble(l, done);
	left = l->deadline - clock_mono();
	if (left <= 0)
		return say_late(l);
	if (done > 0)
		return 0;
	p.events = (short)(events > 0 ? events : POLLIN);
	/* at most a second: the library has timers of its own */
	left = left < NS_PER_S ? left : NS_PER_S;
	if (poll(&p, 1, (int)(left / 1000000) + 1) < 0 && errno != EINTR)
		return bus_trouble(l, -errno);
	return 0;
}

static int shake_hands(struct bus_link *l, bool direct, int fd)
{
	int ready = sd_bus_new(&l->bus);

	if (ready >= 0)
		ready = sd_bus_set_fd(l->bus, fd, fd);
	if (ready < 0) {
		close(fd);
		return bus_trouble(l, ready);
	}
	sd_bus_set_bus_client(l->bus, !direct);
	ready = sd_bus_start(l->bus);
	while (ready >= 0 && (ready = sd_bus_is_ready(l->bus)) == 0)
		if (bus_turn(l))
			return -1;
	return ready < 0 ? bus_trouble(l, ready) : 0;
}

int bus_open(struct bus_link *l, const char *path, bool direct, struct observer *o)
{
	int fd;

	*l = (struct bus_link){ .observer = o, .path = path, .deadline = observer_deadline(o) };
	fd = connect_socket(l);
	if (fd < 0)
		return -1;
	observer_trace(o, "connected to '%s'", path);
	if (!shake_hands(l, direct, fd))
		return 0;
	bus_close(l);
	return -1;
}

void bus_close(struct bus_link *l)
{
	/* what is still to be sent is not waited for */
	sd_bus_close(l->bus);
	l->bus = sd_bus_unref(l->bus);
}

sd_bus_message *bus_message(struct bus_link *l, const char *path, const char *interface,
			    const char *member)
{
	sd_bus_message *m = NULL;
	const int made =
		sd_bus_message_new_method_call(l->bus, &m, SYSTEMD, path, interface, member);

	if (made < 0)
		bus_trouble(l, made);
	return made < 0 ? NULL : m;
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct answer *a = userdata;

	(void)error;
	a->reply = sd_bus_message_ref(reply);
	a->over = true;
	return 1;
}

/* What the other end answers instead of a reply. */
static void say_refusal(const struct bus_link *l, const sd_bus_error *error)
{
	static const struct {
		const char *name;
		enum kind kind;
	} refusals[] = {
		{ "org.freedesktop.DBus.Error.AccessDenied", KIND_PERMISSION },
		{ "org.freedesktop.DBus.Error.InvalidArgs", KIND_QUERY },
		{ "org.freedesktop.DBus.Error.NameHasNoOwner", KIND_NOT_RUNNING },
		{ "org.freedesktop.DBus.Error.NoReply", KIND_TIMEOUT },
		{ "org.freedesktop.DBus.Error.ServiceUnknown", KIND_NOT_RUNNING },
		{ "org.freedesktop.DBus.Error.Timeout", KIND_TIMEOUT },
		{ "org.freedesktop.DBus.Error.UnknownMethod", KIND_PROTOCOL },
	};
	enum kind kind = KIND_QUERY;

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (!strcmp(refusals[i].name, error->name))
			kind = refusals[i].kind;
	observer_trouble(l->observer, kind, "systemd refuses: %s (%s)",
			 error->message ? error->message : "no reason given", error->name);
}

sd_bus_message *bus_call(struct bus_link *l, sd_bus_message *m)
{
	struct answer a = { 0 };
	sd_bus_slot *slot = NULL;
	/* ours is the deadline that counts: the library's lies behind it */
	int sent = m ? sd_bus_call_async(l->bus, &slot, m, on_reply, &a, UINT64_MAX) : -1;

	sd_bus_message_unref(m);
	if (m && sent < 0)
		bus_trouble(l, sent);
	while (sent >= 0 && !a.over)
		sent = bus_turn(l);
	sd_bus_slot_unref(slot);
	if (a.reply && sd_bus_message_is_method_error(a.reply, NULL)) {
		say_refusal(l, sd_bus_message_get_error(a.reply));
		a.reply = sd_bus_message_unref(a.reply);
	}
	return a.reply;
}
