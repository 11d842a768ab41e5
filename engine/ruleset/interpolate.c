/*
 * interpolate - put values into ${…}, quoted by where they stand.
 *
 * Trees are copied only where a ${…} stands in them; the rest is shared with the document. What a
 * value holds is never looked through for another ${…}.
 */
#include "engine/ruleset/interpolate.h"

#include <string.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/number.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"

struct walk {
	struct node_arena *arena;
	const struct lookup *lookup;
	struct interpolation *out;
	struct diagnostics *d;
};

/* What a pair's value becomes when it is one whole absent parameter. */
enum when_absent { ABSENT_SKIPS, ABSENT_LEAVES_OUT };

/* A ${name} in a text. */
struct hole {
	size_t from, to; /* in bytes, braces and all */
	char *name;
};

enum next_hole { HOLE_NONE, HOLE_FOUND, HOLE_BROKEN };

static void hole_clear(struct hole *h)
{
	free(h->name);
	h->name = NULL;
}

/* The end of a name: the `}` that is in no ["…"]. NULL when there is none. */
static const char *name_end(const char *s)
{
	bool quoted = false;

	for (; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == '}' && !quoted)
			return s;
	}
	return NULL;
}

/* Find the next ${…} from byte `at` on; $${ is none. BROKEN: h->from tells where it starts. */
static enum next_hole next_hole(const char *text, size_t at, struct hole *h)
{
	const char *s = text + at, *end;

	for (; *s; s++) {
		if (strncmp(s, "$${", 3) == 0) {
			s += 2;
			continue;
		}
		if (strncmp(s, "${", 2) != 0)
			continue;
		h->from = (size_t)(s - text);
		end = name_end(s + 2);
		if (!end)
			return HOLE_BROKEN;
		h->to = (size_t)(end - text) + 1;
		h->name = xmemdup0(s + 2, (size_t)(end - s) - 2);
		return HOLE_FOUND;
	}
	return HOLE_NONE;
}

/* Bytes of the character at s; a malformed one is one byte. */
static size_t char_bytes(const char *s, size_t len)
{
	uint32_t cp;
	size_t used = text_decode(s, len, &cp);

	return used ? used : 1;
}

static unsigned count_chars(const char *s, size_t len)
{
	unsigned count = 0;

	for (size_t i = 0; i < len; count++)
		i += char_bytes(s + i, len - i);
	return count;
}

/* The place of a part of a scalar, where its text stands in its line as it is; else the place of
 * the whole. */
static struct node part_place(const struct node *n, size_t from, size_t to)
{
	struct node at = *n;
	size_t len = 0, skip = 0;
	const char *line = n->document ? document_line(n->document, n->line, &len) : "";
	unsigned quote;

	for (unsigned i = 1; i < n->column && skip < len; i++)
		skip += char_bytes(line + skip, len - skip);
	quote = !n->plain && skip < len && (line[skip] == '"' || line[skip] == '\'');
	if (len < skip + quote + n->len || memcmp(line + skip + quote, n->text, n->len) != 0)
		return at;
	at.column += quote + count_chars(n->text, from);
	at.width = count_chars(n->text + from, to - from);
	return at;
}

/*
 * Values as text
 */

static void add_value(struct buf *out, const json_t *v)
{
	char number[64];

	switch (json_typeof(v)) {
	case JSON_STRING:
		buf_add(out, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		buf_printf(out, "%lld", (long long)json_integer_value(v));
		break;
	case JSON_REAL:
		number_format(json_real_value(v), number, sizeof(number));
		buf_adds(out, number);
		break;
	case JSON_TRUE:
		buf_adds(out, "true");
		break;
	case JSON_FALSE:
		buf_adds(out, "false");
		break;
	case JSON_NULL:
		buf_adds(out, "null");
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
}

static struct node *node_of_json(struct node_arena *arena, const struct node *at, json_t *v)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);
	struct node *n;
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_array(v)) {
		n = node_new(arena, at, NODE_LIST);
		json_array_foreach(v, i, item)
			node_list_add(arena, n, node_of_json(arena, at, item));
		return n;
	}
	if (json_is_object(v)) {
		n = node_new(arena, at, NODE_MAP);
		json_object_foreach(v, key, item)
			node_map_add(arena, n, node_new_scalar(arena, at, key, strlen(key)),
				     node_of_json(arena, at, item));
		return n;
	}
	add_value(&text, v);
	n = node_new_scalar(arena, at, buf_text(&text), text.len);
	n->plain = false;
	n->value = json_incref(v);
	return n;
}

/* The part of a URL that the next character after `before` belongs to; `after` is the rest of the
 * text, with its ${…}. */
enum url_part { URL_OPAQUE, URL_USERINFO, URL_HOST, URL_PATH, URL_QUERY };

/* Whether the authority goes on to an '@': then we stand in the userinfo. */
static bool user_follows(const char *after)
{
	for (const char *s = after; *s && !strchr("/?#", *s); s++) {
		if (*s == '@')
			return true;
		if (strncmp(s, "${", 2) == 0 && name_end(s + 2))
			s = name_end(s + 2);
	}
	return false;
}

static enum url_part url_part(const char *before, const char *after)
{
	const char *authority = strstr(before, "://");

	if (!authority)
		return URL_OPAQUE;
	authority += 3;
	if (strpbrk(authority, "?#"))
		return URL_QUERY;
	if (strchr(authority, '/'))
		return URL_PATH;
	return user_follows(after) ? URL_USERINFO : URL_HOST;
}

/* Percent-encode all but the unreserved and `keep`. */
static void add_percent(struct buf *out, const char *s, const char *keep)
{
	while (*s) {
		size_t n = strcspn(s, keep);

		text_percent(out, s, n);
		s += n;
		if (*s)
			buf_addc(out, *s++);
	}
}

static void add_url_value(struct buf *out, const char *value, const char *after)
{
	/* a host may be an address in brackets with a port, or several with commas (mongodb://,
	 * loadbalance:) */
	static const char *const keep[] = {
		[URL_USERINFO] = "",
		[URL_HOST] = ":[],",
		[URL_PATH] = "/",
		[URL_QUERY] = "",
	};
	enum url_part part = url_part(buf_text(out), after);

	if (!out->len || part == URL_OPAQUE)
		buf_adds(out, value);
	else
		add_percent(out, value, keep[part]);
}

static void add_quoted(struct buf *out, const json_t *v, enum quoting quoting, const char *after)
{
	auto_buf struct buf text = BUF_INIT(SIZE_MAX);

	add_value(&text, v);
	if (quoting == QUOTE_REGEX)
		text_regex_quote(out, buf_text(&text), text.len);
	else if (quoting == QUOTE_URL)
		add_url_value(out, buf_text(&text), after);
	else
		buf_add(out, buf_text(&text), text.len);
}

/*
 * One text
 */

static int refuse_place(struct walk *w, const struct node *at, const char *name,
			enum quoting quoting)
{
	if (quoting == QUOTE_FORBID_SHELL)
		return diagnose(w->d, at,
				"'${%s}' cannot stand in shell: pass it in 'env' (a literal '${' "
				"is written '$${')",
				name);
	return diagnose(w->d, at,
			"'${%s}' cannot stand in query: write a placeholder and use 'args' (a "
			"literal '${' is written '$${')",
			name);
}

static void note_absent(struct walk *w, const char *name)
{
	w->out->absent = true;
	if (!w->out->absent_name)
		w->out->absent_name = xstrdup(name);
}

static void note_problem(struct walk *w, const char *name, const json_t *why)
{
	if (w->out->problem)
		return;
	w->out->problem =
		xasprintf("parameter '%s'%s%s", name, json_is_string(why) ? ": " : " has no value",
			  json_is_string(why) ? json_string_value(why) : "");
}

static void say_unknown(struct walk *w, const struct node *at, const char *name)
{
	const char *const *names = w->lookup->names ? w->lookup->names(w->lookup->ctx) : NULL;

	if (!*name)
		diagnose(w->d, at, "'${}' names nothing (a literal '${' is written '$${')");
	else
		diagnose_unknown(w->d, at, strchr(name, '.') ? "name" : "parameter", NULL, name,
				 names);
}

/* Look a hole's name up and note what came of it; mistakes are diagnosed. *value is the caller's.
 */
static enum lookup_result look(struct walk *w, const struct node *n, const struct hole *h,
			       enum quoting quoting, json_t **value)
{
	struct node at = part_place(n, h->from, h->to);
	enum lookup_result r;

	*value = NULL;
	if (quoting == QUOTE_FORBID_SHELL || quoting == QUOTE_FORBID_QUERY) {
		refuse_place(w, &at, h->name, quoting);
		return LOOKUP_UNKNOWN;
	}
	r = *h->name ? w->lookup->get(w->lookup->ctx, h->name, value) : LOOKUP_UNKNOWN;
	if (r == LOOKUP_UNKNOWN)
		say_unknown(w, &at, h->name);
	else if (r == LOOKUP_DEFERRED)
		w->out->deferred = true;
	else if (r == LOOKUP_PROBLEM)
		note_problem(w, h->name, *value);
	return r;
}

/* A scalar that is one ${name}. NULL: to be left out. */
static struct node *whole(struct walk *w, const struct node *n, const struct hole *h,
			  enum quoting quoting, enum when_absent absent)
{
	json_t *value = NULL;
	enum lookup_result r = look(w, n, h, quoting, &value);
	struct node *copy;

	if (r == LOOKUP_FOUND) {
		copy = node_of_json(w->arena, n, value);
		json_decref(value);
		return copy;
	}
	json_decref(value);
	if (r == LOOKUP_ABSENT && absent == ABSENT_LEAVES_OUT) {
		if (!w->out->left_out_name)
			w->out->left_out_name = xstrdup(h->name);
		return NULL;
	}
	if (r == LOOKUP_ABSENT || r == LOOKUP_ABSENT_SECRET)
		note_absent(w, h->name);
	copy = node_new_scalar(w->arena, n, n->text, n->len);
	copy->deferred = r == LOOKUP_DEFERRED;
	return copy;
}

/* Append literal text; $${ is ${. */
static void add_literal(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (len - i >= 3 && strncmp(s + i, "$${", 3) == 0) {
			buf_adds(out, "${");
			i += 2;
		} else {
			buf_addc(out, s[i]);
		}
	}
}

/* One hole of a longer text. Returns whether it is deferred. */
static bool fill_hole(struct walk *w, const struct node *n, const struct hole *h,
		      enum quoting quoting, struct buf *out)
{
	json_t *value = NULL;
	enum lookup_result r = look(w, n, h, quoting, &value);

	if (r == LOOKUP_ABSENT || r == LOOKUP_ABSENT_SECRET) {
		note_absent(w, h->name);
	} else if (r == LOOKUP_FOUND && (json_is_array(value) || json_is_object(value))) {
		struct node at = part_place(n, h->from, h->to);

		diagnose(w->d, &at, "'${%s}' is a %s and cannot stand inside of a text", h->name,
			 json_is_array(value) ? "list" : "map");
	} else if (r == LOOKUP_FOUND) {
		add_quoted(out, value, quoting, n->text + h->to);
	}
	json_decref(value);
	return r == LOOKUP_DEFERRED;
}

static struct node *longer(struct walk *w, const struct node *n, enum quoting quoting)
{
	auto_buf struct buf out = BUF_INIT(SIZE_MAX);
	struct hole h = { 0 };
	size_t at = 0;
	enum next_hole found;
	bool deferred = false;
	struct node *copy;

	while ((found = next_hole(n->text, at, &h)) == HOLE_FOUND) {
		add_literal(&out, n->text + at, h.from - at);
		deferred |= fill_hole(w, n, &h, quoting, &out);
		at = h.to;
		hole_clear(&h);
	}
	if (found == HOLE_BROKEN) {
		struct node place = part_place(n, h.from, h.from + 2);

		diagnose(w->d, &place, "'${' without '}' (a literal '${' is written '$${')");
	}
	add_literal(&out, n->text + at, n->len - at);
	copy = deferred ? node_new_scalar(w->arena, n, n->text, n->len)
			: node_new_scalar(w->arena, n, buf_text(&out), out.len);
	copy->deferred = deferred;
	return copy;
}

static struct node *scalar(struct walk *w, struct node *n, enum quoting quoting,
			   enum when_absent absent)
{
	struct hole h = { 0 };
	struct node *copy;

	if (!n->text || !strstr(n->text, "${"))
		return n;
	if (next_hole(n->text, 0, &h) == HOLE_FOUND && h.from == 0 && h.to == n->len)
		copy = whole(w, n, &h, quoting, absent);
	else
		copy = longer(w, n, quoting);
	hole_clear(&h);
	return copy;
}

/*
 * Trees
 */

static bool varies(const struct node *n)
{
	if (n->type == NODE_SCALAR)
		return n->text && strstr(n->text, "${");
	for (size_t i = 0; i < n->count; i++) {
		if (n->type == NODE_LIST ? varies(n->items[i])
					 : varies(n->pairs[i].key) || varies(n->pairs[i].value))
			return true;
	}
	return false;
}

static void check_key(struct walk *w, const struct node *key)
{
	if (strstr(key->text, "${"))
		diagnose(w->d, key, "'${…}' cannot stand in a key");
}

/* How a member of a map is treated: quoting for its value, and what an absent one becomes. */
struct member_rule {
	enum quoting quoting;
	enum when_absent absent;
};
typedef struct member_rule member_fn(const void *ctx, const char *key, enum quoting outer);

static struct node *tree(struct walk *w, struct node *n, enum quoting quoting,
			 enum when_absent absent, member_fn *member, const void *ctx);

static struct node *map(struct walk *w, const struct node *n, enum quoting quoting,
			member_fn *member, const void *ctx)
{
	struct node *copy = node_new(w->arena, n, NODE_MAP);

	for (size_t i = 0; i < n->count; i++) {
		struct node_pair p = n->pairs[i];
		struct member_rule rule = member(ctx, p.key->text, quoting);

		check_key(w, p.key);
		p.value = tree(w, p.value, rule.quoting, rule.absent, member, ctx);
		if (p.value)
			node_map_add(w->arena, copy, p.key, p.value);
	}
	return copy;
}

static struct node *tree(struct walk *w, struct node *n, enum quoting quoting,
			 enum when_absent absent, member_fn *member, const void *ctx)
{
	struct node *copy;

	if (n->type == NODE_SCALAR)
		return scalar(w, n, quoting, absent);
	if (!varies(n))
		return n;
	if (n->type == NODE_MAP)
		return map(w, n, quoting, member, ctx);
	copy = node_new(w->arena, n, NODE_LIST);
	for (size_t i = 0; i < n->count; i++)
		node_list_add(w->arena, copy,
			      tree(w, n->items[i], quoting, ABSENT_SKIPS, member, ctx));
	return copy;
}

/* A copy of the outermost node, whose members may be shared. */
static struct node *root(struct walk *w, const struct node *n, enum quoting quoting,
			 member_fn *member, const void *ctx)
{
	struct node *copy = node_new(w->arena, n, n->type);

	*copy = *n;
	copy->value = json_incref(n->value);
	return tree(w, copy, quoting, ABSENT_SKIPS, member, ctx);
}

static struct member_rule plain_member(const void *ctx, const char *key, enum quoting outer)
{
	(void)ctx;
	(void)key;
	return (struct member_rule){ outer, ABSENT_LEAVES_OUT };
}

struct node *interpolate_tree(struct node_arena *arena, const struct node *n,
			      const struct lookup *lookup, enum quoting quoting,
			      struct interpolation *out, struct diagnostics *d)
{
	struct walk w = { arena, lookup, out, d };

	return root(&w, n, quoting, plain_member, NULL);
}

static enum quoting field_quoting(const struct field *f)
{
	switch (f->kind) {
	case FIELD_KIND_URL:
		return QUOTE_URL;
	case FIELD_KIND_REGEX:
	case FIELD_KIND_REGEXES:
	case FIELD_KIND_REGEX_MAP:
		return QUOTE_REGEX;
	case FIELD_KIND_SHELL:
		return QUOTE_FORBID_SHELL;
	case FIELD_KIND_QUERY:
		return QUOTE_FORBID_QUERY;
	default:
		return QUOTE_NONE;
	}
}

/* Below a field: its quoting; what is absent there is no field of its own, so the check is skipped.
 */
static struct member_rule inner_member(const void *ctx, const char *key, enum quoting outer)
{
	(void)ctx;
	(void)key;
	return (struct member_rule){ outer, ABSENT_SKIPS };
}

static struct node *field_value(struct walk *w, const struct field *f, struct node *value)
{
	/* without a secret or a required field the check would ask something else than was meant */
	bool needed = f && (f->required || f->kind == FIELD_KIND_SECRET);

	return tree(w, value, f ? field_quoting(f) : QUOTE_NONE,
		    needed ? ABSENT_SKIPS : ABSENT_LEAVES_OUT, inner_member, NULL);
}

struct node *interpolate_fields(struct node_arena *arena, const struct node *fields_map,
				const struct field *fields, const struct lookup *lookup,
				struct interpolation *out, struct diagnostics *d)
{
	struct walk w = { arena, lookup, out, d };
	struct node *copy;

	if (fields_map->type != NODE_MAP)
		return root(&w, fields_map, QUOTE_NONE, inner_member, NULL);
	copy = node_new(arena, fields_map, NODE_MAP);
	for (size_t i = 0; i < fields_map->count; i++) {
		const struct node_pair *p = &fields_map->pairs[i];
		struct node *value = field_value(&w, field_find(fields, p->key->text), p->value);

		check_key(&w, p->key);
		if (value)
			node_map_add(arena, copy, p->key, value);
	}
	return copy;
}

static struct member_rule expect_member(const void *ctx, const char *key, enum quoting outer)
{
	(void)ctx;
	return (struct member_rule){ expect_key_is_regex(key) ? QUOTE_REGEX : outer, ABSENT_SKIPS };
}

struct node *interpolate_expect(struct node_arena *arena, const struct node *n,
				const struct lookup *lookup, struct interpolation *out,
				struct diagnostics *d)
{
	struct walk w = { arena, lookup, out, d };

	return root(&w, n, QUOTE_NONE, expect_member, NULL);
}

static void scalar_names(const struct node *n,
			 void (*fn)(void *ctx, const struct node *at, const char *name), void *ctx)
{
	struct hole h = { 0 };

	for (size_t at = 0; n->text && next_hole(n->text, at, &h) == HOLE_FOUND; at = h.to) {
		fn(ctx, n, h.name);
		hole_clear(&h);
	}
}

void interpolate_names(const struct node *n,
		       void (*fn)(void *ctx, const struct node *at, const char *name), void *ctx)
{
	if (!n)
		return;
	if (n->type == NODE_SCALAR)
		scalar_names(n, fn, ctx);
	for (size_t i = 0; n->type != NODE_SCALAR && i < n->count; i++)
		interpolate_names(n->type == NODE_LIST ? n->items[i] : n->pairs[i].value, fn, ctx);
}

void interpolation_clear(struct interpolation *x)
{
	free(x->absent_name);
	free(x->left_out_name);
	free(x->problem);
	*x = (struct interpolation){ 0 };
}
