"""The registry's pages: versions side by side, where they come from, and what a decision would start."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.console.conftest import Visitor

from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.house import Baseplate

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"

Register = Callable[..., Shape]


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    return baseplate.context()


@pytest.fixture
def register(context: Context) -> Register:
    """`register(auc=0.7, loss=0.4)` adds a version whose report says so."""
    context.call("s3", "CreateBucket", Bucket="bucket")
    context.call("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName="lines")

    def register(report: Any = None, **metrics: float) -> Shape:
        document = report or {"metrics": {name: {"value": value} for name, value in metrics.items()}}
        return context.call(
            "sagemaker",
            "CreateModelPackage",
            ModelPackageGroupName="lines",
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://bucket/model.tar.gz"}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            ModelMetrics={"ModelQuality": {"Statistics": _report(context, document)}},
            MetadataProperties={"CommitId": f"commit-{len(metrics)}"},
        )

    context.call("s3", "PutObject", Bucket="bucket", Key="model.tar.gz", Body=b"")
    return register


def _report(context: Context, document: Any) -> Shape:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    key = f"report-{hash(data)}.json"
    context.call("s3", "PutObject", Bucket="bucket", Key=key, Body=data)
    return {"ContentType": "application/json", "S3Uri": f"s3://bucket/{key}"}


def _rule(context: Context, name: str, target: bool = True, **detail: Any) -> None:
    pattern = {"source": ["aws.sagemaker"], "detail": detail}
    context.call("events", "PutRule", Name=name, EventPattern=json.dumps(pattern))
    if target:
        arn = context.arn("lambda", "function:deploy")
        context.call("events", "PutTargets", Rule=name, Targets=[{"Id": "1", "Arn": arn}])


def test_versions_stand_side_by_side_and_the_best_is_marked(visitor: Visitor, register: Register) -> None:
    register(auc=0.7, loss=0.5)
    register(auc=0.8, loss=0.4, rows=12)
    page = visitor.get("/console/registry/lines")
    assert "auc 0.7 0.8 ★ best +0.1" in page.text
    assert "loss 0.5 0.4 ★ best -0.1" in page.text
    assert "rows – 12 –" in page.text
    assert "commit commit-2 commit-3" in page.text
    assert page.html.count('<figure class="figure">') == 2


def test_one_chooses_which_versions_to_compare(visitor: Visitor, register: Register) -> None:
    for auc in (0.5, 0.6, 0.7):
        register(auc=auc)
    assert "auc 0.5 0.7 ★ best +0.2" in visitor.get("/console/registry/lines?compare=1,3").text
    assert visitor.get("/console/registry/lines?compare=1,9").status == 404


@pytest.mark.parametrize("report", [b"no json", b"[1, 2", {"auc": "high"}])
def test_reports_that_say_nothing_do_no_harm(visitor: Visitor, register: Register, report: Any) -> None:
    register(report)
    assert "It names no report with metrics" in visitor.get("/console/registry/lines/1").text


def test_the_preview_names_the_rules_that_a_decision_would_fire(
    visitor: Visitor, register: Register, context: Context
) -> None:
    register(auc=0.7)
    _rule(context, "on-approval", ModelPackageGroupName=["lines"], ModelApprovalStatus=["Approved"])
    _rule(context, "on-rejection", target=False, ModelApprovalStatus=["Rejected"])
    _rule(context, "of-another-group", ModelPackageGroupName=["points"])
    _rule(context, "switched-off", ModelApprovalStatus=["Approved"])
    context.call("events", "DisableRule", Name="switched-off")
    visitor.get("/console/registry/lines/1")
    before = context.baseplate.store.commits.count
    page = visitor.get("/console/registry/lines/1")
    assert context.baseplate.store.commits.count == before
    assert "Approve These rules will fire: on-approval → deploy Reject" in page.text
    assert "Reject These rules will fire: on-rejection → no target" in page.text
    assert "of-another-group" not in page.text
    assert "switched-off" not in page.text


def test_the_preview_is_of_the_event_that_is_emitted(
    visitor: Visitor, register: Register, context: Context, baseplate: Baseplate
) -> None:
    register(auc=0.7)
    _rule(context, "exact", UpdatedModelPackageFields=["ModelApprovalStatus"], ModelPackageVersion=[1])
    assert "exact" in visitor.get("/console/registry/lines/1").text
    visitor.post("/console/registry/lines/1/decide", {"status": "Approved", "comment": ""})
    emitted = [one for one in baseplate.bus.events() if one["detail"].get("UpdatedModelPackageFields")][-1]
    assert emitted["detail"]["UpdatedModelPackageFields"] == ["ModelApprovalStatus"]
    assert emitted["detail"]["ModelPackageVersion"] == 1


def test_a_version_is_approved_and_then_rejected_with_a_comment(visitor: Visitor, register: Register) -> None:
    register(auc=0.7)
    visitor.post("/console/registry/lines/1/decide", {"status": "Approved", "comment": "good"})
    page = visitor.get("/console/registry/lines/1")
    assert "Approved good" in page.text
    assert 'value="Approved"' not in page.html
    visitor.post("/console/registry/lines/1/decide", {"status": "Rejected", "comment": "<b>no</b>"})
    assert "Rejected &lt;b&gt;no&lt;/b&gt;" in " ".join(visitor.get("/console/registry/lines/1").html.split()).replace(
        "</span> ", " "
    )
    assert "version 1" in visitor.get("/console/registry/lines?status=Rejected").text
    assert "No version is like that" in visitor.get("/console/registry/lines?status=Approved").text


def test_the_list_of_groups_shows_the_newest_version(visitor: Visitor, register: Register) -> None:
    register(auc=0.7)
    register(auc=0.8)
    text = visitor.get("/console/registry").text
    assert "lines version 2 PendingManualApproval" in text
    assert "No group has points in its name" in visitor.get("/console/registry?search=points").text
