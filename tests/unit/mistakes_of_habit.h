/*
 * mistakes_of_habit - rows of test_ruleset_mistakes: habits from other languages, and values that
 * YAML 1.1 takes for something else.
 */
#ifndef TESTS_UNIT_MISTAKES_OF_HABIT_H
#define TESTS_UNIT_MISTAKES_OF_HABIT_H

#include "tests/unit/mistake.h"

static const struct mistake mistakes_of_habit[] = {
	{ "port: { port: 0o26 }",
	  CHECKS "  - { id: a, port: { port: 0o26 } }\n",
	  .says = "t.yaml:4:28: port: '0o26' is not a port number from 1 to 65535\n" },
	{ "port: { port: null }",
	  CHECKS "  - { id: a, port: { port: null } }\n",
	  .says = "t.yaml:4:28: port: nothing is given; leave the key out or write a value\n" },
	{ "port: { port: 22,23 }",
	  CHECKS "  - { id: a, port: { port: 22,23 } }\n",
	  .says = "t.yaml:4:31: unknown key '23' in port\n" },
	{ "port: { port: \"${x\" }",
	  CHECKS "  - { id: a, port: { port: \"${x\" } }\n",
	  .says = "t.yaml:4:29: '${' without '}' (a literal '${' is written '$${')\n" },
	{ "port: { port: \"${}\" }",
	  CHECKS "  - { id: a, port: { port: \"${}\" } }\n",
	  .says = "t.yaml:4:29: '${}' names nothing (a literal '${' is written '$${')\n" },
	{ "port: { port: \"${ x }\" }",
	  CHECKS "  - { id: a, port: { port: \"${ x }\" } }\n",
	  .says = "t.yaml:4:29: unknown parameter ' x '\n" },
	{ "port: { port: \"${x.y}\" }",
	  CHECKS "  - { id: a, port: { port: \"${x.y}\" } }\n",
	  .says = "t.yaml:4:29: unknown name 'x.y'\n" },
	{ "port: { port: \"${x}${y}\" }",
	  CHECKS "  - { id: a, port: { port: \"${x}${y}\" } }\n",
	  .says = "t.yaml:4:29: unknown parameter 'x'\n"
		  "t.yaml:4:33: unknown parameter 'y'\n" },
	{ "port: { port: \"${checks.a.time}\" }",
	  CHECKS "  - { id: a, port: { port: \"${checks.a.time}\" } }\n",
	  .says = "t.yaml:4:28: checks stand on each other: a -> a\n" },
	{ "port: { port: \"${checks.zz.time}\" }",
	  CHECKS "  - { id: a, port: { port: \"${checks.zz.time}\" } }\n",
	  .says = "t.yaml:4:28: unknown check 'zz'\n" },
	{ "port: { port: \"${checks.a}\" }",
	  CHECKS "  - { id: a, port: { port: \"${checks.a}\" } }\n",
	  .says = "t.yaml:4:28: ${checks.a}: write it as checks.ID.fact\n"
		  "t.yaml:4:28: checks stand on each other: a -> a\n" },
	{ "port: { port: \"${self.time}\" }",
	  CHECKS "  - { id: a, port: { port: \"${self.time}\" } }\n",
	  .says = "t.yaml:4:28: ${self.time}: self stands in expect only\n" },
	{ "port: { port: \"${host.nme}\" }",
	  CHECKS "  - { id: a, port: { port: \"${host.nme}\" } }\n",
	  .says = "t.yaml:4:29: unknown name 'host.nme'; did you mean 'host.name'?\n" },
	{ "timeout: 5, port: {port: 1}",
	  CHECKS "  - { id: a, timeout: 5, port: {port: 1} }\n",
	  .says = "t.yaml:4:23: timeout: '5' needs a unit: ms, s, m, h or d\n" },
	{ "timeout: 5 s, port: {port: 1}",
	  CHECKS "  - { id: a, timeout: 5 s, port: {port: 1} }\n",
	  .says = "t.yaml:4:23: timeout: '5 s' is not a duration such as 300ms, 5s or 1m30s\n" },
	{ "timeout: 0s, port: {port: 1}",
	  CHECKS "  - { id: a, timeout: 0s, port: {port: 1} }\n",
	  .says = "t.yaml:4:23: timeout: must be more than 0\n" },
	{ "timeout: \"\", port: {port: 1}",
	  CHECKS "  - { id: a, timeout: \"\", port: {port: 1} }\n",
	  .says = "t.yaml:4:23: timeout: the text is empty\n" },
	{ "severity: High, port: {port: 1}",
	  CHECKS "  - { id: a, severity: High, port: {port: 1} }\n",
	  .says = "t.yaml:4:24: unknown severity 'High'; did you mean 'high'?\n" },
	{ "severity: severe, port: {port: 1}",
	  CHECKS "  - { id: a, severity: severe, port: {port: 1} }\n",
	  .says = "t.yaml:4:24: unknown severity 'severe': one of info, low, medium, high, critic"
		  "al is needed\n" },
	{ "severity: [], port: {port: 1}",
	  CHECKS "  - { id: a, severity: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:24: severity: a text is needed, not a list\n" },
	{ "severity: {}, port: {port: 1}",
	  CHECKS "  - { id: a, severity: {}, port: {port: 1} }\n",
	  .says = "t.yaml:4:24: severity: a text is needed, not a map\n" },
	{ "severity: \"\", port: {port: 1}",
	  CHECKS "  - { id: a, severity: \"\", port: {port: 1} }\n",
	  .says = "t.yaml:4:24: severity: the text is empty\n" },
	{ "tags: [], port: {port: 1}",
	  CHECKS "  - { id: a, tags: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:20: tags: the list is empty\n" },
	{ "tags: [\"\"], port: {port: 1}",
	  CHECKS "  - { id: a, tags: [\"\"], port: {port: 1} }\n",
	  .says = "t.yaml:4:21: tags: the text is empty\n" },
	{ "tags: {a: b}, port: {port: 1}",
	  CHECKS "  - { id: a, tags: {a: b}, port: {port: 1} }\n",
	  .says = "t.yaml:4:20: tags: a list is needed, not a map\n" },
	{ "tags: a, port: {port: 1}",
	  CHECKS "  - { id: a, tags: a, port: {port: 1} }\n",
	  .says = "t.yaml:4:20: tags: a list is needed, not a text\n" },
	{ "tags: [[a]], port: {port: 1}",
	  CHECKS "  - { id: a, tags: [[a]], port: {port: 1} }\n",
	  .says = "t.yaml:4:21: tags: a text is needed, not a list\n" },
	{ "tags: [ \"${x}\" ], port: {port: 1}",
	  CHECKS "  - { id: a, tags: [ \"${x}\" ], port: {port: 1} }\n",
	  .says = "t.yaml:4:22: tags: ${\342\200\246} cannot stand here\n" },
	{ "retry: { times: 0 }, port: {port: 1}",
	  CHECKS "  - { id: a, retry: { times: 0 }, port: {port: 1} }\n",
	  .says = "t.yaml:4:30: times: '0' is not a number from 1 to 100\n" },
	{ "retry: { times: -1 }, port: {port: 1}",
	  CHECKS "  - { id: a, retry: { times: -1 }, port: {port: 1} }\n",
	  .says = "t.yaml:4:30: times: '-1' is not a whole number\n" },
	{ "retry: { times: \"\" }, port: {port: 1}",
	  CHECKS "  - { id: a, retry: { times: \"\" }, port: {port: 1} }\n",
	  .says = "t.yaml:4:30: times: the text is empty\n" },
	{ "needs a",
	  CHECKS "  - { id: a, needs: a, port: { port: 1 } }\n"
		 "  - { id: b, port: { port: 2 } }\n",
	  .says = "t.yaml:4:21: needs: a list is needed, not a text\n" },
	{ "needs []",
	  CHECKS "  - { id: a, needs: [], port: { port: 1 } }\n"
		 "  - { id: b, port: { port: 2 } }\n",
	  .says = "t.yaml:4:21: needs: the list is empty\n" },
	{ "needs [\"b[x]\"]",
	  CHECKS "  - { id: a, needs: [\"b[x]\"], port: { port: 1 } }\n"
		 "  - { id: b, port: { port: 2 } }\n",
	  .says = "t.yaml:4:22: needs: 'b' has no items, it has no for_each\n" },
	{ "needs [\"${x}\"]",
	  CHECKS "  - { id: a, needs: [\"${x}\"], port: { port: 1 } }\n"
		 "  - { id: b, port: { port: 2 } }\n",
	  .says = "t.yaml:4:22: needs: ${\342\200\246} cannot stand here\n" },
	{ "needs {b: c}",
	  CHECKS "  - { id: a, needs: {b: c}, port: { port: 1 } }\n"
		 "  - { id: b, port: { port: 2 } }\n",
	  .says = "t.yaml:4:21: needs: a list is needed, not a map\n" },
	{ "needs [\"b[\"]",
	  CHECKS "  - { id: a, needs: [\"b[\"], port: { port: 1 } }\n"
		 "  - { id: b, port: { port: 2 } }\n",
	  .says = "t.yaml:4:22: needs: 'b[' is not a check or CHECK[item]\n" },
	{ "needs [\"\"]",
	  CHECKS "  - { id: a, needs: [\"\"], port: { port: 1 } }\n"
		 "  - { id: b, port: { port: 2 } }\n",
	  .says = "t.yaml:4:22: needs: the text is empty\n" },
	{ "needs cycle",
	  CHECKS "  - { id: a, needs: [b], port: { port: 1 } }\n"
		 "  - { id: b, needs: [c], port: { port: 2 } }\n"
		 "  - { id: c, needs: [a], port: { port: 2 } }\n",
	  .says = "t.yaml:6:22: checks stand on each other: a -> b -> c -> a\n" },
	{ "capture cycle",
	  CHECKS "  - { id: a, value: { of: '${checks.b.value}' } }\n"
		 "  - { id: b, value: { of: '${checks.a.value}' } }\n",
	  .says = "t.yaml:5:27: checks stand on each other: a -> b -> a\n" },
	{ "value ${checks.b}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b}: write it as checks.ID.fact\n" },
	{ "value ${checks.b.}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.}: write it as checks.ID.fact\n" },
	{ "value ${checks.b.nofact}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.nofact}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.nofact}: unknown fact 'nofact' of port\n" },
	{ "value ${checks.b.listenin}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.listenin}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.listenin}: unknown fact 'listenin' of port; did you me"
		  "an 'listening'?\n" },
	{ "value ${checks.b[x].listening}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b[x].listening}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b[x].listening}: 'b' has no items, it has no for_each\n" },
	{ "value ${checks.b[*].listening}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b[*].listening}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b[*].listening}: 'b' has no items, it has no for_each\n" },
	{ "value ${checks.b.listening.x}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.listening.x}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.listening.x}: listening is true or false and has no me"
		  "mber 'x'\n" },
	{ "value ${checks.b.addresses[x]}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.addresses[x]}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.addresses[x]}: not a path: '[x]': a number from 0, * o"
		  "r a key in quotes is needed in brackets\n" },
	{ "value ${checks.b.addresses[}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.addresses[}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.addresses[}: not a path: '[': a number from 0, * or a "
		  "key in quotes is needed in brackets\n" },
	{ "value ${checks.b.addresses[-1]}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.addresses[-1]}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.addresses[-1]}: not a path: '[-1]': a number from 0, *"
		  " or a key in quotes is needed in brackets\n" },
	{ "value ${checks.b.addresses[*].x}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.addresses[*].x}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.addresses[*].x}: addresses is a text and has no member"
		  " 'x'\n" },
	{ "value ${checks.b[\"listening\"]}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b[\"listening\"]}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b[\"listening\"]}: write it as checks.ID.fact\n" },
	{ "value ${checks.b.addresses[99999999999999]}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${checks.b.addresses[99999999999999]}' } }\n",
	  .says = "t.yaml:5:27: ${checks.b.addresses[99999999999999]}: not a path: '[999999999999"
		  "99]': a number from 0, * or a key in quotes is needed in brackets\n" },
	{ "value ${self.value}",
	  CHECKS "  - { id: b, port: { port: 2 } }\n"
		 "  - { id: a, value: { of: '${self.value}' } }\n",
	  .says = "t.yaml:5:27: ${self.value}: self stands in expect only\n" },
	{ "for_each: , value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: , value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:24: for_each: a map is needed, not nothing\n"
		  "t.yaml:4:40: unknown parameter 'x'\n" },
	{ "for_each: [], value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: [], value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:24: for_each: a map is needed, not a list\n"
		  "t.yaml:4:42: unknown parameter 'x'\n" },
	{ "for_each: {}, value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: {}, value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:24: for_each: a map of a name and its list is needed, such as { path:"
		  " [ /, /data ] }\n" },
	{ "for_each: {x: []}, value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: {x: []}, value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:28: for_each: 'x' has no item\n" },
	{ "for_each: {x: a}, value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: {x: a}, value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:28: for_each: a list, a map of label: value or one whole ${\342\200"
		  "\246} is needed\n" },
	{ "for_each: {x: [a, a]}, value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: {x: [a, a]}, value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:24: for_each: the item 'a' is there twice\n" },
	{ "for_each: {\"x y\": [a]}, value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: {\"x y\": [a]}, value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:25: for_each: the name 'x y' must be of A-Z a-z 0-9 _\n" },
	{ "for_each: {x: [\"\"]}, value: { of: \"${x}\" }",
	  CHECKS "  - { id: a, for_each: {x: [\"\"]}, value: { of: \"${x}\" } }\n",
	  .says = "t.yaml:4:29: for_each: an item is empty\n" },
	{ "when: x, port: {port: 1}",
	  CHECKS "  - { id: a, when: x, port: {port: 1} }\n",
	  .says = "t.yaml:4:20: when: a map is needed, not a text\n" },
	{ "when: [], port: {port: 1}",
	  CHECKS "  - { id: a, when: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:20: when: a map is needed, not a list\n" },
	{ "when: {}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {}, port: {port: 1} }\n",
	  .says = "t.yaml:4:20: when: a condition is needed: file, env, host, set, any_set, all_o"
		  "f, any_of or not\n" },
	{ "when: {file: \"\"}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {file: \"\"}, port: {port: 1} }\n",
	  .says = "t.yaml:4:27: file: the text is empty\n" },
	{ "when: {env: \"\"}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {env: \"\"}, port: {port: 1} }\n",
	  .says = "t.yaml:4:26: env: a name, or a map of a name and what is expected of it, is ne"
		  "eded\n" },
	{ "when: {env: \"A=B\"}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {env: \"A=B\"}, port: {port: 1} }\n",
	  .says = "t.yaml:4:26: env: 'A=B' cannot be the name of a variable; for a value write { "
		  "NAME: \"value\" }\n" },
	{ "when: {env: {A: {}}}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {env: {A: {}}}, port: {port: 1} }\n",
	  .says = "t.yaml:4:30: the value: the map is empty, so that nothing is expected\n" },
	{ "when: {env: {A: {ge: 1}}}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {env: {A: {ge: 1}}}, port: {port: 1} }\n",
	  .says = "t.yaml:4:31: the value: operator 'ge' is for numbers, durations, sizes, times "
		  "and versions, not for a text; add 'as: number' to compare it as one\n" },
	{ "when: {env: {A: {foo: 1}}}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {env: {A: {foo: 1}}}, port: {port: 1} }\n",
	  .says = "t.yaml:4:31: the value: unknown operator 'foo'\n" },
	{ "when: {host: \"\"}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {host: \"\"}, port: {port: 1} }\n",
	  .says = "t.yaml:4:27: host: the text is empty\n" },
	{ "when: {set: []}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {set: []}, port: {port: 1} }\n",
	  .says = "t.yaml:4:26: set: the list is empty\n" },
	{ "when: {all_of: []}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {all_of: []}, port: {port: 1} }\n",
	  .says = "t.yaml:4:29: all_of: the list is empty\n" },
	{ "when: {any_of: []}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {any_of: []}, port: {port: 1} }\n",
	  .says = "t.yaml:4:29: any_of: the list is empty\n" },
	{ "when: {not: {}}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {not: {}}, port: {port: 1} }\n",
	  .says = "t.yaml:4:26: not: a condition is needed: file, env, host, set, any_set, all_of"
		  ", any_of or not\n" },
	{ "when: {not: []}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {not: []}, port: {port: 1} }\n",
	  .says = "t.yaml:4:26: not: a map is needed, not a list\n" },
	{ "when: {process: x}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {process: x}, port: {port: 1} }\n",
	  .says = "t.yaml:4:21: unknown key 'process' in when\n" },
	{ "when: {flie: x}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {flie: x}, port: {port: 1} }\n",
	  .says = "t.yaml:4:21: unknown key 'flie' in when; did you mean 'file'?\n" },
	{ "when: {file: \"${x}\"}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {file: \"${x}\"}, port: {port: 1} }\n",
	  .says = "t.yaml:4:27: when: ${\342\200\246} cannot stand here; use set: [NAME] to ask f"
		  "or a parameter\n"
		  "t.yaml:4:27: file: '${x}' is not an absolute path\n" },
	{ "when: {file: relative}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {file: relative}, port: {port: 1} }\n",
	  .says = "t.yaml:4:27: file: 'relative' is not an absolute path\n" },
	{ "when: {env: \"${x}\"}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {env: \"${x}\"}, port: {port: 1} }\n",
	  .says = "t.yaml:4:26: when: ${\342\200\246} cannot stand here; use set: [NAME] to ask f"
		  "or a parameter\n" },
	{ "when: {env: A, of_process: \"\"}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {env: A, of_process: \"\"}, port: {port: 1} }\n",
	  .says = "t.yaml:4:41: of_process: the text is empty\n" },
	{ "when: {of_process: x}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {of_process: x}, port: {port: 1} }\n",
	  .says = "t.yaml:4:20: when: 'of_process' belongs to 'env'\n" },
	{ "when: {any_of: [ x ]}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {any_of: [ x ]}, port: {port: 1} }\n",
	  .says = "t.yaml:4:31: any_of: a condition is needed: file, env, host, set, any_set, all"
		  "_of, any_of or not\n" },
	{ "when: {any_of: {env: A}}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {any_of: {env: A}}, port: {port: 1} }\n",
	  .says = "t.yaml:4:29: any_of: a list is needed, not a map\n" },
	{ "when: {file: [a]}, port: {port: 1}",
	  CHECKS "  - { id: a, when: {file: [a]}, port: {port: 1} }\n",
	  .says = "t.yaml:4:27: file: a text is needed, not a list\n" },
	{ "when: null, port: {port: 1}",
	  CHECKS "  - { id: a, when: null, port: {port: 1} }\n",
	  .says = "t.yaml:4:20: when: a map is needed, not nothing\n" },
	{ "applies_when: x",
	  HEAD "applies_when: x\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:15: applies_when: a map is needed, not a text\n" },
	{ "applies_when: []",
	  HEAD "applies_when: []\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:15: applies_when: a map is needed, not a list\n" },
	{ "applies_when: {}",
	  HEAD "applies_when: {}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:15: applies_when: a condition is needed: file, env, host, set, any_se"
		  "t, all_of, any_of or not\n" },
	{ "applies_when: {process: x}",
	  HEAD "applies_when: {process: x}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:16: unknown key 'process' in applies_when\n" },
	{ "defaults: { port: 5 }",
	  HEAD "defaults: { port: 5 }\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:19: port: a map is needed, not a text\n" },
	{ "defaults: { prt: {} }",
	  HEAD "defaults: { prt: {} }\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:13: unknown key 'prt' in defaults\n" },
	{ "defaults: { port: { expect: {} } }",
	  HEAD "defaults: { port: { expect: {} } }\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:21: unknown key 'expect' in port; 'expect' stands beside 'port', not "
		  "in it\n" },
	{ "defaults: []",
	  HEAD "defaults: []\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: defaults: a map is needed, not a list\n" },
	{ "defaults:",
	  HEAD "defaults:\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: defaults: a map is needed, not nothing\n" },
	{ "params []",
	  HEAD "params: []\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: params: a map is needed, not a list\n" },
	{ "params x",
	  HEAD "params: x\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: params: a map is needed, not a text\n" },
	{ "params {x: }",
	  HEAD "params: {x: }\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:13: parameter: a map is needed, not nothing\n" },
	{ "params {x: {}}",
	  HEAD "params: {x: {}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:13: missing key 'type' in parameter\n" },
	{ "params {x: text}",
	  HEAD "params: {x: text}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:13: parameter: a map is needed, not a text\n" },
	{ "params {x: {type: txt}}",
	  HEAD "params: {x: {type: txt}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:20: unknown type 'txt'; did you mean 'text'?\n" },
	{ "params {x: {type: text, defalt: a}}",
	  HEAD "params: {x: {type: text, defalt: a}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:26: unknown key 'defalt' in parameter; did you mean 'default'?\n" },
	{ "params {x: {type: int, default: a}}",
	  HEAD "params: {x: {type: int, default: a}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:34: default of x: 'a' is not an integer\n" },
	{ "params {x: {type: port, default: 0}}",
	  HEAD "params: {x: {type: port, default: 0}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: '0' is not a port number from 1 to 65535\n" },
	{ "params {x: {type: bool, default: yes}}",
	  HEAD "params: {x: {type: bool, default: yes}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: 'yes' is not true or false\n" },
	{ "params {x: {type: duration, default: 5}}",
	  HEAD "params: {x: {type: duration, default: 5}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:39: default of x: '5' needs a unit: ms, s, m, h or d\n" },
	{ "params {x: {type: size, default: 5Q}}",
	  HEAD "params: {x: {type: size, default: 5Q}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: '5Q' is not a size such as 512, 64K or 1.5G\n" },
	{ "params {x: {type: url, default: \"not a url\"}}",
	  HEAD "params: {x: {type: url, default: \"not a url\"}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:34: default of x: 'not a url' is not a URL such "
		  "as http://host/path\n" },
	{ "params {x: {type: text, default: [a]}}",
	  HEAD "params: {x: {type: text, default: [a]}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: a text is needed, not a list\n" },
	{ "params {x: {type: text, default: }}",
	  HEAD "params: {x: {type: text, default: }}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: nothing is given; leave the key out or write a valu"
		  "e\n" },
	{ "params {x: {type: secret, default: a}}",
	  HEAD "params: {x: {type: secret, default: a}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:37: a secret has no default\n" },
	{ "params {\"x y\": {type: text}}",
	  HEAD "params: {\"x y\": {type: text}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: parameter 'x y': names are of A-Z a-z 0-9 _ and start with no dig"
		  "it\n" },
	{ "params {x: {type: text, required: no}}",
	  HEAD "params: {x: {type: text, required: no}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:36: required: 'no' is not true or false; did you mean 'false'?\n" },
	{ "params {x: {type: text, from: {}}}",
	  HEAD "params: {x: {type: text, from: {}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:32: from: one of 'env' and 'file' is needed\n" },
	{ "params {x: {type: text, from: []}}",
	  HEAD "params: {x: {type: text, from: []}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:32: from: the list is empty\n" },
	{ "params {x: {type: text, from: {env: A, file: /x}}}",
	  HEAD "params: {x: {type: text, from: {env: A, file: /x}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:32: from: one of 'env' and 'file' is needed, not both\n" },
	{ "params {x: {type: text, from: {file: /x, format: xml, key: a",
	  HEAD "params: {x: {type: text, from: {file: /x, format: xml, key: a}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:51: unknown format 'xml': one of ini, json, properties, toml, yaml is"
		  " needed\n" },
	{ "params {x: {type: text, from: {file: /x, format: yaml}}}",
	  HEAD "params: {x: {type: text, from: {file: /x, format: yaml}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:32: from: 'format' and 'key' need each other\n" },
	{ "params {x: {type: text, from: {file: /x, format: yaml, key: ",
	  HEAD "params: {x: {type: text, from: {file: /x, format: yaml, key: []}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:62: key: the list is empty\n" },
	{ "params {x: {type: text, from: {file: /x, match: a}}}",
	  HEAD "params: {x: {type: text, from: {file: /x, match: a}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:50: match: the regex needs exactly one group, not 0\n" },
	{ "params {x: {type: text, from: {file: /x, match: \"(\"}}}",
	  HEAD "params: {x: {type: text, from: {file: /x, match: \"(\"}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:50: match: missing closing parenthesis at character 2\n" },
	{ "params {x: {type: text, from: {fle: /x}}}",
	  HEAD "params: {x: {type: text, from: {fle: /x}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:33: unknown key 'fle' in from; did you mean 'file'?\n" },
	{ "params {x: {type: text, from: /x}}",
	  HEAD "params: {x: {type: text, from: /x}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:32: from: a map is needed, not a text\n" },
	{ "params {x: {type: text, default: \"${x}\"}}",
	  HEAD "params: {x: {type: text, default: \"${x}\"}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: ${\342\200\246} cannot stand here\n" },
	{ "params {x: {type: text, default: \"${y}\"}, y: {type: text, ",
	  HEAD "params: {x: {type: text, default: \"${y}\"}, y: {type: text, default: \"${x}\""
	       "}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: ${\342\200\246} cannot stand here\n"
		  "t.yaml:3:69: default of y: ${\342\200\246} cannot stand here\n" },
	{ "params {x: {type: text, title: {xx: a}}}",
	  HEAD "params: {x: {type: text, title: {xx: a}}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:34: unknown key 'xx' in title\n" },
	{ "params {x: {}, x: {}}",
	  HEAD "params: {x: {}, x: {}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:13: missing key 'type' in parameter\n"
		  "t.yaml:3:17: duplicate key 'x': it stands on line 3 already\n" },
	{ "params {x: {type: regex, default: \"(\"}}",
	  HEAD "params: {x: {type: regex, default: \"(\"}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:20: unknown type 'regex': one of text, int, number, bool, port, url, "
		  "path, duration, size, list, secret is needed\n" },
	{ "params {x: {type: text, choices: [a, b], default: c}}",
	  HEAD "params: {x: {type: text, choices: [a, b], default: c}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:26: unknown key 'choices' in parameter\n" },
	{ "params {x: {type: int, min: 5, max: 1}}",
	  HEAD "params: {x: {type: int, min: 5, max: 1}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:25: unknown key 'min' in parameter\n"
		  "t.yaml:3:33: unknown key 'max' in parameter\n" },
	{ "params {x: {type: number, default: nan}}",
	  HEAD "params: {x: {type: number, default: nan}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:37: default of x: 'nan' is not a number\n" },
	{ "params {x: {type: list, default: [[a]]}}",
	  HEAD "params: {x: {type: list, default: [[a]]}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: the items of a list are texts, not a list\n" },
	{ "params {x: {type: list, default: [{a: b}]}}",
	  HEAD "params: {x: {type: list, default: [{a: b}]}}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:35: default of x: the items of a list are texts, not a map\n" },
	{ "include: x",
	  HEAD "include: x\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: include: a list is needed, not a text\n" },
	{ "include: []",
	  HEAD "include: []\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: include: the list is empty\n" },
	{ "include: [{}]",
	  HEAD "include: [{}]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: missing key 'file' in include\n" },
	{ "include: [{fil: x}]",
	  HEAD "include: [{fil: x}]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: missing key 'file' in include\n"
		  "t.yaml:3:12: unknown key 'fil' in include; did you mean 'file'?\n" },
	{ "include: [t.yaml]",
	  HEAD "include: [t.yaml]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: include loop: t.yaml -> t.yaml\n" },
	{ "include: [{file: \"${x}\"}]",
	  HEAD "include: [{file: \"${x}\"}]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:18: include: '${x}': No such file or directory\n" },
	{ "include: [/dev/null]",
	  HEAD "include: [/dev/null]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: include: '/dev/null' is a device, not a regular file\n" },
	{ "include: [.]",
	  HEAD "include: [.]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: include: '.' is a directory, not a regular file\n" },
	{ "include: [\"\"]",
	  HEAD "include: [\"\"]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: include: the name of the file is empty\n" },
	{ "version: x",
	  HEAD "version: x\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: version: 'x' is not a version of rules such as 1.43.0\n" },
	{ "version: \"\"",
	  HEAD "version: \"\"\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: version: the text is empty\n" },
	{ "version: [1]",
	  HEAD "version: [1]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: version: a text is needed, not a list\n" },
	{ "title: {}",
	  HEAD "title: {}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: title: the map is empty: en or zh is needed\n" },
	{ "title: {en: }",
	  HEAD "title: {en: }\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:13: en: the text is empty\n" },
	{ "title: {en: [a]}",
	  HEAD "title: {en: [a]}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:13: en: a text is needed, not a list\n" },
	{ "title: {EN: a}",
	  HEAD "title: {EN: a}\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: unknown key 'EN' in title; did you mean 'en'?\n" },
	{ "format: 1.0",
	  "format: 1.0\n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:9: format: '1.0' is not known; this version reads format 1\n" },
	{ "format: [1]",
	  "format: [1]\n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:9: format: a text is needed, not a list\n" },
	{ "format: ",
	  "format: \n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:8: format: the text is empty\n" },
	{ "ruleset T",
	  "format: 1\n"
	  "ruleset: T\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:2:10: ruleset: 'T' must be of a-z 0-9 . _ -\n" },
	{ "ruleset \"\"",
	  "format: 1\n"
	  "ruleset: \"\"\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:2:10: ruleset: the text is empty\n" },
	{ "ruleset [t]",
	  "format: 1\n"
	  "ruleset: [t]\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:2:10: ruleset: a text is needed, not a list\n" },
	{ "id A",
	  CHECKS "  - { id: A, port: { port: 1 } }\n",
	  .says = "t.yaml:4:11: id: 'A' must be of a-z 0-9 _ - and start with a letter "
		  "or digit\n" },
	{ "id \"\"",
	  CHECKS "  - { id: \"\", port: { port: 1 } }\n",
	  .says = "t.yaml:4:11: id: the text is empty\n" },
	{ "id [a]",
	  CHECKS "  - { id: [a], port: { port: 1 } }\n",
	  .says = "t.yaml:4:11: id: a text is needed, not a list\n" },
	{ "remedy: x, port: {port: 1}",
	  CHECKS "  - { id: a, remedy: x, port: {port: 1} }\n",
	  .says = "t.yaml:4:22: remedy: a map is needed, not a text\n" },
	{ "remedy: [{}], port: {port: 1}",
	  CHECKS "  - { id: a, remedy: [{}], port: {port: 1} }\n",
	  .says = "t.yaml:4:23: missing key 'text' in a step of remedy\n" },
	{ "remedy: [{text: x, risk: G9}], port: {port: 1}",
	  CHECKS "  - { id: a, remedy: [{text: x, risk: G9}], port: {port: 1} }\n",
	  .says = "t.yaml:4:39: unknown risk 'G9'; did you mean 'G1'?\n" },
	{ "remedy: [{text: x, rsk: G3}], port: {port: 1}",
	  CHECKS "  - { id: a, remedy: [{text: x, rsk: G3}], port: {port: 1} }\n",
	  .says = "t.yaml:4:33: unknown key 'rsk' in a step of remedy; did you mean 'risk'?\n" },
	{ "remedy: [], port: {port: 1}",
	  CHECKS "  - { id: a, remedy: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:22: remedy: the list is empty\n" },
	{ "causes: x, port: {port: 1}",
	  CHECKS "  - { id: a, causes: x, port: {port: 1} }\n",
	  .says = "t.yaml:4:22: causes: a list is needed, not a text\n" },
	{ "causes: {}, port: {port: 1}",
	  CHECKS "  - { id: a, causes: {}, port: {port: 1} }\n",
	  .says = "t.yaml:4:22: causes: a list is needed, not a map\n" },
	{ "causes: [{}], port: {port: 1}",
	  CHECKS "  - { id: a, causes: [{}], port: {port: 1} }\n",
	  .says = "t.yaml:4:23: causes: the map is empty: en or zh is needed\n" },
	{ "causes: [[a]], port: {port: 1}",
	  CHECKS "  - { id: a, causes: [[a]], port: {port: 1} }\n",
	  .says = "t.yaml:4:23: causes: a text is needed, not a list\n" },
	{ "impact: [], port: {port: 1}",
	  CHECKS "  - { id: a, impact: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:22: impact: a text is needed, not a list\n" },
	{ "impact: {}, port: {port: 1}",
	  CHECKS "  - { id: a, impact: {}, port: {port: 1} }\n",
	  .says = "t.yaml:4:22: impact: the map is empty: en or zh is needed\n" },
	{ "verify: [], port: {port: 1}",
	  CHECKS "  - { id: a, verify: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:22: verify: a text is needed, not a list\n" },
	{ "doc: [], port: {port: 1}",
	  CHECKS "  - { id: a, doc: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:19: doc: a text is needed, not a list\n" },
	{ "doc: {en: a}, port: {port: 1}",
	  CHECKS "  - { id: a, doc: {en: a}, port: {port: 1} }\n",
	  .says = "t.yaml:4:19: doc: a text is needed, not a map\n" },
	{ "extract: {}, port: {port: 1}",
	  CHECKS "  - { id: a, extract: {}, port: {port: 1} }\n",
	  .says = "t.yaml:4:23: extract: port has no text to extract from\n" },
	{ "extract: [], port: {port: 1}",
	  CHECKS "  - { id: a, extract: [], port: {port: 1} }\n",
	  .says = "t.yaml:4:23: extract: a map is needed, not a list\n" },
	{ "on_error: x, port: {port: 1}",
	  CHECKS "  - { id: a, on_error: x, port: {port: 1} }\n",
	  .says = "t.yaml:4:14: unknown key 'on_error' in check\n" },
	{ "enabled: false, port: {port: 1}",
	  CHECKS "  - { id: a, enabled: false, port: {port: 1} }\n",
	  .says = "t.yaml:4:14: unknown key 'enabled' in check\n" },
	{ "name: x, port: {port: 1}",
	  CHECKS "  - { id: a, name: x, port: {port: 1} }\n",
	  .says = "t.yaml:4:14: unknown key 'name' in check\n" },
	{ "description: x, port: {port: 1}",
	  CHECKS "  - { id: a, description: x, port: {port: 1} }\n",
	  .says = "t.yaml:4:14: unknown key 'description' in check\n" },
	{ "type: port, port: {port: 1}",
	  CHECKS "  - { id: a, type: port, port: {port: 1} }\n",
	  .says = "t.yaml:4:14: unknown key 'type' in check\n" },
};

#endif
