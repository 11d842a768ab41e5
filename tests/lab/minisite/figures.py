"""figures - how long the inspection of the whole site takes: healthy, and when no server answers.

    tests/lab/figures [--use] [--rounds N]

Healthy: one `rounds run` in a container of each component, twelve at once; the median of N, and the
processor seconds that the runs took in it, which is what counts on a machine that does other things,
too. First a few containers of all products, with about 200 checks, then the whole site. Silent: all
at once when no address answers any more (its hardware address is nobody's) and every server of the
containers is stopped by SIGSTOP; to compare with the largest timeout of all checks.
"""
import argparse
import concurrent.futures
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import time

from . import commands, inspection, matrix, place
from .plan import ADDRESSES, FRONT

# Of all products, about 200 checks.
FEW = ("antcodeweb", "antcodeshard", "antcodenode", "linkemongo", "antbuild", "aclinkecore", "bahamutcloud",
       "linkqweb")
NOBODY = "02:00:00:00:00:99"
SILENCE = f"""
for a in {' '.join([*ADDRESSES.values(), *FRONT.values()])}; do
	ip neigh replace $a lladdr {NOBODY} dev eth0 nud permanent 2>/dev/null || true
done
for p in /proc/[0-9]*; do
	p=${{p#/proc/}}
	[ $p = 1 ] || [ $p = $$ ] || kill -STOP $p
done
"""
SOUND = """
for p in /proc/[0-9]*; do
	p=${p#/proc/}
	[ $p = 1 ] || kill -CONT $p
done
ip neigh flush dev eth0 nud permanent
"""


def component(name):
    return re.sub(r"-\d+$", "", name)


def one_of_each(pids):
    found = {}
    for name in pids:
        if name not in matrix.SERVERS:
            found.setdefault(component(name), name)
    return list(found.values())


def processor_seconds():
    """User and system, of all runs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def inspect_all(pids, names, files, beside=12):
    """`beside` at once. Seconds until all are inspected, checks that ran, checks that are red, the slowest container."""
    def one(name):
        started = time.monotonic()
        results, _, applied = inspection.inspect(pids[name], paths=files.get(name))
        return name, results, applied, time.monotonic() - started

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(beside) as pool:
        seen = list(pool.map(one, names))
    seconds = time.monotonic() - started
    for name, _, applied, _ in seen:
        files.setdefault(name, applied)
    ran = [r for _, results, _, _ in seen for r in results if r.status != "skip"]
    slowest = max(seen, key=lambda s: s[3])
    return seconds, len(ran), sum(r.red for r in ran), f"{slowest[0]} {slowest[3]:.1f} s"


def healthy(pids, names, files, rounds):
    before = processor_seconds()
    runs = [inspect_all(pids, names, files) for _ in range(rounds)]
    used = (processor_seconds() - before) / rounds
    print(f"healthy: {len(names)} containers, {runs[-1][1]} checks, {runs[-1][2]} red: median "
          f"{statistics.median(r[0] for r in runs):.2f} s of "
          f"{' '.join(f'{r[0]:.2f}' for r in runs)} (slowest: {runs[-1][3]}); {used:.2f} processor "
          "seconds a run", flush=True)


def largest_timeout():
    """In seconds, of all shipped rules, as they are written."""
    times = [0.0]
    for folder in inspection.rulesets():
        for path in pathlib.Path(folder).parent.rglob("*.yaml"):
            found = re.findall(r"\btimeout: *(\d+)(ms|s|m)\b", path.read_text(encoding="utf-8"))
            times += [int(n) * {"ms": 0.001, "s": 1, "m": 60}[u] for n, u in found]
    return max(times)


def bend(pids, names, script):
    for name in names:
        place.run_in(pids[name], ["/bin/bash", "-c", script], stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(prog="figures", description=__doc__.split("\n\n")[0])
    parser.add_argument("--use", action="store_true", help="the site that is up already")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    site = matrix.Site(arguments.use)
    if not arguments.use:
        site.up()
    try:
        pids = place.containers()
        names, files = one_of_each(pids), {}
        inspect_all(pids, names, files)
        time.sleep(5)
        healthy(pids, [n for n in names if component(n) in FEW], files, arguments.rounds)
        healthy(pids, names, files, arguments.rounds)
        bend(pids, names, SILENCE)
        seconds, ran, red, slowest = inspect_all(pids, names, files, len(names))
        print(f"silent: {ran} checks, {red} red: {seconds:.1f} s (slowest: {slowest}); the largest "
              f"timeout is {largest_timeout():g} s")
        bend(pids, names, SOUND)
    finally:
        if not arguments.use:
            commands.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
