#!/usr/bin/env python3
"""rpmdb.py bdb|ndb FROM TO: the packages of FROM (rpmdb.sqlite) as a data base of another format.
rpmdb.py damages FORMAT: the names of what damage() can do. rpmdb.py damage NAME FROM TO: does it.

bdb is written by Berkeley DB's own db5.3_load; Debian's rpm has no ndb, so that is written here, as
lib/backend/ndb/rpmpkg.c of rpm reads it.
"""
import sqlite3
import struct
import subprocess
import sys
import zlib

PAGE, BLOCK = 4096, 16


def headers(path):
    with sqlite3.connect(path) as db:
        return db.execute("select hnum, blob from Packages order by hnum").fetchall()


def bdb(rows, path):
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_pagesize=4096", "HEADER=END"]
    for number, blob in [(0, struct.pack("<I", len(rows)))] + rows:
        lines += [" " + struct.pack("<I", number).hex(), " " + blob.hex()]
    text = "\n".join(lines + ["DATA=END", ""])
    subprocess.run(["db5.3_load", path], input=text, text=True, check=True)


def ndb(rows, path):
    pages = (len(rows) + 2) // (PAGE // BLOCK) + 1
    blocks = pages * (PAGE // BLOCK)
    slots, blobs = b"", b""
    for number, header in rows:
        blob = b"BlbS" + struct.pack("<III", number, 0, len(header)) + header
        blob += bytes(-(len(blob) + 12) % BLOCK)
        blob += struct.pack("<II", zlib.adler32(blob), len(header)) + b"BlbE"
        at = blocks + len(blobs) // BLOCK
        slots += b"Slot" + struct.pack("<III", number, at, len(blob) // BLOCK)
        blobs += blob
    head = b"RpmP" + struct.pack("<IIII", 0, 1, pages, len(rows) + 1) + bytes(12)
    free = (pages * PAGE - len(head) - len(slots)) // BLOCK
    with open(path, "wb") as out:
        out.write(head + slots + (b"Slot" + bytes(12)) * free + blobs)


def put(data, at, value):
    data[at:at + 4] = struct.pack("<I", value)


def page_of(data, kind):
    """The offset of the first page of a kind of Berkeley DB."""
    return next(at for at in range(0, len(data), PAGE) if data[at + 25] == kind)


def chain_to_itself(data):
    at = page_of(data, 7)
    data[at + 22:at + 24] = b"\1\0"
    put(data, at + 16, at // PAGE)


# Each makes sound data bases wrong in one way: NAME: (format, how).
DAMAGES = {
    "bdb-empty": ("bdb", lambda d: d.clear()),
    "bdb-no-magic": ("bdb", lambda d: put(d, 12, 0)),
    "bdb-cut": ("bdb", lambda d: d.__delitem__(slice(len(d) - PAGE, None))),
    "bdb-newer": ("bdb", lambda d: put(d, 16, 11)),
    "bdb-encrypted": ("bdb", lambda d: d.__setitem__(24, 1)),
    "bdb-page-size-0": ("bdb", lambda d: put(d, 20, 0)),
    "bdb-page-size-odd": ("bdb", lambda d: put(d, 20, 4095)),
    "bdb-page-size-huge": ("bdb", lambda d: put(d, 20, 0x80000000)),
    "bdb-last-page-huge": ("bdb", lambda d: put(d, 32, 0xffffffff)),
    "bdb-entries-huge": ("bdb", lambda d: put(d, page_of(d, 13) + 20, 0xfffe)),
    "bdb-entries-odd": ("bdb", lambda d: put(d, page_of(d, 13) + 20, 0x0f000003)),
    "bdb-offsets-0": ("bdb", lambda d: put(d, page_of(d, 13) + 26, 0)),
    "bdb-offsets-huge": ("bdb", lambda d: put(d, page_of(d, 13) + 26, 0xffffffff)),
    "bdb-chain-of-itself": ("bdb", chain_to_itself),
    "bdb-chain-ends": ("bdb", lambda d: put(d, page_of(d, 7) + 22, 0x07000001)),
    "bdb-chain-of-nothing": ("bdb", lambda d: put(d, page_of(d, 7) + 22, 0x07000000)),
    "bdb-header-of-nothing": ("bdb", lambda d: put(d, page_of(d, 7) + 26, 0)),
    "bdb-header-huge": ("bdb", lambda d: put(d, page_of(d, 7) + 26, 0xffffffff)),
    "ndb-empty": ("ndb", lambda d: d.clear()),
    "ndb-head-only": ("ndb", lambda d: d.__delitem__(slice(32, None))),
    "ndb-cut": ("ndb", lambda d: d.__delitem__(slice(len(d) - BLOCK, None))),
    "ndb-no-magic": ("ndb", lambda d: put(d, 0, 0)),
    "ndb-newer": ("ndb", lambda d: put(d, 4, 1)),
    "ndb-no-slots": ("ndb", lambda d: put(d, 12, 0)),
    "ndb-slots-huge": ("ndb", lambda d: put(d, 12, 0xffffffff)),
    "ndb-slot-of-none": ("ndb", lambda d: put(d, 36, 0)),
    "ndb-slot-of-another": ("ndb", lambda d: put(d, 36, 2)),
    "ndb-slot-in-slots": ("ndb", lambda d: put(d, 40, 1)),
    "ndb-slot-beyond": ("ndb", lambda d: put(d, 40, 0xffffffff)),
    "ndb-slot-huge": ("ndb", lambda d: put(d, 44, 0xffffffff)),
    "ndb-slot-small": ("ndb", lambda d: put(d, 44, 1)),
    "ndb-length-huge": ("ndb", lambda d: put(d, PAGE + 12, 0xffffffff)),
    "ndb-bit": ("ndb", lambda d: d.__setitem__(PAGE + 300, d[PAGE + 300] ^ 1)),
}


def main(what, *rest):
    if what == "damages":
        print("\n".join(name for name, (kind, _) in DAMAGES.items() if kind == rest[0]))
    elif what == "damage":
        name, source, target = rest
        with open(source, "rb") as file:
            data = bytearray(file.read())
        DAMAGES[name][1](data)
        with open(target, "wb") as file:
            file.write(data)
    else:
        {"bdb": bdb, "ndb": ndb}[what](headers(rest[0]), rest[1])


main(*sys.argv[1:])
