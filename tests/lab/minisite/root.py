"""root - makes the root of a container: a tmpfs with the machine's /usr, and files of its own."""
import ctypes
import os
import pathlib

LIBC = ctypes.CDLL(None, use_errno=True)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1, 2, 4, 32, 4096, 16384, 1 << 18)
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000)
USERS = {"root": 0, "daemon": 1, "www-data": 33, "sshd": 74, "admin": 500, "git": 501,
         "mongodb": 502, "redis": 503, "nexus": 504, "mysql": 505, "tenant": 506,
         "nobody": 65534}


def call(name, *arguments):
    if getattr(LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, data=None):
    def raw(text):
        return None if text is None else os.fsencode(text)

    call("mount", raw(source), raw(target), raw(kind), ctypes.c_ulong(flags), raw(data))


def bind(source, target, read_only=False):
    mount(source, target, None, MS_BIND | MS_REC)
    if read_only:
        mount(None, target, None, MS_BIND | MS_REMOUNT | MS_RDONLY)


def pivot(root):
    """The calling process' mount namespace gets another root; what was is gone."""
    os.chdir(root)
    os.makedirs(".old", exist_ok=True)
    nr = {"x86_64": 155, "aarch64": 41}[os.uname().machine]
    if LIBC.syscall(nr, b".", b".old") != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"pivot_root: {os.strerror(number)}")
    os.chdir("/")
    call("umount2", b"/.old", MNT_DETACH)
    os.rmdir("/.old")


def write(root, path, text, mode=0o644, owner="root"):
    at = pathlib.Path(root) / path.lstrip("/")
    folder(root, os.path.dirname(path))
    at.write_bytes(text.encode() if isinstance(text, str) else text)
    at.chmod(mode)
    os.chown(at, USERS[owner], USERS[owner])


def folder(root, path, owner=None, mode=0o755):
    at = pathlib.Path(root) / path.lstrip("/")
    at.mkdir(parents=True, exist_ok=True)
    if owner:
        at.chmod(mode)
        os.chown(at, USERS[owner], USERS[owner])


def accounts(root):
    homes = {"root": "/root", "admin": "/home/admin", "git": "/home/git", "tenant": "/home/tenant"}
    lines = (f"{n}:x:{i}:{i}:{n}:{homes.get(n, '/')}:" +
             ("/bin/bash\n" if n in homes else "/usr/sbin/nologin\n") for n, i in USERS.items())
    write(root, "/etc/passwd", "".join(lines))
    write(root, "/etc/group", "".join(f"{n}:x:{i}:\n" for n, i in USERS.items()))
    write(root, "/etc/shadow", "".join(f"{n}:*:19000:0:99999:7:::\n" for n in USERS), 0o600)


def machine(root):
    """The folders of the machine that every container sees, and the devices."""
    for name in ("bin", "sbin", "lib", "lib64", "lib32", "libx32"):
        if os.path.islink("/" + name):
            os.symlink(os.readlink("/" + name), root + "/" + name)
        elif os.path.isdir("/" + name):
            os.mkdir(root + "/" + name)
            bind("/" + name, root + "/" + name, True)
    os.mkdir(root + "/usr")
    bind("/usr", root + "/usr", True)
    for name in ("local", ):
        os.mkdir(f"{root}/.{name}")
        bind(f"{root}/.{name}", f"{root}/usr/{name}")
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        write(root, f"/dev/{name}", "")
        bind(f"/dev/{name}", f"{root}/dev/{name}")
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        os.symlink(target, f"{root}/dev/{name}")
    for name, mode in (("/tmp", 0o1777), ("/var/tmp", 0o1777), ("/dev/shm", 0o1777),
                       ("/run/sshd", 0o755), ("/var/log", 0o755), ("/proc", 0o555),
                       ("/var/lib/rounds", 0o700), ("/root", 0o700), ("/sys", 0o555),
                       ("/run/lab", 0o755)):
        folder(root, name, "root", mode)
    os.symlink("/run", root + "/var/run")


def configuration(root, name, hosts):
    accounts(root)
    write(root, "/etc/hostname", name + "\n")
    write(root, "/etc/hosts", hosts)
    write(root, "/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
    write(root, "/etc/resolv.conf", "nameserver 10.77.0.1\noptions timeout:1 attempts:1\n")
    write(root, "/etc/localtime", pathlib.Path("/usr/share/zoneinfo/Etc/UTC").read_bytes()
          if os.path.exists("/usr/share/zoneinfo/Etc/UTC") else "")
    for path in ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/mime.types"):
        if os.path.exists(path):
            write(root, path, pathlib.Path(path).read_bytes())
    for path in ("/etc/alternatives", "/etc/ssl"):
        if os.path.isdir(path):
            folder(root, path)
            bind(path, root + path, True)


def make(root, container, hosts, shared):
    """`shared`: folders of the machine that the container sees at the same place, read-only."""
    folder("/", root)
    mount("site", root, "tmpfs", MS_NOSUID | MS_NODEV, f"size={container.size},nr_inodes=4000,mode=755")
    machine(root)
    configuration(root, container.hostname, hosts)
    for path in shared:
        folder(root, path)
        bind(path, root + path, True)
    for path, owner, mode in container.folders:
        folder(root, path, owner, mode)
    for path, (text, mode, owner) in container.files.items():
        write(root, path, text, mode, owner)
    for path, target in container.links.items():
        folder(root, os.path.dirname(path))
        os.symlink(target, root + path)
    if container.prepare:
        container.prepare(root)
    for path in container.volumes:
        folder(root, path)
        bind(root + path, root + path)
