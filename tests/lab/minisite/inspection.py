"""inspection - runs rounds inside a container of the site and reads its report."""
import json

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
        """What the report says of it; of trouble, its kind first."""
        trouble = self.raw.get("error")
        said = self.raw["message"] or ""
        if not trouble or said.startswith(f"{trouble['kind']}: "):
            return said
        return f"{trouble['kind']}: {said}"

    @property
    def applies(self):
        return self.status != "skip" or not self.message.startswith("not applicable: ")


def rulesets():
    return [str(place.SOURCE / r) for r in RULESETS if (place.SOURCE / r).is_dir()]


def inspect(pid, arguments=(), bare=False, view="", paths=None):
    """The results of a run in a container, the exit code and the files of the rulesets that applied.
    `view`: shell commands that change what this run alone sees, such as a mount; such a run leaves
    no trace in the state of logs."""
    task = [] if view or arguments else ["--task", "site"]
    words = [str(place.program()), "run", *(rulesets() if paths is None else paths), "--quiet",
             *task, "--report", "json=-", *arguments]
    if view:
        words = ["unshare", "-m", "bash", "-c", f'{view}\nexec "$@"', "bash", *words]
    got = place.run_in(pid, words, bare, capture_output=True, timeout=SECONDS)
    try:
        report = json.loads(got.stdout)
    except ValueError:
        text = (got.stdout + got.stderr).decode(errors="replace")
        raise RuntimeError(f"no report: exit {got.returncode}: {text[-2000:]}") from None
    results = [Result(r) for r in report["results"]]
    # not those that run only when they are named, as the groups do
    said = {r.raw["ruleset"] for r in results if r.applies}
    applied = [r["file"] for r in report["rulesets"] if r["name"] in said]
    return results, got.returncode, applied
