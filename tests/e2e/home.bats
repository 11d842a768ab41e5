#!/usr/bin/env bats
#
# At home anywhere: what the other files test as whoever runs them holds for an ordinary user, and
# for the root of a user namespace, too.

load helpers

files="breadth cli command local log packages reports root sustain"

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# suite FOLDER COMMAND …: the files of that source folder, by this command, all at once, each in a
# temporary folder of its own.
suite() {
	local src=$1 build=${ROUNDS%/*} file pids=() failed= moved=

	[ "$src" = "$SRC" ] || moved=yes

	# folders that only root may enter are no part of another user's
	local path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

	shift
	chmod 755 "$T"
	for file in $files; do
		mkdir -m 777 "$T/$file"
		env -i PATH="$path" HOME="$T/$file" TMPDIR="$T/$file" LANG="${LANG:-C.UTF-8}" \
			ROUNDS="${ROUNDS/#"$SRC"/"$src"}" ROUNDS_SRCDIR="$src" \
			ROUNDS_MOVED="$moved" \
			ROUNDS_BUILDDIR="${build/#"$SRC"/"$src"}" \
			ASAN_OPTIONS="${ASAN_OPTIONS:-}" \
			"$@" bats --tap "$src/tests/e2e/$file.bats" \
			>"$T/$file.tap" 2>&1 </dev/null 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=yes
	done
	pids=()
	for file in $files; do
		grep -A 30 '^not ok' "$file.tap" && failed=yes
		# skipped as a whole is not tested
		grep -v '# skip' "$file.tap" | grep -q '^ok' || {
			echo "nothing of $file was tested"
			cat "$file.tap"
			failed=yes
		}
	done
	[ -z "$failed" ]
}

@test "as an ordinary user" {
	[ "$(id -u)" -eq 0 ] || skip "this is one"
	unshare -m true 2>/dev/null || skip "no mount namespaces here"
	[[ $ROUNDS == "$SRC"/* ]] || skip "the program is not in the source folder"
	is_root || skip "needs root over other users"
	# where it can be reached, should it lie in a folder that only root may enter
	mkdir src
	suite "$T/src" unshare -m bash -ec 'mount --bind "$0" "$1"
		shift
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' "$SRC" "$T/src"
}

@test "as the root of a user namespace" {
	unshare -r true 2>/dev/null || skip "no user namespaces here"
	suite "$SRC" unshare -r
}
