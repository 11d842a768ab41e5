#include "checks/modules/service/bus.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checks/check.h"
#include "checks/modules/guard.h"
#include "checks/modules/local.h"
#include "checks/net/connect.h"
#include "engine/base/text.h"

/* sd_booted(3): there is this folder where systemd is the init. */
#define BOOTED "/run/systemd/system"
/* systemd's own socket is root's; the bus is everybody's (D-Bus Specification, "System message
 * bus"). */
#define OWN_SOCKET "/run/systemd/private"
#define SYSTEM_BUS "/run/dbus/system_bus_socket"
#define MANAGER "org.freedesktop.systemd1"

struct bus {
	struct observer *observer;
	const char *path;
	int64_t started;
	sd_bus *sd;
};

static const char *find_socket(struct observer *o)
{
	if (access(BOOTED, F_OK) < 0) {
		observer_inapplicable(o, "this machine is not run by systemd");
		return NULL;
	}
	if (geteuid() != 0 && access(SYSTEM_BUS, F_OK) == 0)
		return SYSTEM_BUS;
	return OWN_SOCKET;
}

/* Whether it is systemd's own socket, where nobody asks for a name first (Hello). */
static bool is_own(const char *path)
{
	const char *slash = strrchr(path, '/');

	return text_starts_with(slash ? slash + 1 : path, "private");
}

static int timed_out(struct bus *b, const char *doing)
{
	char waited[32];

	clock_human(clock_mono() - b->started, waited, sizeof(waited));
	observer_trouble(b->observer, KIND_TIMEOUT, "no answer from '%s' in %s (%s)", b->path,
			 waited, doing);
	return -1;
}

enum greeting { GREETING_AGAIN, GREETING_TAKEN, GREETING_REFUSED, GREETING_STRANGE };

/* The answers to "AUTH EXTERNAL" (D-Bus Specification, "Authentication Protocol"). */
static enum greeting read_greeting(const char *said)
{
	static const struct {
		const char *word;
		enum greeting means;
	} words[] = { { "OK ", GREETING_TAKEN },
		      { "REJECTED", GREETING_REFUSED },
		      { "DATA\r\n", GREETING_AGAIN } };

	if (text_starts_with(said, "DATA\r\n"))
		said += strlen("DATA\r\n");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (text_starts_with(said, words[i].word))
			return words[i].means;
		if (text_starts_with(words[i].word, said))
			return GREETING_AGAIN;
	}
	return GREETING_STRANGE;
}

/* What the other side says to the login, left for sd-bus to read: there a refusal and a wrong
 * protocol are the same error. */
static int await_greeting(struct bus *b, int fd)
{
	const int64_t deadline = observer_deadline(b->observer);
	enum greeting greeting = GREETING_AGAIN;

	while (greeting == GREETING_AGAIN) {
		char said[64];
		const ssize_t n = recv(fd, said, sizeof(said) - 1, MSG_PEEK | MSG_DONTWAIT);

		if (n == 0 && guard_struck())
			return timed_out(b, "login");
		/* with our words unread there, a local socket that is closed says reset */
		if (n == 0 || (n < 0 && (errno == ECONNRESET || errno == EPIPE))) {
			observer_trouble(b->observer, KIND_CLOSED,
					 "connection closed by '%s' at the login", b->path);
			return -1;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			net_trouble(b->observer, errno, b->path);
			return -1;
		}
		said[n > 0 ? n : 0] = '\0';
		greeting = read_greeting(said);
		if (greeting == GREETING_AGAIN && clock_mono() >= deadline)
			return timed_out(b, "login");
		if (greeting == GREETING_AGAIN)
			poll(NULL, 0, 2);
	}
	if (greeting == GREETING_TAKEN)
		return 0;
	observer_trouble(b->observer,
			 greeting == GREETING_REFUSED ? KIND_PERMISSION : KIND_PROTOCOL,
			 greeting == GREETING_REFUSED ? "'%s' does not let user %u in"
						      : "'%s' does not speak D-Bus (user %u)",
			 b->path, (unsigned)geteuid());
	return -1;
}

static int log_in(struct bus *b, int fd)
{
	const bool own = is_own(b->path);
	int r;

	observer_phase(b->observer, "login");
	guard_set(fd, observer_deadline(b->observer));
	r = sd_bus_new(&b->sd);
	if (r >= 0)
		r = sd_bus_set_fd(b->sd, fd, fd);
	if (r < 0) {
		guard_clear();
		close(fd);
		bus_trouble(b, r);
		return -1;
	}
	sd_bus_set_bus_client(b->sd, !own);
	r = sd_bus_start(b->sd);
	if (r < 0) {
		bus_trouble(b, r);
		return -1;
	}
	if (await_greeting(b, fd))
		return -1;
	observer_trace(b->observer, "authenticated as user %u (%s)", (unsigned)geteuid(),
		       own ? "systemd's own socket" : "D-Bus");
	observer_phase(b->observer, "answer");
	return 0;
}

struct bus *bus_open(struct observer *o, const char *path)
{
	struct bus *b = xcalloc(1, sizeof(*b));
	int fd;

	*b = (struct bus){
		.observer = o,
		.path = path ? path : find_socket(o),
		.started = clock_mono(),
	};
	fd = b->path ? local_connect(o, b->path, observer_deadline(o)) : -1;
	if (fd >= 0 && log_in(b, fd) == 0)
		return b;
	bus_close(b);
	return NULL;
}

void bus_trouble(struct bus *b, int r)
{
	if (guard_struck() || r == -ETIMEDOUT || r == -ETIME) {
		timed_out(b, "call");
		return;
	}
	switch (-r) {
	case EACCES:
	case EPERM:
		observer_trouble(b->observer, KIND_PERMISSION, "'%s' does not let user %u in",
				 b->path, (unsigned)geteuid());
		break;
	case ECONNRESET:
	case ENOTCONN:
	case EPIPE:
		if (is_own(b->path))
			observer_trouble(b->observer, KIND_CLOSED,
					 "connection closed by '%s' before it had answered",
					 b->path);
		else
			observer_trouble(b->observer, KIND_CLOSED,
					 "connection closed by '%s' before it had answered: its "
					 "policy may deny user %u",
					 b->path, (unsigned)geteuid());
		break;
	case ENOBUFS:
		observer_trouble(b->observer, KIND_TOO_LARGE,
				 "'%s' sends more than a message may hold", b->path);
		break;
	case ENOMEM:
		xalloc_failed();
	default:
		observer_trouble(b->observer, KIND_PROTOCOL, "'%s' does not speak D-Bus: %s",
				 b->path, strerror(-r));
	}
}

/* What a refusal means; of systemd, or of the bus in its place. */
static void refused(struct bus *b, const char *method, const sd_bus_error *error)
{
	static const struct {
		const char *name;
		enum kind kind;
	} known[] = {
		{ "org.freedesktop.DBus.Error.AccessDenied", KIND_PERMISSION },
		{ "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", KIND_PERMISSION },
		{ "org.freedesktop.DBus.Error.LimitsExceeded", KIND_RESOURCE },
		{ "org.freedesktop.DBus.Error.NameHasNoOwner", KIND_NOT_RUNNING },
		{ "org.freedesktop.DBus.Error.ServiceUnknown", KIND_NOT_RUNNING },
		{ "org.freedesktop.DBus.Error.Spawn.ExecFailed", KIND_NOT_RUNNING },
	};
	enum kind kind = KIND_QUERY;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, error->name))
			kind = known[i].kind;
	if (kind == KIND_NOT_RUNNING)
		observer_trouble(b->observer, kind, "no systemd is on the bus '%s': %s", b->path,
				 error->message ? error->message : error->name);
	else
		observer_trouble(b->observer, kind, "%s: %s (%s)", method,
				 error->message ? error->message : "refused", error->name);
}

/* Errors that the other side sent, not those that sd-bus makes of its own failures. */
static bool was_sent(const sd_bus_error *error, int r)
{
	static const int own[] = { EBADMSG, ECONNRESET, ENOBUFS, ENOTCONN, EPROTO, ETIMEDOUT };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (r == -own[i])
			return false;
	return sd_bus_error_is_set(error) && !sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY);
}

sd_bus_message *bus_call(struct bus *b, const char *path, const char *interface,
			 const char *method, const char *text)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *question = NULL, *answer = NULL;
	const int64_t left = observer_deadline(b->observer) - clock_mono();
	int r = sd_bus_message_new_method_call(b->sd, &question, MANAGER, path, interface, method);

	if (r >= 0 && text)
		r = sd_bus_message_append_basic(question, 's', text);
	if (r >= 0)
		r = sd_bus_call(b->sd, question, left > 1000 ? (uint64_t)left / 1000 : 1, &error,
				&answer);
	if (r < 0 && !guard_struck() && was_sent(&error, r))
		refused(b, method, &error);
	else if (r < 0)
		bus_trouble(b, r);
	sd_bus_error_free(&error);
	sd_bus_message_unref(question);
	return answer;
}

void bus_close(struct bus *b)
{
	if (!b)
		return;
	guard_clear();
	if (b->sd)
		sd_bus_close(b->sd);
	sd_bus_unref(b->sd);
	free(b);
}
