#!/usr/bin/env bats
#
# Promises of the ruleset language that only a whole run shows: late values, patterns that run away,
# optional parameters.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# verdicts: from three lines each: a value, an expectation, "STATUS|MESSAGE"; all in one run.
verdicts() {
	local value expect verdict n=0

	printf 'format: 1\nruleset: v\nchecks:\n' >v.yaml
	: >wanted
	while read -r value && read -r expect && read -r verdict; do
		n=$((n + 1))
		printf '  - id: c%d\n    value: { of: %s }\n' "$n" "$value" >>v.yaml
		printf '    expect: %s\n' "$expect" >>v.yaml
		printf '%s\n' "$verdict" >>wanted
	done
	"$ROUNDS" run v.yaml --report json=v.json || true
	jq -r '.results[] | "\(.status)|\(.message // "")"' v.json >found
	diff wanted found
	[ "$n" -gt 0 ]
}

@test "an expectation over another value does not pass when that is nothing" {
	verdicts <<'END'
{ a: 1, b: 1 }
{ value.a: "${self.value.b}" }
pass|
{ a: 1, b: 2 }
{ value.a: "${self.value.b}" }
fail|value.a: expected 2, found 1
{ a: 1 }
{ value.a: { ne: "${self.value.c}" } }
error|${self.value.c}: no such value was observed
{ a: 1, b: null }
{ value.a: { ne: "${self.value.b}" } }
error|${self.value.b}: no such value was observed
{ a: [ 1 ], b: null }
{ value.a: { not_contains: "${self.value.b}" } }
error|${self.value.b}: no such value was observed
{ a: x, b: "" }
{ value.a: { not_contains: "${self.value.b}" } }
error|value.a: not_contains needs a text that is not empty
{ a: x, b: "" }
{ value.a: { matches: "${self.value.b}" } }
error|value.a: matches needs a text that is not empty
{ a: 1, b: [] }
{ value.a: { not_in: "${self.value.b}" } }
error|value.a: not_in takes a list that is not empty
{ a: "1", b: [ 1 ] }
{ value.a: { not_in: "${self.value.b}" } }
fail|value.a: expected none of 1, found the text '1' (not a number; add as: number)
{ a: 1, b: [ 5, 1 ] }
{ value.a: { between: "${self.value.b}" } }
error|value.a: between: [5, 1] is reversed, so that nothing is between them
{ a: 1, b: 5, c: 1 }
{ value.a: { not: { between: [ "${self.value.b}", "${self.value.c}" ] } } }
error|value.a: not: between: [5, 1] is reversed, so that nothing is between them
{ a: 1, b: x }
{ value.a: { ne: "${self.value.b}" } }
fail|value.a: expected not 'x', found 1 (not a text)
{ a: x, b: 1 }
{ value.a: { gt: "${self.value.b}" } }
fail|value.a: expected > 1, found the text 'x' (not a number)
{ a: [ x ], b: 1 }
{ value.a: { not_contains: "${self.value.b}" } }
fail|value.a: expected does not contain 1, found ["x"] (an item is not a number)
{ a: 1 }
{ error.kind: { ne: timeout } }
fail|error.kind: expected not 'timeout', found nothing (no such fact)
{ a: 1 }
{ error.kind: { not_in: [ timeout ] } }
fail|error.kind: expected none of 'timeout', found nothing (no such fact)
END
}

@test "a pattern that runs away is an error, negated too" {
	verdicts <<'END'
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!
{ value: { matches: '^(a+)+$' } }
error|the pattern could not be matched: match limit exceeded
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!
{ value: { not_matches: '^(a+)+$' } }
error|the pattern could not be matched: match limit exceeded
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!
{ value: { not: { matches: '^(aa?)+$' } } }
error|the pattern could not be matched: match limit exceeded
END
}

@test "captures: an observation is needed, not a pass; null in expect is none" {
	ruleset w <<'YAML'
- { id: seen, value: { of: { a: [ 1, 2 ], n: null } }, expect: { value.a: 5 } }
- { id: of-a-failed-one, value: { of: "${checks.seen.value.a}" }, expect: { value: [ 1, 2 ] } }
- { id: no-such-fact, value: { of: "${checks.seen.value.z}" },
    expect: { value: { exists: false } } }
- { id: null-as-value, value: { of: "${checks.seen.value.n}" }, expect: { value: { ne: 1 } } }
- { id: null-in-expect, value: { of: 5 }, expect: { value: { ne: "${checks.seen.value.n}" } } }
- { id: skipped, needs: [ seen ], value: { of: 1 }, expect: { value: 1 } }
- { id: of-a-skipped-one, value: { of: "${checks.skipped.value}" }, expect: { value: 1 } }
- { id: items, for_each: { x: "${checks.seen.value.a}" },
    value: { of: "${x}" }, expect: { value: { ge: 1 } } }
- { id: none, value: { of: [] }, expect: { value: [] } }
- { id: no-items, for_each: { x: "${checks.none.value}" },
    value: { of: "${x}" }, expect: { value: 1 } }
YAML
	ends 1 "$ROUNDS" run w.yaml --report json=report.json
	judged w/of-a-failed-one pass
	judged w/no-such-fact error capture
	judged w/null-as-value fail
	judged w/null-in-expect error capture
	judged w/of-a-skipped-one skip
	judged 'w/items[2]' pass
	[ "$(result report.json w/no-items .status)" = fail ]
}

@test "of items that are known at run time the one that is named is meant, and no other" {
	ruleset w <<'YAML'
- { id: src, value: { of: { a: [ p, bad ], one: [ p ] } }, expect: { value: { exists: true } } }
- { id: d, for_each: { x: "${checks.src.value.a}" },
    value: { of: "${x}" }, expect: { value: { ne: bad } } }
- { id: one, for_each: { x: "${checks.src.value.one}" },
    value: { of: "${x}" }, expect: { value: p } }
- { id: its-own, value: { of: "${checks.d[bad].value}" }, expect: { value: bad } }
- { id: all, value: { of: "${checks.d[*].value}" }, expect: { value: [ p, bad ] } }
- { id: another, value: { of: "${checks.one[z].value}" }, expect: { value: p } }
- { id: after-a-pass, needs: [ "d[p]" ], value: { of: 1 }, expect: { value: 1 } }
- { id: after-a-fail, needs: [ "d[bad]" ], value: { of: 1 }, expect: { value: 1 } }
- { id: after-none, needs: [ "one[z]" ], value: { of: 1 }, expect: { value: 1 } }
YAML
	ends 1 "$ROUNDS" run w.yaml --report json=report.json
	judged w/its-own pass
	judged w/all pass
	judged w/another error capture
	judged w/after-a-pass pass
	judged w/after-a-fail skip
	judged w/after-none error capture
	[ "$(result report.json w/another .message)" = \
		"'\${checks.one[z].value}': w/one has no item 'z' in this run" ]
	[ "$(result report.json w/after-a-fail .message)" = "needs w/d[bad], which failed" ]
}

@test "items that are known at run time have ids of their own, alike or not" {
	ruleset w <<'YAML'
- { id: src, value: { of: [ p, p, a/b, "3", p.2, "" ] }, expect: { value: { exists: true } } }
- { id: d, for_each: { x: "${checks.src.value}" },
    value: { of: "${x}" }, expect: { value: { exists: true } } }
- { id: number, value: { of: "${checks.d[3].value}" }, expect: { value: "3" } }
- { id: by-value, value: { of: "${checks.d[a/b].value}" }, expect: { value: a/b } }
YAML
	ends 0 "$ROUNDS" run w.yaml --report json=report.json
	jq -r '.results[] | select(.id | startswith("w/d")) | .id' report.json >found
	printf 'w/d[%s]\n' p p.3 3.3 3 p.2 6 | diff - found
}

@test "what is no JSON has not shown that it lacks something" {
	printf 'no json\n' >broken
	ruleset w <<YAML
- { id: command, command: { argv: [ cat, broken ] }, expect: { json.error: { exists: false } } }
- { id: file, file: { path: $T/broken }, expect: { json: { error: { exists: false } } } }
- { id: wanted-so, file: { path: $T/broken }, expect: { json: { exists: false } } }
YAML
	ends 1 "$ROUNDS" run w.yaml --report json=report.json
	judged w/command fail
	judged w/file fail
	judged w/wanted-so pass
}

@test "an optional parameter without a value leaves its field out, and skips every other use" {
	local given

	cat >o.yaml <<'YAML'
format: 1
ruleset: o
params: { x: { type: text, required: false } }
checks:
  - { id: field, port: { port: 1, protocol: "${x}" }, expect: { listening: false } }
  - { id: needed, file: { path: "${x}" }, expect: { exists: false } }
  - { id: part, value: { of: "[${x}]" }, expect: { value: "[]" } }
  - { id: item, command: { argv: [ echo, "${x}" ] } }
  - { id: expected, value: { of: a }, expect: { value: { not_contains: "${x}" } } }
YAML
	printf 'x: ""\n' >empty.yaml
	for given in "" "--param x=" "--params empty.yaml"; do
		# shellcheck disable=SC2086
		ends 0 "$ROUNDS" run o.yaml --report json=report.json $given
		judged o/field pass
		for id in needed part item expected; do
			judged "o/$id" skip
			[ "$(result report.json "o/$id" .message)" = "not configured: x" ]
		done
	done
}
