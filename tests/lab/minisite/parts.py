"""parts - what components are put together from: containers, supervised programs, nginx, forwards."""
import dataclasses
import os
import time

from . import servers
from .plan import hostname

PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclasses.dataclass
class Container:
    """One container. Its files, folders, programs and PID 1 make it what it is."""
    name: str
    addresses: list
    entry: str = "/opt/entrypoint"
    env: dict = dataclasses.field(default_factory=dict)
    files: dict = dataclasses.field(default_factory=dict)
    folders: list = dataclasses.field(default_factory=list)
    links: dict = dataclasses.field(default_factory=dict)
    volumes: list = dataclasses.field(default_factory=list)
    ready: list = dataclasses.field(default_factory=list)
    size: str = "32m"
    prepare: object = None  # called with the path of its root once its files are there

    def __post_init__(self):
        self.hostname = hostname(self.name)
        self.env = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "HOSTNAME": self.hostname,
                    **self.env}

    def file(self, path, text, mode=0o644, owner="root"):
        self.files[path] = (text, mode, owner)
        for name in servers.STANDINS:
            if f"/usr/local/bin/{name} " in text:
                self.links[f"/usr/local/bin/{name}"] = f"/lab/bin/{name}"

    def folder(self, path, owner="root", mode=0o755):
        self.folders.append((path, owner, mode))


def supervise(c, programs):
    """supervisord with programs: name to (command, user, duties of the stand-in or None)."""
    c.folder("/home/admin", "admin")
    c.folder("/home/admin/logs", "admin")
    text = ("[unix_http_server]\nfile=/run/supervisor.sock\n"
            "[rpcinterface:supervisor]\n"
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
            "[supervisorctl]\nserverurl=unix:///run/supervisor.sock\n"
            "[supervisord]\nlogfile=/var/log/supervisord.log\npidfile=/run/supervisord.pid\n"
            "user=root\nchildlogdir=/tmp\n")
    for name, (command, user, duties, *more) in programs.items():
        text += (f"[program:{name}]\ncommand={command}\nuser={user}\nstartsecs=0\n"
                 f"autorestart=false\nkillasgroup=true\nstopasgroup=true\nstopsignal=KILL\n"
                 f"redirect_stderr=false\nstdout_logfile=NONE\n"
                 f"stderr_logfile={more[0] if more else '/var/log/' + name + '.err'}\n")
        if duties is not None:
            text += f'environment=STANDIN="/run/lab/{name}"\n'
            c.file(f"/run/lab/{name}", "\n".join(duties) + "\n")
    c.file("/etc/supervisord.conf", text)
    c.file(c.entry, "#!/bin/bash\n"
           "/usr/bin/python3 /usr/bin/supervisord -n -c /etc/supervisord.conf >/dev/null &\n"
           "while :; do wait; sleep 1; done\n", 0o755)


def sshd(c, lab, port):
    """OpenSSH as the container's own, with a login for git by the storage nodes' key."""
    c.file("/etc/ssh/ssh_host_ed25519_key", servers.read_key(lab, "host"), 0o600)
    c.file("/etc/ssh/sshd_config", f"Port {port}\nHostKey /etc/ssh/ssh_host_ed25519_key\n"
           "PidFile /run/sshd.pid\nUsePAM no\nUseDNS no\nMaxStartups 500\n"
           "PasswordAuthentication no\n")


def nginx(c, servers):
    """The configuration of nginx; its command line as a supervised program."""
    c.folder("/home/admin/nginx", "admin")
    c.folder("/home/admin/logs/nginx", "admin")
    temporary = "".join(f"{at}_temp_path /tmp/nginx-{at};"
                        for at in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    c.file("/home/admin/nginx/nginx.conf",
           "user root; worker_processes 1; pid /run/nginx.pid; daemon off;\n"
           "error_log /home/admin/logs/nginx/error.log;\n"
           "events { worker_connections 256; }\n"
           f"http {{ access_log off; client_max_body_size 0; {temporary}\n"
           "  proxy_http_version 1.1; proxy_connect_timeout 3s;\n"
           f"{servers}\n}}\n")
    return "/usr/sbin/nginx -e /home/admin/logs/nginx/error.log -c /home/admin/nginx/nginx.conf"


def age(root, path, days):
    """Make a file so many days old."""
    then = time.time() - days * 86400
    os.utime(root + path, (then, then))


def rinetd_anew(c):
    """The command that ends rinetd, waits until it is gone with its ports, and starts it again."""
    c.file("/run/lab/rinetd-anew", """#!/bin/bash
while pids=$(pidof rinetd); do
	kill $pids 2>/dev/null
	sleep 0.1
done
exec /usr/sbin/rinetd -c /data/rinetd.conf
""", 0o755)
