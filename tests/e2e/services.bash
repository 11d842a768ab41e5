# services - what the tests of the service modules share; after helpers.bash.

# module_built NAME: whether the loadable module is there.
module_built() {
	ls "$(dirname "$ROUNDS")/.libs/$1.so" >/dev/null 2>&1
}

# check TYPE ID FIELDS [EXPECT]: adds a check.
check() {
	printf -- '- id: %s\n  %s: { %s }\n%s' "$2" "$1" "$3" "${4:+  expect: { $4 \}
}" | tr -d '\t' >>"$T/checks"
}

# in_time TIMEOUT: of every check so far.
in_time() {
	sed -i "s/^\(- id: .*\)$/\1\n  timeout: $1/" "$T/checks"
}

# inspect RULESET: runs the checks; the reports are $T/r.json and $T/r.txt.
inspect() {
	service=$1
	ruleset "$1" <"$T/checks"
	shift
	run "$ROUNDS" run "$T/$service.yaml" --report "json=$T/r.json" --report "text=$T/r.txt" "$@"
}

# The verdicts of all checks, a line each: ID STATUS KIND.
verdicts() {
	jq -r --arg of "$service/" \
		'.results[] | "\(.id | ltrimstr($of)) \(.status) \(
			if .status == "pass" then "-" else .error.kind // "-" end)"' "$T/r.json"
}

# table EXPECTED: compares the verdicts; on a difference the report is shown.
table() {
	diff <(sed 's/^[[:space:]]*//; /^$/d' <<<"$1") <(verdicts) || {
		cat "$T/r.txt"
		echo "$output"
		return 1
	}
}

# ended_in_time MS: no check took longer.
ended_in_time() {
	local longest

	longest=$(jq '[.results[].duration_ms] | max' "$T/r.json")
	[ "$(jq -n "$longest < $1")" = true ] || {
		echo "a check took $longest ms"
		return 1
	}
}
