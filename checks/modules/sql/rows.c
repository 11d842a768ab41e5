#include "checks/modules/sql/rows.h"

#include <stdlib.h>
#include <string.h>

#include "checks/check.h"
#include "engine/base/number.h"

#define ROWS_MAX 1000
#define BYTES_MAX ((size_t)4 * 1024 * 1024)
#define CHARSET_BINARY 63

struct rows {
	struct link *link;
	json_t *list;
	size_t bytes;
	char **names;
	MYSQL_FIELD *fields; /* the result's */
	unsigned columns;
};

/* --- one value --- */

static json_t *hex(const char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	auto_free char *text = xmalloc(2 * len + 1);

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[(unsigned char)bytes[i] >> 4];
		text[2 * i + 1] = digits[(unsigned char)bytes[i] & 15];
	}
	return json_stringn(text, 2 * len);
}

/* BIT(n): bytes, the most significant one first. */
static json_t *bits(const char *bytes, size_t len)
{
	uint64_t value = 0;

	if (len > 8 || (len == 8 && (unsigned char)*bytes > 0x7f))
		return hex(bytes, len);
	for (size_t i = 0; i < len; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return json_integer((json_int_t)value);
}

/* Too large for a JSON integer: the digits as they are. */
static json_t *whole(const char *text, size_t len)
{
	int64_t value;

	/* ZEROFILL pads */
	while (len > 1 && *text == '0' && text[1] >= '0' && text[1] <= '9') {
		text++;
		len--;
	}
	return number_int(text, &value) ? observer_text(text, len) : json_integer(value);
}

static json_t *real(const char *text, size_t len)
{
	json_t *number = NULL;
	double value;

	if (number_real(text, &value) == 0)
		number = json_real(value);
	return number ? number : observer_text(text, len);
}

/* `text` has a NUL behind its bytes. */
static json_t *typed(const MYSQL_FIELD *field, const char *text, size_t len)
{
	switch (field->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_YEAR:
		return whole(text, len);
	case MYSQL_TYPE_DECIMAL:
	case MYSQL_TYPE_NEWDECIMAL:
		return field->decimals ? real(text, len) : whole(text, len);
	case MYSQL_TYPE_FLOAT:
	case MYSQL_TYPE_DOUBLE:
		return real(text, len);
	case MYSQL_TYPE_BIT:
		return bits(text, len);
	case MYSQL_TYPE_GEOMETRY:
		return hex(text, len);
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_STRING:
		return field->charsetnr == CHARSET_BINARY ? hex(text, len)
							  : observer_text(text, len);
	default:
		return observer_text(text, len); /* dates, times, JSON, ENUM, SET */
	}
}

/* --- rows --- */

static void names_free(struct rows *r)
{
	for (unsigned i = 0; r->names && i < r->columns; i++)
		free(r->names[i]);
	free(r->names);
}

static bool name_taken(const struct rows *r, unsigned before, const char *name)
{
	for (unsigned i = 0; i < before; i++)
		if (!strcmp(r->names[i], name))
			return true;
	return false;
}

/* Columns may be called alike: "id", "id_2". */
static void names_make(struct rows *r, MYSQL_RES *result)
{
	r->columns = mysql_num_fields(result);
	r->fields = mysql_fetch_fields(result);
	r->names = xcalloc(r->columns, sizeof(*r->names));
	for (unsigned i = 0; i < r->columns; i++) {
		json_t *text = observer_text(r->fields[i].name, r->fields[i].name_length);
		char *name = xstrdup(json_string_value(text));

		for (unsigned n = 2; name_taken(r, i, name); n++) {
			free(name);
			name = xasprintf("%s_%u", json_string_value(text), n);
		}
		json_decref(text);
		r->names[i] = name;
	}
}

static void add_value(struct rows *r, json_t *row, unsigned column, const char *text, size_t len)
{
	r->bytes += len + 16;
	json_object_set_new(row, r->names[column],
			    text ? typed(&r->fields[column], text, len) : json_null());
}

/* Whether there is room for one more; else the observer knows. */
static int room(struct rows *r)
{
	if (json_array_size(r->list) >= ROWS_MAX)
		observer_trouble(r->link->observer, KIND_TOO_LARGE,
				 "more than %d rows: count them in the query, or LIMIT it",
				 ROWS_MAX);
	else if (r->bytes > BYTES_MAX)
		observer_trouble(r->link->observer, KIND_TOO_LARGE, "the rows are more than 4 MiB");
	else
		return 0;
	return -1;
}

static int read_plain(struct rows *r, MYSQL_RES *result)
{
	struct link *l = r->link;

	for (;;) {
		MYSQL_ROW values = NULL;
		int status = mysql_fetch_row_start(&values, result);
		const unsigned long *lengths;
		json_t *row;

		while (status)
			status = mysql_fetch_row_cont(&values, result, link_wait(l, status));
		if (!values)
			return mysql_errno(l->my) ? link_trouble(l, NULL, "query") : 0;
		if (room(r))
			return -1;
		lengths = mysql_fetch_lengths(result);
		row = json_object();
		for (unsigned i = 0; i < r->columns; i++)
			add_value(r, row, i, values[i], values[i] ? lengths[i] : 0);
		json_array_append_new(r->list, row);
	}
}

static int plain(struct rows *r, const char *statement)
{
	struct link *l = r->link;
	MYSQL_RES *result;
	int failed;

	if (link_send(l, statement, strlen(statement)))
		return link_trouble(l, NULL, "query");
	result = mysql_use_result(l->my);
	if (!result) {
		if (mysql_errno(l->my))
			return link_trouble(l, NULL, "query");
		observer_set_int(l->observer, "row_count", (int64_t)mysql_affected_rows(l->my));
		return 0;
	}
	names_make(r, result);
	failed = read_plain(r, result);
	if (failed) /* what is left is not read */
		link_drop(l);
	mysql_free_result(result);
	return failed;
}

/* --- with values bound by the driver --- */

static int bind_args(MYSQL_STMT *stmt, const struct text_list *args)
{
	auto_free MYSQL_BIND *binds = xcalloc(args->count, sizeof(*binds));

	for (size_t i = 0; i < args->count; i++) {
		binds[i].buffer_type = MYSQL_TYPE_STRING;
		binds[i].buffer = args->items[i];
		binds[i].buffer_length = strlen(args->items[i]);
	}
	return mysql_stmt_bind_param(stmt, binds) ? -1 : 0;
}

/* One value, read into memory of its own: the length of texts is known by now, numbers and
 * times are turned into text only here. */
static void fetch_value(struct rows *r, MYSQL_STMT *stmt, json_t *row, unsigned column,
			const MYSQL_BIND *bound)
{
	const unsigned long room_for = *bound->length > 512 ? *bound->length : 512;
	auto_free char *text = NULL;
	MYSQL_BIND value = { .buffer_type = MYSQL_TYPE_STRING, .buffer_length = room_for };
	unsigned long len = 0;
	my_bool is_null = 0, error = 0;

	if (*bound->is_null) {
		add_value(r, row, column, NULL, 0);
		return;
	}
	text = xcalloc(room_for + 1, 1);
	value.buffer = text;
	value.length = &len;
	value.is_null = &is_null;
	value.error = &error;
	mysql_stmt_fetch_column(stmt, &value, column, 0);
	text[len < room_for ? len : room_for] = '\0';
	add_value(r, row, column, text, len < room_for ? len : room_for);
}

static int read_bound(struct rows *r, MYSQL_STMT *stmt, const MYSQL_BIND *binds)
{
	struct link *l = r->link;

	for (;;) {
		int result = 0;
		int status = mysql_stmt_fetch_start(&result, stmt);
		json_t *row;

		while (status)
			status = mysql_stmt_fetch_cont(&result, stmt, link_wait(l, status));
		if (result == MYSQL_NO_DATA)
			return 0;
		if (result && result != MYSQL_DATA_TRUNCATED)
			return link_trouble(l, stmt, "query");
		if (room(r))
			return -1;
		row = json_object();
		for (unsigned i = 0; i < r->columns; i++)
			fetch_value(r, stmt, row, i, &binds[i]);
		json_array_append_new(r->list, row);
	}
}

/* Bound without room: the first fetch only tells lengths. */
static int bind_rows(struct rows *r, MYSQL_STMT *stmt)
{
	auto_free MYSQL_BIND *binds = xcalloc(r->columns, sizeof(*binds));
	auto_free unsigned long *lengths = xcalloc(r->columns, sizeof(*lengths));
	auto_free my_bool *nulls = xcalloc(r->columns, sizeof(*nulls));
	auto_free my_bool *errors = xcalloc(r->columns, sizeof(*errors));

	for (unsigned i = 0; i < r->columns; i++) {
		binds[i].buffer_type = MYSQL_TYPE_STRING;
		binds[i].length = &lengths[i];
		binds[i].is_null = &nulls[i];
		binds[i].error = &errors[i];
	}
	if (mysql_stmt_bind_result(stmt, binds))
		return link_trouble(r->link, stmt, "query");
	return read_bound(r, stmt, binds);
}

static int execute(struct rows *r, MYSQL_STMT *stmt, const char *statement,
		   const struct text_list *args)
{
	struct link *l = r->link;
	const size_t len = strlen(statement);
	int failed = 0, status = mysql_stmt_prepare_start(&failed, stmt, statement, len);

	while (status)
		status = mysql_stmt_prepare_cont(&failed, stmt, link_wait(l, status));
	if (failed)
		return link_trouble(l, stmt, "query");
	if (mysql_stmt_param_count(stmt) != args->count) {
		observer_trouble(l->observer, KIND_PARAMETER,
				 "the query has %lu question marks, args has %zu values",
				 mysql_stmt_param_count(stmt), args->count);
		return -1;
	}
	if (bind_args(stmt, args))
		return link_trouble(l, stmt, "query");
	status = mysql_stmt_execute_start(&failed, stmt);
	while (status)
		status = mysql_stmt_execute_cont(&failed, stmt, link_wait(l, status));
	return failed ? link_trouble(l, stmt, "query") : 0;
}

static int bound(struct rows *r, const char *statement, const struct text_list *args)
{
	MYSQL_STMT *stmt = mysql_stmt_init(r->link->my);
	MYSQL_RES *result = NULL;
	int failed;

	if (!stmt)
		xalloc_failed();
	failed = execute(r, stmt, statement, args);
	if (!failed) {
		result = mysql_stmt_result_metadata(stmt);
		if (!result) {
			observer_set_int(r->link->observer, "row_count",
					 (int64_t)mysql_stmt_affected_rows(stmt));
		} else {
			names_make(r, result);
			failed = bind_rows(r, stmt);
		}
	}
	if (failed)
		link_drop(r->link);
	mysql_stmt_close(stmt);
	mysql_free_result(result);
	return failed;
}

int rows_query(struct link *l, const char *statement, const struct text_list *args)
{
	struct rows r = { .link = l, .list = json_array() };
	const int failed = args->count ? bound(&r, statement, args) : plain(&r, statement);

	if (r.names) {
		if (!failed)
			observer_set_int(l->observer, "row_count",
					 (int64_t)json_array_size(r.list));
		observer_set(l->observer, "rows", json_incref(r.list));
	}
	json_decref(r.list);
	names_free(&r);
	return failed;
}
