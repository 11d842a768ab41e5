"""linke - the containers of LINKEBASE, LINKB, LINKECI, LINKEPORTAL and LINKQ."""
from . import antcode, servers
from .parts import Container, age, nginx, rinetd_anew, sshd, supervise
from .plan import ADDRESSES, FRONT, PASSWORDS, full_name
from .sofa import LOGS, OK, properties, sofa


def antbuild():
    config = "/home/admin/antb-run/deploy/antb.ace/config/sofa-config.properties"
    return sofa("antbuild", "antb", run="/home/admin/antb-run",
                answers='/api/v1/runners/count 200 {"count":1}\n' + OK,
                files={config: properties("antb", link_log_url="http://linklog:80/"),
                       f"{LOGS}/antb/linklogpass.log": "2026-11-28 00:00:00,000 INFO passed\n"},
                duties=[f"log 5000 {LOGS}/antb/linklogpass.log %T,000 INFO passed 1 line"])


def runner(lab):
    c = Container("runner", [ADDRESSES["runner"]], env={"APP_NAME": "runner"})
    c.file("/etc/flash/runner/flash.toml",
           'concurrent = 4\ncheck_interval = 3\n\n[[runners]]\nname = "runner-0"\n'
           'url = "http://antbuild:80/"\ntoken = "a88cff4b"\nexecutor = "shell"\n')
    c.file("/home/admin/flash/runner_start.sh", "#!/bin/bash\n"
           "/usr/local/bin/flash runner --config=/etc/flash/runner/flash.toml\nexit\n", 0o755)
    sshd(c, lab, 22)
    supervise(c, {
        "flash": ("/bin/bash /home/admin/flash/runner_start.sh", "root", [
            'log 1500 - time="%I" level=info msg="Checking for jobs... nothing" runner=a88cff4b',
            'log 1500 - time="%I" level=info msg="start requestJob" builds=a88cff4b'], "AUTO"),
        "sshd": ("/usr/sbin/sshd -D -f /etc/ssh/sshd_config", "root", None)})
    c.ready = [servers.tcp(c.addresses[0], 22)]
    return c


def jenkins():
    c = Container("acijenkinscloud", [ADDRESSES["acijenkinscloud"]],
                  env={"APP_NAME": "acijenkinscloud", "JENKINS_HOME": "/root/.jenkins"})
    c.file("/root/.jenkins/config.xml", "<hudson/>\n")
    c.folder("/root/.jenkins/jobs")
    c.file("/root/jenkins.war", "PK")
    c.folder(f"{LOGS}/jenkins")
    c.file(f"{LOGS}/jenkins/jenkins.log", "")
    c.file("/run/lab/java.http", "".join(f"{at} {status} +X-Jenkins:2.319.1 {text}\n" for at, status, text in (
        ("/login", 200, "<html>Jenkins</html>"), ("/api/json", 403, "denied"), ("*", 403, "denied"))))
    supervise(c, {"defaultpaas-global": (
        "/usr/local/bin/java -Xmx2g -jar /root/jenkins.war --httpPort=8080", "root",
        ["http 8080 /run/lab/java.http", f"log 5000 {LOGS}/jenkins/jenkins.log %T INFO alive"])})
    c.ready = [servers.tcp(c.addresses[0], 8080)]
    return c


def nexus(number):
    """The first pod is the master; rinetd of every pod forwards 8080 to its 8081."""
    name = f"linkenexus-{number}"
    c = Container(name, [ADDRESSES[name]], env={"APP_NAME": "linkenexus",
                                                "NEXUS_SLB": FRONT["nexus"]})
    c.volumes = ["/nexus-data"]
    c.folder("/nexus-data/db/component")
    c.file("/backup/nexus-1.tgz", "data")
    c.file("/backup/nexus-30.tgz", "data")
    c.folder("/nexus-data/log")
    c.file("/nexus-data/log/nexus.log", "")
    c.file("/nexus-data/blobs/default/metadata.properties", "type=file\n")
    c.file("/nexus-data/rsync.log", "2026-11-28 00:00:00 sent 100 bytes\n")
    c.file("/etc/rinetd.conf", f"0.0.0.0 8080 {full_name('linkenexus-0')} 8081\n")
    c.file("/run/lab/java.http", OK)
    supervise(c, {
        "nexus": ("/usr/local/bin/java -server -Xms1200m -Dkaraf.data=/nexus-data "
                  "org.sonatype.nexus.karaf.NexusMain", "root",
                  ["http 8081 /run/lab/java.http",
                   "log 5000 /nexus-data/log/nexus.log %T INFO alive",
                   "log 5000 /nexus-data/db/component/component.0.wal %T",
                   "log 5000 /nexus-data/rsync.log %T sent 100 bytes"]),
        "rinetd": ("/usr/sbin/rinetd -f -c /etc/rinetd.conf", "root", None)})
    c.ready = [servers.tcp(c.addresses[0], port) for port in (8080, 8081)]
    c.prepare = lambda root: age(root, "/backup/nexus-30.tgz", 30)
    return c


def onex():
    c = Container("linkeonex", [ADDRESSES["linkeonex"]], env={"APP_NAME": "linkeonex"})
    c.volumes = ["/data"]
    c.file("/data/index.html", "<html>LinkE</html>\n")
    c.folder(f"{LOGS}/onex")
    front = nginx(c, "server { listen 80; root /data; location / { index index.html; } }")
    supervise(c, {"nginx": (front, "root", None)})
    c.ready = [servers.tcp(c.addresses[0], 80)]
    return c


def mongo(number):
    """A member of rs_linke: mongod, rinetd to the PRIMARY, and the shell that keeps it there."""
    name = f"linkemongo-{number}"
    c = Container(name, [ADDRESSES[name]], entry="/root/entrypoint.sh", env={
        "MONGO_INITDB_ROOT_USERNAME": "linke", "MONGO_INITDB_ROOT_PASSWORD": PASSWORDS["mongo"],
        "APP_NAME": "linkemongo", "MONGO_SLB": FRONT["mongo"]})
    c.volumes = ["/data"]
    for path in ("/data/db", "/data/configdb"):
        c.folder(path, "mongodb")
    c.file("/data/db/WiredTiger", "WiredTiger\n", owner="mongodb")
    c.file("/etc/keyFile", "c2l0ZQ==\n", 0o400, "mongodb")
    c.file("/data/mongo.log", "2026-11-28T00:00:00.000+0000 I CONTROL  [initandlisten] MongoDB "
           "starting\n", owner="mongodb")
    c.file("/backup/mongo-1.tgz", "data")
    c.file("/backup/mongo-30.tgz", "data")
    c.file("/data/rinetd.conf", f"0.0.0.0 27018 {ADDRESSES['linkemongo-0']} 27017\n")
    c.folder("/run/lab/bent", "mongodb")
    c.file("/run/lab/bent/databases", "admin bahamut aclinkelib aci")
    peers = [f"{full_name(f'linkemongo-{n}')}:27017" for n in range(3)]
    c.file("/run/lab/mongod",
           "run exec python3 /lab/mongod.py /run/lab/bent/port --listen 0.0.0.0:27017 --name mongod"
           f" --folder /run/lab/bent --set rs_linke --wire 6 --auth linke:{PASSWORDS['mongo']}"
           f" --me {peers[number]} " + " ".join(f"--peer {p}" for p in peers) + "\n")
    c.file("/root/start-mongod", """#!/bin/bash
# start-mongod [ARGUMENT ...]: as the guide starts it.
cd /data && STANDIN=/run/lab/mongod exec setpriv --reuid mongodb --regid mongodb --clear-groups \\
	/usr/local/bin/mongod "${@:---wiredTigerCacheSizeGB=1.5}" --dbpath /data/db --keyFile /etc/keyFile \\
	--replSet rs_linke --logpath /data/mongo.log --bind_ip 0.0.0.0
""", 0o755)
    rinetd_anew(c)
    c.file("/run/lab/placeholder", "#!/bin/bash\n"
           "while [ -e /run/lab/asleep ]; do sleep 0.2; done\nexec /root/entrypoint.sh again\n", 0o755)
    c.file("/root/entrypoint.sh", """#!/bin/bash
# Starts the servers and keeps rinetd on the PRIMARY; /run/lab/hands-off: look on only. SIGUSR1: something
# else takes its place until /run/lab/asleep is removed.
trap 'touch /run/lab/asleep; exec /run/lab/placeholder' USR1
if [ "$1" != again ]; then
	/root/start-mongod &
	/usr/sbin/rinetd -c /data/rinetd.conf
fi
while :; do
	sleep 2
	[ ! -e /run/lab/hands-off ] || continue
	primary=
	read -r primary 2>/dev/null </run/lab/bent/primary
	address=$(getent hosts "${primary%:*}")
	address=${address%% *}
	read -r _ _ now _ </data/rinetd.conf
	if [ -n "$primary" ] && [ -n "$address" ] && [ "$address" != "$now" ]; then
		echo "0.0.0.0 27018 $address 27017" >/data/rinetd.conf
		/run/lab/rinetd-anew
	fi
done
""", 0o755)
    c.prepare = lambda root: age(root, "/backup/mongo-30.tgz", 30)
    # 27018 of each takes connections at once; that the set has elected its PRIMARY shows behind it
    c.ready = [servers.tcp(c.addresses[0], 27018), servers.mongo_primary(c.addresses[0], 27017)]
    return c


def all_of(lab):
    trace = f"{LOGS}/tracelog"
    digest = "%T.000;0a4d0001;0.1;W001;tester;TCC;VIEW;queryCase;ok;12"
    return [
        *(mongo(n) for n in range(3)),
        *(antcode.redis(n, "linkuredis", PASSWORDS["linkuredis"], "linkuredis") for n in range(3)),
        nexus(0), nexus(1),
        *(sofa(name, name) for name in ("linklog", "linku", "fabric", "linkm")),
        antbuild(), runner(lab),
        sofa("aclinkecore", "aclinkecore"), sofa("aclinkelib", "aclinkelib", "app-default.log"),
        sofa("aclinkeaci", "linke-aci"), jenkins(), onex(),
        sofa("bahamutcloud", "bahamut", "app-default.log", duties=[
            f"log 5000 {trace}/zdal-db-stat.log %T.000,bahamut,main,bahamut,task,mysql,4,48,Y,F",
            f"log 5000 {trace}/rpc-client-stat.log "
            "%T.000,bahamut,com.alipay.linku.UserService:1.0,query,linku,2,15,Y,F",
            f"log 5000 {trace}/sofa-mvc-digest.log "
            "%T.000,bahamut,0a4d0001,0.1,/index,GET,200,10B,900B,9ms"],
            folders=[trace]),
        sofa("linkt", "linkt", "app-default.log"), sofa("linkflowcloud", "linkflowcloud"),
        sofa("deploycore", "linkw", "app-default.log"),
        sofa("linkqweb", "fastq-easycase", duties=[
            f"log 2000 {LOGS}/fastq-easycase/tcc-api-digest.log {digest}"]),
        sofa("easycaseapps", "fastqeasyapps", duties=[
            f"log 2000 {LOGS}/fastqeasyapps/{n}.log {digest}"
            for n in ("tcc-spi-digest", "tcc-spi-action", "tcc-spi-view")],
            files={"/home/admin/easycaseapps-run/config/sofa-config.properties":
                   properties("easycase")}),
        sofa("amock", "amock", "mock-invoke.log", files={
            f"{LOGS}/amock/{n}.log": "" for n in ("mock-spi", "mock-groovy-class", "mock-rule")}),
    ]
