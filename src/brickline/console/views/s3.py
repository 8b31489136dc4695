"""`/console/s3`: buckets, the folders and objects in them, previews, downloads and uploads."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from brickline.baseplate.bodies import Body
from brickline.baseplate.brick import Shape
from brickline.baseplate.pages import PageResponse
from brickline.console import START, previews
from brickline.console.visit import Answer, Html, Redirect, Visit, get, post, put

_PAGE = 100


def buckets(visit: Visit) -> Html:
    wanted = visit.query.get("search", "").strip()
    answer = visit.call("s3", "ListBuckets", MaxBuckets=_PAGE, Prefix=wanted, ContinuationToken=visit.query.get("next"))
    return Html("s3/buckets.html", {"buckets": answer["Buckets"], "token": answer.get("ContinuationToken")})


def create(visit: Visit) -> Redirect:
    name = visit.form.get("bucket", "").strip()
    visit.call("s3", "CreateBucket", Bucket=name)
    return Redirect(address(name))


def bucket(visit: Visit) -> Answer:
    """A folder where the key is empty or ends with a slash, else an object; a folder too where there is no object."""
    name, key = visit.place["bucket"], _key(visit)
    if not key or key.endswith("/"):
        return _folder(visit, name, key)
    version = visit.query.get("version")
    head = visit.call_if_there("s3", "HeadObject", Bucket=name, Key=key, VersionId=version)
    if head is None:
        below = visit.call("s3", "ListObjectsV2", Bucket=name, Prefix=f"{key}/", MaxKeys=1)
        if below.get("Contents"):
            return Redirect(address(name, f"{key}/"))
        # Its own refusal says best what is not there.
        visit.call("s3", "GetObject", Bucket=name, Key=key, VersionId=version)
    open_it = partial(_open, visit, name, key, version)
    if visit.query.get("download"):
        return _download(key, head or {}, open_it())
    if visit.query.get("image"):
        return _image(open_it())
    return _object(visit, name, key, head or {}, open_it)


def upload(visit: Visit) -> PageResponse:
    """The body becomes the object; it is never whole in memory."""
    visit.call("s3", "PutObject", Bucket=visit.place["bucket"], Key=_key(visit), Body=visit.body)
    return PageResponse(204)


def delete(visit: Visit) -> Redirect:
    """An object, or (without a key) a bucket that is empty."""
    name, key = visit.place["bucket"], _key(visit)
    if not key:
        visit.call("s3", "DeleteBucket", Bucket=name)
        return Redirect(f"{START}/s3", f"{name} was deleted")
    visit.call("s3", "DeleteObject", Bucket=name, Key=key)
    folder = key.rstrip("/").rpartition("/")[0]
    return Redirect(address(name, f"{folder}/" if folder else ""), f"{key} was deleted")


def address(bucket: str, key: str = "") -> str:
    """The page of a bucket, of a folder in it (`key` ends with a slash) or of an object."""
    return f"{START}/s3/{quote(bucket, safe='')}" + (f"/{quote(key)}" if key else "")


def _key(visit: Visit) -> str:
    """The key as it is in the path: with slashes at its end, which the routes do not see."""
    return unquote(visit.path.removeprefix("/s3/").partition("/")[2])


def _open(visit: Visit, bucket: str, key: str, version: str | None, **more: Any) -> Body:
    body: Body = visit.call("s3", "GetObject", Bucket=bucket, Key=key, VersionId=version, **more)["Body"]
    return body


def _folder(visit: Visit, name: str, prefix: str) -> Html:
    listed = visit.call(
        "s3",
        "ListObjectsV2",
        Bucket=name,
        Prefix=prefix + visit.query.get("search", "").strip(),
        Delimiter="/",
        MaxKeys=_PAGE,
        ContinuationToken=visit.query.get("next"),
    )
    folders = [one["Prefix"] for one in listed.get("CommonPrefixes", ())]
    values = {
        "name": name,
        "prefix": prefix,
        "trail": _trail(name, prefix.rstrip("/")),
        "folders": [(one.removeprefix(prefix), address(name, one)) for one in folders],
        "objects": [
            {**one, "title": one["Key"].removeprefix(prefix) or one["Key"], "address": address(name, one["Key"])}
            for one in listed.get("Contents", ())
        ],
        "token": listed.get("NextContinuationToken"),
        "address": address(name, prefix),
        "upload": address(name, prefix).rstrip("/") + "/",
    }
    return Html("s3/folder.html", values)


def _object(visit: Visit, name: str, key: str, head: Shape, open_it: Any) -> Html:
    size = head["ContentLength"]
    body = open_it(Range=f"bytes=0-{previews.MOST_BYTES - 1}") if size else None
    start = _whole(body) if body else b""
    tags = visit.call_if_there("s3", "GetObjectTagging", Bucket=name, Key=key)
    versions = visit.call_if_there("s3", "ListObjectVersions", Bucket=name, Prefix=key, MaxKeys=25) or {}
    values = {
        "name": name,
        "key": key,
        "title": key.rstrip("/").rpartition("/")[2] or key,
        "trail": _trail(name, key)[:-1],
        "head": head,
        "tags": [(one["Key"], one["Value"]) for one in (tags or {}).get("TagSet", ())],
        "versions": [one for one in versions.get("Versions", ()) if one["Key"] == key and one["VersionId"] != "null"],
        "preview": previews.preview(key, size, start, open_it),
        "address": address(name, key),
        "uri": f"s3://{name}/{key}",
    }
    return Html("s3/object.html", values)


def _whole(body: Body) -> bytes:
    try:
        return b"".join(iter(lambda: body.read(1 << 16), b""))
    finally:
        body.close()


def _trail(name: str, key: str) -> list[tuple[str, str]]:
    parts = key.split("/") if key else []
    return [(part or "/", address(name, "/".join(parts[: index + 1]) + "/")) for index, part in enumerate(parts)]


def _download(key: str, head: Shape, body: Body) -> PageResponse:
    """Never shown by the browser, whatever it is: it is somebody's file at our own address."""
    name = quote(key.rstrip("/").rpartition("/")[2] or "object", safe="")
    headers = [
        ("Content-Type", "application/octet-stream"),
        ("Content-Disposition", f"attachment; filename*=UTF-8''{name}"),
        ("Content-Length", str(head["ContentLength"])),
        ("Cache-Control", "no-store"),
    ]
    return PageResponse(200, headers, body)


def _image(body: Body) -> PageResponse:
    start = body.read(16)
    kind = previews.image_type(start)
    if not kind:
        body.close()
        return PageResponse(415)
    return PageResponse(200, [("Content-Type", kind), ("Cache-Control", "no-store")], start + _whole(body))


ROUTES = [
    get("/s3", buckets),
    post("/s3", create),
    get("/s3/{bucket}", bucket),
    get("/s3/{bucket}/{key*}", bucket),
    put("/s3/{bucket}/{key*}", upload),
    post("/s3/{bucket}", delete),
    post("/s3/{bucket}/{key*}", delete),
]
