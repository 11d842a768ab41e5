/*
 * trust - the authorities to trust, read once a file: a system's bundle takes tens of milliseconds
 * to read.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "checks/modules/certificate.h"
#include "engine/base/auto.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

/* Where distributions keep the one file with all authorities. */
static const char *const system_files[] = {
	"/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Alpine, Arch */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL, Anolis, openEuler */
	"/etc/pki/tls/certs/ca-bundle.crt",                  /* CentOS */
	"/etc/ssl/ca-bundle.pem",                            /* SUSE */
	"/etc/ssl/cert.pem",                                 /* Alpine, BSD */
	NULL,
};

struct store {
	char *file;
	X509_STORE *store;
};

struct trust {
	struct store *items;
	size_t count, cap;
};

struct trust *trust_new(void)
{
	return xcalloc(1, sizeof(struct trust));
}

void trust_free(struct trust *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->items[i].file);
		X509_STORE_free(t->items[i].store);
	}
	free(t->items);
	free(t);
}

static const char *system_file(void)
{
	for (const char *const *f = system_files; *f; f++)
		if (access(*f, R_OK) == 0)
			return *f;
	return NULL;
}

static X509_STORE *store_read(const char *file, struct err **e)
{
	X509_STORE *store = X509_STORE_new();
	bool loaded = store && (file ? X509_STORE_load_locations(store, file, NULL)
				     : X509_STORE_set_default_paths(store));

	ERR_clear_error();
	if (loaded)
		return store;
	X509_STORE_free(store);
	if (file && access(file, R_OK) < 0)
		err_errno(e, ERR_SYSTEM, "cannot read the authorities in '%s'", file);
	else
		err_set(e, ERR_DATA, "there is no certificate of an authority in '%s'",
			file ? file : "the system's store");
	return NULL;
}

X509_STORE *trust_store(struct trust *t, const char *file, struct err **e)
{
	X509_STORE *store;

	for (size_t i = 0; i < t->count; i++)
		if (file ? t->items[i].file && !strcmp(t->items[i].file, file) : !t->items[i].file)
			return t->items[i].store;
	store = store_read(file ? file : system_file(), e);
	if (!store)
		return NULL;
	array_grow(t->items, t->count, t->cap);
	t->items[t->count++] =
		(struct store){ .file = file ? xstrdup(file) : NULL, .store = store };
	return store;
}
