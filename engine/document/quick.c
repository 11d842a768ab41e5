/*
 * quick - block and flow maps and lists, plain and quoted scalars of one line, comments.
 *
 * Every reader returns NULL for what it leaves to libyaml. Columns are counted in code points, as
 * everywhere; indentation is blanks alone, since a tab or a CR anywhere ends the attempt.
 */
#include "engine/document/quick.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/merge.h"
#include "engine/document/node.h"
#include "engine/document/source.h"

#define DEPTH_MAX 30  /* below the limit of the document, which has its own words */
#define KEY_MAX 1000  /* libyaml forgets that it may be a key after 1024 */

struct quick {
	const struct document *doc;
	struct node_arena *arena;
	const char *bytes;
	size_t len, at;    /* where we are */
	size_t line_start; /* its line, in bytes */
	unsigned line;     /* from 1 */
	size_t counted;    /* up to here, on this line, the code points are counted */
	unsigned chars;
	bool ascii;
	unsigned depth;
	struct node **items; /* children of the lists and maps that are open (keys and values) */
	size_t count, cap;
	struct buf text; /* of a quoted scalar with escapes */
};

/* A scalar that was scanned: its text, and where it stands in the line. */
struct word {
	const char *text;
	size_t len;
	size_t from, to; /* bytes, with the quotes */
	bool plain;
};

/*
 * Places
 */

/* `ahead` is 0, or 1 where something is left; the text ends with a NUL. */
static char peek(const struct quick *q, size_t ahead)
{
	return q->bytes[q->at + ahead];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\0';
}

/* Code points from the start of the line to a byte of it, both ends of which are ever greater. */
static unsigned chars_to(struct quick *q, size_t at)
{
	if (q->ascii)
		return (unsigned)(at - q->line_start);
	if (at < q->counted) {
		q->counted = q->line_start;
		q->chars = 0;
	}
	for (; q->counted < at; q->counted++)
		q->chars += ((unsigned char)q->bytes[q->counted] & 0xc0) != 0x80;
	return q->chars;
}

static struct node place(struct quick *q, size_t from, size_t to)
{
	const unsigned column = chars_to(q, from), end = chars_to(q, to);

	return (struct node){ .document = q->doc,
			      .line = q->line,
			      .column = column + 1,
			      .width = end > column ? end - column : 1 };
}

static void next_line(struct quick *q)
{
	q->at++;
	q->line++;
	q->line_start = q->counted = q->at;
	q->chars = 0;
}

static void skip_blanks(struct quick *q)
{
	while (peek(q, 0) == ' ')
		q->at++;
}

static void skip_comment(struct quick *q)
{
	if (peek(q, 0) != '#' || (q->at > q->line_start && q->bytes[q->at - 1] != ' '))
		return;
	while (q->at < q->len && q->bytes[q->at] != '\n')
		q->at++;
}

/* Over blanks and a comment to the end of the line; false when something else stands there. */
static bool skip_rest(struct quick *q)
{
	skip_blanks(q);
	skip_comment(q);
	return q->at >= q->len || q->bytes[q->at] == '\n';
}

/* Over blanks, comments and line ends to the next word. false: it is a marker of documents. */
static bool skip_lines(struct quick *q)
{
	for (;;) {
		skip_blanks(q);
		skip_comment(q);
		if (q->at >= q->len)
			return true;
		if (q->bytes[q->at] != '\n')
			break;
		next_line(q);
	}
	return q->at != q->line_start || !strchr("-.%", q->bytes[q->at]) ||
	       (q->bytes[q->at] == '-' && is_blank(peek(q, 1)));
}

static size_t indent(const struct quick *q)
{
	return q->at - q->line_start;
}

/*
 * Scalars
 */

/* What a plain scalar may begin with. Some more may, which is left to libyaml. */
static bool begins_plain(const struct quick *q)
{
	const char c = peek(q, 0), next = c ? peek(q, 1) : '\0';

	if (c == '-')
		return (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') ||
		       (next >= 'A' && next <= 'Z');
	return c && !strchr(" \n-?:,[]{}#&*!|>'\"%@`", c);
}

/* What one must look at in a plain scalar, in flow collections only (1) or everywhere (2). The text
 * ends with a NUL. */
static const unsigned char looks[256] = { ['\0'] = 2, ['\n'] = 2, ['#'] = 2, [':'] = 2, [','] = 1,
					  ['?'] = 1,  ['['] = 1,  [']'] = 1, ['{'] = 1, ['}'] = 1 };

static bool scan_plain(struct quick *q, bool flow, struct word *w)
{
	const unsigned char least = flow ? 1 : 2;
	const char *bytes = q->bytes;
	size_t at = q->at;

	if (!begins_plain(q))
		return false;
	for (;; at++) {
		const char c = bytes[at];

		if (looks[(unsigned char)c] < least)
			continue;
		if (c == '#' ? bytes[at - 1] == ' ' : c != ':' && c != '?')
			break;
		if (c == ':' && is_blank(bytes[at + 1]))
			break;
		/* here libyaml's releases differ */
		if (c == '?' || (flow && c == ':' && strchr(",[]{}?", bytes[at + 1])))
			return false;
	}
	*w = (struct word){ .text = bytes + q->at, .from = q->at, .plain = true };
	q->at = at;
	while (bytes[at - 1] == ' ')
		at--;
	w->to = at;
	w->len = at - w->from;
	return true;
}

/* The character that an escape in double quotes stands for, 0: left to libyaml. */
static char escaped(char c)
{
	switch (c) {
	case '\\':
	case '"':
		return c;
	case 'n':
		return '\n';
	case 't':
		return '\t';
	default:
		return '\0';
	}
}

/* One character of a quoted scalar at `*at`, moved on: 1 taken, 0 the end, -1 left to libyaml. */
static int scan_quoted_char(struct quick *q, char quote, size_t *at)
{
	const char c = *at < q->len ? q->bytes[*at] : '\n';
	char meant = c;

	if (c == '\n')
		return -1;
	if (c == quote) {
		if (quote == '"' || *at + 1 >= q->len || q->bytes[*at + 1] != quote)
			return 0;
		++*at;
	} else if (c == '\\' && quote == '"') {
		++*at;
		meant = *at < q->len ? escaped(q->bytes[*at]) : '\0';
		if (!meant)
			return -1;
	}
	buf_addc(&q->text, meant);
	++*at;
	return 1;
}

static bool scan_quoted(struct quick *q, struct word *w)
{
	const char quote = peek(q, 0);
	size_t at = q->at + 1;
	int more;

	buf_clear(&q->text);
	while ((more = scan_quoted_char(q, quote, &at)) == 1)
		;
	if (more < 0)
		return false;
	*w = (struct word){
		.text = buf_text(&q->text), .len = q->text.len, .from = q->at, .to = at + 1
	};
	q->at = at + 1;
	return true;
}

static bool scan_word(struct quick *q, bool flow, struct word *w)
{
	const char c = peek(q, 0);

	return c == '"' || c == '\'' ? scan_quoted(q, w) : scan_plain(q, flow, w);
}

static struct node *scalar(struct quick *q, const struct word *w)
{
	struct node at = place(q, w->from, w->to);

	at.plain = w->plain;
	return node_new_scalar(q->arena, &at, w->text, w->len);
}

/* A key, up to and with its ':'. */
static struct node *read_key(struct quick *q, bool flow)
{
	struct word w;

	if (!scan_word(q, flow, &w))
		return NULL;
	skip_blanks(q);
	if (peek(q, 0) != ':' || !is_blank(peek(q, 1)) || q->at - w.from > KEY_MAX)
		return NULL;
	q->at++;
	return scalar(q, &w);
}

/*
 * Lists and maps
 */

static void keep(struct quick *q, struct node *n)
{
	array_grow(q->items, q->count, q->cap);
	q->items[q->count++] = n;
}

static struct node *open_node(struct quick *q, enum node_type type)
{
	const struct node at = place(q, q->at, q->at);

	return ++q->depth > DEPTH_MAX ? NULL : node_new(q->arena, &at, type);
}

/* Its children are those that are kept from `first` on. NULL when it has a mistake. */
static struct node *close_node(struct quick *q, struct node *n, size_t first)
{
	auto_diagnostics struct diagnostics mistakes = { 0 };

	if (n->type == NODE_LIST)
		node_list_fill(q->arena, n, q->items + first, q->count - first);
	else
		node_map_fill(q->arena, n, q->items + first, (q->count - first) / 2);
	q->count = first;
	q->depth--;
	if (n->type == NODE_MAP)
		map_finish(q->arena, n, &mistakes);
	return mistakes.count ? NULL : n;
}

static struct node *read_flow(struct quick *q);

static struct node *read_flow_item(struct quick *q)
{
	struct word w;

	if (peek(q, 0) == '[' || peek(q, 0) == '{')
		return read_flow(q);
	return scan_word(q, true, &w) ? scalar(q, &w) : NULL;
}

/* `item` or `key: value`, and what follows it: ',' or the end. */
static bool read_flow_entry(struct quick *q, enum node_type type)
{
	struct node *key, *value;

	if (type == NODE_MAP) {
		key = read_key(q, true);
		if (!key || !skip_lines(q))
			return false;
		keep(q, key);
	}
	value = read_flow_item(q);
	if (!value || !skip_lines(q))
		return false;
	keep(q, value);
	return true;
}

static struct node *read_flow(struct quick *q)
{
	const char end = peek(q, 0) == '[' ? ']' : '}';
	struct node *n = open_node(q, end == ']' ? NODE_LIST : NODE_MAP);
	const size_t first = q->count;

	q->at++;
	if (!n || !skip_lines(q))
		return NULL;
	while (peek(q, 0) != end) {
		if (q->count > first) {
			if (peek(q, 0) != ',')
				return NULL;
			q->at++;
			if (!skip_lines(q))
				return NULL;
		}
		if (!read_flow_entry(q, n->type))
			return NULL;
	}
	q->at++;
	if (q->line == n->line)
		n->width = chars_to(q, q->at) + 1 - n->column;
	return close_node(q, n, first);
}

static struct node *read_block(struct quick *q);
static struct node *read_block_list(struct quick *q);

/* On the rest of the line: a scalar or a flow collection. */
static struct node *read_inline(struct quick *q)
{
	struct word w;
	struct node *n;

	if (peek(q, 0) == '[' || peek(q, 0) == '{')
		n = read_flow(q);
	else
		n = scan_word(q, false, &w) ? scalar(q, &w) : NULL;
	return n && skip_rest(q) ? n : NULL;
}

static bool at_item(const struct quick *q)
{
	return peek(q, 0) == '-' && is_blank(peek(q, 1));
}

/* What follows "key:" of a map at this indentation. Ends at the next word after it. */
static struct node *read_value(struct quick *q, size_t at_indent)
{
	const size_t colon = q->at;
	struct node place_of_none = place(q, colon, colon);
	struct node *n;

	skip_blanks(q);
	if (peek(q, 0) != '\0' && peek(q, 0) != '\n' && peek(q, 0) != '#') {
		n = read_inline(q);
		return n && skip_lines(q) ? n : NULL;
	}
	if (!skip_lines(q))
		return NULL;
	if (q->at < q->len && indent(q) > at_indent)
		return read_block(q);
	if (q->at < q->len && indent(q) == at_indent && at_item(q))
		return read_block_list(q);
	place_of_none.plain = true;
	return node_new_scalar(q->arena, &place_of_none, "", 0);
}

/* At its first key; ends at a word that is not as far in. */
static struct node *read_block_map(struct quick *q)
{
	const size_t at_indent = indent(q), first = q->count;
	struct node *n = open_node(q, NODE_MAP), *key, *value;

	while (n && q->at < q->len && indent(q) == at_indent && !at_item(q)) {
		key = read_key(q, false);
		value = key ? read_value(q, at_indent) : NULL;
		if (!value)
			return NULL;
		keep(q, key);
		keep(q, value);
	}
	if (!n || (q->at < q->len && indent(q) > at_indent))
		return NULL;
	n->width = q->items[first]->width;
	return close_node(q, n, first);
}

/* At its first '-'; ends at a word that is none of it. */
static struct node *read_block_list(struct quick *q)
{
	const size_t at_indent = indent(q), first = q->count;
	struct node *n = open_node(q, NODE_LIST), *item;

	while (n && q->at < q->len && indent(q) == at_indent && at_item(q)) {
		q->at++;
		if (!skip_lines(q) || q->at >= q->len || indent(q) <= at_indent)
			return NULL;
		item = read_block(q);
		if (!item)
			return NULL;
		keep(q, item);
	}
	if (!n || (q->at < q->len && indent(q) > at_indent))
		return NULL;
	return close_node(q, n, first);
}

/* Whether `key:` stands here. */
static bool at_key(struct quick *q)
{
	const size_t here = q->at;
	struct word w;
	bool found = scan_word(q, false, &w);

	skip_blanks(q);
	found = found && peek(q, 0) == ':' && is_blank(peek(q, 1));
	q->at = here;
	return found;
}

/* A node that begins a line, or follows '- '. Ends at the next word after it. */
static struct node *read_block(struct quick *q)
{
	struct node *n;

	if (at_item(q))
		return read_block_list(q);
	if (peek(q, 0) != '[' && peek(q, 0) != '{' && at_key(q))
		return read_block_map(q);
	n = read_inline(q);
	return n && skip_lines(q) ? n : NULL;
}

static struct node *read_root(struct quick *q)
{
	struct node *n = skip_lines(q) && q->at < q->len && !indent(q) ? read_block(q) : NULL;

	return n && n->type != NODE_SCALAR && q->at >= q->len ? n : NULL;
}

struct node *quick_read(const struct document *doc, const struct source *s,
			struct node_arena *arena)
{
	struct quick q = { .doc = doc,
			   .arena = arena,
			   .bytes = s->bytes,
			   .len = s->len,
			   .line = 1,
			   .ascii = s->ascii,
			   .text = BUF_SECRET(s->len) };
	struct node *root;

	if (s->special_count || memchr(s->bytes, '\t', s->len) || memchr(s->bytes, '\r', s->len))
		return NULL;
	root = read_root(&q);
	free(q.items);
	buf_free(&q.text);
	return root;
}
