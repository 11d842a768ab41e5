/*
 * ruleset_types - a small registry of check types for the tests of engine/ruleset: one of every
 * shape, none of them ever runs.
 */
#ifndef TESTS_UNIT_RULESET_TYPES_H
#define TESTS_UNIT_RULESET_TYPES_H

#include "engine/base/err.h"
#include "engine/decl/check_type.h"

struct command_query {
	struct text_list argv;
	struct text_map env;
	char *shell;
};

static const struct field command_fields[] = {
	FIELD_LIST(struct command_query, argv, .doc = "Program and arguments."),
	FIELD_MAP(struct command_query, env, .doc = "Environment."),
	FIELD_SHELL(struct command_query, shell, .doc = "A line for the shell."),
	{ .name = NULL },
};

static const struct fact command_facts[] = {
	{ .name = "exit_status", .type = FACT_INT, .doc = "Exit status." },
	{ .name = "stdout", .type = FACT_TEXT, .doc = "Standard output." },
	{ .name = NULL },
};

static int command_validate(const void *query, bool (*given)(const void *ctx, const char *field),
			    const void *ctx, struct err **e)
{
	(void)query;
	if (given(ctx, "argv") == given(ctx, "shell"))
		return err_set(e, ERR_DATA, "one of 'argv' and 'shell' is needed");
	return 0;
}

static const struct check_type fake_command = {
	.name = "command",
	.summary = "a command ends well",
	.lane = LANE_COMMAND,
	.fields = command_fields,
	.query_size = sizeof(struct command_query),
	.facts = command_facts,
	.default_expect = "{ exit_status: 0 }",
	.extract_from = "stdout",
	.validate = command_validate,
};

struct http_query {
	struct text_map headers;
	int method;
	char *token;
	char *url;
};

static const char *const http_methods[] = { "GET", "HEAD", "POST", NULL };

static const struct field http_fields[] = {
	FIELD_MAP(struct http_query, headers, .doc = "Headers."),
	FIELD_ENUM(struct http_query, method, .choices = http_methods, .dflt = "GET",
		   .doc = "Method."),
	FIELD_SECRET(struct http_query, token, .doc = "Bearer token."),
	FIELD_URL(struct http_query, url, .required = true, .doc = "URL."),
	{ .name = NULL },
};

static const struct fact http_facts[] = {
	{ .name = "body", .type = FACT_TEXT, .doc = "Body." },
	{ .name = "headers", .type = FACT_MAP, .doc = "Headers." },
	{ .name = "json", .type = FACT_OPEN, .doc = "Body as JSON." },
	{ .name = "status", .type = FACT_INT, .doc = "Status." },
	{ .name = NULL },
};

static const struct check_type fake_http = {
	.name = "http",
	.summary = "a URL answers",
	.lane = LANE_NETWORK,
	.fields = http_fields,
	.query_size = sizeof(struct http_query),
	.facts = http_facts,
	.default_expect = "{ status: { between: [200, 299] } }",
	.extract_from = "body",
};

struct port_query {
	char *address;
	uint64_t port;
	int protocol;
};

static const char *const transport_protocols[] = { "tcp", "udp", NULL };

static const struct field port_fields[] = {
	FIELD_TEXT(struct port_query, address, .doc = "Address."),
	FIELD_UINT(struct port_query, port, .required = true, .min = 1, .max = 65535,
		   .doc = "Port number."),
	FIELD_ENUM(struct port_query, protocol, .choices = transport_protocols, .dflt = "tcp",
		   .doc = "Protocol."),
	{ .name = NULL },
};

static const struct fact port_facts[] = {
	{ .name = "addresses", .type = FACT_LIST, .doc = "Addresses.", .item = FACT_TEXT },
	{ .name = "listening", .type = FACT_BOOL, .doc = "Listens." },
	{ .name = "process", .type = FACT_TEXT, .doc = "Owner." },
	{ .name = NULL },
};

static const struct check_type fake_port = {
	.name = "port",
	.summary = "a port is being listened on",
	.lane = LANE_LOCAL,
	.fields = port_fields,
	.query_size = sizeof(struct port_query),
	.facts = port_facts,
	.default_expect = "{ listening: true }",
};

struct process_query {
	char *command;
	char *exe;
};

static const struct field process_fields[] = {
	FIELD_REGEX(struct process_query, command, .doc = "Command line."),
	FIELD_TEXT(struct process_query, exe, .doc = "Program."),
	{ .name = NULL },
};

static const struct fact process_facts[] = {
	{ .name = "count", .type = FACT_INT, .doc = "How many." },
	{ .name = "pids", .type = FACT_LIST, .doc = "Numbers.", .item = FACT_INT },
	{ .name = NULL },
};

static int process_lint(const void *query, bool (*given)(const void *ctx, const char *field),
			const void *ctx, struct err **e)
{
	const struct process_query *q = query;

	if (q->command && q->command[0] != '^' && !given(ctx, "exe"))
		return err_set(e, ERR_DATA, "'command' alone finds editors, too");
	return 0;
}

static const struct check_type fake_process = {
	.name = "process",
	.summary = "a process runs",
	.lane = LANE_LOCAL,
	.fields = process_fields,
	.query_size = sizeof(struct process_query),
	.facts = process_facts,
	.default_expect = "{ count: { ge: 1 } }",
	.lint = process_lint,
};

struct sql_query {
	char *query;
	char *url;
};

static const struct field sql_fields[] = {
	FIELD_QUERY(struct sql_query, query, .doc = "Query."),
	FIELD_URL(struct sql_query, url, .required = true, .doc = "URL."),
	{ .name = NULL },
};

static const struct fact sql_facts[] = {
	{ .name = "connected", .type = FACT_BOOL, .doc = "Connected." },
	{ .name = "rows", .type = FACT_LIST, .doc = "Rows." },
	{ .name = NULL },
};

static const struct check_type fake_sql = {
	.name = "sql",
	.summary = "a database answers",
	.lane = LANE_ISOLATED,
	.fields = sql_fields,
	.query_size = sizeof(struct sql_query),
	.facts = sql_facts,
	.default_expect = "{ connected: true }",
};

struct value_query {
	json_t *of;
};

static const struct field value_fields[] = {
	FIELD_JSON(struct value_query, of, .required = true, .doc = "Anything."),
	{ .name = NULL },
};

static const struct fact value_facts[] = {
	{ .name = "value", .type = FACT_OPEN, .doc = "It." },
	{ .name = NULL },
};

static const struct check_type fake_value = {
	.name = "value",
	.summary = "a value is as expected",
	.lane = LANE_LOCAL,
	.fields = value_fields,
	.query_size = sizeof(struct value_query),
	.facts = value_facts,
};

static const struct check_type *const fake_types[] = {
	&fake_command,
	&fake_http,
	&fake_port,
	&fake_process,
	&fake_sql,
	&fake_value,
	NULL,
};

#endif
