/*
 * sql_statement - whether a statement only reads, told from its words; quotes and comments aside.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "checks/sql.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

static const char *const readers[] = { "DESC",  "DESCRIBE", "EXPLAIN", "SELECT",
				       "SHOW",  "TABLE",    "VALUES",  "WITH" };

/* These write files on the server, in whatever transaction. */
static const char *const writers[] = { "DUMPFILE", "OUTFILE" };

static bool is_among(const char *word, size_t len, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == len && !strncasecmp(words[i], word, len))
			return true;
	return false;
}

static const char *skip_quoted(const char *s)
{
	const char quote = *s++;

	while (*s && *s != quote)
		s += *s == '\\' && quote != '`' && s[1] ? 2 : 1;
	return *s ? s + 1 : s;
}

static bool is_line_comment(const char *s)
{
	return *s == '#' || (s[0] == '-' && s[1] == '-' && (!s[2] || isspace((unsigned char)s[2])));
}

/* The first byte that is neither blank nor comment; NULL at a comment that servers carry out. */
static const char *skip_blank(const char *s)
{
	for (;;) {
		s += strspn(s, " \t\r\n\f\v");
		if (is_line_comment(s)) {
			s += strcspn(s, "\n");
		} else if (s[0] == '/' && s[1] == '*') {
			const char *end = strstr(s + 2, "*/");

			if (s[2] == '!' || (s[2] == 'M' && s[3] == '!'))
				return NULL;
			s = end ? end + 2 : s + strlen(s);
		} else {
			return s;
		}
	}
}

static size_t word_len(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_' || s[len] == '$' ||
	       (unsigned char)s[len] >= 0x80)
		len++;
	return len;
}

static int refuse(const char *word, size_t len, struct err **e)
{
	auto_buf struct buf quoted = BUF_INIT(1024);

	text_quote(&quoted, word, len);
	return err_set(e, ERR_DATA, "query: a statement with %s is not known to only read; "
				    "allow_writes: true would run it",
		       buf_text(&quoted));
}

int sql_statement_reads(const char *statement, struct err **e)
{
	const char *s = statement;
	bool first = true;

	while ((s = skip_blank(s)) && *s) {
		const size_t len = word_len(s);

		if (len && first && !is_among(s, len, readers, ARRAY_SIZE(readers)))
			return refuse(s, len, e);
		if (len && is_among(s, len, writers, ARRAY_SIZE(writers)))
			return refuse(s, len, e);
		if (!len && first && *s != '(')
			return refuse(s, 1, e);
		first = first && !len;
		s = len ? s + len : strchr("'\"`", *s) ? skip_quoted(s) : s + 1;
	}
	if (!s)
		return err_set(e, ERR_DATA, "query: a comment that the server carries out");
	return first ? err_set(e, ERR_DATA, "query: there is no statement") : 0;
}
