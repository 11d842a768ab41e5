#!/usr/bin/env python3
"""faultd: servers on loopback that misbehave, one way each, until they are killed.

    faultd.py PORTS [KIND ...]

Every kind (or those named) listens on a free port. When all of them listen, the file PORTS appears with one
line "KIND=PORT" each (with _ for -, so that a shell can read it). Nothing is written after that.
"""
import asyncio
import os
import socket
import struct
import sys

HELLO = b"HTTP/1.1 200 OK\r\n"
TICK = 1.0
# A task that waits for an event that nobody else holds may be collected as garbage; one that sleeps may not.
FOR_EVER = 1e9


async def request(reader):
    """Read up to the end of an HTTP request's head; what comes back may be incomplete."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 65536:
        part = await reader.read(4096)
        if not part:
            break
        head += part
    return head


async def drained(reader):
    """Read on until the client is done; to close with bytes unread would send RST."""
    while await reader.read(65536):
        pass


async def answer(writer, body, kind="text/plain", status="200 OK"):
    writer.write(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                 "Connection: close\r\n\r\n".encode() + body)
    await writer.drain()


def reset(writer):
    """End with RST instead of FIN: what is not read yet is lost for the other side."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def ok(reader, writer):
    await request(reader)
    await answer(writer, b'{"status": "UP"}', "application/json")


async def echo_head(reader, writer):
    """The request's head comes back as the body: who sends a secret, gets it back."""
    await answer(writer, await request(reader))


async def slow_ok(reader, writer):
    """Slow, but within any sensible time."""
    await request(reader)
    await asyncio.sleep(0.3)
    await answer(writer, b"OK")


async def silent(reader, writer):
    """Takes the connection and never says a word."""
    await drained(reader)
    await asyncio.sleep(FOR_EVER)


async def trickle(reader, writer):
    """A byte a second, for ever."""
    await request(reader)
    writer.write(HELLO)
    while True:
        writer.write(b"X")
        await writer.drain()
        await asyncio.sleep(TICK)


async def trickle_body(reader, writer):
    """A whole head, then a byte a second."""
    await request(reader)
    writer.write(HELLO + b"Content-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(TICK)


async def endless_headers(reader, writer):
    await request(reader)
    writer.write(HELLO)
    number = 0
    while True:
        writer.write(b"".join(b"X-%d: %s\r\n" % (number + i, b"y" * 100) for i in range(100)))
        number += 100
        await writer.drain()


async def endless_body(reader, writer):
    await request(reader)
    writer.write(HELLO + b"Content-Type: text/plain\r\n\r\n")
    while True:
        writer.write(b"z" * 65536)
        await writer.drain()


async def reset_at_once(reader, writer):
    """RST before a word is said."""
    reset(writer)


async def reset_in_the_middle(reader, writer):
    """RST in the middle of the body."""
    await request(reader)
    writer.write(HELLO + b"Content-Length: 1000\r\n\r\nhalf of it")
    await writer.drain()
    await asyncio.sleep(0.1)
    reset(writer)


async def garbage(reader, writer):
    """Bytes that are no protocol at all, with what terminals obey."""
    writer.write(b"\x00\xff\xfe\x1b]0;owned\x07\x1b[31m\x80\x81 SSH-9.9\r\n" + bytes(range(256)) * 4)
    await writer.drain()
    writer.write_eof()
    await drained(reader)


async def closes(reader, writer):
    """Takes the connection and closes its side."""
    writer.write_eof()
    await drained(reader)


async def short_body(reader, writer):
    """Promises more than it sends."""
    await request(reader)
    writer.write(HELLO + b"Content-Length: 1000\r\n\r\nhalf of it")
    await writer.drain()
    writer.close()


async def blanks(reader, writer):
    """80 KB of blanks with an x behind: \\s+$ tries each of them."""
    await request(reader)
    await answer(writer, b" " * 80000 + b"x")


async def terminal(reader, writer):
    """A body that wants to take the terminal over."""
    await request(reader)
    await answer(writer, b"\x1b[2J\x1b]0;owned\x07\x1b[31mred\x1b[0m \xe2\x80\xae\x00\x7f\xff end\r\n")


async def banner(reader, writer):
    """A server that speaks first."""
    writer.write(b"220 lab ready\r\n")
    await writer.drain()
    await drained(reader)


async def echo(reader, writer):
    """Sends back what it gets."""
    while part := await reader.read(4096):
        writer.write(part)
        await writer.drain()


KINDS = {
    "banner": banner,
    "blanks": blanks,
    "closes": closes,
    "echo": echo,
    "echo-head": echo_head,
    "endless-body": endless_body,
    "endless-headers": endless_headers,
    "garbage": garbage,
    "ok": ok,
    "reset": reset_at_once,
    "reset-in-the-middle": reset_in_the_middle,
    "short-body": short_body,
    "silent": silent,
    "slow-ok": slow_ok,
    "terminal": terminal,
    "trickle": trickle,
    "trickle-body": trickle_body,
}


def guarded(handler):
    """A client that goes away is no mistake of ours."""
    async def handle(reader, writer):
        try:
            await handler(reader, writer)
        except (ConnectionError, OSError):
            pass
        finally:
            writer.close()
    return handle


def blackhole():
    """Nobody accepts, and the queue is full: the next SYN is dropped. The sockets must be kept."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    kept = [listener]
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        kept.append(filler)
    return listener.getsockname()[1], kept


def refused():
    """A port that is bound, so that nobody else gets it, but does not listen."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound.getsockname()[1], [bound]


async def main(path, names):
    ports, kept = {}, []
    for name in names or [*KINDS, "blackhole", "refused"]:
        if name in KINDS:
            server = await asyncio.start_server(guarded(KINDS[name]), "127.0.0.1", 0)
            kept.append(server)
            ports[name] = server.sockets[0].getsockname()[1]
        else:
            ports[name], sockets = {"blackhole": blackhole, "refused": refused}[name]()
            kept.append(sockets)
    with open(path + ".new", "w", encoding="ascii") as out:
        for name, port in ports.items():
            out.write(f"{name.replace('-', '_')}={port}\n")
    os.rename(path + ".new", path)
    await asyncio.sleep(FOR_EVER)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
