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
	{ "Too many authentication failures", KIND_AUTH }, /* OpenSSH, MaxAuthTries */
	{ "No more auth", KIND_AUTH },
	{ "administratively prohibited", KIND_FORBIDDEN },
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

void seam_trouble(const struct seam_options *w, struct observer *o, const char *doing,
		  const char *words, int64_t since)
{
	const int64_t now = clock_mono();
	char took[32];

	clock_human(now - since, took, sizeof(took));
	if (guard_struck() || now >= w->deadline)
		observer_trouble(o, KIND_TIMEOUT, "no answer in %s (%s)", took, doing);
	else
		observer_trouble(o, kind_of(words), "%s failed after %s: %s", doing, took,
				 *words ? words : "the connection ended");
}
