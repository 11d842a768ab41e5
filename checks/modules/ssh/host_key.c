#include "checks/modules/ssh/host_key.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/check.h"
#include "checks/modules/ssh/known_hosts.h"
#include "checks/modules/ssh/seam.h"
#include "engine/base/io.h"
#include "engine/base/text.h"

#define KNOWN_MAX ((size_t)16 * 1024 * 1024)
#define PINNED "SHA256:"

void host_key_release(struct host_key *key)
{
	free(key->type);
	free(key->blob);
	free(key->fingerprint);
	free(key->text);
	*key = (struct host_key){ 0 };
}

static bool is_pinned(const struct seam_options *w)
{
	return strncasecmp(w->host_key, PINNED, strlen(PINNED)) == 0;
}

/* --- what is known --- */

char *host_key_known(const struct seam_options *w, struct observer *o)
{
	auto_err struct err *e = NULL;
	auto_buf struct buf b = BUF_INIT(KNOWN_MAX);

	if (is_pinned(w) || !w->known_hosts || io_read_file(w->known_hosts, &b, &e) == 0)
		return buf_take(&b);
	if (err_code(e) == ERR_NOT_FOUND)
		return xstrdup("");
	observer_trouble(o, err_code(e) == ERR_PERMISSION ? KIND_PERMISSION : KIND_PARAMETER,
			 "known_hosts: %s", err_text(e));
	return NULL;
}

/* One type of key signs with several algorithms (RFC 8332, 3). */
static bool is_known_algorithm(const char *types, const char *algorithm, size_t len)
{
	static const char rsa[] = "ssh-rsa";

	if (len > 9 && memcmp(algorithm, "rsa-sha2-", 9) == 0)
		return text_list_has(types, rsa, strlen(rsa));
	return text_list_has(types, algorithm, len);
}

void host_key_algorithms(const struct seam_options *w, const char *known, struct buf *out)
{
	static const char supported[] =
		"ssh-ed25519,ecdsa-sha2-nistp521,ecdsa-sha2-nistp384,ecdsa-sha2-nistp256,"
		"rsa-sha2-512,rsa-sha2-256";
	auto_buf struct buf types = BUF_INIT(1024);

	known_hosts_types(known, w->host, w->port, &types);
	for (int turn = 0; turn < 2; turn++) {
		const char *at = supported;

		for (size_t len; *at; at += len + (at[len] == ',')) {
			len = strcspn(at, ",");
			if (is_known_algorithm(buf_text(&types), at, len) != (turn == 0))
				continue;
			if (out->len)
				buf_addc(out, ',');
			buf_add(out, at, len);
		}
	}
}

/* --- whether to go on --- */

static int unknown(const struct seam_options *w, struct observer *o, const char *known,
		   const struct host_key *key)
{
	if (known_hosts_certify(known, w->host, w->port))
		observer_trouble(o, KIND_HOST_KEY_UNKNOWN,
				 "the host key %s is not among the known ones of %s; its line "
				 "@cert-authority does not count, as hosts' certificates are not "
				 "read here: add the key itself (ssh-keyscan) or pin it",
				 key->text, w->known_hosts);
	observer_trouble(o, KIND_HOST_KEY_UNKNOWN,
			 "the host key %s is not among the known ones of %s; compare it with the "
			 "server's own, then add it (ssh-keyscan) or pin it",
			 key->text, w->known_hosts ? w->known_hosts : "(no known_hosts file)");
	return -1;
}

static int changed(const struct seam_options *w, struct observer *o, const struct host_key *key,
		   const char *how)
{
	observer_trouble(o, KIND_HOST_KEY_CHANGED,
			 "the host key %s %s %s: either the server was set up anew or somebody "
			 "sits in between",
			 key->text, how, w->known_hosts ? w->known_hosts : w->host_key);
	return -1;
}

static int judge_pinned(const struct seam_options *w, struct observer *o,
			const struct host_key *key)
{
	const size_t skip = strlen(PINNED);

	if (strcmp(w->host_key + skip, key->fingerprint + skip) == 0) {
		observer_trace(o, "host key %s is the pinned one", key->text);
		return 0;
	}
	observer_trouble(o, KIND_HOST_KEY_CHANGED, "the host key %s is not the pinned %s",
			 key->text, w->host_key);
	return -1;
}

int host_key_judge(const struct seam_options *w, struct observer *o, const char *known,
		   const struct host_key *key, bool *accepted_new)
{
	if (is_pinned(w))
		return judge_pinned(w, o, key);
	switch (known_hosts_look(known, w->host, w->port, key->type, key->blob)) {
	case KNOWN_SAME:
		observer_trace(o, "host key %s is known", key->text);
		return 0;
	case KNOWN_CHANGED:
		return changed(w, o, key, "is not the one in");
	case KNOWN_OTHER_TYPE:
		return changed(w, o, key, "is of another type than the one in");
	case KNOWN_REVOKED:
		observer_trouble(o, KIND_HOST_KEY_CHANGED, "the host key %s is revoked by %s",
				 key->text, w->known_hosts);
		return -1;
	case KNOWN_NOT:
		break;
	}
	if (strcmp(w->host_key, "accept-new") != 0)
		return unknown(w, o, known, key);
	*accepted_new = true;
	observer_trace(o, "host key %s accepted without being known (host_key: accept-new)",
		       key->text);
	return 0;
}
