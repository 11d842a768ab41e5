/*
 * quick - reads the part of YAML that nearly all rulesets are written in, in one pass.
 *
 * libyaml stays the judge of what YAML is: whatever is not plainly in this part, and every mistake,
 * is left to it. What is accepted here makes the very nodes that its events would make, with the
 * same places (tests/unit/test_document.c holds the two against each other).
 *
 * Inside engine/document only.
 */
#ifndef ENGINE_DOCUMENT_QUICK_H
#define ENGINE_DOCUMENT_QUICK_H

struct document;
struct node;
struct node_arena;
struct source;

/* The root of the document, or NULL: then the arena holds nodes of no use. */
struct node *quick_read(const struct document *doc, const struct source *s,
			struct node_arena *arena);

#endif
