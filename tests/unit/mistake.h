/*
 * mistake - a row of test_ruleset_mistakes: a file, and what its author reads.
 */
#ifndef TESTS_UNIT_MISTAKE_H
#define TESTS_UNIT_MISTAKE_H

#define HEAD "format: 1\nruleset: t\n"
#define CHECKS HEAD "checks:\n"

struct mistake {
	const char *name;
	const char *text;  /* of t.yaml */
	const char *other; /* of u.yaml, or NULL */
	const char *says;  /* every line, as it is printed before the source */
};

#endif
