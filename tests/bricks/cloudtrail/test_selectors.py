"""Which calls a trail wants."""

from __future__ import annotations

from typing import Any

import pytest

from brickline.bricks.cloudtrail.selectors import DEFAULT, Call, selects

PUT = Call("s3.amazonaws.com", "PutObject", False, "AWS::S3::Object", "arn:aws:s3:::flights/2026/01.csv")
GET = Call("s3.amazonaws.com", "GetObject", True, "AWS::S3::Object", "arn:aws:s3:::flights/2026/01.csv")
CREATE = Call("sagemaker.amazonaws.com", "CreateModel", False)
LIST = Call("sagemaker.amazonaws.com", "ListModels", True)


def basic(*values: str, **more: Any) -> dict[str, Any]:
    resources = [{"Type": "AWS::S3::Object", "Values": list(values)}] if values else []
    return {"EventSelectors": [{"DataResources": resources, **more}]}


def advanced(**fields: Any) -> dict[str, Any]:
    selectors = [{"Field": field.replace("_", "."), **forms} for field, forms in fields.items()]
    return {"AdvancedEventSelectors": [{"Name": "n", "FieldSelectors": selectors}]}


CASES = [
    ("a new trail has management calls", {"EventSelectors": DEFAULT}, (CREATE, LIST), (PUT, GET)),
    ("one bucket", basic("arn:aws:s3:::flights/"), (PUT, GET, CREATE), ()),
    ("a prefix", basic("arn:aws:s3:::flights/2026"), (PUT,), ()),
    ("another bucket", basic("arn:aws:s3:::other/"), (CREATE,), (PUT, GET)),
    ("all buckets", basic("arn:aws:s3"), (PUT, GET), ()),
    ("writes only", basic("arn:aws:s3", ReadWriteType="WriteOnly"), (PUT, CREATE), (GET, LIST)),
    ("reads only", basic("arn:aws:s3", ReadWriteType="ReadOnly"), (GET, LIST), (PUT, CREATE)),
    ("no management calls", basic("arn:aws:s3", IncludeManagementEvents=False), (PUT,), (CREATE,)),
    ("a source left out", basic(ExcludeManagementEventSources=["sagemaker.amazonaws.com"]), (), (CREATE,)),
    ("advanced, data", advanced(eventCategory={"Equals": ["Data"]}), (PUT, GET), (CREATE,)),
    (
        "advanced, one bucket's writes",
        advanced(
            eventCategory={"Equals": ["Data"]},
            resources_type={"Equals": ["AWS::S3::Object"]},
            resources_ARN={"StartsWith": ["arn:aws:s3:::flights/"]},
            readOnly={"Equals": ["false"]},
        ),
        (PUT,),
        (GET, CREATE),
    ),
    ("advanced, all but a name", advanced(eventName={"NotEquals": ["PutObject"]}), (GET, CREATE), (PUT,)),
    ("advanced, an ending", advanced(resources_ARN={"EndsWith": [".csv"]}), (PUT,), (CREATE,)),
    ("advanced, not an ending", advanced(resources_ARN={"NotEndsWith": [".csv", ".txt"]}), (CREATE,), (PUT,)),
]


@pytest.mark.parametrize(("selectors", "wanted", "unwanted"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_selectors(selectors: dict[str, Any], wanted: tuple[Call, ...], unwanted: tuple[Call, ...]) -> None:
    assert [call for call in wanted if not selects(selectors, call)] == []
    assert [call for call in unwanted if selects(selectors, call)] == []
