"""place - where the miniature site keeps itself, and how to get into one of its containers."""
import hashlib
import json
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[3]


def state():
    """The folder that is the site, seen from outside: its log, its process, its containers."""
    default = "/tmp/rounds-site." + hashlib.sha256(str(SOURCE).encode()).hexdigest()[:8]
    return pathlib.Path(os.environ.get("ROUNDS_SITE", default)).absolute()


def program():
    """The program to inspect with, as scripts/test or a developer built it."""
    given = os.environ.get("ROUNDS")
    if given:
        return pathlib.Path(given).resolve()
    for folder in ("build-test", "build", "."):
        at = SOURCE / folder / "rounds"
        if at.is_file() and os.access(at, os.X_OK):
            return at
    raise SystemExit("site: there is no program 'rounds'; build it, or set ROUNDS")


def containers():
    """Of the site that is up: name to process id of its PID 1, as seen from here."""
    try:
        return json.loads((state() / "containers").read_text())
    except FileNotFoundError:
        raise SystemExit("site: it is not up; start it by tests/lab/up") from None


def environment(pid):
    """What PID 1 of a container was started with."""
    raw = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    return dict(x.split("=", 1) for x in raw.decode().split("\0") if "=" in x)


def entered(pid, command):
    """The command line that runs a command inside."""
    return ["nsenter", "-t", str(pid), "-m", "-n", "-p", "-u", "-i", "--", *command]


def run_in(pid, command, bare=False, **options):
    """Run a command in a container, with its environment or (bare) none."""
    env = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} if bare else environment(pid)
    return subprocess.run(entered(pid, command), env=env, check=False, **options)
