"""inspection - runs rounds inside a container of the site and reads its report."""
import json
import subprocess

from . import place

# The products' rulesets; host.yaml is about any machine and has tests of its own.
RULESETS = ("rulesets/antcode", "rulesets/linke")
SECONDS = 420


class Result:
    """One check of a report."""

    def __init__(self, raw):
        self.id = raw["id"]
        self.rule = raw["id"].split("[")[0]
        self.status = raw["status"]
        self.severity = raw["severity"]
        self.raw = raw

    @property
    def red(self):
        return self.status in ("fail", "error")

    @property
    def message(self):
        """All that the report says of what was wrong, on one line."""
        trouble = self.raw.get("error") or {}
        parts = [trouble.get("kind"), trouble.get("text"), self.raw.get("reason")]
        for e in self.raw.get("expectations") or []:
            if not e.get("passed", False):
                parts.append(" ".join(str(e.get(k, "")) for k in ("path", "expected", "found")))
        return " | ".join(str(p) for p in parts if p)


def rulesets():
    return [str(place.SOURCE / r) for r in RULESETS if (place.SOURCE / r).is_dir()]


def command(arguments=(), paths=None):
    return [str(place.program()), "run", *(rulesets() if paths is None else paths), "--quiet",
            "--task", "site", "--report", "json=-", *arguments]


def inspect(pid, arguments=(), bare=False, view="", paths=None):
    """The results of a run in a container, and its exit code. `view`: shell commands that change
    what this run alone sees, such as a mount."""
    words = command(arguments, paths)
    if view:
        words = ["unshare", "-m", "sh", "-c", f'{view}\nexec "$@"', "sh", *words]
    got = place.run_in(pid, words, bare, capture_output=True, timeout=SECONDS)
    try:
        report = json.loads(got.stdout)
    except ValueError:
        text = (got.stdout + got.stderr).decode(errors="replace")
        raise RuntimeError(f"no report: exit {got.returncode}: {text[-2000:]}") from None
    return [Result(r) for r in report["results"]], got.returncode


__all__ = ["inspect", "Result", "subprocess"]
