"""The S3 browser: folders, previews, downloads, uploads; keys and contents are hostile."""

from __future__ import annotations

import pytest
from tests.console.conftest import Visitor

from brickline.baseplate.brick import Context
from brickline.baseplate.house import Baseplate

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def context(baseplate: Baseplate) -> Context:
    context = baseplate.context()
    context.call("s3", "CreateBucket", Bucket="days")
    return context


def _put(context: Context, key: str, data: bytes) -> None:
    context.call("s3", "PutObject", Bucket="days", Key=key, Body=data)


def test_folders_lead_to_objects(visitor: Visitor, context: Context) -> None:
    _put(context, "2013/01/a.csv", b"day\n1\n")
    assert 'href="/console/s3/days/2013/"' in visitor.get("/console/s3/days").html
    assert 'href="/console/s3/days/2013/01/a.csv"' in visitor.get("/console/s3/days/2013/01/").html
    page = visitor.get("/console/s3/days/2013/01/a.csv")
    assert "s3://days/2013/01/a.csv" in page.text
    assert "<td>1</td>" in page.html


def test_a_folder_without_its_slash_is_found(visitor: Visitor, context: Context) -> None:
    _put(context, "2013/a.csv", b"")
    assert visitor.get("/console/s3/days/2013").location == "/console/s3/days/2013/"


@pytest.mark.parametrize("key", [f"{SCRIPT}.txt", "a b/ü#?%2F&.txt", "..//x/../y", "/leading"])
def test_hostile_keys_and_contents_are_text(visitor: Visitor, context: Context, key: str) -> None:
    from brickline.console.views.s3 import address

    _put(context, key, SCRIPT.encode())
    page = visitor.get(address("days", key))
    assert page.status == 200
    assert SCRIPT not in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html


def test_downloads_are_never_shown_by_the_browser(visitor: Visitor, context: Context) -> None:
    _put(context, 'a"b\nc.html', SCRIPT.encode())
    page = visitor.get("/console/s3/days/a%22b%0Ac.html?download=1")
    assert page.html == SCRIPT
    assert page.header("Content-Type") == "application/octet-stream"
    assert page.header("Content-Disposition") == "attachment; filename*=UTF-8''a%22b%0Ac.html"
    assert page.header("X-Content-Type-Options") == "nosniff"


def test_only_images_are_sent_as_images(visitor: Visitor, context: Context) -> None:
    _put(context, "a.png", PNG)
    _put(context, "b.png", SCRIPT.encode())
    shown = visitor.get("/console/s3/days/a.png?image=1")
    assert (shown.status, shown.header("Content-Type"), shown.response.body) == (200, "image/png", PNG)
    assert visitor.get("/console/s3/days/b.png?image=1").status == 415


def test_an_upload_is_an_object(visitor: Visitor, context: Context) -> None:
    assert visitor.put("/console/s3/days/new/a%20b.txt", b"hello").status == 204
    found = context.call("s3", "GetObject", Bucket="days", Key="new/a b.txt")
    assert found["Body"].read() == b"hello"


def test_changes_from_other_pages_are_refused(visitor: Visitor, context: Context) -> None:
    """The console's guard, on a route that really deletes."""
    _put(context, "a.txt", b"kept")
    assert visitor.post("/console/s3/days/a.txt", csrf="wrong").status == 403
    assert visitor.post("/console/s3/days/a.txt", origin="http://evil.example").status == 403
    visitor.cookies.clear()
    assert visitor.post("/console/s3/days/a.txt").status in (303, 401)
    assert context.call("s3", "HeadObject", Bucket="days", Key="a.txt")["ContentLength"] == 4


def test_buckets_and_objects_are_made_and_deleted(visitor: Visitor, context: Context) -> None:
    assert visitor.post("/console/s3", {"bucket": "mine"}).location == "/console/s3/mine"
    _put(context, "in/a.txt", b"")
    assert visitor.post("/console/s3/days/in/a.txt").location == "/console/s3/days/in/"
    assert visitor.post("/console/s3/days").location == "/console/s3"
    assert "days" not in visitor.get("/console/s3").text.replace("days was deleted", "")


def test_a_bucket_that_is_not_empty_says_so(visitor: Visitor, context: Context) -> None:
    _put(context, "a.txt", b"")
    visitor.post("/console/s3/days", referer="http://127.0.0.1:4599/console/s3/days")
    assert "BucketNotEmpty" in visitor.get("/console/s3/days").text


@pytest.mark.parametrize("address", ["/console/s3/nothing", "/console/s3/days/nothing"])
def test_what_is_not_there_is_said(visitor: Visitor, context: Context, address: str) -> None:
    assert visitor.get(address).status == 404
