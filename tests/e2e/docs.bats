#!/usr/bin/env bats
#
# The documents for operators: what they name is there, and what they say to type is taken.

load helpers

setup() {
	lab_setup
	export ROUNDS_RULESETS=$SRC/rulesets
}

teardown() {
	lab_teardown
}

# Every rule that ships for LinkE and AntCode, as RULESET/ID where it is written.
shipped() {
	python3 - "$SRC/rulesets" <<'PY'
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("*.yaml"):
    ruleset = yaml.safe_load(path.read_text(encoding="utf-8"))
    if ruleset["ruleset"] != "host":
        for check in ruleset.get("checks", []):
            print(f"{ruleset['ruleset']}/{check['id']}")
PY
}

@test "docs: the table of the guide names every rule, and none that is not there" {
	shipped | sort >have
	[ "$(wc -l <have)" -ge 150 ]
	grep '^|' "$SRC/docs/guide-to-rules.md" | grep -o '`[a-z0-9-]*/[a-z0-9_-]*`' | tr -d '`' |
		sort -u >named
	diff named have
}

@test "docs: both languages say to type the same" {
	for page in linke.md linke.zh_CN.md; do
		grep '^    \(rounds\|17 6\)' "$SRC/docs/$page" | sed 's/ *#.*//' >"$page.commands"
		sed -n '/^```yaml/,/^```/p' "$SRC/docs/$page" >"$page.yaml"
	done
	[ -s linke.md.commands ]
	diff linke.md.commands linke.zh_CN.md.commands
	diff linke.md.yaml linke.zh_CN.md.yaml
}

@test "docs: what they say to type is taken" {
	local command failed=

	grep '^    rounds run' "$SRC/docs/linke.md" | sed 's/ *#.*//; s/^ *rounds//' >commands
	[ "$(wc -l <commands)" -ge 6 ]
	while read -r command; do
		status=0
		eval "$ROUNDS $command --dry-run" >out 2>&1 || status=$?
		case $status in
		0 | 4) ;;
		*)
			echo "$command: $status"
			cat out
			failed=yes
			;;
		esac
	done <commands
	[ -z "$failed" ]
}

@test "docs: the parameters of the example are declared" {
	sed -n '/^```yaml/,/^```/p' "$SRC/docs/linke.md" | sed '/^```/d' >site.yaml
	[ -s site.yaml ]
	run "$ROUNDS" run --dry-run --params site.yaml
	echo "$output"
	[ "$status" -ne 65 ]
	echo "antcode_slbb: x" >>site.yaml
	run "$ROUNDS" run --dry-run --params site.yaml
	[ "$status" -eq 65 ]
}
