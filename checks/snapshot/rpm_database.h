/*
 * rpm_database - which packages a data base of rpm holds, told as paragraphs like dpkg's.
 *
 * Reads all three formats by itself: rpmdb.sqlite (rpm 4.16 and later), ndb (SUSE) and Berkeley DB
 * (CentOS 7). Nothing is locked or written, and no program or library of rpm's is run.
 */
#ifndef CHECKS_SNAPSHOT_RPM_DATABASE_H
#define CHECKS_SNAPSHOT_RPM_DATABASE_H

#include <stddef.h>

struct buf;
struct err;

/* From the bytes of the file, "Package:", "Version:" ([EPOCH:]VERSION-RELEASE) and "Architecture:"
 * of each, what was installed last first. -1: ERR_DATA when the file is damaged or of a version
 * that is not known. */
int rpm_database_tell(const void *bytes, size_t len, struct buf *out, struct err **e);

#endif
