/*
 * message - DNS messages (RFC 1035): a question as bytes, and what a name server answered.
 *
 * What comes from outside is read within its bounds; nothing of it is trusted. Sends nothing.
 */
#ifndef CHECKS_DNS_MESSAGE_H
#define CHECKS_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct address;
struct buf;
struct err;

/* What may be asked for, as `type` in a check; NULL-ended. The first is no type of DNS. */
extern const char *const dns_types[];
/* Of the type at this index: its number (RFC 1035 3.2.2 and later); 0 for the first. */
uint16_t dns_type_number(int type);

/* Their numbers on the wire. */
enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_NAPTR = 35,
	DNS_OPT = 41,
	DNS_DS = 43,
	DNS_SSHFP = 44,
	DNS_TLSA = 52,
	DNS_CAA = 257,
};

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
	DNS_BADVERS = 16,
};

struct dns_question {
	uint16_t id;
	uint16_t type;
	const char *name; /* as people write it, without the dot at the end */
	bool recursion;   /* the server is to ask others */
	bool edns;        /* say that larger datagrams are fine (RFC 6891) */
};

/* What an answer says. Free with dns_reply_free. */
struct dns_reply {
	int rcode;
	bool truncated, authoritative, authenticated;
	bool recursive;       /* it asks others, and was to do so */
	char *referral;       /* to this zone's servers it points instead of answering; or NULL */
	json_t *answers;      /* maps: name, type, ttl, value, and the members of the type */
	char *canonical_name; /* where aliases lead */
	size_t count;         /* records of the asked type at that name */
};

/* Whether it can be the name of a question; -1 and why when not. */
int dns_name_check(const char *name, struct err **e);
/* Append "1.0.0.127.in-addr.arpa", what a PTR record of this address is called. */
void dns_reverse(const struct address *a, struct buf *out);
/* Append the question; its name is one that dns_name_check lets pass. */
void dns_question_write(const struct dns_question *q, struct buf *out);
/* Read an answer. -1: it is none, none to this question, or broken; e says which. */
int dns_reply_read(const struct dns_question *q, const void *bytes, size_t len,
		   struct dns_reply *out, struct err **e);
/* Whether this one of its answers is a record that was asked for, and no alias on the way there. */
bool dns_reply_has(const struct dns_question *q, const struct dns_reply *r, const json_t *record);
void dns_reply_free(struct dns_reply *r);
/* Append "NXDOMAIN", "RCODE13". */
void dns_rcode_print(int rcode, struct buf *out);

#endif
