"""antcode - the containers of ANTCODE."""
import subprocess

from . import servers
from .parts import Container, nginx, supervise
from .plan import ADDRESSES, DB, FRONT, PASSWORDS

TENANT, GROUP, REPOSITORY = 1, "linke", "sxy-aks-test"
REPOSITORY_PATH = f"/home/git/repo/{TENANT}/{GROUP}/{REPOSITORY}.git"
NODE_PORT = 9527


def batman_yaml(unit):
    return (f"unit: {unit}\n"
            "db:\n"
            f'  dsn: "batman:{PASSWORDS["batman"]}@tcp({DB}:3306)/batmanshard?charset=utf8mb4"\n'
            "redis:\n"
            f"  addr: {FRONT['redis']}:6379\n"
            f"  password: {PASSWORDS['redis']}\n"
            f"proxy: {FRONT['proxy']}:50551\n"
            f"shard: {FRONT['shard']}:9996\n"
            f"node:\n  port: {NODE_PORT}\n")


def web(lab):
    c = Container("antcodeweb", [ADDRESSES["antcodeweb"]], env={
        "ANTCODE_WEB": "true", "BATMAN_UNITS": "httpd,sshd", "APP_NAME": "antcodeweb",
        "LINKC_JVM_XmxXms": "2g", "LINKC_SWAGGER_ENABLE": "false",
        "REDIS_PASSWORD": PASSWORDS["redis"]})
    c.file("/etc/batman/batman.yaml", batman_yaml("web"))
    c.folder("/home/admin/linkc-run", "admin")
    c.file("/home/admin/linkc-run/application.properties",
           "server.port=8084\n"
           f"spring.datasource.url=jdbc:mysql://{DB}:3306/linkc?useUnicode=true\n"
           "spring.datasource.username=linkc\n"
           f"spring.datasource.password={PASSWORDS['linkc']}\n"
           f"spring.redis.host={FRONT['redis']}\n", 0o640, "admin")
    c.file("/home/admin/linkc-run/linkc.jar", "PK", owner="admin")
    for folder in ("linkc", "cronolog", "cronolog/2026"):
        c.folder(f"/home/admin/logs/{folder}", "admin")
    logs = "/home/admin/logs"
    c.file(f"{logs}/linkc/common-default.log", "2026-11-28 00:00:00 INFO started\n", owner="admin")
    c.file(f"{logs}/linkc/common-error.log", "", owner="admin")
    c.file(f"{logs}/cronolog/2026/access.log", "", owner="admin")
    for unit in ("httpd", "sshd"):
        c.file(f"{logs}/batman-{unit}.log", 'time="2026-11-28T00:00:00+08:00" level=info '
               f'msg="batman-{unit} started"\n', owner="admin")
    c.file("/run/lab/linkc.http", '/api/v3/user 401 {"message":"401 Unauthorized"}\n'
           "/ 200 <html>AntCode</html>\n")
    c.file("/home/admin/nginx/htpasswd", "".join(
        f"{user}:{subprocess.check_output(['openssl', 'passwd', '-apr1', password], text=True)}"
        for user, password in (("linke", PASSWORDS["git"]), ("oauth2", PASSWORDS["git-token"]))))
    ssh_front(c, lab)
    front = nginx(c, """
  server { listen 80; server_name _;
    location ~ ^/[^/]+/[^/]+[.]git/ { auth_basic AntCode; auth_basic_user_file htpasswd;
      proxy_pass http://127.0.0.1:8085; proxy_set_header Host $host; }
    location / { proxy_pass http://127.0.0.1:8084; } }""")
    supervise(c, {
        "linkc": ("/usr/local/bin/java -server -Xms2g -Xmx2g -jar /home/admin/linkc-run/linkc.jar",
                  "admin", ["http 8084 /run/lab/linkc.http",
                            f"log 5000 {logs}/linkc/common-default.log %T INFO heartbeat"]),
        "batman-httpd": ("/usr/local/bin/batman-httpd --config /etc/batman/batman.yaml", "admin",
                         [f"forward 8085 {FRONT['proxy']} 50551"]),
        "batman-sshd": ("/usr/local/bin/batman-sshd --config /etc/batman/batman.yaml", "root",
                        ["run exec /usr/sbin/sshd -D -e -f /run/lab/sshd_config"]),
        "nginx": (front, "root", None)})
    c.ready = [servers.tcp(c.addresses[0], port) for port in (80, 8084, 9997)]
    return c


def ssh_front(c, lab):
    """batman-sshd: logs tenants in by key, and reads the repository on the storage node."""
    c.file("/run/lab/host", servers.read_key(lab, "host"), 0o600)
    c.file("/run/lab/node_key", servers.read_key(lab, "node"), 0o600, "tenant")
    c.file("/run/lab/authorized_keys",
           servers.read_key(lab, "user.pub") + servers.read_key(lab, "deploy.pub"))
    c.folder("/home/tenant", "tenant")
    c.file("/run/lab/git", f"""#!/bin/sh
case $SSH_ORIGINAL_COMMAND in
"git-upload-pack '"*"'") ;;
*) echo "this command is not allowed here" >&2; exit 128 ;;
esac
p=${{SSH_ORIGINAL_COMMAND#*\\'}}; p=${{p%\\'}}; p=${{p#/}}
exec ssh -q -i /run/lab/node_key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \\
	-o ConnectTimeout=3 git@antcodenode-0 "git-upload-pack '/home/git/repo/{TENANT}/$p'"
""", 0o755)
    c.file("/run/lab/sshd_config", "Port 9997\nHostKey /run/lab/host\nPidFile none\nUsePAM no\n"
           "StrictModes no\nAuthorizedKeysFile /run/lab/authorized_keys\nUseDNS no\n"
           "PasswordAuthentication no\nForceCommand /run/lab/git\nAllowUsers tenant\n")


def redis(number, prefix="antcoderedis", password=None, front="redis"):
    """One of three: server, sentinel, rinetd to the master, and the shell that keeps it there."""
    password = password or PASSWORDS["redis"]
    name = f"{prefix}-{number}"
    master = ADDRESSES[f"{prefix}-0"]
    own = ADDRESSES[name]
    c = Container(name, [own], entry="/root/entrypoint.sh", env={
        "REDIS_PASSWORD": password, "APP_NAME": prefix, "REDIS_SLB": FRONT[front]})
    c.volumes = ["/data"]
    server = (f"port 6379\nbind 0.0.0.0\ndir /data/redis\nlogfile /data/redis/redis.log\n"
              f"requirepass {password}\nmasterauth {password}\nappendonly yes\nsave 900 1\n"
              "repl-diskless-sync-delay 0\nrepl-timeout 10\n"
              f"replica-announce-ip {own}\n")
    if number:
        server += f"replicaof {master} 6379\n"
    c.folder("/data/redis")
    c.file("/data/redis/redis.conf", server)
    c.file("/usr/local/redis/redis_slave.conf", server)
    c.file("/tmp/redis.conf", "bind 127.0.0.1\ndir /tmp\nsave \"\"\n")
    c.file("/data/redis/sentinel.conf",
           f"port 26379\nbind 0.0.0.0\ndir /tmp\nlogfile /data/redis/sentinel.log\n"
           f"sentinel announce-ip {own}\n"
           f"sentinel monitor mymaster {master} 6379 2\n"
           f"sentinel auth-pass mymaster {password}\n"
           "sentinel down-after-milliseconds mymaster 3000\n"
           "sentinel failover-timeout mymaster 6000\n"
           "protected-mode no\n")
    c.file("/data/rinetd.conf", f"0.0.0.0 6378 {master} 6379\n")
    # The password stands in the environment only: not in an argument of this shell's children.
    c.file("/root/entrypoint.sh", """#!/bin/bash
# Starts the servers and keeps rinetd on the master; /run/lab/hands-off: look on only.
redis-server /data/redis/redis.conf &
redis-sentinel /data/redis/sentinel.conf &
redis-server /tmp/redis.conf --port 7788 >/dev/null &
/usr/sbin/rinetd -c /data/rinetd.conf
while :; do
	sleep 3
	[ ! -e /run/lab/hands-off ] || continue
	master=$(timeout 2 redis-cli -p 26379 sentinel get-master-addr-by-name mymaster 2>/dev/null)
	master=${master%%$'\\n'*}
	read -r _ _ now _ </data/rinetd.conf
	if [ -n "$master" ] && [ "$master" != "$now" ]; then
		echo "0.0.0.0 6378 $master 6379" >/data/rinetd.conf
		kill "$(cat /run/rinetd.pid)" 2>/dev/null
		/usr/sbin/rinetd -c /data/rinetd.conf
	fi
done
""", 0o755)
    auth = f"*2\r\n$4\r\nAUTH\r\n${len(password)}\r\n{password}\r\n"
    info = "*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n"
    c.ready = [servers.tcp(own, 6378), servers.tcp(own, 26379), servers.says(
        own, 6379, auth + info, "master_link_status:up" if number else "slave1:")]
    return c
