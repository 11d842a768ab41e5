#!/usr/bin/env python3
"""procscan: which descendants of a process hold a text, and where.

    procscan.py PID TEXT [mem]

Prints "PID NAME FILE" for each hit in /proc/PID/cmdline, environ and (with "mem") the writable
memory. The process PID itself is looked at, too. Ends with 0 when there is no hit, 1 when there
is, 2 when there is no such process. Without TEXT it prints "PID NAME" of all of them.
"""
import os
import sys


def parents():
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as f:
                    found[int(name)] = int(f.read().rsplit(b")", 1)[1].split()[1])
            except OSError:
                pass
    return found


def descendants(root):
    table = parents()
    family = {root}
    while True:
        more = {p for p, parent in table.items() if parent in family} - family
        if not more:
            return sorted(family)
        family |= more


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


def memory(pid):
    """The writable mappings, one after the other."""
    try:
        mem = open(f"/proc/{pid}/mem", "rb", 0)
    except OSError:
        return
    with mem:
        for line in read(f"/proc/{pid}/maps").decode("utf-8", "replace").splitlines():
            span, mode = line.split()[:2]
            if not mode.startswith("rw"):
                continue
            start, end = (int(x, 16) for x in span.split("-"))
            # A sanitizer's shadow is terabytes of nothing.
            if end - start > 1 << 32:
                continue
            try:
                mem.seek(start)
                yield line, mem.read(end - start)
            except (OSError, ValueError, OverflowError):
                pass


def main():
    root = int(sys.argv[1])
    text = os.fsencode(sys.argv[2]) if len(sys.argv) > 2 else None
    if not os.path.exists(f"/proc/{root}"):
        return 2
    hits = 0
    for pid in descendants(root):
        name = read(f"/proc/{pid}/comm").decode("utf-8", "replace").strip()
        if text is None:
            print(pid, name)
            continue
        for file in ("cmdline", "environ"):
            if text in read(f"/proc/{pid}/{file}"):
                print(pid, name, file)
                hits += 1
        for place, content in memory(pid) if "mem" in sys.argv[3:] else ():
            if text in content:
                print(pid, name, "mem", place)
                hits += 1
    return 1 if hits else 0


sys.exit(main())
