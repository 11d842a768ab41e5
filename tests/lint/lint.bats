#!/usr/bin/env bats
#
# The rules of scripts/lint, each shown a snippet that breaks it.

setup() {
	lint="$BATS_TEST_DIRNAME/../../scripts/lint"
	headers="$BATS_TEST_DIRNAME/../../scripts/lint-headers"
	root=$(mktemp -d "$BATS_TMPDIR/lint.XXXXXX")
	mkdir -p "$root"/engine/base "$root"/engine/document "$root"/engine/run "$root"/engine/cli \
		"$root"/checks "$root"/reports "$root"/scripts
	printf '/* a */\nvoid a(void);\n' >"$root/engine/base/a.h"
}

teardown() {
	rm -rf "$root"
}

# snippet FILE: the file is what stands on standard input, after a comment.
snippet() {
	{ echo '/* A snippet. */'; cat; } >"$root/$1"
}

refused() {
	run "$lint" --root "$root"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"$1"* ]]
}

accepted() {
	run "$lint" --root "$root"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "lint: clean code is accepted" {
	snippet engine/base/x.c <<'C'
#include <stdio.h>

#include "engine/base/a.h"

void a(void)
{
	snprintf(0, 0, "printf(\"strcpy(\") exit(1)"); /* sprintf( is only named here */
}
C
	accepted
}

@test "lint: a lower layer may not include a higher one" {
	snippet engine/base/x.c <<<'#include "engine/run/run.h"'
	refused "engine/base/x.c:2: error: engine/base must not include 'engine/run/run.h' [layers]"
}

@test "lint: checks may not include the runner" {
	snippet checks/x.c <<<'#include "engine/run/run.h"'
	refused "checks must not include 'engine/run/run.h' [layers]"
}

@test "lint: checks may not include the documents, but their readers" {
	snippet checks/x.c <<<'#include "engine/document/node.h"'
	refused "checks must not include 'engine/document/node.h' [layers]"
	snippet checks/x.c <<<'#include "engine/document/reader.h"'
	accepted
}

@test "lint: the runner and the reports do not know each other" {
	snippet engine/run/x.c <<<'#include "reports/model.h"'
	refused "engine/run must not include 'reports/model.h' [layers]"
	rm "$root/engine/run/x.c"
	snippet reports/x.c <<<'#include "engine/run/run.h"'
	refused "reports must not include 'engine/run/run.h' [layers]"
}

@test "lint: only the command line names the registries" {
	snippet engine/run/x.c <<<'#include "checks/registry.h"'
	refused "only engine/cli names 'checks/registry.h' [layers]"
	rm "$root/engine/run/x.c"
	snippet engine/cli/x.c <<<'#include "checks/registry.h"'
	accepted
}

@test "lint: only engine/document uses libyaml" {
	snippet engine/run/x.c <<<'#include <yaml.h>'
	refused "only engine/document may use libyaml [layers]"
}

@test "lint: banned calls are found, in whatever shape" {
	for call in strcpy strcat sprintf strtok atoi sscanf system popen localtime gmtime \
		mktemp alloca signal; do
		snippet engine/base/x.c <<<"static void x(void) { ($call (0)); }"
		refused "$call() is banned [calls]"
	done
}

@test "lint: a call of a like name is no banned call" {
	snippet engine/base/x.c <<<'void x(void) { my_system(0); x->signal(0); localtime_r(0, 0); }'
	accepted
}

@test "lint: numbers are read in one module" {
	snippet engine/base/x.c <<<'static long x(void) { return strtol("1", 0, 10); }'
	refused "strtol() stands in engine/base/number alone [calls]"
	mv "$root/engine/base/x.c" "$root/engine/base/number.c"
	accepted
}

@test "lint: the engine, checks and reports never print and never exit" {
	for file in engine/base/x.c checks/x.c reports/x.c; do
		for call in 'printf("x")' 'puts("x")' 'exit(1)' 'perror("x")'; do
			snippet "$file" <<<"static void x(void) { $call; }"
			refused "it never prints and never exits [calls]"
		done
		snippet "$file" <<<'static void x(void) { fprintf(stderr, "x"); }'
		refused "does not know 'stderr' [calls]"
		rm "$root/$file"
	done
	snippet engine/cli/x.c <<<'static void x(void) { printf("x"); exit(1); }'
	accepted
}

@test "lint: feature macros come from config.h" {
	snippet engine/base/x.c <<<'#define _GNU_SOURCE'
	refused "_GNU_SOURCE comes from config.h [calls]"
}

@test "lint: a long line, tabs counted" {
	printf '/* %090d */\n' 0 >"$root/engine/base/x.c"
	accepted
	printf '/* A. */\n\t\t/* %080d */\n' 0 >"$root/engine/base/x.c"
	refused "1 lines are longer than 100 columns [long]"
}

@test "lint: white space at the end, and no line end at the end" {
	snippet engine/base/x.c <<<'int x; '
	refused "white space at the end [lines]"
	printf '/* A. */\nint x;' >"$root/engine/base/x.c"
	refused "no line end at the end of the file [lines]"
}

@test "lint: a TODO and a path of one machine" {
	snippet engine/base/x.c <<<'/* TODO: think */'
	refused "a TODO is an issue, not a comment [lines]"
	printf '/* see /%s/x */\n' work >"$root/engine/base/x.c"
	refused "a path of one machine [lines]"
}

@test "lint: a long file" {
	{ echo '/* A. */'; seq -f 'int x%.0f;' 501; } >"$root/engine/base/x.c"
	accepted
	[[ "$output" == *"warning: 502 lines"* ]]
	{ echo '/* A. */'; seq -f 'int x%.0f;' 800; } >"$root/engine/base/x.c"
	refused "801 lines (at most 800) [file]"
}

@test "lint: a long function, and exceptions that can only shrink" {
	{
		printf '/* A. */\nstatic void far(int a,\n\t\tint b)\n{\n'
		seq -f '	a = %.0f;' 61
		echo '}'
	} >"$root/engine/base/x.c"
	refused "far() has 61 lines (at most 60) [function]"
	echo 'function engine/base/x.c far 61' >"$root/scripts/lint-exceptions"
	accepted
	echo 'function engine/base/x.c far 62' >"$root/scripts/lint-exceptions"
	refused "the exception allows 62: lower it [function]"
	echo 'function engine/base/gone.c far 62' >>"$root/scripts/lint-exceptions"
	refused "nothing needs the exception for engine/base/gone.c far"
}

@test "lint: --shrink lowers an exception and never raises it" {
	{ printf '/* A. */\nstatic void far(int a)\n{\n'; seq -f '	a = %.0f;' 70; echo '}'; } \
		>"$root/engine/base/x.c"
	echo 'function engine/base/x.c far 80' >"$root/scripts/lint-exceptions"
	"$lint" --root "$root" --shrink
	[ "$(cat "$root/scripts/lint-exceptions")" = 'function engine/base/x.c far 70' ]
	accepted
	echo 'function engine/base/x.c far 65' >"$root/scripts/lint-exceptions"
	"$lint" --root "$root" --shrink >/dev/null || :
	[ "$(cat "$root/scripts/lint-exceptions")" = 'function engine/base/x.c far 65' ]
	refused "far() has 70 lines (at most 60) [function]"
	printf '/* A. */\nint x;\n' >"$root/engine/base/x.c"
	refused "nothing needs the exception"
}

@test "lint: includes are sorted, the own header first" {
	printf '#include <stdio.h>\n\n#include "engine/base/a.h"\n' >"$root/engine/base/a.c"
	refused "its own header comes first: 'engine/base/a.h' [includes]"
	rm "$root/engine/base/a.c"
	printf '/* A. */\n#include <stdlib.h>\n#include <stdio.h>\n' >"$root/engine/base/x.c"
	refused "'stdio.h' stands before 'stdlib.h' [includes]"
}

@test "lint: a file says what it is for" {
	echo 'int x;' >"$root/engine/base/x.c"
	refused "it begins with a comment that says what it is for [head]"
}

@test "lint: a header that does not compile alone" {
	ROUNDS_ROOT="$root" run "$headers" "${CC:-cc}" -Wall
	[ "$status" -eq 0 ]
	echo 'size_t x(void);' >"$root/engine/base/b.h"
	ROUNDS_ROOT="$root" run "$headers" "${CC:-cc}" -Wall
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"engine/base/b.h:1: error: it does not compile alone [headers]"* ]]
}
