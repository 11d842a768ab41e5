"""shared - what the products stand on: the database and the load balancers."""
from . import servers
from .parts import Container, supervise
from .plan import ADDRESSES, BALANCED, FRONT, PASSWORDS, hostname

SCHEMA = """\
CREATE DATABASE batmanshard CHARACTER SET utf8mb4;
USE batmanshard;
CREATE TABLE pod (id INT PRIMARY KEY, name VARCHAR(64) NOT NULL);
CREATE TABLE node (id INT AUTO_INCREMENT PRIMARY KEY, hostname VARCHAR(128) NOT NULL,
  ip VARCHAR(64) NOT NULL, status INT NULL, node_type INT NOT NULL, pod_id INT NULL);
CREATE TABLE shard_rule (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64) NOT NULL,
  value INT NULL);
CREATE TABLE namespace (id INT AUTO_INCREMENT PRIMARY KEY, path VARCHAR(64) NOT NULL, pod_id INT NULL);
INSERT INTO pod VALUES (1, 'pod-1');
INSERT INTO node (hostname, ip, status, node_type, pod_id) VALUES {nodes};
INSERT INTO shard_rule (name, value) VALUES ('default_pod', 1);
INSERT INTO namespace (path, pod_id) VALUES ('linke', 1);
"""


def database():
    c = Container("db", [ADDRESSES["db"]], entry="/root/entrypoint.sh")
    nodes = ", ".join(f"('{hostname(f'antcodenode-{n}')}', '{ADDRESSES[f'antcodenode-{n}']}', 1, "
                      f"{kind}, 1)" for n, kind in ((0, 0), (1, 2)))
    text = SCHEMA.format(nodes=nodes)
    for user in ("batman", "linkc", "codecenter", "antb", "easycase"):
        name = "batmanshard" if user == "batman" else user
        if user != "batman":
            text += f"CREATE DATABASE {name};\n"
        text += (f"CREATE USER {user} IDENTIFIED BY '{PASSWORDS[user]}';\n"
                 f"GRANT SELECT ON {name}.* TO {user};\n")
    # an init file has a statement a line
    c.file("/run/lab/schema.sql", text.replace(",\n ", ","))
    c.folder("/data", "mysql")
    c.file("/root/entrypoint.sh", """#!/bin/bash
# Makes the data of a new server, then serves.
mariadb-install-db --no-defaults --user=mysql --datadir=/data/mysql --skip-test-db \\
	--auth-root-authentication-method=normal --skip-name-resolve --innodb-log-file-size=4M \\
	--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
first=--init-file=/run/lab/schema.sql
while :; do
	mariadbd --no-defaults --user=mysql --datadir=/data/mysql --bind-address=0.0.0.0 \\
		--socket=/run/mysql.sock --pid-file=/tmp/mysql.pid --skip-name-resolve \\
		--innodb-buffer-pool-size=16M --innodb-log-file-size=4M --key-buffer-size=1M \\
		--innodb-flush-log-at-trx-commit=0 --performance-schema=OFF \\
		--max-connect-errors=100000 $first
	first=
	until [ ! -e /run/lab/hands-off ]; do sleep 0.1; done
done
""", 0o755)
    c.folder("/run", "mysql")
    c.size = "256m"
    c.ready = [servers.mariadb(c.addresses[0])]
    return c


def balancers():
    """All load balancers' addresses on one container; rinetd plays them."""
    c = Container("slb", [ADDRESSES["slb"], *FRONT.values()], entry="/root/entrypoint.sh")
    c.file("/etc/rinetd.conf", "".join(f"{FRONT[front]} {port} {ADDRESSES[name]} {back}\n"
                                       for front, port, name, back in BALANCED))
    c.file("/root/entrypoint.sh", "#!/bin/bash\nwhile :; do\n"
           "\t/usr/sbin/rinetd -f -c /etc/rinetd.conf\n\tsleep 0.1\ndone\n", 0o755)
    c.ready = [servers.tcp(FRONT["antcode"], 22)]
    return c


def platform():
    """What LinkE stands on and does not bring: the gateway OP, IAM and OSS, as far as they answer."""
    c = Container("platform", [ADDRESSES["platform"]])
    for name in ("op", "iam", "oss"):
        c.file(f"/run/lab/{name}.http", "/ 200 ok\n")
    supervise(c, {"platform": ("/usr/local/bin/java -jar /opt/platform.jar", "admin", [
        f"http {port} /run/lab/{name}.http"
        for port, name in ((8001, "op"), (8002, "iam"), (8003, "oss"))])})
    c.ready = [servers.tcp(c.addresses[0], 8003)]
    return c
