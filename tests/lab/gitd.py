#!/usr/bin/env python3
"""gitd: a web server on loopback that gives real repositories by git-upload-pack, or anything else instead.

    gitd.py PORTFILE FOLDER

A request for /MOOD/NAME.git/… is about FOLDER/NAME.git. The moods:
    good        all is well
    held        503, and a page that never ends
    endless     404, and a page without end
    wants       401, and the way Basic
    negotiates  401, and the way Negotiate alone
    later       429 with Retry-After
    gone        410
    files       the file info/refs, as a server that knows nothing of Git gives it
    page        a page for browsers that says that it is Git's
    says        a packet ERR instead of the refs
    says-late   the same instead of the pack
    dies        the third band's last words instead of the pack
    newer       version 2 of the protocol, which nobody has asked for
    cut         the pack's first half, ended as if it were whole
    login       a redirect to a login page, with a user, a password and the way back in its URL
Its port is written to PORTFILE once it listens.
"""
import http.server
import os
import subprocess
import sys

port_file, folder = sys.argv[1:3]
REFS = "application/x-git-upload-pack-advertisement"
PACK = "application/x-git-upload-pack-result"


def packet(text):
    return b"%04x" % (len(text) + 4) + text


def upload_pack(repository, *options, given=b""):
    return subprocess.run(["git", "-c", "safe.directory=*", "upload-pack", "--stateless-rpc", *options, repository],
                          input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", content_type="text/plain", **headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def without_end(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.close_connection = True
        while body:
            self.wfile.write(body)
        self.wfile.write(b"<html>")
        self.rfile.read()  # until the other side leaves

    def handle_mood(self, given):
        _, mood, name, *_ = self.path.split("?")[0].split("/")
        repository, post = os.path.join(folder, name), self.command == "POST"
        head = packet(b"# service=git-upload-pack\n") + b"0000"
        if mood in ("held", "endless"):
            return self.without_end(503 if mood == "held" else 404, b"x" * 65536 if mood == "endless" else b"")
        simple = {
            "wants": (401, b"", "text/plain", {"WWW_Authenticate": 'Basic realm="code"'}),
            "negotiates": (401, b"", "text/plain", {"WWW_Authenticate": "Negotiate"}),
            "later": (429, b"", "text/plain", {"Retry_After": "120"}),
            "gone": (410, b"", "text/plain", {}),
            "files": (200, b"0123456789abcdef0123456789abcdef01234567\trefs/heads/main\n", "text/plain", {}),
            "page": (200, b"<html>Please log in</html>", REFS, {}),
            "says": (200, head + packet(b"ERR the quota is used up\n"), REFS, {}),
            "newer": (200, head + packet(b"version 2\n") + packet(b"ls-refs\n") + b"0000", REFS, {}),
            "login": (302, b"", "text/plain", {"Location": "http://al:al-pa55-of-the-lab@127.0.0.1:1/login?back="
                                               "/info/refs&key=key-of-the-lab"}),
        }
        late = {
            "says-late": packet(b"ERR the repository is locked\n"),
            "dies": packet(b"NAK\n") + packet(b"\3fatal: the disk is broken\n"),
        }
        if mood in simple:
            status, body, content_type, headers = simple[mood]
            return self.answer(status, body, content_type, **headers)
        if not post:
            return self.answer(200, head + upload_pack(repository, "--advertise-refs"), REFS)
        if mood in late:
            return self.answer(200, late[mood], PACK)
        body = upload_pack(repository, given=given)
        return self.answer(200, body[:len(body) // 2] if mood == "cut" else body, PACK)

    def do_GET(self):
        self.handle_mood(b"")

    def do_POST(self):
        self.handle_mood(self.rfile.read(int(self.headers.get("Content-Length", 0))))


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="ascii") as f:
    f.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
