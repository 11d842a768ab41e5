"""sofa - a SOFA application: java behind nginx under supervisord, and its logs."""
from . import servers
from .parts import Container, nginx, supervise
from .plan import ADDRESSES, DB, PASSWORDS

LOGS = "/home/admin/logs"
OK = "/ 200 <html>ok</html>\n* 404 not found\n"


def properties(user, **more):
    lines = {"jdbc.url": f"jdbc:mysql://{DB}:3306/{user}?useUnicode=true", "jdbc.username": user,
             "jdbc.password": PASSWORDS[user], **more}
    return "".join(f"{k}={v}\n" for k, v in lines.items())


def sofa(name, log, normal="common-default.log", run=None, jar=None, answers=OK, duties=(),
         files=None, folders=()):
    """The container NAME with logs in the folder LOG; more duties for java, more files."""
    c = Container(name, [ADDRESSES[name]], env={"APP_NAME": name})
    run = run or f"/home/admin/{name}-run"
    jar = jar or name
    logs = f"{LOGS}/{log}"
    c.folder(run, "admin")
    c.file(f"{run}/{jar}.jar", "PK", owner="admin")
    c.folder(logs, "admin")
    c.file(f"{logs}/{normal}", "2026-11-28 00:00:00,000 INFO started\n", owner="admin")
    c.file(f"{logs}/common-error.log", "", owner="admin")
    c.file("/run/lab/java.http", answers)
    for path in folders:
        c.folder(path, "admin")
    for path, text in (files or {}).items():
        c.file(path, text, owner="admin")
    front = nginx(c, "server { listen 80; location / { proxy_pass http://127.0.0.1:8341; } }")
    supervise(c, {
        "defaultpaas-global": (
            f"/usr/local/bin/java -server -Xms1g -Xmx1g -Dapp.name={jar} -jar {run}/{jar}.jar",
            "admin", ["http 8341 /run/lab/java.http",
                      f"log 5000 {logs}/{normal} %T,000 INFO heartbeat", *duties]),
        "nginx": (front, "root", None)})
    c.ready = [servers.tcp(c.addresses[0], 80), servers.tcp(c.addresses[0], 8341)]
    return c
