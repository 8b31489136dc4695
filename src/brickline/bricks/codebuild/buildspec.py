"""A buildspec: what a build is to do. Pure; the messages of BuildspecError are those of CodeBuild's YAML_FILE_ERROR."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from brickline.bricks.codebuild.yaml_text import Item, YamlError, parse_yaml

PHASES = ("install", "pre_build", "build", "post_build")
_VERSIONS = ("0.1", "0.2")
_SHELLS = ("bash", "/bin/sh", "sh", "/bin/bash")
_FORMATS = (
    "CUCUMBERJSON",
    "JUNITXML",
    "NUNITXML",
    "NUNIT3XML",
    "TESTNGXML",
    "VISUALSTUDIOTRX",
    "CLOVERXML",
    "COBERTURAXML",
    "JACOCOXML",
    "SIMPLECOV",
)
_RETRIES = 3
"""How often `on-failure: RETRY` tries again where it says no number."""


class BuildspecError(Exception):
    """Something in the buildspec is wrong."""


@dataclass(frozen=True)
class OnFailure:
    """What a phase that fails does to the build; without an `action` the phase's own rule holds."""

    action: str = ""
    """`ABORT`, `CONTINUE` or empty."""
    count: int = 0
    """How often the phase is tried again first, where the failure's message matches `pattern`."""
    pattern: str = ".*"


@dataclass(frozen=True)
class Phase:
    commands: tuple[str, ...] = ()
    finally_commands: tuple[str, ...] = ()
    on_failure: OnFailure = OnFailure()
    run_as: str = ""


@dataclass(frozen=True)
class Files:
    """Files that are taken from the source folder."""

    patterns: tuple[str, ...]
    base_directory: str = "."
    discard_paths: bool = False
    excluded: tuple[str, ...] = ()
    enable_symlinks: bool = False
    name: str = ""
    s3_prefix: str = ""
    file_format: str = "JUNITXML"


@dataclass(frozen=True)
class Buildspec:
    version: str
    phases: Mapping[str, Phase]
    shell: str = "sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    git_credential_helper: bool = False
    """Git in a build has credentials for this server's repositories either way."""
    run_as: str = ""
    runtimes: Mapping[str, str] = field(default_factory=dict)
    artifacts: Files | None = None
    secondary_artifacts: Mapping[str, Files] = field(default_factory=dict)
    reports: Mapping[str, Files] = field(default_factory=dict)
    cache_paths: tuple[str, ...] = ()


def parse_buildspec(text: str) -> Buildspec:
    """Raises BuildspecError."""
    try:
        top = _mapping(parse_yaml(text), "buildspec")
    except YamlError as error:
        raise BuildspecError(str(error)) from None
    version = _text(top.get("version"), "version")
    if version not in _VERSIONS:
        given = f"found {version!r}" if version else "it is missing"
        raise BuildspecError(f"invalid buildspec version: {given}. Expecting: {', '.join(_VERSIONS)}")
    phases = _phases(top.get("phases"))
    env = _mapping(top.get("env"), "env")
    return Buildspec(
        version=version,
        phases=phases,
        shell=_shell(env),
        variables=_texts(env.get("variables"), "env/variables"),
        parameters=_texts(env.get("parameter-store"), "env/parameter-store"),
        secrets=_texts(env.get("secrets-manager"), "env/secrets-manager"),
        exported=_list(env.get("exported-variables"), "env/exported-variables"),
        git_credential_helper=_flag(env.get("git-credential-helper"), "env/git-credential-helper"),
        run_as=_text(top.get("run-as"), "run-as"),
        runtimes=_runtimes(top),
        artifacts=_artifacts(top),
        secondary_artifacts=_secondary_artifacts(top),
        reports=_reports(top),
        cache_paths=_list(_mapping(top.get("cache"), "cache").get("paths"), "cache/paths"),
    )


def _phases(item: Item | None) -> dict[str, Phase]:
    phases = _mapping(item, "phases")
    if not phases:
        raise BuildspecError("phases: at least one phase must be specified: " + ", ".join(PHASES))
    for name in phases:
        if name not in PHASES:
            raise BuildspecError(f"Invalid buildspec phase name: {name}. Expecting: {','.join(sorted(PHASES))}")
    found = {name: _phase(name, _mapping(phase, f"phases/{name}")) for name, phase in phases.items()}
    if not any(one.commands or one.finally_commands for one in found.values()) and "install" not in found:
        raise BuildspecError(f"No commands found for phase name: {next(iter(found))}")
    return found


def _phase(name: str, phase: Mapping[str, Item]) -> Phase:
    return Phase(
        commands=_commands(phase.get("commands"), "Commands"),
        finally_commands=_commands(phase.get("finally"), "Finally"),
        on_failure=_on_failure(name, _text(phase.get("on-failure"), f"phases/{name}/on-failure")),
        run_as=_text(phase.get("run-as"), f"phases/{name}/run-as"),
    )


def _commands(item: Item | None, label: str) -> tuple[str, ...]:
    if item is None or item.value == "":
        return ()
    if isinstance(item.value, str):
        return (item.value,)
    if isinstance(item.value, dict):
        raise BuildspecError(f"Expected {label} to be of array type: found subkeys instead at line {item.line}")
    return tuple(_command(one, f"{label}[{number}]") for number, one in enumerate(item.value) if one.value != "")


def _command(item: Item, place: str) -> str:
    if isinstance(item.value, str):
        return item.value
    found = "subkeys" if isinstance(item.value, dict) else "array"
    # CodeBuild's own hint: `- echo "a: b"` is a mapping to YAML unless the whole command is quoted.
    raise BuildspecError(
        f"Expected {place} to be of string type: found {found} instead at line {item.line}, "
        f"value of the key tag on line {max(item.line - 1, 1)} might be empty"
    )


def _on_failure(phase: str, text: str) -> OnFailure:
    if text in ("", "ABORT", "CONTINUE"):
        return OnFailure(text)
    found = re.fullmatch(r"RETRY(-(?P<count>\d+))?(-(?P<pattern>.+))?", text)
    if not found:
        expected = "ABORT, CONTINUE, RETRY, RETRY-<count>, RETRY-<regex>, RETRY-<count>-<regex>"
        raise BuildspecError(f"invalid on-failure {text!r} of phase {phase}. Expecting: {expected}")
    pattern = found["pattern"] or ".*"
    try:
        re.compile(pattern)
    except re.error as error:
        raise BuildspecError(f"on-failure of phase {phase}: {pattern!r} is no regular expression: {error}") from None
    return OnFailure("", int(found["count"] or _RETRIES), pattern)


def _shell(env: Mapping[str, Item]) -> str:
    shell = _text(env.get("shell"), "env/shell") or "sh"
    if shell not in _SHELLS:
        raise BuildspecError(f"invalid shell {shell!r} in env/shell. Expecting on Linux: {', '.join(_SHELLS)}")
    return shell


def _runtimes(top: Mapping[str, Item]) -> dict[str, str]:
    install = _mapping(_mapping(top.get("phases"), "phases").get("install"), "phases/install")
    return _texts(install.get("runtime-versions"), "phases/install/runtime-versions")


def _artifacts(top: Mapping[str, Item]) -> Files | None:
    artifacts = _mapping(top.get("artifacts"), "artifacts")
    return _files(artifacts, "artifacts") if "files" in artifacts else None


def _secondary_artifacts(top: Mapping[str, Item]) -> dict[str, Files]:
    section = _mapping(_mapping(top.get("artifacts"), "artifacts").get("secondary-artifacts"), "secondary-artifacts")
    return {name: _files(_mapping(item, f"secondary-artifacts/{name}"), name) for name, item in section.items()}


def _reports(top: Mapping[str, Item]) -> dict[str, Files]:
    section = _mapping(top.get("reports"), "reports")
    found = {group: _files(_mapping(item, f"reports/{group}"), f"reports/{group}") for group, item in section.items()}
    for group, files in found.items():
        if files.file_format not in _FORMATS:
            raise BuildspecError(
                f"reports/{group}: unknown file-format {files.file_format!r}. Expecting: {', '.join(_FORMATS)}"
            )
    return found


def _files(section: Mapping[str, Item], place: str) -> Files:
    if not (patterns := _list(section.get("files"), f"{place}/files")):
        raise BuildspecError(f"{place}: no files are given; name at least one path or pattern under files")
    return Files(
        patterns=patterns,
        base_directory=_text(section.get("base-directory"), f"{place}/base-directory") or ".",
        discard_paths=_flag(section.get("discard-paths"), f"{place}/discard-paths"),
        excluded=_list(section.get("exclude-paths"), f"{place}/exclude-paths"),
        enable_symlinks=_flag(section.get("enable-symlinks"), f"{place}/enable-symlinks"),
        name=_text(section.get("name"), f"{place}/name"),
        s3_prefix=_text(section.get("s3-prefix"), f"{place}/s3-prefix"),
        file_format=(_text(section.get("file-format"), f"{place}/file-format") or "JUNITXML").upper(),
    )


def _mapping(item: Item | None, place: str) -> Mapping[str, Item]:
    if item is None or item.value == "":
        return {}
    if not isinstance(item.value, dict):
        raise BuildspecError(f"{place}: expected a mapping (key: value) at line {item.line}")
    return item.value


def _texts(item: Item | None, place: str) -> dict[str, str]:
    return {name: _text(one, f"{place}/{name}") for name, one in _mapping(item, place).items()}


def _list(item: Item | None, place: str) -> tuple[str, ...]:
    """A list of texts; a single text, which many write, is a list of one."""
    if item is None or item.value == "":
        return ()
    if isinstance(item.value, dict):
        raise BuildspecError(f"{place}: expected a list at line {item.line}")
    items = [item] if isinstance(item.value, str) else item.value
    return tuple(_text(one, place) for one in items)


def _text(item: Item | None, place: str) -> str:
    if item is None:
        return ""
    if not isinstance(item.value, str):
        raise BuildspecError(f"{place}: expected a text at line {item.line}")
    return item.value.strip() if "\n" not in item.value else item.value


def _flag(item: Item | None, place: str) -> bool:
    text = _text(item, place).lower()
    if text not in ("", "yes", "no", "true", "false", "on", "off"):
        raise BuildspecError(f"{place}: expected yes or no, found {text!r}")
    return text in ("yes", "true", "on")
