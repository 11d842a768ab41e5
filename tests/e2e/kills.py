#!/usr/bin/env python3
"""kills: many short runs, and in each a random one of its processes is killed at a random moment.

    kills.py PROGRAM RULESET FOLDER RUNS AT-ONCE SEED

Of every run the JSON report must be complete: each check of the ruleset exactly once, passed or with an honest
error; and neither a process nor a private folder may be left. What is wrong is printed, with the seed; the exit
code is then 1.
"""
import collections
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import sys
import time

program, ruleset, folder = sys.argv[1:4]
runs, at_once, seed = map(int, sys.argv[4:7])
HONEST = {("pass", None), ("error", "crashed"), ("error", "killed"), ("error", "capture")}


def parents():
    """Of every living process: its parent."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                state, parent = f.read().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state not in "ZX":
            found[int(name)] = int(parent)
    return found


def children_of(pid):
    """Its children as the kernel lists them (proc(5), CONFIG_PROC_CHILDREN): quicker than to look at all."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(child) for child in f.read().split()]


def below(top):
    """All living descendants of a process."""
    if os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        found, rest = [], [top]
        while rest:
            try:
                more = children_of(rest.pop())
            except OSError:
                continue
            found += more
            rest += more
        return found
    found, known = [], parents()
    children = collections.defaultdict(list)
    for pid, parent in known.items():
        children[parent].append(pid)
    rest = [top]
    while rest:
        more = children[rest.pop()]
        found += more
        rest += more
    return found


def of_run(scratch):
    """The living processes that were given this private folder."""
    found, mark = [], f"ROUNDS_SCRATCH={scratch}\0".encode()
    for pid in parents():
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                if mark in f.read():
                    found.append(pid)
        except OSError:
            continue
    return found


def begin(number):
    scratch = f"{folder}/scratch.{number}"
    os.mkdir(scratch)
    report = f"{folder}/report.{number}.json"
    child = subprocess.Popen([program, "run", ruleset, "--report", f"json={report}"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env={**os.environ, "ROUNDS_SCRATCH": scratch})
    return child, scratch, report


def results(report):
    with open(report, encoding="utf-8") as f:
        content = json.load(f)
    return content["run"]["complete"], content["results"]


def one(number, moment, choice, ids):
    """A run with a kill; returns the kinds of its errors, whether one was killed, and what is wrong."""
    child, scratch, report = begin(number)
    while not below(child.pid) and child.poll() is None:
        time.sleep(0.01)
    time.sleep(moment)
    killed, wrong = False, []
    # a run that has ended is looked at no more: its number may be another's
    victims = sorted(below(child.pid)) if child.poll() is None else []
    if victims:
        try:
            os.kill(victims[int(choice * len(victims))], signal.SIGKILL)
            killed = True
        except ProcessLookupError:
            pass
    try:
        child.wait(60)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return [], killed, ["it did not end"]
    kinds = []
    try:
        complete, found = results(report)
        if not complete:
            wrong.append("the report says that it is not complete")
        if sorted(r["id"] for r in found) != ids:
            wrong.append(f"results: {sorted(r['id'] for r in found)}")
        for r in found:
            kind = (r.get("error") or {}).get("kind")
            # the program that a check runs may be hit, too
            if r["id"].endswith("/slow") and r["status"] == "fail" and killed:
                continue
            if (r["status"], kind) not in HONEST:
                wrong.append(f"{r['id']}: {r['status']} {kind}: {r.get('message')}")
            elif kind:
                kinds.append(kind)
        if kinds and not killed:
            wrong.append("an error, but nothing was killed")
    except (OSError, ValueError, KeyError) as e:
        wrong.append(f"the report: {e!r}")
    until = time.monotonic() + 5
    while (left := of_run(scratch)) and time.monotonic() < until:
        time.sleep(0.05)
    if left:
        wrong.append(f"processes left: {left}")
    if os.listdir(scratch):
        wrong.append(f"left behind: {os.listdir(scratch)}")
    return kinds, killed, wrong


def main():
    rng = random.Random(seed)
    print(f"seed {seed}")
    took = time.monotonic()
    child, _, report = begin("quiet")
    child.wait()
    took = time.monotonic() - took
    complete, found = results(report)
    ids = sorted(r["id"] for r in found)
    assert complete and all(r["status"] == "pass" for r in found), found
    # several at once take longer than one alone
    plan = [(n, rng.uniform(0, took), rng.random(), ids) for n in range(runs)]
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        ended = list(pool.map(lambda p: one(*p), plan))
    for number, (_, _, wrong) in enumerate(ended):
        for text in wrong:
            print(f"run {number}, after {plan[number][1]:.3f} s: {text}")
    kills = sum(killed for _, killed, _ in ended)
    costs = collections.Counter(kind for kinds, _, _ in ended for kind in kinds)
    print(f"{runs} runs, {kills} kills, a run alone took {took:.3f} s, errors: {dict(costs)}")
    # most must have hit something, or nothing is said by this
    return 1 if any(wrong for _, _, wrong in ended) or kills < runs / 4 or not costs else 0


sys.exit(main())
