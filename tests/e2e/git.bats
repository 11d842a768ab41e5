#!/usr/bin/env bats
# Git over HTTP against real servers: what passes, and for each fault what is wrong.
# Git over SSH is in ssh.bats.

load helpers
load ../lab/git_site

setup_file() {
	# One site for the file: it takes a second or two to make.
	export BATS_SITE=$BATS_FILE_TMPDIR
}

setup() {
	lab_setup
	git_site_available || skip "$(git_site_available)"
	ls "$(dirname "$ROUNDS")"/.libs/git.so >/dev/null 2>&1 || skip "the module git is not built"
	git_site_up
	export HOME= SSL_CERT_FILE= CURL_CA_BUNDLE=
	unset HOME
	K=$GIT_SITE/keys
	# not /dev/shm, where another run of these tests may be at work
	export ROUNDS_SCRATCH=$T/scratch
	mkdir "$ROUNDS_SCRATCH"
}

teardown() {
	lab_teardown
}

# clone ID FIELDS [EXPECT]: adds a check.
clone() {
	printf -- '- id: %s\n  git: { %s }\n%s' "$1" "$2" "${3:+  expect: { $3 \}
}" >>"$T/checks"
}

inspect() {
	ruleset git <"$T/checks"
	run "$ROUNDS" run "$T/git.yaml" --report "json=$T/r.json" --report "text=$T/r.txt" "$@"
}

# The verdicts of all checks, a line each: ID STATUS KIND.
verdicts() {
	jq -r '.results[] | "\(.id | ltrimstr("git/")) \(.status) \(.error.kind // "-")"' "$T/r.json"
}

# nothing_left: no private directory of a clone.
nothing_left() {
	[ -z "$(ls -A "$ROUNDS_SCRATCH")" ] || {
		ls -A "$ROUNDS_SCRATCH"
		return 1
	}
}

# table EXPECTED: compares the verdicts; on a difference the report is shown.
table() {
	diff <(sed 's/^[[:space:]]*//; /^$/d' <<<"$1") <(verdicts) || {
		cat "$T/r.txt"
		return 1
	}
	nothing_left
}

S() { echo "known_hosts: $GIT_SITE/known_hosts"; }

@test "git: every way in that ought to work, works" {
	local web=http://127.0.0.1:$HTTP secure=https://localhost:$HTTPS ca="ca: $GIT_SITE/tls/ca.crt"
	local ssh="$SSH_USER@127.0.0.1"

	clone open "url: '$web/open/small.git'" "files: 3, head: main"
	clone password "url: '$web/basic/small.git', user: git, password: pa55-of-the-lab" \
		"files: { ge: 1 }"
	clone token "url: '$web/basic/small.git', token: t0ken-of-the-lab"
	clone bearer "url: '$web/bearer/small.git', token: t0ken-of-the-lab, token_as: bearer"
	clone private-token \
		"url: '$web/private/small.git', token: t0ken-of-the-lab, token_as: private-token"
	clone userinfo "url: 'http://git:pa55-of-the-lab@127.0.0.1:$HTTP/basic/small.git'"
	clone branch "url: '$web/open/small.git', branch: feature/x" "files: 4"
	clone refs "url: '$web/open/small.git', mode: refs" \
		"refs: { any: { name: refs/tags/v1 }, length: 3 }"
	clone https "url: '$secure/basic/small.git', user: git, password: pa55-of-the-lab, $ca"
	clone https-address "url: 'https://127.0.0.1:$HTTPS/open/small.git', $ca"
	clone addresses "url: '$web/open/small.git', resolve: [ 127.0.0.1, '::1' ]"
	clone moved "url: '$web/moved/small.git', user: git, password: pa55-of-the-lab"
	clone file "url: '$GIT_SITE/repositories/small.git'" "files: 3"
	clone ssh-url "url: 'ssh://$ssh:$SSH/group/small.git', $(S), key: $K/ed25519" "files: 3"
	inspect
	table "open pass -
		password pass -
		token pass -
		bearer pass -
		private-token pass -
		userinfo pass -
		branch pass -
		refs pass -
		https pass -
		https-address pass -
		addresses pass -
		moved pass -
		file pass -
		ssh-url pass -"
	[ "$status" -eq 0 ]
}

@test "git: whatever is refused is told apart" {
	local web=http://127.0.0.1:$HTTP ca="ca: $GIT_SITE/tls/ca.crt"

	clone password "url: '$web/basic/small.git', user: git, password: wrong-one"
	clone no-password "url: '$web/basic/small.git'"
	clone forbidden "url: '$web/private/small.git', token: wrong-one, token_as: private-token"
	clone no-repository "url: '$web/open/nothing.git'"
	clone no-branch "url: '$web/open/small.git', branch: nothing"
	clone empty "url: '$web/open/empty.git'"
	clone login-page "url: '$web/login'"
	clone busy "url: '$web/busy'"
	clone untrusted "url: 'https://localhost:$UNTRUSTED/open/small.git', $ca"
	clone expired "url: 'https://localhost:$EXPIRED/open/small.git', $ca"
	clone wrong-name "url: 'https://localhost:$WRONGNAME/open/small.git', $ca"
	clone no-ca "url: 'https://localhost:$HTTPS/open/small.git'"
	clone too-large "url: '$web/open/small.git', max_bytes: 10KiB"
	clone no-name "url: 'http://nothing.invalid/x.git'"
	clone refused "url: 'http://127.0.0.1:$(free_port)/x.git'"
	clone no-key "url: 'ssh://git@127.0.0.1:1/x.git', key: $T/no/key"
	inspect
	table "password fail auth
		no-password fail auth
		forbidden fail forbidden
		no-repository fail not_found
		no-branch fail branch_missing
		empty fail empty
		login-page fail protocol
		busy fail protocol
		untrusted fail tls
		expired fail tls
		wrong-name fail tls
		no-ca fail tls
		too-large fail too_large
		no-name fail dns
		refused fail refused
		no-key error parameter"
	[ "$status" -eq 1 ]
	# where the key should be is no secret
	result "$T/r.json" git/no-key ".message == \"key: '$T/no/key': No such file or directory\""
	result "$T/r.json" git/no-branch '.message | contains("feature/x, main")'
	nowhere wrong-one "$T/r.json" "$T/r.txt"
}

# faulty WAY FAULT:BYTES URL-PREFIX PORT URL-REST FIELDS
faulty() {
	local timeout=20s

	# those that end by the timeout alone need not be waited for long
	[[ "$2" != stall* && "$2" != trickle* ]] || timeout=2s
	proxied "$4" "${2%:*}" "${2#*:}"
	printf -- '- id: %s\n  timeout: %s\n  git: { url: "%s", %s }\n' \
		"$1-${2/:/-}" "$timeout" "$3:$proxied$5" "$6" >>"$T/checks"
}

# told ID TEXT: that this check says so.
told() {
	jq -e --arg id "git/$1" --arg text "$2" \
		'.results[] | select(.id == $id) | .message | contains($text)' \
		"$T/r.json" >/dev/null || {
		cat "$T/r.txt"
		echo "$1 does not say: $2"
		return 1
	}
}

@test "git: what answers instead of Git, and what Git says instead of a pack, is told" {
	local mood at

	git_site_gitd "$GIT_SITE/repositories"
	at=http://127.0.0.1:$gitd
	for mood in good held endless wants negotiates later gone files page says says-late dies \
		newer cut login; do
		clone $mood "url: '$at/$mood/small.git'"
	done
	clone other-way "url: '$at/negotiates/small.git', user: git, password: pa55-of-the-lab"
	# what is not in its time is a timeout: for one mood it is waited for
	sed -i 's/^\(- id: held\)$/\1\n  timeout: 2s/' "$T/checks"
	inspect
	table "good pass -
		held fail protocol
		endless fail not_found
		wants fail auth
		negotiates fail auth
		later fail protocol
		gone fail not_found
		files fail protocol
		page fail protocol
		says fail protocol
		says-late fail protocol
		dies fail protocol
		newer fail protocol
		cut fail closed
		login fail protocol
		other-way fail auth"
	told held 503
	told wants "the check gives none (401); ways it offers: Basic"
	told other-way "takes no password or token this way (401); ways it offers: Negotiate"
	told later "Retry-After: 120"
	told gone 410
	told files dumb
	told page "it begins with '<html>Please log in</html>'"
	told says "the server says: the quota is used up"
	told says-late "the server says: the repository is locked"
	told dies "the server says: fatal: the disk is broken"
	told newer "version 2"
	told cut "in the middle of fetch"
	told login "'http://127.0.0.1:1/login', which is no Git URL"
	nowhere al-pa55-of-the-lab "$T/r.json" "$T/r.txt"
	nowhere key-of-the-lab "$T/r.json" "$T/r.txt"
	# in Chinese none of these sentences stays as it is
	"$ROUNDS" run "$T/git.yaml" --lang zh --report "text=$T/zh.txt" >/dev/null || true
	! grep -aE 'the (server (says|answers|gives|ended|wants|takes)|answer is)' "$T/zh.txt" ||
		return 1
}

@test "git: repositories that libgit2 cannot clone, or not in time, are told as what they are" {
	local at tree i r=$GIT_SITE/repositories
	local -x GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
	local -x GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@localhost
	local -x GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@localhost

	git clone -q --bare --depth 1 "file://$r/small.git" "$r/shallow.git"
	git init -q --bare -b main --object-format=sha256 "$r/sha256.git"
	tree=$(git -C "$r/sha256.git" mktree </dev/null)
	git -C "$r/sha256.git" update-ref refs/heads/main \
		"$(git -C "$r/sha256.git" commit-tree -m x "$tree")"
	# ten trees of ten trees of …: 10^9 files in twelve objects
	git init -q --bare -b main "$r/bomb.git"
	tree="100644 blob $(echo x | git -C "$r/bomb.git" hash-object -w --stdin)"
	for _ in 1 2 3 4 5 6 7 8 9; do
		tree="040000 tree $(for i in 0 1 2 3 4 5 6 7 8 9; do
			printf '%s\t%s\n' "$tree" $i
		done | git -C "$r/bomb.git" mktree)"
	done
	git -C "$r/bomb.git" update-ref refs/heads/main \
		"$(git -C "$r/bomb.git" commit-tree -m x "${tree##* }")"
	git_site_gitd "$r"
	at=http://127.0.0.1:$gitd/good
	clone shallow "url: '$at/shallow.git'"
	clone sha256 "url: '$at/sha256.git'"
	clone bomb "url: '$at/bomb.git'"
	clone no-repository "url: '$T'"
	sed -i 's/^\(- id: bomb\)$/\1\n  timeout: 3s/' "$T/checks"
	inspect
	table "shallow fail protocol
		sha256 fail protocol
		bomb fail timeout
		no-repository fail not_found"
	told shallow "is shallow"
	told sha256 "SHA-256"
}

@test "git: a branch whose name is no UTF-8 counts and is cloned" {
	local r=$GIT_SITE/repositories at=http://127.0.0.1:$HTTP/open name=$'refs/heads/\xd6\xd0'

	cp -r "$r/small.git" "$r/gbk.git"
	git -C "$r/gbk.git" update-ref "$name" main
	cp -r "$r/gbk.git" "$r/gbk-head.git"
	git -C "$r/gbk-head.git" symbolic-ref HEAD "$name"
	clone compared "url: '$at/gbk.git', mode: refs, compare_with: '$at/small.git'" "behind: 0"
	clone listed "url: '$at/gbk.git', mode: refs" \
		"refs: { any: { name: 'refs/heads/\xd6\xd0' }, length: 4 }"
	clone head "url: '$at/gbk-head.git'" "head: '\xd6\xd0', files: 3"
	inspect
	table "compared fail -
		listed pass -
		head pass -"
}

@test "git: resolve is about the host of url alone" {
	local name=master.invalid other=backup.invalid

	clone there "url: 'http://$name:$HTTP/open/master.git', resolve: [ 127.0.0.1 ]"
	clone two "url: 'http://$name:$HTTP/open/master.git', resolve: [ 127.0.0.1 ], \
		compare_with: 'http://$other:$HTTP/open/master.git'" "behind: 0"
	sed -i 's/\\$//' "$T/checks"
	inspect
	table "there pass -
		two fail dns"
}

@test "git: every fault in front of the real servers ends in time, with its kind" {
	local fault ca="ca: $GIT_SITE/tls/ca.crt"

	faults silent blackhole || true
	for fault in blackhole silent; do
		local port=port_$fault
		clone "http-$fault" "url: 'http://127.0.0.1:${!port}/x.git'"
		clone "https-$fault" "url: 'https://127.0.0.1:${!port}/x.git', $ca"
	done
	clone https-refused "url: 'https://127.0.0.1:$(free_port)/x.git', $ca"
	for fault in stall:0 trickle:0 stall:50000 trickle:50000 reset:50000 close:50000 \
		garbage:0 garbage:50000 endless:0 endless:50000 corrupt:50000; do
		faulty http "$fault" http://127.0.0.1 "$HTTP" /open/small.git "max_bytes: 4MiB"
		faulty https "$fault" https://localhost "$HTTPS" /open/small.git "max_bytes: 4MiB, $ca"
	done
	sed -i 's/^\(- id: .*-\(blackhole\|silent\)\)$/\1\n  timeout: 2s/' "$T/checks"
	inspect
	verdicts >"$T/got"
	# garbage breaks the framing of HTTP; TLS notices a wrong byte before Git sees it
	diff <(sort <<-TABLE
		http-blackhole fail timeout
		https-blackhole fail timeout
		http-silent fail timeout
		https-silent fail timeout
		https-refused fail refused
		http-stall-0 fail timeout
		https-stall-0 fail timeout
		http-trickle-0 fail timeout
		https-trickle-0 fail timeout
		http-stall-50000 fail timeout
		https-stall-50000 fail timeout
		http-trickle-50000 fail timeout
		https-trickle-50000 fail timeout
		http-reset-50000 fail reset
		https-reset-50000 fail reset
		http-close-50000 fail closed
		https-close-50000 fail closed
		http-garbage-0 fail protocol
		https-garbage-0 fail tls
		http-garbage-50000 fail protocol
		https-garbage-50000 fail tls
		http-endless-0 fail protocol
		https-endless-0 fail tls
		http-endless-50000 fail protocol
		https-endless-50000 fail tls
		http-corrupt-50000 fail corrupt
		https-corrupt-50000 fail tls
	TABLE
	) <(sort "$T/got") || {
		cat "$T/r.txt"
		return 1
	}
	# in time: the timeout and a second
	jq -e '[.results[] | select(.error.kind == "timeout") | .duration_ms] | max < 3000' "$T/r.json"
	nothing_left
}

@test "git: the configuration of the machine sends no clone elsewhere" {
	mkdir "$T/home"
	cat >"$T/home/.gitconfig" <<-CONFIG
		[url "http://127.0.0.1:1/"]
		insteadOf = http://127.0.0.1:$HTTP/
		[http]
		proxy = http://127.0.0.1:1
	CONFIG
	clone open "url: 'http://127.0.0.1:$HTTP/open/small.git'"
	HOME=$T/home GIT_CONFIG_GLOBAL=$T/home/.gitconfig \
		http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 inspect
	table "open pass -"
}

@test "git: master and backup are compared by their refs" {
	local master="url: '$GIT_SITE/repositories/master.git', mode: refs"

	clone same "$master, compare_with: 'http://127.0.0.1:$HTTP/open/master.git'" \
		"ahead: 0, behind: 0, differing: { empty: true }"
	clone lags "$master, compare_with: '$SSH_USER@127.0.0.1:group/backup.git', port: $SSH, \
		$(S), key: $K/ed25519" "behind: 0"
	inspect
	table "same pass -
		lags fail -"
	result "$T/r.json" git/lags '.actual == "2"'
}

@test "git: a worker killed in the middle of a clone leaves nothing behind, and no result is lost" {
	proxied "$HTTP" stall 50000
	for i in 1 2 3 4; do
		clone "stalled-$i" "url: 'http://127.0.0.1:$proxied/open/small.git'"
		clone "fine-$i" "url: 'http://127.0.0.1:$HTTP/open/small.git'"
	done
	ruleset git <"$T/checks"
	"$ROUNDS" run "$T/git.yaml" --timeout 20s --report "json=$T/r.json" --report jsonl >"$T/lines" &
	local rounds=$!
	wait_for 20 bash -c '[ "$(grep -c "\"status\":\"pass\"" "$0/lines")" -eq 4 ]' "$T"
	wait_for 20 bash -c '[ "$(ls "$ROUNDS_SCRATCH" | wc -l)" -eq 4 ]'
	ls "$ROUNDS_SCRATCH" >&2
	for path in "$ROUNDS_SCRATCH"/*; do
		pid=${path#*scratch.}
		kill -KILL "${pid%%.*}"
	done
	wait "$rounds" || true
	jq -e '[.results[] | select(.id | contains("stalled")) | .error.kind] | unique == ["crashed"]' \
		"$T/r.json"
	jq -e '[.results[] | select(.status == "pass")] | length == 4' "$T/r.json"
	nothing_left
}

# stalled: one clone that hangs, under way; its run is $rounds.
stalled() {
	proxied "$HTTP" stall 50000
	clone stalled "url: 'http://127.0.0.1:$proxied/open/small.git'"
	ruleset git <"$T/checks"
	"$ROUNDS" run "$T/git.yaml" --timeout 60s "$@" >"$T/out" 3>&- &
	rounds=$!
	wait_for 20 bash -c '[ -n "$(ls -A "$ROUNDS_SCRATCH"/*)" ]'
}

@test "git: a run that is cut short in the middle of a clone leaves nothing behind" {
	stalled
	kill -TERM "$rounds"
	wait "$rounds" || [ "$?" -eq 2 ]
	nothing_left
}

@test "git: what a killed run left is removed by the next clone, and nothing that others made" {
	local dead

	stalled
	kill -KILL "$rounds"
	wait "$rounds" || true
	[ -n "$(ls -A "$ROUNDS_SCRATCH")" ]
	for path in "$ROUNDS_SCRATCH"/*; do
		dead=${path#*scratch.}
		dead=${dead%%.*}
	done
	wait_for 20 bash -c '! kill -0 "$0" 2>/dev/null' "$dead"
	# in use by a container that has its own numbers of processes
	mkdir "$ROUNDS_SCRATCH/rounds-scratch.$dead.used"
	exec {used}<"$ROUNDS_SCRATCH/rounds-scratch.$dead.used"
	flock "$used"
	! is_root || install -d -o 65534 "$ROUNDS_SCRATCH/rounds-scratch.$dead.theirs"
	rm "$T/checks"
	clone fine "url: 'http://127.0.0.1:$HTTP/open/small.git'"
	inspect
	[ "$status" -eq 0 ]
	ls "$ROUNDS_SCRATCH" >&2
	rmdir "$ROUNDS_SCRATCH/rounds-scratch.$dead.used"
	! is_root || rmdir "$ROUNDS_SCRATCH/rounds-scratch.$dead.theirs"
	nothing_left
}
