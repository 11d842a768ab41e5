#!/usr/bin/env python3
"""faultproxy: a TCP proxy on loopback in front of a real server, with one fault in what the server says.

    faultproxy.py PORTFILE TARGETPORT FAULT [BYTES]

FAULT happens after BYTES of the server's words (default 0):
    stall     nothing more is passed on, the connection stays
    trickle   from there on a byte a second
    reset     RST
    close     FIN
    garbage   random bytes from there on, then FIN
    endless   random bytes without end
    corrupt   one byte is another, and all goes on
    none      no fault
Its port is written to PORTFILE once it listens. A TARGETPORT with a slash is a local socket; PORTFILE is then the
local socket that it listens on itself.
"""
import asyncio
import os
import random
import socket
import struct
import sys

port_file, target, fault = sys.argv[1:4]
after = int(sys.argv[4]) if len(sys.argv) > 4 else 0
rng = random.Random(1)


def reset(writer):
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def copy(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def misbehave(reader, writer, rest):
    """From here on the server's words are spoilt. Returns when the connection is to be closed."""
    if fault == "stall":
        await asyncio.sleep(1e9)
    elif fault == "trickle":
        while True:
            for byte in rest:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
            rest = await reader.read(4096)
            if not rest:
                await asyncio.sleep(1e9)
    elif fault == "reset":
        await asyncio.sleep(0.05)  # what was passed on must arrive first
        reset(writer)
    elif fault == "garbage":
        writer.write(rng.randbytes(200000))
        await writer.drain()
    elif fault == "endless":
        while True:
            writer.write(rng.randbytes(65536))
            await writer.drain()


async def reply(reader, writer):
    passed = 0
    while data := await reader.read(65536):
        if fault == "corrupt" and passed <= after < passed + len(data):
            data = bytearray(data)
            data[after - passed] ^= 0x55
        elif fault not in ("none", "corrupt") and passed + len(data) > after:
            writer.write(data[:after - passed])
            await writer.drain()
            return await misbehave(reader, writer, data[after - passed:])
        writer.write(data)
        passed += len(data)
        await writer.drain()


async def serve(reader, writer):
    if "/" in target:
        there_reader, there_writer = await asyncio.open_unix_connection(target)
    else:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", int(target))
    asking = asyncio.create_task(copy(reader, there_writer))
    try:
        await reply(there_reader, writer)
    except OSError:
        pass
    finally:
        asking.cancel()
        there_writer.close()
        writer.close()


async def main():
    if "/" in target:
        server = await asyncio.start_unix_server(serve, port_file)
        return await server.serve_forever()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with open(port_file + ".new", "w", encoding="ascii") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    await server.serve_forever()


asyncio.run(main())
