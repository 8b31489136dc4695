"""Search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.listing import decode_token, encode_token
from brickline.baseplate.metrics import Metrics
from brickline.baseplate.resources import rows_in_batches
from brickline.baseplate.schema import resources as table
from brickline.bricks.sagemaker import kinds
from brickline.bricks.sagemaker.experiments.components import metric_summaries
from brickline.bricks.sagemaker.experiments.membership import Membership
from brickline.bricks.sagemaker.search import expression
from brickline.bricks.sagemaker.tags import tag_list

_KINDS = {
    "TrainingJob": ("TrainingJob", kinds.TRAINING_JOB.key),
    "Experiment": ("Experiment", kinds.EXPERIMENT.key),
    "ExperimentTrial": ("Trial", kinds.TRIAL.key),
    "ExperimentTrialComponent": ("TrialComponent", kinds.TRIAL_COMPONENT.key),
    "Endpoint": ("Endpoint", kinds.ENDPOINT.key),
    "Model": ("Model", kinds.MODEL.key),
    "ModelPackage": ("ModelPackage", kinds.MODEL_PACKAGE.key),
    "ModelPackageGroup": ("ModelPackageGroup", kinds.MODEL_PACKAGE_GROUP.key),
    "Pipeline": ("Pipeline", "sagemaker/pipeline"),
    "PipelineExecution": ("PipelineExecution", "sagemaker/pipeline-execution"),
    "PipelineVersion": ("PipelineVersion", "sagemaker/pipeline-version"),
}
"""What can be searched for: the member of a SearchRecord, and the kind. Of the others there are none here."""

_PAGE = 10


class Search:
    """The operation."""

    def __init__(self, baseplate: Baseplate) -> None:
        self._store = baseplate.store
        self._metrics = Metrics(baseplate.store)
        self._membership = Membership(baseplate)

    def search(self, context: Context, request: Shape) -> Shape:
        wanted = request.get("SearchExpression") or {}
        expression.check(wanted)
        member, kind = _KINDS.get(request["Resource"], ("", ""))
        found = [record for record in self._records(context, kind) if expression.matches(wanted, record)]
        found = _sorted(found, request.get("SortBy", "LastModifiedTime"), request.get("SortOrder") != "Ascending")
        start = decode_token(request["NextToken"], 1)[0] if request.get("NextToken") else 0
        end = start + request.get("MaxResults", _PAGE)
        answer: Shape = {
            "Results": [{member: _shown(member, record)} for record in found[start:end]],
            "TotalHits": {"Value": len(found), "Relation": "EqualTo"},
        }
        return answer | ({"NextToken": encode_token([end])} if end < len(found) else {})

    def _records(self, context: Context, kind: str) -> Iterator[Shape]:
        mine = [table.c.account == context.account, table.c.region == context.region, table.c.kind == kind]
        return (self._record(context, resource) for resource in rows_in_batches(self._store, mine))

    def _record(self, context: Context, resource: Resource) -> Shape:
        record = {"LastModifiedTime": resource.modified, **resource.document, "Tags": tag_list(resource.tags)}
        if resource.kind == kinds.TRIAL_COMPONENT.key:
            record["Metrics"] = metric_summaries(self._metrics, resource)
            record["Parents"] = self._membership.parents(context, resource)
        return record


def _shown(member: str, record: Shape) -> Shape:
    # A model's record is the dashboard's view of it, with the model inside.
    return {"Model": record} if member == "Model" else record


def _sorted(records: list[Shape], path: str, descending: bool) -> list[Shape]:
    """By the value at `path`; records that have none come last, whatever the order."""
    having = [record for record in records if expression.values_at(record, path)]
    lacking = [record for record in records if not expression.values_at(record, path)]

    def key(record: Shape) -> tuple[bool, Any]:
        value = expression.values_at(record, path)[0]
        return isinstance(value, str), value if isinstance(value, int | float | str) else str(value)

    return [*sorted(having, key=key, reverse=descending), *lacking]
