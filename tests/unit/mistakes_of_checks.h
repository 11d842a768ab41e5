/*
 * mistakes_of_checks - rows of test_ruleset_mistakes: what can be wrong with the file as a whole
 * and with a check by itself.
 */
#ifndef TESTS_UNIT_MISTAKES_OF_CHECKS_H
#define TESTS_UNIT_MISTAKES_OF_CHECKS_H

#include "tests/unit/mistake.h"

static const struct mistake mistakes_of_checks[] = {
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
	{ "no checks", HEAD,
	  .says = "t.yaml:1:1: the ruleset has no checks: 'checks' or 'include' is needed\n" },
	{ "empty checks", HEAD "checks: []\n", .says = "t.yaml:3:9: checks: the list is empty\n" },
	{ "checks are no list", HEAD "checks: { a: b }\n",
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
	  HEAD "p\xd0"
	       "\xb0"
	       "rams: {}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key 'p\xd0"
		  "\xb0"
		  "rams' in a ruleset (U+0430 is "
		  "not ASCII); did you mean 'params'?\n" },
	{ "check is no map", CHECKS "  - port\n",
	  .says = "t.yaml:4:5: check: a map is needed, not a text\n" },
	{ "no id", CHECKS "  - port: { port: 22 }\n",
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
	  .says = "t.yaml:5:5: unknown check type 'mongo'; 'rounds list --types' shows "
		  "all\n" },
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
	  .says = "t.yaml:5:11: missing key 'port' in port\n"
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
	  .says = "t.yaml:5:11: missing key 'port' in port\n" },
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
	{ "sustain is no map",
	  CHECKS "  - id: a\n"
		 "    sustain: 3\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: sustain: a map is needed, not a text\n" },
	{ "sustain of nothing",
	  CHECKS "  - id: a\n"
		 "    sustain: { every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: sustain: needs samples, for, runs, or of and at_least\n" },
	{ "sustain without every",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3 }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: missing key 'every' in sustain\n" },
	{ "sustain of one sample",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 1, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:25: samples: '1' is not a number from 2 to 1000\n" },
	{ "sustain of too many samples",
	  CHECKS "  - id: a\n"
		 "    sustain: { for: 1h, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:21: for: that would be 3601 samples; at most 1000 are taken\n" },
	{ "sustain for less than every",
	  CHECKS "  - id: a\n"
		 "    sustain: { for: 1s, every: 2s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:21: for: must be at least as long as every, else there is one "
		  "sample\n" },
	{ "sustain without a unit",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3, every: 10 }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:35: every: '10' needs a unit: ms, s, m, h or d\n" },
	{ "sustain in no time",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3, every: 0s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:35: every: must be more than 0\n" },
	{ "sustain in two forms",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3, for: 1m, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: sustain: 'samples' and 'for' exclude each other\n" },
	{ "of without at_least",
	  CHECKS "  - id: a\n"
		 "    sustain: { of: 6, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: missing key 'at_least' in sustain: how many of them fail\n" },
	{ "at_least without of",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3, at_least: 2, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:38: at_least: belongs to 'of', not to 'samples'\n" },
	{ "more than of",
	  CHECKS "  - id: a\n"
		 "    sustain: { of: 3, at_least: 4, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:33: at_least: 4 cannot be more than of: 3\n" },
	{ "full is not true",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3, every: 1s, full: yes }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:45: full: 'yes' is not true or false\n" },
	{ "sustain over one run",
	  CHECKS "  - id: a\n"
		 "    sustain: { runs: 1 }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:22: runs: '1' is not a number from 2 to 50\n" },
	{ "sustain over runs, every",
	  CHECKS "  - id: a\n"
		 "    sustain: { runs: 3, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:32: every: belongs to samples, not to 'runs'\n" },
	{ "sustain over runs and samples",
	  CHECKS "  - id: a\n"
		 "    sustain: { runs: 3, samples: 3, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:14: sustain: 'samples' and 'runs' exclude each other\n" },
	{ "sustain over runs, and retry",
	  CHECKS "  - id: a\n"
		 "    sustain: { runs: 3 }\n"
		 "    retry: { times: 2, every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:5: sustain: not with retry: a check is sampled again, or tried "
		  "again\n" },
	{ "unknown key of sustain",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3, evry: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:28: unknown key 'evry' in sustain; did you mean 'every'?\n" },
	{ "a parameter in sustain that is no number",
	  HEAD "params: { n: { type: text, default: some } }\n"
	       "checks:\n"
	       "  - id: a\n"
	       "    sustain: { samples: \"${n}\", every: 1s }\n"
	       "    port: { port: 1 }\n",
	  .says = "t.yaml:6:25: samples: 'some' is not a number from 2 to 1000\n" },
	{ "a capture in sustain",
	  CHECKS "  - { id: b, port: { port: 1 } }\n"
		 "  - id: a\n"
		 "    sustain: { for: \"${self.time}\", every: 1s }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:6:21: ${self.time}: self stands in expect only\n" },
	{ "a parameter in the sustain of an entry",
	  HEAD "params: { n: { type: int, default: 3 } }\n"
	       "checks:\n"
	       "  - id: a\n"
	       "    port: { port: 1 }\n"
	       "    expect: [ { listening: true, sustain: { samples: \"${n}\", every: 1s } } ]\n",
	  .says = "t.yaml:7:43: sustain: no ${…} can stand in that of an entry\n" },
	{ "sustain with retry",
	  CHECKS "  - id: a\n"
		 "    sustain: { samples: 3, every: 1s }\n"
		 "    retry: { times: 2 }\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:5:5: sustain: not with retry: a check is sampled again, or tried "
		  "again\n" },
	{ "sustain without every in an entry",
	  CHECKS "  - id: a\n"
		 "    port: { port: 1 }\n"
		 "    expect:\n"
		 "      - { severity: low, listening: true, sustain: { samples: 3 } }\n",
	  .says = "t.yaml:7:52: missing key 'every' in sustain\n" },
	{ "sustain on the check and in an entry",
	  CHECKS "  - id: a\n"
		 "    port: { port: 1 }\n"
		 "    sustain: { samples: 3, every: 1s }\n"
		 "    expect:\n"
		 "      - { listening: true, sustain: { samples: 3, every: 1s } }\n",
	  .says = "t.yaml:6:5: sustain: it stands in an entry of expect, too: either there, or "
		  "here\n" },
	{ "sustain in an expect that is no list",
	  CHECKS "  - id: a\n"
		 "    port: { port: 1 }\n"
		 "    expect: { listening: true, sustain: { samples: 3, every: 1s } }\n",
	  .says = "t.yaml:6:32: 'sustain' stands in the entries of a list, or on the check\n" },
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
};

#endif
