"""faults - reads the fault matrix (tests/lab/faults*.yaml), breaks the site as a row says, and mends it."""
import fnmatch
import re
import subprocess

import yaml

from . import place

MATRIX = sorted((place.SOURCE / "tests/lab").glob("faults*.yaml"))
KEYS = {"fault", "in", "each", "at", "break", "mend", "view", "red", "may", "skip", "only", "bare",
        "again", "alone", "long", "quick", "with", "arguments", "rulesets"}
SECONDS = 60


class Mistake(Exception):
    """In the matrix itself."""


def _list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def _patterns(value):
    """{ RULE: REGEX } or a list of rules, whose message may be any."""
    if isinstance(value, dict):
        return {k: v or "" for k, v in value.items()}
    return {k: "" for k in _list(value)}


class Row:
    """One fault: what is done to which containers, and what must be seen from where."""

    def __init__(self, raw, groups, disturbs):
        unknown = set(raw) - KEYS
        if unknown or "fault" not in raw:
            raise Mistake(f"row {raw.get('fault')}: unknown keys {sorted(unknown)}")
        self.name = raw["fault"]
        self.inside = [n for word in _list(raw.get("in")) for n in groups.get(word, [word])]
        self.at = [n for word in _list(raw.get("at")) for n in groups.get(word, [word])] \
            or self.inside
        self.breaking = self._scripts(raw.get("break"))
        self.mending = self._scripts(raw.get("mend"))
        self.view = raw.get("view", "")
        self.red = _patterns(raw.get("red"))
        self.may = _patterns(raw.get("may"))
        self.skip = _patterns(raw.get("skip"))
        self.again = _patterns(raw["again"]) if "again" in raw else None
        self.only = _list(raw.get("only"))
        self.arguments = _list(raw.get("arguments"))
        self.rulesets = _list(raw.get("rulesets"))
        self.bare = raw.get("bare", False)
        self.alone = raw.get("alone", False)
        self.long = raw.get("long", False)
        self.quick = raw.get("quick", False)
        self.touches = set(self.at) | set(self.breaking) | set(_list(raw.get("with")))
        for name in self.breaking:
            self.touches |= {n for word in disturbs.get(name, ()) for n in groups.get(word, [word])}
        for pattern in (*self.red.values(), *self.may.values(), *self.skip.values()):
            re.compile(pattern)

    def _scripts(self, value):
        """{ CONTAINER: SCRIPT } or one script for all containers that the row is in."""
        if value is None:
            return {}
        return value if isinstance(value, dict) else {n: value for n in self.inside}


def documents(paths):
    """The files as one: lists of the same name are joined."""
    whole = {"groups": {}, "disturbs": {}, "faults": []}
    for path in paths:
        with open(path, encoding="utf-8") as f:
            document = yaml.safe_load(f)
        for table in ("groups", "disturbs"):
            for name, members in document.get(table, {}).items():
                whole[table].setdefault(name, []).extend(members)
        whole["faults"] += document["faults"]
    return whole


def read(paths=MATRIX):
    """The rows; one with `each` is as many rows as it names containers."""
    document = documents(paths)
    groups, disturbs, rows = document["groups"], document["disturbs"], []
    for raw in document["faults"]:
        if "each" not in raw:
            rows.append(Row(raw, groups, disturbs))
            continue
        for word in _list(raw["each"]):
            for name in groups.get(word, [word]):
                one = {k: v for k, v in raw.items() if k != "each"}
                one.update(fault=f"{raw['fault']}@{name}")
                rows.append(Row({**one, "in": name}, groups, disturbs))
    names = [r.name for r in rows]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        raise Mistake(f"named twice: {sorted(twice)}")
    return rows


def find(name):
    for row in read():
        if row.name == name:
            return row
    raise Mistake(f"there is no fault '{name}' in tests/lab/faults*.yaml")


def run_scripts(scripts, pids, what):
    for name, script in scripts.items():
        done = place.run_in(pids[name], ["/bin/bash", "-ec", script], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=SECONDS)
        if done.returncode:
            raise RuntimeError(f"{what} in {name} ended with {done.returncode}: "
                               f"{done.stdout.decode(errors='replace')[-500:]}")


def matches(pattern, result):
    """Whether a row's RULE means a result: RULESET/RULE, RULE, with [item] or without, with *."""
    full, rule = result.id, result.rule
    if "/" not in pattern:
        full, rule = (x.split("/", 1)[-1] for x in (full, rule))
    literal = pattern.replace("[", "[[]")
    return fnmatch.fnmatchcase(full, literal) or fnmatch.fnmatchcase(rule, literal)


def judge(row, results, red, code):
    """What is not as the row says; and the rules that it has seen red as it says."""
    problems, seen = [], set()
    for pattern, message in red.items():
        found = [r for r in results if matches(pattern, r) and r.red]
        good = [r for r in found if re.search(message, r.message)]
        if not good:
            of = [r for r in results if matches(pattern, r) and r.applies]
            said = "; ".join(f"{r.id} is {r.status}: {r.message}" for r in found or of)
            said = said or "there is no such rule here"
            problems.append(f"{pattern} is not red with /{message}/: {said}")
        seen |= {r.rule for r in good}
    for r in results:
        if r.red and not any(matches(p, r) for p in red) and not any(
                matches(p, r) and re.search(m, r.message) for p, m in row.may.items()):
            problems.append(f"unlisted: {r.id} is {r.status}: {r.message}")
    for pattern, message in row.skip.items():
        if not any(matches(pattern, r) and r.status == "skip" and re.search(message, r.message)
                   for r in results):
            problems.append(f"{pattern} is not skipped with /{message}/")
    gate = [r for r in results if r.red and r.severity != "info"]
    if gate and code not in (1, 2):
        problems.append(f"it ended with {code} though {gate[0].id} is red")
    return problems, seen
