#include "checks/snapshot/rpm_database.h"

#include "checks/snapshot/rpm_list.h"
#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/xalloc.h"

static const struct {
	bool (*is)(const uint8_t *bytes, size_t len);
	int (*read)(const uint8_t *bytes, size_t len, struct rpm_list *list);
} formats[] = {
	{ rpm_is_sqlite, rpm_sqlite_read },
	{ rpm_is_ndb, rpm_ndb_read },
	{ rpm_is_bdb, rpm_bdb_read },
};

static int read_any(const uint8_t *bytes, size_t len, struct rpm_list *list)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].is(bytes, len))
			return formats[i].read(bytes, len, list);
	return -1;
}

int rpm_database_tell(const void *bytes, size_t len, struct buf *out, struct err **e)
{
	struct rpm_list list = { 0 };
	const int rc = read_any(bytes, len, &list);
	const char *why = list.why ? list.why : "it is damaged, or no data base of rpm's";

	if (rc == 0)
		rpm_list_print(&list, out);
	rpm_list_free(&list);
	return rc < 0 ? err_set(e, ERR_DATA, "%s", why) : 0;
}
