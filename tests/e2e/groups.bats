#!/usr/bin/env bats
#
# system: trees of control groups and files of /proc that no machine at hand has. /proc is a folder
# here: what the machine has is known, so that what is told of it is, too.

load helpers

MiB=1048576
none=9223372036854771712 # as version 1 says "no limit"

setup() {
	lab_setup
	rows=()
	[ -z "${ROUNDS_SANITIZED:-}" ] || skip "sanitizers need the true /proc"
	alone=(unshare -m)
	[ "$(id -u)" -eq 0 ] || alone=(unshare -r -m)
	"${alone[@]}" mount --bind "$T" /proc 2>/dev/null || skip "needs mount namespaces"
	cat >memory.yaml <<'YAML'
format: 1
ruleset: memory
version: 1.0.0
checks:
- id: m
  system: {}
  expect: { memory_total: { ge: 0 }, memory_percent: { ge: 0 }, swap_percent: { ge: 0 } }
YAML
	sed 's/^ruleset: .*/ruleset: cpu/
		s/  expect: .*/  expect: { cpus: { ge: 0 }, cpu_throttled_percent: { ge: 0 } }/' \
		memory.yaml >cpu.yaml
	# what nobody measures takes as long as it takes
	sed -i 's/^  system: .*/&\n  timeout: 60s/' memory.yaml cpu.yaml
}

teardown() {
	lab_teardown
}

# put FILE TEXT [FILE TEXT ...]: files of the row's tree.
put() {
	while [ $# -gt 0 ]; do
		mkdir -p "$T/$row/${1%/*}"
		printf '%b\n' "$2" >"$T/$row/$1"
		shift 2
	done
}

# tree ROW v1|v2|hybrid|none [GROUP [GROUP-OF-INIT]]: a machine of 8 GiB, of which a quarter is in
# use, 1 GiB of swap, of which half is, and two processors; and hierarchies without limits.
tree() {
	local group=${3:-/box/in} init=${4:-${3:-/box/in}} kinds=

	row=$1
	rows+=("$row")
	put proc/meminfo "MemTotal: 8388608 kB\nMemFree: 9 kB\nMemAvailable: 6291456 kB
SwapTotal: 1048576 kB\nSwapFree: 524288 kB" \
		proc/stat "cpu  10 0 10 100 0 0 0 0 0 0\ncpu0 5 0 5 50 0 0 0 0 0 0
cpu1 5 0 5 50 0 0 0 0 0 0" \
		proc/self/mountinfo "1 0 8:1 / / rw - ext4 /dev/sda1 rw" \
		proc/self/cgroup "5:cpu:$group\n4:memory:$group\n3:cpuacct:$group\n0::$group" \
		proc/1/cgroup "5:cpu:$init\n4:memory:$init\n3:cpuacct:$init\n0::$init"
	case $2 in
	v1) kinds="memory cpu cpuacct" ;;
	v2) kinds=unified ;;
	hybrid) kinds="memory cpu cpuacct unified" ;;
	esac
	for kind in $kinds; do
		mkdir -p "$T/$row/$kind$group"
		case $kind in
		unified) echo "2 1 0:2 / $T/$row/$kind rw - cgroup2 cgroup2 rw" ;;
		*) echo "3 1 0:3 / $T/$row/$kind rw - cgroup cgroup rw,$kind" ;;
		esac >>"$T/$row/proc/self/mountinfo"
	done
}

# told RULESET FACT …: of each row, a line with what was told of it, or why nothing was.
told() {
	local ruleset=$1 row pids=()

	shift
	for row in "${rows[@]}"; do
		"${alone[@]}" bash -c "mount --bind '$T/$row/proc' /proc
			'$ROUNDS' run $ruleset.yaml --report json=$row.json" \
			>"$row.said" 2>&1 3>&- &
		pids+=($!)
		# they wait, mostly
		[ $((${#pids[@]} % 8)) -ne 0 ] || wait "${pids[@]}" || :
	done
	wait "${pids[@]}" || :
	for row in "${rows[@]}"; do
		jq -r --arg row "$row" '.results[0] | $row + ": " + (if .error then .message
			else [.observed[$ARGS.positional[]] | tostring] | join(" ") end)' \
			"$row.json" --args "$@" | sed "s,$T/$row,,g" || cat "$row.said"
	done
}

# are_told RULESET FACT …: against the lines of standard input.
are_told() {
	cat >wanted
	told "$@" >found
	diff wanted found
}

@test "memory and swap: version 1, 2, both; nested, without limit, with more than there is" {
	local box=unified/box in=unified/box/in

	tree v2-none v2
	put $in/memory.max max $in/memory.swap.max max $box/memory.max max
	tree v2 v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current $((512 * MiB)) \
		$in/memory.stat "anon 1\nactive_file 7\ninactive_file $((256 * MiB))" \
		$in/memory.swap.max $((512 * MiB)) $in/memory.swap.current $((64 * MiB))
	tree v2-no-swap v2
	put $in/memory.swap.max 0 $in/memory.swap.current 0
	tree v2-no-stat v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current $((512 * MiB))
	tree v2-poor-stat v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current $((512 * MiB)) \
		$in/memory.stat "anon 1\nfile 2"
	tree v2-cache v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current 5 $in/memory.stat "inactive_file 9"
	tree v2-larger v2
	put $in/memory.max $((16384 * MiB)) $in/memory.current $((512 * MiB))
	tree v2-as-large v2
	put $in/memory.max $((8192 * MiB)) $in/memory.current $((512 * MiB))
	tree v2-above-smaller v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current $((256 * MiB)) \
		$box/memory.max $((512 * MiB)) $box/memory.current $((256 * MiB))
	tree v2-above-fuller v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current $((256 * MiB)) \
		$box/memory.max $((4096 * MiB)) $box/memory.current $((3072 * MiB))
	tree v2-both-empty v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current 0 \
		$box/memory.max $((512 * MiB)) $box/memory.current 0
	tree v2-above-alone v2
	put $in/memory.max max $in/memory.current 5 \
		$box/memory.max $((512 * MiB)) $box/memory.current $((128 * MiB))
	tree v2-zero v2
	put $in/memory.max 0 $in/memory.current 4096
	tree v2-ours-alone v2 /service /init.scope
	put unified/service/memory.max $((64 * MiB)) unified/service/memory.current 5
	tree v2-init-unseen v2
	put $in/memory.max $((64 * MiB)) $in/memory.current $((16 * MiB))
	rm v2-init-unseen/proc/1/cgroup
	tree v1 v1
	put memory/box/in/memory.limit_in_bytes $((2048 * MiB)) \
		memory/box/in/memory.usage_in_bytes $((1024 * MiB)) \
		memory/box/in/memory.stat "inactive_file 5\ntotal_inactive_file $((512 * MiB))" \
		memory/box/in/memory.memsw.limit_in_bytes $((2560 * MiB)) \
		memory/box/in/memory.memsw.usage_in_bytes $((1152 * MiB))
	tree v1-none v1
	put memory/box/in/memory.limit_in_bytes $none memory/box/in/memory.usage_in_bytes 5 \
		memory/box/in/memory.memsw.limit_in_bytes $none
	tree v1-nested v1
	put memory/box/in/memory.limit_in_bytes $none \
		memory/box/memory.limit_in_bytes $((512 * MiB)) \
		memory/box/memory.usage_in_bytes $((128 * MiB))
	tree hybrid hybrid
	put memory/box/in/memory.limit_in_bytes $((2048 * MiB)) \
		memory/box/in/memory.usage_in_bytes $((512 * MiB)) $in/memory.max 7
	tree unmounted none
	are_told memory memory_total memory_percent swap_percent <<TEXT
v2-none: $((8192 * MiB)) 25 50
v2: $((1024 * MiB)) 25 12.5
v2-no-swap: $((8192 * MiB)) 25 0
v2-no-stat: $((1024 * MiB)) 50 50
v2-poor-stat: $((1024 * MiB)) 50 50
v2-cache: $((1024 * MiB)) 0 50
v2-larger: $((8192 * MiB)) 25 50
v2-as-large: $((8192 * MiB)) 25 50
v2-above-smaller: $((512 * MiB)) 50 50
v2-above-fuller: $((4096 * MiB)) 75 50
v2-both-empty: $((512 * MiB)) 0 50
v2-above-alone: $((512 * MiB)) 25 50
v2-zero: 0 0 50
v2-ours-alone: $((8192 * MiB)) 25 50
v2-init-unseen: $((64 * MiB)) 25 50
v1: $((2048 * MiB)) 25 25
v1-none: $((8192 * MiB)) 25 50
v1-nested: $((512 * MiB)) 25 50
hybrid: $((2048 * MiB)) 25 50
unmounted: $((8192 * MiB)) 25 50
TEXT
}

@test "memory and swap: files that say nothing sensible, or are not there" {
	local in=unified/box/in

	tree no-number v2
	put $in/memory.max lots $in/memory.current 5
	tree empty v2
	put $in/memory.max '' $in/memory.current 5
	tree negative v2
	put $in/memory.max -1 $in/memory.current 5
	tree unit v2
	put $in/memory.max 512M $in/memory.current 5
	tree endless v2
	put $in/memory.max 99999999999999999999 $in/memory.current 5
	tree no-use v2
	put $in/memory.max $MiB
	tree use-is-max v2
	put $in/memory.max $MiB $in/memory.current max
	tree swap-use v2
	put $in/memory.swap.max $MiB $in/memory.swap.current x
	tree v1 v1
	put memory/box/in/memory.limit_in_bytes some
	tree stat-is-garbage v2
	put $in/memory.max $((1024 * MiB)) $in/memory.current $((512 * MiB)) \
		$in/memory.stat 'inactive_file many\n\0001\0377'
	tree no-groups none
	rm no-groups/proc/self/cgroup no-groups/proc/1/cgroup
	tree groups-are-garbage v2
	put proc/self/cgroup ':::\n\0377\n0:x' $in/memory.max 5
	tree no-meminfo v2
	rm no-meminfo/proc/meminfo
	tree poor-meminfo v2
	put proc/meminfo 'MemTotal: 0 kB'
	are_told memory memory_total memory_percent swap_percent <<TEXT
no-number: '/unified/box/in/memory.max' holds no number
empty: '/unified/box/in/memory.max' holds no number
negative: '/unified/box/in/memory.max' holds no number
unit: '/unified/box/in/memory.max' holds no number
endless: '/unified/box/in/memory.max' holds no number
no-use: '/unified/box/in/memory.current' holds no number
use-is-max: '/unified/box/in/memory.current' holds no number
swap-use: '/unified/box/in/memory.swap.current' holds no number
v1: '/memory/box/in/memory.limit_in_bytes' holds no number
stat-is-garbage: $((1024 * MiB)) 50 50
no-groups: $((8192 * MiB)) 25 50
groups-are-garbage: $((8192 * MiB)) 25 50
no-meminfo: '/proc/meminfo': No such file or directory
poor-meminfo: '/proc/meminfo' does not say what it should
TEXT
}

@test "processors: quotas of version 1 and 2, nested, and what is no quota" {
	local box=unified/box in=unified/box/in

	tree v2-none v2
	put $in/cpu.max "max 100000"
	tree v2 v2
	put $in/cpu.max "150000 100000" $in/cpu.stat "usage_usec 5\nnr_periods 1\nnr_throttled 1"
	tree v2-above-smaller v2
	put $in/cpu.max "150000 100000" $in/cpu.stat "usage_usec 5" \
		$box/cpu.max "50000 100000" $box/cpu.stat "usage_usec 5"
	tree v2-above-larger v2
	put $in/cpu.max "50000 100000" $in/cpu.stat "usage_usec 5" \
		$box/cpu.max "150000 100000" $box/cpu.stat "usage_usec 5"
	tree v2-garbage v2
	put $in/cpu.max "half a one" $in/cpu.stat "usage_usec 5"
	tree v2-no-period v2
	put $in/cpu.max 150000 $in/cpu.stat "usage_usec 5"
	tree v2-no-stat v2
	put $in/cpu.max "150000 100000"
	tree v2-poor-stat v2
	put $in/cpu.max "150000 100000" $in/cpu.stat "nr_periods 1"
	tree v1-apart v1
	put cpu/box/in/cpu.cfs_quota_us 50000 cpu/box/in/cpu.cfs_period_us 100000 \
		cpu/box/in/cpu.stat "nr_periods 1" cpuacct/box/in/cpuacct.usage 5000
	tree v1-together v1
	put cpu/box/in/cpu.cfs_quota_us 250000 cpu/box/in/cpu.cfs_period_us 100000 \
		cpu/box/in/cpu.stat "nr_periods 1" cpu/box/in/cpuacct.usage 5000
	tree v1-none v1
	put cpu/box/in/cpu.cfs_quota_us -1
	tree v1-no-period v1
	put cpu/box/in/cpu.cfs_quota_us 50000
	tree v1-no-use v1
	put cpu/box/in/cpu.cfs_quota_us 50000 cpu/box/in/cpu.cfs_period_us 100000 \
		cpu/box/in/cpu.stat "nr_periods 1"
	tree hybrid hybrid
	put cpu/box/in/cpu.cfs_quota_us 50000 cpu/box/in/cpu.cfs_period_us 100000 \
		cpu/box/in/cpu.stat "nr_periods 1" cpuacct/box/in/cpuacct.usage 5000 \
		$in/cpu.max "150000 100000"
	tree unmounted none
	tree no-stat v2
	rm no-stat/proc/stat
	are_told cpu cpus cpu_throttled_percent <<TEXT
v2-none: 2 0
v2: 1.5 0
v2-above-smaller: 0.5 0
v2-above-larger: 0.5 0
v2-garbage: '/unified/box/in/cpu.max' tells no quota that could be understood
v2-no-period: '/unified/box/in/cpu.max' tells no quota that could be understood
v2-no-stat: '/unified/box/in' has no cpu.stat
v2-poor-stat: '/unified/box/in/cpu.stat' tells no usage
v1-apart: 0.5 0
v1-together: 2.5 0
v1-none: 2 0
v1-no-period: '/cpu/box/in/cpu.cfs_quota_us' tells no quota that could be understood
v1-no-use: '/cpu/box/in' has a quota, but its use is told nowhere
hybrid: 0.5 0
unmounted: 2 0
no-stat: '/proc/stat': No such file or directory
TEXT
}
