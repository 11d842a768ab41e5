/*
 * certificate_facts - what every check type tells of a server's certificate, under one set of
 * names.
 */
#ifndef CHECKS_NET_CERTIFICATE_FACTS_H
#define CHECKS_NET_CERTIFICATE_FACTS_H

#include "engine/decl/fact.h"

/* The members of one certificate of a chain. */
extern const struct fact chain_certificate_facts[];

/* Rows of a sorted table: those before, and those after, what a type has of its own between
 * them. */
#define CERTIFICATE_FACTS_CHAIN \
	{ .name = "chain", \
	  .type = FACT_LIST, \
	  .item = FACT_MAP, \
	  .of = chain_certificate_facts, \
	  .doc = "All certificates that the server sent, its own first." }, \
	{ .name = "chain_days_left", \
	  .type = FACT_INT, \
	  .range = RANGE_SIGNED, \
	  .doc = "The least days_left of the chain." }

#define CERTIFICATE_FACTS_DAYS \
	{ .name = "days_left", \
	  .type = FACT_INT, \
	  .range = RANGE_SIGNED, \
	  .doc = "Whole days until the certificate ends; negative when it has." }, \
	{ .name = "expires", .type = FACT_TIME, .doc = "When the certificate ends." }, \
	{ .name = "issuer", .type = FACT_TEXT, .doc = "Who signed the certificate." }, \
	{ .name = "key_bits", .type = FACT_INT, .doc = "Size of its key." }, \
	{ .name = "key_type", .type = FACT_TEXT, .doc = "Kind of its key, as in rsaEncryption." }, \
	{ .name = "names", \
	  .type = FACT_LIST, \
	  .item = FACT_TEXT, \
	  .doc = "Host names and addresses that the certificate is for." }, \
	{ .name = "not_before", .type = FACT_TIME, .doc = "When the certificate begins." }

#define CERTIFICATE_FACT_PROBLEM \
	{ .name = "problem", \
	  .type = FACT_TEXT, \
	  .doc = "Why it is not trusted, in words: expired, of whom, for which other names." }

#define CERTIFICATE_FACTS_REST \
	{ .name = "serial", .type = FACT_TEXT, .doc = "Its serial number as hex digits." }, \
	{ .name = "sha256", .type = FACT_TEXT, .doc = "Its fingerprint as hex digits." }, \
	{ .name = "signature_algorithm", .type = FACT_TEXT, .doc = "How it is signed." }, \
	{ .name = "subject", .type = FACT_TEXT, .doc = "Whom the certificate names." }

#define CERTIFICATE_FACT_TRUSTED \
	{ .name = "trusted", \
	  .type = FACT_BOOL, \
	  .doc = "Whether it is valid, trusted and for this host, also with verify: false." }

#endif
