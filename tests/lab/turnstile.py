#!/usr/bin/env python3
"""turnstile: a server on loopback that looks at whoever connects, and hangs up.

    turnstile.py PORTFILE LOG FOLDER

While the client waits for an answer, the descriptors of its process are looked at, its mappings of files below FOLDER
or removed ones, and what lies in FOLDER. The first look settles in half a second. A later one of the same process is
repeated until there is no more of anything than at the first, for 10 seconds at most. A line of JSON each goes to LOG.
Its port is written to PORTFILE once it listens. Needs the right to look at /proc/PID/fd.
"""
import json
import os
import re
import socket
import sys
import time

port_file, log, folder = sys.argv[1:4]


def owner(client, server):
    """The process that holds the client's end."""
    ends = [f"0100007F:{port:04X}" for port in (client, server)]
    with open("/proc/net/tcp", encoding="ascii") as table:
        inode = next((f[9] for f in map(str.split, table) if f[1:3] == ends), None)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if f"socket:[{inode}]" in descriptors(pid):
            return pid
    return None


def descriptors(pid):
    links = []
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                links.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
            except OSError:
                pass
    except OSError:
        pass
    return links


def mappings(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
        return sum(folder in line or line.rstrip().endswith("(deleted)") for line in maps)


def look(pid):
    links = descriptors(pid)
    return {"fds": len(links), "maps": mappings(pid), "scratch": len(os.listdir(folder)),
            "kinds": sorted(re.sub(r"\[?\d+\]?", "", link) for link in links)}


def least(pid, first):
    """The least of each that is seen while the client waits."""
    until = time.monotonic() + (10 if first else 0.5)
    seen = look(pid)
    while time.monotonic() < until:
        if first and all(seen[key] <= first[key] for key in ("fds", "maps", "scratch")):
            break
        time.sleep(0.05)
        seen = min(seen, look(pid), key=lambda s: (s["fds"], s["maps"] + s["scratch"]))
    return seen


def main():
    firsts = {}
    listener = socket.create_server(("127.0.0.1", 0))
    with open(port_file + ".new", "w", encoding="ascii") as f:
        f.write(str(listener.getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    while True:
        client, peer = listener.accept()
        pid = owner(peer[1], listener.getsockname()[1])
        if pid:  # else: somebody who wanted to know whether we listen
            seen = least(pid, firsts.get(pid))
            firsts.setdefault(pid, seen)
            with open(log, "a", encoding="ascii") as out:
                print(json.dumps({"pid": pid, **seen}), file=out)
        client.close()


main()
