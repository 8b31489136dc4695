"""From a container image's name to the description of a Python environment. Pure."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from brickline.images.catalogue import Catalogue, Image, Release, Tag

OLDEST_PYTHON = "3.8"
"""What runs inside a job needs this version or a later one."""


class UnknownImage(Exception):
    """No catalogue entry matches the image, or none does exactly where that is asked for."""


@dataclass(frozen=True)
class Environment:
    """What stands for an image: an interpreter's version and packages. Images with the same ones share `key`."""

    image_uri: str
    name: str
    framework: str
    python: str
    """The interpreter's minor version, `3.11`."""
    requirements: tuple[str, ...]
    package: str | None = None
    version: str | None = None
    cpu_builds: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    notice: str | None = None
    """A sentence for the job's log, where this is not exactly what the image holds."""

    @property
    def key(self) -> str:
        parts = "\n".join((self.python, *sorted(self.requirements), "", *sorted(self.cpu_builds)))
        label = "-".join(filter(None, (self.package or "python", self.version, f"py{self.python.replace('.', '')}")))
        return f"{label}-{hashlib.sha256(parts.encode()).hexdigest()[:10]}"


@dataclass(frozen=True)
class _Wanted:
    """What the image itself holds, as far as its name tells."""

    version: str | None
    python: str | None


def resolve(
    image_uri: str,
    catalogue: Catalogue,
    *,
    own_python: str,
    available_pythons: Collection[str] = (),
    exact: bool = False,
    client_sdk: str = "",
) -> Environment:
    """The environment for `image_uri`, on `own_python` or another interpreter at hand (minor versions, `3.11`).

    The interpreter that the image names is preferred where it is needed for the very version of the image's package.
    Functions that run as steps bring their client's version of the SageMaker SDK (`client_sdk`): where the image has
    the SDK, it is of that generation.
    Raises UnknownImage where no entry matches, or where `exact` is asked for and only something near can be had.
    """
    image, found = _entry_of(image_uri, catalogue)
    wanted = _wanted(image, found.groupdict())
    # CPU builds come from where pip is pointed to, and that is mostly filled for one interpreter only.
    others = () if image.cpu_builds and not exact else available_pythons
    release, python = _chosen(image, wanted, _by_preference(wanted.python, own_python, others, exact))
    notice = _notice(image, wanted, release, python)
    if exact and notice:
        raise UnknownImage(f"image {image_uri}: {notice}, and exact images are asked for")
    environment = _environment(image_uri, image, release, python, notice)
    return replace(environment, requirements=_with_sdk(environment.requirements, client_sdk))


def numbers(version: str) -> tuple[int, ...]:
    """`1.7.2` as (1, 7, 2), to compare by."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def short_name(image_uri: str) -> str:
    """`repository:tag` of an image: without registry, namespace and digest."""
    return image_uri.split("@")[0].rsplit("/", 1)[-1]


def _entry_of(image_uri: str, catalogue: Catalogue) -> tuple[Image, re.Match[str]]:
    name = short_name(image_uri)
    for image in catalogue.images:
        for pattern in image.match:
            if found := pattern.fullmatch(name):
                return image, found
    raise UnknownImage(_unknown(image_uri, catalogue))


def _unknown(image_uri: str, catalogue: Catalogue) -> str:
    known = {short_name(example): example for image in catalogue.images for example in image.examples}
    near = difflib.get_close_matches(short_name(image_uri), known, n=3, cutoff=0.3) or sorted(known)[:3]
    return (
        f"no environment is known for image {image_uri}; the nearest known images are "
        f"{', '.join(known[name] for name in near)}. To add it, put an [[images]] entry with 'name', 'match' and "
        "'requirements' into images.toml in the data directory (`brickline images` lists what is known)"
    )


def _wanted(image: Image, groups: Mapping[str, str | None]) -> _Wanted:
    tag = groups.get("tag") or ""
    held = image.tags.get(tag) or image.tags.get(tag.split(".")[0]) or Tag()
    version = held.version or tag.replace("-", ".") or None
    return _Wanted(version if image.package else None, held.python or _dotted(groups.get("python")))


def _dotted(python: str | None) -> str | None:
    """`311` as `3.11`."""
    return python if python is None or "." in python or len(python) < 2 else f"{python[0]}.{python[1:]}"


def _by_preference(named: str | None, own: str, available: Collection[str], exact: bool) -> list[str]:
    """The interpreters to think of. The server's own comes first: few interpreters make few environments."""
    usable = [python for python in sorted({*available}, key=numbers) if numbers(python) >= numbers(OLDEST_PYTHON)]
    first = [named] if named in usable else []
    return list(dict.fromkeys([*first, own, *usable] if exact else [own, *first, *usable]))


def _chosen(image: Image, wanted: _Wanted, pythons: list[str]) -> tuple[Release | None, str]:
    """The release and the interpreter to take. Of interpreters that do equally well the first of `pythons` is taken."""
    if image.package is None:
        return None, wanted.python if wanted.python in pythons else pythons[0]
    for python in pythons:
        for release in image.releases:
            if wanted.version and _same(release.version, wanted.version) and _runs_on(release, python):
                return release, python
    return _nearest(image, wanted.version, pythons[0]), pythons[0]


def _nearest(image: Image, wanted: str | None, python: str) -> Release | None:
    """The release nearest to `wanted` (the newest one, where nothing is wanted) that runs on `python`."""
    possible = [release for release in image.releases if _runs_on(release, python)]
    possible.sort(key=lambda release: numbers(release.version))
    if not wanted:
        return possible[-1] if possible else None
    below = [release for release in possible if numbers(release.version) < numbers(wanted)][-1:]
    above = [release for release in possible if numbers(release.version) > numbers(wanted)][:1]
    # Of two equally near ones the later: what an older version wrote, a newer one mostly reads.
    return min((*above, *below), key=lambda release: _distance(release.version, wanted), default=None)


def _runs_on(release: Release, python: str) -> bool:
    first, _, last = release.python.partition("-")
    return numbers(first) <= numbers(python) <= numbers(last or first)


def _same(version: str, wanted: str) -> bool:
    """Whether `version` is what is wanted, to the precision that the tag has: `2.3` is any 2.3."""
    return numbers(version)[: len(numbers(wanted))] == numbers(wanted)


def _distance(version: str, wanted: str) -> tuple[int, ...]:
    """How far apart two versions are, the major number first."""
    pairs = zip_longest(numbers(version), numbers(wanted), fillvalue=0)
    return tuple(abs(one - other) for one, other in pairs)


def _notice(image: Image, wanted: _Wanted, release: Release | None, python: str) -> str | None:
    asks, uses = f"Python {wanted.python}", f"Python {python}"
    if image.package and wanted.version:
        version_is_right = release is not None and _same(release.version, wanted.version)
        if version_is_right and wanted.python in (None, python):
            return None
        asks = f"{image.package} {wanted.version}" + (f" on {asks}" if wanted.python else "")
        uses = f"{image.package} {release.version if release else '(newest)'} on {uses}"
    elif wanted.python in (None, python):
        return None
    return f"image asks {asks}; using {uses}"


def _with_sdk(requirements: tuple[str, ...], client_sdk: str) -> tuple[str, ...]:
    """The third generation of the SDK cannot stand beside the second; its functions need only its core."""
    if not client_sdk or numbers(client_sdk) < (3,):
        return requirements
    return tuple("sagemaker-core>=2.27" if item.startswith("sagemaker>") else item for item in requirements)


def _environment(image_uri: str, image: Image, release: Release | None, python: str, notice: str | None) -> Environment:
    requirements = list(image.requirements)
    if release:
        requirements += [f"{release.package or image.package}=={release.version}", *release.requirements]
    elif image.package:
        requirements.append(image.package)
    return Environment(
        image_uri=image_uri,
        name=image.name,
        framework=image.framework,
        python=python,
        requirements=tuple(requirements),
        package=image.package,
        version=release.version if release else None,
        cpu_builds=image.cpu_builds,
        entrypoint=image.entrypoint,
        variables=image.variables,
        notice=notice,
    )
