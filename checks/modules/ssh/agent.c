#include "checks/modules/ssh/agent.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "checks/check.h"
#include "checks/modules/local.h"
#include "checks/modules/ssh/string.h"
#include "engine/base/text.h"

#define ANSWER_MAX ((size_t)256 * 1024) /* what OpenSSH takes from an agent, too */
#define TYPE_MAX ((size_t)64)
#define TOLD_MAX 4 /* keys that are named in a line */

/* draft-ietf-sshm-ssh-agent, 6.1 and 6.3 */
enum {
	REQUEST_IDENTITIES = 11,
	IDENTITIES_ANSWER = 12,
	SIGN_REQUEST = 13,
	SIGN_RESPONSE = 14,
	FLAG_RSA_SHA2_256 = 2,
	FLAG_RSA_SHA2_512 = 4,
};

struct agent {
	struct observer *o;
	int64_t deadline;
	const char *path;
	int fd;
	struct agent_key *keys;
	size_t count, cap;
};

/* --- messages: a length of four bytes, a type, what belongs to it --- */

/* Until the socket may be used, or the deadline. Whether it may. */
static bool wait_for(const struct agent *a, short events)
{
	struct pollfd p = { .fd = a->fd, .events = events };
	int64_t left;

	while ((left = a->deadline - clock_mono()) > 0) {
		const int n = poll(&p, 1, left > NS_PER_S ? 1000 : (int)(left / NS_PER_MS) + 1);

		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
	errno = ETIME;
	return false;
}

static int send_all(const struct agent *a, const struct buf *message)
{
	for (size_t sent = 0; sent < message->len;) {
		const ssize_t n = send(a->fd, message->data + sent, message->len - sent,
				       MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		else if (!wait_for(a, POLLOUT))
			return -1;
	}
	return 0;
}

static int receive(const struct agent *a, struct buf *out, size_t want)
{
	while (out->len < want) {
		char *room = buf_room(out, want - out->len);
		const ssize_t n = room ? recv(a->fd, room, want - out->len, MSG_DONTWAIT) : 0;

		if (n > 0) {
			buf_filled(out, (size_t)n);
		} else if (n == 0) {
			errno = ECONNRESET; /* it has closed */
			return -1;
		} else if (errno != EAGAIN && errno != EINTR) {
			return -1;
		} else if (!wait_for(a, POLLIN)) {
			return -1;
		}
	}
	return 0;
}

/* Ask; the answer begins with its type. */
static int ask(const struct agent *a, const struct buf *request, struct buf *answer)
{
	auto_buf struct buf message = BUF_INIT(ANSWER_MAX), size = BUF_INIT(4);
	struct string_view v;
	size_t len = 0;

	string_add(&message, request->data, request->len);
	if (send_all(a, &message) || receive(a, &size, 4))
		return -1;
	v = string_view_of(&size, 0);
	string_take_number(&v, &len);
	if (len && len < answer->max)
		return receive(a, answer, len);
	errno = EPROTO;
	return -1;
}

/* --- its keys --- */

static char *describe(const char *blob, size_t len)
{
	auto_buf struct buf type = BUF_INIT(256), hash = BUF_INIT(128);
	struct string_view v = { blob, len, 0 };
	const char *name = "";
	uint8_t digest[SHA256_DIGEST_SIZE];
	size_t size = 0;
	struct sha256_ctx sum;

	if (string_take(&v, &name, &size))
		size = 0;
	text_clean_line(&type, name, size < TYPE_MAX ? size : TYPE_MAX, TYPE_MAX);
	sha256_init(&sum);
	sha256_update(&sum, len, (const uint8_t *)blob);
	sha256_digest(&sum, sizeof(digest), digest);
	text_base64(&hash, (const char *)digest, sizeof(digest));
	return xasprintf("%s SHA256:%.*s", buf_text(&type), (int)strcspn(buf_text(&hash), "="),
			 buf_text(&hash));
}

static void add_key(struct agent *a, const char *blob, size_t len)
{
	struct agent_key *k;

	array_grow(a->keys, a->count, a->cap);
	k = &a->keys[a->count++];
	*k = (struct agent_key){ .blob = BUF_INIT(ANSWER_MAX), .text = describe(blob, len) };
	buf_add(&k->blob, blob, len);
}

static int list_keys(struct agent *a)
{
	auto_buf struct buf request = BUF_INIT(8), answer = BUF_INIT(ANSWER_MAX);
	const char *blob = NULL, *comment = NULL;
	size_t count = 0, len = 0;
	struct string_view v;

	buf_addc(&request, REQUEST_IDENTITIES);
	if (ask(a, &request, &answer))
		return -1;
	errno = EPROTO;
	v = string_view_of(&answer, 1);
	if (answer.data[0] != IDENTITIES_ANSWER || string_take_number(&v, &count))
		return -1;
	while (count--) {
		size_t ignored;

		if (string_take(&v, &blob, &len) || string_take(&v, &comment, &ignored))
			return -1;
		add_key(a, blob, len);
	}
	return 0;
}

/* --- the agent --- */

/* What is wrong with our own agent says nothing of the server. */
static int reach(struct agent *a)
{
	struct observer *aside = observer_new(NULL);

	a->fd = local_connect(aside, a->path, a->deadline);
	if (a->fd < 0) {
		const json_t *error = json_object_get(observer_facts(aside), "error");
		const enum kind kind = observer_kind(aside);

		observer_trouble(a->o,
				 kind == KIND_PERMISSION || kind == KIND_TIMEOUT ? kind
										 : KIND_PARAMETER,
				 "no SSH agent answers at SSH_AUTH_SOCK: %s; start one (ssh-agent) "
				 "or give the check a key",
				 json_string_value(json_object_get(error, "text")));
	}
	observer_free(aside);
	return a->fd < 0 ? -1 : 0;
}

static int no_list(const struct agent *a, int errnum)
{
	if (errnum == ETIME)
		observer_trouble(a->o, KIND_TIMEOUT,
				 "the SSH agent at '%s' accepts and says nothing; the server was "
				 "not shown any key",
				 a->path);
	else
		observer_trouble(a->o, KIND_PARAMETER,
				 "what listens at SSH_AUTH_SOCK, '%s', is no SSH agent: %s",
				 a->path, strerror(errnum));
	return -1;
}

static int open_agent(struct agent *a)
{
	auto_buf struct buf held = BUF_INIT(2048);

	if (!a->path || !*a->path) {
		observer_trouble(a->o, KIND_PARAMETER,
				 "there is no SSH agent: SSH_AUTH_SOCK is not set where rounds "
				 "runs (cron has none); set it, or give the check a key");
		return -1;
	}
	if (reach(a))
		return -1;
	if (list_keys(a))
		return no_list(a, errno);
	if (!a->count) {
		observer_trouble(a->o, KIND_PARAMETER,
				 "the SSH agent at '%s' holds no key, or is locked; add one with "
				 "ssh-add",
				 a->path);
		return -1;
	}
	agent_describe(a, &held);
	observer_trace(a->o, "the SSH agent at '%s' holds %s", a->path, buf_text(&held));
	return 0;
}

struct agent *agent_open(struct observer *o, int64_t deadline)
{
	struct agent *a = xcalloc(1, sizeof(*a));

	*a = (struct agent){
		.o = o, .deadline = deadline, .path = getenv("SSH_AUTH_SOCK"), .fd = -1
	};
	if (open_agent(a) == 0)
		return a;
	agent_free(a);
	return NULL;
}

size_t agent_count(const struct agent *a)
{
	return a->count;
}

const struct agent_key *agent_key(const struct agent *a, size_t i)
{
	return &a->keys[i];
}

const char *agent_path(const struct agent *a)
{
	return a->path;
}

int agent_fd(const struct agent *a)
{
	return a->fd;
}

void agent_describe(const struct agent *a, struct buf *out)
{
	buf_printf(out, "%zu key%s (", a->count, a->count == 1 ? "" : "s");
	for (size_t i = 0; i < a->count && i < TOLD_MAX; i++)
		buf_printf(out, "%s%s", i ? ", " : "", a->keys[i].text);
	buf_adds(out, a->count > TOLD_MAX ? ", …)" : ")");
}

static size_t sign_flags(const char *algorithm)
{
	return strcmp(algorithm, "rsa-sha2-512") == 0	? FLAG_RSA_SHA2_512
	       : strcmp(algorithm, "rsa-sha2-256") == 0 ? FLAG_RSA_SHA2_256
							: 0;
}

int agent_sign(struct agent *a, const struct agent_key *key, const char *algorithm,
	       const void *data, size_t len, struct buf *signature)
{
	auto_buf struct buf request = BUF_INIT(ANSWER_MAX), answer = BUF_INIT(ANSWER_MAX);
	const char *whole = NULL, *name = NULL, *bytes = NULL;
	struct string_view v, parts;
	size_t size = 0;

	buf_addc(&request, SIGN_REQUEST);
	string_add(&request, key->blob.data, key->blob.len);
	string_add(&request, data, len);
	string_add_number(&request, sign_flags(algorithm));
	if (ask(a, &request, &answer) || answer.data[0] != SIGN_RESPONSE)
		return -1;
	v = string_view_of(&answer, 1);
	if (string_take(&v, &whole, &size))
		return -1;
	parts = (struct string_view){ whole, size, 0 };
	/* an old agent knows no flags, and signs with what it likes */
	if (string_take(&parts, &name, &size) || size != strlen(algorithm) ||
	    memcmp(name, algorithm, size) != 0 || string_take(&parts, &bytes, &size))
		return -1;
	buf_add(signature, bytes, size);
	return 0;
}

void agent_free(struct agent *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++) {
		buf_free(&a->keys[i].blob);
		free(a->keys[i].text);
	}
	free(a->keys);
	if (a->fd >= 0)
		close(a->fd);
	free(a);
}
