/*
 * tls - TLS as a client over a socket that somebody else connected and watches. Never waits.
 */
#include "checks/net/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "checks/modules/certificate.h"
#include "checks/modules/staple.h"
#include "checks/net/address.h"
#include "checks/net/connect.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"
#include "engine/decl/kind.h"
#include "engine/decl/observer.h"

/* What all connections of a worker share. */
struct shared {
	SSL_CTX *ctx;
	struct trust *trust;
};

struct tls {
	SSL *ssl;
	char *host;
	X509_STORE *store; /* the cache's */
	json_t *staple;    /* the fact `ocsp`, once the handshake is done; NULL: not asked for */
	struct certificate certificate;
	bool verify, ask_staple;
	bool done;    /* the handshake, as far as it is ours */
	bool asked;   /* the server asked for a certificate of ours */
	bool shown;   /* there is one */
	bool settled; /* the server has gone on, so that it has taken it, or none */
};

static int on_certificate(X509_STORE_CTX *ctx, void *unused)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);
	int trusted = certificate_verify(&t->certificate, ctx, t->store, t->host);

	(void)unused;
	return trusted || !t->verify;
}

/* The server asks for a certificate; what was set is used. */
static int on_asked(SSL *ssl, void *own)
{
	struct tls *t = own;

	(void)ssl;
	t->asked = true;
	return 1;
}

/* A ticket comes once the server has looked at our side of the handshake: RFC 8446, 4.6.1. */
static void on_message(int sent, int version, int type, const void *bytes, size_t len, SSL *ssl,
		       void *own)
{
	struct tls *t = own;

	(void)version;
	(void)ssl;
	if (!sent && type == SSL3_RT_HANDSHAKE && len &&
	    *(const unsigned char *)bytes == SSL3_MT_NEWSESSION_TICKET)
		t->settled = true;
}

static void tls_close(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	json_decref(t->staple);
	free(t->host);
	certificate_free(&t->certificate);
	free(t);
}

/* Old versions are asked for on purpose: whether a server still takes them. */
static int tls_versions(struct tls *t, const struct tls_options *o, struct err **e)
{
	if (o->max && o->max < TLS1_2_VERSION)
		SSL_set_security_level(t->ssl, 0);
	if (o->max && !o->min && !SSL_set_min_proto_version(t->ssl, TLS1_VERSION))
		return err_set(e, ERR_UNAVAILABLE, "OpenSSL here does not speak old TLS");
	if ((o->min && !SSL_set_min_proto_version(t->ssl, (int)o->min)) ||
	    (o->max && !SSL_set_max_proto_version(t->ssl, (int)o->max)))
		return err_set(e, ERR_UNAVAILABLE, "OpenSSL here does not speak this version");
	return 0;
}

/* One name with its length before it: RFC 7301, section 3.1. */
static int tls_alpn(struct tls *t, const char *name, struct err **e)
{
	auto_buf struct buf list = BUF_INIT(256);

	if (!name)
		return 0;
	buf_addc(&list, (char)strlen(name));
	buf_adds(&list, name);
	if (SSL_set_alpn_protos(t->ssl, (const unsigned char *)list.data, (unsigned)list.len))
		return err_set(e, ERR_DATA, "alpn: '%s' cannot be offered", name);
	return 0;
}

/* OpenSSL would ask the terminal for a passphrase. */
static int on_passphrase(char *out, int size, int writing, void *passphrase)
{
	const char *text = passphrase ? passphrase : "";
	size_t len = strlen(text);

	(void)writing;
	if (!len || len > (size_t)size)
		return -1;
	memcpy(out, text, len);
	return (int)len;
}

static int tls_identity(struct tls *t, const struct tls_options *o, struct err **e)
{
	const char *key = o->key ? o->key : o->cert;
	union {
		const char *text;
		void *userdata;
	} passphrase = { .text = o->key_passphrase };
	bool taken;

	SSL_set_default_passwd_cb(t->ssl, on_passphrase);
	SSL_set_default_passwd_cb_userdata(t->ssl, passphrase.userdata);
	taken = SSL_use_certificate_chain_file(t->ssl, o->cert) == 1;
	if (!taken)
		err_set(e, ERR_DATA, "the client certificate in '%s' cannot be used: %s", o->cert,
			ERR_reason_error_string(ERR_peek_last_error()));
	else if (SSL_use_PrivateKey_file(t->ssl, key, SSL_FILETYPE_PEM) != 1) {
		err_set(e, ERR_DATA, "the client key in '%s' cannot be used%s: %s", key,
			o->key_passphrase ? "" : " (without a passphrase)",
			ERR_reason_error_string(ERR_peek_last_error()));
		taken = false;
	}
	SSL_set_default_passwd_cb_userdata(t->ssl, NULL);
	ERR_clear_error();
	return taken ? 0 : -1;
}

static int tls_configure(struct tls *t, const struct shared *shared, int fd,
			 const struct tls_options *options, struct err **e)
{
	struct address numeric;

	char *name = t->host;

	t->store = trust_store(shared->trust, options->ca, e);
	if (!t->store)
		return -1;
	t->ssl = SSL_new(shared->ctx);
	if (!t->ssl || !SSL_set_fd(t->ssl, fd))
		return err_set(e, ERR_BUG, "OpenSSL: no connection could be prepared");
	SSL_set_app_data(t->ssl, t);
	SSL_set_connect_state(t->ssl);
	SSL_set_verify(t->ssl, SSL_VERIFY_PEER, NULL);
	SSL_set_cert_cb(t->ssl, on_asked, t);
	SSL_set_msg_callback(t->ssl, on_message);
	SSL_set_msg_callback_arg(t->ssl, t);
	/* no server name for addresses: RFC 6066, section 3 */
	if (!address_parse(name, &numeric) && !SSL_set_tlsext_host_name(t->ssl, name))
		return err_set(e, ERR_DATA, "'%s' cannot be a server name", name);
	t->ask_staple = options->staple;
	t->shown = options->cert;
	if (options->staple)
		SSL_set_tlsext_status_type(t->ssl, TLSEXT_STATUSTYPE_ocsp);
	if (tls_versions(t, options, e) < 0 || tls_alpn(t, options->alpn, e) < 0)
		return -1;
	return options->cert ? tls_identity(t, options, e) : 0;
}

static struct tls *tls_open(void *object, int fd, const struct tls_options *options, struct err **e)
{
	const char *name = options->server_name ? options->server_name : options->host;
	struct tls *t = xcalloc(1, sizeof(*t));

	t->host = xmemdup0(name, certificate_name_len(name));
	t->verify = options->verify;
	if (tls_configure(t, object, fd, options, e) < 0) {
		tls_close(t);
		return NULL;
	}
	return t;
}

/* What SSL_get_error says of a call that did not succeed. */
static enum tls_state tls_state(struct tls *t, int result, uint32_t *events)
{
	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		*events = EPOLLIN;
		return TLS_WAIT;
	case SSL_ERROR_WANT_WRITE:
		*events = EPOLLOUT;
		return TLS_WAIT;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	case SSL_ERROR_SYSCALL:
		return errno ? TLS_FAILED : TLS_CLOSED;
	default:
		errno = 0;
		/* many servers close without saying so first: told by OpenSSL 3 as an error of its
		 * own */
		return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING
			       ? TLS_CLOSED
			       : TLS_FAILED;
	}
}

/* Alerts that are about the certificate of a client: RFC 8446, 6.2. One of TLS 1.2 may be
 * handshake_failure. OpenSSL numbers alerts from 1000 on. */
static bool refuses_ours(const struct tls *t, int reason)
{
	return t->asked && (reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE ||
			    reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
			    reason == SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE ||
			    reason == SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED ||
			    reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED ||
			    reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN ||
			    reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA ||
			    reason == SSL_R_TLSV1_ALERT_ACCESS_DENIED ||
			    reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
}

static void handshake_trouble(struct tls *t, struct observer *o, enum tls_state state)
{
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);

	if (t->certificate.why && t->verify)
		observer_trouble(o, KIND_TLS, "%s", t->certificate.why);
	else if (state == TLS_CLOSED && t->asked)
		observer_trouble(o, KIND_CLOSED,
				 "connection closed by the server after it asked for a "
				 "certificate%s",
				 t->shown ? "" : ", and none is given");
	else if (state == TLS_CLOSED)
		observer_trouble(o, KIND_CLOSED,
				 "connection closed by the server in the TLS handshake");
	else if (errno)
		net_trouble(o, errno, "the server in the TLS handshake");
	else if (reason == SSL_R_NO_PROTOCOLS_AVAILABLE)
		observer_trouble(o, KIND_MODULE,
				 "OpenSSL of this machine speaks none of these versions of TLS");
	else if (refuses_ours(t, reason))
		observer_trouble(o, KIND_TLS, "%s: %s",
				 t->shown ? "the server refuses our certificate"
					  : "the server wants a certificate, and none is given",
				 ERR_reason_error_string(code));
	else if (reason == SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED)
		observer_trouble(o, KIND_TLS,
				 "the server speaks only %s, which OpenSSL here does not take",
				 SSL_get_version(t->ssl));
	else if (reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION ||
		 reason == SSL_R_UNSUPPORTED_PROTOCOL)
		observer_trouble(o, KIND_TLS, "the server takes no such version of TLS: %s",
				 ERR_reason_error_string(code));
	else if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)
		observer_trouble(o, KIND_TLS, "the server does not speak TLS on this port");
	else
		observer_trouble(o, KIND_TLS, "TLS handshake failed: %s",
				 code ? ERR_reason_error_string(code) : "no reason given");
}

/* What the certificate alone does not tell: that it was called back. As libcurl and OpenSSL do with
 * answers that were asked for, one that cannot be believed counts as none that is good. */
static enum tls_state staple_judge(struct tls *t, struct observer *o)
{
	struct certificate *c = &t->certificate;
	char *why;

	t->staple = staple_facts(t->ssl, t->store);
	why = c->why ? NULL : staple_problem(t->staple);
	if (!why)
		return TLS_OK;
	c->why = why;
	if (c->facts) {
		json_object_set_new(c->facts, "trusted", json_false());
		json_object_set_new(c->facts, "problem", json_string(why));
	}
	if (!t->verify)
		return TLS_OK;
	observer_trouble(o, KIND_TLS, "%s", why);
	return TLS_FAILED;
}

/* With TLS 1.3 our side is done before the server has looked at our certificate. */
static enum tls_state tls_settle(struct tls *t, struct observer *o, uint32_t *events)
{
	enum tls_state state;
	size_t len;
	char byte;
	int result;

	if (!t->asked || t->settled || SSL_version(t->ssl) < TLS1_3_VERSION)
		return TLS_OK;
	ERR_clear_error();
	errno = 0;
	result = SSL_peek_ex(t->ssl, &byte, 1, &len);
	t->settled = t->settled || result == 1;
	if (t->settled)
		return TLS_OK;
	state = tls_state(t, result, events);
	if (state == TLS_WAIT)
		return TLS_SETTLING;
	handshake_trouble(t, o, state);
	return TLS_FAILED;
}

static enum tls_state tls_handshake(struct tls *t, struct observer *o, uint32_t *events)
{
	enum tls_state state;
	int result;

	if (t->done)
		return tls_settle(t, o, events);
	observer_phase(o, "tls");
	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(t->ssl);
	if (result != 1) {
		state = tls_state(t, result, events);
		if (state == TLS_WAIT)
			return state;
		handshake_trouble(t, o, state);
		return TLS_FAILED;
	}
	observer_trace(o, "%s, %s", SSL_get_version(t->ssl), SSL_get_cipher_name(t->ssl));
	if (t->ask_staple && staple_judge(t, o) != TLS_OK)
		return TLS_FAILED;
	if (t->certificate.why)
		observer_trace(o, "not verified: %s", t->certificate.why);
	t->done = true;
	return tls_settle(t, o, events);
}

static enum tls_state tls_read(struct tls *t, void *bytes, size_t *len, uint32_t *events)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_read_ex(t->ssl, bytes, *len, len);
	return result == 1 ? TLS_OK : tls_state(t, result, events);
}

static enum tls_state tls_write(struct tls *t, const void *bytes, size_t *len, uint32_t *events)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_write_ex(t->ssl, bytes, *len, len);
	return result == 1 ? TLS_OK : tls_state(t, result, events);
}

static json_t *tls_facts(struct tls *t)
{
	json_t *facts = t->certificate.facts ? json_copy(t->certificate.facts) : json_object();
	const unsigned char *alpn = NULL;
	unsigned len = 0;

	if (!SSL_is_init_finished(t->ssl))
		return facts;
	SSL_get0_alpn_selected(t->ssl, &alpn, &len);
	json_object_set_new(facts, "wants_certificate", json_boolean(t->asked));
	json_object_set_new(facts, "protocol", json_string(SSL_get_version(t->ssl)));
	json_object_set_new(facts, "cipher", json_string(SSL_get_cipher_name(t->ssl)));
	if (t->staple)
		json_object_set(facts, "ocsp", t->staple);
	if (len)
		json_object_set_new(facts, "alpn", observer_text((const char *)alpn, len));
	return facts;
}

static void shared_free(void *object)
{
	struct shared *s = object;

	SSL_CTX_free(s->ctx);
	trust_free(s->trust);
	free(s);
}

static void *shared_create(struct loop *loop, struct err **e)
{
	struct shared *s = xcalloc(1, sizeof(*s));

	(void)loop;
	s->trust = trust_new();
	s->ctx = SSL_CTX_new(TLS_client_method());
	if (!s->ctx) {
		err_set(e, ERR_UNAVAILABLE, "OpenSSL: %s",
			ERR_reason_error_string(ERR_peek_error()));
		shared_free(s);
		return NULL;
	}
	SSL_CTX_set_mode(s->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_cert_verify_callback(s->ctx, on_certificate, NULL);
	return s;
}

static const struct lane_object shared_object = {
	.name = "tls",
	.create = shared_create,
	.free = shared_free,
};

const struct tls_api tls_api = {
	.object = &shared_object,
	.open = tls_open,
	.handshake = tls_handshake,
	.read = tls_read,
	.write = tls_write,
	.close = tls_close,
	.facts = tls_facts,
};
