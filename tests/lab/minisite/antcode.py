"""antcode - the containers of ANTCODE."""
import os
import subprocess
import tempfile

from . import servers
from .parts import Container, age, nginx, rinetd_anew, sshd, supervise
from .plan import ADDRESSES, DB, FRONT, PASSWORDS
from .sofa import LOGS, properties, sofa

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
    logs = LOGS
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
           "MaxStartups 500\nPasswordAuthentication no\nForceCommand /run/lab/git\nAllowUsers tenant\n")


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
    rinetd_anew(c)
    c.file("/run/lab/placeholder", "#!/bin/bash\n"
           "while [ -e /run/lab/asleep ]; do sleep 0.2; done\nexec /root/entrypoint.sh again\n", 0o755)
    # The password stands in the environment only: not in an argument of this shell's children.
    c.file("/root/entrypoint.sh", """#!/bin/bash
# Starts the servers and keeps rinetd on the master; /run/lab/hands-off: look on only. SIGUSR1: something
# else takes its place until /run/lab/asleep is removed.
trap 'touch /run/lab/asleep; exec /run/lab/placeholder' USR1
if [ "$1" != again ]; then
	redis-server /data/redis/redis.conf &
	redis-sentinel /data/redis/sentinel.conf &
	redis-server /tmp/redis.conf --port 7788 >/dev/null &
	/usr/sbin/rinetd -c /data/rinetd.conf
fi
while :; do
	sleep 3
	[ ! -e /run/lab/hands-off ] || continue
	master=$(timeout 2 redis-cli -p 26379 sentinel get-master-addr-by-name mymaster 2>/dev/null)
	master=${master%%$'\\n'*}
	read -r _ _ now _ </data/rinetd.conf
	if [ -n "$master" ] && [ "$master" != "$now" ]; then
		echo "0.0.0.0 6378 $master 6379" >/data/rinetd.conf
		/run/lab/rinetd-anew
	fi
done
""", 0o755)
    c.ready = [servers.tcp(own, 6378), servers.tcp(own, 26379), servers.redis(
        own, password, b"master_link_status:up" if number else b"slave1:")]
    return c


def log(c, name):
    c.file(f"{LOGS}/{name}.log", f'time="2026-11-28T00:00:00+08:00" level=info msg="{name} started"'
           "\n", owner="admin")


def proxy():
    """Git traffic on its way from the web tier to the storage node that is the group's master."""
    c = Container("antcodeproxy", [ADDRESSES["antcodeproxy"]],
                  env={"BATMAN_UNITS": "proxy,worker", "APP_NAME": "antcodeproxy"})
    c.file("/etc/batman/batman.yaml", batman_yaml("proxy"))
    for name in ("batman-proxy", "batman-worker"):
        log(c, name)
    supervise(c, {
        "proxy": ("/usr/local/bin/batman proxy --config /etc/batman/batman.yaml", "admin",
                  [f"forward 50551 antcodenode-0 {NODE_PORT}"]),
        "worker": ("/usr/local/bin/batman worker --config /etc/batman/batman.yaml", "admin",
                   [f'log 5000 {LOGS}/batman-worker.log time="%I" level=info msg=idle'])})
    c.ready = [servers.tcp(c.addresses[0], 50551)]
    return c


def shard():
    c = Container("antcodeshard", [ADDRESSES["antcodeshard"]],
                  env={"BATMAN_UNITS": "shard", "APP_NAME": "antcodeshard"})
    c.file("/etc/batman/batman.yaml", batman_yaml("shard"))
    log(c, "batman-shard")
    c.file("/run/lab/shard.http", "/ 200 ok\n* 404 not found\n")
    supervise(c, {"shard": ("/usr/local/bin/batman shard --config /etc/batman/batman.yaml", "admin",
                            ["http 9996 /run/lab/shard.http"])})
    c.ready = [servers.tcp(c.addresses[0], 9996)]
    return c


def repository(root, behind):
    """The repository that the two Git inspections clone; the backup is as far as the last push."""
    env = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
           "GIT_AUTHOR_NAME": "site", "GIT_AUTHOR_EMAIL": "site@localhost",
           "GIT_COMMITTER_NAME": "site", "GIT_COMMITTER_EMAIL": "site@localhost",
           "GIT_AUTHOR_DATE": "2026-11-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-11-01T00:00:00Z"}

    def git(*arguments):
        subprocess.run(["git", *arguments], env=env, check=True, stdout=subprocess.DEVNULL)

    with tempfile.TemporaryDirectory(dir=root + "/tmp") as work:
        git("init", "-q", "-b", "master", work)
        for name in ("README.md", *(() if behind else ("more.md", ))):
            with open(f"{work}/{name}", "w", encoding="ascii") as f:
                f.write(name + "\n")
            git("-C", work, "add", "-A")
            git("-C", work, "commit", "-qm", name)
        os.makedirs(os.path.dirname(root + REPOSITORY_PATH))
        git("clone", "-q", "--bare", work, root + REPOSITORY_PATH)
    subprocess.run(["chown", "-R", "501:501", root + "/home/git"], check=True)


def node(lab, number):
    """A storage node: keeps repositories, serves them to proxy and sshd, mirrors them to its backup."""
    name = f"antcodenode-{number}"
    c = Container(name, [ADDRESSES[name]], env={
        "BATMAN_UNITS": "node,worker", "REDIS_INSIDE": "true",
        # one of each: the site's Redis, and the one inside
        "SHARE_REDIS": "false" if number else "true",
        "REDIS_HOST": FRONT["redis"], "REDIS_PASSWORD": PASSWORDS["redis"],
        "APP_NAME": "antcodenode"})
    c.volumes = ["/home/git/repo"]
    c.file("/etc/batman/batman.yaml", batman_yaml("node"))
    for at in ("batman-node", "batman-worker"):
        log(c, at)
    c.file(f"{LOGS}/hook.log", "", owner="admin")
    c.folder("/home/git", "git")
    c.folder("/home/git/.ssh", "git", 0o700)
    for at, key, mode in (("id_rsa", "node", 0o600), ("id_rsa.pub", "node.pub", 0o644),
                          ("authorized_keys", "node.pub", 0o600)):
        c.file(f"/home/git/.ssh/{at}", servers.read_key(lab, key), mode, "git")
    c.file("/backup/repo-1.tgz", "data")
    c.file("/backup/repo-30.tgz", "data")
    c.prepare = lambda root: (repository(root, False), age(root, "/backup/repo-30.tgz", 30))
    sshd(c, lab, 22)
    c.file("/run/lab/nginx.conf", f"""user git; worker_processes 1; master_process off; daemon off;
pid /tmp/node.pid; error_log /tmp/node.err; events {{ worker_connections 64; }}
http {{ access_log off; {"".join(f"{at}_temp_path /tmp/node-{at};" for at in (
    "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))}
upstream git {{ least_conn; {"".join(f"server unix:/tmp/git-{n}.sock; " for n in range(4))}}}
server {{ listen {NODE_PORT}; location / {{ fastcgi_pass git;
fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
fastcgi_param GIT_PROJECT_ROOT /home/git/repo/{TENANT}; fastcgi_param GIT_HTTP_EXPORT_ALL 1;
fastcgi_param PATH_INFO $uri; fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param QUERY_STRING $query_string; fastcgi_param CONTENT_TYPE $content_type;
fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param REMOTE_ADDR $remote_addr;
fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol; }} }} }}
""")
    c.file("/run/lab/redis.conf", f"port 6379\nbind 0.0.0.0\nsave \"\"\nappendonly no\ndir /tmp\n"
           f"requirepass {PASSWORDS['redis']}\nmasterauth {PASSWORDS['redis']}\n" +
           (f"replicaof {ADDRESSES['antcodenode-0']} 6379\n" if number else ""))
    c.file("/run/lab/sentinel.conf", "port 26379\nbind 0.0.0.0\ndir /tmp\n"
           f"sentinel monitor node {ADDRESSES['antcodenode-0']} 6379 1\n"
           f"sentinel auth-pass node {PASSWORDS['redis']}\nprotected-mode no\n"
           "sentinel down-after-milliseconds node 3000\n"
           # it looks on only: a failover would turn the roles of the site
           "sentinel failover-timeout node 600000\n")
    batman, config = "/usr/local/bin/batman", "--config /etc/batman/batman.yaml"
    push = f'msg="push --mirror git@{ADDRESSES["antcodenode-1"]}"' if not number else "msg=idle"
    supervise(c, {
        "node": (f"{batman} node {config}", "git", [
            # each alone: the parent of several spins for ever once one of them has died
            *(f"run rm -f /tmp/git-{n}.sock; exec env HOME=/home/git fcgiwrap -f -s unix:/tmp/git-{n}.sock"
              for n in range(4)),
            "run exec nginx -e /tmp/node.err -c /run/lab/nginx.conf",
            f'log 5000 {LOGS}/batman-node.log time="%I" level=info {push}']),
        "worker": (f"{batman} worker {config}", "git",
                   [f'log 5000 {LOGS}/batman-worker.log time="%I" level=info msg=idle']),
        "node-register": (f"/usr/local/bin/node-register {config}", "git", ["# watches"]),
        "sshd": ("/usr/sbin/sshd -D -f /etc/ssh/sshd_config", "root", None),
        "redis": ("/usr/bin/redis-server /run/lab/redis.conf", "git", None),
        "redis-sentinel": ("/usr/bin/redis-sentinel /run/lab/sentinel.conf", "root", None)})
    c.ready = [servers.tcp(c.addresses[0], port) for port in (22, NODE_PORT)] + [servers.redis(
        c.addresses[0], PASSWORDS["redis"], b"master_link_status:up" if number else b"slave0:")]
    return c


def codecenter():
    config = "/home/admin/mycodecenter-run/deploy/mycodecenter.ace/config/sofa-config.properties"
    return sofa("codecenter", "mycodecenter", run="/home/admin/mycodecenter-run",
                jar="mycodecenter", files={
                    config: properties("codecenter"),
                    "/home/admin/release/run/mycodecenter.sh": "#!/bin/sh\n",
                    "/home/admin/release/run/mycodecenter.properties": "port=8341\n"})


def all_of(lab):
    return [web(lab), *(redis(n) for n in range(3)), proxy(), shard(),
            *(node(lab, n) for n in range(2)), codecenter()]
