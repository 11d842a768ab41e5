/*
 * servers - which name servers this machine asks: resolv.conf(5).
 */
#ifndef CHECKS_DNS_SERVERS_H
#define CHECKS_DNS_SERVERS_H

struct addresses;
struct err;

/* Those of the text of such a file, in its order; without any 127.0.0.1, as resolv.conf(5) has it.
 */
void servers_parse(const char *text, struct addresses *out);
/* Those of /etc/resolv.conf; without the file 127.0.0.1. -1: it cannot be read. */
int servers_read(struct addresses *out, struct err **e);

#endif
