#!/usr/bin/env python3
"""agentd: an SSH agent of many moods, in front of a real one.

    agentd.py SOCKET REAL MOOD

It listens at SOCKET and passes on what REAL says, but for its mood:
    mute        takes connections and never says a word
    mute-sign   is asked to sign, and says nothing
    no-sign     declines to sign, as one does that asks its user
    sha1        ignores the flags of the request, as old ones do: RSA keys sign with SHA-1
    garbage     says what is no protocol
    endless     claims an answer of 4 GiB and goes on
    closes      hangs up
"""
import asyncio
import struct
import sys

path, real, mood = sys.argv[1:4]
SIGN_REQUEST, FAILURE = 13, b"\x05"


async def message(reader):
    return await reader.readexactly(struct.unpack(">I", await reader.readexactly(4))[0])


def framed(body):
    return struct.pack(">I", len(body)) + body


async def serve(reader, writer):
    if mood == "closes":
        return writer.close()
    there_reader, there_writer = await asyncio.open_unix_connection(real)
    try:
        while True:
            request = await message(reader)
            sign = request[0] == SIGN_REQUEST
            if mood == "mute" or (mood == "mute-sign" and sign):
                await asyncio.sleep(1e9)
            if mood == "garbage":
                writer.write(b"\x00\x00\x00\x09not agent" * 20)
            elif mood == "endless":
                writer.write(b"\xff\xff\xff\xff")
                while True:
                    writer.write(b"\x0c" * 65536)
                    await writer.drain()
            elif mood == "no-sign" and sign:
                writer.write(framed(FAILURE))
            else:
                if mood == "sha1" and sign:
                    request = request[:-4] + bytes(4)
                there_writer.write(framed(request))
                writer.write(framed(await message(there_reader)))
            await writer.drain()
    except (OSError, EOFError):
        pass
    finally:
        there_writer.close()
        writer.close()


async def main():
    server = await asyncio.start_unix_server(serve, path)
    await server.serve_forever()


asyncio.run(main())
