#!/usr/bin/env bats
# SSH, as a check and below Git, by both libraries: what passes, and for each fault what is wrong.

load helpers
load services
load ../lab/git_site

setup_file() {
	# here, where HOME is still there
	SRC=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	ROUNDS=${ROUNDS:-$(lab_program)}
	git_site_old_sshd_build >"$BATS_FILE_TMPDIR/no-old-sshd" || true
}

setup() {
	lab_setup
	git_site_available || skip "$(git_site_available)"
	module_built ssh || skip "the module ssh is not built"
	git_site_ssh_up
	unset HOME SSH_AUTH_SOCK
	K=$GIT_SITE/keys
	S="known_hosts: $GIT_SITE/known_hosts"
	# not /dev/shm, where another run of these tests may be at work
	export ROUNDS_SCRATCH=$T/scratch
	mkdir "$ROUNDS_SCRATCH"
}

teardown() {
	lab_teardown
}

# backend NAME: the modules that stand on this library. $rsa and $stranger: what becomes of RSA
# keys there.
backend() {
	local folder own=libssh

	folder=$(dirname "$ROUNDS")
	! ldd "$folder/.libs/ssh.so" | grep -q 'libssh2\.' || own=libssh2
	if [ "$1" != $own ]; then
		folder=$folder/ssh-backends/$1
		[ -e "$folder/.libs/ssh.so" ] || skip "no module is built on $1"
	fi
	export ROUNDS_MODULES=$folder
	rsa="pass -" stranger="fail auth"
	# it signs with SHA-1 alone then
	[ "$1" = libssh ] || pkg-config --atleast-version=1.11 libssh2 ||
		rsa="fail auth_algorithm" stranger="fail auth_algorithm"
}

# git_by ID KEY FIELDS: a clone of small.git by the scp form, with a key of the site.
git_by() {
	check git "$1" "url: '$SSH_USER@127.0.0.1:group/small.git', port: $SSH, key: $K/$2, $3"
}

# ssh_by ID PORT KEY FIELDS [EXPECT]
ssh_by() {
	check ssh "$1" "host: 127.0.0.1, port: $2, user: $SSH_USER, key: $K/$3, $4" "${5:-}"
}

# nothing_left: no private directory of a clone, and no process of ours.
nothing_left() {
	[ -z "$(ls -A "$ROUNDS_SCRATCH")" ] || {
		ls -A "$ROUNDS_SCRATCH"
		return 1
	}
	! pgrep -f "^[^ ]*rounds .*$T/" || return 1
}

# --- what works ---

ways_in() {
	local pinned known

	backend "$1"
	pinned=$(ssh-keygen -lf "$K/host.pub" | cut -d' ' -f2)
	git_site_sshd shell
	shell=$(cat "$GIT_SITE/shell.port")
	git_site_moody password --password pa55-of-the-lab
	password=$moody
	git_site_moody dialogue --dialogue pa55-of-the-lab
	ssh-keygen -Hf "$GIT_SITE/known_hosts" >/dev/null 2>&1
	{
		printf '*.example,[127.0.0.*]:* '
		cut -d' ' -f1,2 "$K/host.pub"
	} >"$GIT_SITE/patterns"

	check git url "url: 'ssh://$SSH_USER@127.0.0.1:$SSH/group/small.git', $S, key: $K/ed25519" \
		"files: 3"
	git_by scp ed25519 "$S"
	git_by ecdsa ecdsa "$S"
	git_by rsa-3072 rsa "$S"
	git_by passphrase locked "$S, key_passphrase: pa55phrase-of-the-lab"
	git_by accept-new ed25519 "host_key: accept-new, known_hosts: /nonexistent"
	git_by pinned ecdsa "host_key: '$pinned'"
	git_by patterns ed25519 "known_hosts: $GIT_SITE/patterns"
	check ssh greeting "host: 127.0.0.1, port: $shell, $S" \
		"banner: { matches: '^SSH-2.0-OpenSSH' }"
	ssh_by login "$shell" ed25519 "$S"
	ssh_by command "$shell" ecdsa "$S, command: 'cat; echo out; echo err >&2; exit 3'" \
		"exit_status: 3, stdout: \"out\\n\", stderr: \"err\\n\""
	ssh_by much "$shell" ed25519 "$S, command: 'yes | head -c 3000000'" \
		"exit_status: 0, stdout: { length: 65536 }"
	known="user: u, password: pa55-of-the-lab, host_key: '$pinned'"
	check ssh password "host: 127.0.0.1, port: $password, $known, command: status 0"
	check ssh dialogue "host: 127.0.0.1, port: $moody, $known, command: status 7" \
		"exit_status: 7"
	inspect ssh
	table "url pass -
		scp pass -
		ecdsa pass -
		rsa-3072 $rsa
		passphrase pass -
		accept-new pass -
		pinned pass -
		patterns pass -
		greeting pass -
		login pass -
		command pass -
		much pass -
		password pass -
		dialogue pass -"
	nothing_left
	result "$T/r.json" ssh/accept-new '.trace[] | select(contains("accept-new"))'
	nowhere pa55-of-the-lab "$T/r.json" "$T/r.txt"
}

@test "ssh: every way in that ought to work, works: libssh" {
	ways_in libssh
}

@test "ssh: every way in that ought to work, works: libssh2" {
	ways_in libssh2
}

# --- what is refused ---

refusals() {
	local key at known impatient

	backend "$1"
	git_site_sshd shell
	git_site_sshd impatient "MaxAuthTries 1"
	impatient=$(cat "$GIT_SITE/impatient.port")
	git_site_moody password --password pa55-of-the-lab
	password="host: 127.0.0.1, port: $moody, user: u, password"
	git_site_moody dialogue --dialogue pa55-of-the-lab
	dialogue="host: 127.0.0.1, port: $moody, user: u, password"
	known="known_hosts: $GIT_SITE/known_hosts"
	{
		echo -n '@revoked '
		head -n 1 "$GIT_SITE/known_hosts"
		cat "$GIT_SITE/known_hosts"
	} >"$GIT_SITE/known_hosts.revoked"

	for key in git ssh; do
		at="url: 'ssh://$SSH_USER@127.0.0.1:"
		[ $key = git ] || at="host: 127.0.0.1, user: $SSH_USER, port: "
		to() { [ $key = ssh ] && echo "$at$1" || echo "$at$1/group/small.git'"; }
		check $key $key-refused "$(to "$(free_port)"), $S, key: $K/ed25519"
		check $key $key-stranger "$(to "$SSH"), $S, key: $K/stranger"
		check $key $key-no-key "$(to "$SSH"), $S"
		check $key $key-unknown "$(to "$SSH"), $known.empty, key: $K/ed25519"
		check $key $key-changed "$(to "$SSH"), $known.wrong, key: $K/ed25519"
		check $key $key-changed-new "$(to "$SSH"), $known.wrong, key: $K/ed25519, \
			host_key: accept-new"
		check $key $key-revoked "$(to "$SSH"), $known.revoked, key: $K/ed25519"
		check $key $key-not-pinned "$(to "$SSH"), host_key: 'SHA256:AAAA', key: $K/ed25519"
		check $key $key-passphrase "$(to "$SSH"), $S, key: $K/locked, \
			key_passphrase: wrong-one"
		check $key $key-not-a-key "$(to "$SSH"), $S, key: $K/ed25519.pub"
		check $key $key-impatient "$(to "$impatient"), $S, key: $K/stranger"
	done
	at="$SSH_USER@127.0.0.1:group"
	check git no-repository "url: '$at/nothing.git', port: $SSH, $S, key: $K/ed25519"
	check git denied "url: '$at/denied.git', port: $SSH, $S, key: $K/ed25519"
	check git no-branch "url: '$at/small.git', branch: nothing, port: $SSH, $S, key: $K/ed25519"
	check git empty "url: '$at/empty.git', port: $SSH, $S, key: $K/ed25519"
	check ssh password "$password: wrong-one, host_key: accept-new"
	check ssh dialogue "$dialogue: wrong-one, host_key: accept-new"
	ssh_by command "$(cat "$GIT_SITE/shell.port")" ed25519 "$S, command: exit 3"
	inspect ssh
	table "$(for key in git ssh; do
		cat <<-ROWS
			$key-refused fail refused
			$key-stranger fail auth
			$key-no-key fail auth
			$key-unknown fail host_key_unknown
			$key-changed fail host_key_changed
			$key-changed-new fail host_key_changed
			$key-revoked fail host_key_changed
			$key-not-pinned fail host_key_changed
			$key-passphrase error parameter
			$key-not-a-key error parameter
			$key-impatient fail auth
		ROWS
	done)
		no-repository fail not_found
		denied fail forbidden
		no-branch fail branch_missing
		empty fail empty
		password fail auth
		dialogue fail auth
		command fail -"
	[ "$status" -eq 1 ]
	nothing_left
	nowhere wrong-one "$T/r.json" "$T/r.txt"
}

@test "ssh: whatever is refused is told apart: libssh" {
	refusals libssh
}

@test "ssh: whatever is refused is told apart: libssh2" {
	refusals libssh2
}

# --- what is no SSH, or says something before Git ---

strangers() {
	local text at

	backend "$1"
	git_site_greeter $'HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n'
	check ssh http "host: 127.0.0.1, port: $greeter, host_key: accept-new"
	git_site_greeter $'220 mail ESMTP\r\n'
	check ssh mail "host: 127.0.0.1, port: $greeter, host_key: accept-new"
	git_site_greeter $'Exceeded MaxStartups\r\n'
	check ssh crowded "host: 127.0.0.1, port: $greeter, host_key: accept-new"
	git_site_greeter ''
	check ssh mute "host: 127.0.0.1, port: $greeter, host_key: accept-new"
	text=$GIT_SITE/keys/greets
	printf '#!/bin/sh\necho "$TEXT"\nexec %s\n' "$K/forced" >"$text"
	chmod 755 "$text"
	git_site_sshd shell "ForceCommand TEXT='Welcome to box' $text"
	at="port: $(cat "$GIT_SITE/shell.port"), key: $K/ed25519, $S"
	check git welcome "url: '$SSH_USER@127.0.0.1:group/small.git', $at"
	# four zeros are the end of an empty list of refs
	git_site_sshd zeros "ForceCommand TEXT='0000 users' $text"
	at="port: $(cat "$GIT_SITE/zeros.port"), key: $K/ed25519, $S"
	check git zeros "url: '$SSH_USER@127.0.0.1:group/small.git', mode: refs, $at"
	text=$(cut -d' ' -f1,2 "$K/other-host.pub")
	printf '@cert-authority * %s\n' "$text" >"$GIT_SITE/authority"
	check ssh authority "host: 127.0.0.1, port: $SSH, known_hosts: $GIT_SITE/authority"
	inspect ssh
	table "http fail protocol
		mail fail protocol
		crowded fail closed
		mute fail closed
		welcome fail protocol
		zeros fail protocol
		authority fail host_key_unknown"
	result "$T/r.json" ssh/http '.error.text | contains("no SSH server: it says")'
	result "$T/r.json" ssh/http '.error.text | contains("HTTP/1.1 400")'
	result "$T/r.json" ssh/mail '.error.text | contains("220 mail ESMTP")'
	result "$T/r.json" ssh/crowded '.error.text | contains("connection away: Exceeded")'
	result "$T/r.json" ssh/mute '.error.text | contains("before an SSH server had greeted")'
	result "$T/r.json" ssh/welcome '.error.text | contains("writes '"'Welcome to box"'")'
	result "$T/r.json" ssh/authority '.error.text | contains("@cert-authority does not count")'
	nothing_left
}

@test "ssh: what is no SSH, and a shell that greets before Git, is told: libssh" {
	strangers libssh
}

@test "ssh: what is no SSH, and a shell that greets before Git, is told: libssh2" {
	strangers libssh2
}

# The name counts for the known hosts, and every address is tried.
addresses() {
	local at

	backend "$1"
	sed "s/^[^ ]* /[code.invalid]:$SSH /" "$GIT_SITE/known_hosts" >"$GIT_SITE/by-name"
	at="url: 'ssh://$SSH_USER@code.invalid:$SSH/group/small.git', key: $K/ed25519"
	check git first "$at, known_hosts: $GIT_SITE/by-name, resolve: [ 127.0.0.1 ]"
	check git second "$at, known_hosts: $GIT_SITE/by-name, resolve: [ 127.0.0.9, 127.0.0.1 ]"
	check git no-address "$at, known_hosts: $GIT_SITE/by-name, resolve: [ nothing ]"
	inspect ssh
	table "first pass -
		second pass -
		no-address error parameter"
}

@test "ssh: an address given for a host leaves its name for the known hosts: libssh" {
	addresses libssh
}

@test "ssh: an address given for a host leaves its name for the known hosts: libssh2" {
	addresses libssh2
}

# --- signatures ---

signatures() {
	local at url said=

	backend "$1"
	git_site_sshd old "PubkeyAcceptedAlgorithms ssh-rsa" "ForceCommand $K/forced"
	git_site_sshd narrow "PubkeyAcceptedAlgorithms rsa-sha2-256" "ForceCommand $K/forced"
	git_site_moody narrow --narrow ssh-ed25519
	ssh-keygen -q -t rsa -b 3072 -N '' -f "$K/strange-rsa"
	at="$SSH_USER@127.0.0.1"
	url="url: 'ssh://$at:$(cat "$GIT_SITE/old.port")/group/small.git', $S"
	check git never "$url, key: $K/rsa"
	check git if-needed "$url, key: $K/rsa, rsa_sha1: if_needed"
	check git stranger "$url, key: $K/strange-rsa"
	check git stranger-sha1 "$url, key: $K/strange-rsa, rsa_sha1: if_needed"
	git_by not-needed rsa "$S, rsa_sha1: if_needed"
	url="url: 'ssh://$at:$(cat "$GIT_SITE/narrow.port")/group/small.git', $S"
	check git other-hash "$url, key: $K/rsa"
	# OpenSSH names what it was built with: of a key that it refuses nothing tells why
	check git type-unsaid "$url, key: $K/ed25519"
	url="host: 127.0.0.1, port: $moody, user: u, host_key: accept-new"
	check ssh type-said "$url, key: $K/ed25519"
	check ssh type-taken "$url, key: $K/ecdsa"
	inspect ssh
	# before 1.11 libssh2 does not ask a server for what it takes
	[ "$1" = libssh ] || [ "$rsa" = "pass -" ] || said="fail auth"
	table "never fail auth_algorithm
		if-needed pass -
		stranger $stranger
		stranger-sha1 $stranger
		not-needed $rsa
		other-hash $rsa
		type-unsaid fail auth
		type-said ${said:-fail auth_algorithm}
		type-taken pass -"
	result "$T/r.json" ssh/if-needed '.trace | join(" ") | contains("SHA-1")'
	result "$T/r.json" ssh/not-needed '.trace | join(" ") | contains("SHA-1") | not'
	result "$T/r.json" ssh/type-unsaid '.error.text | contains("its type is excluded")'
	[ "$said" ] ||
		result "$T/r.json" ssh/type-said '.error.text | contains("ecdsa-sha2-nistp256")'
}

@test "ssh: keys and signatures that do not fit are told, with what would: libssh" {
	signatures libssh
}

@test "ssh: keys and signatures that do not fit are told, with what would: libssh2" {
	signatures libssh2
}

# An old Go program behind Git platforms, as the field has them.
old_server() {
	local url host id

	backend "$1"
	[ ! -s "$BATS_FILE_TMPDIR/no-old-sshd" ] || skip "$(cat "$BATS_FILE_TMPDIR/no-old-sshd")"
	git_site_old_sshd
	url="url: 'ssh://git@127.0.0.1:$old/group/small.git', host_key: accept-new"
	host="host: 127.0.0.1, port: $old, user: git, host_key: accept-new"

	check git never "$url, key: $K/rsa"
	check git if-needed "$url, key: $K/rsa, rsa_sha1: if_needed" "files: 3"
	check git ed25519 "$url, key: $K/ed25519"
	check git ecdsa "$url, key: $K/ecdsa"
	check git stranger "$url, key: $K/stranger, rsa_sha1: if_needed"
	check git no-repository "${url/small/nothing}, key: $K/rsa, rsa_sha1: if_needed"
	check ssh ssh-never "$host, key: $K/rsa"
	check ssh ssh-if-needed "$host, key: $K/rsa, rsa_sha1: if_needed, command: whoami" \
		"exit_status: 128, stderr: { contains: not allowed }"
	inspect ssh
	table "never fail auth_algorithm
		if-needed pass -
		ed25519 pass -
		ecdsa pass -
		stranger fail auth
		no-repository fail not_found
		ssh-never fail auth_algorithm
		ssh-if-needed pass -"
	result "$T/r.json" ssh/never '.error.text | contains("ssh-rsa") and contains("if_needed")'
	for id in if-needed ssh-if-needed; do
		result "$T/r.json" ssh/$id '.trace | join(" ") | contains("SHA-1")'
	done
	nothing_left
}

@test "ssh: an old Go server takes RSA keys by SHA-1 alone, where it may: libssh" {
	old_server libssh
}

@test "ssh: an old Go server takes RSA keys by SHA-1 alone, where it may: libssh2" {
	old_server libssh2
}

# --- the agent ---

# agent NAME KEY ...: a real agent of its own that holds these keys; $agent is its socket.
agent() {
	local key

	agent=$T/$1.agent
	shift
	start ssh-agent -D -a "$agent"
	wait_for 20 test -S "$agent"
	for key in "$@"; do
		SSH_AUTH_SOCK=$agent ssh-add -q "$key" 2>/dev/null
	done
}

# moody_agent MOOD: tests/lab/agentd.py in front of that one; $agent is its socket.
moody_agent() {
	local real=$agent

	agent=$T/$1.agent
	start python3 "$SRC/tests/lab/agentd.py" "$agent" "$real" "$1"
	wait_for 20 test -S "$agent"
}

# by_agent SOCKET VERDICT [PORT]: a check `ssh` and a check `git` that log in by the agent at that
# socket ("": there is none), and what becomes of both.
by_agent() {
	local expected=$2 fields="$S, agent: true, rsa_sha1: if_needed"

	: >"$T/checks"
	check ssh ssh "host: 127.0.0.1, port: ${3:-$SHELLS}, user: $SSH_USER, $fields, \
		command: true"
	check git git "url: 'ssh://$SSH_USER@127.0.0.1:${3:-$SSH}/group/small.git', $fields"
	in_time 3s
	SSH_AUTH_SOCK=$1 inspect agent
	table "ssh $expected
		git $expected"
	ended_in_time 4000
	nothing_left
}

# both TEXT: in what is told of the ssh check and of the git check.
both() {
	local id

	for id in ssh git; do
		result "$T/r.json" agent/$id ".message | contains(\"$1\")" >/dev/null || {
			echo "$id does not say: $1"
			cat "$T/r.txt"
			return 1
		}
	done
}

agents() {
	local key real

	command -v ssh-agent >/dev/null || skip "not installed: openssh-client"
	backend "$1"
	git_site_sshd shell
	SHELLS=$(cat "$GIT_SITE/shell.port")

	# each type of key; RSA never by SHA-1, whatever server and agent would do
	for key in ed25519 ecdsa; do
		agent "$key" "$K/$key"
		by_agent "$agent" "pass -"
		result "$T/r.json" agent/ssh '.trace | join(" ") |
			contains("holds 1 key (") and contains("with a key of the agent")'
	done
	agent rsa "$K/rsa"
	by_agent "$agent" "$rsa"
	git_site_sshd old "PubkeyAcceptedAlgorithms ssh-rsa" "ForceCommand $K/forced"
	by_agent "$agent" "fail auth_algorithm" "$(cat "$GIT_SITE/old.port")"
	both "rsa_sha1: if_needed"
	moody_agent sha1
	if [ "$1" = libssh ]; then # it hands on what the agent made
		by_agent "$agent" "fail auth"
	elif [ "$rsa" = "pass -" ]; then
		by_agent "$agent" "error parameter"
	else
		by_agent "$agent" "$rsa"
	fi

	# one that is not the first
	agent second "$K/stranger" "$K/ecdsa"
	by_agent "$agent" "pass -"

	# there is none
	by_agent "" "error parameter"
	both "SSH_AUTH_SOCK is not set"
	by_agent "$T/nowhere" "error parameter"
	both "nothing listens on '$T/nowhere'"
	both "No such file"
	agent empty
	by_agent "$agent" "error parameter"
	both "holds no key"
	both "ssh-add"

	# it does not answer, or not as an agent
	agent good "$K/ed25519"
	real=$agent
	moody_agent mute
	by_agent "$agent" "fail timeout"
	both "says nothing"
	agent=$real
	moody_agent mute-sign
	by_agent "$agent" "fail timeout"
	agent=$real
	moody_agent no-sign
	by_agent "$agent" "error parameter"
	both "did not sign"
	for key in garbage endless closes; do
		agent=$real
		moody_agent $key
		by_agent "$agent" "error parameter"
		both "is no SSH agent"
	done
	agent=$real
}

refused_agents() {
	local i print

	command -v ssh-agent >/dev/null || skip "not installed: openssh-client"
	backend "$1"
	git_site_sshd shell
	SHELLS=$(cat "$GIT_SITE/shell.port")
	agent stranger "$K/stranger"
	by_agent "$agent" "fail auth"
	print=$(ssh-keygen -lf "$K/stranger.pub" | cut -d' ' -f2)
	both "refused user '$SSH_USER' with the agent's 1 key (ssh-ed25519 $print)"
	both "it takes: publickey"

	# more than the server hears of: MaxAuthTries is 6
	for i in 1 2 3 4 5 6 7 8; do
		ssh-keygen -q -t ed25519 -N '' -C '' -f "$K/strange-$i"
	done
	agent many "$K"/strange-[1-8] "$K/ed25519"
	by_agent "$agent" "fail auth"
	both "before it had seen each of the agent's 9 keys"
	both "ssh-add -d"
	# the right one among the first
	agent luck "$K"/strange-[1-4] "$K/ed25519" "$K"/strange-[5-8]
	by_agent "$agent" "pass -"
	# a key of the check is taken, and the agent left alone
	: >"$T/checks"
	ssh_by own "$SHELLS" ed25519 "$S, agent: true"
	SSH_AUTH_SOCK=$T/nowhere inspect agent
	table "own pass -"
	# no private key anywhere
	nowhere "$(sed -n 2p "$K/ed25519")" "$T/r.json" "$T/r.txt"
}

@test "ssh: an agent's keys log in, and an agent that does not answer is told: libssh" {
	agents libssh
}

@test "ssh: an agent's keys log in, and an agent that does not answer is told: libssh2" {
	agents libssh2
}

@test "ssh: an agent's keys that are refused, or too many of them, are told: libssh" {
	refused_agents libssh
}

@test "ssh: an agent's keys that are refused, or too many of them, are told: libssh2" {
	refused_agents libssh2
}

# --- faults ---

# faulty ID FAULT:BYTES TYPE FIELDS-BEFORE-PORT PORT FIELDS
faulty() {
	local timeout=20s

	# those that end by the timeout alone need not be waited for long
	[[ "$2" != stall* && "$2" != trickle* ]] || timeout=2s
	proxied "$5" "${2%:*}" "${2#*:}"
	printf -- '- id: %s\n  timeout: %s\n  %s: { %s%s%s }\n' \
		"$1-${2/:/-}" "$timeout" "$3" "$4" "$proxied" "$6" >>"$T/checks"
}

faults_in_front() {
	local fault mood name key="host_key: accept-new, known_hosts: /nonexistent, key: $K/ed25519"

	backend "$1"
	git_site_sshd shell
	git_site_moody faults
	faults silent blackhole || true
	for fault in stall:0 trickle:0 stall:2000 stall:50000 trickle:50000 reset:0 reset:50000 \
		close:0 close:50000 garbage:0 garbage:50000 endless:0 corrupt:2000 corrupt:50000; do
		faulty git "$fault" git "url: 'ssh://$SSH_USER@127.0.0.1:" "$SSH" \
			"/group/small.git', $key"
		faulty ssh "$fault" ssh "host: 127.0.0.1, user: $SSH_USER, port: " \
			"$(cat "$GIT_SITE/shell.port")" ", $key, command: head -c 200000 /dev/zero"
	done
	for fault in blackhole silent; do
		name=port_$fault
		check git git-$fault "url: 'ssh://git@127.0.0.1:${!name}/x.git', $key"
		check ssh ssh-$fault "host: 127.0.0.1, port: ${!name}, user: u, $key"
	done
	for mood in nothing signal refuse mute stall reset close endless; do
		check ssh $mood "host: 127.0.0.1, port: $moody, user: u, $key, command: $mood"
	done
	sed -i -E 's/^(- id: (.*-blackhole|.*-silent|mute|stall|endless))$/\1\n  timeout: 2s/' \
		"$T/checks"
	inspect ssh
	verdicts >"$T/got"
	diff <({
		for key in git ssh; do
			cat <<-TABLE
				$key-blackhole fail timeout
				$key-silent fail timeout
				$key-stall-0 fail timeout
				$key-trickle-0 fail timeout
				$key-stall-2000 fail timeout
				$key-stall-50000 fail timeout
				$key-trickle-50000 fail timeout
				$key-reset-0 fail reset
				$key-reset-50000 fail reset
				$key-close-0 fail closed
				$key-close-50000 fail closed
				$key-garbage-0 fail protocol
				$key-garbage-50000 fail protocol
				$key-endless-0 fail protocol
				$key-corrupt-2000 fail protocol
				$key-corrupt-50000 fail protocol
			TABLE
		done
		cat <<-TABLE
			nothing fail -
			signal fail -
			refuse fail forbidden
			mute fail timeout
			stall fail timeout
			reset fail reset
			close fail closed
			endless fail timeout
		TABLE
	} | sort) <(sort "$T/got") || {
		cat "$T/r.txt"
		return 1
	}
	# an exit status that never came is none
	result "$T/r.json" ssh/nothing '.actual == "-1"'
	# in time: the timeout and a second
	jq -e '[.results[] | select(.error.kind == "timeout") | .duration_ms] | max < 3000' \
		"$T/r.json"
	nothing_left
}

@test "ssh: every fault in front of the real servers ends in time, with its kind: libssh" {
	faults_in_front libssh
}

@test "ssh: every fault in front of the real servers ends in time, with its kind: libssh2" {
	faults_in_front libssh2
}
