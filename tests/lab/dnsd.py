#!/usr/bin/env python3
"""dnsd: a name server on loopback that misbehaves: how, the first label of the name asked for says.

    dnsd.py PORTS

It listens by UDP and by TCP on one port; then the file PORTS appears with the line "dnsd=PORT", and "dnsd_silent=PORT"
of one that says nothing.
"""
import os
import selectors
import socket
import struct
import sys

ANSWER = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1"


def reply(query, end, flags=0x8180, answers=(ANSWER,), ident=None, question=None):
    """The reply to a query whose question ends at `end`; parts of it may be wrong."""
    own = struct.unpack(">H", query[:2])[0] if ident is None else ident
    return (struct.pack(">HHHHHH", own, flags, 1, len(answers), 0, 0)
            + (query[12:end] if question is None else question) + b"".join(answers))


def name_of(query):
    """The labels that are asked for, and where the question ends."""
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += query[at] + 1
    return labels, at + 5


def other_id(query):
    return (struct.unpack(">H", query[:2])[0] + 1) & 0xffff


def record(kind, data, name=b"\xc0\x0c", ttl=60, klass=1):
    return name + struct.pack(">HHIH", kind, klass, ttl, len(data)) + data


def no_edns(query, end):
    """As before RFC 6891: what is behind the question is an error of format."""
    return reply(query, end) if query[11] == 0 else reply(query, end, 0x8181, ())


def bad_version(query, end):
    """The upper bits of the code are in a record of their own, after the answers."""
    bare = reply(query, end, answers=())
    return bare[:10] + b"\0\1" + bare[12:] + record(41, b"", b"\0", 1 << 24, 1232)


def encoded(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"


def alias(to, name=b"\xc0\x0c"):
    return record(5, to, name)


CONTROLS = b"\x05\x1b[2Jx\x03a.b\0"
OTHER = encoded("b.example")
MANNERS = {
    "good": reply,
    "noedns": no_edns,
    "badvers": bad_version,
    "chaos": lambda q, e: reply(q, e, answers=[record(1, b"\x7f\0\0\1", klass=3)]),
    "garbage": lambda q, e: b"\x00\xff\xfe\x1b]0;owned\x07",
    "short": lambda q, e: q[:5],
    "otherid": lambda q, e: reply(q, e, ident=other_id(q)),
    "otherquestion": lambda q, e: reply(q, e, question=encoded("other.example") + b"\0\1\0\1"),
    "question": lambda q, e: q,
    "servfail": lambda q, e: reply(q, e, 0x8182, ()),
    "refused": lambda q, e: reply(q, e, 0x8185, ()),
    "notimp": lambda q, e: reply(q, e, 0x8184, ()),
    "nxdomain": lambda q, e: reply(q, e, 0x8183, ()),
    "strangecode": lambda q, e: reply(q, e, 0x818d, ()),
    "selfpointer": lambda q, e: reply(q, e, answers=[b"\xc0" + bytes([e]) + ANSWER[2:]]),
    "pastend": lambda q, e: reply(q, e, answers=[ANSWER[:10] + b"\xff\xff\x7f\0\0\1"]),
    "badlength": lambda q, e: reply(q, e, answers=[record(1, b"\x7f\0\0")]),
    "morecounted": lambda q, e: reply(q, e, answers=[ANSWER, b""]),
    "circle": lambda q, e: reply(q, e, answers=[alias(OTHER), alias(b"\xc0\x0c", OTHER)]),
    "dangling": lambda q, e: reply(q, e, answers=[alias(OTHER)]),
    "unasked": lambda q, e: reply(q, e, answers=[record(1, b"\x7f\0\0\1", encoded("evil.example"))]),
    "controls": lambda q, e: reply(q, e, answers=[alias(CONTROLS), record(1, b"\x7f\0\0\1", CONTROLS)]),
}


def udp(query):
    labels, end = name_of(query)
    manner = labels[0]
    if manner.startswith("trunc"):
        return [reply(query, end, 0x8380, ())]
    if manner == "late":  # first nonsense and what is for somebody else, then the answer
        return [b"nonsense", reply(query, end, ident=other_id(query)), reply(query, end)]
    return [] if manner == "silent" else [MANNERS[manner](query, end)]


def tcp(query):
    """What is sent by TCP: a message, nothing, or None to close."""
    labels, end = name_of(query)
    manner = labels[0]
    many = [record(1, bytes([10, 0, i >> 8, i & 255])) for i in range(1500)]
    return {
        "trunc": reply(query, end),
        "trunctrunc": reply(query, end, 0x8380, ()),
        "truncclose": None,
        "truncgarbage": b"\x00\xff\xfe",
        "truncsilent": b"",
        "truncmany": reply(query, end, answers=many),
    }[manner] if manner.startswith("trunc") else MANNERS[manner](query, end)


def serve_tcp(connection):
    query = connection.recv(4096)
    answer = tcp(query[2:]) if len(query) > 14 else None
    if answer is None:
        connection.close()
        return []
    if answer:
        message = struct.pack(">H", len(answer)) + answer
        connection.sendall(message[:7])  # in two parts: it comes as it comes
        connection.sendall(message[7:])
    return [connection]


def both():
    """A port that is free by UDP and by TCP."""
    while True:
        listener = socket.create_server(("127.0.0.1", 0))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            datagrams.bind(listener.getsockname())
            return listener, datagrams
        except OSError:
            listener.close()
            datagrams.close()


def main(path):
    listener, datagrams = both()
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    selector, kept = selectors.DefaultSelector(), []
    selector.register(listener, selectors.EVENT_READ)
    selector.register(datagrams, selectors.EVENT_READ)
    with open(path + ".new", "w", encoding="ascii") as out:
        out.write(f"dnsd={listener.getsockname()[1]}\ndnsd_silent={silent.getsockname()[1]}\n")
    os.rename(path + ".new", path)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                kept += serve_tcp(listener.accept()[0])
                continue
            query, peer = datagrams.recvfrom(4096)
            for answer in udp(query):
                datagrams.sendto(answer, peer)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
