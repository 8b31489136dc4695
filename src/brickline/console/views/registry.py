"""`/console/registry`: groups of model packages, their versions side by side, and each by itself."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.why import cause
from brickline.console import START, charts, lists, reports
from brickline.console.rendering import segment
from brickline.console.views import approval, origin
from brickline.console.visit import Html, Redirect, Visit, get, post

_COMPARED = 6
"""Versions side by side where nobody has chosen any."""
_APPROVALS = ("PendingManualApproval", "Approved", "Rejected")


def groups(visit: Visit) -> Html:
    answer = visit.call("sagemaker", "ListModelPackageGroups", **lists.asked(visit))
    found = [
        {**one, "latest": _newest(visit, one["ModelPackageGroupName"])}
        for one in answer["ModelPackageGroupSummaryList"]
    ]
    return Html("registry/groups.html", {"groups": found, "token": answer.get("NextToken")})


def group(visit: Visit) -> Html:
    name = visit.place["group"]
    described = visit.call("sagemaker", "DescribeModelPackageGroup", ModelPackageGroupName=name)
    request = lists.asked(visit, ("CreationTime",), contains="", status="ModelApprovalStatus")
    answer = visit.call("sagemaker", "ListModelPackages", ModelPackageGroupName=name, **request)
    listed = answer["ModelPackageSummaryList"]
    chosen = sorted(_chosen(visit, listed))
    packages = [_package(visit, name, version) for version in chosen]
    metrics = [reports.metrics_of(visit, package) for package in packages]
    values = {
        "group": described,
        "name": described["ModelPackageGroupName"],
        "versions": listed,
        "token": answer.get("NextToken"),
        "approvals": _APPROVALS,
        "chosen": chosen,
        "packages": packages,
        "metrics": _side_by_side(metrics),
        "charts": _charts(packages, metrics),
        "origins": origin.side_by_side(visit, packages) if len(packages) > 1 else [],
    }
    return Html("registry/group.html", values)


def version(visit: Visit) -> Html:
    package = _package(visit, visit.place["group"], visit.place["version"])
    store = visit.context.baseplate.store
    values = {
        "package": package,
        "name": package["ModelPackageGroupName"],
        "number": package["ModelPackageVersion"],
        "metrics": reports.metrics_of(visit, package),
        "reports": reports.report_uris(package),
        "container": (package.get("InferenceSpecification", {}).get("Containers") or [{}])[0],
        "previews": {
            status: approval.rules_that_fire(visit, package, status)
            for status in ("Approved", "Rejected")
            if status != package.get("ModelApprovalStatus")
        },
        "lineage": origin.lineage(visit, package),
        "cause": cause(store, package["ModelPackageArn"]),
    }
    return Html("registry/version.html", values)


def decide(visit: Visit) -> Redirect:
    """Approve or reject, with a comment."""
    group_name, number = visit.place["group"], visit.place["version"]
    package = _package(visit, group_name, number)
    status = visit.form.get("status", "")
    visit.call(
        "sagemaker",
        "UpdateModelPackage",
        ModelPackageArn=package["ModelPackageArn"],
        ModelApprovalStatus=status,
        ApprovalDescription=visit.form.get("comment", "").strip(),
    )
    return Redirect(f"{START}/registry/{segment(group_name)}/{segment(number)}", f"{group_name} {number}: {status}")


def _package(visit: Visit, group_name: str, number: str | int) -> Shape:
    name = visit.context.arn("sagemaker", f"model-package/{group_name}/{number}")
    return visit.call("sagemaker", "DescribeModelPackage", ModelPackageName=name)


def _newest(visit: Visit, group_name: str) -> Shape | None:
    try:
        answer = visit.call("sagemaker", "ListModelPackages", ModelPackageGroupName=group_name, MaxResults=1)
    except Refused:  # deleted between the two calls
        return None
    found: list[Shape] = answer["ModelPackageSummaryList"]
    return found[0] if found else None


def _chosen(visit: Visit, listed: Sequence[Shape]) -> list[int]:
    """The versions to put side by side: those that the address names (`compare=1,2`), else the newest."""
    asked = [int(number) for number in visit.query.get("compare", "").split(",") if number.strip().isdigit()]
    return asked[:_COMPARED] or [one["ModelPackageVersion"] for one in listed[:_COMPARED]]


def _side_by_side(metrics: Sequence[dict[str, float]]) -> list[Shape]:
    """A row for each metric: its values in the order of the versions, and which of them is the best, if one is."""
    names = dict.fromkeys(name for one in metrics for name in one)
    return [{"name": name, **_row([one.get(name) for one in metrics], reports.better(name))} for name in names]


def _row(values: list[float | None], better: int) -> Shape:
    known = [value for value in values if value is not None]
    best = (max(known) if better > 0 else min(known)) if better and len(set(known)) > 1 else None
    change = known[-1] - known[0] if len(known) > 1 and values[0] is not None and values[-1] is not None else None
    return {"values": values, "best": best, "change": change, "better": better}


def _charts(packages: Sequence[Shape], metrics: Sequence[dict[str, float]]) -> list[Markup]:
    """Each metric over the versions."""
    numbers = [float(package["ModelPackageVersion"]) for package in packages]
    names = dict.fromkeys(name for one in metrics for name in one)
    found = []
    for name in names:
        points = [(number, one[name]) for number, one in zip(numbers, metrics, strict=True) if name in one]
        if len(points) > 1:
            found.append(charts.draw(charts.Chart(name, [charts.Series(name, points)], is_time=False)))
    return found


ROUTES = [
    get("/registry", groups),
    get("/registry/{group}", group),
    get("/registry/{group}/{version}", version),
    post("/registry/{group}/{version}/decide", decide),
]
