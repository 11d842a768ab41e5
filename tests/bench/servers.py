#!/usr/bin/env python3
"""servers - what the bench asks, on loopback only: servers.py KIND COUNT [ARGUMENT].

    listen COUNT         COUNT listening ports that nobody reads
    accept COUNT         COUNT ports that take a connection and close it
    http COUNT           one port that answers 200 at once
    slow COUNT SECONDS   one port that answers 200 after a while
    silent COUNT         COUNT addresses of 127.0.0.0/8 with a full backlog: they never answer

Prints one line "ADDRESS PORT" each, then "ready", and serves until it is killed or standard input ends.
"""
import asyncio
import os
import socket
import sys

ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
          b"Connection: close\r\n\r\nOK\n")


def listener(address="127.0.0.1", backlog=4096, port=0):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.listen(backlog)
    return s


def tell(sockets):
    for s in sockets:
        print(*s.getsockname())
    print("ready", flush=True)


class Closing(asyncio.Protocol):
    def connection_made(self, transport):
        transport.close()


class Http(asyncio.Protocol):
    def __init__(self, delay):
        self.delay = delay
        self.head = b""
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.head += data
        if b"\r\n\r\n" not in self.head:
            return
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.answer)
        else:
            self.answer()

    def answer(self):
        self.transport.write(ANSWER)
        self.transport.close()


async def serve(sockets, protocol):
    loop = asyncio.get_running_loop()
    for s in sockets:
        await loop.create_server(protocol, sock=s, backlog=4096)
    tell(sockets)
    ended = asyncio.Event()
    loop.add_reader(0, ended.set)
    await ended.wait()


def silent(count):
    """Listeners whose queue is full: the kernel drops whatever else knocks."""
    sockets, knocking = [], []
    for i in range(count):
        s = listener(f"127.9.{i // 250}.{i % 250 + 1}", 0)
        for _ in range(3):
            k = socket.socket()
            k.setblocking(False)
            k.connect_ex(s.getsockname())
            knocking.append(k)
        sockets.append(s)
    tell(sockets)
    return sockets + knocking


def main():
    kind, count = sys.argv[1], int(sys.argv[2])
    if kind == "listen":
        kept = [listener() for _ in range(count)]
        tell(kept)
        os.read(0, 1)
    elif kind == "accept":
        asyncio.run(serve([listener() for _ in range(count)], Closing))
    elif kind == "http":
        asyncio.run(serve([listener()], lambda: Http(0)))
    elif kind == "slow":
        delay = float(sys.argv[3])
        asyncio.run(serve([listener()], lambda: Http(delay)))
    elif kind == "silent":
        kept = silent(count)
        os.read(0, 1)
        del kept
    else:
        sys.exit(f"servers: unknown kind '{kind}'")


if __name__ == "__main__":
    main()
