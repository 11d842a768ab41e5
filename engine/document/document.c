/*
 * document - YAML to nodes: the only user of libyaml, by its event interface.
 *
 * A strict subset (no tags, one document, bounded depth and expansion, no duplicate keys), so that
 * a file means what it looks like, and a hostile one is refused at once. The parser stops at the
 * first mistake in syntax; other mistakes are all collected.
 */
#include "engine/document/node.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/digest.h"
#include "engine/base/err.h"
#include "engine/base/io.h"
#include "engine/base/late.h"
#include "engine/base/pages.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/merge.h"
#include "engine/document/quick.h"
#include "engine/document/source.h"

#define FILE_MAX (4 * 1024 * 1024)
/* Memory that the nodes of a file take at least, in bytes for each of its own. */
#define NODES_PER_BYTE 3
#define DEPTH_MAX 32
#define EXPANSION_MAX 100000 /* nodes that aliases add to what is written */
#define KEY_MAX 1024

struct document {
	struct source source;
	struct node_arena *arena;
	struct node *root;
	char *sha256; /* made when it is asked for: most documents are a word of a table */
};

/* A named node: how many nodes it is when written out, and how deep. */
struct anchor {
	char *name;
	struct node *node;
	size_t size;
	unsigned height;
	bool open; /* not read to its end: an alias to it would be endless */
};

/* A list or map that is being read. */
struct frame {
	struct node *node;
	struct node *key; /* map: read, and waiting for its value */
	struct anchor *anchor;
	size_t size;
	unsigned height;
	bool flow; /* written as […] or {…} */
};

/* The functions of libyaml; loaded with the first file that is not plain. */
static struct {
	__typeof__(&yaml_parser_initialize) initialize;
	__typeof__(&yaml_parser_set_encoding) set_encoding;
	__typeof__(&yaml_parser_set_input_string) set_input_string;
	__typeof__(&yaml_parser_parse) parse;
	__typeof__(&yaml_event_delete) event_delete;
	__typeof__(&yaml_parser_delete) close;
} yaml;

static const struct late_symbol yaml_symbols[] = {
	{ "yaml_parser_initialize", &yaml.initialize },
	{ "yaml_parser_set_encoding", &yaml.set_encoding },
	{ "yaml_parser_set_input_string", &yaml.set_input_string },
	{ "yaml_parser_parse", &yaml.parse },
	{ "yaml_event_delete", &yaml.event_delete },
	{ "yaml_parser_delete", &yaml.close },
	{ NULL, NULL },
};

struct builder {
	struct document *doc;
	struct diagnostics *d;
	yaml_parser_t parser;
	yaml_event_t event;
	struct frame stack[DEPTH_MAX];
	unsigned depth;
	unsigned line;   /* of the last event; 0 before the first */
	void *anchors;   /* a tree of tsearch(3) */
	size_t expanded; /* nodes that aliases have added so far */
	bool done;
};

/*
 * Places
 */

static int refuse(struct builder *b, const yaml_mark_t *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A mistake that ends the reading. Returns -1. */
static int refuse(struct builder *b, const yaml_mark_t *at, const char *fmt, ...)
{
	auto_free char *message = NULL;
	va_list ap;

	va_start(ap, fmt);
	message = xvasprintf(fmt, ap);
	va_end(ap);
	return source_diagnose(&b->doc->source, b->d, at->index, 1, "%s", message);
}

/* The place of the event; what goes over several lines is underlined on its first. */
static struct node event_place(struct builder *b)
{
	const struct source *s = &b->doc->source;
	struct node at = { .document = b->doc, .width = 1 };
	size_t from = b->event.start_mark.index, to = b->event.end_mark.index;
	unsigned line, column;

	source_place_after(s, b->line, from, &at.line, &at.column);
	b->line = at.line;
	if (to <= from + 1)
		return at;
	source_place_after(s, at.line, to, &line, &column);
	if (line == at.line)
		at.width = column - at.column;
	return at;
}

/*
 * Anchors
 */

static int compare_anchors(const void *a, const void *b)
{
	return strcmp(((const struct anchor *)a)->name, ((const struct anchor *)b)->name);
}

static void anchor_free(void *p)
{
	struct anchor *a = p;

	free(a->name);
	free(a);
}

/* The anchor of this event, made or made anew (the later one wins, YAML 1.1, 3.2.2.2); NULL when it
 * has none. */
static struct anchor *anchor_new(struct builder *b, const yaml_char_t *name, struct node *n)
{
	struct anchor *a, **found;

	if (!name)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->name = xstrdup((const char *)name);
	found = tsearch(a, &b->anchors, compare_anchors);
	if (!found)
		abort(); /* out of memory, where x… allocators end the process too */
	if (*found != a) {
		anchor_free(a);
		a = *found;
	}
	a->node = n;
	a->size = 1;
	a->height = 0;
	a->open = n->type != NODE_SCALAR;
	return a;
}

/*
 * Events
 */

static int refuse_tag(struct builder *b, const yaml_char_t *tag)
{
	static const char standard[] = "tag:yaml.org,2002:";
	const char *name = (const char *)tag;
	bool is_standard = text_starts_with(name, standard);

	return refuse(b, &b->event.start_mark,
		      "explicit tag '%s%.100s' is not supported: a value is read by the type of "
		      "its field",
		      is_standard ? "!!" : "", is_standard ? name + strlen(standard) : name);
}

/* A key must be a text that one can see. */
static int check_key(struct builder *b, const struct node *key)
{
	if (key->type != NODE_SCALAR)
		return diagnose(b->d, key, "%s cannot be a key", node_kind(key));
	if (key->len > KEY_MAX)
		return diagnose(b->d, key, "key longer than %d characters", KEY_MAX);
	if (key->plain && key->len == 0)
		return diagnose(b->d, key, "a key is missing before ':'");
	return 0;
}

/* A node is complete: give it to what it stands in. `size` and `height` are of its written-out
 * form. */
static int attach(struct builder *b, struct node *n, size_t size, unsigned height)
{
	struct frame *f;

	if (b->depth == 0) {
		b->doc->root = n;
		return 0;
	}
	f = &b->stack[b->depth - 1];
	f->size += size;
	if (height + 1 > f->height)
		f->height = height + 1;
	if (f->node->type == NODE_LIST) {
		node_list_add(b->doc->arena, f->node, n);
	} else if (!f->key) {
		if (check_key(b, n))
			return -1;
		f->key = n;
	} else {
		node_map_add(b->doc->arena, f->node, f->key, n);
		f->key = NULL;
	}
	return 0;
}

static int on_scalar(struct builder *b)
{
	const struct source *s = &b->doc->source;
	size_t len = b->event.data.scalar.length;
	const char *text = (const char *)b->event.data.scalar.value;
	yaml_scalar_style_t style = b->event.data.scalar.style;
	struct node at = event_place(b);
	struct node *n;

	if (style != YAML_PLAIN_SCALAR_STYLE)
		source_cover(&b->doc->source, b->event.start_mark.index, b->event.end_mark.index,
			     style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
				     style == YAML_DOUBLE_QUOTED_SCALAR_STYLE);
	if (b->event.data.scalar.tag)
		return refuse_tag(b, b->event.data.scalar.tag);
	if (memchr(text, '\0', len))
		return source_diagnose(s, b->d, b->event.start_mark.index, at.width,
				       "the text holds a NUL character (\\0)");
	at.plain = style == YAML_PLAIN_SCALAR_STYLE;
	n = node_new_scalar(b->doc->arena, &at, text, len);
	anchor_new(b, b->event.data.scalar.anchor, n);
	return attach(b, n, 1, 0);
}

static bool wants_key(const struct builder *b)
{
	const struct frame *f = b->depth ? &b->stack[b->depth - 1] : NULL;

	return f && f->node->type == NODE_MAP && !f->key;
}

static int on_start(struct builder *b, enum node_type type, const yaml_char_t *anchor,
		    const yaml_char_t *tag, bool flow)
{
	struct node at = event_place(b);
	struct frame *f;

	if (tag)
		return refuse_tag(b, tag);
	if (b->depth == DEPTH_MAX)
		return refuse(b, &b->event.start_mark, "nested more than %d deep", DEPTH_MAX);
	if (wants_key(b))
		return refuse(b, &b->event.start_mark, "a %s cannot be a key%s",
			      type == NODE_LIST ? "list" : "map",
			      flow && type == NODE_MAP ? "; put '${…}' or '{…}' in quotes" : "");
	f = &b->stack[b->depth++];
	*f = (struct frame){ .node = node_new(b->doc->arena, &at, type), .size = 1, .flow = flow };
	f->anchor = anchor_new(b, anchor, f->node);
	return 0;
}

/* What to underline of a list or map: all of `[…]` and `{…}` on one line, of a block map its first
 * key. */
static unsigned whole_width(const struct builder *b, const struct node *n)
{
	bool flow = b->event.end_mark.index > b->event.start_mark.index;
	unsigned line, column;

	source_place_after(&b->doc->source, b->line, b->event.end_mark.index, &line, &column);
	if (flow && line == n->line)
		return column - n->column;
	if (!flow && n->type == NODE_MAP && n->count)
		return n->pairs[0].key->width;
	return 1;
}

static int on_end(struct builder *b)
{
	struct frame f = b->stack[--b->depth];

	f.node->width = whole_width(b, f.node);
	if (f.node->type == NODE_MAP)
		map_finish(b->doc->arena, f.node, b->d);
	if (f.anchor && f.anchor->node == f.node) {
		f.anchor->size = f.size;
		f.anchor->height = f.height;
		f.anchor->open = false;
	}
	return attach(b, f.node, f.size, f.height);
}

/* An alias as a key has a place of its own. */
static int alias_key(struct builder *b, const struct node *named)
{
	struct node at = event_place(b);

	if (named->type != NODE_SCALAR)
		return refuse(b, &b->event.start_mark, "%s cannot be a key", node_kind(named));
	at.plain = named->plain;
	return attach(b, node_new_scalar(b->doc->arena, &at, named->text, named->len), 1, 0);
}

static int on_alias(struct builder *b)
{
	struct anchor wanted = { .name = (char *)b->event.data.alias.anchor };
	struct anchor **found = tfind(&wanted, &b->anchors, compare_anchors);
	const yaml_mark_t *at = &b->event.start_mark;

	if (!found)
		return refuse(b, at, "unknown alias '*%.100s': no '&%.100s' before it", wanted.name,
			      wanted.name);
	if ((*found)->open)
		return refuse(b, at, "alias '*%.100s' stands inside of what it names", wanted.name);
	b->expanded += (*found)->size;
	if (b->expanded > EXPANSION_MAX)
		return refuse(b, at, "aliases expand to more than %d nodes", EXPANSION_MAX);
	if (b->depth + (*found)->height > DEPTH_MAX)
		return refuse(b, at, "nested more than %d deep, with the aliases", DEPTH_MAX);
	if (wants_key(b))
		return alias_key(b, (*found)->node);
	return attach(b, (*found)->node, (*found)->size, (*found)->height);
}

static int on_document_start(struct builder *b)
{
	if (b->done)
		return refuse(b, &b->event.start_mark,
			      "a second document starts here; one file holds one");
	if (b->event.data.document_start.tag_directives.start !=
	    b->event.data.document_start.tag_directives.end)
		return refuse(b, &b->event.start_mark,
			      "%%TAG is not supported: a value is read by the type of its field");
	return 0;
}

static int on_event(struct builder *b)
{
	const yaml_event_t *ev = &b->event;

	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document_start(b);
	case YAML_DOCUMENT_END_EVENT:
		b->done = true;
		return 0;
	case YAML_SCALAR_EVENT:
		return on_scalar(b);
	case YAML_ALIAS_EVENT:
		return on_alias(b);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(b, NODE_LIST, ev->data.sequence_start.anchor,
				ev->data.sequence_start.tag,
				ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
	case YAML_MAPPING_START_EVENT:
		return on_start(b, NODE_MAP, ev->data.mapping_start.anchor,
				ev->data.mapping_start.tag,
				ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_end(b);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
		return 0;
	}
	return 0;
}

/*
 * Mistakes in syntax, in words that help
 */

/* libyaml's problem (and context, where it matters), and what we say; %c is the character at the
 * place. */
struct syntax {
	const char *problem, *context; /* context NULL: any */
	const char *say;
	bool at_context; /* the place is where the construct starts */
};

static const struct syntax syntaxes[] = {
	{ "found unexpected end of stream", "while scanning a quoted scalar",
	  "the quote that opens here is never closed", true },
	{ "found unexpected document indicator", "while scanning a quoted scalar",
	  "the quote that opens here is never closed", true },
	{ "found unknown escape character", NULL,
	  "unknown escape in double quotes; write \\\\ for a backslash, or use single quotes",
	  false },
	{ "found character that cannot start any token", NULL,
	  "a text cannot start with this character; put it in quotes", false },
	{ "mapping values are not allowed in this context", NULL,
	  "':' cannot stand here; put the text in quotes, or mend the indentation", false },
	{ "block sequence entries are not allowed in this context", NULL,
	  "a list cannot start here; put '- ' on a line of its own", false },
	{ "could not find expected ':'", NULL, "expected 'key: value' on this line", true },
	{ "did not find expected key", NULL,
	  "expected a key at the indentation of its map, or a quote or bracket is out of place",
	  false },
	{ "did not find expected '-' indicator", NULL,
	  "expected '- ' at the indentation of the list", false },
	{ "did not find expected ',' or ']'", NULL, "expected ',' or ']'; the list opens at %s",
	  false },
	{ "did not find expected ',' or '}'", NULL, "expected ',' or '}'; the map opens at %s",
	  false },
	{ "did not find expected node content", NULL, "a key or a value is missing here", false },
	{ "did not find expected <document start>", NULL,
	  "nothing may follow the end of the document", false },
	{ "found duplicate %YAML directive", NULL, "a second %YAML line", false },
	{ "found incompatible YAML document", NULL, "only %YAML 1.1 and 1.2 are known", false },
	{ "found unknown directive name", NULL,
	  "a line that starts so is a directive, and this is none", true },
	{ "did not find expected alphabetic or numeric character", NULL,
	  "'*' and '&' begin an alias and an anchor; put the text in quotes", true },
	{ "did not find expected hexdecimal number", NULL,
	  "hexadecimal digits are needed after \\x (two), \\u (four) and \\U (eight)", false },
	{ "found invalid Unicode character escape code", NULL,
	  "this is not the number of a Unicode character", false },
	{ "found undefined tag handle", NULL, "explicit tags are not supported", false },
};

/* A tab in the indentation gives strange messages: say what it is. */
static bool blame_tab(struct builder *b, const yaml_mark_t *at)
{
	const struct source *s = &b->doc->source;
	unsigned line, column;
	size_t len, blanks;
	const char *text, *tab;

	source_place(s, at->index, &line, &column);
	text = source_line(s, line, &len);
	blanks = strspn(text, " \t");
	tab = memchr(text, '\t', blanks < len ? blanks : len);
	if (!tab)
		return false;
	source_diagnose(s, b->d, s->line_chars[line - 1] + (size_t)(tab - text), 1,
			"tab used for indentation; use spaces");
	return true;
}

/* libyaml forgets that something may be a key after 1024 characters, and then stumbles over the
 * ':'. */
static bool blame_long_key(struct builder *b, const yaml_mark_t *at)
{
	const struct source *s = &b->doc->source;
	unsigned line, column;
	size_t len, blanks;
	const char *text;

	source_place(s, at->index, &line, &column);
	text = source_line(s, line, &len);
	blanks = strspn(text, " -?{[\"'");
	if (column <= blanks + KEY_MAX)
		return false;
	source_diagnose(s, b->d, s->line_chars[line - 1] + blanks, 1,
			"key longer than %d characters", KEY_MAX);
	return true;
}

/* Where in the line these bytes stand, in characters from 0; -1. */
static int chars_before(const char *text, size_t len, const char *bytes)
{
	const char *found = memmem(text, len, bytes, strlen(bytes));
	int n = 0;

	for (const char *p = text; found && p < found; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	return found ? n : -1;
}

/* What an editor for Chinese or a copied page leaves in place of ':' and of blanks, and nobody can
 * see. */
static bool blame_look_alike(struct builder *b)
{
	static const struct {
		const char *bytes, *say;
		bool first; /* only where the line begins with it, but for blanks */
	} rows[] = {
		{ "\xef\xbc\x9a", "'\xef\xbc\x9a' is U+FF1A, not the ':' that ends a key", false },
		{ "\xe3\x80\x80", "U+3000 is no blank here: indent by spaces", true },
		{ "\xc2\xa0", "U+00A0 is no blank here: indent by spaces", true },
	};
	const struct source *s = &b->doc->source;
	const bool above = !strncmp(b->parser.problem, "mapping values", 14);
	const bool key = above || !strcmp(b->parser.problem, "could not find expected ':'");
	unsigned line, column;
	const char *text;
	size_t len;

	source_place(s, (key && !above ? b->parser.context_mark : b->parser.problem_mark).index,
		     &line, &column);
	/* "- id： a" is a text, which goes on in the next line */
	line -= above && line > 1;
	text = source_line(s, line, &len);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const int at = chars_before(text, len, rows[i].bytes);

		if (at < 0 || (rows[i].first ? (size_t)at > strspn(text, " ") : !key))
			continue;
		source_diagnose(s, b->d, s->line_chars[line - 1] + (size_t)at, 1, "%s",
				rows[i].say);
		return true;
	}
	return false;
}

/* The file ends inside of a `[` or `{`: the mistake is where that stands. */
static bool blame_open(struct builder *b, const yaml_mark_t *at)
{
	const char *rest = source_at(&b->doc->source, at->index);
	const struct frame *f = b->depth ? &b->stack[b->depth - 1] : NULL;

	if (!f || !f->flow || rest[strspn(rest, " \n\r")])
		return false;
	diagnose(b->d, f->node, "the %s that opens here is never closed",
		 f->node->type == NODE_LIST ? "list" : "map");
	return true;
}

static const struct syntax *find_syntax(const yaml_parser_t *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(syntaxes); i++)
		if (strcmp(syntaxes[i].problem, p->problem) == 0 &&
		    (!syntaxes[i].context ||
		     (p->context && strcmp(syntaxes[i].context, p->context) == 0)))
			return &syntaxes[i];
	return NULL;
}

/* Say in the words of the table; `%s` in them is where the construct opens. */
static int say_syntax(struct builder *b, const struct syntax *x)
{
	const yaml_parser_t *p = &b->parser;
	const yaml_mark_t *at = x->at_context && p->context ? &p->context_mark : &p->problem_mark;
	const char *hole = strstr(x->say, "%s");
	unsigned line, column;

	if (!hole)
		return refuse(b, at, "%s", x->say);
	source_place(&b->doc->source, p->context_mark.index, &line, &column);
	return refuse(b, at, "%.*s%u:%u", (int)(hole - x->say), x->say, line, column);
}

static int syntax_error(struct builder *b)
{
	const yaml_parser_t *p = &b->parser;
	const struct syntax *x;

	if (p->error == YAML_MEMORY_ERROR || !p->problem)
		return refuse(b, &p->mark, "out of memory");
	if (p->error == YAML_READER_ERROR)
		return refuse(b, &p->mark, "%s", p->problem);
	if (source_check_specials(&b->doc->source, p->problem_mark.index, b->d))
		return -1;
	if (blame_tab(b, &p->problem_mark) || blame_long_key(b, &p->problem_mark) ||
	    blame_look_alike(b) || blame_open(b, &p->problem_mark))
		return -1;
	x = find_syntax(p);
	if (x)
		return say_syntax(b, x);
	return refuse(b, &p->problem_mark, "%s%s%s", p->problem, p->context ? " " : "",
		      p->context ? p->context : "");
}

/*
 * Whole files
 */

static int read_events(struct builder *b)
{
	bool last = false;

	while (!last) {
		int rc;

		if (!yaml.parse(&b->parser, &b->event))
			return syntax_error(b);
		last = b->event.type == YAML_STREAM_END_EVENT;
		rc = on_event(b);
		yaml.event_delete(&b->event);
		if (rc)
			return -1;
	}
	return 0;
}

static int check_whole(struct document *doc, struct diagnostics *d)
{
	if (source_check_specials(&doc->source, SIZE_MAX, d))
		return -1;
	if (!doc->root || node_is_empty(doc->root))
		return diagnose_at(d, doc->source.name, 1, 1, 0, NULL, "the file is empty");
	return 0;
}

/* The last file that needed libyaml did not get it. */
static bool lacked_parser;

bool document_lacked_parser(struct err **e)
{
	const bool lacked = lacked_parser && late_load(LATE_YAML, yaml_symbols, e) < 0;

	lacked_parser = false;
	return lacked;
}

/* By libyaml, event by event. */
static int read_thoroughly(struct document *doc, struct diagnostics *d)
{
	auto_err struct err *e = NULL;
	struct builder b = { .doc = doc, .d = d };
	int rc;

	lacked_parser = late_load(LATE_YAML, yaml_symbols, &e) < 0;
	if (lacked_parser)
		return diagnose_at(d, doc->source.name, 0, 0, 0, NULL, "%s", err_text(e));
	if (!yaml.initialize(&b.parser))
		abort(); /* out of memory, where x… allocators end the process too */
	yaml.set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml.set_input_string(&b.parser, (const unsigned char *)doc->source.bytes,
				     doc->source.len);
	rc = read_events(&b);
	yaml.close(&b.parser);
	tdestroy(b.anchors, anchor_free);
	return rc;
}

static int build(struct document *doc, bool thorough, struct diagnostics *d)
{
	doc->arena = node_arena_new();
	doc->root = thorough ? NULL : quick_read(doc, &doc->source, doc->arena);
	if (doc->root)
		return 0;
	/* what the attempt left may hold secrets */
	node_arena_wipe(doc->arena);
	node_arena_free(doc->arena);
	doc->arena = node_arena_new();
	return read_thoroughly(doc, d) ? -1 : check_whole(doc, d);
}

/* Takes the bytes over. */
static struct document *parse(char *bytes, size_t len, const char *name, bool thorough,
			      struct diagnostics *d)
{
	struct document *doc = xcalloc(1, sizeof(*doc));

	doc->sha256 = xcalloc(1, DIGEST_TEXT_SIZE);
	if (source_init(&doc->source, name, bytes, len, d) || build(doc, thorough, d)) {
		document_free(doc);
		return NULL;
	}
	return doc;
}

static struct document *parse_copy(const char *bytes, size_t len, const char *name, bool thorough,
				   struct diagnostics *d)
{
	if (len <= FILE_MAX)
		return parse(xmemdup0(bytes, len), len, name, thorough, d);
	diagnose_at(d, name, 0, 0, 0, NULL, "larger than 4 MiB");
	return NULL;
}

struct document *document_parse(const char *bytes, size_t len, const char *name,
				struct diagnostics *d)
{
	return parse_copy(bytes, len, name, false, d);
}

struct document *document_parse_thoroughly(const char *bytes, size_t len, const char *name,
					   struct diagnostics *d)
{
	return parse_copy(bytes, len, name, true, d);
}

struct document *document_load(const char *path, const char *name, struct diagnostics *d)
{
	auto_buf struct buf bytes = BUF_INIT(FILE_MAX);
	auto_err struct err *e = NULL;
	size_t len;

	if (io_read_file(path, &bytes, &e)) {
		diagnose_at(d, name, 0, 0, 0, NULL, "%s", err_text(e));
		return NULL;
	}
	len = bytes.len;
	pages_ahead(NODES_PER_BYTE * len);
	return parse(buf_take(&bytes), len, name, false, d);
}

void document_free(struct document *doc)
{
	if (!doc)
		return;
	source_free(&doc->source);
	node_arena_free(doc->arena);
	free(doc->sha256);
	free(doc);
}

void document_free_wiping(struct document *doc)
{
	if (doc && doc->source.bytes)
		explicit_bzero(doc->source.bytes, doc->source.len);
	if (doc)
		node_arena_wipe(doc->arena);
	document_free(doc);
}

struct node *document_root(const struct document *doc)
{
	return doc->root;
}

const char *document_name(const struct document *doc)
{
	return doc->source.name;
}

const char *document_sha256(const struct document *doc)
{
	struct sha256_ctx hash;

	if (*doc->sha256)
		return doc->sha256;
	sha256_init(&hash);
	sha256_update(&hash, doc->source.len, (const uint8_t *)doc->source.bytes);
	digest_text(&hash, doc->sha256);
	return doc->sha256;
}

const char *document_line(const struct document *doc, unsigned line, size_t *len)
{
	return source_line(&doc->source, line, len);
}
