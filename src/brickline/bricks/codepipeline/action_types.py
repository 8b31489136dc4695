"""The actions that pipelines can have, and what each takes (action-reference.html). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from brickline.baseplate.brick import Shape

MINUTE = 60.0
_DAY = 24 * 60

Range = tuple[int, int]


@dataclass(frozen=True)
class ActionType:
    """`required` and `optional` are configuration properties; the minutes are how long an action may take."""

    category: str
    provider: str
    inputs: Range
    outputs: Range
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    minutes: int = 60
    is_v2_only: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values that a property can have, where these are few."""

    @property
    def type_id(self) -> Shape:
        return {"category": self.category, "owner": "AWS", "provider": self.provider, "version": "1"}

    def described(self) -> Shape:
        """As ListActionTypes shows it."""
        properties = [(name, True) for name in self.required] + [(name, False) for name in self.optional]
        return {
            "id": self.type_id,
            "settings": {},
            "actionConfigurationProperties": [
                {"name": name, "required": required, "key": True, "secret": False, "type": "String"}
                for name, required in properties
            ],
            "inputArtifactDetails": _details(self.inputs),
            "outputArtifactDetails": _details(self.outputs),
        }


_BOOLEAN = ("true", "false")
_FORMATS = ("CODE_ZIP", "CODEBUILD_CLONE_REF")
_BUILD = ("PrimarySource", "EnvironmentVariables", "BatchEnabled", "CombineArtifacts")

_TYPES = (
    ActionType(
        "Source",
        "CodeCommit",
        (0, 0),
        (1, 1),
        ("RepositoryName", "BranchName"),
        ("PollForSourceChanges", "OutputArtifactFormat"),
        choices={"PollForSourceChanges": _BOOLEAN, "OutputArtifactFormat": _FORMATS},
    ),
    ActionType(
        "Source",
        "S3",
        (0, 0),
        (1, 1),
        ("S3Bucket", "S3ObjectKey"),
        ("PollForSourceChanges", "AllowOverrideForS3ObjectKey"),
        choices={"PollForSourceChanges": _BOOLEAN, "AllowOverrideForS3ObjectKey": _BOOLEAN},
    ),
    ActionType(
        "Source",
        "CodeStarSourceConnection",
        (0, 0),
        (1, 1),
        ("ConnectionArn", "FullRepositoryId", "BranchName"),
        ("OutputArtifactFormat", "DetectChanges"),
        choices={"DetectChanges": _BOOLEAN, "OutputArtifactFormat": _FORMATS},
    ),
    ActionType("Build", "CodeBuild", (1, 5), (0, 5), ("ProjectName",), _BUILD, minutes=8 * 60),
    ActionType("Test", "CodeBuild", (1, 5), (0, 5), ("ProjectName",), _BUILD, minutes=8 * 60),
    ActionType(
        "Approval",
        "Manual",
        (0, 0),
        (0, 0),
        optional=("NotificationArn", "CustomData", "ExternalEntityLink"),
        minutes=7 * _DAY,
    ),
    ActionType("Invoke", "Lambda", (0, 5), (0, 5), ("FunctionName",), ("UserParameters",), minutes=20),
    ActionType(
        "Deploy",
        "S3",
        (1, 1),
        (0, 0),
        ("BucketName", "Extract"),
        ("ObjectKey", "KMSEncryptionKeyARN", "CannedACL", "CacheControl"),
        choices={"Extract": _BOOLEAN},
    ),
    ActionType("Compute", "Commands", (1, 10), (0, 1), is_v2_only=True),
)

ACTION_TYPES: Mapping[tuple[str, str], ActionType] = {(one.category, one.provider): one for one in _TYPES}
"""By category and provider; all are of owner AWS and version 1."""


def find_type(type_id: Shape) -> ActionType | None:
    if (type_id["owner"], type_id["version"]) != ("AWS", "1"):
        return None
    return ACTION_TYPES.get((type_id["category"], type_id["provider"]))


def _details(bounds: Range) -> Shape:
    return {"minimumCount": bounds[0], "maximumCount": bounds[1]}
