"""components - which containers there are."""
from . import antcode, linke, servers, settings, shared


def all_of(lab, names):
    """The containers of these names, also without their number, and what they need (all without)."""
    servers.keys(lab)
    found = [shared.database(), shared.balancers(), shared.platform(), *antcode.all_of(lab), *linke.all_of(lab)]
    if names:
        found = [c for c in found if c.name in ("db", "slb", "platform", *names) or
                 c.name.rpartition("-")[0] in names]
    return [settings.give(c, lab) for c in found]
