#!/usr/bin/env bats
#
# Packages of rpm and apk, in data bases that the real programs made (rpm) or that have their form
# (apk; Debian has no apk), found below a root.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# built NAME …: packages of these names, 1.0-1 each, as RPM files in $T/rpms.
built() {
	{
		printf 'Name: %s\nVersion: 1.0\nRelease: 1\nSummary: s\n' "$1"
		printf 'License: l\nBuildArch: noarch\n'
		printf '%%description\n%s\n%%files\n' "$(seq 1000)"
		shift
		for name; do
			printf '%%package -n %s\nSummary: s\n' "$name"
			printf '%%description -n %s\n%s\n' "$name" "$(seq 2000)"
			printf '%%files -n %s\n' "$name"
		done
	} >packages.spec
	HOME=$T rpmbuild -bb --quiet --define "_rpmdir $T/rpms" --define "_topdir $T/top" \
		--define '_build_name_fmt %%{NAME}.rpm' packages.spec 2>build.log >&2 || {
		cat build.log
		return 1
	}
}

in_rpm() {
	HOME=$T rpm --dbpath "$T/tree/var/lib/rpm" --define '_db_backend sqlite' "$@"
}

# database NAME …: a tree with these packages, by rpm itself.
database() {
	command -v rpmbuild >/dev/null || skip "rpm is not installed"
	mkdir -p tree/var/lib/rpm rpms
	built "$@"
	in_rpm -i --justdb --nodeps --noscripts --nosignature rpms/*.rpm
	[ -s tree/var/lib/rpm/rpmdb.sqlite ]
}

inspect() {
	ends "$1" "$ROUNDS" run r.yaml --root tree --report json=report.json
}

@test "rpm: every package that rpm itself lists, and no other" {
	database first $(seq -f 'package%g' 60)
	in_rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE} %{ARCH}\n' | sort >list
	[ "$(wc -l <list)" -eq 61 ]
	while read -r name version arch; do
		printf -- '- { id: %s, package: { name: %s }, expect: { version: "%s", ' \
			"$name" "$name" "$version"
		printf 'architecture: %s, database: rpm } }\n' "$arch"
	done <list >rules
	cat >>rules <<-'EOF2'
		- { id: arch, package: { name: "first:noarch" } }
		- { id: other-arch, package: { name: "first:s390x" }, expect: { installed: false } }
		- { id: none, package: { name: package }, expect: { installed: false } }
	EOF2
	ruleset r <rules
	inspect 0
	jq -e '.summary.pass == 64' report.json
	# what is removed is gone
	in_rpm -e --justdb --nodeps package7
	inspect 1
	jq -e '.gate.reasons == ["r/package7"]' report.json
}

@test "rpm: what is damaged, or not yet in the file, is an error and not 'not installed'" {
	database only
	ruleset r <<-'EOF2'
		- id: p
		  package: { name: only }
		- id: none
		  package: { name: none }
		  expect: { installed: false }
	EOF2
	inspect 0
	cp tree/var/lib/rpm/rpmdb.sqlite whole
	for size in 0 100 600 5000 $(($(stat -c %s whole) - 4096)); do
		head -c "$size" whole >tree/var/lib/rpm/rpmdb.sqlite
		inspect 2
		jq -e '[.results[].status] == ["error", "error"]' report.json
	done
	cp whole tree/var/lib/rpm/rpmdb.sqlite
	echo change >tree/var/lib/rpm/rpmdb.sqlite-wal
	inspect 2
	jq -e '.results[0].message | contains("rpm -q")' report.json
	rm tree/var/lib/rpm/rpmdb.sqlite*
	: >tree/var/lib/rpm/Packages
	inspect 2
}

# as FORMAT: the data base that rpm made, in another format and without rpmdb.sqlite.
as() {
	python3 "$SRC/tests/lab/rpmdb.py" "$1" tree/var/lib/rpm/rpmdb.sqlite made ||
		skip "$1 cannot be made here"
	rm -f tree/var/lib/rpm/rpmdb.sqlite* tree/var/lib/rpm/Packages*
	case $1 in
	ndb) mv made tree/var/lib/rpm/Packages.db ;;
	bdb) mv made tree/var/lib/rpm/Packages ;;
	esac
}

# listed: a rule for each package that rpm lists, in r.yaml.
listed() {
	in_rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE} %{ARCH}\n' | sort >list
	while read -r name version arch; do
		printf -- '- { id: %s, package: { name: %s }, expect: { version: "%s", ' \
			"$name" "$name" "$version"
		printf 'architecture: %s, database: rpm } }\n' "$arch"
	done <list >rules
	echo '- { id: none, package: { name: pack }, expect: { installed: false } }' >>rules
	ruleset r <rules
}

@test "rpm: Berkeley DB and ndb, too, hold every package that rpm lists, and no other" {
	command -v db5.3_load >/dev/null || skip "db5.3-util is not installed"
	database first $(seq -f 'package%g' 60)
	in_rpm -e --justdb --nodeps package7
	listed
	[ "$(wc -l <list)" -eq 60 ]
	cp -r tree whole
	for format in ndb bdb; do
		rm -rf tree
		cp -r whole tree
		as $format
		inspect 0
		jq -e '.summary.pass == 61' report.json
	done
	# what we took for a data base of CentOS 7 is one for rpm itself
	HOME=$T rpm --dbpath "$T/tree/var/lib/rpm" --define '_db_backend bdb_ro' -qa \
		--qf '%{NAME} %{VERSION}-%{RELEASE} %{ARCH}\n' 2>/dev/null | sort >again
	cmp list again
}

@test "rpm: damaged Berkeley DB and ndb are errors and not 'not installed'" {
	local format file how

	command -v db5.3_load >/dev/null || skip "db5.3-util is not installed"
	database first second
	ruleset r <<-'EOF2'
		- { id: p, package: { name: first } }
		- { id: none, package: { name: none }, expect: { installed: false } }
	EOF2
	cp -r tree whole
	for format in bdb ndb; do
		rm -rf tree
		cp -r whole tree
		as $format
		inspect 0
		file=$(echo tree/var/lib/rpm/Packages*)
		cp "$file" sound
		for how in $(python3 "$SRC/tests/lab/rpmdb.py" damages $format); do
			python3 "$SRC/tests/lab/rpmdb.py" damage "$how" sound "$file"
			inspect 2
			jq -e '[.results[].status] == ["error", "error"]' report.json
			jq -e '.results[0].message | contains("rpm -q")' report.json
			echo "ok: $how"
		done
	done
	# one that nobody may read is no permission to say that a package is not there
	need_others
	cp sound "$file"
	chmod 0 "$file"
	chmod 755 "$T"
	cp "$ROUNDS" rounds
	run setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --bounding-set -all \
		"$T/rounds" run r.yaml --root tree --report json=-
	grep -q '"kind": *"permission"' <<<"$output"
}

@test "rpm: beside dpkg, both are looked at" {
	database only
	mkdir -p tree/var/lib/dpkg
	printf 'Package: debian-one\nStatus: install ok installed\nVersion: 2\n' \
		>tree/var/lib/dpkg/status
	ruleset r <<-'EOF2'
		- { id: rpm, package: { name: only }, expect: { database: rpm, version: 1.0-1 } }
		- { id: dpkg, package: { name: debian-one }, expect: { version: "2" } }
		- { id: none, package: { name: none }, expect: { installed: false } }
	EOF2
	inspect 0
}

@test "apk: facts of what is installed" {
	mkdir -p tree/lib/apk/db
	printf 'C:Q1x\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nP:musl-utils\nV:1.2.4-r3\nA:x86_64\n\n' \
		>tree/lib/apk/db/installed
	ruleset r <<-'EOF2'
		- id: musl
		  package: { name: musl }
		  expect: { version: 1.2.4-r2, architecture: x86_64, database: apk }
		- id: none
		  package: { name: mus }
		  expect: { installed: false }
	EOF2
	inspect 0
}

@test "dpkg: what it was at when it was killed counts, not what was before" {
	mkdir -p tree/var/lib/dpkg/updates
	printf 'Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n' \
		half gone both other >tree/var/lib/dpkg/status
	printf 'Package: both\nStatus: install ok installed\nArchitecture: i386\nVersion: 2\n\n' \
		>>tree/var/lib/dpkg/status
	update() {
		printf 'Package: %s\nStatus: %s\nArchitecture: %s\nVersion: 3\n' "${@:2}" \
			>"tree/var/lib/dpkg/updates/$1"
	}
	update 0000 half "install ok unpacked" amd64
	update 0001 half "install ok half-configured" amd64
	update 0002 gone "deinstall ok config-files" amd64
	update 0003 both "install ok half-installed" amd64
	update tmp.i other "install ok half-installed" amd64
	ruleset r <<-'EOF2'
		- id: half
		  package: { name: half }
		  expect: { installed: false, status: half-configured }
		- { id: gone, package: { name: gone }, expect: { installed: false } }
		- { id: both, package: { name: both }, expect: { architecture: i386 } }
		- { id: amd, package: { name: "both:amd64" }, expect: { installed: false } }
		- { id: other, package: { name: other }, expect: { version: "1" } }
	EOF2
	inspect 0
	printf 'Package: half\nStatus: install ok ins' >tree/var/lib/dpkg/updates/0004
	inspect 2
	grep -F "'/var/lib/dpkg/updates/0004' is damaged" report.json
}

@test "dpkg, apk: what is damaged or closed is an error and not 'not installed'" {
	local at

	ruleset r <<-'EOF2'
		- { id: none, package: { name: none }, expect: { installed: false } }
	EOF2
	for at in var/lib/dpkg/status lib/apk/db/installed; do
		rm -rf tree
		mkdir -p "tree/${at%/*}"
		printf 'P:a\nV:1\n\nPackage: a\nVersion: 1\n' >"tree/$at"
		inspect 0
		printf 'Package: no' >>"tree/$at"
		inspect 2
		grep -F "'/$at' is damaged: its last line has no end" report.json
		printf '\0\0\0\n' >>"tree/$at"
		inspect 2
		grep -F "'/$at' is damaged: it holds NULs" report.json
	done
	# one that is closed is not taken for one that is not there
	mkdir -p tree/var/lib/rpm
	ln -s loop tree/var/lib/rpm/loop
	ln -s loop tree/var/lib/rpm/rpmdb.sqlite
	printf 'P:a\nV:1\n\n' >tree/lib/apk/db/installed
	inspect 2
	grep -F "'/var/lib/rpm/rpmdb.sqlite': Too many levels of symbolic links" report.json
}
