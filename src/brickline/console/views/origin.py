"""Where a model package comes from: the execution that registered it, its jobs and data, and who or what began it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from brickline.baseplate.brick import Shape
from brickline.baseplate.why import back
from brickline.console.executions import parameters_of, steps_of
from brickline.console.views import comparison
from brickline.console.visit import Visit

_CODEPIPELINE = re.compile(r"arn:aws:codepipeline:[^:]*:[^:]*:([^/]+)/execution/(.+)")


@dataclass(frozen=True)
class Commit:
    """A revision of code. `where` is the repository, or the CodePipeline that took it."""

    id: str
    summary: str
    where: str


def execution_of(package: Shape) -> str:
    """The ARN of the pipeline's execution that registered the package; "" where none did."""
    arn: str = package.get("MetadataProperties", {}).get("GeneratedBy", "")
    return arn if ":pipeline/" in arn and "/execution/" in arn else ""


def lineage(visit: Visit, package: Shape) -> Shape:
    """`back`: from the package to its beginning; `commits`: the code; what the execution that made it was given."""
    arn = execution_of(package)
    steps = back(visit.context.baseplate.store, package["ModelPackageArn"])
    return {"back": steps, "commits": commits(visit, package, steps), **_made(visit, arn)}


def side_by_side(visit: Visit, packages: Sequence[Shape]) -> list[Shape]:
    """What differs in how the packages were made: rows with a value for each."""
    made = [_given(visit, package) for package in packages]
    # The newest knows most of itself.
    names = dict.fromkeys(name for one in reversed(made) for name in one)
    rows = [{"name": name, "values": [one.get(name) for one in made]} for name in names]
    return [row for row in rows if len(set(row["values"])) > 1]


def commits(visit: Visit, package: Shape, steps: Sequence[Shape]) -> list[Commit]:
    """What the package itself says, and the revisions of the CodePipeline executions that led to it."""
    properties = package.get("MetadataProperties", {})
    found = [Commit(properties["CommitId"], "", properties.get("Repository", ""))] if "CommitId" in properties else []
    for step in steps:
        if match := _CODEPIPELINE.fullmatch(step.get("arn", "")):
            answer = visit.call_if_there(
                "codepipeline", "GetPipelineExecution", pipelineName=match[1], pipelineExecutionId=match[2]
            )
            revisions = answer["pipelineExecution"].get("artifactRevisions", ()) if answer else ()
            found += [Commit(one["revisionId"], one.get("revisionSummary", ""), match[1]) for one in revisions]
    return list(dict.fromkeys(found))


def _given(visit: Visit, package: Shape) -> dict[str, str]:
    found = _made(visit, execution_of(package))
    steps = back(visit.context.baseplate.store, package["ModelPackageArn"])
    container = (package.get("InferenceSpecification", {}).get("Containers") or [{}])[0]
    given = {
        "commit": ", ".join(f"{one.id[:12]} {one.summary}".strip() for one in commits(visit, package, steps)),
        **found["parameters"],
        **found["given"],
        "container image": container.get("Image", ""),
    }
    return {name: value for name, value in given.items() if value}


def _made(visit: Visit, arn: str) -> Shape:
    """Of an execution: `parameters`, all `settings` of its jobs, and those that it was `given`."""
    if not arn or visit.call_if_there("sagemaker", "DescribePipelineExecution", PipelineExecutionArn=arn) is None:
        return {"parameters": {}, "settings": {}, "given": {}}
    steps = steps_of(visit, arn)
    return {
        "parameters": parameters_of(visit, arn),
        "settings": comparison.settings_of(visit, steps),
        "given": comparison.given_settings(visit, arn, steps),
    }
