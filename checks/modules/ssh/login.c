#include "checks/modules/ssh/login.h"

#include <string.h>

#include "checks/check.h"
#include "checks/modules/ssh/agent.h"
#include "checks/modules/ssh/seam.h"
#include "engine/base/text.h"

#define RSA "ssh-rsa" /* the type of key, and its signature with SHA-1 (RFC 4253, 6.6) */

struct login {
	const struct login_steps *steps;
	struct seam *seam;
	const struct seam_options *options;
	struct observer *o;
	bool rsa_sha1; /* signed with SHA-1 */
};

/* A server's list for a message, with blanks: it can be broken into lines then. */
static const char *speak(const char *list, struct buf *out)
{
	auto_buf struct buf spaced = BUF_INIT(2048);

	for (; list && *list; list++) {
		buf_addc(&spaced, *list);
		if (*list == ',')
			buf_addc(&spaced, ' ');
	}
	text_clean_line(out, buf_text(&spaced), spaced.len, 600);
	return out->len ? buf_text(out) : "nothing";
}

/* --- what it means --- */

static int failed(struct login *l)
{
	l->steps->failed(l->seam);
	return -1;
}

static int refused(struct login *l, const char *with, const char *hint)
{
	auto_buf struct buf methods = BUF_INIT(1024);

	observer_trouble(l->o, KIND_AUTH, "the server refused user '%s' with %s%s; it takes: %s",
			 l->options->user, with, hint,
			 speak(l->steps->methods(l->seam), &methods));
	return -1;
}

static int type_refused(struct login *l, const char *type)
{
	auto_buf struct buf names = BUF_INIT(2048);

	observer_trouble(l->o, KIND_AUTH_ALGORITHM,
			 "the server takes no signatures that this %s key can make; it takes: %s",
			 type, speak(l->steps->server_algorithms(l->seam), &names));
	return -1;
}

static int sha1_only(struct login *l)
{
	auto_buf struct buf names = BUF_INIT(2048);

	observer_trouble(l->o, KIND_AUTH_ALGORITHM,
			 "the server takes this " RSA " key with SHA-1 signatures (" RSA
			 ") alone, which are weak; rsa_sha1: if_needed would allow them (it names: "
			 "%s)",
			 speak(l->steps->server_algorithms(l->seam), &names));
	return -1;
}

/* The library signs with SHA-1 alone, and the server does not want that (of this key). */
static int library_too_old(struct login *l)
{
	observer_trouble(l->o, KIND_AUTH_ALGORITHM,
			 "%s can sign with " RSA " keys by SHA-1 (" RSA
			 ") alone, and the server does not take this key with that; whether it "
			 "would take rsa-sha2-512 or rsa-sha2-256 cannot be tried (an ed25519 or "
			 "ECDSA key can, or a module built with libssh or libssh2 1.11)",
			 seam_backend());
	return -1;
}

/* --- by key --- */

static int no_key(struct login *l)
{
	const char *key = l->options->key;
	const char *what =
		text_starts_with(key, "ssh-") || text_starts_with(key, "ecdsa-")
			? "it is a public key"
		: text_starts_with(key, "PuTTY-")
			? "it is in PuTTY's form (puttygen -O private-openssh writes another)"
		: l->options->key_passphrase ? "not a key, or another passphrase"
					     : "not a key, or it needs key_passphrase";

	observer_trouble(l->o, KIND_PARAMETER, "the private key cannot be read: %s", what);
	return -1;
}

/* Whether the server has said what it takes, and it is not this. */
static bool is_excluded(struct login *l, const char *algorithm)
{
	const char *names = l->steps->server_algorithms(l->seam);

	return names && !text_list_has(names, algorithm, strlen(algorithm));
}

static int key_refused(struct login *l, const char *type)
{
	auto_buf struct buf with = BUF_INIT(128);
	const bool rsa = strcmp(type, RSA) == 0;

	if (!rsa && is_excluded(l, type))
		return type_refused(l, type);
	buf_printf(&with, "this %s key", type);
	return refused(l, buf_text(&with),
		       rsa ? ""
			   : " (it is not authorised there, or its type is excluded, which SSH "
			     "does not tell apart)");
}

/* The algorithms of an RSA key (RFC 8332), the best first. */
static int login_by_rsa(struct login *l)
{
	static const char *const algorithms[] = { "rsa-sha2-512", "rsa-sha2-256", RSA };
	bool asked = false, unable = false;

	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		const bool sha1 = strcmp(algorithms[i], RSA) == 0;
		const bool only_ask = sha1 && !l->options->rsa_sha1;

		switch ((only_ask ? l->steps->offer : l->steps->sign)(l->seam, algorithms[i])) {
		case ANSWER_YES:
			l->rsa_sha1 = sha1 && !only_ask;
			return only_ask ? sha1_only(l) : 0;
		case ANSWER_NO:
			asked = true;
			break;
		case ANSWER_UNABLE:
			unable = true;
			break;
		case ANSWER_UNFIT:
			break;
		case ANSWER_NO_KEY:
			return no_key(l);
		case ANSWER_LEFT: /* as many servers do after a few refusals */
		case ANSWER_FAILED:
			return asked ? key_refused(l, RSA) : failed(l);
		}
	}
	if (unable)
		return library_too_old(l);
	return asked ? key_refused(l, RSA) : type_refused(l, RSA);
}

static int login_by_key(struct login *l)
{
	const char *type;

	if (l->steps->load_key(l->seam))
		return no_key(l);
	type = l->steps->key_type(l->seam);
	if (strcmp(type, RSA) == 0)
		return login_by_rsa(l);
	switch (l->steps->sign(l->seam, type)) {
	case ANSWER_YES:
		return 0;
	case ANSWER_LEFT: /* instead of a refusal */
		return is_excluded(l, type) ? type_refused(l, type) : failed(l);
	case ANSWER_FAILED:
		return failed(l);
	case ANSWER_NO_KEY:
		return no_key(l);
	case ANSWER_UNABLE:
		observer_trouble(l->o, KIND_AUTH_ALGORITHM, "%s cannot sign with %s keys",
				 seam_backend(), type);
		return -1;
	default:
		return key_refused(l, type);
	}
}

/* --- by other means --- */

/* Many servers offer passwords only as a dialogue of one question (RFC 4256). */
static int login_by_password(struct login *l)
{
	const char *methods = l->steps->methods(l->seam);
	const bool password = text_list_has(methods, "password", 8);
	const bool dialogue = text_list_has(methods, "keyboard-interactive", 20);
	enum answer answer = password ? l->steps->password(l->seam) : ANSWER_NO;

	if (answer == ANSWER_NO && dialogue) {
		answer = l->steps->dialogue(l->seam);
		if (answer == ANSWER_LEFT && password)
			answer = ANSWER_NO; /* as many servers do after a few refusals */
	}
	if (answer == ANSWER_FAILED || answer == ANSWER_LEFT)
		return failed(l);
	return answer == ANSWER_YES ? 0 : refused(l, "this password", "");
}

/* Servers end the login after a few refusals: OpenSSH after MaxAuthTries, which is 6. */
static int agent_cut_short(struct login *l, const struct agent *a)
{
	observer_trouble(l->o, KIND_AUTH,
			 "the server refused user '%s' and ended the login before it had seen each "
			 "of the agent's %zu keys; let the agent hold fewer (ssh-add -d), or give "
			 "the check its key",
			 l->options->user, agent_count(a));
	return -1;
}

static int agent_unfit(struct login *l, const char *held)
{
	auto_buf struct buf names = BUF_INIT(2048);

	observer_trouble(l->o, KIND_AUTH_ALGORITHM,
			 "the server takes no signatures that %s can make with the agent's %s "
			 "(with SHA-1 it never does); it takes: %s",
			 seam_backend(), held, speak(l->steps->server_algorithms(l->seam), &names));
	return -1;
}

/* Whether an RSA key of the agent would do, were it to sign with SHA-1. Only asked, see
 * login_by_rsa. */
static bool agent_needs_sha1(struct login *l, const struct agent *a)
{
	enum answer answer = ANSWER_NO;

	for (size_t i = 0; i < agent_count(a) && answer == ANSWER_NO; i++) {
		const struct agent_key *key = agent_key(a, i);

		if (text_starts_with(key->text, RSA " ") && l->steps->take_key(l->seam, key) == 0)
			answer = l->steps->offer(l->seam, RSA);
	}
	return answer == ANSWER_YES;
}

static int agent_sha1_only(struct login *l)
{
	observer_trouble(l->o, KIND_AUTH_ALGORITHM,
			 "the server takes an RSA key of the agent with SHA-1 signatures (" RSA
			 ") alone, which no agent is asked for; give the check the key itself, "
			 "with rsa_sha1: if_needed");
	return -1;
}

static int agent_mute(struct login *l, const struct agent *a)
{
	observer_trouble(l->o, KIND_PARAMETER,
			 "the SSH agent at '%s' did not sign with a key that the server would take "
			 "(it asks for a confirmation, or the token of the key is gone)",
			 agent_path(a));
	return -1;
}

static int agent_trouble(struct login *l, const struct agent *a, enum answer answer)
{
	auto_buf struct buf held = BUF_INIT(2048), with = BUF_INIT(4096);

	agent_describe(a, &held);
	switch (answer) {
	case ANSWER_LEFT:
		return agent_cut_short(l, a);
	case ANSWER_FAILED:
		return failed(l);
	case ANSWER_NO_KEY:
		return agent_mute(l, a);
	default:
		if (agent_needs_sha1(l, a))
			return agent_sha1_only(l);
		if (answer != ANSWER_NO)
			return agent_unfit(l, buf_text(&held));
		buf_printf(&with, "the agent's %s", buf_text(&held));
		return refused(l, buf_text(&with), "");
	}
}

static int login_by_agent(struct login *l)
{
	struct agent *a = agent_open(l->o, l->options->deadline);
	enum answer answer;

	if (!a)
		return -1;
	answer = l->steps->agent(l->seam, a);
	if (answer != ANSWER_YES)
		agent_trouble(l, a, answer);
	agent_free(a);
	return answer == ANSWER_YES ? 0 : -1;
}

static int log_in(struct login *l)
{
	if (l->options->key)
		return login_by_key(l);
	if (l->options->password)
		return login_by_password(l);
	if (l->options->agent)
		return login_by_agent(l);
	return refused(l, "no key and no password", "");
}

int login_run(const struct login_steps *steps, struct seam *s, const struct seam_options *options,
	      struct observer *o)
{
	struct login l = { .steps = steps, .seam = s, .options = options, .o = o };
	const char *by = "";

	switch (steps->none(s)) {
	case ANSWER_YES:
		by = " without a key or a password";
		break;
	case ANSWER_NO:
		if (log_in(&l))
			return -1;
		by = options->key	 ? " with the key"
		     : options->password ? " with the password"
					 : " with a key of the agent";
		break;
	default:
		return failed(&l);
	}
	observer_trace(o, "authenticated as %s%s%s", options->user, by,
		       l.rsa_sha1 ? ", by an RSA signature with SHA-1, which is weak" : "");
	return 0;
}
