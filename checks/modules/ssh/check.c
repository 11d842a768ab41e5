/*
 * check - the module `ssh`: greeting, host key, login, a command.
 */
#include <string.h>

#include "checks/check.h"
#include "checks/modules/ssh/key.h"
#include "checks/modules/ssh/seam.h"
#include "checks/ssh.h"

#define OUTPUT_MAX ((size_t)64 * 1024)

static struct seam_options options_of(const struct ssh_query *q, const char *key, int64_t deadline)
{
	return (struct seam_options){
		.host = q->host,
		.port = (uint16_t)q->port,
		.user = q->user ? q->user : "nobody", /* nobody logs in then */
		.deadline = deadline,
		.known_hosts = q->known_hosts,
		.host_key = q->host_key,
		.key = key,
		.key_passphrase = q->key_passphrase,
		.password = q->password,
		.agent = q->agent,
		.rsa_sha1 = q->rsa_sha1 == SSH_RSA_SHA1_IF_NEEDED,
		.no_login = !q->user,
	};
}

/* The command's output to its end; what does not fit is read and dropped. */
static int run_command(struct seam *s, const char *command, struct observer *o)
{
	auto_buf struct buf output = BUF_INIT(OUTPUT_MAX);
	char bytes[16384];
	ssize_t n;

	if (seam_exec(s, command))
		return -1;
	seam_write_end(s);
	while ((n = seam_read(s, bytes, sizeof(bytes))) > 0)
		buf_add(&output, bytes, (size_t)n);
	observer_set_text(o, "stdout", buf_text(&output), output.len);
	observer_set_string(o, "stderr", seam_errors(s));
	if (*seam_errors(s))
		observer_evidence(o, "stderr", seam_errors(s), strlen(seam_errors(s)));
	if (n < 0)
		return -1;
	observer_set_int(o, "exit_status", seam_exit_status(s));
	return 0;
}

static int look(const struct ssh_query *q, struct observer *o, const char **phase)
{
	int failed;
	char *key = key_read(q->key, o, &failed);
	const struct seam_options options = options_of(q, key, observer_deadline(o));
	struct seam *s = failed ? NULL : seam_open(&options, o, phase);

	if (s) {
		observer_set_bool(o, "connected", true);
		observer_set_string(o, "banner", seam_banner(s));
		observer_set_string(o, "host_key", seam_host_key(s));
		if (!q->command)
			observer_set_int(o, "exit_status", 0);
		else
			failed = run_command(s, q->command, o);
	}
	seam_close(s);
	key_wipe(key);
	return s ? failed : -1;
}

static int ssh_observe(const void *query, struct observer *o, struct err **e)
{
	const char *phase = "connect";

	(void)e;
	observer_set_bool(o, "connected", false);
	if (look(query, o, &phase) == 0)
		phase = "done";
	observer_phase(o, observer_kind(o) == KIND_DNS ? "resolve" : phase);
	observer_set_string(o, "phase", phase);
	return 0;
}

static const struct check_type ssh_code = {
	.name = "ssh",
	.observe = ssh_observe,
};

static const struct check_type *const types[] = { &ssh_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
};
