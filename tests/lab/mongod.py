#!/usr/bin/env python3
"""mongod: speaks MongoDB's wire protocol on loopback, as far as tests need it. It is NOT MongoDB.

    mongod.py PORTFILE [--wire N] [--auth USER:PASSWORD[:ro]] [--set NAME] [--secondary]
              [--tls CERT KEY] [--member HOST:PORT:STATE:HEALTH:LAG ...]
              [--hang COMMAND] [--full]
              [--listen HOST:PORT] [--name NAME] [--folder PATH]
              [--me HOST:PORT --peer HOST:PORT ...]

With --wire 6 it plays MongoDB 3.6: no `hello`, SCRAM-SHA-1 alone. --full refuses insertions. Its port
is written to PORTFILE once it listens.

With --me and --peer (all members in the same order, this one too) it is a member of a living set: the
members ask each other, and the first of those that reach a majority is the PRIMARY until it goes. The
files of --folder bend what it says: `state`, `lag` (seconds), `cache` (bytes), `databases`,
`full` (no insertions); it writes `primary` there. --name is what the kernel calls the process.
"""
import argparse
import base64
import ctypes
import hashlib
import hmac
import os
import socket
import socketserver
import ssl
import struct
import threading
import time

ap = argparse.ArgumentParser()
ap.add_argument("port_file")
ap.add_argument("--wire", type=int, default=17)
ap.add_argument("--auth")
ap.add_argument("--set")
ap.add_argument("--secondary", action="store_true")
ap.add_argument("--tls", nargs=2)
ap.add_argument("--member", action="append", default=[])
ap.add_argument("--hang", default="")
ap.add_argument("--full", action="store_true")
ap.add_argument("--listen", default="127.0.0.1:0")
ap.add_argument("--name")
ap.add_argument("--folder", default="")
ap.add_argument("--me")
ap.add_argument("--peer", action="append", default=[])
A = ap.parse_args()
USER, PASSWORD, RIGHTS = (A.auth.split(":") + ["rw"])[:3] if A.auth else (None, None, "rw")
DATA = {}


class Date(float):
    """Seconds since the epoch."""


class Failure(Exception):
    def __init__(self, code, name, text):
        super().__init__(text)
        self.doc = {"ok": 0.0, "errmsg": text, "code": code, "codeName": name}


def encode_value(key, v):
    name = key.encode() + b"\0"
    if isinstance(v, bool):
        return b"\x08" + name + bytes([v])
    if isinstance(v, Date):
        return b"\x09" + name + struct.pack("<q", int(v * 1000))
    if isinstance(v, float):
        return b"\x01" + name + struct.pack("<d", v)
    if isinstance(v, int):
        small = -2**31 <= v < 2**31
        return (b"\x10" if small else b"\x12") + name + struct.pack("<i" if small else "<q", v)
    if isinstance(v, str):
        raw = v.encode() + b"\0"
        return b"\x02" + name + struct.pack("<i", len(raw)) + raw
    if isinstance(v, bytes):
        return b"\x05" + name + struct.pack("<iB", len(v), 0) + v
    if isinstance(v, dict):
        return b"\x03" + name + encode(v)
    if isinstance(v, list):
        return b"\x04" + name + encode({str(i): x for i, x in enumerate(v)})
    return b"\x0a" + name


def encode(doc):
    body = b"".join(encode_value(k, v) for k, v in doc.items()) + b"\0"
    return struct.pack("<i", len(body) + 4) + body


FIXED = {1: "<d", 8: "<?", 9: "<q", 16: "<i", 17: "<Q", 18: "<q"}


def decode_value(kind, raw, at):
    if kind in FIXED:
        size = struct.calcsize(FIXED[kind])
        return struct.unpack_from(FIXED[kind], raw, at)[0], at + size
    if kind == 7:
        return raw[at:at + 12], at + 12
    if kind == 10:
        return None, at
    size, = struct.unpack_from("<i", raw, at)
    if kind == 2:
        return raw[at + 4:at + 3 + size].decode(), at + 4 + size
    if kind == 5:
        return raw[at + 5:at + 5 + size], at + 5 + size
    doc = decode(raw[at:at + size])
    return (list(doc.values()) if kind == 4 else doc), at + size


def decode(raw):
    doc, at = {}, 4
    while raw[at]:
        end = raw.index(b"\0", at + 1)
        doc[raw[at + 1:end].decode()], at = decode_value(raw[at], raw, end + 1)
    return doc


def message(body):
    """The command of an OP_MSG, its document sequences as lists."""
    flags, = struct.unpack_from("<I", body)
    end, at, doc = len(body) - (4 if flags & 1 else 0), 4, {}
    while at < end:
        kind, size = body[at], struct.unpack_from("<i", body, at + 1)[0]
        section = body[at + 1:at + 1 + size]
        at += 1 + size
        if kind == 0:
            doc.update(decode(section))
            continue
        name_end = section.index(b"\0", 4)
        items, i = [], name_end + 1
        while i < size:
            length, = struct.unpack_from("<i", section, i)
            items.append(decode(section[i:i + length]))
            i += length
        doc[section[4:name_end].decode()] = items
    return doc


def bent(name, otherwise):
    """What the file of this name in --folder says."""
    try:
        with open(os.path.join(A.folder, name), encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return otherwise


class Set:
    """A living replica set, as this member sees it."""

    BEAT, PATIENCE = 0.3, 1.0

    def __init__(self):
        self.state = "SECONDARY"
        self.seen = {}  # peer: (state, lag) or None
        self.asked = {}

    def start(self):
        for peer in A.peer:
            if peer != A.me:
                threading.Thread(target=self.ask_for_ever, args=(peer,), daemon=True).start()
        threading.Thread(target=self.vote_for_ever, daemon=True).start()

    def ask_for_ever(self, peer):
        host, port = peer.rsplit(":", 1)
        while True:
            self.seen[peer] = self.ask(host, int(port))
            self.asked[peer] = True
            time.sleep(self.BEAT)

    def ask(self, host, port):
        out = encode({"replSetHeartbeat": A.set, "$db": "admin"})
        head = struct.pack("<iiiiIB", 21 + len(out), 1, 0, 2013, 0, 0)
        try:
            with socket.create_connection((host, port), self.PATIENCE) as s:
                s.sendall(head + out)
                with s.makefile("rb") as f:
                    got = f.read(21)
                    doc = decode(f.read(struct.unpack_from("<i", got)[0] - 21))
                return doc.get("state"), doc.get("lag", 0)
        except (OSError, struct.error, IndexError, ValueError):
            return None

    def vote_for_ever(self):
        while len(self.asked) < len(A.peer) - 1:
            time.sleep(0.05)
        while True:
            self.vote()
            time.sleep(self.BEAT)

    def vote(self):
        up = [p for p in A.peer if p == A.me or self.seen.get(p)]
        others = [p for p in up if p != A.me and self.seen[p][0] == "PRIMARY"]
        mine = A.peer.index(A.me)
        able = [p for p in up if p == A.me or self.seen[p][0] in ("PRIMARY", "SECONDARY")]
        if 2 * len(up) <= len(A.peer) or bent("state", "SECONDARY") != "SECONDARY":
            self.state = bent("state", "SECONDARY")
        elif self.state == "PRIMARY":
            if any(A.peer.index(p) < mine for p in others):
                self.state = "SECONDARY"
        elif not others and able[0] == A.me:
            self.state = "PRIMARY"
        else:
            self.state = "SECONDARY"
        self.tell(A.me if self.state == "PRIMARY" else others[0] if others else "")

    def tell(self, primary):
        if A.folder and bent("primary", "") != primary:
            with open(os.path.join(A.folder, "primary.new"), "w", encoding="ascii") as f:
                f.write(primary + "\n")
            os.rename(os.path.join(A.folder, "primary.new"), os.path.join(A.folder, "primary"))

    def members(self):
        out = []
        for i, peer in enumerate(A.peer):
            seen = (self.state, float(bent("lag", 0))) if peer == A.me else self.seen.get(peer)
            out.append({"_id": i, "name": peer, "health": 1.0 if seen else 0.0,
                        "stateStr": seen[0] if seen else "(not reachable/healthy)",
                        "optimeDate": Date(time.time() - float(seen[1] if seen else 3600))})
            if peer == A.me:
                out[-1]["self"] = True
        return out


SET = Set() if A.me else None


def secondary():
    return SET.state != "PRIMARY" if SET else A.secondary


def members(port):
    if SET:
        return SET.members()
    now, out = time.time(), []
    for i, text in enumerate(A.member):
        host, number, state, health, lag = text.rsplit(":", 4)
        out.append({"_id": i, "name": f"{host}:{number if number != '0' else port}",
                    "health": float(health), "stateStr": state,
                    "optimeDate": Date(now - float(lag))})
        if number == "0":
            out[-1]["self"] = True
    return out


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    user = scram = None

    def setup(self):
        if A.tls:
            self.request = CONTEXT.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self):
        while len(head := self.rfile.read(16)) == 16:
            size, number, _, kind = struct.unpack("<iiii", head)
            body = self.rfile.read(size - 16)
            if kind == 2004:  # OP_QUERY
                out = struct.pack("<iqii", 8, 0, 0, 1) + encode(
                    self.run(decode(body[body.index(b"\0", 4) + 9:])))
                self.wfile.write(struct.pack("<iiii", 16 + len(out), 1, number, 1) + out)
            else:
                out = struct.pack("<IB", 0, 0) + encode(self.run(message(body)))
                self.wfile.write(struct.pack("<iiii", 16 + len(out), 1, number, 2013) + out)

    def run(self, doc):
        name = next(iter(doc))
        if name.lower() == A.hang.lower():
            time.sleep(3600)
        known = getattr(self, "do_" + name.lower(), None)
        try:
            if not known or (name == "hello" and A.wire < 13):
                raise Failure(59, "CommandNotFound", f"no such command: '{name}'")
            if USER and not self.user and name.lower() not in (
                    "hello", "ismaster", "saslstart", "saslcontinue", "ping",
                    "replsetheartbeat"):
                raise Failure(13, "Unauthorized", f"command {name} requires authentication")
            if RIGHTS == "ro" and name in ("insert", "delete"):
                raise Failure(13, "Unauthorized", f"not authorized on {doc['$db']} to execute")
            return {**known(doc), "ok": 1.0}
        except Failure as failure:
            return failure.doc

    def do_hello(self, doc):
        me = A.me or f"127.0.0.1:{PORT}"
        out = {"ismaster": not secondary(), "maxBsonObjectSize": 16777216,
               "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000,
               "minWireVersion": 0, "maxWireVersion": A.wire, "readOnly": False}
        if A.wire >= 13:
            out["isWritablePrimary"] = not secondary()
        if A.set:
            up = [m["name"] for m in members(PORT)]
            primary = [m["name"] for m in members(PORT) if m["stateStr"] == "PRIMARY"]
            out.update({"setName": A.set, "hosts": up or [me], "me": me, "secondary": secondary()})
            if primary or not SET:
                out["primary"] = primary[0] if primary else me
        if "saslSupportedMechs" in doc:
            out["saslSupportedMechs"] = ["SCRAM-SHA-1"] + ["SCRAM-SHA-256"] * (A.wire > 6)
        return out

    do_ismaster = do_hello

    def do_ping(self, _doc):
        return {}

    def do_endsessions(self, _doc):
        return {}

    def do_replsetgetstatus(self, _doc):
        if not A.set:
            raise Failure(76, "NoReplicationEnabled", "not running with --replSet")
        return {"set": A.set, "members": members(PORT)}

    def do_replsetheartbeat(self, _doc):
        return {"state": SET.state if SET else "", "lag": float(bent("lag", 0))}

    def do_listdatabases(self, _doc):
        names = bent("databases", "admin bahamut").split()
        return {"databases": [{"name": name} for name in names]}

    def do_serverstatus(self, _doc):
        cache = int(bent("cache", 1610612736))
        return {"wiredTiger": {"cache": {"maximum bytes configured": cache}},
                "padding": "x" * 50000}

    def do_getlog(self, _doc):
        return {"log": ["x" * 1000000] * 6}

    def do_insert(self, doc):
        if secondary():
            raise Failure(10107, "NotWritablePrimary", "not master")
        if A.full or bent("full", ""):
            raise Failure(14031, "OutOfDiskSpace", "Cannot take a write lock: disk space")
        for item in doc["documents"]:
            DATA[item["_id"]] = item
        return {"n": len(doc["documents"])}

    def do_delete(self, doc):
        known = [d["q"]["_id"] for d in doc["deletes"] if d["q"]["_id"] in DATA]
        for item in known:
            DATA.pop(item)
        return {"n": len(known)}

    def do_count(self, _doc):
        return {"n": len(DATA)}

    def do_saslstart(self, doc):
        digest = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}.get(doc["mechanism"])
        if not digest or (digest == "sha256" and A.wire <= 6):
            raise Failure(334, "MechanismUnavailable", f"unsupported mechanism {doc['mechanism']}")
        bare = doc["payload"].decode()[3:]
        said = dict(x.split("=", 1) for x in bare.split(","))
        # libmongoc wants salts of 16 (SHA-1) or 28 bytes, as mongod's are
        salt = hashlib.new(digest, b"salt").digest()[:-4]
        nonce = said["r"] + base64.b64encode(os.urandom(18)).decode()
        first = f"r={nonce},s={base64.b64encode(salt).decode()},i=10000"
        self.scram = (digest, said["n"], salt, nonce, bare, first)
        return {"conversationId": 1, "done": False, "payload": first.encode()}

    def do_saslcontinue(self, doc):
        if self.scram == "done":
            return {"conversationId": 1, "done": True, "payload": b""}
        digest, user, salt, nonce, bare, first = self.scram
        without, proof = doc["payload"].decode().rsplit(",p=", 1)
        password = PASSWORD or ""
        if digest == "sha1":
            password = hashlib.md5(f"{user}:mongo:{password}".encode()).hexdigest()

        def mac(key, text):
            return hmac.new(key, text.encode(), digest).digest()

        salted = hashlib.pbkdf2_hmac(digest, password.encode(), salt, 10000)
        stored = hashlib.new(digest, mac(salted, "Client Key")).digest()
        everything = ",".join((bare, first, without))
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), mac(stored, everything)))
        if user != USER or "r=" + nonce not in without or \
                hashlib.new(digest, key).digest() != stored:
            raise Failure(18, "AuthenticationFailed", "Authentication failed.")
        self.user, self.scram = user, "done"
        told = base64.b64encode(mac(mac(salted, "Server Key"), everything))
        return {"conversationId": 1, "done": False, "payload": b"v=" + told}


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that goes away is no mistake of ours


if A.tls:
    CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CONTEXT.load_cert_chain(*A.tls)
if A.name:
    ctypes.CDLL(None).prctl(15, A.name.encode())  # PR_SET_NAME
Server.allow_reuse_address = bool(A.me)
HOST, _, NUMBER = A.listen.rpartition(":")
server = Server((HOST, int(NUMBER)), Connection)
PORT = server.server_address[1]
with open(A.port_file + ".new", "w", encoding="ascii") as f:
    f.write(str(PORT))
os.rename(A.port_file + ".new", A.port_file)
if SET:
    SET.start()
server.serve_forever()
