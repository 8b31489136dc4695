from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.bricks.awslambda.conftest import ROLE, Functions, package

from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate

ECHO = "def handler(event, context):\n    return event"


def _refused(code: str, functions: Functions, operation: str, **request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        functions.call(operation, **request)
    assert refused.value.code == code
    return refused.value


def _when_active(functions: Functions, name: str = "f") -> dict[str, Any]:
    """The configuration once its State is no longer Pending."""
    for _ in range(2000):
        found = functions.call("GetFunctionConfiguration", FunctionName=name)
        if found["State"] != "Pending":
            return found
        time.sleep(0.01)
    raise AssertionError(found)


def test_a_new_function_has_lambdas_defaults_and_becomes_active(functions: Functions) -> None:
    code = package(app=ECHO)
    created = functions.create("", Code={"ZipFile": code})
    assert created["State"] == "Pending"
    assert created["FunctionArn"] == "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert (created["Timeout"], created["MemorySize"], created["Version"]) == (3, 128, "$LATEST")
    assert created["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode()
    assert created["CodeSize"] == len(code)
    active = _when_active(functions)
    assert (active["State"], active["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReason" not in active


def test_code_comes_from_s3_too(functions: Functions) -> None:
    functions.context.call("s3", "CreateBucket", Bucket="code")
    functions.context.call("s3", "PutObject", Bucket="code", Key="f.zip", Body=package(app=ECHO))
    functions.create("", Code={"S3Bucket": "code", "S3Key": "f.zip"})
    assert functions.invoke({"a": 1})["Payload"] == {"a": 1}
    missing = {"S3Bucket": "code", "S3Key": "no.zip"}
    message = _refused("InvalidParameterValueException", functions, "UpdateFunctionCode", FunctionName="f", **missing)
    assert "S3 Error Code: NoSuchKey" in message.message


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"Runtime": "nodejs20.x"}, "python3.11"),
        ({"Runtime": "python3.7"}, "python3.8"),
        ({"Role": "arn:aws:iam::123456789012:role/nobody"}, "cannot be assumed by Lambda"),
        ({"Code": {"ZipFile": b"no archive"}}, "Could not unzip"),
        ({"Code": {"ImageUri": "1.dkr.ecr.us-east-1.amazonaws.com/x:1"}}, "ImageUri"),
        ({"Code": {}}, "source for function code"),
        ({"Handler": ""}, "handler"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "AWS_REGION"),
        ({"Environment": {"Variables": {"BIG": "x" * 5000}}}, "4KB"),
        ({"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:no:1"]}, "does not exist"),
    ],
)
def test_a_function_that_could_not_run_is_refused(functions: Functions, members: dict[str, Any], word: str) -> None:
    with pytest.raises(Refused) as refused:
        functions.create(ECHO, **members)
    assert refused.value.code in ("InvalidParameterValueException", "ValidationException")
    assert word in refused.value.message


def test_names_are_taken_once(functions: Functions) -> None:
    functions.create(ECHO)
    with pytest.raises(Refused) as refused:
        functions.create(ECHO)
    assert (refused.value.code, refused.value.status) == ("ResourceConflictException", 409)


def test_an_update_is_what_the_next_invocation_runs(functions: Functions) -> None:
    first = functions.create("def handler(event, context):\n    return 1")
    assert functions.invoke()["Payload"] == 1
    code = package(app="import os\ndef handler(event, context):\n    return os.environ.get('STAGE', 'none')")
    second = functions.call("UpdateFunctionCode", FunctionName="f", ZipFile=code)
    assert second["RevisionId"] != first["RevisionId"]
    assert functions.invoke()["Payload"] == "none"
    variables = {"Variables": {"STAGE": "two"}}
    functions.call("UpdateFunctionConfiguration", FunctionName="f", Environment=variables, Timeout=9)
    assert functions.invoke()["Payload"] == "two"
    assert functions.call("GetFunction", FunctionName="f")["Configuration"]["Timeout"] == 9
    stale = {"FunctionName": "f", "ZipFile": code, "RevisionId": first["RevisionId"]}
    assert _refused("PreconditionFailedException", functions, "UpdateFunctionCode", **stale).status == 412


def test_versions_stay_what_they_were_published_as(functions: Functions) -> None:
    functions.create("def handler(event, context):\n    return context.function_version", Publish=True)
    again = functions.call("PublishVersion", FunctionName="f")
    assert again["Version"] == "1"
    functions.call("UpdateFunctionCode", FunctionName="f", ZipFile=package(app="def handler(e, c):\n    return 'new'"))
    two = functions.call("PublishVersion", FunctionName="f", Description="second")
    assert (two["Version"], two["FunctionArn"].split(":")[-1], two["Description"]) == ("2", "2", "second")
    answer = functions.invoke(Qualifier="1")
    assert (answer["Payload"], answer["ExecutedVersion"]) == ("1", "1")
    assert functions.invoke(name="f:2")["Payload"] == "new"
    versions = functions.call("ListVersionsByFunction", FunctionName="f")["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "2"]
    assert {version["FunctionName"] for version in versions} == {"f"}
    functions.call("DeleteFunction", FunctionName="f", Qualifier="1")
    _refused("ResourceNotFoundException", functions, "GetFunction", FunctionName="f", Qualifier="1")


def test_an_alias_stands_for_a_version(functions: Functions) -> None:
    functions.create("def handler(e, c):\n    return [c.function_version, c.invoked_function_arn]", Publish=True)
    alias = functions.call("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    assert functions.invoke(Qualifier="live")["Payload"] == ["1", alias["AliasArn"]]
    functions.call("UpdateAlias", FunctionName="f", Name="live", FunctionVersion="$LATEST")
    assert functions.invoke(Qualifier="live")["Payload"][0] == "$LATEST"
    shared = {"AdditionalVersionWeights": {"1": 1.0}}
    functions.call("UpdateAlias", FunctionName="f", Name="live", RoutingConfig=shared)
    assert functions.invoke(Qualifier="live")["Payload"][0] == "1"
    _refused("ResourceNotFoundException", functions, "CreateAlias", FunctionName="f", Name="x", FunctionVersion="9")
    assert [a["Name"] for a in functions.call("ListAliases", FunctionName="f")["Aliases"]] == ["live"]
    functions.call("DeleteAlias", FunctionName="f", Name="live")
    _refused("ResourceNotFoundException", functions, "GetAlias", FunctionName="f", Name="live")


def test_permissions_make_the_functions_policy(functions: Functions) -> None:
    functions.create(ECHO)
    _refused("ResourceNotFoundException", functions, "GetPolicy", FunctionName="f")
    permission = {
        "FunctionName": "f",
        "StatementId": "s3",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceArn": "arn:aws:s3:::data",
    }
    statement = json.loads(functions.call("AddPermission", **permission)["Statement"])
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::data"}}
    _refused("ResourceConflictException", functions, "AddPermission", **permission)
    assert json.loads(functions.call("GetPolicy", FunctionName="f")["Policy"])["Statement"] == [statement]
    functions.call("RemovePermission", FunctionName="f", StatementId="s3")
    _refused("ResourceNotFoundException", functions, "GetPolicy", FunctionName="f")


def test_functions_are_listed_tagged_and_deleted(functions: Functions) -> None:
    for name in ("b", "a", "c"):
        functions.create(ECHO, name=name, Tags={"stage": "one"})
    first = functions.call("ListFunctions", MaxItems=2)
    rest = functions.call("ListFunctions", MaxItems=2, Marker=first["NextMarker"])
    assert [f["FunctionName"] for f in first["Functions"] + rest["Functions"]] == ["a", "b", "c"]
    arn = first["Functions"][0]["FunctionArn"]
    functions.call("TagResource", Resource=arn, Tags={"team": "ml"})
    functions.call("UntagResource", Resource=arn, TagKeys=["stage"])
    assert functions.call("ListTags", Resource=arn)["Tags"] == {"team": "ml"}
    functions.call("DeleteFunction", FunctionName="a")
    _refused("ResourceNotFoundException", functions, "GetFunction", FunctionName="a")
    assert rest["Functions"][0]["Role"] == ROLE


def test_layers_lie_over_each_other_in_opt(functions: Functions) -> None:
    def publish(name: str, **files: str) -> str:
        content = {"ZipFile": package(**{f"python/{file}": text for file, text in files.items()})}
        return str(functions.call("PublishLayerVersion", LayerName=name, Content=content)["LayerVersionArn"])

    one = publish("one", shared="WHO = 'one'", first="N = 1")
    two = publish("two", shared="WHO = 'two'")
    assert one.endswith(":layer:one:1")
    functions.create("import shared, first\ndef handler(e, c):\n    return [shared.WHO, first.N]", Layers=[one, two])
    assert functions.invoke()["Payload"] == ["two", 1]
    functions.call("DeleteLayerVersion", LayerName="one", VersionNumber=1)
    assert [layer["LayerName"] for layer in functions.call("ListLayers")["Layers"]] == ["two"]
    assert publish("one", again="").endswith(":layer:one:2")


def test_packages_that_nothing_uses_are_dropped_at_the_next_start(make_baseplate: Callable[..., Baseplate]) -> None:
    first = make_baseplate()
    functions = Functions(first.context())
    functions.create(ECHO)
    functions.call("UpdateFunctionCode", FunctionName="f", ZipFile=package(app="def handler(e, c):\n    return 2"))
    first.close()
    second = make_baseplate()
    assert Functions(second.context()).invoke()["Payload"] == 2
    assert len(list((second.data / "lambda" / "packages").iterdir())) == 1
    assert len(list((second.data / "lambda" / "code").iterdir())) == 1
