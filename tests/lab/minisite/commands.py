"""commands - up, down, enter: start the site, end it, run something in a container."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from . import faults, place

UP_SECONDS = 90
DOWN_SECONDS = 30
NEEDED = {"ip": "iproute2", "nginx": "nginx-light", "fcgiwrap": "fcgiwrap", "sshd": "openssh-server",
          "ssh-keygen": "openssh-client", "git": "git", "openssl": "openssl", "cc": "gcc",
          "mariadbd": "mariadb-server", "redis-server": "redis-server", "rinetd": "rinetd",
          "redis-sentinel": "redis-sentinel", "supervisord": "supervisor", "nsenter": "util-linux"}
NAMESPACES = ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc"]


def available():
    """Why the site cannot be made here, or None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [package for name, package in NEEDED.items() if not shutil.which(name, path=path)]
    if missing:
        return "not installed: " + " ".join(sorted(missing))
    if os.getuid() != 0:
        return "the containers have users of their own, which only root may make here"
    tried = subprocess.run([*NAMESPACES, "ip", "link", "add", "x", "type", "bridge"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if tried.returncode:
        return "namespaces are not allowed here: " + tried.stderr.strip()
    return None


def alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def site_process():
    """The process that holds the site, or None; a number that another process got is none."""
    try:
        pid, since = (place.state() / "pid").read_text().split()
    except (OSError, ValueError):
        return None
    return int(pid) if alive(pid) and started_at(pid) == since else None


def started_at(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def down():
    pid = site_process()
    if pid:
        os.kill(pid, signal.SIGKILL)
        end_entered()
        until = time.monotonic() + DOWN_SECONDS
        while alive(pid) or left_behind():
            if time.monotonic() > until:
                raise SystemExit("site: its processes do not end; see what still is in "
                                 f"{place.state() / 'processes'}")
            time.sleep(0.02)
    shutil.rmtree(place.state(), ignore_errors=True)


def end_entered():
    """Ends each nsenter into a container: one that was stopped with what it ran would hold the
    container's process ids for ever."""
    try:
        inits = {str(p) for p in json.loads((place.state() / "containers").read_text()).values()}
    except (OSError, ValueError):
        return
    for entry in os.listdir("/proc"):
        try:
            words = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if entry.isdigit() and words[:2] == [b"nsenter", b"-t"] and words[2].decode() in inits:
            os.kill(int(entry), signal.SIGKILL)


def left_behind():
    """Whether a container still has a process."""
    try:
        return any(alive(pid) and started_at(pid) == since for pid, since in
                   json.loads((place.state() / "processes").read_text()))
    except (OSError, ValueError):
        return False


def children():
    """Of all processes in sight: parent to children."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            found.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    return found


def pid_inside(pid):
    """What a container's PID 1 is called in the site's own namespace."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("NSpid:"):
            return line.split()[-2]
    raise SystemExit("site: this kernel does not tell process ids of other namespaces")


def seen_from_here(holder, wanted):
    """The containers' PIDs 1 as they are called here: unshare has one child, the host; each of the
    host's children waits for the PID 1 of one container."""
    below = children()
    found = {}
    for host in below.get(holder, []):
        for waiting in below.get(host, []):
            for init in below.get(waiting, []):
                name = wanted.get(pid_inside(init))
                if name:
                    found[name] = init
    return found


def up(arguments):
    with_me = "--with-me" in arguments
    names = [a for a in arguments if not a.startswith("-")]
    reason = available()
    if reason:
        print(f"site: {reason}", file=sys.stderr)
        return 77
    down()
    state = place.state()
    state.mkdir(parents=True, mode=0o755)
    subprocess.run(["cc", "-O1", "-Wall", "-D_GNU_SOURCE", "-o", str(state / "standin"),
                    str(place.SOURCE / "tests/lab/minisite/standin.c")], check=True)
    env = {**os.environ, "PYTHONPATH": str(place.SOURCE / "tests/lab"), "ROUNDS_SITE": str(state),
           "ROUNDS": str(place.program()), "PYTHONDONTWRITEBYTECODE": "1",
           "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    with open(state / "log", "wb") as log:
        process = subprocess.Popen(
            [*NAMESPACES, "--kill-child=SIGKILL", sys.executable, "-m", "minisite.host",
             "1" if with_me else "0", *names],
            stdin=None if with_me else subprocess.DEVNULL, stdout=log, stderr=log, env=env,
            start_new_session=True)
    (state / "pid").write_text(f"{process.pid} {started_at(process.pid)}")
    until = time.monotonic() + UP_SECONDS
    while not (state / "ready").exists():
        if process.poll() is not None or time.monotonic() > until:
            print((state / "log").read_text(), file=sys.stderr)
            print("site: it did not come up", file=sys.stderr)
            down()
            return 1
        time.sleep(0.05)
    wanted = {pid: name for name, pid in
              (line.split() for line in (state / "ready").read_text().splitlines())}
    found = seen_from_here(process.pid, wanted)
    (state / "containers").write_text(json.dumps(found))
    (state / "processes").write_text(json.dumps([(p, started_at(p)) for p in found.values()]))
    return 0


def enter(arguments):
    """enter [-i] CONTAINER [COMMAND ...]: -i: with no environment at all."""
    bare = arguments[:1] == ["-i"]
    name, *command = arguments[1:] if bare else arguments
    pid = place.containers().get(name)
    if not pid:
        raise SystemExit(f"site: there is no container '{name}': {' '.join(place.containers())}")
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} if bare else place.environment(pid)
    os.execvpe("nsenter", place.entered(pid, command or ["/bin/bash"]), env)


def bend(what, arguments):
    """break or mend: what the fault matrix says of a fault."""
    if len(arguments) != 1:
        raise SystemExit(f"site: {what} FAULT; the faults are in {faults.MATRIX}")
    try:
        row = faults.find(arguments[0])
    except faults.Mistake as e:
        raise SystemExit(f"site: {e}") from None
    if row.view:
        print(f"site: only an inspection that does this sees it:\n{row.view}", file=sys.stderr)
    faults.run_scripts(row.breaking if what == "break" else row.mending, place.containers(), what)


def main():
    name, *arguments = sys.argv[1:] or ["help"]
    if name == "up":
        sys.exit(up(arguments))
    if name == "down":
        sys.exit(down())
    if name == "enter" and arguments:
        enter(arguments)
    if name in ("break", "mend"):
        sys.exit(bend(name, arguments))
    if name == "available":
        reason = available()
        print(reason or "")
        sys.exit(77 if reason else 0)
    raise SystemExit("site: up, down, enter CONTAINER [COMMAND ...], break FAULT, mend FAULT, "
                     "available")
