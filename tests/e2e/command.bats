#!/usr/bin/env bats
#
# The command lane: how commands end, what they may say, and that nothing of them stays behind.

load helpers

setup() {
	lab_setup
}

teardown() {
	lab_teardown
}

# all_gone FILE: every process whose number is in the file has ended.
all_gone() {
	local pid

	[ -s "$1" ]
	while read -r pid; do
		wait_for 5 gone "$pid" || {
			echo "still there: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
			return 1
		}
	done <"$1"
}

@test "commands end as they should" {
	ruleset ends <<-'END'
		- id: fine
		  command: { argv: [echo, "a  b", $HOME] }
		  expect: { stdout: "a  b $HOME\n", stderr: "", signal: { exists: false } }
		- id: shell
		  command: { shell: "echo out; echo err >&2; exit 3" }
		  expect: { exit_status: 3, stdout: "out\n", stderr: "err\n" }
		- id: failed
		  command: { argv: ["false"] }
		- id: killed
		  command: { shell: "kill -KILL $$" }
		- id: killed-expected
		  command: { shell: "kill -KILL $$" }
		  expect: { signal: KILL, exit_status: { exists: false } }
		- id: json
		  command: { argv: [echo, '{"up": [1, 2.5]}'] }
		  expect: { json: { up: [1, 2.5] } }
		- id: not-json
		  command: { argv: [echo, up] }
		  expect: { json: { exists: true } }
		- id: name-twice
		  command: { argv: [echo, '{"up": true, "up": false}'] }
		  expect: { json: { up: { exists: true } } }
		- id: stdin
		  command: { argv: [sort], stdin: "b\na\n" }
		  expect: { stdout: "a\nb\n" }
		- id: environment
		  command: { shell: "env | sort | cut -d= -f1", env: { OWN: x } }
		  expect: { stdout: { not_contains: UNWANTED, contains: OWN } }
		- id: extracted
		  command: { argv: [echo, "version 1.10.2"], extract: { version: 'version (\S+)' } }
		  expect: { found: { version: [ "1.10.2" ] } }
		- id: no-program
		  command: { argv: [no-such-program-at-all] }
		- id: no-file
		  command: { argv: [/nowhere/x] }
		- id: no-folder
		  command: { argv: [pwd], cwd: /nowhere }
		- id: not-executable
		  command: { argv: [/etc/passwd] }
		- id: no-user
		  command: { argv: [id], user: no-such-user-at-all }
		- id: plugin
		  command:
		    shell: "echo 'DISK WARNING - 5% free | /=95%;80;90'; exit 1"
		    protocol: nagios
		  expect: { exit_status: 1, nagios.state: warning,
		    nagios.message: "DISK WARNING - 5% free",
		    'nagios.perfdata["/"].value': { gt: 90 } }
	END
	UNWANTED=1 ends 1 "$ROUNDS" run ends.yaml --report json=report.json --report text
	judged ends/fine pass
	judged ends/shell pass
	judged ends/failed fail
	judged ends/killed fail
	says "ended by signal KILL"
	judged ends/killed-expected pass
	judged ends/json pass
	judged ends/not-json fail
	judged ends/name-twice fail
	says "not JSON"
	judged ends/stdin pass
	judged ends/environment pass
	judged ends/extracted pass
	judged ends/no-program fail not_found "there is no program 'no-such-program-at-all' in /"
	judged ends/no-file fail not_found "there is no program '/nowhere/x'"
	judged ends/no-folder fail not_found "cannot go to the folder '/nowhere'"
	judged ends/not-executable error permission "'/etc/passwd' may not be executed"
	judged ends/no-user fail not_found "there is no user 'no-such-user-at-all'"
	judged ends/plugin pass
}

@test "mistakes over several fields are found at load" {
	ruleset wrong <<-'END'
		- id: both
		  command: { argv: [a], shell: b }
		- id: none
		  command: { stdin: x }
		- id: name
		  command: { argv: [a], env: { "A-B": x } }
	END
	ends 65 "$ROUNDS" lint wrong.yaml
	says "'argv' and 'shell' exclude each other"
	says "'argv' or 'shell' is needed"
	says "env: 'A-B' cannot be the name of a variable"
}

@test "who ignores TERM is killed, with its grandchildren, in whatever session" {
	ruleset stubborn <<-END
		- id: stubborn
		  timeout: 1s
		  command:
		    shell: |
		      trap '' TERM
		      echo \$\$ >> $T/pids
		      sleep 1000 & echo \$! >> $T/pids
		      setsid sh -c 'echo \$\$ >> $T/pids; sleep 1000 & echo \$! >> $T/pids; wait' &
		      setsid env -i sh -c '
		        echo \$\$ >> $T/pids; trap "" TERM; while :; do sleep 1; done' &
		      while :; do sleep 1; done
		- id: innocent
		  command: { argv: ["true"] }
	END
	ends 1 "$ROUNDS" run stubborn.yaml --report json=report.json
	judged stubborn/stubborn fail timeout "it did not end in 1.0 s and was killed"
	judged stubborn/innocent pass
	[ "$(wc -l <pids)" -eq 5 ]
	all_gone pids
}

@test "who listens to TERM may tidy up, also at the end of the run" {
	ruleset tidy <<-END
		- id: tidy
		  timeout: 1s
		  command:
		    shell: |
		      trap 'echo tidy > $T/tidy; echo bye; exit 0' TERM
		      while :; do sleep 0.02; done
	END
	ends 1 "$ROUNDS" run tidy.yaml --report json=report.json --report text
	judged tidy/tidy fail timeout
	[ "$(cat tidy)" = tidy ]
	says bye
}

@test "what a command leaves behind is gone, and holds nothing up" {
	ruleset leave <<-END
		- id: in-group
		  command: { shell: "sleep 1000 & echo \$! >> $T/pids" }
		- id: session
		  command: { shell: "setsid sleep 1000 & echo \$! >> $T/pids" }
		- id: daemon
		  command:
		    shell: |
		      (setsid sh -c 'echo \$\$ >> $T/pids; exec sleep 1000' \
		        </dev/null >/dev/null 2>&1 &)
		      until [ \$(wc -l < $T/pids) -ge 3 ]; do sleep 0.05; done
	END
	touch pids
	ends 0 "$ROUNDS" run leave.yaml --report json=report.json
	judged leave/in-group pass
	judged leave/session pass
	all_gone pids
}

@test "1 GiB of output is drained and kept in part" {
	ruleset much <<-'END'
		- id: much
		  timeout: 120s
		  command:
		    shell: "echo the head; head -c 1073741824 /dev/zero; echo the tail; exit 7"
		- id: judged
		  command: { shell: "head -c 1000000 /dev/zero" }
		  expect: { stdout: { not_contains: ERROR } }
	END
	ends 1 "$ROUNDS" run much.yaml --report json=report.json
	check much/much |
		jq -e '.evidence | tostring | contains("the head") and contains("the tail")'
	[ "$(stat -c %s report.json)" -lt 500000 ]
	judged much/judged fail too_large \
		"stdout is 1000000 bytes long, more than the 64 KiB that are kept"
}

@test "another user, when we are root" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	setpriv --reuid nobody --regid nogroup --clear-groups true 2>/dev/null ||
		skip "there is no other user here"
	ruleset users <<-'END'
		- id: nobody
		  command: { shell: "id -un; id -Gn", user: nobody }
		  expect: { stdout: "nobody\nnogroup\n" }
	END
	ends 0 "$ROUNDS" run users.yaml
	chmod 755 "$T"
	ruleset root <<-'END'
		- id: root
		  command: { argv: [id], user: root }
	END
	ends 2 setpriv --reuid nobody --regid nogroup --clear-groups "$ROUNDS" run root.yaml
	says "only root can run a command as 'root'"
}

@test "a killed supervisor takes its commands with it" {
	ruleset long <<-END
		- id: long
		  timeout: 600s
		  command:
		    shell: |
		      echo \$\$ > $T/first
		      setsid sh -c 'echo \$\$ > $T/second; exec sleep 1000' &
		      sleep 1000
	END
	start "$ROUNDS" run long.yaml
	wait_for 20 test -s first -a -s second
	kill -KILL "$started"
	cat first second >pids
	all_gone pids
}

@test "a command has no terminal to ask at, even where we have one" {
	ruleset asks <<-'END'
		- id: asks
		  command: { shell: "(echo password: >/dev/tty) 2>/dev/null || echo none" }
		  expect: { stdout: "none\n" }
	END
	ends 0 script -qec "'$ROUNDS' run asks.yaml" /dev/null
	! says password
}

@test "a command ignores no signal that we ignore, but those of job control" {
	ruleset ignores <<-'END'
		- id: ignores
		  command: { shell: "sed -n 's/^SigIgn:[^0-9a-f]*//p' /proc/self/status" }
		  expect: { stdout: "0000000000380000\n" }
	END
	ends 0 bash -c "trap '' HUP USR1 RTMIN+5; '$ROUNDS' run ignores.yaml"
}

@test "commands run beside each other" {
	for i in $(seq 60); do
		printf -- '- id: c%s\n  command: { argv: [echo, "%s"] }\n' "$i" "$i"
		printf '  expect: { stdout: "%s\\n" }\n' "$i"
	done | ruleset many
	ends 0 "$ROUNDS" run many.yaml --report json=report.json
	[ "$(jq '[.results[] | select(.status == "pass")] | length' report.json)" -eq 60 ]
}
