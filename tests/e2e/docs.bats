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

# typed PAGE: all that it says to type or to write to files, without what differs by language.
typed() {
	sed -n '/^```/,/^```/{p;b}; /^    /p' "$SRC/$1" | sed 's/ *#.*//; s/ zh: [^}]*//'
}

@test "docs: both languages say to type the same" {
	for page in README docs/linke; do
		typed "$page.md" >en
		typed "$page.zh_CN.md" >zh
		[ "$(wc -l <en)" -ge 20 ]
		diff en zh
	done
}

@test "docs: the libraries that they name are those of the program" {
	[ -z "${ROUNDS_SANITIZED:-}" ] || skip "the sanitizers' libraries come with it"
	command -v readelf >/dev/null || skip "no readelf"
	readelf -d "$ROUNDS" | sed -n 's/.*NEEDED.*\[lib\(.*\)\.so.*/\1/p' | grep -vx 'c\|m' |
		sed 's/^z$/zlib/; s/-0$//; s/^yaml$/libyaml/; s/^md$/libmd/; s/^pcre2-8$/PCRE2/' |
		sort >linked
	for page in README.md README.zh_CN.md; do
		grep -A 2 'The program links\|主程序只链接' "$SRC/$page" |
			grep -ow 'libyaml\|jansson\|PCRE2\|libmd\|zlib' | sort >named
		diff linked named
	done
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
