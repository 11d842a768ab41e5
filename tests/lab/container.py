#!/usr/bin/env python3
"""A container without a shell: run in new mount, network, uts and pid namespaces (unshare -m -n -u
-p -f), it makes an almost empty root its own, says so in READY-FILE, and serves HTTP from there.

    container.py READY-FILE [FOLDER [PLACE]]    FOLDER is copied to PLACE of it (/data)
"""
import ctypes
import encodings.idna  # noqa: F401 (nothing can be imported any more once the root is gone)
import gzip
import http.server
import os
import shutil
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE, MNT_DETACH, PIVOT_ROOT = 16384, 1 << 18, 2, {"x86_64": 155, "aarch64": 41}


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def mount(source, target, kind, flags=0):
    check(libc.mount(source.encode(), target.encode(), kind.encode(), flags, None))


def make_root(new):
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    mount("inside", new, "tmpfs")
    for folder in ("etc", "proc", "sys", "old", "var/log"):
        os.makedirs(f"{new}/{folder}")
    for name, text in {
        "etc/passwd": "root:x:0:0::/:/none\ninsider:x:77:77::/:/none\n",
        "etc/group": "insiders:x:77:\n",
        "etc/nsswitch.conf": "passwd: evil files\nhosts: evil files dns\n",
        "etc/hosts": "127.0.0.1 inside.example\n",
        "etc/resolv.conf": "",
        "etc/app.yaml": "a: &name inside\nb: *name\n",
        "var/log/app.log": "ERROR inside\n",
    }.items():
        with open(f"{new}/{name}", "w") as f:
            f.write(text)
    with gzip.open(f"{new}/var/log/old.gz", "wt") as f:
        f.write("ERROR inside\n")
    try:
        os.chown(f"{new}/etc/passwd", 77, 77)
    except OSError:
        pass  # a user namespace with one user
    if len(sys.argv) > 2:
        shutil.copytree(sys.argv[2], new + (sys.argv[3] if len(sys.argv) > 3 else "/data"))
    mount("proc", f"{new}/proc", "proc")
    check(libc.syscall(PIVOT_ROOT[os.uname().machine], new.encode(), f"{new}/old".encode()))
    os.chdir("/")
    check(libc.umount2(b"/old", MNT_DETACH))
    os.rmdir("/old")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"served inside\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def raise_loopback():
    import fcntl
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def main():
    ready, new = sys.argv[1], sys.argv[1] + ".root"
    raise_loopback()
    socket.sethostname("container")
    os.mkdir(new)
    announce = os.open(ready, os.O_WRONLY | os.O_CREAT, 0o644)
    server = http.server.HTTPServer(("127.0.0.1", 8080), Handler, bind_and_activate=False)
    server.server_name, server.server_port = "inside", 8080
    socket.socket.bind(server.socket, server.server_address)
    server.server_activate()
    make_root(new)
    os.write(announce, b"ready\n")
    os.close(announce)
    server.serve_forever()


if __name__ == "__main__":
    main()
