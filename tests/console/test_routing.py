from __future__ import annotations

from brickline.console.routing import Routes
from brickline.console.visit import Html, Visit, get, post


def _view(name: str):
    def view(_visit: Visit) -> Html:
        return Html(name)

    return view


ROUTES = Routes(
    [
        get("/s3/{bucket}/{key*}", _view("object")),
        get("/s3/{bucket}", _view("bucket")),
        get("/pipelines", _view("pipelines")),
        get("/pipelines/{name}", _view("pipeline")),
        get("/pipelines/new", _view("new")),
        post("/pipelines/{name}", _view("act")),
    ]
)


def _found(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    found = ROUTES.find(method, path)
    if found is None:
        return None
    answer = found[0](None)  # type: ignore[arg-type]
    return answer.template, found[1]  # type: ignore[union-attr]


def test_a_path_finds_its_view_and_what_its_names_hold() -> None:
    assert _found("GET", "/pipelines") == ("pipelines", {})
    assert _found("GET", "/pipelines/a%20b") == ("pipeline", {"name": "a b"})
    assert _found("GET", "/pipelines/new") == ("new", {})
    assert _found("POST", "/pipelines/x") == ("act", {"name": "x"})
    assert _found("GET", "/s3/b/a/b/c%2Fd.csv") == ("object", {"bucket": "b", "key": "a/b/c/d.csv"})
    assert _found("GET", "/s3/b") == ("bucket", {"bucket": "b"})


def test_other_paths_find_none() -> None:
    assert _found("GET", "/pipelines/a/b") is None
    assert _found("DELETE", "/pipelines") is None
    assert ROUTES.methods("/pipelines/x") == ["GET", "POST"]
