/*
 * mountinfo - the kernel's list of mounts.
 */
#include "engine/base/mountinfo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

#define MOUNTINFO_MAX ((size_t)16 * 1024 * 1024)

static void mount_clear(struct mount *m)
{
	free(m->root);
	free(m->point);
	free(m->options);
	free(m->fstype);
	free(m->source);
	free(m->super_options);
}

void mounts_free(void *table)
{
	struct mount_table *t = table;

	for (size_t i = 0; t && i < t->count; i++)
		mount_clear(&t->rows[i]);
	if (t)
		free(t->rows);
	free(t);
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Blank, tab, line end and backslash stand as \040 and the like. */
static char *unescape(const char *s, size_t len)
{
	char *out = xmemdup0(s, len), *to = out;

	for (size_t i = 0; i < len;) {
		if (s[i] == '\\' && len - i > 3 && is_octal(s[i + 1]) && is_octal(s[i + 2]) &&
		    is_octal(s[i + 3])) {
			*to++ = (char)((s[i + 1] - '0') * 64 + (s[i + 2] - '0') * 8 +
				       (s[i + 3] - '0'));
			i += 4;
		} else {
			*to++ = s[i++];
		}
	}
	*to = '\0';
	return out;
}

/* The next word of a line and the place after it; NULL at the line's end. */
static char *take_word(const char **s)
{
	size_t len = strcspn(*s, " \n");
	char *word = len ? unescape(*s, len) : NULL;

	*s += len;
	*s += **s == ' ';
	return word;
}

static int parse_device(const char *word, struct mount *m)
{
	const char *colon = word ? number_scan(word, &m->major) : NULL;

	return colon && *colon == ':' && number_scan(colon + 1, &m->minor) ? 0 : -1;
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda rw": how many optional words stand
 * before the lone "-" differs. */
static int parse_line(const char *line, struct mount *m)
{
	auto_free char *device = NULL, *word = NULL;

	line = number_scan(line, &m->id);
	line = line && *line == ' ' ? number_scan(line + 1, &m->parent) : NULL;
	if (!line || *line++ != ' ')
		return -1;
	device = take_word(&line);
	m->root = take_word(&line);
	m->point = take_word(&line);
	m->options = take_word(&line);
	do {
		free(word);
		word = take_word(&line);
	} while (word && strcmp(word, "-") != 0);
	m->fstype = take_word(&line);
	m->source = *line == ' ' ? (line++, xstrdup("")) : take_word(&line);
	m->super_options = take_word(&line);
	if (!m->root || !m->point || !m->options || !m->fstype || !m->source || !m->super_options)
		return -1;
	return parse_device(device, m);
}

struct mount_table *mounts_parse(const char *mountinfo)
{
	struct mount_table *t = xcalloc(1, sizeof(*t));

	for (const char *line = mountinfo; *line;) {
		size_t len = strcspn(line, "\n");
		struct mount m = { 0 };

		if (parse_line(line, &m) < 0) {
			mount_clear(&m);
		} else {
			array_grow(t->rows, t->count, t->cap);
			t->rows[t->count++] = m;
		}
		line += len + (line[len] == '\n');
	}
	return t;
}

struct mount_table *mounts_read(const char *path, struct err **e)
{
	auto_buf struct buf text = BUF_INIT(MOUNTINFO_MAX);

	if (io_read_proc(AT_FDCWD, path, &text) < 0) {
		err_errno(e, ERR_SYSTEM, "the list of mounts cannot be read: '%s'", path);
		return NULL;
	}
	return mounts_parse(buf_text(&text));
}

static bool lies_below(const char *path, const char *point)
{
	size_t len = strlen(point);

	if (!strcmp(point, "/"))
		return true;
	return !strncmp(path, point, len) && (path[len] == '/' || path[len] == '\0');
}

/* By the tree of mounts alone. What lies on top has it as its parent and the same point; what was
 * mounted later over a folder above has the same parent (had it been there before, it would be the
 * parent). */
static bool hides(const struct mount *x, const struct mount *m)
{
	bool same = !strcmp(x->point, m->point);

	if (x->parent == m->id)
		return same;
	return x->parent == m->parent && !same && lies_below(m->point, x->point);
}

static const struct mount *parent_of(const struct mount_table *t, const struct mount *m)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i].id == m->parent && &t->rows[i] != m)
			return &t->rows[i];
	return NULL;
}

bool mount_is_hidden(const struct mount_table *t, const struct mount *m)
{
	/* bounded, should a list that changed while it was read make a ring */
	for (size_t depth = 0; m && depth < t->count; depth++) {
		for (const struct mount *x = t->rows; x < t->rows + t->count; x++)
			/* what lies on top of one further up is where this one is */
			if (x != m && hides(x, m) && (!depth || strcmp(x->point, m->point) != 0))
				return true;
		m = parent_of(t, m);
	}
	return false;
}

const struct mount *mounts_at(const struct mount_table *t, const char *path)
{
	for (size_t i = t->count; i-- > 0;)
		if (!strcmp(t->rows[i].point, path) && !mount_is_hidden(t, &t->rows[i]))
			return &t->rows[i];
	return NULL;
}

const struct mount *mounts_over(const struct mount_table *t, const char *path)
{
	const struct mount *best = NULL;

	for (const struct mount *m = t->rows; m < t->rows + t->count; m++)
		if (lies_below(path, m->point) &&
		    (!best || strlen(m->point) >= strlen(best->point)) && !mount_is_hidden(t, m))
			best = m;
	return best;
}

const struct mount *mounts_of_device(const struct mount_table *t, dev_t device)
{
	const struct mount *best = NULL;

	for (const struct mount *m = t->rows; m < t->rows + t->count; m++)
		if (makedev((unsigned)m->major, (unsigned)m->minor) == device &&
		    (!best || strlen(m->point) < strlen(best->point)) && !mount_is_hidden(t, m))
			best = m;
	return best;
}

/* Every fuse file system is a program. */
bool mount_is_remote(const struct mount *m)
{
	static const char *const types[] = { "9p", "afs", "autofs", "beegfs", "ceph",
					     "cifs", "coda", "gfs", "gfs2", "glusterfs",
					     "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
					     "ocfs2", "smb3", "smbfs", "virtiofs" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(m->fstype, types[i]))
			return true;
	return text_starts_with(m->fstype, "fuse");
}

bool mount_has_option(const char *options, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = options; *s;) {
		size_t len = strcspn(s, ",");

		if (len == n && !strncmp(s, word, n))
			return true;
		s += len + (s[len] == ',');
	}
	return false;
}

bool mount_is_read_only(const struct mount *m)
{
	/* After an error with errors=remount-ro, ext4 leaves rw there from Linux 6.12 on, and says
	 * emergency_ro from 6.15 on. */
	return mount_has_option(m->options, "ro") || mount_has_option(m->super_options, "ro") ||
	       mount_has_option(m->super_options, "emergency_ro");
}
