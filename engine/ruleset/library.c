/*
 * library - remembers documents by device and inode.
 */
#include "engine/ruleset/library.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/document/node.h"

struct book_file {
	dev_t dev;
	ino_t ino;
	bool read;
	struct document *document;
};

struct library {
	struct book_file *files;
	size_t count, cap;
};

struct library *library_new(void)
{
	return xcalloc(1, sizeof(struct library));
}

void library_free(struct library *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++)
		document_free(l->files[i].document);
	free(l->files);
	free(l);
}

long library_number(struct library *l, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -1;
	for (size_t i = 0; i < l->count; i++)
		if (l->files[i].ino == st.st_ino && l->files[i].dev == st.st_dev)
			return (long)i;
	array_grow(l->files, l->count, l->cap);
	l->files[l->count] = (struct book_file){ .dev = st.st_dev, .ino = st.st_ino };
	return (long)l->count++;
}

struct document *library_open(struct library *l, const char *path, const char *name, bool *there,
			      struct diagnostics *d)
{
	long number = library_number(l, path);
	struct book_file *f;

	*there = number >= 0;
	if (number < 0)
		return NULL;
	f = &l->files[number];
	if (!f->read)
		f->document = document_load(path, name, d);
	f->read = true;
	return f->document;
}
