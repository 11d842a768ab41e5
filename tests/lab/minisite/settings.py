"""settings - what the site's operator has told rounds, in /etc/rounds of every container."""
from . import servers
from .plan import PASSWORDS, WEB, hostname

REPOSITORY = "linke/sxy-aks-test.git"
# Durations that a real site has longer: faults are to show within seconds, and the site is just up.
SHORT = {"settled": "0s", "mongo_started": "0s", "normal_log_age": "20s", "runner_silence": "10s",
         "deleted_open_max": "8M", "busy_for": "4s", "busy_every": "1s",
         "rinetd_lag": "4s", "rinetd_every": "1s", "mirror_lag": "4s", "mirror_every": "1s"}
ADDRESSES = {
    "GIT_HTTP_REPO_SUFFIX": f"code.example.net/{REPOSITORY}",
    "GIT_HTTP_USER": "linke",
    "GIT_HTTP_PWD": PASSWORDS["git"],
    "GIT_HTTP_TOKEN": PASSWORDS["git-token"],
    "GIT_SSH_HOST": "code.example.net",
    "GIT_SSH_REPO_URL": f"tenant@code.example.net:{REPOSITORY}",
    "linku_url": "http://linku-slb/",
    "link_log_url": "http://linklog-slb/",
    "op_url": "http://platform:8001/",
    "iam_url": "http://platform:8002/",
    "oss_url": "http://platform:8003/",
    "antcode_url": "http://code.example.net/",
    "antbuild_url": "http://antbuild-slb/api/v1/runners/count",
    "linkt_url": "http://linkt-slb/",
    "mongo_slb": "mongo-slb",
    "nexus_slb": "nexus-slb",
    "jenkins_slb": "jenkins-slb",
    "antcode_slb": "antcode-slb",
    "antcode_redis_slb": "redis-slb",
    "antcode_proxy_slb": "proxy-slb",
    "antcode_shard_slb": "shard-slb",
    "antcode_node_port": "9527",
    "antcode_web_port": "8085",
    "inner_sentinel_port": "26379",
    "codecenter_slb": "codecenter-slb",
    "linku_redis_slb": "linkuredis-slb",
    "probe_repository": f"1/{REPOSITORY}",
    **{f"{name}_slb": f"{name}-slb" for name in WEB},
    "backup_kept": "29d",
}
OF_RULESETS = {
    "linkci-aclinkeaci": {"jenkins_url": "http://jenkins-slb:8080/login"},
    "linkebase-linku": {"redis_host": "linkuredis-slb", "redis_password": PASSWORDS["linkuredis"]},
    "antcode-antcoderedis": {
        "antcode_redis_pods": [f"antcoderedis-{n}" for n in range(3)],
        "antcode_redis_pod_names": [hostname(f"antcoderedis-{n}") for n in range(3)],
        "antcode_redis_host_ip": "antcoderedis-0"},
    "antcode-antcodenode": {"node_pod_names": [hostname(f"antcodenode-{n}") for n in range(2)],
                            "backup_glob": "/backup/*"},
    "linkebase-linkuredis": {
        "linku_redis_pods": [f"linkuredis-{n}" for n in range(3)],
        "linku_redis_pod_names": [hostname(f"linkuredis-{n}") for n in range(3)],
        "linku_redis_host_ip": "linkuredis-0"},
    "linkebase-linkemongo": {"pod_names": [hostname(f"linkemongo-{n}") for n in range(3)],
                             "backup_glob": "/backup/*"},
    "linkebase-linkenexus": {"pod_names": [hostname(f"linkenexus-{n}") for n in range(2)],
                             "backup_glob": "/backup/*"},
}


def _value(v):
    return "[ " + ", ".join(v) + " ]" if isinstance(v, list) else f'"{v}"'


def text():
    lines = [f"{k}: {_value(v)}" for k, v in {**SHORT, **ADDRESSES}.items()]
    lines.append("rulesets:")
    for ruleset, values in OF_RULESETS.items():
        lines.append(f"  {ruleset}:")
        lines += [f"    {k}: {_value(v)}" for k, v in values.items()]
    return "\n".join(lines) + "\n"


def give(c, lab):
    """The settings, the keys of the two clones, and the known host to a container."""
    c.file("/etc/rounds/params.d/site.yaml", text(), 0o600)
    c.file("/etc/rounds/secrets/git_user_key", servers.read_key(lab, "user"), 0o600)
    c.file("/etc/rounds/secrets/git_deploy_key", servers.read_key(lab, "deploy"), 0o600)
    kind, key = servers.read_key(lab, "host.pub").split()[:2]
    c.file("/etc/rounds/known_hosts", f"code.example.net {kind} {key}\n")
    c.links["/usr/local/etc/rounds"] = "/etc/rounds"
    c.links["/usr/local/var"] = "/var"
    return c
