"""Finds the files that a buildspec names, and puts them where the server takes them."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .build_log import Records, say
from .build_shell import Shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class CollectError(Exception):
    """What a buildspec names is not there; the text is the message of the phase's context."""


def collect_artifacts(
    artifacts: Sequence[dict[str, Any]], source: Path, folder: Path, records: Records, shell: Shell
) -> None:
    """Make a ZIP file or a folder of each artifact. Raises CollectError."""
    for number, declared in enumerate(artifacts):
        artifact = _expanded(declared, shell)
        found = _chosen(artifact, source)
        if not found:
            raise CollectError("no matching artifact paths found")
        target = folder / str(number)
        target.parent.mkdir(parents=True, exist_ok=True)
        if artifact["packaging"] == "ZIP":
            _write_zip(target, found, artifact["enable_symlinks"])
        else:
            _copy(target, found)
        name = shell.expand(artifact["name"]) if artifact["name"] else ""
        records.collected("artifact", identifier=artifact["identifier"], name=name, place=str(target))


def collect_reports(
    reports: Sequence[dict[str, Any]], source: Path, folder: Path, records: Records, shell: Shell
) -> None:
    """Copy the files of each report; a report without any is told of, and fails nothing."""
    for number, declared in enumerate(reports):
        report = _expanded(declared, shell)
        say(f"Preparing to copy {report['group']} report files")
        try:
            found = _chosen(report, source)
        except CollectError:
            found = {}
        if not found:
            say(f"No matching report paths found for {report['group']}")
        target = folder / str(number)
        target.mkdir(parents=True, exist_ok=True)
        _copy(target, found)
        records.collected("report", group=report["group"], format=report["format"], place=str(target))


def _expanded(wanted: dict[str, Any], shell: Shell) -> dict[str, Any]:
    """With the values of the variables that stand in its paths, such as `$CODEBUILD_SRC_DIR/dist`."""
    lists = {key: [_path(pattern, shell) for pattern in wanted[key]] for key in ("files", "exclude")}
    return {**wanted, **lists, "base_directory": _path(wanted["base_directory"], shell)}


def _path(text: str, shell: Shell) -> str:
    return shell.expand(text) if "$" in text else text


def _chosen(wanted: dict[str, Any], source: Path) -> dict[str, Path]:
    """Name in the result -> file. Raises CollectError where the base directory is not there."""
    say(f"Expanding base directory path: {wanted['base_directory']}")
    say("Assembling file list")
    found: dict[str, Path] = {}
    for base in _bases(wanted["base_directory"], source):
        say(f"Expanding {wanted['base_directory']}")
        say(f"Expanding file paths for base directory {wanted['base_directory']}")
        for relative, path in files_below(base, wanted["files"], wanted["exclude"]):
            found[Path(relative).name if wanted["discard_paths"] else relative] = path
    if found:
        say(f"Found {len(found)} file(s)")
    return found


def _bases(pattern: str, source: Path) -> list[Path]:
    if pattern in ("", "."):
        return [source]
    if not re.search(r"[*?\[]", pattern):
        found = [source / pattern]
    else:
        matches = expression(pattern.rstrip("/"))
        found = [source / name for name in _folders(source) if matches.fullmatch(name)]
    found = [folder for folder in found if folder.is_dir()]
    if not found:
        raise CollectError(f"no matching base directory path found for {pattern}")
    return found


def files_below(base: Path, patterns: Sequence[str], excluded: Sequence[str] = ()) -> Iterator[tuple[str, Path]]:
    """The files that match one of the patterns and none of `excluded`, in the patterns' order."""
    unwanted = [expression(pattern) for pattern in excluded]
    names = sorted(_files(base))
    for pattern in patterns:
        if pattern.startswith("/") and Path(pattern).is_file():
            yield pattern.lstrip("/"), Path(pattern)
            continue
        wanted = expression(pattern)
        for name in names:
            if wanted.fullmatch(name) and not any(one.fullmatch(name) for one in unwanted):
                yield name, base / name


def expression(pattern: str) -> re.Pattern[str]:
    """A path pattern: `*` within a name, `**` over folders, `?`, `[abc]` and `{one,other}`."""
    pattern = re.sub(r"^(\./)+", "", pattern)
    text, depth = "", 0
    for part in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|.", pattern, re.DOTALL):
        depth += part == "{"
        closes = part == "}" and depth > 0
        alternatives = {"{": "(?:", "}": ")" if closes else r"\}", ",": "|" if depth else ","}
        text += _WILD.get(part) or alternatives.get(part) or (part if len(part) > 1 else re.escape(part))
        depth -= closes
    return re.compile(text + ")" * depth, re.DOTALL)


_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _files(base: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(base):
        for path in (Path(parent, name) for name in [*names, *folders]):
            if path.is_file() or path.is_symlink():
                yield path.relative_to(base).as_posix()


def _folders(base: Path) -> Iterator[str]:
    for parent, folders, _ in os.walk(base):
        for name in sorted(folders):
            yield Path(parent, name).relative_to(base).as_posix()


def _copy(target: Path, files: dict[str, Path]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        if path.is_file():
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)


def _write_zip(target: Path, files: dict[str, Path], keeps_links: bool) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name, path in files.items():
            if keeps_links and path.is_symlink():
                link = zipfile.ZipInfo(name)
                link.create_system = 3
                link.external_attr = 0o120777 << 16
                archive.writestr(link, os.readlink(path))  # noqa: PTH115 - Python 3.8
            elif path.is_file():
                archive.write(path, name)
            elif path.is_dir():  # a link to a folder, which is followed
                for below in _files(path):
                    archive.write(path / below, f"{name}/{below}")
