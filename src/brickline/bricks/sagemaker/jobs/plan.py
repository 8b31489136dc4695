"""What a job is to do, in the terms that training and processing share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from brickline.baseplate.brick import Shape
from brickline.baseplate.kinds import Kind
from brickline.bricks.sagemaker.experiments.tracking import JobTrace

Phase = Literal["Starting", "Downloading", "Running", "Uploading", "Cleaning"]
"""Where a job's controller is; kept in the job's `private`. Each phase can be begun again after a kill.

Starting     the image's environment is found or built
Downloading  a folder per host is filled: inputs, configuration
Running      a sandbox per host runs
Uploading    what the job wrote goes to S3; then the job has its final status
Cleaning     the folders are removed
"""

Verdict = Literal["Completed", "Failed", "Stopped"]


@dataclass(frozen=True)
class Source:
    """Objects in S3."""

    uri: str
    data_type: str = "S3Prefix"
    """`S3Prefix`, `ManifestFile` or `AugmentedManifestFile`."""
    sharded: bool = False
    """Each host gets its share of the objects, instead of all."""


@dataclass(frozen=True)
class Input:
    """A folder of the job that is filled from S3 before it starts. `read_only` inputs may share the store's files."""

    name: str
    path: str
    source: Source
    read_only: bool = False
    required: bool = True
    """An empty source fails the job (not for checkpoints: the first run has none)."""


@dataclass(frozen=True)
class Output:
    """A folder of the job that goes to S3: as one `tar.gz` at `uri`, or file by file below it."""

    path: str
    uri: str
    as_archive: bool = False
    even_if_empty: bool = False
    continuous: bool = False
    """Files are uploaded while the job runs as well."""
    verdicts: frozenset[str] = frozenset(("Completed", "Failed", "Stopped"))
    """The endings after which it is uploaded."""


@dataclass(frozen=True)
class Plan:
    """Everything that the job's life needs to know of its request. Paths are those inside the job."""

    name: str
    arn: str
    image: str
    entrypoint: tuple[str, ...] | None
    """None: the image's own."""
    arguments: tuple[str, ...]
    directory: str
    """The working directory that the job starts in."""
    hosts: tuple[str, ...]
    role_arn: str
    log_group: str
    max_runtime: int
    network: bool
    volume_gb: int
    environment: Mapping[str, str]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    folders: tuple[str, ...]
    """Folders that are there, empty, when the job starts."""
    source_archive: str | None = None
    """URI of the code archive that the image's own entry point unpacks."""
    trial_component: str = ""
    metric_regexes: tuple[tuple[str, str], ...] = ()

    @property
    def client_sdk(self) -> str:
        """The version of the SageMaker SDK that a function was made a step with; empty for other jobs."""
        flags = dict(zip(self.arguments, self.arguments[1:], strict=False))
        return flags.get("--client_sagemaker_pysdk_version", "")


@dataclass(frozen=True)
class Ending:
    """How a job ended."""

    verdict: Verdict
    reason: str = ""
    """FailureReason; empty unless it failed."""
    exceeded_runtime: bool = False
    message: str = ""
    """What the job left as its exit message (processing)."""


class JobKind(Protocol):
    """What differs between training and processing. Everything is pure: documents are changed in place."""

    kind: Kind
    event: str
    """The label in its events' detail-type, `Training Job`."""

    def plan(self, document: Shape) -> Plan: ...

    def files(self, document: Shape, host: str) -> Mapping[str, str]:
        """The configuration files of a host, path to text."""
        ...

    def trace(self, document: Shape) -> JobTrace: ...

    def entered(self, document: Shape, phase: Phase, now: float) -> None:
        """A phase has begun: statuses and times."""
        ...

    def stopping(self, document: Shape, now: float) -> None: ...

    def ended(self, document: Shape, ending: Ending, metrics: list[dict[str, Any]], now: float) -> None:
        """The final status, with everything that Describe shows from then on."""
        ...
