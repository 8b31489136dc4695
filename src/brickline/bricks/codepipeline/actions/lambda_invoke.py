"""Invoke actions of Lambda: a job is given to a function, which puts its result (`jobs.py`)."""

from __future__ import annotations

import json

from brickline.baseplate.brick import Shape
from brickline.bricks.codepipeline.actions.work import Outcome, Work, failed, succeeded

CONTINUATION_SECONDS = 5.0
"""Until a function that has given a continuation token is asked again (on AWS half a minute or more)."""

_CREDENTIAL_SECONDS = 3600.0


class LambdaInvoke:
    is_long = False

    def begin(self, work: Work) -> None:
        work.context.call(
            "lambda",
            "Invoke",
            FunctionName=work.configuration["FunctionName"],
            InvocationType="Event",
            Payload=json.dumps({"CodePipeline.job": job_details(work)}).encode(),
        )

    def look(self, work: Work) -> Outcome | None:
        """By what the function has put."""
        result = work.kept.get("result")
        if result is None:
            return None
        if "failure" in result:
            failure = result["failure"]
            return failed(failure["type"], failure["message"], failure.get("externalExecutionId", ""))
        details = result.get("executionDetails") or {}
        shown = succeeded(details.get("externalExecutionId", ""), details.get("summary", ""))
        return Outcome("Succeeded", shown, result.get("outputVariables") or {})

    def says(self, work: Work) -> str:
        return f"The AWS Lambda function {work.configuration['FunctionName']} failed to be invoked: "


def job_details(work: Work) -> Shape:
    """What the function gets (action-reference-Lambda.html)."""
    return {"id": work.id, "accountId": work.context.account, "data": job_data(work)}


def job_data(work: Work) -> Shape:
    credential = work.context.baseplate.credentials.issue(
        work.context.account, work.context.principal, _CREDENTIAL_SECONDS, work.context.cause
    )
    data: Shape = {
        "actionConfiguration": {"configuration": dict(work.configuration)},
        "inputArtifacts": [
            _artifact(name, one["location"], one["revision"] or None) for name, one in work.inputs.items()
        ],
        "outputArtifacts": [_artifact(name, location, None) for name, location in work.outputs.items()],
        "artifactCredentials": {
            "accessKeyId": credential.access_key,
            "secretAccessKey": credential.secret,
            "sessionToken": credential.session_token,
        },
    }
    if token := work.kept.get("continuation"):
        data["continuationToken"] = token
    return data


def _artifact(name: str, location: Shape, revision: str | None) -> Shape:
    place = {"bucketName": location["bucket"], "objectKey": location["key"]}
    return {"name": name, "revision": revision, "location": {"type": "S3", "s3Location": place}}
