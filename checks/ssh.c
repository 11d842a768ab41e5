/*
 * ssh - does this SSH server let us in, is it the one that we know, and what does a command say
 * there?
 *
 * This is the declaration; the code is the module `ssh`. Without a user only greeting and host key
 * are looked at.
 */
#include "checks/ssh.h"

#include "checks/check.h"

static const char *const sha1_choices[] = { "never", "if_needed", NULL };

static const struct field ssh_fields[] = {
	FIELD_BOOL(struct ssh_query, agent, .dflt = "false",
		   .doc = "Log in with the keys of the agent at SSH_AUTH_SOCK."),
	FIELD_SHELL(struct ssh_query, command,
		    .doc = "Command to run there, for its shell; it has nothing to read."),
	FIELD_TEXT(struct ssh_query, host, .filled = true, .required = true,
		   .doc = "Host name or address."),
	FIELD_TEXT(struct ssh_query, host_key, .dflt = "strict",
		   .doc = "Which host key is taken: strict (in known_hosts), accept-new, or a "
			  "fingerprint SHA256:…."),
	FIELD_SECRET(struct ssh_query, key, .or_file = true,
		     .doc = "Private key: a file's absolute path, or the key itself."),
	FIELD_SECRET(struct ssh_query, key_passphrase, .doc = "Passphrase of the private key."),
	FIELD_PATH(struct ssh_query, known_hosts, .dflt = "/etc/ssh/ssh_known_hosts",
		   .doc = "File with the host keys that are known."),
	FIELD_SECRET(struct ssh_query, password, .doc = "Password of the user."),
	FIELD_UINT(struct ssh_query, port, .dflt = "22", .min = 1, .max = 65535,
		   .doc = "Port number."),
	FIELD_ENUM(struct ssh_query, rsa_sha1, .choices = sha1_choices, .dflt = "never",
		   .doc = "Whether an RSA key may sign with SHA-1 for a server that knows nothing "
			  "newer."),
	FIELD_TEXT(struct ssh_query, user, .doc = "User to log in as; without it nobody logs in."),
	{ .name = NULL },
};

static const struct fact ssh_facts[] = {
	{ .name = "banner",
	  .type = FACT_TEXT,
	  .doc = "The server's identification, such as SSH-2.0-OpenSSH_9.2p1." },
	{ .name = "connected",
	  .type = FACT_BOOL,
	  .doc = "Whether handshake, host key and, with a user, the login went well." },
	{ .name = "exit_status",
	  .type = FACT_INT,
	  .doc = "Exit status of the command; 0 where none was asked for." },
	{ .name = "host_key",
	  .type = FACT_TEXT,
	  .doc = "Type and SHA-256 fingerprint of the server's host key." },
	{ .name = "phase",
	  .type = FACT_TEXT,
	  .doc = "Phase that was reached last: connect, handshake, host_key, auth, session or "
		 "done." },
	{ .name = "stderr",
	  .type = FACT_OPEN,
	  .doc = "Standard error of the command, at most 8 KiB." },
	{ .name = "stdout",
	  .type = FACT_OPEN,
	  .doc = "Standard output of the command, at most 64 KiB." },
	{ .name = NULL },
};

static int ssh_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	(void)query;
	if (given(ctx, "command") && !given(ctx, "user"))
		return err_set(e, ERR_DATA, "command needs user");
	if (given(ctx, "key") && given(ctx, "password"))
		return err_set(
			e, ERR_DATA,
			"key and password exclude each other: make two checks, one for each");
	if (given(ctx, "key_passphrase") && !given(ctx, "key"))
		return err_set(e, ERR_DATA, "key_passphrase needs key");
	return 0;
}

const struct check_type check_ssh = {
	.name = "ssh",
	.summary = "an SSH server is the known one and lets us in",
	.lane = LANE_ISOLATED,
	.module = "ssh",
	.package = "libssh2 1.11 or libssh",
	.fields = ssh_fields,
	.query_size = sizeof(struct ssh_query),
	.facts = ssh_facts,
	.default_expect = "{ connected: true, exit_status: 0 }",
	.extract_from = "stdout",
	.validate = ssh_validate,
};
