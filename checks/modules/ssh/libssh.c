/*
 * libssh - the seam's backend on libssh (0.10 and newer).
 */
#include "checks/modules/ssh/seam.h"

#include <stdlib.h>
#include <string.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "checks/check.h"
#include "checks/modules/dial.h"
#include "checks/modules/guard.h"
#include "checks/modules/ssh/trouble.h"

#define ERRORS_MAX ((size_t)8 * 1024)
#define CHUNK_MAX 32000 /* below the packet size that every server takes (RFC 4253, 6.1) */
/* The second attempt: RSA with SHA-1 alone (RFC 4253, 6.6); with others beside it the library
 * prefers those. */
#define ALGORITHMS_SHA1 "ssh-rsa"

/* RSA keys may need more than one: many servers take a key with one signature algorithm and not
 * with another, and hardly any says so (OpenSSH names all that it knows, whatever its configuration
 * allows). */
enum attempt {
	ATTEMPT_MODERN,   /* rsa-sha2 */
	ATTEMPT_SHA1,     /* RSA with SHA-1, where the ruleset allows it */
	ATTEMPT_QUESTION, /* only ask whether the key would be taken with SHA-1 (RFC 4252, 7);
			     nothing is signed */
};

struct seam {
	ssh_session session;
	ssh_channel channel;
	int fd;
	struct observer *o;
	const struct seam_options *options;
	const char **phase;
	int64_t opened;
	char *host_key;
	char *signature_algorithms; /* what the server says it verifies (RFC 8308, 3.1); NULL:
				       nothing */
	bool new_key;
	enum attempt attempt;
	bool again; /* refused in a way that another attempt may mend or explain */
	struct buf errors;
};

/* --- what the server says of signatures comes only by the library's log --- */

static void on_log(int priority, const char *function, const char *line, void *ctx)
{
	static const char mark[] = "server-sig-algs=<";
	struct seam *s = ctx;
	const char *at = s ? strstr(line, mark) : NULL;
	const char *end = at ? strchr(at, '>') : NULL;

	(void)priority;
	(void)function;
	if (!end || s->signature_algorithms)
		return;
	at += strlen(mark);
	s->signature_algorithms = xmemdup0(at, (size_t)(end - at));
}

static void listen_to_log(struct seam *s)
{
	ssh_set_log_userdata(s);
	ssh_set_log_callback(on_log);
	ssh_set_log_level(s ? SSH_LOG_PACKET : SSH_LOG_NOLOG);
}

static int failed(struct seam *s, const char *doing)
{
	seam_trouble(s->o, doing, ssh_get_error(s->session), s->opened);
	return -1;
}

/* --- connection --- */

static int session_options(struct seam *s)
{
	const struct seam_options *w = s->options;
	const int64_t left = w->deadline - clock_mono();
	const long seconds = w->deadline == INT64_MAX ? 3600 : (long)(left / NS_PER_S) + 1;
	const int port = w->port, no = 0;
	const char *hosts = w->known_hosts ? w->known_hosts : "/dev/null";
	int bad = 0;

	bad |= ssh_options_set(s->session, SSH_OPTIONS_HOST, w->host);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_PORT, &port);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_USER, w->user);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_FD, &s->fd);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_TIMEOUT, &seconds);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_PROCESS_CONFIG, &no);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_KNOWNHOSTS, hosts);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
	if (s->attempt != ATTEMPT_MODERN)
		bad |= ssh_options_set(s->session, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES,
				       ALGORITHMS_SHA1);
	return bad ? failed(s, "set up") : 0;
}

static int handshake(struct seam *s)
{
	*s->phase = "handshake";
	if (ssh_connect(s->session) != SSH_OK)
		return failed(s, "handshake");
	observer_trace(s->o, "speaks %s", seam_banner(s));
	return 0;
}

/* --- host key --- */

static int read_host_key(struct seam *s, char **fingerprint)
{
	ssh_key key = NULL;
	unsigned char *hash = NULL;
	size_t len = 0;
	char *text;

	if (ssh_get_server_publickey(s->session, &key) != SSH_OK)
		return failed(s, "read the host key");
	if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &len)) {
		ssh_key_free(key);
		return failed(s, "hash the host key");
	}
	text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, len);
	*fingerprint = xstrdup(text ? text : "");
	s->host_key = xasprintf("%s %s", ssh_key_type_to_char(ssh_key_type(key)), *fingerprint);
	ssh_string_free_char(text);
	ssh_clean_pubkey_hash(&hash);
	ssh_key_free(key);
	return 0;
}

static enum seam_known known_state(struct seam *s)
{
	switch (ssh_session_is_known_server(s->session)) {
	case SSH_KNOWN_HOSTS_OK:
		return SEAM_KNOWN;
	case SSH_KNOWN_HOSTS_CHANGED:
		return SEAM_CHANGED;
	case SSH_KNOWN_HOSTS_OTHER:
		return SEAM_OTHER_TYPE;
	default:
		return SEAM_UNKNOWN;
	}
}

static int check_host_key(struct seam *s)
{
	auto_free char *fingerprint = NULL;

	*s->phase = "host_key";
	if (read_host_key(s, &fingerprint))
		return -1;
	return seam_judge_host_key(s->options, s->o, known_state(s), s->host_key, fingerprint,
				   &s->new_key);
}

/* --- login --- */

static int import_key(struct seam *s, ssh_key *key)
{
	const struct seam_options *w = s->options;

	if (ssh_pki_import_privkey_base64(w->key, w->key_passphrase, NULL, NULL, key) == SSH_OK)
		return 0;
	observer_trouble(
		s->o, KIND_PARAMETER, "%s",
		w->key_passphrase
			? "the private key cannot be read: not a key, or another passphrase"
			: "the private key cannot be read: not a key, or it needs key_passphrase");
	return -1;
}

static const char *methods_of(struct seam *s, struct buf *out)
{
	static const struct {
		int bit;
		const char *name;
	} methods[] = {
		{ SSH_AUTH_METHOD_PUBLICKEY, "publickey" },
		{ SSH_AUTH_METHOD_PASSWORD, "password" },
		{ SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive" },
		{ SSH_AUTH_METHOD_HOSTBASED, "hostbased" },
		{ SSH_AUTH_METHOD_GSSAPI_MIC, "gssapi-with-mic" },
	};
	const int has = ssh_userauth_list(s->session, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (has & methods[i].bit)
			buf_printf(out, "%s%s", out->len ? ", " : "", methods[i].name);
	return out->len ? buf_text(out) : "nothing that we have";
}

static int denied(struct seam *s, const char *with)
{
	auto_buf struct buf methods = BUF_INIT(256);

	observer_trouble(s->o, KIND_AUTH, "the server refused user '%s' with %s; it takes: %s",
			 s->options->user, with, methods_of(s, &methods));
	return -1;
}

static int algorithm_refused(struct seam *s, const char *type)
{
	observer_trouble(s->o, KIND_AUTH_ALGORITHM,
			 "the server takes this %s key with SHA-1 signatures alone; rsa_sha1: "
			 "if_needed would allow them (it names: %s)",
			 type, s->signature_algorithms ? s->signature_algorithms : "nothing");
	return -1;
}

static int login_result(struct seam *s, int result, const char *with)
{
	if (result == SSH_AUTH_SUCCESS)
		return 0;
	if (result == SSH_AUTH_DENIED || result == SSH_AUTH_PARTIAL)
		return denied(s, with);
	return failed(s, "log in");
}

static int key_result(struct seam *s, int result, const char *type)
{
	auto_buf struct buf with = BUF_INIT(128);
	const bool rsa = strcmp(type, "ssh-rsa") == 0;
	/* the library's own refusal to sign with what the server would take */
	const bool unfit = strstr(ssh_get_error(s->session), "not allowed");

	if (s->attempt == ATTEMPT_QUESTION && result == SSH_AUTH_SUCCESS)
		return algorithm_refused(s, type);
	if (s->attempt == ATTEMPT_MODERN && rsa && (result == SSH_AUTH_DENIED || unfit)) {
		s->again = true;
		return -1;
	}
	if (unfit && result != SSH_AUTH_SUCCESS) {
		observer_trouble(s->o, KIND_AUTH_ALGORITHM,
				 "the server does not take %s keys; it takes: %s", type,
				 s->signature_algorithms ? s->signature_algorithms
							 : "what it does not name");
		return -1;
	}
	buf_printf(&with, "this %s key", type);
	return login_result(s, result, buf_text(&with));
}

static int login_by_key(struct seam *s)
{
	ssh_key key = NULL;
	const char *type;
	int result;

	if (import_key(s, &key))
		return -1;
	type = ssh_key_type_to_char(ssh_key_type(key));
	result = s->attempt == ATTEMPT_QUESTION ? ssh_userauth_try_publickey(s->session, NULL, key)
						: ssh_userauth_publickey(s->session, NULL, key);
	result = key_result(s, result, type);
	ssh_key_free(key);
	return result;
}

/* Many servers offer passwords only as a dialogue of one question (RFC 4256). */
static int login_by_dialogue(struct seam *s)
{
	int result = ssh_userauth_kbdint(s->session, NULL, NULL);

	for (int round = 0; result == SSH_AUTH_INFO && round < 4; round++) {
		const int questions = ssh_userauth_kbdint_getnprompts(s->session);

		for (int i = 0; i < questions; i++)
			ssh_userauth_kbdint_setanswer(s->session, (unsigned)i,
						      s->options->password);
		result = ssh_userauth_kbdint(s->session, NULL, NULL);
	}
	return result;
}

static int login_by_password(struct seam *s)
{
	int result = SSH_AUTH_DENIED;
	const int has = ssh_userauth_list(s->session, NULL);

	if (has & SSH_AUTH_METHOD_PASSWORD)
		result = ssh_userauth_password(s->session, NULL, s->options->password);
	if (result != SSH_AUTH_SUCCESS && has & SSH_AUTH_METHOD_INTERACTIVE)
		result = login_by_dialogue(s);
	return login_result(s, result, "this password");
}

static int login(struct seam *s)
{
	int first;

	*s->phase = "auth";
	first = ssh_userauth_none(s->session, NULL);
	if (first == SSH_AUTH_ERROR)
		return failed(s, "log in");
	if (first != SSH_AUTH_SUCCESS) {
		int result;

		if (s->options->key)
			result = login_by_key(s);
		else if (s->options->password)
			result = login_by_password(s);
		else if (s->options->agent)
			result = login_result(s, ssh_userauth_agent(s->session, NULL),
					      "the agent's keys");
		else
			result = denied(s, "no key and no password");
		if (result)
			return -1;
	}
	observer_trace(s->o, "authenticated as %s%s", s->options->user,
		       s->attempt == ATTEMPT_SHA1 ? " with an RSA signature by SHA-1, which is weak"
						  : "");
	return 0;
}

/* --- the seam --- */

static struct seam *open_once(const struct seam_options *options, struct observer *o,
			      const char **phase, enum attempt attempt, bool *again)
{
	struct seam *s = xcalloc(1, sizeof(*s));

	*s = (struct seam){ .fd = -1,
			    .o = o,
			    .options = options,
			    .phase = phase,
			    .attempt = attempt,
			    .opened = clock_mono(),
			    .errors = BUF_INIT(ERRORS_MAX) };
	*phase = "connect";
	listen_to_log(s);
	s->fd = dial(o, options->host, options->port, options->deadline, NULL);
	if (s->fd < 0)
		goto bad;
	guard_set(s->fd, options->deadline);
	s->session = ssh_new();
	if (!s->session) {
		observer_trouble(o, KIND_RESOURCE, "no memory for an SSH session");
		goto bad;
	}
	if (session_options(s) || handshake(s) || check_host_key(s) ||
	    (!options->no_login && login(s)))
		goto bad;
	*phase = "session";
	return s;
bad:
	*again = s->again;
	seam_close(s);
	return NULL;
}

struct seam *seam_open(const struct seam_options *options, struct observer *o, const char **phase)
{
	bool again = false;
	struct seam *s = open_once(options, o, phase, ATTEMPT_MODERN, &again);

	if (!s && again)
		s = open_once(options, o, phase,
			      options->rsa_sha1 ? ATTEMPT_SHA1 : ATTEMPT_QUESTION, &again);
	return s;
}

int seam_exec(struct seam *s, const char *command)
{
	s->channel = ssh_channel_new(s->session);
	if (!s->channel || ssh_channel_open_session(s->channel) != SSH_OK)
		return failed(s, "open a session");
	if (ssh_channel_request_exec(s->channel, command) == SSH_OK)
		return 0;
	if (ssh_is_connected(s->session)) {
		observer_trouble(s->o, KIND_FORBIDDEN, "the server refuses to run '%s'", command);
		return -1;
	}
	return failed(s, "start the command");
}

static void drain_errors(struct seam *s)
{
	char bytes[1024];
	int n;

	while ((n = ssh_channel_read_nonblocking(s->channel, bytes, sizeof(bytes), 1)) > 0)
		buf_add(&s->errors, bytes, (size_t)n);
}

ssize_t seam_read(struct seam *s, char *bytes, size_t len)
{
	const uint32_t want = len > CHUNK_MAX ? CHUNK_MAX : (uint32_t)len;

	for (;;) {
		const int n = ssh_channel_read_timeout(s->channel, bytes, want, 0, 100);

		drain_errors(s);
		if (n > 0)
			return n;
		if (n == 0 && ssh_channel_is_eof(s->channel))
			return 0;
		if (n < 0 && n != SSH_AGAIN)
			return failed(s, "read");
		if (!ssh_is_connected(s->session))
			return failed(s, "read");
	}
}

int seam_write(struct seam *s, const char *bytes, size_t len)
{
	while (len) {
		const int n = ssh_channel_write(s->channel, bytes,
						len > CHUNK_MAX ? CHUNK_MAX : (uint32_t)len);

		if (n <= 0)
			return failed(s, "write");
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

bool seam_ended(const struct seam *s)
{
	return ssh_channel_is_eof(s->channel) || ssh_channel_is_closed(s->channel);
}

const char *seam_errors(const struct seam *s)
{
	return buf_text(&s->errors);
}

int seam_exit_status(struct seam *s)
{
	drain_errors(s);
	/* It arrives with the end of the channel, perhaps just after the end of the output. */
	for (int i = 0;
	     i < 20 && ssh_channel_is_open(s->channel) && !ssh_channel_is_closed(s->channel); i++)
		if (ssh_channel_get_exit_status(s->channel) >= 0 ||
		    ssh_channel_poll_timeout(s->channel, 50, 0) < 0)
			break;
	return ssh_channel_get_exit_status(s->channel);
}

const char *seam_banner(const struct seam *s)
{
	const char *banner = ssh_get_serverbanner(s->session);

	return banner ? banner : "";
}

const char *seam_host_key(const struct seam *s)
{
	return s->host_key ? s->host_key : "";
}

bool seam_host_key_was_new(const struct seam *s)
{
	return s->new_key;
}

bool seam_used_rsa_sha1(const struct seam *s)
{
	return s->attempt == ATTEMPT_SHA1;
}

void seam_close(struct seam *s)
{
	if (!s)
		return;
	if (s->channel)
		ssh_channel_free(s->channel);
	if (s->session) {
		ssh_disconnect(s->session);
		ssh_free(s->session); /* closes the socket */
	} else if (s->fd >= 0) {
		close(s->fd);
	}
	guard_clear();
	listen_to_log(NULL);
	free(s->host_key);
	free(s->signature_algorithms);
	buf_free(&s->errors);
	free(s);
}

const char *seam_backend(void)
{
	return "libssh " SSH_STRINGIFY(LIBSSH_VERSION);
}
