"""Whether every rule of the folders named has its texts in both languages, a chapter of the guide, and a
danger level for each step of its remedy, says in which container to inspect further, and has no blank or
half-width sign between Chinese words; and whether steps that do harm are G3 (--harm)."""
import pathlib
import re
import sys

import yaml

HARM = re.compile(r"supervisorctl restart (?!sshd)|\bkill \$|\bslaveof\b|^update |rs\.remove")

PLACE = re.compile(r"container|pod")
BADLY_SET = re.compile(r"[一-鿿] [一-鿿]|[一-鿿][,;:!?()]|[,;:!?()][一-鿿]")


def said(v):
    v = v if isinstance(v, dict) else {}
    zh = v.get("zh", "")
    return v.get("en") and re.search("[一-鿿]", zh) and not BADLY_SET.search(zh)


def says_where(step):
    """What is to be inspected further is another container's, as a rule: the text must say so."""
    return not step.get("command", "").startswith("rounds run ") or PLACE.search(step["text"]["en"])


def is_whole(c):
    steps = c.get("remedy") or []
    texts = [c.get("impact"), c.get("verify"), *c.get("causes", [None])]
    texts += [s["text"] for s in steps]
    return (steps and all(said(t) for t in texts) and "zh" in c["title"]
            and not BADLY_SET.search(c["title"]["zh"]) and all(says_where(s) for s in steps)
            and all(s["risk"] in ("G1", "G2", "G3") for s in steps)
            and str(c.get("doc", "")).startswith("LinkE 运维指南 "))


def main(words):
    harm, bad = "--harm" in words, []
    for path in (p for a in words if a != "--harm" for p in sorted(pathlib.Path(a).rglob("*.yaml"))):
        rules = yaml.safe_load(path.read_text(encoding="utf-8"))
        checks = rules.get("checks") or []
        if harm:
            bad += [f"{path.name}: {c['id']}: {s['command']}" for c in checks for s in c["remedy"]
                    if HARM.search(s.get("command", "")) and s["risk"] != "G3"]
            continue
        bad += [f"{path.name}: {c['id']}" for c in checks if not is_whole(c)]
        bad += [f"{path.name}: parameter {n}" for n, p in (rules.get("params") or {}).items()
                if "zh" not in p.get("title", {})]
    print("\n".join(bad))
    return bool(bad)


sys.exit(main(sys.argv[1:]))
