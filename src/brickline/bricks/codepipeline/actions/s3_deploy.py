"""Deploy actions of S3: an artifact as it is, or the files that it holds."""

from __future__ import annotations

import mimetypes
import shutil
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import quote

from brickline.baseplate.bodies import FileBody
from brickline.baseplate.brick import Shape
from brickline.baseplate.transfers import save_body
from brickline.bricks.codepipeline.actions.work import Outcome, Work, failed, succeeded


class S3Deploy:
    is_long = True

    def begin(self, work: Work) -> Outcome:
        (artifact,) = work.inputs.values()
        bucket, prefix = work.configuration["BucketName"], work.configuration.get("ObjectKey", "")
        if work.configuration["Extract"] == "true":
            try:
                _extract(work, artifact["location"], bucket, prefix)
            except zipfile.BadZipFile as error:
                return failed("ConfigurationError", f"The artifact is no ZIP file that can be extracted: {error}")
        else:
            source = f"{artifact['location']['bucket']}/{quote(artifact['location']['key'])}"
            work.context.call("s3", "CopyObject", Bucket=bucket, Key=prefix, CopySource=source, **_members(work))
        return Outcome("Succeeded", succeeded(bucket, "Deployment Succeeded"))

    def look(self, work: Work) -> Outcome:
        return self.begin(work)

    def says(self, work: Work) -> str:
        return f"The deployment to {work.configuration['BucketName']} failed: "


def _extract(work: Work, location: Shape, bucket: str, prefix: str) -> None:
    with tempfile.TemporaryDirectory(dir=work.context.baseplate.data) as folder:
        archive, member = Path(folder) / "artifact.zip", Path(folder) / "member"
        body = work.context.call("s3", "GetObject", Bucket=location["bucket"], Key=location["key"])["Body"]
        save_body(body, archive, read_only=True)
        with zipfile.ZipFile(archive) as source:
            for entry in source.infolist():
                if not entry.is_dir():
                    with source.open(entry) as content, member.open("wb") as file:
                        shutil.copyfileobj(content, file)
                    _put(work, bucket, "/".join(filter(None, (prefix.strip("/"), entry.filename))), member)


def _put(work: Work, bucket: str, key: str, path: Path) -> None:
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    body = FileBody(path)
    try:
        work.context.call("s3", "PutObject", Bucket=bucket, Key=key, Body=body, ContentType=kind, **_members(work))
    finally:
        body.close()


def _members(work: Work) -> Shape:
    """What the configuration asks of the objects."""
    names = {"CannedACL": "ACL", "CacheControl": "CacheControl"}
    return {names[name]: value for name, value in work.configuration.items() if name in names}
