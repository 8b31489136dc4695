"""The job's own /etc: what programs and libraries need of the host's, none of its secrets, and the job's own names."""

from __future__ import annotations

import os

from . import kernel

_FOLDERS = ("alternatives", "ca-certificates", "crypto-policies", "fonts", "ld.so.conf.d", "pki", "ssl", "terminfo")
_FILES = (
    "bash.bashrc",
    "ca-certificates.conf",
    "debian_version",
    "gai.conf",
    "host.conf",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "localtime",
    "lsb-release",
    "magic",
    "mime.types",
    "networks",
    "os-release",
    "profile",
    "protocols",
    "redhat-release",
    "rpc",
    "services",
    "timezone",
)
_KEYS = ("/ssl/private", "/pki/tls/private")

_WRITTEN = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "group": "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
}


def fill(root: str, hosts: dict[str, str], hostname: str) -> None:
    """Write the /etc of a job under `root`, which is still writable."""
    etc = root + "/etc"
    os.mkdir(etc)
    for name in _FOLDERS:
        _bind(f"/etc/{name}", f"{etc}/{name}")
    for name in _FILES:
        _copy(f"/etc/{name}", f"{etc}/{name}")
    for key in _KEYS:
        if os.path.isdir(etc + key):
            kernel.mount("tmpfs", etc + key, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=555,size=4k")
    for name, text in _WRITTEN.items():
        _write(f"{etc}/{name}", text)
    _write(f"{etc}/hosts", hosts_file(hosts, hostname))
    _write(f"{etc}/hostname", f"{hostname}\n")
    _write(f"{etc}/resolv.conf", _host_resolver())
    os.symlink("/proc/mounts", f"{etc}/mtab")


def hosts_file(hosts: dict[str, str], hostname: str) -> str:
    """The lines of /etc/hosts: loopback, the given names, and the job's own name if it is not among them."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    lines += [f"{address} {name}" for name, address in hosts.items()]
    if hostname not in {"localhost", *hosts}:
        lines.append(f"127.0.0.1 {hostname}")
    return "\n".join(lines) + "\n"


def _bind(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.mkdir(target)
        kernel.mount(source, target, "", kernel.MS_BIND | kernel.MS_REC)


def _copy(source: str, target: str) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
    elif os.path.isfile(source) and os.access(source, os.R_OK):
        with open(source, "rb") as original, open(target, "wb") as copy:
            copy.write(original.read())


def _host_resolver() -> str:
    """The text, not the link: on many hosts it points into /run, which the job does not see."""
    try:
        with open("/etc/resolv.conf", encoding="utf-8", errors="replace") as resolver:
            return resolver.read()
    except OSError:
        return ""


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
