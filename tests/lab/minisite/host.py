"""host - the machine that the containers of the miniature site stand on.

Runs as PID 1 of namespaces of its own (tests/lab/up started it so): makes the bridge and the
containers' roots, starts them, waits until they serve, says so, and reaps. When it ends, the kernel
ends everything that it started and forgets every mount.
"""
import os
import pathlib
import signal
import subprocess
import sys
import time

from . import components, place, plan, root, servers

BRIDGE = "site0"
GATEWAY = "10.77.0.1/16"
READY_SECONDS = int(os.environ.get("READY", "45"))


def ip(lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def network(started):
    """A bridge, and a wire from it into each container."""
    lines = []
    for number, (container, pid, _) in enumerate(started):
        lines += [f"link add v{number} type veth peer name eth0 netns {pid}",
                  f"link set v{number} master {BRIDGE}", f"link set v{number} up"]
    ip(lines)


def inside(container, at, go):
    """A container's first process: its namespaces, its root, then its entry point."""
    root.call("unshare", root.CLONE_NEWNS | root.CLONE_NEWUTS | root.CLONE_NEWIPC |
              root.CLONE_NEWPID | root.CLONE_NEWNET)
    root.mount(None, "/", None, root.MS_PRIVATE | root.MS_REC)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os._exit(0)
    root.LIBC.prctl(1, signal.SIGKILL)
    os.setsid()
    root.LIBC.sethostname(container.hostname.encode(), len(container.hostname))
    root.mount("proc", at + "/proc", "proc", root.MS_NOSUID | root.MS_NODEV)
    os.read(go, 1)
    ip(["link set lo up"] + [f"address add {a}/16 dev eth0" for a in container.addresses] +
       ["link set eth0 up"])
    root.pivot(at)
    for name in ("loadavg", "meminfo", "stat"):
        root.bind(f"/lab/machine/{name}", f"/proc/{name}")
    null = os.open("/dev/null", os.O_RDWR)
    log = os.open("/var/log/entrypoint.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for old, new in ((null, 0), (log, 1), (log, 2)):
        os.dup2(old, new)
    os.closerange(3, 1024)
    os.execve(container.entry, [container.entry], container.env)


def start(container, at):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(write)
            inside(container, at, read)
        except BaseException as e:  # pylint: disable=broad-except
            print(f"{container.name}: {e}", file=sys.stderr, flush=True)
        os._exit(1)
    os.close(read)
    return container, child, write


def init_of(child):
    """The PID of the container's PID 1 in our own namespace."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                status = pathlib.Path(f"/proc/{entry}/status").read_text()
            except OSError:
                continue
            if f"\nPPid:\t{child}\n" in status:
                return int(entry)
    return None


def reap(*_):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def wait_for_net_namespaces(started):
    own = os.readlink("/proc/self/ns/net")
    for _, pid, _ in started:
        while os.readlink(f"/proc/{pid}/ns/net") == own:
            time.sleep(0.005)


def last_words(at):
    """What a container's first process wrote."""
    try:
        return pathlib.Path(f"{at}/var/log/entrypoint.log").read_text(errors="replace")[:3000]
    except OSError:
        return ""


def wait_until_ready(containers, base):
    until = time.monotonic() + READY_SECONDS
    for container in containers:
        for probe in container.ready:
            while not probe():
                if time.monotonic() > until:
                    raise SystemExit(f"{container.name} does not serve: {probe.__qualname__}\n" +
                                     last_words(f"{base}/root/{container.name}"))
                reap()
                time.sleep(0.05)


def machine_files(lab):
    """What /proc says of the machine, the same whatever else the real one does meanwhile."""
    os.makedirs(f"{lab}/machine")
    for name, text in servers.machine().items():
        pathlib.Path(f"{lab}/machine/{name}").write_text(text)


def build(base, names):
    lab = base + "/lab"
    shared = [str(place.SOURCE), str(place.program().parent)]
    containers = components.all_of(lab, names)
    servers.programs(lab)
    machine_files(lab)
    hosts = plan.hosts()
    for c in containers:
        root.make(f"{base}/root/{c.name}", c, hosts,
                  [p for n, p in enumerate(shared) if not any(
                      p != q and p.startswith(q + "/") for q in shared)])
        os.mkdir(f"{base}/root/{c.name}/lab")
        root.bind(lab, f"{base}/root/{c.name}/lab", True)
    return containers


def main():
    state = place.state()
    base = str(state / "space")
    os.makedirs(base, exist_ok=True)
    root.mount(None, "/", None, root.MS_PRIVATE | root.MS_REC)
    root.mount("site", base, "tmpfs", root.MS_NOSUID, "mode=755")
    ip(["link set lo up", f"link add {BRIDGE} type bridge", f"address add {GATEWAY} dev {BRIDGE}",
        f"link set {BRIDGE} up"])
    containers = build(base, sys.argv[2:])
    started = [start(c, f"{base}/root/{c.name}") for c in containers]
    wait_for_net_namespaces(started)
    network(started)
    for _, _, go in started:
        os.write(go, b"x")
        os.close(go)
    machine = servers.Machine(base + "/lab/machine")
    wait_until_ready(containers, base)
    lines = "".join(f"{c.name} {init_of(pid)}\n" for c, pid, _ in started)
    (state / "ready.new").write_text(lines)
    os.rename(state / "ready.new", state / "ready")
    owner = int(sys.argv[1])
    while machine.tick(owner):
        reap()


if __name__ == "__main__":
    main()
