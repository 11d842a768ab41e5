/*
 * libssh - the seam's backend on libssh (0.10 and newer).
 */
#include "checks/modules/ssh/seam.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "checks/check.h"
#include "checks/modules/dial.h"
#include "checks/modules/guard.h"
#include "checks/modules/ssh/agent.h"
#include "checks/modules/ssh/host_key.h"
#include "checks/modules/ssh/login.h"
#include "checks/modules/ssh/trouble.h"
#include "engine/base/text.h"

#define ERRORS_MAX ((size_t)8 * 1024)
#define CHUNK_MAX 32000 /* below the packet size that every server takes (RFC 4253, 6.1) */

struct seam {
	ssh_session session;
	ssh_channel channel;
	ssh_key key;
	int fd, agent_fd;
	struct observer *o;
	const struct seam_options *options;
	const char **phase;
	int64_t opened;
	struct host_key host_key;
	char *known;                /* text of the known_hosts file */
	char *signature_algorithms; /* server-sig-algs (RFC 8308, 3.1); NULL: not sent */
	struct buf methods;
	bool new_key;
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
	seam_trouble(s->options, s->o, doing, ssh_get_error(s->session), s->opened);
	return -1;
}

/* --- connection --- */

static int session_options(struct seam *s)
{
	const struct seam_options *w = s->options;
	const int64_t left = w->deadline - clock_mono();
	const long seconds = w->deadline == INT64_MAX ? 3600 : (long)(left / NS_PER_S) + 1;
	const int port = w->port, no = 0;
	auto_buf struct buf algorithms = BUF_INIT(1024);
	int bad = 0;

	bad |= ssh_options_set(s->session, SSH_OPTIONS_HOST, w->host);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_PORT, &port);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_USER, w->user);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_FD, &s->fd);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_TIMEOUT, &seconds);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_PROCESS_CONFIG, &no);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
	bad |= ssh_options_set(s->session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
	host_key_algorithms(w, s->known, &algorithms);
	bad |= ssh_options_set(s->session, SSH_OPTIONS_HOSTKEYS, buf_text(&algorithms));
	return bad ? failed(s, "set up") : 0;
}

static int handshake(struct seam *s)
{
	auto_buf struct buf greeting = BUF_INIT(1024);

	*s->phase = "handshake";
	if (seam_greeting(s->o, s->fd, s->options->deadline, &greeting))
		return -1;
	if (ssh_connect(s->session) != SSH_OK) {
		if (!text_starts_with(seam_banner(s), "SSH-"))
			seam_no_ssh(s->options, s->o, buf_text(&greeting),
				    ssh_get_error(s->session), s->opened);
		return failed(s, "handshake");
	}
	observer_trace(s->o, "speaks %s", seam_banner(s));
	return 0;
}

/* --- host key --- */

static int describe_host_key(struct seam *s, ssh_key key)
{
	struct host_key *k = &s->host_key;
	unsigned char *hash = NULL;
	char *text = NULL, *blob = NULL;
	size_t len = 0;

	if (ssh_pki_export_pubkey_base64(key, &blob) != SSH_OK)
		return failed(s, "read the host key");
	k->blob = xstrdup(blob);
	ssh_string_free_char(blob);
	if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &len))
		return failed(s, "hash the host key");
	text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, len);
	k->fingerprint = xstrdup(text ? text : "");
	k->type = xstrdup(ssh_key_type_to_char(ssh_key_type(key)));
	k->text = xasprintf("%s %s", k->type, k->fingerprint);
	ssh_string_free_char(text);
	ssh_clean_pubkey_hash(&hash);
	return 0;
}

static int check_host_key(struct seam *s)
{
	ssh_key key = NULL;
	int bad;

	*s->phase = "host_key";
	if (ssh_get_server_publickey(s->session, &key) != SSH_OK)
		return failed(s, "read the host key");
	bad = describe_host_key(s, key);
	ssh_key_free(key);
	return bad ? -1 : host_key_judge(s->options, s->o, s->known, &s->host_key, &s->new_key);
}

/* --- login --- */

static void login_failed(struct seam *s)
{
	failed(s, "log in");
}

/* Whether the step that ended so is to be repeated: left to wait by itself, the library does not
 * notice that the server has left. */
static bool again(struct seam *s, int result)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	if (result != SSH_AUTH_AGAIN || guard_struck() || !ssh_is_connected(s->session))
		return false;
	return poll(&p, 1, 1000) >= 0 || errno == EINTR;
}

static enum answer answer_of(struct seam *s, int result)
{
	if (result == SSH_AUTH_SUCCESS)
		return ANSWER_YES;
	if (!ssh_is_connected(s->session) && !guard_struck() &&
	    strstr(ssh_get_error(s->session), "SSH_MSG_DISCONNECT"))
		return ANSWER_LEFT;
	return result == SSH_AUTH_DENIED || result == SSH_AUTH_PARTIAL ? ANSWER_NO : ANSWER_FAILED;
}

static enum answer ask_for_nothing(struct seam *s)
{
	int result;

	do
		result = ssh_userauth_none(s->session, NULL);
	while (again(s, result));
	return answer_of(s, result);
}

static const char *methods_of(struct seam *s)
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

	buf_clear(&s->methods);
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (has & methods[i].bit)
			buf_printf(&s->methods, "%s%s", s->methods.len ? "," : "",
				   methods[i].name);
	return buf_text(&s->methods);
}

static int load_key(struct seam *s)
{
	const struct seam_options *w = s->options;
	const int result = ssh_pki_import_privkey_base64(w->key, w->key_passphrase, NULL, NULL,
							 &s->key);

	if (result != SSH_OK)
		return -1;
	/* Such a key is read, and then there is "no memory" to sign. */
	if (ssh_key_type(s->key) != SSH_KEYTYPE_ED25519 || strstr(w->key, "OPENSSH PRIVATE KEY"))
		return 0;
	observer_trouble(s->o, KIND_PARAMETER,
			 "the private key is an ed25519 one in PKCS#8 (as openssl writes it), with "
			 "which libssh cannot sign; it must be in OpenSSH's own form (ssh-keygen)");
	return -1;
}

static const char *key_type(struct seam *s)
{
	return ssh_key_type_to_char(ssh_key_type(s->key));
}

/* From here on the library uses this algorithm alone; with others beside it, it chooses. */
static bool choose_algorithm(struct seam *s, const char *algorithm)
{
	return ssh_options_set(s->session, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, algorithm) == 0;
}

/* The library asks with rsa-sha2 only where the server names it. */
static enum answer key_answer(struct seam *s, int result)
{
	if (result == SSH_AUTH_DENIED && strstr(ssh_get_error(s->session), "not allowed"))
		return ANSWER_UNFIT;
	return answer_of(s, result);
}

static enum answer offer(struct seam *s, const char *algorithm)
{
	int result;

	if (!choose_algorithm(s, algorithm))
		return ANSWER_UNABLE;
	do
		result = ssh_userauth_try_publickey(s->session, NULL, s->key);
	while (again(s, result));
	return key_answer(s, result);
}

static enum answer sign(struct seam *s, const char *algorithm)
{
	int result;

	if (!choose_algorithm(s, algorithm))
		return ANSWER_UNABLE;
	do
		result = ssh_userauth_publickey(s->session, NULL, s->key);
	while (again(s, result));
	return key_answer(s, result);
}

static enum answer password(struct seam *s)
{
	int result;

	do
		result = ssh_userauth_password(s->session, NULL, s->options->password);
	while (again(s, result));
	return answer_of(s, result);
}

static int ask_dialogue(struct seam *s)
{
	int result;

	do
		result = ssh_userauth_kbdint(s->session, NULL, NULL);
	while (again(s, result));
	return result;
}

static enum answer dialogue(struct seam *s)
{
	int result = ask_dialogue(s);

	for (int round = 0; result == SSH_AUTH_INFO && round < 4; round++) {
		const int questions = ssh_userauth_kbdint_getnprompts(s->session);

		for (int i = 0; i < questions; i++)
			ssh_userauth_kbdint_setanswer(s->session, (unsigned)i,
						      s->options->password);
		result = ask_dialogue(s);
	}
	return result == SSH_AUTH_INFO ? ANSWER_NO : answer_of(s, result);
}

/* The library goes on with our connection to the agent, and closes its own copy. It waits for the
 * agent without an end: the guard ends that, too. */
static enum answer agent(struct seam *s, struct agent *a)
{
	const int fd = fcntl(agent_fd(a), F_DUPFD_CLOEXEC, 0);
	int result;

	if (fd < 0 || ssh_set_agent_socket(s->session, fd) != SSH_OK) {
		if (fd >= 0)
			close(fd);
		return ANSWER_FAILED;
	}
	s->agent_fd = fd;
	guard_also(fd);
	do
		result = ssh_userauth_agent(s->session, NULL);
	while (again(s, result));
	if (result == SSH_AUTH_ERROR && ssh_is_connected(s->session) && !guard_struck())
		return ANSWER_NO_KEY;
	return answer_of(s, result);
}

static int take_key(struct seam *s, const struct agent_key *key)
{
	auto_buf struct buf text = BUF_INIT((size_t)512 * 1024);
	auto_free char *type = xmemdup0(key->text, strcspn(key->text, " "));

	text_base64(&text, key->blob.data, key->blob.len);
	ssh_key_free(s->key);
	s->key = NULL;
	return ssh_pki_import_pubkey_base64(buf_text(&text), ssh_key_type_from_name(type),
					    &s->key) == SSH_OK
		       ? 0
		       : -1;
}

static const char *server_algorithms(struct seam *s)
{
	return s->signature_algorithms;
}

static const struct login_steps steps = {
	.none = ask_for_nothing,
	.methods = methods_of,
	.load_key = load_key,
	.key_type = key_type,
	.offer = offer,
	.sign = sign,
	.password = password,
	.dialogue = dialogue,
	.agent = agent,
	.take_key = take_key,
	.server_algorithms = server_algorithms,
	.failed = login_failed,
};

static int login(struct seam *s)
{
	int bad;

	*s->phase = "auth";
	ssh_set_blocking(s->session, 0);
	bad = login_run(&steps, s, s->options, s->o);
	ssh_set_blocking(s->session, 1);
	return bad;
}

/* --- the seam --- */

/* A socket below the library: the guard ends whatever it waits for. */
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
	s->session = ssh_new();
	if (s->session)
		return session_options(s);
	observer_trouble(s->o, KIND_RESOURCE, "no memory for an SSH session");
	return -1;
}

struct seam *seam_open(const struct seam_options *options, struct observer *o, const char **phase)
{
	struct seam *s = xcalloc(1, sizeof(*s));

	*s = (struct seam){ .fd = -1,
			    .agent_fd = -1,
			    .o = o,
			    .options = options,
			    .phase = phase,
			    .opened = clock_mono(),
			    .methods = BUF_INIT(256),
			    .errors = BUF_INIT(ERRORS_MAX) };
	*phase = "connect";
	listen_to_log(s);
	if (reach(s) || handshake(s) || check_host_key(s) || (!options->no_login && login(s))) {
		seam_close(s);
		return NULL;
	}
	*phase = "session";
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

void seam_write_end(struct seam *s)
{
	ssh_channel_send_eof(s->channel);
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
	return s->host_key.text ? s->host_key.text : "";
}

void seam_close(struct seam *s)
{
	if (!s)
		return;
	if (s->channel)
		ssh_channel_free(s->channel);
	if (s->session)
		ssh_disconnect(s->session); /* leaves the socket open */
	guard_clear();
	if (s->session)
		ssh_free(s->session);
	/* The library closes what it was given, but not after each failure. Where it has, this
	 * tells EBADF: nobody else opens anything in between. */
	if (s->fd >= 0)
		close(s->fd);
	if (s->agent_fd >= 0)
		close(s->agent_fd);
	listen_to_log(NULL);
	ssh_key_free(s->key);
	host_key_release(&s->host_key);
	buf_free(&s->methods);
	free(s->known);
	free(s->signature_algorithms);
	buf_free(&s->errors);
	free(s);
}

const char *seam_backend(void)
{
	return "libssh " SSH_STRINGIFY(LIBSSH_VERSION);
}
