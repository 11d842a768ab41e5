#include "checks/modules/ssh/trouble.h"

#include <string.h>
#include <strings.h>

#include "checks/check.h"
#include "checks/modules/guard.h"
#include "checks/modules/ssh/seam.h"

struct words_kind {
	const char *words; /* in the library's message */
	enum kind kind;
};

/* The first that is found counts. */
static const struct words_kind words_kinds[] = {
	{ "reset by peer", KIND_RESET },
	{ "Broken pipe", KIND_RESET },
	{ "Connection refused", KIND_REFUSED },
	{ "timeout", KIND_TIMEOUT },
	{ "timed out", KIND_TIMEOUT },
	{ "disconnect", KIND_CLOSED },
	{ "closed", KIND_CLOSED },
	{ "EOF", KIND_CLOSED },
	{ "Socket error", KIND_CLOSED },
};

static enum kind kind_of(const char *words)
{
	for (size_t i = 0; i < ARRAY_SIZE(words_kinds); i++)
		if (strcasestr(words, words_kinds[i].words))
			return words_kinds[i].kind;
	return KIND_PROTOCOL;
}

void seam_trouble(struct observer *o, const char *doing, const char *words, int64_t since)
{
	char took[32];

	clock_human(clock_mono() - since, took, sizeof(took));
	if (guard_struck())
		observer_trouble(o, KIND_TIMEOUT, "no answer in %s (%s)", took, doing);
	else
		observer_trouble(o, kind_of(words), "%s failed after %s: %s", doing, took,
				 *words ? words : "the connection ended");
}

static int unknown(const struct seam_options *w, struct observer *o, const char *key)
{
	observer_trouble(o, KIND_HOST_KEY_UNKNOWN,
			 "the host key %s is not among the known ones of %s; compare it with the "
			 "server's own, then add it (ssh-keyscan) or pin it",
			 key, w->known_hosts ? w->known_hosts : "(no known_hosts file)");
	return -1;
}

static int changed(const struct seam_options *w, struct observer *o, const char *key,
		   const char *how)
{
	observer_trouble(o, KIND_HOST_KEY_CHANGED,
			 "the host key %s %s %s: either the server was set up anew or somebody "
			 "sits in between",
			 key, how, w->known_hosts ? w->known_hosts : w->host_key);
	return -1;
}

int seam_judge_host_key(const struct seam_options *w, struct observer *o, enum seam_known known,
			const char *key, const char *fingerprint, bool *accepted_new)
{
	if (strncasecmp(w->host_key, "SHA256:", 7) == 0) {
		if (strcmp(w->host_key + 7, fingerprint + 7) == 0) {
			observer_trace(o, "host key %s is the pinned one", key);
			return 0;
		}
		observer_trouble(o, KIND_HOST_KEY_CHANGED, "the host key %s is not the pinned %s",
				 key, w->host_key);
		return -1;
	}
	if (known == SEAM_CHANGED)
		return changed(w, o, key, "is not the one in");
	if (known == SEAM_OTHER_TYPE)
		return changed(w, o, key, "is of another type than the one in");
	if (known == SEAM_KNOWN) {
		observer_trace(o, "host key %s is known", key);
		return 0;
	}
	if (strcmp(w->host_key, "accept-new") != 0)
		return unknown(w, o, key);
	*accepted_new = true;
	observer_trace(o, "host key %s accepted without being known (host_key: accept-new)", key);
	return 0;
}
