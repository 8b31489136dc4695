"""Builds what a job sees as its file system, and moves into it.

A small tmpfs is the root; the host's programs and libraries are bound into it, then the job's own mounts, and last
everything that the job may not write becomes read-only. Nothing else of the host is there.
"""

from __future__ import annotations

import os

from . import etc, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_EMPTY = ("/home", "/mnt", "/media", "/opt", "/srv", "/sys/devices", "/var/lib", "/var/log", "/var/cache")
_PROCESSORS = "/sys/devices/system"
_SCRATCH = {"/tmp": 0o1777, "/var/tmp": 0o1777, "/root": 0o700}
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}
_PROC_READ_ONLY = ("sys", "irq", "bus", "fs")
_PROC_MASKED = ("kcore", "keys", "timer_list", "sched_debug", "scsi", "acpi", "latency_stats", "kallsyms")

# The options of a mount that a user namespace may not take away again.
_LOCKED = {
    "ro": kernel.MS_RDONLY,
    "nosuid": kernel.MS_NOSUID,
    "nodev": kernel.MS_NODEV,
    "noexec": kernel.MS_NOEXEC,
}


def enter(folder: str, job: dict[str, Any]) -> None:
    """Build the job's root on `folder`/root and make it this process's root. For pid 1 of the sandbox."""
    root = Root(os.path.join(folder, "root"), job["hidden"])
    root.bind_system()
    etc.fill(root.path, job["hosts"], job["hostname"])
    root.make_devices(shared_memory_bytes=job["limits"]["memory_bytes"])
    root.mount_proc()
    root.bind_scratch(os.path.join(folder, "scratch"))
    for source, target, writable in sorted(job["mounts"], key=lambda mount: mount[1]):
        root.bind(source, target, writable)
    root.protect()
    root.pivot()


class Root:
    """A file system in the making, at `path` on the host; no folder of the host shows what lies at a `hidden` path."""

    def __init__(self, path: str, hidden: list[str]) -> None:
        self.path = path
        self._hidden = hidden
        self._writable = {"/": False}  # each place that was mounted, and whether the job may write there
        self._host = set[str]()  # those of them that show something of the host
        os.makedirs(path, exist_ok=True)
        kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
        kernel.mount("tmpfs", path, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755,size=16m")

    def bind_system(self) -> None:
        for place in _SYSTEM:
            if os.path.islink(place):
                os.symlink(os.readlink(place), self.path + place)
            elif os.path.isdir(place):
                self.bind(place, place)
        for place in _EMPTY:
            os.makedirs(self.path + place, exist_ok=True)
        # Thread pools (OpenMP, BLAS, joblib) read the machine's processors here.
        if os.path.isdir(_PROCESSORS):
            self.bind(_PROCESSORS, _PROCESSORS)
        self._tmpfs("/run", "mode=755,size=64m")

    def bind(self, source: str, target: str, writable: bool = False) -> None:
        """Show the host's `source` at `target`. Refuses a target that does not lie where it says."""
        if not os.path.exists(source):
            raise OSError(f"mount source {source} is not there")
        target = os.path.normpath(target)
        place = self.path + target
        if os.path.realpath(place) != place:
            raise OSError(f"mount target {target}: a symbolic link is in the way")
        self._make_target(source, target)
        kernel.mount(source, place, "", kernel.MS_BIND | kernel.MS_REC)
        self._writable[target] = writable
        self._host.add(target)
        for path in self._hidden:
            if path.startswith(source.rstrip("/") + "/"):
                self._mask(target + path[len(source.rstrip("/")) :])

    def make_devices(self, shared_memory_bytes: int | None) -> None:
        self._tmpfs("/dev", "mode=755,size=64k", kernel.MS_NOSUID)
        for name in _DEVICES:
            self.bind(f"/dev/{name}", f"/dev/{name}")  # read-only, or host root could change their modes for all
        for name, target in _DEVICE_LINKS.items():
            os.symlink(target, f"{self.path}/dev/{name}")
        os.mkdir(f"{self.path}/dev/pts")
        kernel.mount(
            "devpts",
            f"{self.path}/dev/pts",
            "devpts",
            kernel.MS_NOSUID | kernel.MS_NOEXEC,
            "newinstance,ptmxmode=666,mode=620",
        )
        self._writable["/dev/pts"] = True
        self._tmpfs("/dev/shm", f"mode=1777,size={shared_memory_bytes or '50%'}")

    def mount_proc(self) -> None:
        """A fresh /proc of the sandbox's own processes; what of it is the host's is read-only or covered."""
        proc = self.path + "/proc"
        os.mkdir(proc)
        kernel.mount("proc", proc, "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
        self._writable["/proc"] = True
        self._forbid_user_namespaces()
        for entry in [*os.scandir(proc)]:
            if entry.name in _PROC_MASKED or _is_secret(entry):
                self._mask(f"/proc/{entry.name}")
            elif entry.name in _PROC_READ_ONLY or _is_control(entry):
                self.bind(entry.path, f"/proc/{entry.name}")

    def bind_scratch(self, scratch: str) -> None:
        """The job's temporary folders lie on disk beside its other files: big ones must not eat memory."""
        for target, mode in _SCRATCH.items():
            source = os.path.join(scratch, target.strip("/").replace("/", "-"))
            os.makedirs(source, exist_ok=True)
            os.chmod(source, mode)
            self.bind(source, target, writable=True)

    def protect(self) -> None:
        """Set the flags of all mounts, bound ones' own mounts included: read-only unless said otherwise, no set-uid."""
        for place, options in _mounts_below(self.path):
            inside = place[len(self.path) :] or "/"
            flags = kernel.MS_NOSUID | sum(_LOCKED.get(option, 0) for option in options)
            if not inside.startswith("/dev/"):
                flags |= kernel.MS_NODEV
            if not self._is_writable(inside):
                flags |= kernel.MS_RDONLY
            kernel.mount("none", place, "", kernel.MS_REMOUNT | kernel.MS_BIND | flags)

    def pivot(self) -> None:
        """Make this the root. The old one is stacked on it, then taken off: no folder for it is needed."""
        os.chdir(self.path)
        kernel.pivot_root(".", ".")
        kernel.unmount_lazily(".")
        os.chdir("/")

    def _tmpfs(self, target: str, options: str, flags: int = kernel.MS_NOSUID | kernel.MS_NODEV) -> None:
        os.makedirs(self.path + target, exist_ok=True)
        kernel.mount("tmpfs", self.path + target, "tmpfs", flags, options)
        self._writable[target] = True

    def _mask(self, target: str) -> None:
        place = self.path + target
        if os.path.isdir(place):
            kernel.mount("tmpfs", place, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=555,size=4k")
        elif os.path.exists(place):
            kernel.mount("/dev/null", place, "", kernel.MS_BIND)
        self._writable[target] = False

    def _make_target(self, source: str, target: str) -> None:
        place = self.path + target
        if os.path.exists(place):
            return
        nearest = self._mount_over(os.path.dirname(target))
        if nearest in self._host and not self._writable[nearest]:
            raise OSError(f"mount target {target}: it is not there, and {nearest} is the host's and read-only")
        os.makedirs(place if os.path.isdir(source) else os.path.dirname(place), exist_ok=True)
        if not os.path.isdir(source):
            os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))

    def _is_writable(self, target: str) -> bool:
        return self._writable[self._mount_over(target)]

    def _mount_over(self, target: str) -> str:
        """The mount of ours that the target lies in: itself or its nearest parent."""
        while target not in self._writable:
            target = os.path.dirname(target)
        return target

    def _forbid_user_namespaces(self) -> None:
        """A namespace within would give the job's code the kernel's mount and network calls to attack."""
        with open(f"{self.path}/proc/sys/user/max_user_namespaces", "w", encoding="utf-8") as setting:
            setting.write("0")


def _is_secret(entry: os.DirEntry[str]) -> bool:
    """A file of /proc that only the host's root may read: kcore, kmsg, kpagecount ..."""
    return entry.is_file(follow_symlinks=False) and not entry.stat().st_mode & 0o004


def _is_control(entry: os.DirEntry[str]) -> bool:
    """A file of /proc that changes the host when it is written: sysrq-trigger, mtrr ..."""
    return entry.is_file(follow_symlinks=False) and bool(entry.stat().st_mode & 0o222)


def _mounts_below(root: str) -> list[tuple[str, list[str]]]:
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        mounts = [line.split(" ", 6) for line in lines]
    places = [(_unescape(fields[4]), fields[5].split(",")) for fields in mounts]
    return [(place, options) for place, options in places if place == root or place.startswith(root + "/")]


def _unescape(path: str) -> str:
    for character in " \t\n\\":
        path = path.replace(f"\\{ord(character):03o}", character)
    return path
