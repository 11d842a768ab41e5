#include "checks/modules/ssh/trouble.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "checks/check.h"
#include "checks/modules/guard.h"
#include "checks/modules/ssh/seam.h"
#include "engine/base/text.h"

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

int seam_greeting(struct observer *o, int fd, int64_t deadline, struct buf *out)
{
	static const char mark[] = "SSH-";
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const int64_t left = deadline - clock_mono();
	char bytes[512];
	ssize_t n;

	if (left <= 0 || poll(&p, 1, left > NS_PER_S ? 1000 : (int)(left / NS_PER_MS) + 1) <= 0)
		return 0;
	n = recv(fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && errno == ECONNRESET) { /* whoever asks first is told, and nobody after him */
		observer_trouble(o, KIND_RESET, "the server reset the connection before it had "
						"greeted as an SSH server");
		return -1;
	}
	if (n <= 0 || memmem(bytes, (size_t)n, mark, strlen(mark)) ||
	    (n < (ssize_t)strlen(mark) && memcmp(bytes, mark, (size_t)n) == 0))
		return 0;
	text_clean_line(out, bytes, (size_t)n, 160);
	return 0;
}

/* OpenSSH's own words to one who is not to come in now: MaxStartups, PerSourcePenalties. */
static bool turns_away(const char *greeting)
{
	return text_starts_with(greeting, "Exceeded MaxStartups") ||
	       text_starts_with(greeting, "Not allowed at this time");
}

void seam_no_ssh(const struct seam_options *w, struct observer *o, const char *greeting,
		 const char *words, int64_t since)
{
	if (turns_away(greeting))
		observer_trouble(o, KIND_CLOSED, "the server turns the connection away: %s",
				 greeting);
	else if (*greeting)
		observer_trouble(o, KIND_PROTOCOL,
				 "what answers on port %u is no SSH server: it says '%s'", w->port,
				 greeting);
	else if (!guard_struck() && clock_mono() < w->deadline &&
		 (kind_of(words) == KIND_CLOSED || kind_of(words) == KIND_RESET))
		observer_trouble(o, kind_of(words),
				 "the connection ended before an SSH server had greeted: another "
				 "service on port %u, or the server turns connections away (%s)",
				 w->port, words);
	seam_trouble(w, o, "handshake", words, since);
}
