/*
 * diagnostic - mistakes in rulesets, with their place: all of them at once, in the order of the
 * file.
 *
 * Printed as
 *	web.yaml:14:9: error: unknown key 'prot' in port; did you mean 'port'?
 *	   |
 *	14 |     prot: 443
 *	   |     ^^^^
 * (the caret by display width; "warning:" instead of "error:" for warnings).
 */
#ifndef ENGINE_DOCUMENT_DIAGNOSTIC_H
#define ENGINE_DOCUMENT_DIAGNOSTIC_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct document;
struct node;
struct secrets;

struct diagnostic {
	bool warning;
	char *file;
	unsigned line, column, width; /* 0 when the whole file is meant */
	char *message;
	char *source;   /* the source line (of a long one the part around the place), or NULL */
	unsigned caret; /* the column of the place in `source` */
};

struct diagnostics {
	struct diagnostic *items;
	size_t count, cap;
	size_t errors;  /* how many are no warnings */
	size_t dropped; /* how many more there were than are kept */
};

#define auto_diagnostics __attribute__((cleanup(diagnostics_free)))

void diagnostics_free(struct diagnostics *d);
/* Append all of `from`, which is empty afterwards. */
void diagnostics_move(struct diagnostics *to, struct diagnostics *from);
/* A mistake at a node. Returns -1 always. */
int diagnose(struct diagnostics *d, const struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int diagnose_warning(struct diagnostics *d, const struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A mistake at a place without a node (line 0: the whole file). source may be NULL. */
int diagnose_at(struct diagnostics *d, const char *file, unsigned line, unsigned column,
		unsigned width, const char *source, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
int diagnose_warning_at(struct diagnostics *d, const char *file, unsigned line, unsigned column,
			unsigned width, const char *source, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
/* "unknown key 'prot' in port; did you mean 'port'?": the ending when one of `known` (NULL-ended,
 * may be NULL) is near. what: "key", "operator", "fact"; where: "port" or NULL. A word that is not
 * ASCII is shown with its code point. */
int diagnose_unknown(struct diagnostics *d, const struct node *at, const char *what,
		     const char *where, const char *word, const char *const *known);
/* The same where there are a few choices, which are all told when none is near. */
int diagnose_unknown_choice(struct diagnostics *d, const struct node *at, const char *what,
			    const char *word, const char *const *choices);
/* Sort by file (order of first appearance), line, column; drop exact repetitions. */
void diagnostics_sort(struct diagnostics *d);
/* Replace every secret in messages by ***, and drop the source lines that hold one. */
void diagnostics_mask(struct diagnostics *d, const struct secrets *secrets);
/* Append the printed form of one, with source and caret. */
void diagnostic_print(struct buf *out, const struct diagnostic *x, bool color);
/* Append one line without "error: ", for logs, reports and tests: "t.yaml:1:10: timeout: '5' needs
 * a unit: …"; no line end. */
void diagnostic_print_line(struct buf *out, const struct diagnostic *x);

#endif
