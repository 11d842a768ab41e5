#!/usr/bin/env bats
#
# At home anywhere: what the other files test as whoever runs them holds for an ordinary user, and
# for the root of a user namespace, too.

load helpers


setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# suite COMMAND …: those files, by this command, in a temporary folder of their own.
suite() {
	local inner=$T/inner files=() file

	# folders that only root may enter are no part of another user's
	local path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

	for file in command root; do
		files+=("$SRC/tests/e2e/$file.bats")
	done
	mkdir "$inner"
	chmod 755 "$T"
	[ "$1" != setpriv ] || chown 65534:65534 "$inner"
	env -i PATH="$path" HOME="$inner" TMPDIR="$inner" LANG="${LANG:-C.UTF-8}" \
		ROUNDS="$ROUNDS" ROUNDS_SRCDIR="${ROUNDS_SRCDIR:-}" \
		ROUNDS_BUILDDIR="${ROUNDS_BUILDDIR:-}" ASAN_OPTIONS="${ASAN_OPTIONS:-}" \
		"$@" bats --tap "${files[@]}" >tap 2>&1 </dev/null || {
		grep -A 30 '^not ok' tap || cat tap
		return 1
	}
	[ "$(grep -c '^ok' tap)" -ge 15 ]
}

@test "as an ordinary user" {
	[ "$(id -u)" -eq 0 ] || skip "this is one"
	setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$ROUNDS" ||
		skip "another user cannot run the program"
	suite setpriv --reuid 65534 --regid 65534 --clear-groups
}

@test "as the root of a user namespace" {
	unshare -r true 2>/dev/null || skip "no user namespaces here"
	suite unshare -r
}
