"""components - which containers there are."""
from . import antcode, servers
from .plan import ADDRESSES, HOSTS


def hosts():
    lines = ["127.0.0.1 localhost"]
    lines += [f"{address} {name}" for name, address in {**ADDRESSES, **HOSTS}.items()]
    return "\n".join(lines) + "\n"


def all_of(lab, names):
    """The containers of these names or groups (all without)."""
    servers.keys(lab)
    found = [antcode.web(lab), *(antcode.redis(n) for n in range(3))]
    if names:
        found = [c for c in found if c.name in names or c.name.rpartition("-")[0] in names]
    return found
