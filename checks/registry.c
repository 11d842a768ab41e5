/*
 * registry - all check types, sorted by name. Adding a type is adding its two lines here.
 */
#include "checks/registry.h"

#include <stddef.h>

extern const struct check_type check_command;
extern const struct check_type check_disk;
extern const struct check_type check_dns;
#ifdef ROUNDS_FAULTS
extern const struct check_type check_fault_command;
extern const struct check_type check_fault_isolated;
extern const struct check_type check_fault_local;
extern const struct check_type check_fault_network;
#endif
extern const struct check_type check_file;
extern const struct check_type check_git;
extern const struct check_type check_group;
extern const struct check_type check_http;
extern const struct check_type check_interface;
extern const struct check_type check_kernel_param;
extern const struct check_type check_log;
extern const struct check_type check_mongo;
extern const struct check_type check_mount;
extern const struct check_type check_package;
extern const struct check_type check_port;
extern const struct check_type check_process;
extern const struct check_type check_redis;
extern const struct check_type check_service;
extern const struct check_type check_sql;
extern const struct check_type check_ssh;
extern const struct check_type check_supervisor;
extern const struct check_type check_system;
extern const struct check_type check_tcp;
extern const struct check_type check_tls;
extern const struct check_type check_udp;
extern const struct check_type check_user;
extern const struct check_type check_value;

const struct check_type *const check_registry[] = {
	&check_command,
	&check_disk,
	&check_dns,
#ifdef ROUNDS_FAULTS
	&check_fault_command,
	&check_fault_isolated,
	&check_fault_local,
	&check_fault_network,
#endif
	&check_file,
	&check_git,
	&check_group,
	&check_http,
	&check_interface,
	&check_kernel_param,
	&check_log,
	&check_mongo,
	&check_mount,
	&check_package,
	&check_port,
	&check_process,
	&check_redis,
	&check_service,
	&check_sql,
	&check_ssh,
	&check_supervisor,
	&check_system,
	&check_tcp,
	&check_tls,
	&check_udp,
	&check_user,
	&check_value,
	NULL,
};
