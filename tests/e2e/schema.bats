#!/usr/bin/env bats
#
# The JSON Schema of ruleset files: what ships fits it, what is wrong does not.

load helpers

setup() {
	lab_setup
	python3 -c 'import jsonschema, yaml' 2>/dev/null || skip "python3-jsonschema and python3-yaml are not installed"
	"$ROUNDS" schema >schema.json
	cat >validate.py <<'PY'
import json, sys, yaml, jsonschema
schema = json.load(open("schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
errors = 0
for name in sys.argv[1:]:
    for e in jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(open(name))):
        print(name, list(e.absolute_path), e.message[:200])
        errors += 1
sys.exit(errors > 0)
PY
}

teardown() {
	lab_teardown
}

# check TEXT: a ruleset whose one check is this.
check() {
	printf 'format: 1\nruleset: t\nchecks:\n  - %s\n' "$1" >t.yaml
}

@test "the schema names itself and its version first" {
	head -n 2 schema.json | grep -q 'json-schema.org/draft-07'
}

@test "every ruleset that ships fits the schema" {
	find "$SRC/rulesets" -name '*.yaml' >files
	[ -s files ]
	xargs python3 validate.py <files
}

@test "what the loader takes the schema takes: numbers and words as texts" {
	check '{ id: a, process: { exe: 1, user: no }, timeout: 5s, expect: { count: { ge: 1 } } }'
	"$ROUNDS" lint t.yaml
	python3 validate.py t.yaml
	check '{ id: a, file: { path: "/${x}" }, for_each: { x: [ a ] }, expect: [ { severity: low, mode: 0644 } ] }'
	"$ROUNDS" lint t.yaml
	python3 validate.py t.yaml
}

@test "what the loader takes the schema takes: true and false, plain or in quotes" {
	local value

	for value in true false '"true"' '"false"' auto '"${x}"'; do
		check "{ id: a, for_each: { x: [ auto ] }, mongo: { host: h, direct: $value } }"
		"$ROUNDS" lint t.yaml
		python3 validate.py t.yaml
	done
	for value in true '"false"'; do
		check "{ id: a, http: { url: \"http://h/\", verify: $value } }"
		"$ROUNDS" lint t.yaml
		python3 validate.py t.yaml
	done
}

@test "what the loader refuses the schema refuses" {
	local text

	while read -r text; do
		check "$text"
		echo "$text"
		run "$ROUNDS" lint t.yaml
		[ "$status" -eq 65 ]
		run python3 validate.py t.yaml
		[ "$status" -eq 1 ]
	done <<'END'
{ id: a, port: { prot: 1 } }
{ id: a, port: { port: 1 }, file: { path: /x } }
{ id: a }
{ id: A, port: { port: 1 } }
{ id: a, port: { port: 1 }, severity: hihg }
{ id: a, port: { port: 1 }, tags: daily }
{ id: a, port: { port: 1 }, retry: { every: 1s } }
{ id: a, port: { port: 1 }, expect: { listning: true } }
{ id: a, port: { port: 1 }, timeout: 5 }
{ id: a, port: { port: 1 }, title: { en: x, de: y } }
{ id: a, port: { port: 1 }, sustain: { samples: 3 } }
{ id: a, port: { port: 1 }, sustain: { samples: 3, for: 1m, every: 1s } }
{ id: a, port: { port: 1, protocol: tpc } }
{ id: a, http: { url: "http://h/", verify: "yes" } }
{ id: a, port: { port: 1 }, title: {} }
{ id: a, port: { port: 1 }, causes: [ {} ] }
{ id: a, port: { port: 1, protocol: true } }
END
}

@test "a version of rules is one for both" {
	local version

	for version in 1.2.3 1.2.3-rc1+7 2026.01.05 '"1"' '"1.10"'; do
		check "{ id: a, port: { port: 1 } }"
		printf 'version: %s\n' "$version" >>t.yaml
		"$ROUNDS" lint t.yaml
		python3 validate.py t.yaml
	done
	for version in newest v1.2.3 1.2.3.4 1.2.3-; do
		check "{ id: a, port: { port: 1 } }"
		printf 'version: %s\n' "$version" >>t.yaml
		run "$ROUNDS" lint t.yaml
		[ "$status" -eq 65 ]
		run python3 validate.py t.yaml
		[ "$status" -eq 1 ]
	done
}

@test "every key has a sentence" {
	python3 - <<'PY'
import json
schema = json.load(open("schema.json"))
def walk(at, path):
    for name, value in at.get("properties", {}).items():
        where = path + "." + name
        if "$ref" not in value:
            assert value.get("description", "").strip(), where
        walk(value, where)
walk(schema, "")
for name, definition in schema["definitions"].items():
    if not name.startswith("expect-"):
        walk(definition, name)
PY
}
