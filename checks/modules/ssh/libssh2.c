/*
 * libssh2 - the seam's backend on libssh2 (1.10 and newer; RSA with SHA-2 from 1.11 on).
 *
 * The library never waits: each step is repeated until it is done or the deadline is over. The
 * guard below it ends what the library itself repeats without an end.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh2.h>

#include "checks/check.h"
#include "checks/modules/dial.h"
#include "checks/modules/guard.h"
#include "checks/modules/ssh/host_key.h"
#include "checks/modules/ssh/libssh2_seam.h"
#include "checks/modules/ssh/seam.h"
#include "checks/modules/ssh/trouble.h"
#include "engine/base/text.h"

#define ERRORS_MAX ((size_t)8 * 1024)
#define FAREWELL_MAX ((size_t)512)
#define GREETING_MAX 8192 /* bytes before the library has a greeting (RFC 4253, 4.2) */
#define CLOSING_NS NS_PER_S

/* --- the socket --- */

/* As the library wants it: a negative errno. An agent's socket is read by the same callbacks. */
static ssize_t socket_trouble(struct seam *s, int fd)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return -EAGAIN;
	if (fd == s->fd)
		s->broken = errno;
	return -errno;
}

static ssize_t on_receive(libssh2_socket_t fd, void *bytes, size_t len, int flags, void **abstract)
{
	struct seam *s = *abstract;
	ssize_t n;

	if (fd == s->fd && len > 1)
		s->greeted = true; /* a greeting is read byte by byte, packets never are */
	if (!s->greeted && s->greeting > GREETING_MAX)
		return -EPROTO;
	n = recv(fd, bytes, len, flags);
	if (n < 0)
		return socket_trouble(s, fd);
	if (fd == s->fd && n == 0)
		s->ended = true;
	if (!s->greeted)
		s->greeting += (size_t)n;
	return n;
}

static ssize_t on_send(libssh2_socket_t fd, const void *bytes, size_t len, int flags,
		       void **abstract)
{
	struct seam *s = *abstract;
	const ssize_t n = send(fd, bytes, len, flags | MSG_NOSIGNAL);

	if (n < 0)
		return socket_trouble(s, fd);
	s->sent += (size_t)n;
	return n;
}

static void on_disconnect(LIBSSH2_SESSION *session, int reason, const char *message,
			  int message_len, const char *language, int language_len, void **abstract)
{
	struct seam *s = *abstract;

	(void)session;
	(void)reason;
	(void)language;
	(void)language_len;
	buf_clear(&s->farewell);
	text_clean_line(&s->farewell, message, message_len > 0 ? (size_t)message_len : 0, 300);
}

static void set_callbacks(struct seam *s)
{
#if LIBSSH2_VERSION_NUM >= 0x010b01
	libssh2_session_callback_set2(s->session, LIBSSH2_CALLBACK_RECV,
				      (libssh2_cb_generic *)on_receive);
	libssh2_session_callback_set2(s->session, LIBSSH2_CALLBACK_SEND,
				      (libssh2_cb_generic *)on_send);
	libssh2_session_callback_set2(s->session, LIBSSH2_CALLBACK_DISCONNECT,
				      (libssh2_cb_generic *)on_disconnect);
#else
	libssh2_session_callback_set(s->session, LIBSSH2_CALLBACK_RECV, (void *)on_receive);
	libssh2_session_callback_set(s->session, LIBSSH2_CALLBACK_SEND, (void *)on_send);
	libssh2_session_callback_set(s->session, LIBSSH2_CALLBACK_DISCONNECT,
				     (void *)on_disconnect);
#endif
}

/* Wait until the library may go on, at most until `until` (clock_mono). Whether to try again. */
static bool can_go_on(struct seam *s, int64_t until)
{
	const int way = libssh2_session_block_directions(s->session);
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	const int64_t left = until - clock_mono();

	if (left <= 0)
		return false;
	if (way & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		p.events |= POLLOUT;
	if (poll(&p, 1, left > NS_PER_S ? 1000 : (int)(left / NS_PER_MS) + 1) < 0)
		return errno == EINTR;
	return true;
}

bool backend_again(struct seam *s, ssize_t code)
{
	return code == LIBSSH2_ERROR_EAGAIN && can_go_on(s, s->options->deadline);
}

/* --- what went wrong --- */

static const char *backend_words(struct seam *s)
{
	char *library = NULL;

	libssh2_session_last_error(s->session, &library, NULL, 0);
	return s->broken                    ? strerror(s->broken)
	       : s->ended                   ? "the server closed the connection"
	       : s->greeting > GREETING_MAX ? "this is no greeting of an SSH server"
	       : library                    ? library
					    : "";
}

int backend_failed(struct seam *s, const char *doing)
{
	auto_free char *farewell = xasprintf("the server disconnects: %s", buf_text(&s->farewell));
	const char *words = s->farewell.len && !s->broken ? farewell : backend_words(s);

	seam_trouble(s->options, s->o, doing, words, s->opened);
	return -1;
}

bool backend_is_lost(const struct seam *s)
{
	return s->broken || s->ended || s->farewell.len;
}

/* --- connection and host key --- */

static int handshake(struct seam *s)
{
	auto_buf struct buf algorithms = BUF_INIT(1024), greeting = BUF_INIT(1024);
	int code;

	*s->phase = "handshake";
	host_key_algorithms(s->options, s->known, &algorithms);
	libssh2_session_set_blocking(s->session, 0);
	if (libssh2_session_method_pref(s->session, LIBSSH2_METHOD_HOSTKEY, buf_text(&algorithms)))
		return backend_failed(s, "set up");
	if (seam_greeting(s->o, s->fd, s->options->deadline, &greeting))
		return -1;
	do
		code = libssh2_session_handshake(s->session, s->fd);
	while (backend_again(s, code));
	if (code && !text_starts_with(seam_banner(s), "SSH-"))
		seam_no_ssh(s->options, s->o, buf_text(&greeting), backend_words(s), s->opened);
	if (code)
		return backend_failed(s, "handshake");
	observer_trace(s->o, "speaks %s", seam_banner(s));
	return 0;
}

static const char *type_name(int type)
{
	static const struct {
		int type;
		const char *name;
	} names[] = {
		{ LIBSSH2_HOSTKEY_TYPE_RSA, "ssh-rsa" },
		{ LIBSSH2_HOSTKEY_TYPE_DSS, "ssh-dss" },
		{ LIBSSH2_HOSTKEY_TYPE_ECDSA_256, "ecdsa-sha2-nistp256" },
		{ LIBSSH2_HOSTKEY_TYPE_ECDSA_384, "ecdsa-sha2-nistp384" },
		{ LIBSSH2_HOSTKEY_TYPE_ECDSA_521, "ecdsa-sha2-nistp521" },
		{ LIBSSH2_HOSTKEY_TYPE_ED25519, "ssh-ed25519" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return "";
}

static int check_host_key(struct seam *s)
{
	auto_buf struct buf text = BUF_INIT((size_t)64 * 1024);
	struct host_key *k = &s->host_key;
	const char *hash, *blob;
	size_t len = 0;
	int type = 0;

	*s->phase = "host_key";
	blob = libssh2_session_hostkey(s->session, &len, &type);
	hash = libssh2_hostkey_hash(s->session, LIBSSH2_HOSTKEY_HASH_SHA256);
	if (!blob || !hash)
		return backend_failed(s, "read the host key");
	text_base64(&text, blob, len);
	k->blob = buf_take(&text);
	text_base64(&text, hash, 32);
	k->fingerprint = xasprintf("SHA256:%.*s", (int)strcspn(buf_text(&text), "="),
				   buf_text(&text));
	k->type = xstrdup(type_name(type));
	k->text = xasprintf("%s %s", k->type, k->fingerprint);
	return host_key_judge(s->options, s->o, s->known, k, &s->new_key);
}

/* --- the seam --- */

static int login(struct seam *s)
{
	*s->phase = "auth";
	return login_run(&backend_login_steps, s, s->options, s->o);
}

static int reach(struct seam *s)
{
	const struct seam_options *w = s->options;

	s->known = host_key_known(w, s->o);
	if (!s->known)
		return -1;
	s->fd = w->at ? dial_at(s->o, w->host, w->at, w->port, w->deadline)
		      : dial(s->o, w->host, w->port, w->deadline, NULL);
	if (s->fd < 0)
		return -1;
	guard_set(s->fd, w->deadline);
	s->session = libssh2_memory_session(&s->seen);
	if (s->session) {
		set_callbacks(s);
		return 0;
	}
	observer_trouble(s->o, KIND_RESOURCE, "no memory for an SSH session");
	return -1;
}

struct seam *seam_open(const struct seam_options *options, struct observer *o, const char **phase)
{
	struct seam *s = xcalloc(1, sizeof(*s));

	*s = (struct seam){ .fd = -1,
			    .o = o,
			    .options = options,
			    .phase = phase,
			    .opened = clock_mono(),
			    .public = BUF_INIT((size_t)64 * 1024),
			    .farewell = BUF_INIT(FAREWELL_MAX),
			    .errors = BUF_INIT(ERRORS_MAX) };
	*phase = "connect";
	if (reach(s) || handshake(s) || check_host_key(s) || (!options->no_login && login(s))) {
		seam_close(s);
		return NULL;
	}
	*phase = "session";
	return s;
}

int seam_exec(struct seam *s, const char *command)
{
	int code;

	do
		s->channel = libssh2_channel_open_session(s->session);
	while (!s->channel && backend_again(s, libssh2_session_last_errno(s->session)));
	if (!s->channel)
		return backend_failed(s, "open a session");
	do
		code = libssh2_channel_process_startup(s->channel, "exec", 4, command,
						       (unsigned)strlen(command));
	while (backend_again(s, code));
	if (code == 0)
		return 0;
	if (code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED && !backend_is_lost(s)) {
		observer_trouble(s->o, KIND_FORBIDDEN, "the server refuses to run '%s'", command);
		return -1;
	}
	return backend_failed(s, "start the command");
}

static void drain_errors(struct seam *s)
{
	char bytes[1024];
	ssize_t n;

	while ((n = libssh2_channel_read_stderr(s->channel, bytes, sizeof(bytes))) > 0)
		buf_add(&s->errors, bytes, (size_t)n);
}

ssize_t seam_read(struct seam *s, char *bytes, size_t len)
{
	for (;;) {
		const ssize_t n = libssh2_channel_read(s->channel, bytes, len);

		drain_errors(s);
		if (n > 0)
			return n;
		if (libssh2_channel_eof(s->channel) == 1)
			return 0;
		if (n == 0 ? !can_go_on(s, s->options->deadline) : !backend_again(s, n))
			return backend_failed(s, "read");
	}
}

int seam_write(struct seam *s, const char *bytes, size_t len)
{
	while (len) {
		const ssize_t n = libssh2_channel_write(s->channel, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (!backend_again(s, n)) {
			return backend_failed(s, "write");
		}
	}
	return 0;
}

void seam_write_end(struct seam *s)
{
	while (backend_again(s, libssh2_channel_send_eof(s->channel)))
		;
}

bool seam_ended(const struct seam *s)
{
	return libssh2_channel_eof(s->channel) != 0;
}

const char *seam_errors(const struct seam *s)
{
	return buf_text(&s->errors);
}

int seam_exit_status(struct seam *s)
{
	/* It arrives with the end of the channel, perhaps just after the end of the output. */
	const int64_t until = clock_mono() + CLOSING_NS;
	int code;

	drain_errors(s);
	do
		code = libssh2_channel_wait_closed(s->channel);
	while (code == LIBSSH2_ERROR_EAGAIN && !s->seen.exit_status &&
	       can_go_on(s, until < s->options->deadline ? until : s->options->deadline));
	drain_errors(s);
	return s->seen.exit_status ? libssh2_channel_get_exit_status(s->channel) : -1;
}

const char *seam_banner(const struct seam *s)
{
	const char *banner = libssh2_session_banner_get(s->session);

	return banner ? banner : "";
}

const char *seam_host_key(const struct seam *s)
{
	return s->host_key.text ? s->host_key.text : "";
}

/* The library wants to say good-bye and to hear it; what cannot be said at once is not. */
static void end_session(struct seam *s)
{
	libssh2_session_disconnect(s->session, "done");
	shutdown(s->fd, SHUT_RDWR);
	for (int i = 0; i < 100 && libssh2_session_free(s->session) == LIBSSH2_ERROR_EAGAIN; i++)
		continue;
}

void seam_close(struct seam *s)
{
	if (!s)
		return;
	if (s->session)
		end_session(s);
	guard_clear();
	if (s->fd >= 0)
		close(s->fd);
	free(s->seen.signature_algorithms);
	host_key_release(&s->host_key);
	free(s->known);
	free(s->type);
	buf_free(&s->public);
	buf_free(&s->farewell);
	buf_free(&s->errors);
	free(s);
}

const char *seam_backend(void)
{
	return "libssh2 " LIBSSH2_VERSION;
}
