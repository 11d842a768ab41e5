"""matrix - every fault of the matrix on one site: broken, inspected, compared, mended, green again.

    python3 -m minisite.matrix [--quick] [--keep] [--verbose] [FAULT-PATTERN ...]

Writes TAP: a line for the healthy site, one for each row, one for the rules that no row turned red. Rows
that touch no common container go side by side. --quick takes the rows marked so and does not ask for all
rules. With patterns, only those rows. The site ends with this program, whatever ends it.
"""
import argparse
import concurrent.futures
import fnmatch
import os
import resource
import signal
import subprocess
import sys
import threading
import time

from . import commands, faults, inspection, place

BESIDE = 6
# Inspections at once: more would starve each other on a small machine, and rounds says so as `killed`.
STARVED = 3
SLOTS = threading.BoundedSemaphore(6)
SETTLE_SECONDS = 45
UNSEEN_ALLOWED = ()


class Site:
    """The site that is up, and what the whole run knows of it."""

    def __init__(self, keep):
        self.keep = keep
        self.hold = None
        self.rulesets = {}  # of each container, the files that apply: as the healthy site has shown

    def up(self):
        read, self.hold = os.pipe()
        done = subprocess.run([str(place.SOURCE / "tests/lab/up"), *([] if self.keep else
                                                                    ["--with-me"])],
                              stdin=read, check=False)
        os.close(read)
        if done.returncode:
            sys.exit(done.returncode)
        self.pids = place.containers()
        self.inspected = [n for n in self.pids if n not in SERVERS]

    def down(self):
        if not self.keep:
            commands.down()


SERVERS = ("db", "slb", "platform")


class Locks:
    """Rows that touch the same container go one after the other; one that is alone, alone."""

    def __init__(self):
        self.change = threading.Condition()
        self.taken = set()
        self.running = 0
        self.exclusive = False

    def take(self, row):
        with self.change:
            self.change.wait_for(lambda: not self.exclusive and (
                not self.running if row.alone else not self.taken & row.touches))
            self.taken |= row.touches
            self.running += 1
            self.exclusive = row.alone

    def give(self, row):
        with self.change:
            self.taken -= row.touches
            self.running -= 1
            if row.alone:
                self.exclusive = False
            self.change.notify_all()


def inspect(site, name, *arguments):
    """A run in which rounds had to end a worker of its own that got no processor says nothing of the
    site; it is made again, and that is told."""
    for attempt in range(STARVED + 1):
        with SLOTS:
            seen = inspection.inspect(site.pids[name], *arguments)
        starved = [r for r in seen[0] if r.message.startswith("killed: its code still ran")]
        if not starved or attempt == STARVED:
            break
        print(f"# {name}: inspected again: {starved[0].id}: {starved[0].message}", flush=True)
    return seen


def look(site, row, name):
    arguments = [w for rule in row.only for w in ("--check", rule)] + row.arguments
    paths = [str(place.SOURCE / p) for p in row.rulesets] or site.rulesets.get(name)
    return inspect(site, name, arguments, row.bare, row.view, paths)[:2]


def look_at_all(site, row, red):
    problems, seen = [], set()
    with concurrent.futures.ThreadPoolExecutor(BESIDE) as pool:
        looked = list(zip(row.at, pool.map(lambda name: look(site, row, name), row.at)))
    for name, (results, code) in looked:
        # RULE may be said of one container: NAME:RULE
        mine = {p.partition(":")[2] or p: m for p, m in red.items()
                if ":" not in p or p.partition(":")[0] == name}
        found, of = faults.judge(row, results, mine, code)
        problems += [f"{name}: {p}" for p in found]
        seen |= of
    return problems, seen


def green_again(site, row):
    """Until nothing is red where the row looked; [] or what still is."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        problems = []
        with concurrent.futures.ThreadPoolExecutor(BESIDE) as pool:
            looked = list(zip(row.at, pool.map(lambda n: inspect(
                site, n, (), False, "", site.rulesets.get(n)), row.at)))
        for name, (results, _, _) in looked:
            problems += [f"{name}: still {r.status}: {r.id}: {r.message}" for r in results if r.red]
        if not problems or time.monotonic() > until:
            return problems
        time.sleep(0.5)


def try_row(site, row):
    """Problems and seen rules of one row; the site is mended whatever happens."""
    try:
        faults.run_scripts(row.breaking, site.pids, "break")
        problems, seen = look_at_all(site, row, row.red)
        if row.again is not None:
            more, also = look_at_all(site, row, row.again)
            problems += [f"again: {p}" for p in more]
            seen |= also
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:
        problems, seen = [str(e)], set()
    try:
        faults.run_scripts(row.mending, site.pids, "mend")
        if row.breaking:
            problems += green_again(site, row)
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:
        problems.append(str(e))
    return problems, seen


class Run:
    """All rows of a run and what came of them."""

    def __init__(self, site, rows, verbose):
        self.site, self.rows, self.verbose = site, rows, verbose
        self.locks = Locks()
        self.seen = set()
        self.failed = 0
        self.number = 0
        self.say_lock = threading.Lock()

    def say(self, ok, name, problems=(), note=""):
        with self.say_lock:
            self.number += 1
            self.failed += not ok
            print(f"{'ok' if ok else 'not ok'} {self.number} - {name}{note}", flush=True)
            for problem in problems:
                for line in problem.splitlines():
                    print(f"# {line}", flush=True)

    def row(self, row):
        started = time.monotonic()
        if not row.long:
            self.locks.take(row)
        try:
            problems, seen = try_row(self.site, row)
            if problems:
                first = problems
                problems, seen = try_row(self.site, row)
                if not problems:
                    first = [f"tried again: {row.name}: {p}" for p in first]
                    self.say(True, row.name, first)
                    self.seen |= seen
                    return
        finally:
            if not row.long:
                self.locks.give(row)
        self.seen |= seen
        note = f" # {time.monotonic() - started:.1f} s" if self.verbose else ""
        self.say(not problems, row.name, problems, note)

    def healthy(self):
        """The baseline: everything green, and which rules there are at all."""
        problems, rules, applied = [], set(), set()
        with concurrent.futures.ThreadPoolExecutor(BESIDE) as pool:
            for name, (results, code, files) in zip(self.site.inspected, pool.map(
                    self.until_green, self.site.inspected)):
                self.site.rulesets[name] = files
                if not files:
                    problems.append(f"{name}: no ruleset applies")
                problems += [f"{name}: {r.status}: {r.id}: {r.message}" for r in results if r.red]
                problems += [f"{name}: {r.id}: {r.message}" for r in results
                             if r.raw["not_configured"]]
                if code:
                    problems.append(f"{name}: rounds ended with {code}")
                rules |= {r.rule for r in results}
                applied |= {r.rule for r in results if r.applies}
        problems += [f"{rule} applies nowhere on the site" for rule in sorted(rules - applied)]
        self.say(not problems, f"healthy: {len(rules)} rules are green", problems)
        return rules

    def until_green(self, name):
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            seen = inspect(self.site, name)
            if not any(r.red for r in seen[0]) or time.monotonic() > until:
                return seen
            time.sleep(0.5)

    def all_rows(self):
        """The long ones in the background (they only look), those that are alone at the end."""
        long = [r for r in self.rows if r.long]
        beside = [r for r in self.rows if not r.long and not r.alone]
        alone = [r for r in self.rows if not r.long and r.alone]
        with concurrent.futures.ThreadPoolExecutor(max(1, len(long))) as background:
            waiting = [background.submit(self.row, r) for r in long]
            with concurrent.futures.ThreadPoolExecutor(BESIDE) as pool:
                list(pool.map(self.row, beside))
            for row in alone:
                self.row(row)
            for one in waiting:
                one.result()

    def unseen(self, rules):
        left = sorted(r for r in rules - self.seen if r not in UNSEEN_ALLOWED)
        self.say(not left, f"all {len(rules)} rules were seen red",
                 [f"no row turns red: {r}" for r in left])


def chosen(arguments):
    rows = faults.read()
    if arguments.quick:
        rows = [r for r in rows if r.quick]
    if arguments.pattern:
        rows = [r for r in rows if any(fnmatch.fnmatchcase(r.name, p) for p in arguments.pattern)]
    return rows


def main():
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the site up")
    parser.add_argument("--use", action="store_true", help="of the site that is up already")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("pattern", nargs="*")
    arguments = parser.parse_args()
    reason = commands.available()
    if reason:
        print(f"ok 1 - fault matrix # skip {reason}\n1..1")
        return 0
    rows = chosen(arguments)
    site = Site(arguments.keep or arguments.use)
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        if arguments.use:
            site.pids = place.containers()
            site.inspected = [n for n in site.pids if n not in SERVERS]
        else:
            site.up()
        run = Run(site, rows, arguments.verbose)
        rules = run.healthy()
        run.all_rows()
        if not arguments.quick and not arguments.pattern:
            run.unseen(rules)
        print(f"1..{run.number}")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"# {time.monotonic() - started:.0f} s, of processors "
              f"{used.ru_utime + used.ru_stime:.0f} s")
        return 1 if run.failed else 0
    finally:
        site.down()


if __name__ == "__main__":
    sys.exit(main())
