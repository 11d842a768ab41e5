"""lab - the folder of one bench run, its rulesets and gossfiles, and the servers that it started.

Every server is ended by the process that the lab itself started; nothing is ended by name.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, seconds=20):
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class Lab:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="rounds-bench.")
        self.started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            self.stop(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)

    def ruleset(self, name, checks):
        """checks: texts "type: {…}[, expect: {…}]", each the inside of a flow map of one line."""
        head = f"format: 1\nruleset: {name}\nversion: 1.0.0\nchecks:\n"
        body = "".join(f"  - {{ id: c{i}, {check} }}\n" for i, check in enumerate(checks))
        return self.write(f"{name}.yaml", head + body)

    def gossfile(self, name, kind, entries):
        """entries: texts "key: value, …", each the inside of a flow map of one line."""
        body = "".join(f"  c{i}: {{ {entry} }}\n" for i, entry in enumerate(entries))
        return self.write(f"{name}.goss.yaml", f"{kind}:\n{body}")

    def start(self, argv, **more):
        """In a process group of its own; it ends when its standard input does, at the latest."""
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True, **more)
        self.started.append(process)
        return process

    def stop(self, process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process in self.started:
            self.started.remove(process)

    def lines(self, process):
        """What a server says up to the line "ready", in words."""
        said = []
        for line in process.stdout:
            if line.strip() == "ready":
                return said
            said.append(line.split())
        raise RuntimeError(f"a server ended before it was ready: {process.args}")

    def serve(self, kind, count, *arguments):
        """[(address, port)] of tests/bench/servers.py."""
        argv = [sys.executable, os.path.join(HERE, "servers.py"), kind, str(count)]
        process = self.start(argv + [str(a) for a in arguments], stdout=subprocess.PIPE,
                             text=True)
        return [(words[0], int(words[1])) for words in self.lines(process)]

    def http(self):
        """(address, port) of a server of small pages: nginx where it is, since it hardly counts."""
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not nginx:
            return self.serve("http", 1)[0]
        port = free_port()
        temporary = "".join(f"{kind}_temp_path {self.path('ngx-' + kind)};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = self.write("nginx.conf", f"""daemon off; worker_processes 1;
            pid {self.path('nginx.pid')}; error_log {self.path('nginx.err')};
            events {{ worker_connections 4096; }}
            http {{ access_log off; {temporary}
              server {{ listen 127.0.0.1:{port} backlog=4096;
                location / {{ return 200 "OK\n"; }} }} }}""")
        self.start([nginx, "-e", self.path("nginx.err"), "-p", self.folder, "-c", conf])
        wait_for_port(port)
        return "127.0.0.1", port

    def site(self, name):
        """{name: value} of tests/bench/NAME_site, or None where it cannot be had here."""
        process = self.start(["bash", os.path.join(HERE, name + "_site")], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
        try:
            return dict(line[0].split("=", 1) for line in self.lines(process))
        except RuntimeError:
            return None
