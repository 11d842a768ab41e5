/*
 * mistakes_of_files - rows of test_ruleset_mistakes: files that were saved wrongly, and YAML that
 * is none.
 */
#ifndef TESTS_UNIT_MISTAKES_OF_FILES_H
#define TESTS_UNIT_MISTAKES_OF_FILES_H

#include "tests/unit/mistake.h"

static const struct mistake mistakes_of_files[] = {
	{ "empty",
	  "",
	  .says = "t.yaml:1:1: the file is empty\n" },
	{ "only comment",
	  "# x\n",
	  .says = "t.yaml:1:1: the file is empty\n" },
	{ "only ...",
	  "...\n",
	  .says = "t.yaml:1:1: a key or a value is missing here\n" },
	{ "CR only",
	  "format: 1\rruleset: t\rchecks:\r  - { id: a, port: { port: 1 } }\r",
	  .says = "t.yaml:1:10: carriage return without a line feed\n" },
	{ "CRLF err",
	  "format: 1\r\n"
	  "ruleset: t\r\n"
	  "checks:\r\n"
	  "  - id: a\r\n"
	  "    prot: { port: 1 }\r\n",
	  .says = "t.yaml:5:5: unknown key 'prot' in check; did you mean 'port'?\n" },
	{ "BOM err",
	  "\357\273\277prams: 1\n"
	  "format: 1\n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:1: unknown key 'prams' in a ruleset; did you mean 'params'?\n" },
	{ "two BOM",
	  "\357\273\277\357\273\277format: 1\n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:1: character U+FEFF is not allowed; write \\uFEFF in double quotes\n" },
	{ "NUL esc",
	  HEAD "title: \"a\\0b\"\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: the text holds a NUL character (\\0)\n" },
	{ "bad utf8",
	  HEAD "title: a\377b\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: byte 0xff is not UTF-8; save the file as UTF-8\n" },
	{ "overlong",
	  HEAD "title: a\300\200b\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: byte 0xc0 is not UTF-8; save the file as UTF-8\n" },
	{ "surrogate",
	  HEAD "title: a\355\240\200b\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: byte 0xed is not UTF-8; save the file as UTF-8\n" },
	{ "gbk",
	  HEAD "title: \310\353\277\332\267\376\316\361\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: byte 0xc8 is not UTF-8; save the file as UTF-8\n" },
	{ "latin1 comment",
	  HEAD "# caf\351\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:6: byte 0xe9 is not UTF-8; save the file as UTF-8\n" },
	{ "trunc utf8 end",
	  CHECKS "  - { id: a, port: { port: 1 } }\n"
		 "# \345\205",
	  .says = "t.yaml:5:3: byte 0xe5 is not UTF-8; save the file as UTF-8\n" },
	{ "esc ctrl",
	  HEAD "title: a\033[31mb\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: character U+001B is not allowed; write \\x1B in double quotes\n" },
	{ "DEL",
	  HEAD "title: a\177b\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: character U+007F is not allowed; write \\x7F in double quotes\n" },
	{ "bidi",
	  HEAD "title: a\342\200\256b\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: bidi control U+202E outside quotes; it makes the line look other t"
		  "han it is\n" },
	{ "bidi key",
	  HEAD "ti\342\200\256tle: a\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:3: bidi control U+202E outside quotes; it makes the line look other t"
		  "han it is\n" },
	{ "zwsp key",
	  HEAD "ti\342\200\213tle: a\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key 'ti\342\200\213tle' in a ruleset (U+200B is not ASCII)"
		  "; did you mean 'title'?\n" },
	{ "nbsp indent",
	  CHECKS "  - id: a\n"
		 "  \302\240 port: { port: 1 }\n",
	  .says = "t.yaml:5:3: U+00A0 is no blank here: indent by spaces\n" },
	{ "fullwidth colon",
	  HEAD "title\357\274\232 a\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:6: '\357\274\232' is U+FF1A, not the ':' that ends a key\n" },
	{ "ideographic space indent",
	  CHECKS "\343\200\200- id: a\n",
	  .says = "t.yaml:3:8: checks: a list is needed, not nothing\n"
		  "t.yaml:4:1: unknown key '\343\200\200- id' in a ruleset (U+3000 is not ASCII)"
		  "\n" },
	{ "NEL",
	  HEAD "title: x\302\205severity: y\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: line separator U+0085 outside quotes; write \\N in double quotes, "
		  "or a line feed\n" },
	{ "LS",
	  HEAD "title: x\342\200\250y: y\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: line separator U+2028 outside quotes; write \\L in double quotes, "
		  "or a line feed\n" },
	{ "smart quotes",
	  HEAD "title: \342\200\234x: y\342\200\235\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:10: ':' cannot stand here; put the text in quotes, or mend the indent"
		  "ation\n" },
	{ "FF",
	  HEAD "\014checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: character U+000C is not allowed; write \\x0C in double quotes\n" },
	{ "tab indent",
	  CHECKS "\t- id: a\n",
	  .says = "t.yaml:4:1: tab used for indentation; use spaces\n" },
	{ "tab indent2",
	  CHECKS "  - id: a\n"
		 "\tport: { port: 1 }\n",
	  .says = "t.yaml:5:1: tab used for indentation; use spaces\n" },
	{ "indent less",
	  CHECKS "  - id: a\n"
		 "   port: { port: 1 }\n",
	  .says = "t.yaml:5:4: expected '- ' at the indentation of the list\n" },
	{ "indent more",
	  CHECKS "  - id: a\n"
		 "     port: { port: 1 }\n",
	  .says = "t.yaml:5:10: ':' cannot stand here; put the text in quotes, or mend the indent"
		  "ation\n" },
	{ "dash mis",
	  CHECKS "  - id: a\n"
		 "    port: { port: 1 }\n"
		 " - id: b\n"
		 "    port: { port: 1 }\n",
	  .says = "t.yaml:6:2: expected a key at the indentation of its map, or a quote or bracke"
		  "t is out of place\n" },
	{ "no space after colon",
	  HEAD "title:x\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: expected 'key: value' on this line\n" },
	{ "no space dash",
	  CHECKS "  -id: a\n",
	  .says = "t.yaml:4:3: checks: a list is needed, not a map\n" },
	{ "unclosed {",
	  CHECKS "  - { id: a, port: { port: 1 }\n",
	  .says = "t.yaml:4:5: the map that opens here is never closed\n" },
	{ "unclosed [",
	  HEAD "title: [ a\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:4:7: expected ',' or ']'; the list opens at 3:8\n" },
	{ "unclosed \"",
	  HEAD "title: \"a\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: the quote that opens here is never closed\n" },
	{ "unclosed '",
	  HEAD "title: 'a\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: the quote that opens here is never closed\n" },
	{ "] for }",
	  CHECKS "  - { id: a, port: { port: 1 ] }\n",
	  .says = "t.yaml:4:30: expected ',' or '}'; the map opens at 4:20\n" },
	{ "missing comma",
	  CHECKS "  - { id: a port: { port: 1 } }\n",
	  .says = "t.yaml:4:17: expected ',' or '}'; the map opens at 4:5\n" },
	{ "double comma",
	  CHECKS "  - { id: a,, port: { port: 1 } }\n",
	  .says = "t.yaml:4:13: a key or a value is missing here\n" },
	{ "@",
	  HEAD "title: @x\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: a text cannot start with this character; put it in quotes\n" },
	{ "`",
	  HEAD "title: `x`\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: a text cannot start with this character; put it in quotes\n" },
	{ "bad escape",
	  HEAD "title: \"\\d+\"\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:9: unknown escape in double quotes; write \\\\ for a backslash, or us"
		  "e single quotes\n" },
	{ "bad \\x",
	  HEAD "title: \"\\xZZ\"\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: hexadecimal digits are needed after \\x (two), \\u (four) and \\U"
		  " (eight)\n" },
	{ "surr esc",
	  HEAD "title: \"\\ud800\"\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: this is not the number of a Unicode character\n" },
	{ "U esc big",
	  HEAD "title: \"\\U00110000\"\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:11: this is not the number of a Unicode character\n" },
	{ "*.x glob",
	  CHECKS "  - id: a\n"
		 "    file: { path: */x }\n",
	  .says = "t.yaml:5:19: '*' and '&' begin an alias and an anchor; put the text in quotes"
		  "\n" },
	{ "! tag",
	  HEAD "title: !x y\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: explicit tag '!x' is not supported: a value is read by the type of"
		  " its field\n" },
	{ "!!str",
	  HEAD "title: !!str y\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: explicit tag '!!str' is not supported: a value is read by the type"
		  " of its field\n" },
	{ "%YAML 2.0",
	  "%YAML 2.0\n"
	  "---\n"
	  "format: 1\n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:1: only %YAML 1.1 and 1.2 are known\n" },
	{ "%TAG",
	  "%TAG ! tag:x,1:\n"
	  "---\n"
	  "format: 1\n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:1: %TAG is not supported: a value is read by the type of its field\n" },
	{ "%FOO",
	  "%FOO x\n"
	  "---\n"
	  "format: 1\n"
	  "ruleset: t\n"
	  "checks:\n"
	  "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:1:1: a line that starts so is a directive, and this is none\n" },
	{ "two docs",
	  CHECKS "  - { id: a, port: { port: 1 } }\n"
		 "---\n"
		 "format: 1\n"
		 "ruleset: t\n"
		 "checks:\n"
		 "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:5:1: a second document starts here; one file holds one\n" },
	{ "doc then empty",
	  CHECKS "  - { id: a, port: { port: 1 } }\n"
		 "---\n",
	  .says = "t.yaml:5:1: a second document starts here; one file holds one\n" },
	{ "...then junk",
	  CHECKS "  - { id: a, port: { port: 1 } }\n"
		 "...\n"
		 "junk\n",
	  .says = "t.yaml:6:1: nothing may follow the end of the document\n" },
	{ "? complex",
	  HEAD "? [a, b]\n"
	       ": c\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:3: a list cannot be a key\n" },
	{ "map as key",
	  HEAD "{a: b}: c\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: a map cannot be a key; put '${\342\200\246}' or '{\342\200\246}' i"
		  "n quotes\n" },
	{ "null key",
	  HEAD ": c\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: expected a key at the indentation of its map, or a quote or bracke"
		  "t is out of place\n" },
	{ "null key2",
	  HEAD "~: c\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key '~' in a ruleset\n" },
	{ "int key",
	  HEAD "1: c\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key '1' in a ruleset\n" },
	{ "dup key",
	  HEAD "title: a\n"
	       "title: b\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:4:1: duplicate key 'title': it stands on line 3 already\n" },
	{ "dup key quoted",
	  HEAD "title: a\n"
	       "\"title\": b\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:4:1: duplicate key 'title': it stands on line 3 already\n" },
	{ "dup triple",
	  HEAD "title: a\n"
	       "title: b\n"
	       "title: c\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:4:1: duplicate key 'title': it stands on line 3 already\n"
		  "t.yaml:5:1: duplicate key 'title': it stands on line 3 already\n" },
	{ "undef alias",
	  CHECKS "  - *x\n",
	  .says = "t.yaml:4:5: unknown alias '*x': no '&x' before it\n" },
	{ "alias dup",
	  CHECKS "  - &x { id: a, port: { port: 1 } }\n"
		 "  - *x\n",
	  .says = "t.yaml:4:14: duplicate id 'a'; the first is at t.yaml:4:14\n" },
	{ "self alias",
	  CHECKS "  - &x { id: a, port: *x }\n",
	  .says = "t.yaml:4:23: alias '*x' stands inside of what it names\n" },
	{ "self merge",
	  CHECKS "  - &x { id: a, <<: *x, port: {port: 1} }\n",
	  .says = "t.yaml:4:21: alias '*x' stands inside of what it names\n" },
	{ "merge scalar",
	  CHECKS "  - { <<: x, id: b, port: {port: 1} }\n",
	  .says = "t.yaml:4:11: '<<' takes a map or a list of maps, not a text\n" },
	{ "merge list of scalar",
	  CHECKS "  - { <<: [x], id: b, port: {port: 1} }\n",
	  .says = "t.yaml:4:12: '<<' merges maps, not a text\n" },
	{ "merge twice",
	  CHECKS "  - { id: a, port: &p { port: 1 } }\n"
		 "  - { id: b, port: { <<: *p, <<: *p } }\n",
	  .says = "t.yaml:5:30: duplicate key '<<': it stands on line 5 already; merge a list of "
		  "maps\n" },
	{ "merge quoted",
	  CHECKS "  - { id: a, port: &p { port: 1 } }\n"
		 "  - { id: b, port: { \"<<\": *p } }\n",
	  .says = "t.yaml:5:20: missing key 'port' in port\n"
		  "t.yaml:5:22: unknown key '<<' in port\n" },
	{ "merge unknown",
	  CHECKS "  - { id: a, port: { <<: { prot: 1 }, port: 1 } }\n",
	  .says = "t.yaml:4:28: unknown key 'prot' in port; did you mean 'port'?\n" },
	{ "anchor without value",
	  HEAD "title: &x\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: title: the text is empty\n" },
	{ "deep [ 31",
	  HEAD "title: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:8: title: a text is needed, not a list\n" },
	{ "deep [ 32",
	  HEAD "title: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:39: nested more than 32 deep\n" },
	{ "deep [ 33",
	  HEAD "title: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:39: nested more than 32 deep\n" },
	{ "wide",
	  CHECKS "  - { id: a, title: \345\205\245\345\217\243\346\234\215\345\212\241\345\217"
		 "\257\344\273\245\347\224\250, prot: { port: 1 } }\n",
	  .says = "t.yaml:4:30: unknown key 'prot' in check; did you mean 'port'?\n" },
	{ "wide quoted dup",
	  HEAD "\"\345\205\245\345\217\243\": 1\n"
	       "\"\345\205\245\345\217\243\": 2\n"
	       "checks:\n"
	       "  - { id: a, port: { port: 1 } }\n",
	  .says = "t.yaml:3:1: unknown key '\345\205\245\345\217\243' in a ruleset (U+5165 is not"
		  " ASCII)\n"
		  "t.yaml:4:1: duplicate key '\345\205\245\345\217\243': it stands on line 3 alre"
		  "ady\n" },
};

#endif
