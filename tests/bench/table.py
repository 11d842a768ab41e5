"""table - tests/bench/RESULTS.md from what was measured; a hand-written NOTES.md is its second half."""
import datetime
import os
import platform
import statistics


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"


def mebibytes(value):
    return f"{value / (1 << 20):.1f} MiB"


def spread(runs):
    """Median, and in brackets the least and the most."""
    walls = [run.wall for run in runs]
    return (f"{seconds(statistics.median(walls))} "
            f"({seconds(min(walls))} to {seconds(max(walls))})")


def verdict(held):
    return "" if held is None else ("held" if held else "**missed**")


def host():
    """What a reader must know of the machine."""
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                if line.startswith("model name")), platform.machine())
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return [f"- {os.cpu_count()} cores, {cpu}; Linux {platform.release()}",
            f"- load average at the start: {load}",
            f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC"]


HEAD = "| case | rounds: median (least to most) | against | its median | ratio " \
       "(median of pairs) | memory (PSS) | goal | |\n|---|---|---|---|---|---|---|---|"


def write(path, facts, rows, notes):
    """rows: lists of cells."""
    lines = ["# What `scripts/bench` measured", "",
             "Made by the command itself; what stands below the table was written by hand, from",
             "`tests/bench/NOTES.md`. Contenders take turns, so that whatever else the machine does "
             "meets both;", "only ratios of one run mean something, not the milliseconds.", ""]
    lines += facts + ["", HEAD]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    if notes:
        lines += ["", notes.strip()]
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
