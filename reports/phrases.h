/*
 * phrases - the words of the reports that people read, in English and in Chinese.
 *
 * Machine formats never use them.
 */
#ifndef REPORTS_PHRASES_H
#define REPORTS_PHRASES_H

#include "engine/result/result.h"

enum phrase {
	PHRASE_PASS,
	PHRASE_FAIL,
	PHRASE_ERROR,
	PHRASE_SKIP,
	PHRASE_FLAKY,
	PHRASE_PENDING,
	PHRASE_BELOW,
	PHRASE_INSIDE,
	PHRASE_EXPECTED,
	PHRASE_FOUND,
	PHRASE_MEANS,
	PHRASE_TRACE,
	PHRASE_TRIES,
	PHRASE_SAMPLES,
	PHRASE_SAMPLES_FAILED,
	PHRASE_EVIDENCE,
	PHRASE_CAUSE,
	PHRASE_AFFECTS,
	PHRASE_IMPACT,
	PHRASE_CAUSES,
	PHRASE_REMEDY,
	PHRASE_VERIFY,
	PHRASE_RULE,
	PHRASE_NOT_PASSED,
	PHRASE_GATE,
	PHRASE_GATE_PASS,
	PHRASE_GATE_FAIL,
	PHRASE_GATE_NO_VERDICT,
	PHRASE_GATE_NOTHING,
	PHRASE_GATE_NOT_ALL,
	PHRASE_TOTAL,
	PHRASE_TOTAL_ONE,
	PHRASE_NOT_CONFIGURED,
	PHRASE_BELOW_GATE,
	PHRASE_CUT_SHORT,
	PHRASE_RUNNING,
	PHRASE_SLOWEST,
	PHRASE_BETWEEN, /* between two sentences of one line */
	PHRASE_COUNT,
};

/* lang: "zh", else English. */
const char *phrase(enum phrase p, const char *lang);
const char *phrase_status(enum status s, const char *lang);
/* Of a status by its name in the JSON report. */
const char *phrase_status_name(const char *name, const char *lang);
const char *phrase_severity(enum severity s, const char *lang);
const char *phrase_gate(enum gate_result g, const char *lang);

#endif
