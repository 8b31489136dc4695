"""Model package groups, endpoints, and which group an endpoint's model is of."""

from __future__ import annotations

from collections.abc import Iterator

from brickline.baseplate.brick import Shape
from brickline.console.architecture.model import Architecture, Ask, Block, Joint, join, pages

MOST = 12


def find(ask: Ask) -> Architecture:
    return join([_groups(ask), _endpoints(ask)])


def _groups(ask: Ask) -> Architecture:
    found = list(
        pages(
            ask, "sagemaker", "ListModelPackageGroups", "ModelPackageGroupSummaryList", MOST + 1, SortOrder="Descending"
        )
    )
    blocks = [_group(ask, one) for one in found[:MOST]]
    return Architecture(blocks, cut=frozenset({"group"} if len(found) > MOST else ()))


def _group(ask: Ask, group: Shape) -> Block:
    name = group["ModelPackageGroupName"]
    newest = next(
        pages(
            ask,
            "sagemaker",
            "ListModelPackages",
            "ModelPackageSummaryList",
            1,
            ModelPackageGroupName=name,
            MaxResults=1,
        ),
        {},
    )
    more = f"version {newest['ModelPackageVersion']}" if newest else "no versions"
    state = newest.get("ModelApprovalStatus", "")
    return Block("group", group["ModelPackageGroupArn"], name, state, more, group["CreationTime"])


def _endpoints(ask: Ask) -> Architecture:
    found = list(pages(ask, "sagemaker", "ListEndpoints", "Endpoints", MOST + 1))
    blocks = [
        Block("endpoint", one["EndpointArn"], one["EndpointName"], one["EndpointStatus"], order=one["CreationTime"])
        for one in found[:MOST]
    ]
    joints = [Joint(group, block.arn) for block in blocks for group in _groups_of(ask, block.name)]
    return Architecture(blocks, joints, frozenset({"endpoint"} if len(found) > MOST else ()))


def _groups_of(ask: Ask, endpoint: str) -> Iterator[str]:
    """ARNs of the groups whose versions an endpoint serves."""
    described = ask("sagemaker", "DescribeEndpoint", EndpointName=endpoint) or {}
    config = ask("sagemaker", "DescribeEndpointConfig", EndpointConfigName=described.get("EndpointConfigName", "-"))
    for variant in (config or {}).get("ProductionVariants", ()):
        model = ask("sagemaker", "DescribeModel", ModelName=variant.get("ModelName", "-")) or {}
        for container in [model.get("PrimaryContainer", {}), *model.get("Containers", ())]:
            if package := container.get("ModelPackageName"):
                yield package.replace(":model-package/", ":model-package-group/").rpartition("/")[0]
