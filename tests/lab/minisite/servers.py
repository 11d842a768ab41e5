"""servers - what the containers share: the stand-in programs, keys, and what /proc says."""
import os
import pathlib
import select
import shutil
import socket
import struct
import subprocess
import time

from . import place

# Base names that the stand-in is started by; each is a program of a product.
STANDINS = ("java", "batman", "batman-httpd", "batman-sshd", "node-register", "mongod", "flash")
TICK = 0.1
HERTZ = 100


def programs(lab):
    """The stand-ins under their names; hard links, so that /proc/PID/exe tells them apart."""
    os.makedirs(lab + "/bin")
    shutil.copy(place.state() / "standin", lab + "/standin")
    for name in STANDINS:
        os.link(lab + "/standin", f"{lab}/bin/{name}")
    shutil.copy(place.SOURCE / "tests/lab/mongod.py", lab + "/mongod.py")


def keys(lab):
    """The user's key as the guide has it (RSA, 3072 bits), a deploy key, a storage node's, host keys."""
    at = pathlib.Path(lab) / "keys"
    if at.is_dir():
        return at
    at.mkdir(parents=True, mode=0o700)
    running = [subprocess.Popen(["ssh-keygen", "-q", "-N", "", "-t", kind, "-C", name,
                                 "-f", str(at / name), *more])
               for name, kind, more in (("user", "rsa", ("-b", "3072")), ("deploy", "ed25519", ()),
                                        ("node", "ed25519", ()), ("stranger", "ed25519", ()),
                                        ("host", "ed25519", ()), ("other-host", "ed25519", ()))]
    if any(p.wait() for p in running):
        raise SystemExit("ssh-keygen failed")
    return at


def read_key(lab, name):
    return (keys(lab) / name).read_text()


def machine():
    """Files of /proc: a machine with 2 cores that is not busy; .busy, .full and .high are one that is."""
    def memory(free):
        return (f"MemTotal:        8000000 kB\nMemFree:         {free} kB\n"
                f"MemAvailable:    {free} kB\nBuffers:         0 kB\nCached:          0 kB\n"
                "SwapTotal:       0 kB\nSwapFree:        0 kB\n")

    return {"loadavg": "0.40 0.30 0.20 1/200 4000\n", "loadavg.high": "19.00 12.00 9.00 9/200 4000\n",
            "meminfo": memory(5000000), "meminfo.full": memory(400000),
            "stat": "", "stat.busy": ""}


class Machine:
    """Keeps the counters of /proc/stat going, and ends the site with who has started it."""

    def __init__(self, folder):
        self.files = [(os.open(f"{folder}/{name}", os.O_WRONLY), share)
                      for name, share in (("stat", 0.05), ("stat.busy", 0.97))]

        with open("/proc/stat", encoding="ascii") as f:
            self.booted = next(line.strip() for line in f if line.startswith("btime "))
        self.write()

    def write(self):
        now = int(time.monotonic() * HERTZ)
        for fd, busy in self.files:
            lines = []
            for name, cores in (("cpu ", 2), ("cpu0", 1), ("cpu1", 1)):
                used = 10**9 + int(now * busy) * cores
                idle = 10**9 + (now - int(now * busy)) * cores
                lines.append(f"{name} {used} 0 0 {idle} 0 0 0 0 0 0")
            lines += ["ctxt 1000", self.booted, "processes 1000", "procs_running 1",
                      "procs_blocked 0", ""]
            os.pwrite(fd, "\n".join(lines).encode(), 0)

    def tick(self, with_starter):
        """False when the starter, who holds the other end of standard input, has gone."""
        readable, _, _ = select.select([0] if with_starter else [], [], [], TICK)
        self.write()
        return not readable


# Probes: whether something serves; without waiting.

def tcp(address, port):
    def probe():
        try:
            with socket.create_connection((address, port), 0.5):
                return True
        except OSError:
            return False
    probe.__qualname__ = f"tcp {address}:{port}"
    return probe


def says(address, port, request, wanted):
    """Whether the answer to a request holds some bytes."""
    def probe():
        try:
            with socket.create_connection((address, port), 0.5) as s:
                s.settimeout(1)
                s.sendall(request)
                got = b""
                while wanted not in got:
                    more = s.recv(65536)
                    if not more:
                        return False
                    got += more
                return True
        except OSError:
            return False
    probe.__qualname__ = f"{address}:{port} says {wanted!r}"
    return probe


def mariadb(address):
    """It greets once it has read its first statements."""
    return says(address, 3306, b"", b"mysql_native_password")


def mongo_primary(address, port):
    """Whether a member of a set knows the PRIMARY."""
    document = b"\x10isMaster\0" + struct.pack("<i", 1) + b"\0"
    body = (struct.pack("<i", 0) + b"admin.$cmd\0" + struct.pack("<iii", 0, 1, 4 + len(document)) +
            document)
    return says(address, port, struct.pack("<iiii", 16 + len(body), 1, 0, 2004) + body,
                b"\x02primary\0")


def redis(address, password, wanted):
    """Whether a server's replication is as wanted."""
    words = [b"AUTH", password.encode(), b"INFO", b"replication"]
    raw = [b"$%d\r\n%s\r\n" % (len(w), w) for w in words]
    return says(address, 6379, b"*2\r\n" + raw[0] + raw[1] + b"*2\r\n" + raw[2] + raw[3], wanted)
