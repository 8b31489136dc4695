"""Reports of tests."""

from __future__ import annotations

import pytest
from tests.bricks.codebuild.conftest import Account, buildspec

from brickline.baseplate.errors import Refused
from brickline.bricks.codebuild.reports.junit import BadReport, cases_of, summary

JUNIT = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites name="all">
  <testsuite name="pytest" tests="4" time="0.5">
    <testcase classname="tests.test_a" name="test_good" time="0.25"/>
    <testcase classname="tests.test_a" name="test_bad" time="0.125">
      <failure message="assert 1 == 2">trace</failure>
    </testcase>
    <testcase classname="tests.test_a" name="test_error" time="x"><error message="boom"/></testcase>
    <testcase classname="tests.test_a" name="test_later"><skipped message="not today"/></testcase>
  </testsuite>
</testsuites>"""


def test_the_cases_of_a_file() -> None:
    cases = cases_of(JUNIT, "unit.xml")
    assert [(case["name"], case["status"]) for case in cases] == [
        ("test_good", "SUCCEEDED"),
        ("test_bad", "FAILED"),
        ("test_error", "ERROR"),
        ("test_later", "SKIPPED"),
    ]
    assert cases[1]["message"] == "assert 1 == 2\ntrace"
    assert summary(cases) == {
        "total": 4,
        "statusCounts": {"SUCCEEDED": 1, "FAILED": 1, "ERROR": 1, "SKIPPED": 1, "UNKNOWN": 0},
        "durationInNanoSeconds": 375_000_000,
    }


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html/>",
        b"<testsuite>",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuite>&e;</testsuite>',
    ],
)
def test_what_is_no_report(text: bytes) -> None:
    with pytest.raises(BadReport):
        cases_of(text, "unit.xml")


def test_a_build_makes_a_report(account: Account) -> None:
    account.put("junit.xml", JUNIT)
    account.put(
        "buildspec.yml",
        buildspec(
            "mkdir results; mv junit.xml results/",
            reports="""\
  unit:
    files: ['**/*.xml']
    base-directory: results
  nothing:
    files: none.xml
""",
        ),
    )
    account.project(source={"type": "S3", "location": "bucket/"})
    build = account.wait(account.start()["id"])
    assert build["buildStatus"] == "SUCCEEDED", account.log(build)
    unit, nothing = account("BatchGetReports", reportArns=build["reportArns"])["reports"]
    assert (unit["status"], unit["executionId"], unit["testSummary"]["total"]) == ("FAILED", build["arn"], 4)
    assert nothing["status"] == "INCOMPLETE"
    groups = account("ListReportGroups", sortBy="NAME", sortOrder="ASCENDING")["reportGroups"]
    assert [group.rpartition("/")[2] for group in groups] == ["project-nothing", "project-unit"]
    assert account("ListReportsForReportGroup", reportGroupArn=groups[1])["reports"] == [unit["arn"]]
    assert account("ListReports", filter={"status": "FAILED"})["reports"] == [unit["arn"]]
    failed = account("DescribeTestCases", reportArn=unit["arn"], filter={"status": "FAILED"})["testCases"]
    assert [case["name"] for case in failed] == ["test_bad"]
    first = account("DescribeTestCases", reportArn=unit["arn"], maxResults=3)
    rest = account("DescribeTestCases", reportArn=unit["arn"], maxResults=3, nextToken=first["nextToken"])
    assert [len(first["testCases"]), len(rest["testCases"])] == [3, 1]


def test_report_groups(account: Account) -> None:
    config = {"exportConfigType": "NO_EXPORT"}
    tags = [{"key": "a", "value": "b"}]
    group = account("CreateReportGroup", name="group", type="TEST", exportConfig=config, tags=tags)["reportGroup"]
    assert account("BatchGetReportGroups", reportGroupArns=[group["arn"], "arn:x"]) == {
        "reportGroups": [group],
        "reportGroupsNotFound": ["arn:x"],
    }
    with pytest.raises(Refused, match="ResourceAlreadyExistsException"):
        account("CreateReportGroup", name="group", type="TEST", exportConfig=config)
    account("DeleteReportGroup", arn=group["arn"])
    assert account("ListReportGroups")["reportGroups"] == []
