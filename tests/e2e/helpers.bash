# helpers - what end-to-end tests share: a folder and servers of their own for each test.
#
# A test file says `load helpers`, calls lab_setup in setup() and lab_teardown in teardown(). Then $ROUNDS
# is the program, $SRC the source folder, $T a new folder that is also the current one, and whatever start()
# started, or a test added to mounts, is gone after the test. Nothing is ever killed by its name.

lab_setup() {
	SRC=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	ROUNDS=${ROUNDS:-$(lab_program)}
	T=$(mktemp -d "${BATS_TMPDIR:-/tmp}/rounds.XXXXXX")
	pids=()
	mounts=()
	# Nothing of this machine's own configuration.
	export ROUNDS_CONFIG=$T/etc
	unset ROUNDS_RULESETS
	cd "$T" || return 1
	[ -x "$ROUNDS" ] || {
		echo "there is no program '$ROUNDS'; set ROUNDS" >&2
		return 1
	}
}

# The program as scripts/test or a developer built it.
lab_program() {
	local at

	for at in "$SRC"/build-test/rounds "$SRC"/build/rounds "$SRC"/rounds; do
		[ ! -x "$at" ] || break
	done
	echo "$at"
}

lab_teardown() {
	local pid at

	for at in "${mounts[@]}"; do
		umount -l "$at" 2>/dev/null || true
	done
	for pid in "${pids[@]}"; do
		stop "$pid"
	done
	cd /
	rm -rf "$T"
}

# Whether we are a root who can become others and see what is theirs: the root of a user namespace,
# who is nobody outside of it, is not.
is_root() {
	[ "$(id -u)" -eq 0 ] && setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null
}

need_others() {
	is_root || skip "needs root over other users"
}

# start COMMAND ...: in the background, silent, in a process group of its own; its id is in $started.
start() {
	setsid "$@" </dev/null >"$T/.started.$((${#pids[@]} + 1))" 2>&1 3>&- &
	started=$!
	pids+=("$started")
}

# stop PID: its whole group ends, and is waited for.
stop() {
	kill -KILL -- "-$1" 2>/dev/null || kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# wait_for SECONDS COMMAND ...: until the command succeeds. The time only bounds how long a broken test hangs.
wait_for() {
	local until=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$until" ]; then
			echo "waited in vain for: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# Whether a process has ended; one that is dead and not yet reaped has.
gone() {
	local state

	state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null)
	[ -z "$state" ] || [ "$state" = Z ] || [ "$state" = X ]
}

# A port of loopback that was free a moment ago, below those that outgoing connections take (see
# ip_local_port_range), and no port twice in a test.
free_port() {
	python3 - "$T/.given" <<-'END'
		import random, socket, sys
		try:
		    given = open(sys.argv[1]).read().split()
		except OSError:
		    given = []
		while True:
		    port = random.randrange(15000, 32000)
		    with socket.socket() as s:
		        try:
		            s.bind(("127.0.0.1", port))
		        except OSError:
		            continue
		    if str(port) not in given:
		        break
		with open(sys.argv[1], "a") as f:
		    print(port, file=f)
		print(port)
	END
}

# faults [KIND ...]: start tests/lab/faultd.py; the ports are in the variables $port_KIND.
faults() {
	local line

	start python3 "$SRC/tests/lab/faultd.py" "$T/.ports" "$@"
	wait_for 20 test -f "$T/.ports" || return 1
	while IFS= read -r line; do
		eval "port_$line"
	done <"$T/.ports"
}

# ruleset NAME: the rules of standard input (a list of checks) as $T/NAME.yaml.
ruleset() {
	{
		printf 'format: 1\nruleset: %s\nversion: 1.0.0\nchecks:\n' "$1"
		sed 's/^/  /'
	} >"$T/$1.yaml"
}

# ends CODE COMMAND ...: that it ends with this code. Its output is in $output, standard error included.
ends() {
	local code=$1

	shift
	run "$@"
	[ "$status" -eq "$code" ] || {
		echo "$output"
		echo "ended with $status instead of $code: $*"
		return 1
	}
}

# says TEXT, says_not TEXT: of the last output.
says() {
	[[ "$output" == *"$1"* ]] || {
		echo "$output"
		echo "does not say: $1"
		return 1
	}
}

says_not() {
	[[ "$output" != *"$1"* ]] || {
		echo "$output"
		echo "says: $1"
		return 1
	}
}

# late_library yaml|z: the file name of a library that the program loads when it needs it.
late_library() {
	grep -aoE "lib$1[-0-9.]*\.so\.[0-9.]+" "$ROUNDS" | head -n 1
}

# result FILE ID FILTER: jq's answer about one check of a json report.
result() {
	jq -er --arg id "$2" ".results[] | select(.id == \$id) | $3" "$1"
}

# nowhere TEXT FILE-OR-FOLDER ...: that the text is in none of them, not even in part of a binary.
nowhere() {
	local text=$1 found

	shift
	found=$(grep -rlaF -e "$text" "$@" 2>/dev/null) || return 0
	echo "'$text' is in: $found"
	return 1
}

# check ID: one result of report.json.
check() {
	jq -e --arg id "$1" '.results[] | select(.id == $id)' report.json
}

# judged ID STATUS [KIND [TEXT]]: what became of a check in report.json. KIND - is: no trouble.
judged() {
	local found

	found=$(check "$1" | jq -r '"\(.status) \(.error.kind // "-") \(.error.text // "-")"')
	[[ "$found" == "$2 ${3:--} "*"${4:-}"* ]] || {
		echo "$1: $found"
		echo "instead of: $2 ${3:--} …${4:-}"
		return 1
	}
}
