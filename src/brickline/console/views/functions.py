"""`/console/functions`: Lambda functions, what calls them, what they printed, and a form that tries them."""

from __future__ import annotations

import base64
import json
from typing import Any

from brickline.baseplate.brick import Shape
from brickline.baseplate.errors import Refused
from brickline.console import lists, tails
from brickline.console.previews import laid_out
from brickline.console.reports import text_of
from brickline.console.visit import Html, Visit, get, post

_LONGEST_ANSWER = 100_000


def functions(visit: Visit) -> Html:
    answer = visit.call("lambda", "ListFunctions", MaxItems=lists.PAGE, Marker=visit.query.get("next"))
    return Html("functions/list.html", {"functions": answer["Functions"], "token": answer.get("NextMarker")})


def function(visit: Visit) -> Html:
    return _page(visit, {})


def invoke(visit: Visit) -> Html:
    """Run it with the form's event, wait for it, and show what it gave on its page."""
    payload = visit.form.get("payload", "")
    asked: Shape = {"payload": payload}
    try:
        answer = visit.call(
            "lambda", "Invoke", FunctionName=visit.place["name"], LogType="Tail", Payload=payload.encode()
        )
    except Refused as refused:
        return _page(visit, {**asked, "error": f"{refused.code}: {refused.message}"})
    return _page(visit, {**asked, **_answered(answer)})


def _answered(answer: Shape) -> Shape:
    """The function's answer, laid out where it is JSON, and the end of its log."""
    payload = answer.get("Payload", b"")
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else text_of(payload)
    return {
        "answer": laid_out(text)[:_LONGEST_ANSWER],
        "failed": answer.get("FunctionError", ""),
        "log": base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace"),
    }


def _page(visit: Visit, asked: Shape) -> Html:
    name = visit.place["name"]
    found = visit.call("lambda", "GetFunction", FunctionName=name)
    configuration: dict[str, Any] = found["Configuration"]
    policy = visit.call_if_there("lambda", "GetPolicy", FunctionName=name)
    versions = visit.call_if_there("lambda", "ListVersionsByFunction", FunctionName=name) or {}
    aliases = visit.call_if_there("lambda", "ListAliases", FunctionName=name) or {}
    values = {
        "name": configuration["FunctionName"],
        "function": configuration,
        "variables": configuration.get("Environment", {}).get("Variables", {}).items(),
        "callers": json.loads(policy["Policy"])["Statement"] if policy else [],
        "versions": versions.get("Versions", []),
        "aliases": aliases.get("Aliases", []),
        "asked": {"payload": "{}", **asked},
        "log": tails.tail(visit, f"/aws/lambda/{configuration['FunctionName']}"),
    }
    return Html("functions/function.html", values)


ROUTES = [
    get("/functions", functions),
    get("/functions/{name}", function),
    post("/functions/{name}", invoke),
]
