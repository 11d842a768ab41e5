"""plan - addresses, names and passwords of the miniature site."""

_CONTAINERS = {
    "db": 10, "antcodeweb": 11, "antcoderedis-0": 21, "antcoderedis-1": 22, "antcoderedis-2": 23,
    "antcodeproxy": 31, "antcodeshard": 32, "antcodenode-0": 41, "antcodenode-1": 42,
    "codecenter": 43,
    "linkemongo-0": 51, "linkemongo-1": 52, "linkemongo-2": 53,
    "linkuredis-0": 54, "linkuredis-1": 55, "linkuredis-2": 56,
    "linkenexus-0": 57, "linkenexus-1": 58, "linklog": 61, "linku": 62, "fabric": 63, "linkm": 64,
    "antbuild": 71, "runner": 72, "aclinkecore": 81, "aclinkelib": 82, "aclinkeaci": 83,
    "acijenkinscloud": 84, "linkeonex": 91, "bahamutcloud": 92, "linkt": 93, "linkflowcloud": 94,
    "deploycore": 95, "linkqweb": 101, "easycaseapps": 102, "amock": 103,
}
ADDRESSES = {name: f"10.77.0.{n}" for name, n in _CONTAINERS.items()}
DB = "linke-db"

# The load balancers' addresses.
FRONT = {name: f"10.77.1.{n + 1}" for n, name in enumerate((
    "antcode", "redis", "proxy", "shard", "codecenter", "mongo", "linkuredis", "nexus", "jenkins"))}

PASSWORDS = {
    "redis": "redis-of-the-site", "linkuredis": "linkuredis-of-the-site",
    "batman": "batman-of-the-site", "linkc": "linkc-of-the-site",
    "codecenter": "codecenter-of-the-site", "antb": "antb-of-the-site",
    "easycase": "easycase-of-the-site", "mongo": "mongo-of-the-site",
    "git": "git-of-the-site", "git-token": "token-of-the-site",
}

HOSTS = {"code.example.net": FRONT["antcode"], DB: ADDRESSES["db"], "antcode-slb": FRONT["antcode"],
         "redis-slb": FRONT["redis"], "proxy-slb": FRONT["proxy"], "shard-slb": FRONT["shard"],
         "codecenter-slb": FRONT["codecenter"], "mongo-slb": FRONT["mongo"],
         "linkuredis-slb": FRONT["linkuredis"], "nexus-slb": FRONT["nexus"],
         "jenkins-slb": FRONT["jenkins"]}
