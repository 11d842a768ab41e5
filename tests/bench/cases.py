"""cases - what the bench measures. A case is one function of a lab; it answers with a Case.

What a contender is asked must be the same for both: the same files, ports, answers.
"""
import os
import sys

import measure


class Case:
    """contenders: {name: argv}, "rounds" first. passed: how many checks must pass with rounds.

    goal: ("ratio", to whom, at most) or ("seconds", at most) or ("bytes", at most).
    at_rest: a function of the run's process id. It answers {what: bytes} once the run has come
    to rest, else None; such a case is of memory only, and no time is taken.
    """

    def __init__(self, name, contenders, goals=(), passed=None, memory=0, slow=False, note="",
                 at_rest=None):
        self.name = name
        self.contenders = contenders
        self.goals = goals
        self.passed = passed        # {status: count} that rounds must report; None: not looked at
        self.memory = memory        # runs for the memory, 0: not taken
        self.slow = slow            # fewer runs
        self.note = note
        self.at_rest = at_rest


class Tools:
    """The programs; goss may be None."""

    def __init__(self, rounds, goss):
        self.rounds = rounds
        self.goss = goss

    def pair(self, ruleset, gossfile, *options):
        found = {"rounds": [self.rounds, "run", *options, ruleset]}
        if self.goss and gossfile:
            found["goss"] = [self.goss, "-g", gossfile, "validate"]
        return found


def one_check(lab, tools):
    rules = lab.ruleset("one", ["file: { path: /etc/passwd }, expect: { mode: 0644 }"])
    peer = lab.gossfile("one", "file", ['path: /etc/passwd, exists: true, mode: "0644"'])
    return Case("one check", tools.pair(rules, peer),
                [("ratio", "goss", 0.35), ("bytes", 8 << 20)], {"pass": 1}, memory=40)


def thousand_files(lab, tools):
    os.makedirs(lab.path("files"), exist_ok=True)
    ours, theirs = [], []
    owner = "root" if os.getuid() == 0 else os.environ.get("USER", "nobody")
    for i in range(1000):
        path = lab.path(f"files/f{i}")
        with open(path, "w", encoding="ascii") as f:
            f.write("x")
        os.chmod(path, 0o644)
        ours.append(f"file: {{ path: {path} }}, "
                    f"expect: {{ exists: true, mode: 0644, owner: {owner} }}")
        theirs.append(f'path: {path}, exists: true, mode: "0644", owner: {owner}')
    return lab.ruleset("files", ours), lab.gossfile("files", "file", theirs)


def files(lab, tools):
    return Case("1000 files: exists, mode, owner", tools.pair(*thousand_files(lab, tools)),
                [("ratio", "goss", 0.25)], {"pass": 1000}, memory=3)


def processes(lab, tools):
    # The kernel's name of a process is that of the file it was started from.
    for i in range(20):
        os.symlink("/bin/sleep", lab.path(f"sleeps{i}"))
        lab.start([lab.path(f"sleeps{i}"), "100000"])
    names = [f"sleeps{i % 20}" for i in range(1000)]
    rules = lab.ruleset("processes", [f"process: {{ name: {n} }}" for n in names])
    peer = lab.gossfile("processes", "process", [f"comm: {n}, running: true" for n in names])
    return Case("1000 process", tools.pair(rules, peer), [("ratio", "goss", 0.25)],
                {"pass": 1000}, memory=3)


def ports(lab, tools):
    found = [port for _, port in lab.serve("listen", 1000)]
    rules = lab.ruleset("ports", [f"port: {{ port: {p} }}" for p in found])
    peer = lab.gossfile("ports", "port", [f'port: "tcp:{p}", listening: true' for p in found])
    return Case("1000 port", tools.pair(rules, peer), [("ratio", "goss", 0.25)],
                {"pass": 1000}, memory=3)


def tcp(lab, tools):
    found = lab.serve("accept", 50)
    each = [found[i % 50] for i in range(1000)]
    rules = lab.ruleset("tcp", [f"tcp: {{ host: {a}, port: {p} }}" for a, p in each])
    peer = lab.gossfile("tcp", "addr", [f'address: "tcp://{a}:{p}", reachable: true, timeout: 5000'
                                        for a, p in each])
    return Case("1000 tcp to loopback", tools.pair(rules, peer), [("ratio", "goss", 0.5)],
                {"pass": 1000}, memory=3)


def web(lab, tools, name, where, count, goals):
    rules = lab.ruleset(name, [f"http: {{ url: \"http://{where[0]}:{where[1]}/{i}\" }}"
                               for i in range(count)])
    peer = lab.gossfile(name, "http", [f'url: "http://{where[0]}:{where[1]}/{i}", status: 200'
                                       for i in range(count)])
    return tools.pair(rules, peer), goals


def http(lab, tools):
    pair, goals = web(lab, tools, "http", lab.http(), 500, [("ratio", "goss", 0.6)])
    return Case("500 http", pair, goals, {"pass": 500}, memory=3)


def slow_http(lab, tools):
    where = lab.serve("slow", 1, 0.2)[0]
    pair, goals = web(lab, tools, "slow", where, 200, [("seconds", 0.35)])
    return Case("200 http, answers after 200 ms", pair, goals, {"pass": 200})


def commands(lab, tools):
    rules = lab.ruleset("commands", ["command: { argv: [ \"true\" ] }"] * 500)
    peer = lab.gossfile("commands", "command", ["exec: \"true\", exit-status: 0"] * 500)
    return Case("500 commands `true`", tools.pair(rules, peer), [("ratio", "goss", 0.6)],
                {"pass": 500}, memory=2,
                note="rounds: argv; goss knows no other way than a shell")


def shell_commands(lab, tools):
    rules = lab.ruleset("shell", ["command: { shell: \"true\" }"] * 500)
    peer = lab.gossfile("shell", "command", ["exec: \"true\", exit-status: 0"] * 500)
    return Case("500 commands `true` by a shell", tools.pair(rules, peer), [], {"pass": 500})


def silent(lab, tools):
    found = lab.serve("silent", 100)
    each = [found[i % 100] for i in range(5000)]
    rules = lab.ruleset("silent", [f"tcp: {{ host: {a}, port: {p} }}, timeout: 1s"
                                   for a, p in each])
    return Case("5000 silent endpoints, timeout 1 s", tools.pair(rules, None),
                [("seconds", 1.8)], {"fail": 5000}, memory=1, slow=True)


def json_report(lab, tools):
    rules, _ = thousand_files(lab, tools)
    run = [tools.rounds, "run", rules, "--report"]
    return Case("1000 files, report json", {"rounds": run + ["json=" + lab.path("r.json")],
                                            "text": run + ["text=" + lab.path("r.txt")]},
                [("ratio", "text", 1.3)])


def many(lab, tools, count, memory):
    """Files of 2500 checks each, as people would have them."""
    folder = lab.path(f"many{count}")
    os.makedirs(folder, exist_ok=True)
    for n in range(count // 2500):
        lab.ruleset(f"many{count}/m{n}", ["file: { path: /etc/passwd }, expect: { mode: 0644 }"]
                    * 2500)
        path = lab.path(f"many{count}/m{n}.yaml")
        with open(path, encoding="utf-8") as f:
            text = f.read().replace(f"ruleset: many{count}/", "ruleset: ")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    return [tools.rounds, "run", folder]


def hundred_thousand(lab, tools):
    return Case("100,000 checks", {"rounds": many(lab, tools, 100000, 1),
                                   "10,000 checks": many(lab, tools, 10000, 0)},
                [("ratio", "10,000 checks", 11.0), ("bytes", 200 << 20)], {"pass": 100000},
                memory=1, slow=True, note="linear is 10.0 times")


def clones(lab, tools, name, check, url, environment):
    rules = lab.ruleset(name, [check] * 32)
    script = (f"cd {lab.folder} && rm -rf by-git && mkdir by-git && seq 32 | "
              f"{environment} xargs -P 32 -INUMBER git clone -q {url} by-git/NUMBER")
    return Case(f"32 clones at once, {name}",
                {"rounds": [tools.rounds, "run", rules, "--timeout", "60s"],
                 "xargs -P 32 git clone": ["/bin/sh", "-c", script]}, [], {"pass": 32}, memory=1,
                slow=True)


def clones_http(lab, tools):
    site = lab.site("git")
    if not site:
        return None
    url = f"http://127.0.0.1:{site['HTTP']}/open/small.git"
    return clones(lab, tools, "http-clones", f"git: {{ url: \"{url}\" }}", url, "")


def clones_ssh(lab, tools):
    site = lab.site("git")
    if not site:
        return None
    keys, known = site["SITE"] + "/keys", site["SITE"] + "/known_hosts"
    url = f"ssh://{site['SSH_USER']}@127.0.0.1:{site['SSH']}/small.git"
    ssh = (f"ssh -F none -i {keys}/ed25519 -o IdentitiesOnly=yes -o BatchMode=yes "
           f"-o UserKnownHostsFile={known}")
    # A key file is a secret: it comes as a parameter or by its path.
    check = f"git: {{ url: \"{url}\", key: \"{keys}/ed25519\", known_hosts: {known} }}"
    return clones(lab, tools, "ssh-clones", check, url, f"GIT_SSH_COMMAND='{ssh}'")


def git_at_rest(pid):
    """Once `sleep` runs, which waited for the clone: the worker that cloned, and its lane parent,
    which is the older one of the two that have the module. (Both are children of the supervisor.)
    """
    family = measure.tree(pid)
    if "sleep" not in [measure.name_of(one) for one in family]:
        return None
    both = sorted((one for one in family if measure.maps(one, "/git.so")), key=measure.started)
    if len(both) != 2:
        return None
    return {"worker": measure.pss(both[1]), "lane parent": measure.pss(both[0])}


def git_rest(lab, tools):
    site = lab.site("git")
    if not site:
        return None
    url = f"http://127.0.0.1:{site['HTTP']}/open/small.git"
    rules = lab.ruleset("git-rest", [f"git: {{ url: \"{url}\" }}",
                                     "needs: [ c0 ], command: { argv: [ sleep, \"2\" ] }"])
    return Case("a git worker at rest after its clone",
                {"rounds": [tools.rounds, "run", rules]}, passed={"pass": 2},
                at_rest=git_at_rest)


def sql(lab, tools):
    """The client gets its password as rounds does: from a file, never from a command line."""
    site = lab.site("sql")
    if not site:
        return None
    secret = lab.write("client.cnf", "[client]\nprotocol=tcp\nhost=127.0.0.1\n"
                       f"port={site['SQL']}\nuser=reader\npassword=reader-of-the-lab\n")
    os.chmod(secret, 0o600)
    statement = "SELECT COUNT(*) AS n FROM node"
    rules = lab.ruleset("sql", [
        f"sql: {{ url: \"mysql://127.0.0.1:{site['SQL']}/lab\", user: reader, "
        f"password: reader-of-the-lab, query: \"{statement}\" }}, "
        "expect: { row_count: 1, 'rows[0].n': 4 }"] * 200)
    script = (f"seq 200 | xargs -P 64 -INUMBER mariadb --defaults-file={secret} "
              f"--skip-ssl --no-auto-rehash lab -e '{statement}'")
    return Case("200 SQL checks", {"rounds": [tools.rounds, "run", rules],
                                   "xargs -P 64 mariadb": ["/bin/sh", "-c", script]},
                [("ratio", "xargs -P 64 mariadb", 0.5)], {"pass": 200}, memory=1,
                note="both 64 at once, one server")


CASES = {
    "one": one_check,
    "files": files,
    "process": processes,
    "port": ports,
    "tcp": tcp,
    "http": http,
    "slow-http": slow_http,
    "command": commands,
    "shell": shell_commands,
    "silent": silent,
    "json": json_report,
    "many": hundred_thousand,
    "clone-http": clones_http,
    "clone-ssh": clones_ssh,
    "git-rest": git_rest,
    "sql": sql,
}

if __name__ == "__main__":
    sys.exit("cases: see scripts/bench")
