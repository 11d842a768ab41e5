"""goss - find or build the peer that the ratios are taken to. Never writes into the source tree."""
import json
import os
import shutil
import subprocess

MODULE = "github.com/goss-org/goss"
VERSION = "v0.4.9"


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "rounds-bench")


def build(target):
    """Download the module as Go does it, and build its program. Says why it cannot, or None."""
    go = shutil.which("go")
    if not go:
        return "Go is not installed"
    # In a folder without a go.mod: what is downloaded is this version and no other.
    os.makedirs(cache_folder(), exist_ok=True)
    got = subprocess.run([go, "mod", "download", "-json", f"{MODULE}@{VERSION}"],
                         cwd=cache_folder(), capture_output=True, text=True, check=False)
    if got.returncode != 0:
        return f"{MODULE}@{VERSION} could not be downloaded"
    made = subprocess.run([go, "build", "-o", target, "./cmd/goss"],
                          cwd=json.loads(got.stdout)["Dir"], capture_output=True, text=True,
                          check=False)
    if made.returncode != 0:
        return f"{MODULE}@{VERSION} could not be built: {made.stderr.strip()[-200:]}"
    return None


def find():
    """(program, None), or (None, why there is none). $GOSS names one that is there."""
    named = os.environ.get("GOSS")
    if named:
        if os.access(named, os.X_OK):
            return os.path.abspath(named), None
        return None, f"'{named}' is no program"
    target = os.path.join(cache_folder(), f"goss-{VERSION}")
    if not os.access(target, os.X_OK):
        trouble = build(target)
        if trouble:
            return None, trouble
    return target, None
