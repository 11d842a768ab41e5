"""plan - addresses, names and passwords of the miniature site."""

# Container: (last byte of its address, product). The host name is asp-PRODUCT-NAME-NUMBER, as the platform
# names its pods; what has no number is the first of its kind.
_CONTAINERS = {
    "db": (10, None), "slb": (9, None), "platform": (8, None),
    "antcodeweb": (11, "antcode"), "antcoderedis-0": (21, "antcode"),
    "antcoderedis-1": (22, "antcode"), "antcoderedis-2": (23, "antcode"),
    "antcodeproxy": (31, "antcode"), "antcodeshard": (32, "antcode"),
    "antcodenode-0": (41, "antcode"), "antcodenode-1": (42, "antcode"),
    "codecenter": (43, "antcode"),
    "linkemongo-0": (51, "linkebase"), "linkemongo-1": (52, "linkebase"),
    "linkemongo-2": (53, "linkebase"), "linkuredis-0": (54, "linkebase"),
    "linkuredis-1": (55, "linkebase"), "linkuredis-2": (56, "linkebase"),
    "linkenexus-0": (57, "linkebase"), "linkenexus-1": (58, "linkebase"),
    "linklog": (61, "linkebase"), "linku": (62, "linkebase"), "fabric": (63, "linkebase"),
    "linkm": (64, "linkebase"),
    "antbuild": (71, "linkb"), "runner": (72, "linkb"),
    "aclinkecore": (81, "linkeci"), "aclinkelib": (82, "linkeci"), "aclinkeaci": (83, "linkeci"),
    "acijenkinscloud": (84, "linkeci"),
    "linkeonex": (91, "linkeportal"), "bahamutcloud": (92, "linkeportal"),
    "linkt": (93, "linkeportal"), "linkflowcloud": (94, "linkeportal"),
    "deploycore": (95, "linkeportal"),
    "linkqweb": (101, "linkq"), "easycaseapps": (102, "linkq"), "amock": (103, "linkq"),
}
ADDRESSES = {name: f"10.77.0.{n}" for name, (n, _) in _CONTAINERS.items()}
DB = "linke-db"


def hostname(name):
    product = _CONTAINERS[name][1]
    if not product:
        return name
    return f"asp-{product}-{name}" + ("" if name[-1].isdigit() else "-0")


def full_name(name):
    """As the members of a replica set call each other."""
    component = name.rpartition("-")[0] or name
    product = _CONTAINERS[name][1]
    return f"{hostname(name)}.{product}-{component}-svc.asp-{product}.svc.cluster.local"


# The load balancers' addresses, and what they pass on: front port, container, back port.
WEB = ("linklog", "linku", "fabric", "linkm", "antbuild", "aclinkecore", "aclinkelib", "aclinkeaci",
       "linkeonex", "bahamutcloud", "linkt", "linkflowcloud", "deploycore", "linkqweb",
       "easycaseapps", "amock")
FRONT = {name: f"10.77.1.{n + 1}" for n, name in enumerate((
    "antcode", "redis", "proxy", "shard", "codecenter", "mongo", "linkuredis", "nexus",
    "jenkins", *WEB))}
BALANCED = (
    ("antcode", 22, "antcodeweb", 9997), ("antcode", 80, "antcodeweb", 80),
    ("redis", 6379, "antcoderedis-1", 6378), ("redis", 6378, "antcoderedis-2", 6378),
    ("proxy", 50551, "antcodeproxy", 50551), ("shard", 9996, "antcodeshard", 9996),
    ("codecenter", 80, "codecenter", 80),
    ("mongo", 27017, "linkemongo-1", 27018), ("mongo", 27018, "linkemongo-2", 27018),
    ("linkuredis", 6379, "linkuredis-1", 6378), ("linkuredis", 6378, "linkuredis-2", 6378),
    ("nexus", 8080, "linkenexus-1", 8080), ("nexus", 8081, "linkenexus-0", 8081),
    ("jenkins", 8080, "acijenkinscloud", 8080),
    *((name, 80, name, 80) for name in WEB),
)

PASSWORDS = {
    "redis": "redis-of-the-site", "linkuredis": "linkuredis-of-the-site",
    "batman": "batman-of-the-site", "linkc": "linkc-of-the-site",
    "codecenter": "codecenter-of-the-site", "antb": "antb-of-the-site",
    "easycase": "easycase-of-the-site", "mongo": "mongo-of-the-site",
    "git": "git-of-the-site", "git-token": "token-of-the-site",
}

HOSTS = {"code.example.net": FRONT["antcode"], DB: ADDRESSES["db"],
         **{f"{name}-slb": address for name, address in FRONT.items()}}


def hosts():
    """What /etc/hosts says everywhere."""
    lines = ["127.0.0.1 localhost"]
    for name, address in ADDRESSES.items():
        names = dict.fromkeys([name, hostname(name)])
        if _CONTAINERS[name][1]:
            names[full_name(name)] = None
        lines.append(" ".join([address, *names]))
    return "\n".join(lines + [f"{a} {n}" for n, a in HOSTS.items()]) + "\n"
