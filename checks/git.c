/*
 * git - can this repository be cloned, and what is in it?
 *
 * This is the declaration; the code is the module `git` (libgit2, libcurl, an SSH library). Nothing
 * of the user's or the system's Git configuration is obeyed, and nothing is ever pushed.
 */
#include "checks/git.h"

#include "checks/check.h"
#include "checks/net/git_url.h"

static const char *const modes[] = { "clone", "refs", NULL };
static const char *const token_forms[] = { "password", "bearer", "private-token", NULL };
static const char *const sha1_choices[] = { "never", "if_needed", NULL };

static const struct field git_fields[] = {
	FIELD_BOOL(struct git_query, agent, .dflt = "false",
		   .doc = "Log in with the keys of the SSH agent at SSH_AUTH_SOCK."),
	FIELD_TEXT(struct git_query, branch,
		   .doc = "The branch to fetch and walk; without it the remote's default branch."),
	FIELD_PATH(struct git_query, ca,
		   .doc = "File of certificates to trust for https, instead of the system's."),
	FIELD_TEXT(struct git_query, compare_with,
		   .doc = "Another URL of the same repository, whose refs are compared with those "
			  "of url."),
	FIELD_TEXT(struct git_query, host_key, .dflt = "strict",
		   .doc = "Which host key is taken: strict (in known_hosts), accept-new, or a "
			  "fingerprint SHA256:…."),
	FIELD_SECRET(struct git_query, key, .or_file = true,
		     .doc = "Private key for SSH: a file's absolute path, or the key itself."),
	FIELD_SECRET(struct git_query, key_passphrase, .doc = "Passphrase of the private key."),
	FIELD_PATH(struct git_query, known_hosts, .dflt = "/etc/ssh/ssh_known_hosts",
		   .doc = "File with the host keys that are known."),
	FIELD_SIZE(struct git_query, max_bytes, .dflt = "256MiB",
		   .doc = "Give up when more than this has been received."),
	FIELD_ENUM(struct git_query, mode, .choices = modes, .dflt = "clone",
		   .doc = "Clone the branch, or only list the refs."),
	FIELD_SECRET(struct git_query, password, .doc = "Password of the user, for http and SSH."),
	FIELD_UINT(struct git_query, port, .min = 1, .max = 65535,
		   .doc = "Port of the server, where the URL form has none."),
	FIELD_LIST(struct git_query, resolve,
		   .doc = "Addresses to use instead of asking for the name of url's host."),
	FIELD_ENUM(struct git_query, rsa_sha1, .choices = sha1_choices, .dflt = "never",
		   .doc = "Whether an RSA key may sign with SHA-1 for a server that knows nothing "
			  "newer."),
	FIELD_SECRET(struct git_query, token, .doc = "Access token for http."),
	FIELD_ENUM(struct git_query, token_as, .choices = token_forms, .dflt = "password",
		   .doc = "How the token is sent: as the password, as a bearer token, or in the "
			  "header PRIVATE-TOKEN."),
	FIELD_TEXT(
		struct git_query, token_user,
		.doc = "User to send with the token as a password; without it user, else oauth2."),
	FIELD_TEXT(struct git_query, url, .required = true,
		   .doc = "Where the repository is: http, https, ssh, user@host:path, file or an "
			  "absolute path."),
	FIELD_TEXT(struct git_query, user, .doc = "User name; in the URL it may stand as well."),
	{ .name = NULL },
};

static const struct fact ref_facts[] = {
	{ .name = "id", .type = FACT_TEXT, .doc = "Object that the ref points to." },
	{ .name = "name",
	  .type = FACT_TEXT,
	  .doc = "Full name of the ref, such as refs/heads/main." },
	{ .name = NULL },
};

static const struct fact git_facts[] = {
	{ .name = "ahead", .type = FACT_INT, .doc = "Number of refs that only compare_with has." },
	{ .name = "behind",
	  .type = FACT_INT,
	  .doc = "Number of refs that compare_with lacks or has at another object." },
	{ .name = "bytes", .type = FACT_SIZE, .doc = "Bytes received." },
	{ .name = "cloned",
	  .type = FACT_BOOL,
	  .doc = "Whether the branch (with mode: refs, the list of refs) was received whole and "
		 "sound." },
	{ .name = "commit", .type = FACT_TEXT, .doc = "Commit at the tip of the branch." },
	{ .name = "differing",
	  .type = FACT_LIST,
	  .item = FACT_TEXT,
	  .doc = "Names of the refs that are not the same at url and compare_with." },
	{ .name = "files", .type = FACT_INT, .doc = "Number of files in the tree of the branch." },
	{ .name = "head", .type = FACT_TEXT, .doc = "Name of the remote's default branch." },
	{ .name = "host_key",
	  .type = FACT_TEXT,
	  .doc = "Type and fingerprint of the SSH server's host key." },
	{ .name = "phase",
	  .type = FACT_TEXT,
	  .doc = "Phase that was reached last: connect, handshake, host_key, auth, session, tls, "
		 "refs, fetch, walk, compare or done." },
	{ .name = "refs",
	  .type = FACT_LIST,
	  .item = FACT_MAP,
	  .of = ref_facts,
	  .doc = "The remote's branches and tags." },
	{ .name = NULL },
};

static int check_url(const char *text, const char *field, struct err **e)
{
	struct git_url u;

	if (!text)
		return 0;
	if (git_url_parse(text, &u, e))
		return err_wrap(e, "%s", field);
	git_url_release(&u);
	return 0;
}

static int git_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	const struct git_query *q = query;

	if (given(ctx, "password") && given(ctx, "token"))
		return err_set(
			e, ERR_DATA,
			"password and token exclude each other: make two checks, one for each");
	if (given(ctx, "key_passphrase") && !given(ctx, "key"))
		return err_set(e, ERR_DATA, "key_passphrase needs key");
	return check_url(q->url, "url", e) || check_url(q->compare_with, "compare_with", e) ? -1
											    : 0;
}

const struct check_type check_git = {
	.name = "git",
	.summary = "a Git repository can be cloned",
	.lane = LANE_ISOLATED,
	.module = "git",
	.package = "libgit2, libcurl, libssh2 1.11 or libssh",
	.fields = git_fields,
	.query_size = sizeof(struct git_query),
	.facts = git_facts,
	.default_expect = "{ cloned: true }",
	.validate = git_validate,
};
