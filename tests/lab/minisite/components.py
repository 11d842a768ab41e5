"""components - which containers there are."""
from . import antcode, linke, servers, shared


def all_of(lab, names):
    """The containers of these names, also without their number, and what they need (all without)."""
    servers.keys(lab)
    found = [shared.database(), shared.balancers(), *antcode.all_of(lab), *linke.all_of(lab)]
    if names:
        found = [c for c in found if c.name in ("db", "slb", *names) or
                 c.name.rpartition("-")[0] in names]
    return found
