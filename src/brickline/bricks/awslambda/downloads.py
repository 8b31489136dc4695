"""Links by which clients fetch a package: presigned, good for ten minutes, served by S3."""

from __future__ import annotations

from dataclasses import replace

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from brickline.baseplate.bodies import FileBody
from brickline.baseplate.brick import Context
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.bricks.awslambda.packages import Packages

_SERVICE_ACCOUNT = "000000000000"
"""Packages for download lie in a bucket of the service's own account, as they do on AWS."""
_LIFETIME = 600


class Downloads:
    """A package is put into the bucket when somebody asks for it first."""

    def __init__(self, baseplate: Baseplate, packages: Packages) -> None:
        self._baseplate = baseplate
        self._packages = packages

    def location(self, context: Context, digest: str) -> str:
        """A URL of the package; empty where the server's own address is not known (it has no gateway)."""
        endpoint = self._baseplate.addresses.endpoint_url
        if not endpoint:
            return ""
        place = replace(context, account=_SERVICE_ACCOUNT, principal="lambda.amazonaws.com")
        bucket, key = f"awslambda-{context.region}-tasks", f"snapshots/{context.account}/{digest}"
        self._put(place, bucket, key, digest)
        return self._presigned(f"{endpoint}/{bucket}/{key}", context.region)

    def _put(self, place: Context, bucket: str, key: str, digest: str) -> None:
        region = {"LocationConstraint": place.region}
        configuration = {} if place.region == "us-east-1" else {"CreateBucketConfiguration": region}
        try:
            place.call("s3", "CreateBucket", Bucket=bucket, **configuration)
        except Refused as refused:
            if refused.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise
        try:
            place.call("s3", "HeadObject", Bucket=bucket, Key=key)
        except Refused:
            place.call("s3", "PutObject", Bucket=bucket, Key=key, Body=FileBody(self._packages.upload(digest)))

    def _presigned(self, url: str, region: str) -> str:
        issued = self._baseplate.credentials.issue(_SERVICE_ACCOUNT, "lambda.amazonaws.com", _LIFETIME)
        credentials = Credentials(issued.access_key, issued.secret, issued.session_token)
        request = AWSRequest("GET", url)
        S3SigV4QueryAuth(credentials, "s3", region, expires=_LIFETIME).add_auth(request)
        return str(request.url)
