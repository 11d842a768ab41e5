"""measure - run a command and tell its wall time, processor time, exit code and memory.

Times and memory are taken in runs of their own: whoever looks at the memory slows the run down.
"""
import os
import resource
import signal
import statistics
import time

# Asked for while another process runs; what ends in between is of no interest.
GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


class Run:
    """One run of a command."""

    def __init__(self, wall, cpu, code):
        self.wall = wall
        self.cpu = cpu
        self.code = code


def spawn(argv, output=None, cwd=None):
    """Start argv with its standard output in a file (or nowhere); returns the process id."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output or "/dev/null", os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
         0o644),
        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0),
    ]
    return os.posix_spawn(argv[0], argv, os.environ, file_actions=actions)


def code_of(status):
    """The exit code, or minus the signal."""
    return os.waitstatus_to_exitcode(status)


def once(argv, output=None):
    """Run it to its end."""
    begun = time.perf_counter()
    pid = spawn(argv, output)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begun
    return Run(wall, usage.ru_utime + usage.ru_stime, code_of(status))


def tree(pid):
    """The process and all its descendants."""
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as f:
                found.extend(int(child) for child in f.read().split())
        except GONE:
            pass
    return found


def pss(pid):
    """Proportional set size of one process in bytes; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except GONE:
        pass
    return 0


def text_of(pid, name):
    """A file of /proc about a process; empty when it is gone."""
    try:
        with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as f:
            return f.read()
    except GONE:
        return ""


def name_of(pid):
    return text_of(pid, "comm").strip()


def started(pid):
    """When it was started, and its number: younger processes sort behind older ones."""
    fields = text_of(pid, "stat").rpartition(")")[2].split()
    return (int(fields[19]) if fields else 0, pid)


def maps(pid, ending):
    """Whether a file of that name is mapped into the process."""
    return any(line.endswith(ending) for line in text_of(pid, "maps").splitlines())


def memory_at_rest(argv, look):
    """What look(pid) answers once it does; empty when the run ends before. The run is ended."""
    pid = spawn(argv)
    while True:
        found = look(pid)
        if found:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
            return found
        if os.waitpid(pid, os.WNOHANG)[0]:
            return {}
        time.sleep(0.01)


def peak_memory(argv, runs=1):
    """The most that all processes of one run had together at any look, over several runs."""
    most = 0
    for _ in range(runs):
        pid = spawn(argv)
        while True:
            most = max(most, sum(pss(one) for one in tree(pid)))
            if os.waitpid(pid, os.WNOHANG)[0]:
                break
    return most


def alternate(contenders, runs):
    """Run each contender in turn, runs times: what the machine does besides meets them all.

    contenders is {name: argv}; the answer {name: [Run]}.
    """
    found = {name: [] for name in contenders}
    for _ in range(runs):
        for name, argv in contenders.items():
            found[name].append(once(argv))
    return found


def median_wall(runs):
    """Median wall time in seconds."""
    return statistics.median(run.wall for run in runs)


def ratio(ours, theirs):
    """Median of the ratios of the runs that stood beside each other."""
    return statistics.median(a.wall / b.wall for a, b in zip(ours, theirs))


def raise_descriptors():
    """As many descriptors as we may have: servers of thousands of connections start from here."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
