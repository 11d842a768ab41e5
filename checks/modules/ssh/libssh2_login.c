/*
 * libssh2_login - the steps of a login, as libssh2 takes them.
 */
#include <stdlib.h>
#include <string.h>

#include <libssh2.h>

#include "checks/check.h"
#include "checks/modules/guard.h"
#include "checks/modules/ssh/agent.h"
#include "checks/modules/ssh/libssh2_seam.h"
#include "checks/modules/ssh/public_key.h"
#include "checks/modules/ssh/seam.h"

static void login_failed(struct seam *s)
{
	backend_failed(s, "log in");
}

static unsigned user_length(const struct seam *s)
{
	return (unsigned)strlen(s->options->user);
}

/* What a step's end means. Several codes mean both a refusal and a broken connection. */
static enum answer answer_of(struct seam *s, int code)
{
	if (code == 0)
		return ANSWER_YES;
	if (s->farewell.len)
		return ANSWER_LEFT;
	if (backend_is_lost(s) || guard_struck())
		return ANSWER_FAILED;
	switch (code) {
	case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
	case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
	case LIBSSH2_ERROR_PASSWORD_EXPIRED:
		return ANSWER_NO;
	case LIBSSH2_ERROR_METHOD_NONE: /* of the algorithms that the server names */
		return ANSWER_UNFIT;
	default:
		return ANSWER_FAILED;
	}
}

static enum answer ask_for_nothing(struct seam *s)
{
	do
		s->methods = libssh2_userauth_list(s->session, s->options->user, user_length(s));
	while (!s->methods && backend_again(s, libssh2_session_last_errno(s->session)));
	if (libssh2_userauth_authenticated(s->session))
		return ANSWER_YES;
	return s->methods ? ANSWER_NO : ANSWER_FAILED;
}

static const char *methods_of(struct seam *s)
{
	return s->methods ? s->methods : "";
}

static int load_key(struct seam *s)
{
	if (public_key_read(s->options->key, s->options->key_passphrase, &s->public))
		return -1;
	s->type = public_key_type(&s->public);
	return 0;
}

static const char *key_type(struct seam *s)
{
	return s->type;
}

/* Whether the library can sign with it: before 1.11 it knows RSA with SHA-1 alone. */
static bool choose_algorithm(struct seam *s, const char *algorithm)
{
#ifdef LIBSSH2_METHOD_SIGN_ALGO
	return libssh2_session_method_pref(s->session, LIBSSH2_METHOD_SIGN_ALGO, algorithm) == 0;
#else
	(void)s;
	return strcmp(algorithm, "ssh-rsa") == 0;
#endif
}

/* Take an SSH string from what is to be signed; whether it is there. */
static bool next_string(const unsigned char **at, size_t *left, const char **text, size_t *len)
{
	if (*left < 4)
		return false;
	*len = (size_t)(*at)[0] << 24 | (size_t)(*at)[1] << 16 | (size_t)(*at)[2] << 8 | (*at)[3];
	if (*len > *left - 4)
		return false;
	*text = (const char *)*at + 4;
	*at += 4 + *len;
	*left -= 4 + *len;
	return true;
}

static bool skip_byte(const unsigned char **at, size_t *left)
{
	if (!*left)
		return false;
	(*at)++;
	(*left)--;
	return true;
}

/* The algorithm in what is to be signed (RFC 4252, 7): session, 50, user, service, method, TRUE,
 * algorithm. "" when it is not there. */
static char *algorithm_of(const unsigned char *data, size_t left)
{
	const char *text = "";
	size_t len = 0;
	bool whole = next_string(&data, &left, &text, &len) && skip_byte(&data, &left);

	for (int i = 0; whole && i < 3; i++)
		whole = next_string(&data, &left, &text, &len);
	whole = whole && skip_byte(&data, &left) && next_string(&data, &left, &text, &len);
	return whole ? xmemdup0(text, len) : xstrdup("");
}

/* The server would take the key, and the library asks for a signature. Where the server names no
 * algorithms, the library falls back to SHA-1. Nothing is signed here. */
static int on_question(LIBSSH2_SESSION *session, unsigned char **signature, size_t *signature_len,
		       const unsigned char *data, size_t data_len, void **abstract)
{
	struct seam *s = *abstract;
	auto_free char *algorithm = algorithm_of(data, data_len);

	(void)session;
	(void)signature;
	(void)signature_len;
	s->question = strcmp(algorithm, s->asked) == 0 ? ANSWER_YES : ANSWER_UNFIT;
	return -1;
}

static enum answer offer(struct seam *s, const char *algorithm)
{
	void *abstract = s;
	int code;

	if (!choose_algorithm(s, algorithm))
		return ANSWER_UNABLE;
	s->asked = algorithm;
	s->question = ANSWER_FAILED; /* not asked for a signature */
	do
		code = libssh2_userauth_publickey(s->session, s->options->user,
						  (const unsigned char *)s->public.data,
						  s->public.len, on_question, &abstract);
	while (backend_again(s, code));
	return s->question == ANSWER_FAILED ? answer_of(s, code) : s->question;
}

static enum answer sign(struct seam *s, const char *algorithm)
{
	const struct seam_options *w = s->options;
	enum answer answer = ANSWER_YES;
	size_t sent;
	int code;

	if (strcmp(s->type, "ssh-rsa") == 0)
		answer = offer(s, algorithm);
	if (answer != ANSWER_YES)
		return answer;
	sent = s->sent;
	do
		code = libssh2_userauth_publickey_frommemory(
			s->session, w->user, user_length(s), NULL, 0, w->key, strlen(w->key),
			w->key_passphrase);
	while (backend_again(s, code));
	/* the private half is read first; whatever code says so, nothing was sent then */
	if (code && s->sent == sent && !backend_is_lost(s) && !guard_struck())
		return ANSWER_NO_KEY;
	return answer_of(s, code);
}

static enum answer password(struct seam *s)
{
	const char *text = s->options->password;
	int code;

	do
		code = libssh2_userauth_password_ex(s->session, s->options->user, user_length(s),
						    text, (unsigned)strlen(text), NULL);
	while (backend_again(s, code));
	return answer_of(s, code);
}

/* Every question is answered with the password; the library releases the answers. (1.10 takes a
 * dialogue that has a name for a broken one; OpenSSH gives none.) */
static void on_questions(const char *name, int name_len, const char *instruction,
			 int instruction_len, int count,
			 const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts,
			 LIBSSH2_USERAUTH_KBDINT_RESPONSE *responses, void **abstract)
{
	struct seam *s = *abstract;

	(void)name;
	(void)name_len;
	(void)instruction;
	(void)instruction_len;
	(void)prompts;
	for (int i = 0; i < count; i++) {
		responses[i].text = libssh2_memory_copy(s->options->password);
		responses[i].length =
			responses[i].text ? (unsigned)strlen(s->options->password) : 0;
	}
}

static enum answer dialogue(struct seam *s)
{
	int code;

	do
		code = libssh2_userauth_keyboard_interactive_ex(s->session, s->options->user,
								user_length(s), on_questions);
	while (backend_again(s, code));
	return answer_of(s, code);
}

static const char *server_algorithms(struct seam *s)
{
	return s->seen.signature_algorithms;
}

/* --- the agent --- */

/* What on_signing works on: the session hands it on. */
struct signing {
	struct seam *seam;
	struct agent *agent;
	const struct agent_key *key;
	const char *algorithm;
	enum answer answer; /* what became of it */
};

static int sign_by_agent(struct signing *g, const unsigned char *data, size_t data_len,
			 struct buf *signature)
{
	auto_free char *algorithm = algorithm_of(data, data_len);

	g->answer = ANSWER_UNFIT;
	if (strcmp(algorithm, g->algorithm) != 0)
		return -1;
	g->answer = agent_sign(g->agent, g->key, algorithm, data, data_len, signature)
			    ? ANSWER_NO_KEY
			    : ANSWER_YES;
	return g->answer == ANSWER_YES ? 0 : -1;
}

/* The server would take the key. The library releases the signature. */
static int on_signing(LIBSSH2_SESSION *session, unsigned char **signature, size_t *signature_len,
		      const unsigned char *data, size_t data_len, void **abstract)
{
	auto_buf struct buf made = BUF_INIT((size_t)64 * 1024);

	(void)session;
	if (sign_by_agent(*abstract, data, data_len, &made))
		return -1;
	*signature = libssh2_memory_bytes(made.data, made.len);
	*signature_len = made.len;
	return *signature ? 0 : -1;
}

static enum answer agent_try(struct signing *g)
{
	struct seam *s = g->seam;
	void *abstract = g;
	int code;

	g->answer = ANSWER_YES;
	do
		code = libssh2_userauth_publickey(s->session, s->options->user,
						  (const unsigned char *)g->key->blob.data,
						  g->key->blob.len, on_signing, &abstract);
	while (backend_again(s, code));
	if (g->answer != ANSWER_YES)
		return guard_struck() ? ANSWER_FAILED : g->answer;
	return answer_of(s, code);
}

/* An RSA key with each algorithm but SHA-1's; where it was asked with one, that counts. */
static enum answer agent_try_key(struct signing *g)
{
	static const char *const algorithms[] = { "rsa-sha2-512", "rsa-sha2-256" };
	auto_free char *type = public_key_type(&g->key->blob);
	enum answer answer = ANSWER_UNABLE, last = ANSWER_UNABLE;

	g->algorithm = type;
	if (strcmp(type, "ssh-rsa") != 0)
		return agent_try(g);
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		if (!choose_algorithm(g->seam, algorithms[i]))
			continue;
		g->algorithm = algorithms[i];
		answer = agent_try(g);
		if (answer != ANSWER_NO && answer != ANSWER_UNFIT)
			return answer;
		if (last != ANSWER_NO)
			last = answer;
	}
	return last;
}

/* One that the agent did not sign for tells more than one that was refused, and that more than one
 * that could not be tried. */
static enum answer agent(struct seam *s, struct agent *a)
{
	struct signing g = { .seam = s, .agent = a };
	enum answer answer, last = ANSWER_UNABLE;

	for (size_t i = 0; i < agent_count(a); i++) {
		g.key = agent_key(a, i);
		answer = agent_try_key(&g);
		if (answer == ANSWER_LEFT && i + 1 == agent_count(a) && last == ANSWER_NO)
			answer = ANSWER_NO; /* after the last refusal */
		if (answer == ANSWER_YES || answer == ANSWER_FAILED || answer == ANSWER_LEFT)
			return answer;
		if (last != ANSWER_NO_KEY && (last != ANSWER_NO || answer == ANSWER_NO_KEY))
			last = answer;
	}
	return last;
}

static int take_key(struct seam *s, const struct agent_key *key)
{
	buf_clear(&s->public);
	return buf_add(&s->public, key->blob.data, key->blob.len) ? 0 : -1;
}

const struct login_steps backend_login_steps = {
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
