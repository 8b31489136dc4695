"""Enters namespaces of our own: the same way for root and for anybody else, by a user namespace."""

from __future__ import annotations

import _socket
import fcntl
import os
import struct

from . import kernel

_EVERY = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS

_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


def enter(network: bool) -> None:
    """Move this process into new namespaces, as their uid 0; its next child becomes pid 1 in there.

    Without `network` that means: no interface but the loopback one.
    """
    uid, gid = os.getuid(), os.getgid()
    _leave_groups()
    kernel.unshare(_EVERY if network else _EVERY | kernel.CLONE_NEWNET)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"0 {uid} 1")
    _write("/proc/self/gid_map", f"0 {gid} 1")
    if not network:
        _bring_loopback_up()


def _leave_groups() -> None:
    """Supplementary groups would still open files by group. Only a root that is not confined itself may leave them."""
    try:
        os.setgroups([])
    except PermissionError:
        return


def _bring_loopback_up() -> None:
    control = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    name, flags = struct.unpack("16sh22x", fcntl.ioctl(control.fileno(), _SIOCGIFFLAGS, struct.pack("16s24x", b"lo")))
    fcntl.ioctl(control.fileno(), _SIOCSIFFLAGS, struct.pack("16sh22x", name, flags | _IFF_UP))
    control.close()


def _write(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)
