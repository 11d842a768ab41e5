#!/usr/bin/env python3
"""udpd: UDP servers on loopback, one manner each, until they are killed.

    udpd.py PORTS

Every manner has a port; when all are bound, the file PORTS appears with one line "MANNER=PORT" each. `closed` is a
port that nobody has: it was free a moment ago.
"""
import os
import socket
import selectors
import sys


def free():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def echo(data):
    return [data]


def silent(_data):
    return []


def banner(_data):
    return [b"lab ", b"ready\r\n"]


def binary(data):
    """What was sent, as hex digits, then bytes that are no text."""
    return [data.hex().encode() + b"\x00\xff\xfe"]


def main(path):
    ports, selector = {}, selectors.DefaultSelector()
    for family, address, suffix in ((socket.AF_INET, "127.0.0.1", ""), (socket.AF_INET6, "::1", "_six")):
        for manner in (echo, silent, banner, binary):
            s = socket.socket(family, socket.SOCK_DGRAM)
            try:
                s.bind((address, 0))
            except OSError:
                continue
            ports[manner.__name__ + suffix] = s.getsockname()[1]
            selector.register(s, selectors.EVENT_READ, manner)
    ports["closed"] = free()
    with open(path + ".new", "w", encoding="ascii") as out:
        out.writelines(f"{name}={port}\n" for name, port in ports.items())
    os.rename(path + ".new", path)
    while True:
        for key, _ in selector.select():
            data, peer = key.fileobj.recvfrom(65536)
            for part in key.data(data):
                key.fileobj.sendto(part, peer)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
