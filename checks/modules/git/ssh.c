/*
 * ssh - libgit2's smart sub-transport over the SSH seam: gitprotocol-pack(5), "SSH Transport".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <git2/sys/transport.h>

#include "checks/check.h"
#include "checks/modules/git/session.h"
#include "checks/modules/ssh/seam.h"
#include "engine/base/text.h"

#define COMMAND_MAX ((size_t)8 * 1024)

struct stream {
	git_smart_subtransport_stream parent;
	struct git_session *session;
	struct seam *seam;
	struct seam_options options;
	bool answered;
};

struct transport {
	git_smart_subtransport parent;
	struct git_session *session;
	struct stream *stream; /* libgit2 goes on with the one that listed the refs */
};

/* The output ended before Git had said anything: standard error has the reason. */
static int remote_refused(struct stream *st)
{
	const int status = seam_exit_status(st->seam);
	const char *words = seam_errors(st->seam);

	if (!*words)
		observer_trouble(st->session->o, KIND_CLOSED,
				 "the server ended the session without an answer (exit status %d)",
				 status);
	else
		session_refused(st->session, words, strlen(words));
	return session_stop(st->session);
}

static int stream_read(git_smart_subtransport_stream *parent, char *bytes, size_t room, size_t *got)
{
	struct stream *st = (struct stream *)parent;
	const ssize_t n = seam_read(st->seam, bytes, room);

	*got = 0;
	if (n < 0)
		return session_stop(st->session);
	if (n == 0) {
		if (!st->answered)
			return remote_refused(st);
		buf_adds(st->session->remote_words, seam_errors(st->seam));
		session_cut(st->session, "closed the session");
		return session_stop(st->session);
	}
	st->answered = true;
	if (session_received(st->session, bytes, (size_t)n))
		return -1;
	*got = (size_t)n;
	return 0;
}

static int stream_write(git_smart_subtransport_stream *parent, const char *bytes, size_t len)
{
	static const char flush[] = "0000"; /* libgit2 says good-bye to one who may have left */
	struct stream *st = (struct stream *)parent;

	if (len == strlen(flush) && memcmp(bytes, flush, len) == 0 && seam_ended(st->seam))
		return 0;
	return seam_write(st->seam, bytes, len) ? session_stop(st->session) : 0;
}

static void stream_free(git_smart_subtransport_stream *parent)
{
	struct stream *st = (struct stream *)parent;
	struct transport *t = (struct transport *)parent->subtransport;

	if (t->stream == st)
		t->stream = NULL;
	seam_close(st->seam);
	free(st);
}

/* git-upload-pack 'PATH', quoted for the shell on the other side. */
static char *upload_pack(const char *path)
{
	auto_buf struct buf b = BUF_INIT(COMMAND_MAX);

	buf_adds(&b, "git-upload-pack '");
	for (; *path; path++) {
		if (*path == '\'' || *path == '!')
			buf_printf(&b, "'\\%c'", *path);
		else
			buf_addc(&b, *path);
	}
	buf_addc(&b, '\'');
	return buf_take(&b);
}

static struct seam_options options_of(const struct git_session *s)
{
	const struct git_query *q = s->query;

	return (struct seam_options){
		.host = s->url.host,
		.at = session_resolves(s, s->url.host) ? &q->resolve : NULL,
		.port = s->url.port ? s->url.port : (uint16_t)(q->port ? q->port : 22),
		.user = s->url.user ? s->url.user
			: q->user   ? q->user
				    : "git",
		.deadline = s->deadline,
		.known_hosts = q->known_hosts,
		.host_key = q->host_key,
		.key = s->key,
		.key_passphrase = q->key_passphrase,
		.password = q->password ? q->password : s->url.password,
		.agent = q->agent,
		.rsa_sha1 = q->rsa_sha1 == GIT_RSA_SHA1_IF_NEEDED,
	};
}

static int open_stream(struct transport *t, struct stream **out)
{
	struct git_session *s = t->session;
	struct stream *st = xcalloc(1, sizeof(*st));
	auto_free char *command = upload_pack(s->url.path);

	st->parent = (git_smart_subtransport_stream){ .subtransport = &t->parent,
						      .read = stream_read,
						      .write = stream_write,
						      .free = stream_free };
	st->session = s;
	st->options = options_of(s);
	st->seam = seam_open(&st->options, s->o, &s->phase);
	if (st->seam)
		observer_set_string(s->o, "host_key", seam_host_key(st->seam));
	if (!st->seam || seam_exec(st->seam, command)) {
		stream_free(&st->parent);
		return session_stop(s);
	}
	s->phase = "refs";
	*out = st;
	return 0;
}

static int transport_action(git_smart_subtransport_stream **out, git_smart_subtransport *parent,
			    const char *url, git_smart_service_t action)
{
	struct transport *t = (struct transport *)parent;

	(void)url; /* the session has it, read by our rules */
	if (action != GIT_SERVICE_UPLOADPACK_LS && action != GIT_SERVICE_UPLOADPACK)
		return session_stop(t->session); /* nothing is ever pushed */
	if (!t->stream && open_stream(t, &t->stream))
		return -1;
	*out = &t->stream->parent;
	return 0;
}

static int transport_close(git_smart_subtransport *parent)
{
	(void)parent;
	return 0;
}

static void transport_free(git_smart_subtransport *parent)
{
	free(parent);
}

static int transport_make(git_smart_subtransport **out, git_transport *owner, void *session)
{
	struct transport *t = xcalloc(1, sizeof(*t));

	(void)owner;
	t->parent = (git_smart_subtransport){ .action = transport_action,
					      .close = transport_close,
					      .free = transport_free };
	t->session = session;
	*out = &t->parent;
	return 0;
}

int git_ssh_transport(git_transport **out, git_remote *owner, void *session)
{
	git_smart_subtransport_definition definition = { .callback = transport_make,
							 .rpc = 0,
							 .param = session };

	return git_transport_smart(out, owner, &definition);
}
