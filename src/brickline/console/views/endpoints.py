"""`/console/endpoints`: endpoints, what they serve and how well, and a form that asks them."""

from __future__ import annotations

from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.why import back, cause, last_change
from brickline.console import START, lists, tails
from brickline.console.rendering import segment
from brickline.console.reports import text_of
from brickline.console.views import captures, endpoint_charts
from brickline.console.visit import Html, Redirect, Visit, get, post

STATUSES = ("InService", "Creating", "Updating", "Failed", "RollingBack", "OutOfService", "Deleting")
_LONGEST_ANSWER = 100_000


def endpoints(visit: Visit) -> Html:
    answer = visit.call("sagemaker", "ListEndpoints", **lists.asked(visit, lists.WITH_STATUS, status="StatusEquals"))
    values = {"endpoints": answer["Endpoints"], "token": answer.get("NextToken"), "statuses": STATUSES}
    return Html("endpoints/list.html", values)


def endpoint(visit: Visit) -> Html:
    return _page(visit, {})


def ask(visit: Visit) -> Html:
    """Send the form's request to the endpoint, and show the answer on the endpoint's page."""
    return _page(visit, _asked(visit))


def set_weights(visit: Visit) -> Redirect:
    """The traffic and the instances of each variant, by the form's `weight:<variant>` and `count:<variant>`."""
    name = visit.place["name"]
    desired = [
        {"VariantName": variant, **_number("DesiredWeight", weight, float), **_count(visit, variant)}
        for variant, weight in _fields(visit, "weight:").items()
    ]
    visit.call(
        "sagemaker", "UpdateEndpointWeightsAndCapacities", EndpointName=name, DesiredWeightsAndCapacities=desired
    )
    return Redirect(f"{START}/endpoints/{segment(name)}")


def _page(visit: Visit, asked: Shape) -> Html:
    name = visit.place["name"]
    described = visit.call("sagemaker", "DescribeEndpoint", EndpointName=name)
    config = visit.call_if_there(
        "sagemaker", "DescribeEndpointConfig", EndpointConfigName=described.get("EndpointConfigName")
    )
    captured = captures.newest(visit, described)
    store, arn = visit.context.baseplate.store, described["EndpointArn"]
    changed = last_change(store, arn)
    values = {
        "name": described["EndpointName"],
        "endpoint": described,
        "variants": [_variant(visit, one, config) for one in described.get("ProductionVariants", ())],
        "spans": endpoint_charts.SPANS,
        "span": endpoint_charts.span(visit),
        "charts": endpoint_charts.charts_of(visit, described),
        "captured": captured,
        "asked": asked or _prefilled(captured),
        "log": tails.tail(visit, f"/aws/sagemaker/Endpoints/{name}"),
        "cause": cause(store, arn),
        "changed": changed,
        "version": _version(changed or back(store, arn)),
    }
    return Html("endpoints/endpoint.html", values)


def _version(steps: list[Shape]) -> str:
    """The ARN of the model package whose approval or registration led here; "" where none is on the way."""
    return next((step["arn"] for step in steps if ":model-package/" in step.get("arn", "")), "")


def _variant(visit: Visit, variant: Shape, config: Shape | None) -> Shape:
    """With the model that it serves, and the version of the registry that this is of."""
    declared = (config or {}).get("ProductionVariants", ())
    own: Shape = next((one for one in declared if one["VariantName"] == variant["VariantName"]), {})
    model = visit.call_if_there("sagemaker", "DescribeModel", ModelName=own.get("ModelName")) or {}
    container: Shape = model.get("PrimaryContainer") or next(iter(model.get("Containers", ())), {})
    return {
        **variant,
        "instance_type": own.get("InstanceType", ""),
        "model": own.get("ModelName", ""),
        "package": container.get("ModelPackageName", ""),
        "data": container.get("ModelDataUrl", ""),
    }


def _asked(visit: Visit) -> Shape:
    """The form's request with the endpoint's answer, or with why there is none."""
    form = {member: visit.form.get(member, "") for member in ("type", "accept", "body", "variant")}
    try:
        answer = visit.call(
            "sagemaker-runtime",
            "InvokeEndpoint",
            EndpointName=visit.place["name"],
            Body=form["body"].replace("\r\n", "\n").encode(),
            ContentType=form["type"],
            Accept=form["accept"],
            TargetVariant=form["variant"],
        )
    except Refused as refused:
        return {**form, "error": f"{refused.code}: {refused.message}"}
    return {
        **form,
        "answer": text_of(answer["Body"])[:_LONGEST_ANSWER],
        "answer_type": answer.get("ContentType", ""),
        "by": answer.get("InvokedProductionVariant", ""),
    }


def _prefilled(captured: list[captures.Record]) -> Shape:
    """A request that somebody has made before, where one was captured."""
    known = next((one for one in captured if one.input and not one.is_binary), None)
    return {"body": known.input, "type": known.input_type, "is_captured": True} if known else {"type": "text/csv"}


def _fields(visit: Visit, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in visit.form.items() if name.startswith(prefix)}


def _count(visit: Visit, variant: str) -> Shape:
    return _number("DesiredInstanceCount", visit.form.get(f"count:{variant}", ""), int)


def _number(member: str, text: str, kind: Any) -> Shape:
    if not text.strip():
        return {}
    try:
        return {member: kind(text)}
    except ValueError:
        raise Refused("ValidationException", f"{member}: {text!r} is not a number") from None


ROUTES = [
    get("/endpoints", endpoints),
    get("/endpoints/{name}", endpoint),
    post("/endpoints/{name}", ask),
    post("/endpoints/{name}/weights", set_weights),
]
