#include "checks/modules/supervisor/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks/check.h"
#include "checks/net/url.h"
#include "engine/base/io.h"
#include "engine/base/text.h"
#include "engine/decl/parse.h"

#define CONFIG_MAX ((size_t)1024 * 1024)

/* supervisord's own order, without the places beside its program and its current folder. */
static const char *const usual_places[] = { "/etc/supervisord.conf",
					    "/etc/supervisor/supervisord.conf" };

struct source {
	const char *file;
	struct observer *observer;
	json_t *root;
};

static const char *find_file(const char *given, struct observer *o)
{
	if (given)
		return given;
	for (size_t i = 0; i < ARRAY_SIZE(usual_places); i++)
		if (access(usual_places[i], F_OK) == 0)
			return usual_places[i];
	observer_trouble(o, KIND_NOT_FOUND,
			 "there is neither '%s' nor '%s'; config says where else",
			 usual_places[0], usual_places[1]);
	return NULL;
}

/* "%(here)s" is the file's folder; "%%" is '%'. Others are known to supervisord alone. */
static char *expand(const struct source *s, const char *text, bool *unknown)
{
	auto_buf struct buf out = BUF_INIT(8192);
	const char *slash = strrchr(s->file, '/'); /* paths are absolute */

	for (; *text; text++) {
		if (text_starts_with(text, "%(here)s")) {
			buf_add(&out, s->file, slash > s->file ? (size_t)(slash - s->file) : 1);
			text += strlen("%(here)s") - 1;
		} else if (text[0] == '%' && text[1] == '%') {
			buf_addc(&out, '%');
			text++;
		} else if (text[0] == '%' && text[1] == '(') {
			*unknown = true;
			return NULL;
		} else {
			buf_addc(&out, *text);
		}
	}
	return buf_take(&out);
}

/* A setting expanded, or NULL; owned by the caller. */
static char *setting(const struct source *s, const char *section, const char *key)
{
	const json_t *pairs = json_object_get(s->root, section);
	const char *text = json_string_value(json_object_get(pairs, key));
	bool unknown = false;
	char *value = text && *text ? expand(s, text, &unknown) : NULL;

	if (unknown)
		observer_trouble(s->observer, KIND_PARAMETER,
				 "'%s': %s of [%s] depends on supervisord's environment", s->file,
				 key, section);
	return value;
}

static void read_login(const struct source *s, const char *section, struct supervisor_config *c)
{
	c->user = setting(s, section, "username");
	c->password = setting(s, section, "password");
	/* of a password that is only kept as a hash, supervisorctl has the text */
	if (!c->password || !text_starts_with(c->password, "{SHA}"))
		return;
	free(c->user);
	free(c->password);
	c->user = setting(s, "supervisorctl", "username");
	c->password = setting(s, "supervisorctl", "password");
}

/* "127.0.0.1:9001", "*:9001", ":9001", "9001". */
static int read_port(const struct source *s, const char *text, struct supervisor_config *c)
{
	auto_err struct err *e = NULL;
	auto_free char *whole = NULL;

	if (text_starts_with(text, "*:"))
		text++;
	whole = strchr(text, ':') ? xasprintf("%s%s", *text == ':' ? "127.0.0.1" : "", text)
				  : xasprintf("127.0.0.1:%s", text);
	if (url_host(whole, &c->host, &c->port, &e) == 0 && c->port)
		return 0;
	observer_trouble(s->observer, KIND_PARAMETER, "'%s': port of [inet_http_server]: %s",
			 s->file, e ? err_text(e) : "there is none");
	return -1;
}

static int read_listeners(const struct source *s, struct supervisor_config *c)
{
	auto_free char *port = NULL;

	c->socket = setting(s, "unix_http_server", "file");
	if (c->socket) {
		read_login(s, "unix_http_server", c);
		return 0;
	}
	port = setting(s, "inet_http_server", "port");
	if (port) {
		read_login(s, "inet_http_server", c);
		return read_port(s, port, c);
	}
	observer_trouble(s->observer, KIND_PARAMETER,
			 "'%s' has neither [unix_http_server] nor [inet_http_server]: nobody can "
			 "ask this supervisord",
			 s->file);
	return -1;
}

static int read_source(struct source *s)
{
	auto_buf struct buf text = BUF_INIT(CONFIG_MAX);
	auto_err struct err *e = NULL;

	if (io_read_file(s->file, &text, &e) == 0)
		s->root = parse_format("ini", buf_text(&text), text.len, &e);
	if (s->root)
		return 0;
	observer_trouble(s->observer,
			 err_code(e) == ERR_PERMISSION  ? KIND_PERMISSION
			 : err_code(e) == ERR_NOT_FOUND ? KIND_NOT_FOUND
							: KIND_PARAMETER,
			 "config: %s", err_text(e));
	return -1;
}

int config_read(const char *file, struct observer *o, struct supervisor_config *out)
{
	struct source s = { .file = find_file(file, o), .observer = o };
	int failed;

	*out = (struct supervisor_config){ 0 };
	if (!s.file || read_source(&s))
		return -1;
	failed = read_listeners(&s, out);
	json_decref(s.root);
	if (!failed && observer_kind(o) == KIND_NONE)
		return 0;
	config_release(out);
	return -1;
}

void config_release(struct supervisor_config *c)
{
	if (c->password)
		explicit_bzero(c->password, strlen(c->password));
	free(c->socket);
	free(c->host);
	free(c->user);
	free(c->password);
	*c = (struct supervisor_config){ 0 };
}
