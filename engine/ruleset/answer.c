/*
 * answer - carries one request out. Runs in a worker: files may hang, patterns may take long.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/regex.h"
#include "engine/base/root.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/reader.h"
#include "engine/ruleset/environment.h"
#include "engine/ruleset/host.h"
#include "engine/ruleset/values.h"

#define FILE_MAX (4 * 1024 * 1024)
#define PLACEHOLDER_DEPTH 16
#define VALUE_MAX 65536

static void problem(struct request *r, enum kind kind, const char *text)
{
	r->answer = ANSWER_PROBLEM;
	r->kind = kind;
	free(r->problem);
	r->problem = xstrdup(text);
}

static void problem_err(struct request *r, const struct err *e)
{
	int n = err_errno_of(e);

	if (err_code(e) == ERR_PERMISSION || n == EACCES || n == EPERM)
		problem(r, KIND_PERMISSION, err_text(e));
	else if (n == ENOMEM || n == EMFILE || n == ENFILE)
		problem(r, KIND_RESOURCE, err_text(e));
	else
		problem(r, KIND_PARAMETER, err_text(e));
}

/* Takes the texts over. An empty value is none. */
static void found(struct request *r, char *text, char *origin)
{
	r->answer = ANSWER_FOUND;
	r->text = text;
	r->origin = origin;
	if (strlen(text) > VALUE_MAX)
		problem(r, KIND_PARAMETER, "the value is longer than 64 KiB");
	else if (text_valid(text, strlen(text)) < strlen(text))
		problem(r, KIND_PARAMETER, "the value is not UTF-8");
}

/* Of a tree below a root nothing runs: only what rounds was given itself counts. */
static int look_up(const struct request *r, const char *name, char **value, char **origin,
		   struct err **e)
{
	return r->root ? environment_own(name, value, origin)
		       : environment_look(name, value, origin, e);
}

static int get_of_process(const struct request *r, char **value, char **origin, struct err **e)
{
	if (!r->root)
		return environment_get_of(r->name, r->of_process, value, origin, e);
	return err_set(e, ERR_NOT_FOUND, "below --root no process '%s' can be running",
		       r->of_process);
}

static void answer_env(struct request *r)
{
	auto_err struct err *e = NULL;
	char *value = NULL, *origin = NULL;
	int rc = r->of_process ? get_of_process(r, &value, &origin, &e)
			       : look_up(r, r->name, &value, &origin, &e);

	if (rc > 0)
		found(r, value, origin);
	else if (rc == 0)
		r->answer = ANSWER_ABSENT;
	else
		problem_err(r, e);
}

static void answer_exists(struct request *r)
{
	auto_err struct err *e = NULL;
	struct stat st;

	if (root_stat(r->root, r->path, &st) == 0)
		r->answer = ANSWER_FOUND;
	else if (errno == ENOENT || errno == ENOTDIR)
		r->answer = ANSWER_ABSENT;
	else {
		err_errno(&e, ERR_SYSTEM, "'%s'", r->path);
		problem_err(r, e);
	}
}

/* Read the file; -1 when the answer is given already: there is none, or a problem. */
static int read_file(struct request *r, struct buf *bytes)
{
	auto_err struct err *e = NULL;

	if (io_read_file_below(r->root, r->path, bytes, &e) == 0)
		return 0;
	if (err_code(e) == ERR_NOT_FOUND)
		r->answer = ANSWER_ABSENT;
	else
		problem_err(r, e);
	return -1;
}

static char *place(const struct request *r, unsigned line)
{
	return line ? xasprintf("%s:%u", r->path, line) : xstrdup(r->path);
}

static void answer_text(struct request *r, const struct buf *bytes)
{
	size_t len = bytes->len;

	if (memchr(buf_text(bytes), '\0', len)) {
		problem(r, KIND_PARAMETER, "the file holds a NUL byte");
		return;
	}
	if (len && bytes->data[len - 1] == '\n')
		len--;
	if (len && bytes->data[len - 1] == '\r')
		len--;
	found(r, xmemdup0(buf_text(bytes), len), place(r, 0));
}

static unsigned line_at(const char *text, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/* `^` and `$` mean lines here. Verbs such as (*UCP) must stay in front. */
static struct regex *compile_lines(const char *pattern, struct err **e)
{
	auto_free char *lines =
		strncmp(pattern, "(*", 2) == 0 ? xstrdup(pattern) : xasprintf("(?m)%s", pattern);

	return regex_compile(lines, e);
}

static void answer_match(struct request *r, const struct buf *bytes)
{
	auto_err struct err *e = NULL;
	auto_regex struct regex *re = compile_lines(r->match, &e);
	size_t from = 0, to = 0;
	int rc = re ? regex_match(re, buf_text(bytes), bytes->len, 0, 1, &from, &to, &e) : -1;

	if (rc < 0)
		problem(r, KIND_PARAMETER, err_text(e));
	else if (rc == 0 || from == SIZE_MAX)
		r->answer = ANSWER_ABSENT;
	else if (memchr(buf_text(bytes) + from, '\0', to - from))
		problem(r, KIND_PARAMETER, "the value holds a NUL byte");
	else
		found(r, xmemdup0(buf_text(bytes) + from, to - from),
		      place(r, line_at(buf_text(bytes), from)));
}

/*
 * Placeholders of Spring: ${name}, ${name:default}, in each other
 */

struct placeholders {
	const struct request *request;
	const json_t *root; /* of the file */
	unsigned depth;
	bool guessed; /* a default was taken although PID 1's environment could not be read */
	struct err **e;
};

static int resolve(struct placeholders *p, const char *text, size_t len, struct buf *out);

/* The `}` that closes what starts at s (after "${"); NULL when there is none. */
static const char *closing(const char *s, const char *end)
{
	unsigned open = 0;

	for (; s < end; s++) {
		if (end - s >= 2 && s[0] == '$' && s[1] == '{')
			open++, s++;
		else if (*s == '}' && open-- == 0)
			return s;
	}
	return NULL;
}

/* DB_PASSWORD for db.password: Spring's relaxed names of variables. */
static char *relaxed(const char *name)
{
	auto_buf struct buf b = BUF_INIT(1024);

	for (; *name; name++) {
		if (*name >= 'a' && *name <= 'z')
			buf_addc(&b, (char)(*name - 'a' + 'A'));
		else if (*name != '-')
			buf_addc(&b, *name == '.' ? '_' : *name);
	}
	return buf_take(&b);
}

/* From the environment, by its own name or by the relaxed one: 1, 0, -1. */
static int from_environment(const struct request *r, const char *name, struct buf *out,
			    struct err **e)
{
	auto_free char *value = NULL, *origin = NULL, *other = relaxed(name);
	auto_err struct err *first = NULL;
	int rc = look_up(r, name, &value, &origin, &first);

	if (rc <= 0)
		rc = look_up(r, other, &value, &origin, e);
	if (rc > 0)
		buf_adds(out, value);
	if (value)
		explicit_bzero(value, strlen(value));
	return rc;
}

/* A scalar as text; -1 for null, lists and maps. */
static int scalar_text(const json_t *v, struct buf *out)
{
	char number[64];

	if (json_is_string(v))
		buf_add(out, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v))
		buf_printf(out, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		buf_adds(out, json_is_true(v) ? "true" : "false");
	else if (json_is_real(v)) {
		number_format(json_real_value(v), number, sizeof(number));
		buf_adds(out, number);
	} else {
		return -1;
	}
	return 0;
}

static int resolve_name(struct placeholders *p, const char *s, size_t len, struct buf *out)
{
	const char *colon = memchr(s, ':', len);
	auto_free char *name = xmemdup0(s, colon ? (size_t)(colon - s) : len);
	auto_buf struct buf value = BUF_INIT(VALUE_MAX);
	auto_err struct err *e = NULL;
	int rc;

	if (scalar_text(reader_lookup(p->root, name), &value) == 0)
		return resolve(p, buf_text(&value), value.len, out);
	rc = from_environment(p->request, name, out, &e);
	if (rc > 0)
		return 0;
	if (colon) { /* the file says what holds otherwise: taken, and told in the origin */
		p->guessed |= rc < 0;
		return resolve(p, colon + 1, len - (size_t)(colon + 1 - s), out);
	}
	if (rc < 0) {
		*p->e = TAKE(e);
		return err_wrap(p->e, "placeholder '${%s}'", name);
	}
	return err_set(p->e, ERR_DATA,
		       "placeholder '${%s}' is neither in the file nor in the environment", name);
}

static int resolve(struct placeholders *p, const char *text, size_t len, struct buf *out)
{
	const char *end = text + len;

	if (p->depth == PLACEHOLDER_DEPTH)
		return err_set(p->e, ERR_DATA, "placeholders name each other in a circle");
	p->depth++;
	for (const char *s = text; s < end; s++) {
		const char *close =
			end - s >= 2 && s[0] == '$' && s[1] == '{' ? closing(s + 2, end) : NULL;

		if (!close) {
			buf_addc(out, *s);
			continue;
		}
		if (out->lost)
			return err_set(p->e, ERR_DATA, "placeholders make it longer than 64 KiB");
		if (resolve_name(p, s + 2, (size_t)(close - s - 2), out))
			return -1;
		s = close;
	}
	p->depth--;
	return 0;
}

/*
 * Keys
 */

/* A list of scalars as words between commas, as parameters of type list are read. */
static int list_text(const json_t *v, struct buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(v, i, item)
	{
		if (i)
			buf_addc(out, ',');
		if (scalar_text(item, out))
			return -1;
	}
	return json_is_array(v) ? 0 : -1;
}

/* Only where Spring reads the file: elsewhere a ${ is text. */
static bool has_placeholders(const struct request *r)
{
	return strcmp(r->format, "properties") == 0 || strcmp(r->format, "yaml") == 0;
}

static bool is_encrypted(const char *s)
{
	return text_starts_with(s, "ENC(") && text_ends_with(s, ")");
}

static void key_problem(struct request *r, const char *key, const char *where, const char *what)
{
	auto_free char *text = xasprintf("%s: '%s' %s", where, key, what);

	problem(r, KIND_PARAMETER, text);
}

/* The key is there: give its text. */
static void take_key(struct request *r, const json_t *root, const json_t *v, const char *key,
		     const struct buf *bytes)
{
	auto_free char *where =
		place(r, reader_line_of(buf_text(bytes), bytes->len, r->format, key));
	auto_buf struct buf text = BUF_INIT(VALUE_MAX), whole = BUF_INIT(VALUE_MAX);
	auto_err struct err *e = NULL;
	struct placeholders p = { .request = r, .root = root, .e = &e };

	if (json_is_null(v)) {
		r->answer = ANSWER_ABSENT;
	} else if (scalar_text(v, &text) && list_text(v, &text)) {
		key_problem(r, key, where, "is a map, not a text");
	} else if (text.lost) {
		key_problem(r, key, where, "is longer than 64 KiB");
	} else if (!has_placeholders(r)) {
		found(r, xstrdup(buf_text(&text)), TAKE(where));
	} else if (resolve(&p, buf_text(&text), text.len, &whole)) {
		err_wrap(&e, "%s: '%s'", where, key);
		problem_err(r, e);
	} else if (whole.lost) {
		key_problem(r, key, where, "is longer than 64 KiB");
	} else {
		found(r, xstrdup(buf_text(&whole)),
		      p.guessed ? xasprintf("%s (by a default: the environment of PID 1 cannot be "
					    "read)",
					    where)
				: TAKE(where));
	}
	if (r->answer == ANSWER_FOUND && is_encrypted(r->text))
		key_problem(r, key, r->origin, "is encrypted (ENC(…)); give the parameter itself");
	if (text.data)
		explicit_bzero(text.data, text.len);
	if (whole.data)
		explicit_bzero(whole.data, whole.len);
}

static void answer_key(struct request *r, const struct buf *bytes)
{
	const struct reader *reader = reader_find(r->format);
	auto_err struct err *e = NULL;
	json_t *root = reader ? reader->read(buf_text(bytes), bytes->len, &e) : NULL;

	if (!root) {
		if (!reader)
			err_set(&e, ERR_BUG, "unknown format '%s'", r->format);
		err_wrap(&e, "'%s'", r->path);
		problem_err(r, e);
		return;
	}
	r->answer = ANSWER_ABSENT;
	for (size_t i = 0; i < r->key_count && r->answer == ANSWER_ABSENT; i++) {
		const json_t *v = reader_lookup(root, r->keys[i]);

		if (v)
			take_key(r, root, v, r->keys[i], bytes);
	}
	json_decref(root);
}

static void answer_file(struct request *r)
{
	auto_buf struct buf bytes = BUF_SECRET(FILE_MAX);

	if (read_file(r, &bytes))
		return;
	if (r->what == REQUEST_FILE_TEXT)
		answer_text(r, &bytes);
	else if (r->what == REQUEST_FILE_MATCH)
		answer_match(r, &bytes);
	else
		answer_key(r, &bytes);
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.len);
}

void request_answer(struct request *r)
{
	switch (r->what) {
	case REQUEST_ENV:
		answer_env(r);
		break;
	case REQUEST_FILE_EXISTS:
		answer_exists(r);
		break;
	case REQUEST_FILE_KEY:
	case REQUEST_FILE_MATCH:
	case REQUEST_FILE_TEXT:
		answer_file(r);
		break;
	case REQUEST_HOST:
		host_answer(r);
		break;
	}
	if (r->answer == ANSWER_PROBLEM && r->text) {
		explicit_bzero(r->text, strlen(r->text));
		free(r->text);
		r->text = NULL;
	}
}
