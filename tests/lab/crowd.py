#!/usr/bin/env python3
"""crowd - short-lived processes, or as many sockets as a test asks for, in namespaces of the test's own.

    crowd.py storm                 starts processes that end at once, for ever
    crowd.py sockets COUNT FILE    COUNT listening sockets, one on port 1999, the rest from 2000 on

The file is made when all of them are there. It ends with 75 where the machine does not allow so
many. Whoever starts it ends its namespace, and with it all that it holds.
"""
import os
import resource
import signal
import socket
import sys

PORTS = 30000       # of each address


def storm():
    while True:
        for _ in range(20):
            if os.fork() == 0:
                os._exit(0)
        for _ in range(20):
            os.wait()


def hold(numbers, needle):
    held = []
    for i in numbers:
        s = socket.socket()
        s.bind((f"127.0.0.{1 + i // PORTS}", 1999 if i == needle else 2000 + i % PORTS))
        s.listen(1)
        held.append(s)
    return held


def sockets(count):
    """As many processes as the limit of descriptors asks for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    each = min(count, hard - 100)
    for first in range(0, count, each):
        ready, say = os.pipe()
        if os.fork() == 0:
            held = hold(range(first, min(first + each, count)), count // 2)
            os.write(say, b"1")
            signal.pause()
            os._exit(len(held) and 0)
        os.close(say)
        if not os.read(ready, 1):
            raise OSError("a process could not open its share")
        os.close(ready)


def main():
    if sys.argv[1:] == ["storm"]:
        storm()
    if len(sys.argv) != 4 or sys.argv[1] != "sockets":
        sys.exit(__doc__)
    _, count, told = sys.argv[1:]
    try:
        sockets(int(count))
    except (OSError, ValueError) as e:
        print(f"crowd: {count} sockets: {e}", file=sys.stderr)
        sys.exit(75)
    with open(told, "w", encoding="ascii"):
        pass
    signal.pause()


main()
