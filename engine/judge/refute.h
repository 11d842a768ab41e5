/*
 * refute - is there anything that an expectation would not hold for?
 *
 * Observations are made up from the declared facts and from what the expectation itself names, and
 * judged as those of a check are. A fact that its type always yields is never left out: that
 * nothing fails every operator is the engine's doing, not the rule's. Pure, but matches patterns.
 */
#ifndef ENGINE_JUDGE_REFUTE_H
#define ENGINE_JUDGE_REFUTE_H

struct check_type;
struct expect;

enum refuted {
	REFUTED,         /* an observation was found that it does not hold for */
	REFUTED_NEVER,   /* it holds for each that could be made up */
	REFUTED_UNKNOWN, /* it hangs on what is known later, or on a pattern that nothing was found
			    for */
};

/* A part of an expectation that holds for whatever is observed. */
struct vacuous {
	unsigned line, column; /* 0 for a default */
	const char *text;      /* "count >= 0"; valid during the call */
};

/* Try the expectation of a check of this type; `fn` is called for each of its parts that nothing
 * refutes, in the order of the file, and may be NULL. */
enum refuted expect_refute(const struct expect *x, const struct check_type *type,
			   void (*fn)(void *ctx, const struct vacuous *part), void *ctx);

#endif
