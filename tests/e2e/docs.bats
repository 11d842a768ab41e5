#!/usr/bin/env bats
#
# The documents for operators: what they name is there, and what they say to type is taken.

load helpers

setup() {
	lab_setup
	export ROUNDS_RULESETS=$SRC/rulesets
}

teardown() {
	[ -z "${ROUNDS_SITE:-}" ] || "$LAB/down"
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
	readelf -d "$ROUNDS" | sed -n 's/.*NEEDED.*\[lib\(.*\)\.so.*/\1/p' |
		grep -vx 'c\|nettle.*' |
		sed 's/^pcre2-8$/PCRE2/' | sort >linked
	[ -n "$(late_library yaml)" ]
	[ -n "$(late_library z)" ]
	for page in README.md README.zh_CN.md; do
		grep -A 2 'The program links\|主程序只链接' "$SRC/$page" >said
		grep -ow 'jansson\|PCRE2' said | sort >named
		diff linked named
		grep -qw libyaml said
		grep -qw zlib said
	done
}

@test "build: of another nettle no headers are taken without its library" {
	local static

	[ -x "$SRC/configure" ] && [ ! -e "$SRC/config.status" ] || skip "no configure to run"
	static=$(pkg-config --variable=libdir nettle)/libnettle.a || skip "no nettle to build with"
	mkdir -p nettle/lib build
	printf 'Name: nettle\nDescription: another\nVersion: 9\nLibs: -L%s -lnettle\nlibdir=%s\n' \
		"$T/nettle/lib" "$T/nettle/lib" >nettle/nettle.pc
	cd build
	PKG_CONFIG_PATH=$T/nettle "$SRC/configure" >log 2>&1 || {
		cat log
		false
	}
	grep -x "CORE_NETTLE_LIBS = -L$T/nettle/lib -lnettle *" Makefile
	[ -e "$static" ] || skip "no static nettle"
	cp "$static" ../nettle/lib
	PKG_CONFIG_PATH=$T/nettle "$SRC/configure" >log 2>&1
	grep "^CORE_NETTLE_LIBS = $T/nettle/lib/libnettle.a " Makefile
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

@test "docs: what the README says to write and to type is taken" {
	local command failed=

	sed -n '/^```yaml/,/^```/p' "$SRC/README.md" | awk '/^```yaml/ { n++; next }
		!/^```/ { print >(n == 1 ? "web.yaml" : "git.yaml") }'
	mkdir -p etc/secrets && echo x >etc/secrets/git_password
	grep '^    rounds ' "$SRC/README.md" |
		sed "s/ *#.*//; s/^ *rounds//; s|/etc/rounds|$T/etc|" >commands
	[ "$(wc -l <commands)" -ge 8 ]
	while read -r command; do
		case $command in run*) command+=" --dry-run" ;; esac
		eval "$ROUNDS $command" >out 2>&1 || {
			echo "$command: $?"
			cat out
			failed=yes
		}
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

# site_yaml [PAGE]: the site's short durations alone, or with the page's site.yaml, its addresses
# being those of the miniature site.
site_yaml() {
	{ [ $# -eq 0 ] || sed -n '/^```yaml/,/^```/p' "$1" | sed '/^```/d'; } |
		env PYTHONPATH="$SRC/tests/lab" PYTHONDONTWRITEBYTECODE=1 python3 -c '
import sys, yaml
from minisite import settings
page = yaml.safe_load(sys.stdin) or {}
for name, value in page.items():
    if isinstance(value, str):
        page[name] = settings.ADDRESSES.get(name, value)
yaml.safe_dump({**settings.SHORT, **page}, sys.stdout)'
}

# What the page says to type in a container, a command a line, the line of cron without its time.
in_container() {
	sed -n '/^```cron/,/^```/s/^[^`P].*  root  //p; /^    \(rounds\|cat\|mkdir\)/s/^ *//p' \
		"$SRC/docs/linke.md" | sed 's/ *#.*//'
}

# Types all of it in a container, with no more environment than cron gives; in CONTAINER.codes the
# exit code of each command.
type_all() {
	local container=$1 command secret code path

	path=$(grep '^PATH=' "$SRC/docs/linke.md")
	site_yaml | "$LAB/enter" "$container" sh -ec '
		ln -s "$0" /usr/local/bin/rounds
		cat >/etc/rounds/params.d/site.yaml
		mkdir -p /var/log/rounds' "$ROUNDS"
	while IFS= read -r command <&4; do
		secret=
		case $command in
		mkdir*)
			site_yaml "$SRC/docs/linke.md" | "$LAB/enter" "$container" \
				sh -c 'cat >/etc/rounds/params.d/site.yaml'
			;;
		*git_password) secret=git-of-the-site ;;
		*git_token) secret=token-of-the-site ;;
		esac
		code=0
		echo "$secret" | "$LAB/enter" -i "$container" sh -c "$path; cd /root && $command" \
			>"$container.out" 2>&1 || code=$?
		echo "$code $command"
		case $code in 0 | 4) ;; *) grep -v '^\(pass\|skip\) ' "$container.out" >&2 ;; esac
	done 4< <(in_container) >"$container.codes" 2>"$container.said"
}

@test "docs: what they say to type in a container works there" {
	LAB=$SRC/tests/lab
	local containers="antcodeweb linkemongo-0 runner" c failed=

	export ROUNDS_SITE=$T/site
	reason=$(env PYTHONPATH="$LAB" PYTHONDONTWRITEBYTECODE=1 python3 -m minisite available) ||
		skip "$reason"
	"$LAB/up" db slb platform antcodeweb antcoderedis antcodeproxy antcodeshard antcodenode \
		linkemongo linku antbuild runner
	pids_typing=()
	for c in $containers; do
		type_all "$c" 3>&- &
		pids_typing+=($!)
	done
	wait "${pids_typing[@]}"
	[ "$(wc -l <runner.codes)" -ge 13 ]
	for c in $containers; do
		# 4: it is meant for other containers
		grep -v '^[04] ' "$c.codes" && failed=yes && cat "$c.said"
	done
	# in one of them at least it looked at something
	sort -u ./*.codes | sed -n 's/^4 //p' | while IFS= read -r command; do
		grep -qxF "0 $command" ./*.codes || echo "nowhere: $command"
	done >nowhere
	cat nowhere
	[ -z "$failed" ] && [ ! -s nowhere ]
}
