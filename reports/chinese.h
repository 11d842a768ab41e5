/*
 * chinese - what the engine and the checks say in English, told in Chinese for the text report.
 *
 * Results stay in English on the wire and in all reports for machines; only what people read is
 * translated, sentence by sentence. What servers, systems and rulesets say stays as it is.
 */
#ifndef REPORTS_CHINESE_H
#define REPORTS_CHINESE_H

struct buf;

struct sentence {
	const char *en, *zh;
};

/* Ended by a row without texts. */
extern const struct sentence sentences[];

/* Append a reason, a trouble or a step of a trace; lang: "zh", else it stays as it is. */
void chinese_sentence(struct buf *out, const char *text, const char *lang);
/* Append what was expected or found, as the judge says it. What is in quotes stays as it is. */
void chinese_verdict(struct buf *out, const char *text, const char *lang);

#endif
