/*
 * test_ruleset_mistakes - what the author of a ruleset reads: each mistake with its very line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/xalloc.h"
#include "engine/document/diagnostic.h"
#include "engine/ruleset/keys.h"
#include "engine/ruleset/load.h"
#include "tests/unit/ruleset_types.h"

#define HEAD "format: 1\nruleset: t\n"
#define CHECKS HEAD "checks:\n"

struct mistake {
	const char *name;
	const char *text;  /* of t.yaml */
	const char *other; /* of u.yaml, or NULL */
	const char *says;  /* every line, as it is printed before the source */
};

static const struct mistake mistakes[] = {
	{ "not a map",
	  "- a\n"
	  "- b\n",
	  .says = "t.yaml:1:1: a ruleset is a map, not a list\n" },
	{ "no format",
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:1: missing key 'format' in a ruleset\n" },
	{ "unknown format",
	  "format: 2\n"
	  "ruleset: t\n"
	  "checks: []\n",
	  .says = "t.yaml:1:9: format: '2' is not known; this version reads format 1\n" },
	{ "no name",
	  "format: 1\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:1: missing key 'ruleset' in a ruleset\n" },
	{ "bad name",
	  "format: 1\n"
	  "ruleset: Web Tier\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:2:10: ruleset: 'Web Tier' must be of a-z 0-9 . _ -\n" },
	{ "no checks",
	  HEAD,
	  .says = "t.yaml:1:1: the ruleset has no checks: 'checks' or 'include' is needed\n" },
	{ "empty checks",
	  HEAD "checks: []\n",
	  .says = "t.yaml:3:9: checks: the list is empty\n" },
	{ "checks are no list",
	  HEAD "checks: { a: b }\n",
	  .says = "t.yaml:3:9: checks: a list is needed, not a map\n" },
	{ "unknown top key",
	  HEAD "prams: {}\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key 'prams' in a ruleset; did you mean 'params'?\n" },
	{ "far unknown top key",
	  HEAD "zzz: {}\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key 'zzz' in a ruleset\n" },
	{ "look-alike key",
	  HEAD "p\xd0" "\xb0" "rams: {}\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key 'p\xd0" "\xb0" "rams' in a ruleset (U+0430 is "
		  "not ASCII); did you mean 'params'?\n" },
	{ "check is no map",
	  CHECKS "  - port\n",
	  .says = "t.yaml:4:5: check: a map is needed, not a text\n" },
	{ "no id",
	  CHECKS "  - port: { port: 22 }\n",
	  .says = "t.yaml:4:5: missing key 'id' in check\n" },
	{ "bad id",
	  CHECKS "  - id: Port\n"
	  "    port: { port: 22 }\n",
	  .says = "t.yaml:4:9: id: 'Port' must be of a-z 0-9 _ - and start with a letter "
		  "or digit\n" },
	{ "id with a name in it",
	  CHECKS "  - id: \"a${x}\"\n"
	  "    port: { port: 22 }\n",
	  .says = "t.yaml:4:9: id: 'a${x}' must be of a-z 0-9 _ - and start with a letter "
		  "or digit\n" },
	{ "id that starts badly",
	  CHECKS "  - id: -a\n"
	  "    port: { port: 22 }\n",
	  .says = "t.yaml:4:9: id: '-a' must be of a-z 0-9 _ - and start with a letter or "
		  "digit\n" },
	{ "duplicate id",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: p\n"
	  "    port: { port: 23 }\n",
	  .says = "t.yaml:6:9: duplicate id 'p'; the first is at t.yaml:4:9\n" },
	{ "no type",
	  CHECKS "  - id: a\n"
	  "    severity: low\n",
	  .says = "t.yaml:4:5: the check names no type: one of command, http, port, "
		  "process, sql, value\n" },
	{ "two types",
	  CHECKS "  - id: a\n"
	  "    port: { port: 22 }\n"
	  "    process: { exe: x }\n",
	  .says = "t.yaml:6:5: a check has one type: 'port' is already given in line 5, "
		  "so 'process' cannot be\n" },
	{ "unknown type",
	  CHECKS "  - id: a\n"
	  "    prot: { port: 22 }\n",
	  .says = "t.yaml:5:5: unknown key 'prot' in check; did you mean 'port'?\n" },
	{ "type of a later version",
	  CHECKS "  - id: a\n"
	  "    mongo: { host: x }\n",
	  .says = "t.yaml:5:5: unknown check type 'mongo'\n" },
	{ "unknown check key",
	  CHECKS "  - id: a\n"
	  "    serverity: low\n"
	  "    port: { port: 22 }\n",
	  .says = "t.yaml:5:5: unknown key 'serverity' in check; did you mean 'severity'?\n" },
	{ "fact beside the type",
	  CHECKS "  - id: a\n"
	  "    http: { url: \"http://x/\" }\n"
	  "    status: 200\n",
	  .says = "t.yaml:6:5: unknown key 'status' in check; 'status' belongs to expect\n" },
	{ "field beside the type",
	  CHECKS "  - id: a\n"
	  "    port: {}\n"
	  "    protocol: udp\n",
	  .says = "t.yaml:5:11: port: this key is required in port\n"
		  "t.yaml:6:5: unknown key 'protocol' in check; 'protocol' belongs to "
		  "port\n" },
	{ "fact of another type",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    rows: 1\n",
	  .says = "t.yaml:6:5: unknown key 'rows' in check; 'rows' belongs to expect of "
		  "sql\n" },
	{ "field of another type",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    method: GET\n",
	  .says = "t.yaml:6:5: unknown key 'method' in check; 'method' is a key of http\n" },
	{ "unknown field",
	  CHECKS "  - id: a\n"
	  "    port: { port: 22, prot: tcp }\n",
	  .says = "t.yaml:5:23: unknown key 'prot' in port; did you mean 'port'?\n" },
	{ "check key in the type",
	  CHECKS "  - id: a\n"
	  "    port: { port: 22, timeout: 5s }\n",
	  .says = "t.yaml:5:23: unknown key 'timeout' in port; 'timeout' stands beside "
		  "'port', not in it\n" },
	{ "fact in the type",
	  CHECKS "  - id: a\n"
	  "    port: { port: 22, listening: true }\n",
	  .says = "t.yaml:5:23: unknown key 'listening' in port; 'listening' is a fact "
		  "and belongs to expect\n" },
	{ "field of another type in the type",
	  CHECKS "  - id: a\n"
	  "    port: { port: 22, method: GET }\n",
	  .says = "t.yaml:5:23: unknown key 'method' in port; 'method' is a key of http\n" },
	{ "required field",
	  CHECKS "  - id: a\n"
	  "    port: {}\n",
	  .says = "t.yaml:5:11: port: this key is required in port\n" },
	{ "field of the wrong kind",
	  CHECKS "  - id: a\n"
	  "    port: { port: [ 1 ] }\n",
	  .says = "t.yaml:5:19: port: a list is not a port number from 1 to 65535\n" },
	{ "field out of range",
	  CHECKS "  - id: a\n"
	  "    port: { port: 70000 }\n",
	  .says = "t.yaml:5:19: port: '70000' is not a port number from 1 to 65535\n" },
	{ "choice",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1, protocol: tpc }\n",
	  .says = "t.yaml:5:32: protocol: 'tpc' is not one of tcp, udp; did you mean "
		  "'tcp'?\n" },
	{ "type is no map",
	  CHECKS "  - id: a\n"
	  "    port: 22\n",
	  .says = "t.yaml:5:11: port: a map of its keys is needed, not a text\n" },
	{ "rule over several fields",
	  CHECKS "  - id: a\n"
	  "    command: { env: { A: b } }\n",
	  .says = "t.yaml:5:5: command: one of 'argv' and 'shell' is needed\n" },
	{ "broken regex",
	  CHECKS "  - id: a\n"
	  "    process: { exe: x, command: '(' }\n",
	  .says = "t.yaml:5:33: command: missing closing parenthesis at character 2\n" },
	{ "name in shell",
	  HEAD "params: { p: { type: text } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    command: { shell: \"echo ${p}\" }\n",
	  .says = "t.yaml:6:29: '${p}' cannot stand in shell: pass it in 'env' (a literal "
		  "'${' is written '$${')\n" },
	{ "name in query",
	  HEAD "params: { p: { type: text } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    sql: { url: \"mysql://h/d\", query: \"select ${p}\" }\n",
	  .says = "t.yaml:6:47: '${p}' cannot stand in query: write a placeholder and use "
		  "'args' (a literal '${' is written '$${')\n" },
	{ "unknown severity",
	  CHECKS "  - id: a\n"
	  "    severity: hihg\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:15: unknown severity 'hihg'; did you mean 'high'?\n" },
	{ "severity is no word",
	  CHECKS "  - id: a\n"
	  "    severity: [ high ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:15: severity: a text is needed, not a list\n" },
	{ "tags are no list",
	  CHECKS "  - id: a\n"
	  "    tags: daily\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:11: tags: a list is needed, not a text\n" },
	{ "timeout without unit",
	  CHECKS "  - id: a\n"
	  "    timeout: 5\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: timeout: '5' needs a unit: ms, s, m, h or d\n" },
	{ "timeout of nothing",
	  CHECKS "  - id: a\n"
	  "    timeout: 0s\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: timeout: must be more than 0\n" },
	{ "timeout is no duration",
	  CHECKS "  - id: a\n"
	  "    timeout: soon\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: timeout: 'soon' is not a duration such as 300ms, 5s or "
		  "1m30s\n" },
	{ "timeout of a wrong default",
	  HEAD "params: { t: { type: text, default: \"7\" } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    timeout: \"${t}\"\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:6:14: timeout: '7' needs a unit: ms, s, m, h or d\n" },
	{ "retry without times",
	  CHECKS "  - id: a\n"
	  "    retry: { every: 1s }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:12: missing key 'times' in retry\n" },
	{ "retry too often",
	  CHECKS "  - id: a\n"
	  "    retry: { times: 0 }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:21: times: '0' is not a number from 1 to 100\n" },
	{ "unknown key of retry",
	  CHECKS "  - id: a\n"
	  "    retry: { times: 2, evry: 1s }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:24: unknown key 'evry' in retry; did you mean 'every'?\n" },
	{ "retry is no map",
	  CHECKS "  - id: a\n"
	  "    retry: 3\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:12: retry: a map is needed, not a text\n" },
	{ "sustain",
	  CHECKS "  - id: a\n"
	  "    sustain: { samples: 3 }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:5: sustain is not supported yet\n" },
	{ "sustain in an entry",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    expect:\n"
	  "      - { severity: low, listening: true, sustain: { samples: 3 } }\n",
	  .says = "t.yaml:7:52: sustain is not supported yet\n" },
	{ "unknown fact",
	  CHECKS "  - id: a\n"
	  "    process: { exe: x }\n"
	  "    expect: { cuont: 1 }\n",
	  .says = "t.yaml:6:15: unknown fact 'cuont' of process; did you mean 'count'?\n" },
	{ "operator that does not fit",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    expect: { listening: { ge: 1 } }\n",
	  .says = "t.yaml:6:28: listening: operator 'ge' is for numbers, durations, "
		  "sizes, times and versions, not for true or false\n" },
	{ "empty expect",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    expect: {}\n",
	  .says = "t.yaml:6:13: expect is empty; leave it out to hold what port holds by "
		  "default\n" },
	{ "unknown severity of an entry",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    expect: [ { severity: hihg, listening: true } ]\n",
	  .says = "t.yaml:6:27: unknown severity 'hihg'; did you mean 'high'?\n" },
	{ "extract of a type without text",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    extract: { x: '(a)' }\n",
	  .says = "t.yaml:6:14: extract: port has no text to extract from\n" },
	{ "extract without group",
	  CHECKS "  - id: a\n"
	  "    command: { argv: [ a ] }\n"
	  "    extract: { x: 'a' }\n",
	  .says = "t.yaml:6:19: extract.x: the pattern needs exactly one group in "
		  "parentheses, not 0\n" },
	{ "extract twice",
	  CHECKS "  - id: a\n"
	  "    http: { url: \"http://x/\", extract: { x: '(a)' } }\n"
	  "    extract: { x: '(a)' }\n",
	  .says = "t.yaml:5:40: extract is given twice: once in 'http' and once beside it\n" },
	{ "found without extract",
	  CHECKS "  - id: a\n"
	  "    command: { argv: [ a ] }\n"
	  "    expect: { found.x: { length: 1 } }\n",
	  .says = "t.yaml:6:15: found.x: the check has no extract\n" },
	{ "found of another name",
	  CHECKS "  - id: a\n"
	  "    command: { argv: [ a ] }\n"
	  "    extract: { version: '(a)' }\n"
	  "    expect: { found.versoin: { length: 1 } }\n",
	  .says = "t.yaml:7:15: unknown name 'versoin' in extract; did you mean "
		  "'version'?\n" },
	{ "undefined name",
	  HEAD "params: { web_port: { type: port } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: \"${webport}\" }\n",
	  .says = "t.yaml:6:20: unknown parameter 'webport'; did you mean 'web_port'?\n" },
	{ "undefined name in a title",
	  CHECKS "  - id: a\n"
	  "    title: \"Port ${prt}\"\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:18: unknown parameter 'prt'\n" },
	{ "name without end",
	  CHECKS "  - id: a\n"
	  "    port: { port: \"${x\" }\n",
	  .says = "t.yaml:5:20: '${' without '}' (a literal '${' is written '$${')\n" },
	{ "undefined built-in",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1, address: \"${host.nam}\" }\n",
	  .says = "t.yaml:5:32: unknown name 'host.nam'; did you mean 'host.name'?\n" },
	{ "name in a key of a field",
	  CHECKS "  - id: a\n"
	  "    http: { url: \"http://x/\", headers: { \"X-${a}\": b } }\n",
	  .says = "t.yaml:5:42: '${…}' cannot stand in a key\n" },
	{ "default of the wrong type",
	  HEAD "params: { p: { type: port, default: http } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: \"${p}\" }\n",
	  .says = "t.yaml:3:37: default of p: 'http' is not a port number from 1 to 65535\n" },
	{ "default that its field refuses",
	  HEAD "params: { p: { type: int, default: 70000 } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: \"${p}\" }\n",
	  .says = "t.yaml:6:19: port: '70000' is not a port number from 1 to 65535\n" },
	{ "secret with a default",
	  HEAD "params: { p: { type: secret, default: x } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:39: a secret has no default\n" },
	{ "parameter without type",
	  HEAD "params: { p: { default: x } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:14: missing key 'type' in parameter\n" },
	{ "unknown type of parameter",
	  HEAD "params: { p: { type: txt } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:22: unknown type 'txt'; did you mean 'text'?\n" },
	{ "bad name of parameter",
	  HEAD "params: { web-port: { type: port } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:11: parameter 'web-port': names are of A-Z a-z 0-9 _ and "
		  "start with no digit\n" },
	{ "unknown key of parameter",
	  HEAD "params: { p: { type: port, defualt: 1 } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:28: unknown key 'defualt' in parameter; did you mean "
		  "'default'?\n" },
	{ "required is no boolean",
	  HEAD "params: { p: { type: port, required: no } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:38: required: 'no' is not true or false; did you mean "
		  "'false'?\n" },
	{ "from nowhere",
	  HEAD "params: { p: { type: text, from: {} } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:34: from: one of 'env' and 'file' is needed\n" },
	{ "from two places at once",
	  HEAD "params: { p: { type: text, from: { env: A, file: /x } } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:34: from: one of 'env' and 'file' is needed, not both\n" },
	{ "from a key without format",
	  HEAD "params: { p: { type: text, from: { file: /x, key: a } } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:34: from: 'format' and 'key' need each other\n" },
	{ "from an unknown format",
	  HEAD "params: { p: { type: text, from: { file: /x, format: yml, key: a } } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:54: unknown format 'yml'; did you mean 'yaml'?\n" },
	{ "from a regex without group",
	  HEAD "params: { p: { type: text, from: [ { env: A }, { file: /x, match: 'a' } ] } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:67: match: the regex needs exactly one group, not 0\n" },
	{ "unknown condition",
	  HEAD "applies_when: { process: java }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:17: unknown key 'process' in applies_when\n" },
	{ "condition is empty",
	  HEAD "applies_when: {}\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:15: applies_when: a condition is needed: file, env, host, "
		  "set, any_set, all_of, any_of or not\n" },
	{ "empty all_of",
	  HEAD "applies_when: { all_of: [] }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:25: all_of: the list is empty\n" },
	{ "condition on an unknown parameter",
	  HEAD "params: { slb: { type: text } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    when: { set: [ sbl ] }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:6:20: unknown parameter 'sbl'; did you mean 'slb'?\n" },
	{ "condition on a relative path",
	  CHECKS "  - id: a\n"
	  "    when: { file: etc/passwd }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:19: file: 'etc/passwd' is not an absolute path\n" },
	{ "of_process alone",
	  CHECKS "  - id: a\n"
	  "    when: { of_process: java }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:11: when: 'of_process' belongs to 'env'\n" },
	{ "name in a condition",
	  CHECKS "  - id: a\n"
	  "    when: { file: \"/${x}\" }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:19: when: ${…} cannot stand here; use set: [NAME] to ask for "
		  "a parameter\n" },
	{ "unknown need",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    needs: [ q ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:7:14: unknown check 'q'\n" },
	{ "near need",
	  CHECKS "  - id: java\n"
	  "    port: { port: 1 }\n"
	  "  - id: a\n"
	  "    needs: [ jave ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:7:14: unknown check 'jave'; did you mean 'java'?\n" },
	{ "need of an item of a single check",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    needs: [ \"p[x]\" ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:7:14: needs: 'p' has no items, it has no for_each\n" },
	{ "need of an unknown item",
	  CHECKS "  - id: p\n"
	  "    for_each: { n: [ 80, 443 ] }\n"
	  "    port: { port: \"${n}\" }\n"
	  "  - id: a\n"
	  "    needs: [ \"p[81]\" ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:8:14: unknown item '81' in p; did you mean '80'?\n" },
	{ "name in needs",
	  CHECKS "  - id: a\n"
	  "    needs: [ \"${x}\" ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: needs: ${…} cannot stand here\n" },
	{ "need of oneself",
	  CHECKS "  - id: a\n"
	  "    needs: [ a ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: checks stand on each other: a -> a\n" },
	{ "circle of needs",
	  CHECKS "  - id: a\n"
	  "    needs: [ b ]\n"
	  "    port: { port: 1 }\n"
	  "  - id: b\n"
	  "    needs: [ c ]\n"
	  "    port: { port: 1 }\n"
	  "  - id: c\n"
	  "    needs: [ a ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:11:14: checks stand on each other: a -> b -> c -> a\n" },
	{ "circle of need and capture",
	  CHECKS "  - id: a\n"
	  "    needs: [ b ]\n"
	  "    value: { of: 1 }\n"
	  "    expect: { value: 1 }\n"
	  "  - id: b\n"
	  "    value: { of: \"${checks.a.value}\" }\n"
	  "    expect: { value: 1 }\n",
	  .says = "t.yaml:9:18: checks stand on each other: a -> b -> a\n" },
	{ "capture of an unknown check",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    value: { of: \"${checks.q.listening}\" }\n"
	  "    expect: { value: true }\n",
	  .says = "t.yaml:7:18: unknown check 'q'\n" },
	{ "capture of an unknown fact",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    value: { of: \"${checks.p.listning}\" }\n"
	  "    expect: { value: true }\n",
	  .says = "t.yaml:7:18: ${checks.p.listning}: unknown fact 'listning' of port; "
		  "did you mean 'listening'?\n" },
	{ "capture without fact",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    value: { of: \"${checks.p}\" }\n"
	  "    expect: { value: true }\n",
	  .says = "t.yaml:7:18: ${checks.p}: write it as checks.ID.fact\n" },
	{ "capture of many as of one",
	  CHECKS "  - id: p\n"
	  "    for_each: { n: [ 1, 2 ] }\n"
	  "    port: { port: \"${n}\" }\n"
	  "  - id: a\n"
	  "    value: { of: \"${checks.p.listening}\" }\n"
	  "    expect: { value: true }\n",
	  .says = "t.yaml:8:18: ${checks.p.listening}: 'p' has items; name one as p[item] "
		  "or all as p[*]\n" },
	{ "capture of one as of many",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    value: { of: \"${checks.p[*].listening}\" }\n"
	  "    expect: { value: { length: 1 } }\n",
	  .says = "t.yaml:7:18: ${checks.p[*].listening}: 'p' has no items, it has no "
		  "for_each\n" },
	{ "capture in a title",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    title: \"${checks.p.process}\"\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:7:12: ${checks.p.process}: captures stand in the fields of a "
		  "check and in expect only\n" },
	{ "self in a field",
	  CHECKS "  - id: a\n"
	  "    value: { of: \"${self.value}\" }\n"
	  "    expect: { value: 1 }\n",
	  .says = "t.yaml:5:18: ${self.value}: self stands in expect only\n" },
	{ "self of an unknown fact",
	  CHECKS "  - id: a\n"
	  "    process: { exe: x }\n"
	  "    expect: { pids: { length: \"${self.cuont}\" } }\n",
	  .says = "t.yaml:6:31: ${self.cuont}: unknown fact 'cuont' of process; did you "
		  "mean 'count'?\n" },
	{ "for_each is no map",
	  CHECKS "  - id: a\n"
	  "    for_each: [ 1 ]\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:15: for_each: a map is needed, not a list\n" },
	{ "for_each of nothing",
	  CHECKS "  - id: a\n"
	  "    for_each: { n: [] }\n"
	  "    port: { port: \"${n}\" }\n",
	  .says = "t.yaml:5:20: for_each: 'n' has no item\n" },
	{ "for_each of a word",
	  CHECKS "  - id: a\n"
	  "    for_each: { n: 5 }\n"
	  "    port: { port: \"${n}\" }\n",
	  .says = "t.yaml:5:20: for_each: a list, a map of label: value or one whole ${…} "
		  "is needed\n" },
	{ "for_each of a parameter that is no list",
	  HEAD "params: { p: { type: text } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    for_each: { n: \"${p}\" }\n"
	  "    port: { port: \"${n}\" }\n",
	  .says = "t.yaml:6:20: for_each: parameter 'p' is of type text, not list\n" },
	{ "for_each of an unknown parameter",
	  HEAD "params: { ports: { type: list } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    for_each: { n: \"${prots}\" }\n"
	  "    port: { port: \"${n}\" }\n",
	  .says = "t.yaml:6:20: unknown parameter 'prots'; did you mean 'ports'?\n" },
	{ "for_each of a secret",
	  HEAD "params: { p: { type: secret } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    for_each: { n: [ \"${p}\" ] }\n"
	  "    port: { port: 1, address: \"${n}\" }\n",
	  .says = "t.yaml:6:15: for_each: 'p' is a secret and cannot be an item\n" },
	{ "the same item twice",
	  CHECKS "  - id: a\n"
	  "    for_each: { n: [ 80, 80 ] }\n"
	  "    port: { port: \"${n}\" }\n",
	  .says = "t.yaml:5:15: for_each: the item '80' is there twice\n" },
	{ "an item that its field refuses",
	  CHECKS "  - id: a\n"
	  "    for_each: { n: [ 80, http ] }\n"
	  "    port: { port: \"${n}\" }\n",
	  .says = "t.yaml:6:19: port: 'http' is not a port number from 1 to 65535\n" },
	{ "unknown member of an item",
	  CHECKS "  - id: a\n"
	  "    for_each: { pair: { ssh: { front: 22 } } }\n"
	  "    port: { port: \"${pair.back}\" }\n",
	  .says = "t.yaml:6:20: unknown name 'pair.back'\n" },
	{ "capture beside other lists",
	  CHECKS "  - id: p\n"
	  "    port: { port: 22 }\n"
	  "  - id: a\n"
	  "    for_each: { n: \"${checks.p.addresses}\", m: [ 1 ] }\n"
	  "    port: { port: \"${m}\", address: \"${n}\" }\n",
	  .says = "t.yaml:7:20: for_each: a capture cannot be combined with other lists\n" },
	{ "remedy without text",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    remedy: [ { command: ls } ]\n",
	  .says = "t.yaml:6:15: missing key 'text' in a step of remedy\n" },
	{ "unknown risk",
	  CHECKS "  - id: a\n"
	  "    port: { port: 1 }\n"
	  "    remedy: [ { text: x, risk: G4 } ]\n",
	  .says = "t.yaml:6:32: unknown risk 'G4'; did you mean 'G1'?\n" },
	{ "unknown language",
	  CHECKS "  - id: a\n"
	  "    title: { en: x, de: y }\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:21: unknown key 'de' in title\n" },
	{ "unknown key of defaults",
	  HEAD "defaults: { timout: 5s }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:13: unknown key 'timout' in defaults; did you mean 'timeout'?\n" },
	{ "unknown key of a type's defaults",
	  HEAD "defaults: { port: { protcol: udp } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:21: unknown key 'protcol' in port; did you mean 'protocol'?\n" },
	{ "value of a type's defaults",
	  HEAD "defaults: { port: { protocol: tpc } }\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:3:31: protocol: 'tpc' is not one of tcp, udp; did you mean "
		  "'tcp'?\n" },
	{ "include of a missing file",
	  HEAD "include: [ v.yaml ]\n",
	  .says = "t.yaml:3:12: include: 'v.yaml': No such file or directory\n" },
	{ "include of itself",
	  HEAD "include: [ t.yaml ]\n",
	  .says = "t.yaml:3:12: include loop: t.yaml -> t.yaml\n" },
	{ "include in a circle",
	  HEAD "include: [ u.yaml ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "include: [ t.yaml ]\n",
	  .says = "u.yaml:3:12: include loop: t.yaml -> u.yaml -> t.yaml\n" },
	{ "duplicate id by include",
	  HEAD "include: [ u.yaml ]\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 1 }\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: 1 }\n",
	  .says = "t.yaml:5:9: duplicate id 'a'; the first is at u.yaml:4:9\n" },
	{ "mistake in an included file",
	  HEAD "include: [ u.yaml ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: x }\n",
	  .says = "u.yaml:5:19: port: 'x' is not a port number from 1 to 65535\n" },
	{ "unknown parameter of an included file",
	  HEAD "include: [ { file: u.yaml, params: { prot: 1 } } ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "params: { port: { type: port } }\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: \"${port}\" }\n",
	  .says = "t.yaml:3:38: unknown parameter 'prot' in u.yaml; did you mean 'port'?\n" },
	{ "wrong value for an included file",
	  HEAD "include: [ { file: u.yaml, params: { port: x } } ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "params: { port: { type: port } }\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: \"${port}\" }\n",
	  .says = "t.yaml:3:44: port: 'x' is not a port number from 1 to 65535\n" },
	{ "undefined name for an included file",
	  HEAD "include: [ { file: u.yaml, params: { port: \"${x}\" } } ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "params: { port: { type: port } }\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: \"${port}\" }\n",
	  .says = "t.yaml:3:44: unknown parameter 'x'\n" },
	{ "the same prefix twice",
	  HEAD "include: [ { file: u.yaml, as: g }, { file: u.yaml, as: g } ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: 1 }\n",
	  .says = "t.yaml:3:57: as: 'g' is already used in line 3\n"
		  "u.yaml:4:9: duplicate id 'g.a'; the first is at u.yaml:4:9\n" },
	{ "bad prefix",
	  HEAD "include: [ { file: u.yaml, as: G.x } ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: 1 }\n",
	  .says = "t.yaml:3:32: as: 'G.x' must be of a-z 0-9 _ - and start with a letter "
		  "or digit\n" },
	{ "unknown key of include",
	  HEAD "include: [ { file: u.yaml, with: { a: b } } ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: 1 }\n",
	  .says = "t.yaml:3:28: unknown key 'with' in include\n" },
	{ "duplicate key",
	  CHECKS "  - id: a\n"
	  "    id: b\n"
	  "    port: { port: 1 }\n",
	  .says = "t.yaml:5:5: duplicate key 'id': it stands on line 4 already\n" },
	{ "several at once",
	  HEAD "prodct: X\n"
	  "checks:\n"
	  "  - id: a\n"
	  "    port: { port: 0 }\n"
	  "    timeout: 5\n"
	  "  - id: A\n"
	  "    process: { exe: x }\n"
	  "    expect: { cout: 1 }\n",
	  .says = "t.yaml:3:1: unknown key 'prodct' in a ruleset; did you mean 'product'?\n"
		  "t.yaml:6:19: port: '0' is not a port number from 1 to 65535\n"
		  "t.yaml:7:14: timeout: '5' needs a unit: ms, s, m, h or d\n"
		  "t.yaml:8:9: id: 'A' must be of a-z 0-9 _ - and start with a letter or "
		  "digit\n"
		  "t.yaml:10:15: unknown fact 'cout' of process; did you mean 'count'?\n" },
	{ "warning of a type",
	  CHECKS "  - id: a\n"
	  "    process: { command: linkc }\n",
	  .says = "t.yaml:5:5: warning: process: 'command' alone finds editors, too\n" },
};

static int enter_folder(void **state)
{
	static char folder[] = "/tmp/rounds-test-XXXXXX";

	*state = mkdtemp(folder);
	return *state && !chdir(*state) ? 0 : -1;
}

static int leave_folder(void **state)
{
	unlink("t.yaml");
	unlink("u.yaml");
	return chdir("/") || rmdir(*state);
}

static void write_file(const char *name, const char *text)
{
	auto_file FILE *f = fopen(name, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
}

static char *lint(const char *const *paths, size_t count)
{
	auto_diagnostics struct diagnostics d = { 0 };
	auto_buf struct buf out = BUF_INIT(1 << 20);
	struct rulebook *book = rulebook_load(paths, count, fake_types, &d);

	for (size_t i = 0; i < d.count; i++) {
		diagnostic_print_line(&out, &d.items[i]);
		buf_addc(&out, '\n');
	}
	rulebook_free(book);
	return buf_take(&out);
}

static void each_mistake_is_said(void **state)
{
	static const char *const paths[] = { "t.yaml" };
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		auto_free char *says = NULL;

		unlink("u.yaml");
		write_file("t.yaml", m->text);
		if (m->other)
			write_file("u.yaml", m->other);
		says = lint(paths, 1);
		if (!strcmp(says, m->says))
			continue;
		print_error("%s:\n--- expected\n%s--- said\n%s", m->name, m->says, says);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void names_of_rulesets_are_unique(void **state)
{
	static const char *const paths[] = { "t.yaml", "u.yaml" };
	auto_free char *says = NULL;

	(void)state;
	write_file("t.yaml", CHECKS "  - { id: a, port: { port: 1 } }\n");
	write_file("u.yaml", CHECKS "  - { id: a, port: { port: 1 } }\n");
	says = lint(paths, 2);
	assert_string_equal(says, "u.yaml:2:10: ruleset 't' is also the name of t.yaml:2:10\n");
}

static void a_file_is_read_once(void **state)
{
	static const char *const paths[] = { "t.yaml", "./t.yaml", "t.yaml" };
	auto_diagnostics struct diagnostics d = { 0 };
	struct rulebook *book;

	(void)state;
	write_file("t.yaml", CHECKS "  - { id: a, port: { port: 1 } }\n");
	book = rulebook_load(paths, 3, fake_types, &d);
	assert_int_equal(book->count, 1);
	assert_int_equal(d.count, 0);
	rulebook_free(book);
}

static void a_missing_file_is_named(void **state)
{
	static const char *const paths[] = { "nowhere.yaml" };
	auto_free char *says = lint(paths, 1);

	(void)state;
	assert_string_equal(says, "nowhere.yaml: No such file or directory\n");
}

/* Others' mistakes do not hide ours: a folder of which one file is broken. */
static void mistakes_of_all_files_at_once(void **state)
{
	static const char *const paths[] = { "t.yaml", "u.yaml" };
	auto_free char *says = NULL;

	(void)state;
	write_file("t.yaml", "format: 1\nruleset: [\n");
	write_file("u.yaml", CHECKS "  - { id: a, port: { port: 0 } }\n");
	says = lint(paths, 2);
	assert_true(strstr(says, "t.yaml:") == says);
	assert_non_null(strstr(says, "u.yaml:4:28: port: '0' is not a port number from 1 to 65535\n"));
}

static const char whole[] =
	"format: 1\n"
	"ruleset: whole\n"
	"version: 1.43.0\n"
	"product: P\n"
	"component: c\n"
	"title: { en: Whole, zh: x }\n"
	"applies_when:\n"
	"  any_of:\n"
	"    - { env: { A: \"true\" } }\n"
	"    - { all_of: [ { not: { env: A } }, { file: /x }, { host: \"web-*\" }, { set: [ slb ] } ] }\n"
	"params:\n"
	"  ports: { type: list, default: [ 80, 443 ], title: { en: Ports, zh: x } }\n"
	"  slb: { type: text, required: false }\n"
	"  pw: { type: secret, from: [ { env: PW }, { file: /c, match: '^pw (.*)$' } ] }\n"
	"  url: { type: url, from: { file: /c, format: properties, key: [ a, b ] } }\n"
	"  wait: { type: duration, default: 7s }\n"
	"defaults: { timeout: 5s, severity: high, tags: [ daily ], http: { timeout: 9s, method: HEAD } }\n"
	"checks:\n"
	"  - id: ports\n"
	"    title: { en: \"Port ${port}\", zh: x }\n"
	"    for_each: { port: \"${ports}\" }\n"
	"    port: { port: \"${port}\" }\n"
	"  - id: web\n"
	"    needs: [ \"ports[80]\", ports ]\n"
	"    timeout: \"${wait}\"\n"
	"    retry: { times: 2, every: 10ms }\n"
	"    http: { url: \"${url}/x\", headers: { Host: \"${slb}\" }, token: \"${pw}\" }\n"
	"    extract: { version: 'v(\\d+)' }\n"
	"    expect:\n"
	"      - { severity: low, status: 401 }\n"
	"      - { severity: critical, found.version: { length: { ge: 1 } } }\n"
	"    impact: { en: x, zh: y }\n"
	"    causes: [ x, { en: y } ]\n"
	"    remedy: [ { text: { en: x }, command: ls, risk: G3 } ]\n"
	"    verify: z\n"
	"    doc: d\n"
	"  - id: pairs\n"
	"    for_each: { pair: { ssh: { front: 22, back: 9997 } }, proto: [ tcp, udp ] }\n"
	"    port: { port: \"${pair.front}\", protocol: \"${proto}\" }\n"
	"  - id: late\n"
	"    when: { any_set: [ slb, pw ] }\n"
	"    for_each: { p: \"${checks.web.json.list[*].port}\" }\n"
	"    port: { port: \"${p}\" }\n"
	"  - id: sum\n"
	"    value: { of: [ \"${checks.ports[*].listening}\", \"${checks.late[*].listening}\", \"${host.name}\", \"$${x}\" ] }\n"
	"    expect: { value: { length: \"${self.value[0]}\" } }\n";

static void a_whole_ruleset_has_none(void **state)
{
	static const char *const paths[] = { "t.yaml" };
	auto_free char *says = NULL;

	(void)state;
	write_file("t.yaml", whole);
	says = lint(paths, 1);
	assert_string_equal(says, "");
}

static void check_table(const struct key *keys)
{
	for (const struct key *k = keys; k->name; k++) {
		assert_non_null(k->doc);
		assert_int_equal(k->doc[strlen(k->doc) - 1], '.');
		assert_true(!k[1].name || strcmp(k->name, k[1].name) < 0);
		assert_true(k->shape != KEY_CHOICE || k->choices);
		assert_true((k->shape != KEY_SECTION && k->shape != KEY_ONE_OR_SECTIONS) || k->of);
	}
}

static void tables_are_sorted_and_documented(void **state)
{
	static const struct key *const tables[] = {
		ruleset_keys, check_keys, param_keys, include_keys, retry_keys, step_keys, from_keys, condition_keys,
		defaults_keys, type_defaults_keys, words_keys,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		check_table(tables[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_said),
		cmocka_unit_test(names_of_rulesets_are_unique),
		cmocka_unit_test(a_file_is_read_once),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(mistakes_of_all_files_at_once),
		cmocka_unit_test(a_whole_ruleset_has_none),
		cmocka_unit_test(tables_are_sorted_and_documented),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
