/*
 * mistakes_of_links - rows of test_ruleset_mistakes: what can be wrong with names, parameters,
 * conditions, items, other checks and other files.
 */
#ifndef TESTS_UNIT_MISTAKES_OF_LINKS_H
#define TESTS_UNIT_MISTAKES_OF_LINKS_H

#include "tests/unit/mistake.h"

static const struct mistake mistakes_of_links[] = {
	{ "undefined name",
	  HEAD "params: { web_port: { type: port } }\n"
	       "checks:\n"
	       "  - id: a\n"
	       "    port: { port: \"${webport}\" }\n",
	  .says = "t.yaml:6:20: unknown parameter 'webport'; did you mean 'web_port'?\n" },
	{ "capture and self of facts that every type has",
	  CHECKS "  - id: a\n"
		 "    command: { argv: [ id ] }\n"
		 "    extract: { n: '(.)' }\n"
		 "    expect: { \"found.n[0]\": \"${self.found.n[1]}\", error.kind: { ne: dns } }\n"
		 "  - id: b\n"
		 "    value:\n"
		 "      of: \"${checks.a.found.n} ${checks.a.time} ${checks.a.error.kind}\"\n"
		 "    expect: { value: { ne: \"${self.tim}\" } }\n",
	  .says = "t.yaml:11:28: ${self.tim}: unknown fact 'tim' of value\n" },
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
	{ "include of a missing file", HEAD "include: [ v.yaml ]\n",
	  .says = "t.yaml:3:12: include: 'v.yaml': No such file or directory\n" },
	{ "include of itself", HEAD "include: [ t.yaml ]\n",
	  .says = "t.yaml:3:12: include loop: t.yaml -> t.yaml\n" },
	{ "include in a circle", HEAD "include: [ u.yaml ]\n",
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
	{ "mistake in an included file", HEAD "include: [ u.yaml ]\n",
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
	{ "bad prefix", HEAD "include: [ { file: u.yaml, as: G.x } ]\n",
	  .other = "format: 1\n"
		   "ruleset: u\n"
		   "checks:\n"
		   "  - id: a\n"
		   "    port: { port: 1 }\n",
	  .says = "t.yaml:3:32: as: 'G.x' must be of a-z 0-9 _ - and start with a letter "
		  "or digit\n" },
	{ "unknown key of include", HEAD "include: [ { file: u.yaml, with: { a: b } } ]\n",
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

#endif
