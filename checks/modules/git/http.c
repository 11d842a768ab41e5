/*
 * http - libgit2's smart sub-transport over libcurl: a CA per check, TLS 1.3, deadlines, bounds,
 * and answers told apart.
 *
 * See gitprotocol-http(5): GET info/refs, then POST git-upload-pack.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>
#include <git2/sys/transport.h>

#include "checks/check.h"
#include "checks/modules/dial.h"
#include "checks/modules/git/session.h"
#include "checks/modules/http_reach.h"
#include "checks/modules/http_trouble.h"
#include "engine/base/text.h"

#define REDIRECTS_MAX 5
#define ERROR_BODY_MAX ((size_t)4 * 1024)
#define URL_MAX ((size_t)8 * 1024)
/* libgit2 takes what it asks for; the socket waits meanwhile. */
#define PENDING_MAX ((size_t)1024 * 1024)
#define POST_MAX ((size_t)64 * 1024 * 1024)

struct transport {
	git_smart_subtransport parent;
	struct git_session *session;
	CURL *easy;   /* keeps its connection from request to request */
	char *base;   /* "https://h:8443/g/r.git", as redirects left it */
	bool foreign; /* a redirect led to another host: no credentials */
};

struct stream {
	git_smart_subtransport_stream parent;
	struct transport *t;
	CURLM *multi;
	struct curl_slist *headers, *hosts;
	bool post, started, done, answered, paused;
	CURLcode result;
	struct buf request, pending, error_body;
	struct buf peer; /* "10.0.0.1, ::1 port 443", for messages */
	struct reach reach;
	char error[CURL_ERROR_SIZE];
	struct buf ways;  /* "Basic, Negotiate": what WWW-Authenticate offers */
	struct buf later; /* Retry-After */
	int64_t began;
};

/* --- what is sent --- */

static char *base_url(const struct git_url *u)
{
	auto_buf struct buf b = BUF_INIT(URL_MAX);
	const bool v6 = strchr(u->host, ':');

	buf_printf(&b, "%s://%s%s%s", u->scheme == GIT_SCHEME_HTTPS ? "https" : "http",
		   v6 ? "[" : "", u->host, v6 ? "]" : "");
	if (u->port)
		buf_printf(&b, ":%u", u->port);
	buf_adds(&b, u->path);
	return buf_take(&b);
}

static void add_header(struct stream *st, const char *name, const char *value)
{
	auto_free char *line = xasprintf("%s: %s", name, value);
	struct curl_slist *longer = curl_slist_append(st->headers, line);

	if (longer)
		st->headers = longer;
	explicit_bzero(line, strlen(line));
}

static void set_basic(struct stream *st, const char *user, const char *password)
{
	curl_easy_setopt(st->t->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	curl_easy_setopt(st->t->easy, CURLOPT_USERNAME, user);
	curl_easy_setopt(st->t->easy, CURLOPT_PASSWORD, password);
}

static const char *user_of(const struct git_session *s, const char *otherwise)
{
	if (s->query->user)
		return s->query->user;
	return s->url.user ? s->url.user : otherwise;
}

static void set_token(struct stream *st)
{
	const struct git_query *q = st->t->session->query;

	switch ((enum git_token_as)q->token_as) {
	case GIT_TOKEN_PASSWORD:
		set_basic(st, q->token_user ? q->token_user : user_of(st->t->session, "oauth2"),
			  q->token);
		return;
	case GIT_TOKEN_BEARER: {
		auto_free char *value = xasprintf("Bearer %s", q->token);

		add_header(st, "Authorization", value);
		explicit_bzero(value, strlen(value));
		return;
	}
	case GIT_TOKEN_PRIVATE:
		add_header(st, "PRIVATE-TOKEN", q->token);
		return;
	}
}

static void set_credentials(struct stream *st)
{
	const struct git_session *s = st->t->session;
	const char *password = s->query->password ? s->query->password : s->url.password;

	if (st->t->foreign)
		return;
	if (s->query->token)
		set_token(st);
	else if (password)
		set_basic(st, user_of(s, "git"), password);
}

/* --- what comes back --- */

static size_t on_bytes(char *bytes, size_t size, size_t n, void *ctx)
{
	struct stream *st = ctx;
	long status = 0;

	n *= size;
	curl_easy_getinfo(st->t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200) {
		buf_add(&st->error_body, bytes, n);
		/* Its head is enough, and there may be no end of it. */
		return st->error_body.len < ERROR_BODY_MAX ? n : 0;
	}
	if (st->pending.len > PENDING_MAX) {
		st->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (session_received(st->t->session, bytes, n))
		return 0;
	buf_add(&st->pending, bytes, n);
	return n;
}

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	static const char way[] = "www-authenticate:", later[] = "retry-after:";
	struct stream *st = ctx;
	const char *end = line + size * n, *at = memchr(line, ':', size * n);

	at = at ? at + 1 : end;
	while (at < end && *at == ' ')
		at++;
	if (size * n > strlen(way) && strncasecmp(line, way, strlen(way)) == 0) {
		buf_adds(&st->ways, st->ways.len ? ", " : "");
		for (; at < end && *at > ' ' && *at != ','; at++)
			buf_addc(&st->ways, *at);
	} else if (size * n > strlen(later) && strncasecmp(line, later, strlen(later)) == 0) {
		buf_clear(&st->later);
		text_clean_line(&st->later, at, (size_t)(end - at), 40);
	}
	return size * n;
}

/* --- one request --- */

/* "h:443:10.0.0.1,[::1]": curl must not ask for the name itself; nobody could end its wait. */
static int set_host(struct stream *st)
{
	struct git_session *s = st->t->session;
	auto_buf struct buf line = BUF_INIT(2048);
	auto_buf struct buf where = BUF_INIT(1024);
	struct addresses found;
	struct git_url u;
	uint16_t port;

	if (git_url_parse(st->t->base, &u, NULL))
		return session_stop(s);
	port = u.scheme == GIT_SCHEME_HTTPS ? 443 : 80;
	port = u.port ? u.port : port;
	observer_target(s->o, u.host, port);
	for (size_t i = 0; session_resolves(s, u.host) && i < s->query->resolve.count; i++)
		buf_printf(&where, "%s%s", i ? "," : "", s->query->resolve.items[i]);
	if (!where.len && dial_resolve(s->o, u.host, s->deadline, &found) == 0)
		for (size_t i = 0; i < found.count; i++) {
			buf_adds(&where, i ? "," : ""); /* no blank: the list would end there */
			address_print(&found.items[i], &where);
		}
	buf_printf(&line, "%s:%u:%s", u.host, port, buf_text(&where));
	buf_clear(&st->peer);
	buf_printf(&st->peer, "%s port %u", buf_text(&where), port);
	git_url_release(&u);
	if (!where.len)
		return session_stop(s);
	st->hosts = curl_slist_append(NULL, buf_text(&line));
	curl_easy_setopt(st->t->easy, CURLOPT_RESOLVE, st->hosts);
	return 0;
}

static void set_request(struct stream *st)
{
	CURL *easy = st->t->easy;
	auto_free char *url =
		xasprintf("%s%s", st->t->base,
			  st->post ? "/git-upload-pack" : "/info/refs?service=git-upload-pack");

	curl_easy_setopt(easy, CURLOPT_URL, url);
	if (st->post) {
		add_header(st, "Content-Type", "application/x-git-upload-pack-request");
		add_header(st, "Accept", "application/x-git-upload-pack-result");
		add_header(st, "Expect", "");
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_text(&st->request));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)st->request.len);
	}
	set_credentials(st);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, st->headers);
}

static void set_bounds(struct stream *st)
{
	const struct git_session *s = st->t->session;
	CURL *easy = st->t->easy;
	const int64_t left = s->deadline - clock_mono();

	if (s->deadline != INT64_MAX)
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
				 left > NS_PER_MS ? (long)(left / NS_PER_MS) : 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "git/2.0 (rounds " PACKAGE_VERSION ")");
	curl_easy_setopt(easy, CURLOPT_CAPATH,
			 NULL); /* else the folder is read anew for every handle */
	if (s->query->ca)
		curl_easy_setopt(easy, CURLOPT_CAINFO, s->query->ca);
}

static void set_callbacks(struct stream *st)
{
	CURL *easy = st->t->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, st->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, st);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, st);
	reach_watch(&st->reach, easy);
}

static int start(struct stream *st)
{
	st->started = true;
	st->done = st->answered = false;
	st->began = clock_mono();
	*st->error = '\0';
	curl_easy_reset(st->t->easy); /* the connection stays */
	set_bounds(st);
	set_callbacks(st);
	if (set_host(st))
		return -1;
	set_request(st);
	st->multi = st->multi ? st->multi : curl_multi_init();
	if (!st->multi || curl_multi_add_handle(st->multi, st->t->easy) != CURLM_OK) {
		observer_trouble(st->t->session->o, KIND_INTERNAL,
				 "libcurl cannot start a transfer");
		return session_stop(st->t->session);
	}
	return 0;
}

static void turn(struct stream *st)
{
	int running, left;
	CURLMsg *message;

	if (st->paused) {
		st->paused = false;
		curl_easy_pause(st->t->easy, CURLPAUSE_CONT);
	}
	curl_multi_perform(st->multi, &running);
	while ((message = curl_multi_info_read(st->multi, &left)))
		if (message->msg == CURLMSG_DONE) {
			st->done = true;
			st->result = message->data.result;
		}
	if (!st->done && !st->pending.len)
		curl_multi_poll(st->multi, NULL, 0, 1000, NULL);
}

/* --- what the answer means --- */

static int stop(struct stream *st, enum kind kind, const char *what)
{
	auto_buf struct buf words = BUF_INIT(512);

	/* A page for browsers says no more than the status. */
	if (*buf_text(&st->error_body) != '<')
		text_clean_line(&words, buf_text(&st->error_body), st->error_body.len, 200);
	observer_trouble(st->t->session->o, kind, "%s%s%s", what, words.len ? ": " : "",
			 buf_text(&words));
	if (st->error_body.len)
		observer_evidence(st->t->session->o, "answer", st->error_body.data,
				  st->error_body.len);
	return session_stop(st->t->session);
}

static bool has_credentials(const struct stream *st)
{
	const struct git_session *s = st->t->session;

	return s->query->token || s->query->password || s->url.password;
}

static int unauthorised(struct stream *st)
{
	auto_buf struct buf ways = BUF_INIT(512);
	auto_free char *what = NULL;
	const char *offered = "none";

	text_clean_line(&ways, buf_text(&st->ways), st->ways.len, 100);
	if (ways.len)
		offered = buf_text(&ways);
	if (st->t->foreign)
		return stop(st, KIND_AUTH,
			    "the host that the server redirects to answers 401 (it gets no "
			    "credentials)");
	if (!has_credentials(st))
		what = xasprintf("the server wants credentials, and the check gives none (401); "
				 "ways it offers: %s",
				 offered);
	else if (ways.len && st->t->session->query->token_as == GIT_TOKEN_PASSWORD &&
		 !strcasestr(offered, "basic"))
		what = xasprintf("the server takes no password or token this way (401); ways it "
				 "offers: %s",
				 offered);
	return stop(st, KIND_AUTH, what ? what : "the server refuses these credentials (401)");
}

static int judge_status(struct stream *st, long status)
{
	auto_free char *what = NULL;

	switch (status) {
	case 200:
		return 0;
	case 401:
		return unauthorised(st);
	case 403:
		return stop(st, KIND_FORBIDDEN,
			    "the server forbids this user the repository (403)");
	case 404:
		return stop(st, KIND_NOT_FOUND,
			    "there is no such repository, or this user may not see it (404)");
	case 410:
		return stop(st, KIND_NOT_FOUND, "the repository is gone (410)");
	default:
		break;
	}
	if (st->later.len)
		what = xasprintf("the server answers %ld, and asks to come back later "
				 "(Retry-After: %s)",
				 status, buf_text(&st->later));
	else
		what = xasprintf("the server answers %ld", status);
	return stop(st, KIND_PROTOCOL, what);
}

/* What a web server gives that knows nothing of Git: the file info/refs as it lies there. */
static bool is_dumb(const struct stream *st)
{
	const char *text = buf_text(&st->pending);

	return !st->post && st->pending.len > GIT_OID_HEXSZ &&
	       strspn(text, "0123456789abcdef") == GIT_OID_HEXSZ && text[GIT_OID_HEXSZ] == '\t';
}

static int judge_type(struct stream *st)
{
	const char *want = st->post ? "application/x-git-upload-pack-result"
				    : "application/x-git-upload-pack-advertisement";
	char *type = NULL;

	curl_easy_getinfo(st->t->easy, CURLINFO_CONTENT_TYPE, &type);
	if (type && strncasecmp(type, want, strlen(want)) == 0)
		return 0;
	if (is_dumb(st))
		observer_trouble(st->t->session->o, KIND_PROTOCOL,
				 "the server gives the repository as plain files, without "
				 "git-http-backend (the 'dumb' protocol), which is not spoken "
				 "here");
	observer_trouble(st->t->session->o, KIND_PROTOCOL,
			 "the answer is not Git's: its content type is '%s' (a login page or "
			 "another service?)",
			 type ? type : "");
	if (st->pending.len)
		observer_evidence(st->t->session->o, "answer", st->pending.data,
				  st->pending.len < ERROR_BODY_MAX ? st->pending.len
								   : ERROR_BODY_MAX);
	return session_stop(st->t->session);
}

/* Said as the check `http` says it. */
static void tell_trouble(struct stream *st)
{
	const struct failed f = {
		.easy = st->t->easy, .result = st->result, .text = st->error, .peer = buf_text(&st->peer)
	};
	char took[32];

	if (st->result != CURLE_OPERATION_TIMEDOUT) {
		http_trouble(st->t->session->o, &f);
		return;
	}
	clock_human(clock_mono() - st->began, took, sizeof(took));
	http_late(st->t->session->o, &f, reach_connected(&st->reach), st->t->session->url.host,
		  took);
}

static int judge_transfer(struct stream *st)
{
	struct git_session *s = st->t->session;

	if (st->result == CURLE_OK || observer_kind(s->o))
		return st->result == CURLE_OK ? 0 : session_stop(s);
	tell_trouble(st);
	return session_stop(s);
}

/* A connection that came no further than to TLS, so that libcurl has not counted it. */
static bool trace_peer(struct stream *st)
{
	auto_buf struct buf peer = BUF_INIT(128);
	curl_off_t connected = 0;

	curl_easy_getinfo(st->t->easy, CURLINFO_CONNECT_TIME_T, &connected);
	if (connected > 0 || !reach_connected(&st->reach))
		return false;
	address_print_port(&st->reach.peer, &peer);
	observer_trace(st->t->session->o, "connected to %s", buf_text(&peer));
	st->t->session->phase = text_starts_with(st->t->base, "https:") ? "tls" : "refs";
	return true;
}

/* How far the connection came, in the words of the trace; the phase of a failure follows from it.
 */
static void trace_connection(struct stream *st)
{
	struct git_session *s = st->t->session;
	curl_off_t connected = 0, secured = 0;
	char *ip = NULL;
	long fresh = 0, port = 0;
	char took[32];

	if (trace_peer(st))
		return;
	curl_easy_getinfo(st->t->easy, CURLINFO_NUM_CONNECTS, &fresh);
	curl_easy_getinfo(st->t->easy, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(st->t->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
	curl_easy_getinfo(st->t->easy, CURLINFO_PRIMARY_IP, &ip);
	curl_easy_getinfo(st->t->easy, CURLINFO_PRIMARY_PORT, &port);
	if (!fresh || connected <= 0)
		return;
	clock_human(connected * 1000, took, sizeof(took));
	observer_trace(s->o, "connected to %s port %ld in %s", ip ? ip : "", port, took);
	s->phase = text_starts_with(st->t->base, "https:") ? "tls" : "refs";
	if (secured <= 0)
		return;
	clock_human((secured - connected) * 1000, took, sizeof(took));
	observer_trace(s->o, "TLS agreed on in %s", took);
	s->phase = "refs";
}

/* Once, as soon as status and headers are there. */
static int judge_answer(struct stream *st)
{
	long status = 0;

	if (!st->post)
		trace_connection(st);
	curl_easy_getinfo(st->t->easy, CURLINFO_RESPONSE_CODE, &status);
	/* What the server refuses it has said, whatever becomes of the page about it. */
	if ((status <= 200 || observer_kind(st->t->session->o)) && st->done && judge_transfer(st))
		return -1;
	st->answered = true;
	observer_trace(st->t->session->o, "%s answered %ld",
		       st->post ? "git-upload-pack" : "info/refs", status);
	if (judge_status(st, status))
		return -1;
	return judge_type(st);
}

static void forget_request(struct stream *st)
{
	if (st->multi)
		curl_multi_remove_handle(st->multi, st->t->easy);
	curl_slist_free_all(st->headers);
	curl_slist_free_all(st->hosts);
	st->headers = st->hosts = NULL;
	buf_clear(&st->pending);
	buf_clear(&st->error_body);
	buf_clear(&st->ways);
	buf_clear(&st->later);
}

/* A redirect's target without what may be secret in it: user and password, and the query, by which
 * login pages are told who asks. */
static char *plain_target(const char *to)
{
	auto_buf struct buf b = BUF_INIT(URL_MAX);
	const char *start = strstr(to, "://");
	const char *host = start ? start + 3 : to;
	const size_t authority = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', authority);

	buf_add(&b, to, (size_t)(host - to));
	host = at ? at + 1 : host;
	buf_add(&b, host, strcspn(host, "?#"));
	return buf_take(&b);
}

/* The first request may be sent elsewhere, as Git's own client allows
 * (http.followRedirects=initial). */
static int follow(struct stream *st, const char *to)
{
	auto_free char *plain = plain_target(to);
	const char *end = strstr(plain, "/info/refs");
	auto_err struct err *e = NULL;
	auto_free char *base = NULL;
	struct git_url before, after;

	if (!end) {
		observer_trouble(
			st->t->session->o, KIND_PROTOCOL,
			"the server redirects to '%s', which is no Git URL (a login page?)",
			plain);
		return session_stop(st->t->session);
	}
	base = xmemdup0(plain, (size_t)(end - plain));
	if (git_url_parse(base, &after, &e)) {
		observer_trouble(st->t->session->o, KIND_PROTOCOL,
				 "the server redirects to '%s': %s", plain, err_text(e));
		return session_stop(st->t->session);
	}
	observer_trace(st->t->session->o, "redirected to %s", base);
	if (git_url_parse(st->t->base, &before, NULL) == 0) {
		/* To another host, another port, or from https to http: not with our credentials.
		 */
		if (strcasecmp(before.host, after.host) ||
		    (before.scheme == after.scheme && before.port != after.port) ||
		    (before.scheme == GIT_SCHEME_HTTPS && after.scheme != GIT_SCHEME_HTTPS))
			st->t->foreign = true;
		git_url_release(&before);
	}
	git_url_release(&after);
	free(st->t->base);
	st->t->base = TAKE(base);
	forget_request(st);
	return start(st);
}

static int follow_redirects(struct stream *st)
{
	for (int i = 0; i <= REDIRECTS_MAX; i++) {
		long status = 0;
		char *to = NULL;

		while (!st->done && !st->pending.len)
			turn(st);
		curl_easy_getinfo(st->t->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(st->t->easy, CURLINFO_REDIRECT_URL, &to);
		if (st->post || status < 300 || status > 399 || !to)
			return judge_answer(st);
		if (i == REDIRECTS_MAX)
			break;
		if (follow(st, to))
			return -1;
	}
	observer_trouble(st->t->session->o, KIND_PROTOCOL,
			 "the server redirects more than %d times", REDIRECTS_MAX);
	return session_stop(st->t->session);
}

/* --- libgit2's side --- */

static int stream_read(git_smart_subtransport_stream *parent, char *bytes, size_t room, size_t *got)
{
	struct stream *st = (struct stream *)parent;
	size_t n;

	*got = 0;
	if (!st->started && start(st))
		return -1;
	if (!st->answered && follow_redirects(st))
		return -1;
	while (!st->done && !st->pending.len)
		turn(st);
	if (!st->pending.len && judge_transfer(st))
		return -1;
	n = st->pending.len < room ? st->pending.len : room;
	if (n)
		memcpy(bytes, st->pending.data, n);
	buf_shift(&st->pending, n);
	*got = n;
	return 0;
}

static int stream_write(git_smart_subtransport_stream *parent, const char *bytes, size_t len)
{
	struct stream *st = (struct stream *)parent;

	return buf_add(&st->request, bytes, len) ? 0 : session_stop(st->t->session);
}

static void stream_free(git_smart_subtransport_stream *parent)
{
	struct stream *st = (struct stream *)parent;

	forget_request(st);
	if (st->multi)
		curl_multi_cleanup(st->multi);
	buf_free(&st->request);
	buf_free(&st->pending);
	buf_free(&st->error_body);
	buf_free(&st->ways);
	buf_free(&st->later);
	buf_free(&st->peer);
	free(st);
}

static int transport_action(git_smart_subtransport_stream **out, git_smart_subtransport *parent,
			    const char *url, git_smart_service_t action)
{
	struct transport *t = (struct transport *)parent;
	struct stream *st;

	(void)url; /* the session has it whole, and redirects change it */
	if (action != GIT_SERVICE_UPLOADPACK_LS && action != GIT_SERVICE_UPLOADPACK)
		return session_stop(t->session); /* nothing is ever pushed */
	st = xcalloc(1, sizeof(*st));
	*st = (struct stream){
		.parent = { .subtransport = parent,
			    .read = stream_read,
			    .write = stream_write,
			    .free = stream_free },
		.t = t,
		.post = action == GIT_SERVICE_UPLOADPACK,
		.request = BUF_INIT(POST_MAX),
		.pending = BUF_INIT(PENDING_MAX + 1024 * 1024),
		.error_body = BUF_INIT(ERROR_BODY_MAX),
		.ways = BUF_INIT(256),
		.later = BUF_INIT(128),
		.peer = BUF_INIT(1024),
	};
	*out = &st->parent;
	return 0;
}

static int transport_close(git_smart_subtransport *parent)
{
	(void)parent;
	return 0;
}

static void transport_free(git_smart_subtransport *parent)
{
	struct transport *t = (struct transport *)parent;

	curl_easy_cleanup(t->easy);
	free(t->base);
	free(t);
}

static int transport_make(git_smart_subtransport **out, git_transport *owner, void *session)
{
	struct transport *t = xcalloc(1, sizeof(*t));

	(void)owner;
	t->parent = (git_smart_subtransport){ .action = transport_action,
					      .close = transport_close,
					      .free = transport_free };
	t->session = session;
	t->easy = curl_easy_init();
	t->base = base_url(&t->session->url);
	*out = &t->parent;
	return 0;
}

int git_http_transport(git_transport **out, git_remote *owner, void *session)
{
	git_smart_subtransport_definition definition = { .callback = transport_make,
							 .rpc = 1,
							 .param = session };

	return git_transport_smart(out, owner, &definition);
}
