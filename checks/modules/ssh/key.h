/*
 * key - a private key as rulesets give it: the text itself, or the absolute path of a file.
 */
#ifndef CHECKS_MODULES_SSH_KEY_H
#define CHECKS_MODULES_SSH_KEY_H

struct observer;

/* The key's text, owned, for key_wipe(); NULL for none given, or when it cannot be read (the
 * observer knows; *failed is -1). */
char *key_read(const char *given, struct observer *o, int *failed);
/* Overwrite and release. */
void key_wipe(char *key);

#endif
